package dev.guard.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.guard.internal.json.Json;
import dev.guard.testkit.registry.ImageSpec;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar itself, as people run it. */
class CommandJarTest {
  @TempDir Path directory;

  private Cli.Ran jar(String... arguments) throws Exception {
    Path jar = Path.of("target", "guard.jar").toAbsolutePath();
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "-jar",
                jar.toString()));
    command.addAll(List.of(arguments));
    Path out = directory.resolve("out");
    Path err = directory.resolve("err");
    Process process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
    return new Cli.Ran(
        process.exitValue(),
        Files.readString(out, StandardCharsets.UTF_8),
        Files.readString(err, StandardCharsets.UTF_8));
  }

  @Test
  void theHelpIsOnTheOutputAndNothingElse() throws Exception {
    Cli.Ran ran = jar("--help");

    assertThat(ran.exit()).as(ran.toString()).isZero();
    assertThat(ran.out()).contains("Usage: guard").contains("Exit codes");
    assertThat(ran.err()).isEmpty();
  }

  @Test
  void theDemoInTheJarTellsTheWholeStory() throws Exception {
    Cli.Ran ran = jar("demo", "--json", "--images", "20", "--in-use", "4");

    assertThat(ran.exit()).as(ran.toString()).isZero();
    assertThat(ran.err()).isEmpty();
    JsonNode json = Json.read(ran.out().strip());
    assertThat(json.path("naive").path("outage").asBoolean()).isTrue();
    assertThat(json.path("guarded").path("outage").asBoolean()).isFalse();
  }

  @Test
  void whatPeopleSayCannotBeRead_isOneSentenceAndTheRefusal() throws Exception {
    try (Ground ground = Ground.fake(directory)) {
      ground.configure("protect", "{tags: [kept]}", "soak", "1m", "people", "{file: people.yaml}");
      for (int i = 0; i < 3; i++) {
        ground.push.push("old/app", "o" + i, ImageSpec.of("old " + i).created(Ground.LONG_AGO));
      }
      ground.push.push("old/app", "kept", ImageSpec.of("kept").created(Ground.LONG_AGO));
      Files.writeString(directory.resolve("people.yaml"), "objections: [{}]\n");
      Cli.Ran ran = jar("images", "apply", "--execute");

      assertThat(ran.exit()).as(ran.toString()).isEqualTo(4);
      String out = ran.out().replaceAll("\\s+", " ");
      assertThat(out).contains("could not be read").contains("people.yaml");
      assertThat(ran.out() + ran.err())
          .as("no log and no stack trace beside it")
          .doesNotContain("WARN")
          .doesNotContain("\tat ")
          .doesNotContain("Exception");
      assertThat(ground.deletions()).isZero();
      Cli.Ran status = jar("status");
      assertThat(status.err()).isEmpty();
      assertThat(status.out()).contains("cannot be read, so every image is refused");
    }
  }

  @Test
  void theLogIsToldOnTheErrorOutput() throws Exception {
    try (Ground ground = Ground.fake(directory)) {
      ground.configure("protect", "{tags: [kept]}", "soak", "3d", "notify", "{log: true}");
      for (int i = 0; i < 3; i++) {
        ground.push.push("old/app", "o" + i, ImageSpec.of("old " + i).created(Ground.LONG_AGO));
      }
      ground.push.push("old/app", "kept", ImageSpec.of("kept").created(Ground.LONG_AGO));
      Cli.Ran ran = jar("images", "announce", "--json");

      assertThat(ran.exit()).as(ran.toString()).isZero();
      assertThat(ran.json().path("announced")).hasSize(3);
      assertThat(ran.err()).contains("dev.guard.notice PLANNED").contains("old/app");
    }
  }

  @Test
  void badInputIsOneSentenceAndItsExitCode() throws Exception {
    Cli.Ran flag = jar("images", "apply", "--exec");
    assertThat(flag.exit()).isEqualTo(2);
    assertThat(flag.err().strip().lines()).hasSize(1);
    Cli.Ran missing = jar("images", "plan");
    assertThat(missing.exit()).isEqualTo(2);
    assertThat(missing.err()).contains("guard.yaml");
    assertThat(missing.out()).isEmpty();
  }
}
