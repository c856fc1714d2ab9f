package dev.guard.examples.cli;

import picocli.CommandLine.Command;

/** {@code guard plan}. */
@Command(name = "plan", description = "Looks at plans.", subcommands = PlanShow.class)
final class PlanCommand extends CommandGroup {
  PlanCommand() {
    super("Say what to do with the plan: guard plan show FILE.");
  }
}
