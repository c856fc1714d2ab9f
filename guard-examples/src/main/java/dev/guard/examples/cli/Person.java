package dev.guard.examples.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** In whose name a command acts: attestation, not authentication. */
final class Person {
  private static final int MOST = 200;

  @Option(
      names = "--as",
      paramLabel = "NAME",
      description =
          "In whose name, for the record; else $$GUARD_AS, else the operating system's user.")
  @Nullable String as;

  String name(Shell shell) {
    String given = as;
    String name =
        given != null ? given : shell.environment().getOrDefault("GUARD_AS", shell.user());
    if (name.isBlank() || name.length() > MOST || name.chars().anyMatch(Character::isISOControl)) {
      throw new CommandException(
          Exit.USAGE,
          "A name for the record has 1 to "
              + MOST
              + " characters and no control characters. Give one with --as.");
    }
    return name;
  }
}
