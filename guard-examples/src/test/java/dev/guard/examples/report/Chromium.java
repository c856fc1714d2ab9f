package dev.guard.examples.report;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/**
 * Debian's Chromium without a window. Missing: skipped loudly, or a failure under {@code
 * -Dguard.real=required}.
 */
final class Chromium {
  private final Path binary;
  private final Path scratch;

  private Chromium(Path binary, Path scratch) {
    this.binary = binary;
    this.scratch = scratch;
  }

  static Chromium in(Path scratch) {
    Optional<Path> found =
        List.of("/usr/bin/chromium", "/usr/bin/chromium-browser").stream()
            .map(Path::of)
            .filter(Files::isExecutable)
            .findFirst();
    if (found.isEmpty()) {
      String line =
          "SKIPPED: no chromium here, so no page was opened; install Debian's package chromium.";
      if ("required".equals(System.getProperty("guard.real"))) {
        throw new AssertionError(line);
      }
      System.err.println(line);
      Assumptions.abort(line);
    }
    return new Chromium(found.orElseThrow(), scratch);
  }

  /** The page's document after everything in it that can run has run. */
  String dom(Path page) throws IOException, InterruptedException {
    return run(List.of("--virtual-time-budget=2000", "--dump-dom", page.toUri().toString()));
  }

  void screenshot(Path page, Path png, int width, int height)
      throws IOException, InterruptedException {
    run(
        List.of(
            "--hide-scrollbars",
            "--window-size=" + width + "," + height,
            "--screenshot=" + png,
            page.toUri().toString()));
  }

  private String run(List<String> arguments) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                binary.toString(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--user-data-dir=" + Files.createTempDirectory(scratch, "profile")));
    command.addAll(arguments);
    Path out = Files.createTempFile(scratch, "chromium", ".out");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("chromium did not end within a minute");
    }
    return Files.readString(out, StandardCharsets.UTF_8);
  }
}
