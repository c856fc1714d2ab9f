package dev.guard.examples.cli;

import picocli.CommandLine.Command;

/** {@code guard images}. */
@Command(
    name = "images",
    description = {"Cleans a registry of images that nothing needs.", ""},
    subcommands = {
      ImagesPlan.class,
      ImagesAnnounce.class,
      ImagesExplain.class,
      ImagesApply.class,
      ImagesCheck.class
    })
final class ImagesCommand extends CommandGroup {
  ImagesCommand() {
    super("Say what to do with the images: guard images plan, announce, explain, apply or check.");
  }
}
