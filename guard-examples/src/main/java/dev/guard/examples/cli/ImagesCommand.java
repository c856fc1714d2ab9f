package dev.guard.examples.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code guard images}. */
@Command(
    name = "images",
    description = {"Cleans a registry of images that nothing needs.", ""},
    subcommands = {ImagesPlan.class, ImagesExplain.class, ImagesApply.class, ImagesCheck.class})
final class ImagesCommand implements Runnable {
  @Spec
  @SuppressWarnings("NullAway.Init")
  CommandSpec spec;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Print this and do nothing.")
  boolean help;

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(),
        "Say what to do with the images: guard images plan, explain, apply or check.");
  }
}
