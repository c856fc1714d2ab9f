package dev.guard.examples.cli;

import picocli.CommandLine.Command;

/** {@code guard rollout}. */
@Command(
    name = "rollout",
    description = {
      "Where the rollout of a plan stands, and people's say in it.",
      "'guard images apply --execute' begins it and moves it; nothing moves by itself.",
      ""
    },
    subcommands = {
      RolloutShow.class,
      RolloutSay.Pause.class,
      RolloutSay.Resume.class,
      RolloutSay.Abort.class
    })
final class RolloutCommand extends CommandGroup {
  RolloutCommand() {
    super("Say what to do with the rollout: guard rollout status, pause, resume or abort.");
  }
}
