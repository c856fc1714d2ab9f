package dev.guard.examples.cli;

import picocli.CommandLine.Command;

/** {@code guard plan}. */
@Command(
    name = "plan",
    description = {"Looks at plans, and says yes or no to them.", ""},
    subcommands = {PlanShow.class, PlanApprove.class, PlanObject.class})
final class PlanCommand extends CommandGroup {
  PlanCommand() {
    super("Say what to do with the plan: guard plan show, approve or object.");
  }
}
