package dev.guard.examples.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The small complete examples out of guard.jar, each by the one command its page shows. */
class ExamplesJarTest {
  @TempDir Path directory;

  private String example(String main, String... arguments) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "-cp",
                Path.of("target", "guard.jar").toAbsolutePath().toString(),
                "dev.guard.examples." + main));
    command.addAll(List.of(arguments));
    Path out = directory.resolve("out");
    Process process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
    String said = Files.readString(out, StandardCharsets.UTF_8);
    assertThat(process.exitValue()).as(said).isZero();
    return said;
  }

  @Test
  void logs() throws Exception {
    assertThat(example("logs.LogRotation", "--help")).contains("--match", "--undo", "Exit codes");
  }

  @Test
  void cloud() throws Exception {
    assertThat(example("cloud.VolumeCleanup")).contains("2 SIMULATED", "intact");
    String done = example("cloud.VolumeCleanup", "--execute");
    assertThat(done).contains("2 DONE", "intact");
    Matcher run = Pattern.compile("--undo (\\S+)").matcher(done);
    assertThat(run.find()).isTrue();
    assertThat(example("cloud.VolumeCleanup", "--undo", run.group(1), "--execute"))
        .contains("2 saved, 0 not saved", "2 DONE", "intact");
  }
}
