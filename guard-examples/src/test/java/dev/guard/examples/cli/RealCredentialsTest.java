package dev.guard.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.testkit.registry.ImageSpec;
import dev.guard.testkit.registry.RealRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real registry that wants a password: the wrong one is one sentence, the right one works. */
class RealCredentialsTest {
  private static final String WRONG = "hunter2-wrong-secret";

  @TempDir Path directory;

  private RealRegistry real;
  private Ground ground;

  @BeforeEach
  void begin() throws Exception {
    Assumptions.assumeTrue(RealRegistry.installed());
    real = RealRegistry.builder().basic().start();
    ground = Ground.real(directory, real);
    for (int i = 0; i < 2; i++) {
      ground.push.push("old/app", "o" + i, ImageSpec.of("old " + i).created(Ground.LONG_AGO));
      ground.push.push("young/app", "y" + i, ImageSpec.of("young " + i).created(Ground.NOW));
    }
  }

  @AfterEach
  void end() {
    if (ground != null) {
      ground.close();
      real.close();
    }
  }

  private void configure(String credentials) throws Exception {
    ground.configure();
    Path file = directory.resolve("guard.yaml");
    Files.writeString(
        file, Files.readString(file).replace("credentials: none", "credentials: " + credentials));
  }

  private static String base64(String password) {
    return Base64.getEncoder()
        .encodeToString((RealRegistry.USER + ":" + password).getBytes(StandardCharsets.UTF_8));
  }

  private void dockerConfig(String password) throws Exception {
    Files.createDirectories(directory.resolve(".docker"));
    Files.writeString(
        directory.resolve(".docker/config.json"),
        "{\"auths\": {\"" + ground.host() + "\": {\"auth\": \"" + base64(password) + "\"}}}");
  }

  private void rejected() {
    for (String[] command :
        List.of(
            new String[] {"images", "plan"},
            new String[] {"images", "apply"},
            new String[] {"images", "apply", "--execute"},
            new String[] {"images", "check"})) {
      Cli.Ran ran = ground.cli.run(command);

      assertThat(ran.exit()).as(String.join(" ", command) + "\n" + ran).isEqualTo(2);
      assertThat(ran.out()).isEmpty();
      assertThat(ran.err().strip().lines()).as(ran.toString()).hasSize(1);
      assertThat(ran.err()).startsWith("guard: ").contains("registry.credentials");
      assertThat(ran.err()).doesNotContain(WRONG).doesNotContain(base64(WRONG));
    }
    assertThat(ground.writes()).isEmpty();
    assertThat(directory.resolve("journal")).doesNotExist();
  }

  private void accepted() {
    Cli.Ran plan = ground.cli.run("images", "plan", "-o", "plan.json");
    assertThat(plan.exit()).as(plan.toString()).isZero();
    Cli.Ran apply = ground.cli.run("images", "apply", "plan.json", "--execute", "--json");
    assertThat(apply.exit()).as(apply.toString()).isZero();
    assertThat(apply.json().path("counts").path("DONE").asInt()).isEqualTo(2);
    assertThat(ground.deletions()).isEqualTo(2);
    assertThat(plan.toString() + apply)
        .doesNotContain(RealRegistry.PASSWORD)
        .doesNotContain(base64(RealRegistry.PASSWORD));
  }

  @Test
  void credentialsByReference() throws Exception {
    configure("{username: \"env:U\", password: \"env:P\"}");
    ground.cli.with("U", RealRegistry.USER).with("P", WRONG);

    rejected();
    ground.cli.with("P", RealRegistry.PASSWORD);
    accepted();

    ground.cli.with("P", WRONG).with("GUARD_DEBUG", "1");
    assertThat(ground.cli.run("images", "plan").toString())
        .contains("CommandException")
        .doesNotContain(WRONG)
        .doesNotContain(base64(WRONG));
  }

  @Test
  void credentialsOfDocker() throws Exception {
    configure("docker");
    dockerConfig(WRONG);
    rejected();

    dockerConfig(RealRegistry.PASSWORD);
    accepted();
  }

  @Test
  void noCredentialsAtAll() throws Exception {
    configure("none");

    rejected();
  }
}
