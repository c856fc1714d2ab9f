package dev.guard.examples.cli;

import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A command that does nothing itself: it holds others, and says so to who names none of them. */
class CommandGroup implements Runnable {
  private final String hint;

  @Spec
  @SuppressWarnings("NullAway.Init")
  CommandSpec spec;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Print this and do nothing.")
  boolean help;

  /** The hint tells what to say instead. */
  CommandGroup(String hint) {
    this.hint = hint;
  }

  @Override
  public final void run() {
    throw new CommandLine.ParameterException(spec.commandLine(), hint);
  }
}
