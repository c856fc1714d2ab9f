package dev.guard.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.time.Time;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bad input that needs no server: one sentence, the right exit code, nothing touched. */
class BadInputTest {
  @TempDir Path directory;

  private Cli cli;

  @BeforeEach
  void begin() {
    cli = new Cli(directory, Time.system());
  }

  private void config(String registry, String context) throws IOException {
    Files.writeString(
        directory.resolve("guard.yaml"),
        """
        name: image-cleanup
        registry: {url: "%s", credentials: none}
        clusters: [{context: %s}]
        kubeconfig: kubeconfig
        policy:
          repositories: ["*"]
          age: {from: created, atLeast: 30d}
        """
            .formatted(registry, context));
  }

  private void kubeconfig(String server) throws IOException {
    Files.writeString(
        directory.resolve("kubeconfig"),
        """
        apiVersion: v1
        kind: Config
        clusters: [{name: c, cluster: {server: "%s"}}]
        users: [{name: u, user: {token: t}}]
        contexts: [{name: prod, context: {cluster: c, user: u}}]
        """
            .formatted(server));
  }

  private static String closedPort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return "http://127.0.0.1:" + socket.getLocalPort();
    }
  }

  /** One sentence on the error stream, nothing on the other, no stack trace. */
  private static void oneSentence(Cli.Ran ran, int exit, String... words) {
    assertThat(ran.exit()).as(ran.toString()).isEqualTo(exit);
    assertThat(ran.out()).isEmpty();
    assertThat(ran.err().strip().lines().toList()).as(ran.toString()).hasSize(1);
    assertThat(ran.err())
        .startsWith("guard: ")
        .doesNotContain("Exception:")
        .doesNotContain("\tat ");
    for (String word : words) {
      assertThat(ran.err()).contains(word);
    }
    assertThat(ran.err().strip()).matches("(?s).*[.?]");
  }

  private List<String> files() throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(Files::isRegularFile)
          .map(path -> directory.relativize(path).toString())
          .sorted()
          .toList();
    }
  }

  static List<List<String>> commandsWithConfig() {
    return List.of(
        List.of("images", "plan"),
        List.of("images", "announce"),
        List.of("images", "apply"),
        List.of("plan", "approve", "plan.json", "--why", "x"),
        List.of("plan", "object", "a:1", "--why", "x"),
        List.of("release", "--why", "x"),
        List.of("images", "check"),
        List.of("images", "explain", "a:1"),
        List.of("stop", "--why", "x"),
        List.of("resume", "--why", "x"),
        List.of("status"),
        List.of("audit", "verify"),
        List.of("audit", "show"),
        List.of("audit", "unsettled"),
        List.of("undo", "some-run"));
  }

  @ParameterizedTest
  @MethodSource("commandsWithConfig")
  void aMissingConfigurationIsOneSentence(List<String> command) throws IOException {
    oneSentence(
        cli.run(command.toArray(String[]::new)), 2, "guard.yaml", "does not exist", "--config");
    assertThat(files()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("commandsWithConfig")
  void anUnknownKeyIsOneSentenceWithItsLine(List<String> command) throws IOException {
    config(closedPort(), "prod");
    Files.writeString(
        directory.resolve("guard.yaml"), "sok: 7d\n", java.nio.file.StandardOpenOption.APPEND);
    oneSentence(
        cli.run(command.toArray(String[]::new)), 2, "guard.yaml line 8", "'sok' is unknown");
    assertThat(files()).containsExactly("guard.yaml");
  }

  @Test
  void theConfigurationIsNamedByFlagThenByEnvironmentThenByDirectory() throws IOException {
    oneSentence(cli.run("status", "--config", "flag.yaml"), 2, "flag.yaml");
    cli.with("GUARD_CONFIG", "variable.yaml");
    oneSentence(cli.run("status"), 2, "variable.yaml");
    oneSentence(cli.run("status", "--config", "flag.yaml"), 2, "flag.yaml");
  }

  @Test
  void aMissingPlanFileIsOneSentence() throws IOException {
    oneSentence(cli.run("plan", "show", "none.json"), 2, "none.json", "cannot be read");
    config(closedPort(), "prod");
    kubeconfig(closedPort());
    oneSentence(cli.run("images", "apply", "none.json", "--execute"), 2, "none.json");
    assertThat(files()).containsExactly("guard.yaml", "kubeconfig");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "garbage",
        "{}",
        "[]",
        "{\"schema\":\"guard.plan/1\"}",
        "{\"schema\":\"guard.plan/2\",\"digest\":\"x\",\"plan\":{}}",
        "null",
        "\u0000\u0001"
      })
  void aGarbagePlanIsOneSentence(String text) throws IOException {
    Files.writeString(directory.resolve("plan.json"), text);
    oneSentence(cli.run("plan", "show", "plan.json"), 2);
    config(closedPort(), "prod");
    kubeconfig(closedPort());
    oneSentence(cli.run("images", "apply", "plan.json", "--execute"), 2);
    assertThat(files()).containsExactly("guard.yaml", "kubeconfig", "plan.json");
  }

  @Test
  void anUnknownFlagIsOneSentenceThatPointsToTheHelp() {
    oneSentence(cli.run("images", "apply", "--exec"), 2, "--exec", "guard images apply --help");
    oneSentence(cli.run("images", "plan", "--frobnicate"), 2, "--frobnicate");
    oneSentence(cli.run("frobnicate"), 2, "frobnicate");
    oneSentence(cli.run("stop"), 2, "--why");
    oneSentence(cli.run("images"), 2, "plan, announce, explain, apply");
    oneSentence(cli.run(), 2, "demo");
  }

  @Test
  void anUnreachableRegistryIsExit3() throws IOException {
    config(closedPort(), "prod");
    kubeconfig(closedPort());
    for (List<String> command :
        List.of(
            List.of("images", "plan"),
            List.of("images", "apply", "--execute"),
            List.of("images", "check"))) {
      oneSentence(cli.run(command.toArray(String[]::new)), 3, "registry", "cannot be reached");
    }
    assertThat(files().stream().filter(file -> file.startsWith("journal"))).isEmpty();
  }

  @Test
  void aMissingContextIsExit2() throws IOException {
    config(closedPort(), "staging");
    kubeconfig(closedPort());
    oneSentence(cli.run("images", "plan"), 2, "context 'staging'");
    oneSentence(cli.run("images", "apply", "--execute"), 2, "context 'staging'");
    assertThat(files()).containsExactly("guard.yaml", "kubeconfig");
  }

  @Test
  void aMissingKubeconfigIsExit2() throws IOException {
    config(closedPort(), "prod");
    oneSentence(cli.run("images", "plan"), 2, "kubeconfig");
  }

  @Test
  void aSecretThatIsNotThereIsExit2AndNamedByPlace() throws IOException {
    config(closedPort(), "prod");
    kubeconfig(closedPort());
    Path file = directory.resolve("guard.yaml");
    Files.writeString(
        file,
        Files.readString(file)
            .replace(
                "credentials: none",
                "credentials: {username: \"env:U\", password: \"env:NO_SUCH\"}"));
    oneSentence(cli.with("U", "robot").run("images", "plan"), 2, "NO_SUCH");
  }

  @Test
  void aReasonOrNameThatIsNoneIsExit2() throws IOException {
    config(closedPort(), "prod");
    oneSentence(cli.run("stop", "--why", " "), 2, "--why");
    oneSentence(cli.run("stop", "--why", "x", "--as", "a\nb"), 2, "--as");
    assertThat(files()).containsExactly("guard.yaml");
  }

  @Test
  void hostileArgumentsCannotTalkToTheTerminal() {
    Cli.Ran ran = cli.run("plan", "show", "\u001b[31mred\u202e.json");
    assertThat(ran.err()).doesNotContain("\u001b").doesNotContain("\u202e");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "demo",
        "simulate",
        "images",
        "images plan",
        "images explain",
        "images apply",
        "images check",
        "plan",
        "plan show",
        "stop",
        "resume",
        "status",
        "audit",
        "audit verify",
        "audit show",
        "audit unsettled",
        "undo"
      })
  void everyHelpTeaches(String command) {
    String[] words = (command + " --help").strip().split(" ");
    Cli.Ran ran = cli.run(words);

    assertThat(ran.exit()).isZero();
    assertThat(ran.out()).contains("Usage: guard" + (command.isEmpty() ? "" : " " + command));
    assertThat(ran.out()).doesNotContain("\u001b").doesNotContain("$$").doesNotContain("%n");
    assertThat(ran.out().lines().mapToInt(String::length).max().orElse(0)).isLessThanOrEqualTo(120);
    if (!List.of("images", "plan", "audit").contains(command)) {
      assertThat(ran.out()).containsIgnoringCase("exit codes").containsPattern("(?m)^  guard ");
    }
  }
}
