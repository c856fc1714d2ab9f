package dev.guard.examples.cli;

import dev.guard.examples.config.ConfigReader;
import dev.guard.examples.config.GuardConfig;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What every command takes. */
final class Common {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "The configuration; else $$GUARD_CONFIG, else guard.yaml in the working directory.")
  @Nullable Path config;

  @Option(names = "--json", description = "Print JSON for machines and nothing else.")
  boolean json;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Print this and do nothing.")
  boolean help;

  Path file(Shell shell) {
    Path flag = config;
    if (flag != null) {
      return shell.resolve(flag);
    }
    String variable = shell.environment().getOrDefault("GUARD_CONFIG", "");
    return shell.resolve(Path.of(variable.isEmpty() ? "guard.yaml" : variable));
  }

  GuardConfig read(Shell shell) {
    return ConfigReader.read(file(shell));
  }
}
