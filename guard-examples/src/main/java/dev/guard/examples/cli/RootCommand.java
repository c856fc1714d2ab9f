package dev.guard.examples.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code guard}. */
@Command(
    name = "guard",
    version = "guard 0.1.0-SNAPSHOT",
    description = {
      "Guarded automation: cleans images out of a registry and cannot delete what is used.",
      "Nothing is deleted unless 'guard images apply' is told --execute.",
      ""
    },
    subcommands = {
      DemoCommand.class,
      ImagesCommand.class,
      PlanCommand.class,
      RolloutCommand.class,
      StopCommand.class,
      ResumeCommand.class,
      ReleaseCommand.class,
      StatusCommand.class,
      DismissCommand.class,
      UndoCommand.class,
      AuditCommand.class,
      SimulateCommand.class
    },
    mixinStandardHelpOptions = true,
    footerHeading = "%nExit codes%n",
    footer = {
      "  0  done, clean",
      "  1  found something: a missing image, a damaged journal",
      "  2  usage, configuration, unusable plan, missing context, rejected credentials",
      "  3  unreachable, denied, or incomplete evidence",
      "  4  refused or halted: over a limit, stopped, another run under way",
      "  5  partly failed, or parts of the registry could not be read",
      "  6  in doubt: an act whose outcome nobody knows",
      "",
      "Environment (a flag is stronger, the file weaker)",
      "  GUARD_CONFIG, GUARD_KUBECONFIG,",
      "  GUARD_AS                   what --config, kubeconfig and --as say",
      "  GUARD_DRY_RUN              anything but false makes every run a rehearsal",
      "  NO_COLOR, GUARD_LOG=debug  no colour; the library's log",
      "  GUARD_DEBUG=1              where a fault came from",
      "",
      "Begin here",
      "  guard demo                              the whole story, made up, in seconds",
      "  guard images plan -o plan.json          what would go, what is kept and why",
      "  guard images apply plan.json            the rehearsal",
      "  guard images apply plan.json --execute  the act",
      "  guard undo RUN --execute                puts back what a run deleted",
      "  guard stop --why 'odd alerts'           stops every run before its next act"
    })
final class RootCommand implements Runnable {
  @Spec
  @SuppressWarnings("NullAway.Init")
  CommandSpec spec;

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(),
        "Say what to do: guard demo, images, plan, rollout, stop, resume, status, dismiss, undo, audit or simulate.");
  }
}
