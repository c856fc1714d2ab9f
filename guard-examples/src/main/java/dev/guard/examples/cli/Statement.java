package dev.guard.examples.cli;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Who says it and why: what a command needs whose only ground is a person's word. */
final class Statement {
  private static final int MOST = 1000;

  @Mixin final Person person = new Person();

  @Option(
      names = "--why",
      required = true,
      paramLabel = "TEXT",
      description = "Why, for the record.")
  @SuppressWarnings("NullAway.Init")
  String why;

  String who(Shell shell) {
    return person.name(shell);
  }

  String why() {
    if (why.isBlank() || why.length() > MOST || why.chars().anyMatch(Character::isISOControl)) {
      throw new CommandException(
          Exit.USAGE,
          "A reason has 1 to "
              + MOST
              + " characters and no control characters. Give one with --why.");
    }
    return why;
  }
}
