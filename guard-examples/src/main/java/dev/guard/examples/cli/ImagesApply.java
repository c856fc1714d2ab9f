package dev.guard.examples.cli;

import dev.guard.Guard;
import dev.guard.StateException;
import dev.guard.dryrun.DryRun;
import dev.guard.examples.config.GuardConfig;
import dev.guard.examples.report.Style;
import dev.guard.examples.report.Text;
import dev.guard.internal.json.Json;
import dev.guard.plan.Plan;
import dev.guard.plan.Report;
import dev.guard.plan.Report.Fate;
import dev.guard.registry.cleanup.ImageCleanup;
import dev.guard.soak.Shadow;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code guard images apply}. */
@Command(
    name = "apply",
    description = {
      "Applies a plan; without --execute it rehearses.",
      "A rehearsal asks every safeguard, tries every tripwire and reads everything as the real run does, and deletes nothing. Without a plan file the plan that is being rolled out goes on; if there is none, a plan is made first and applied.",
      "A run only ever shrinks its plan: what is in use by now, was retagged or is gone is skipped.",
      ""
    },
    footerHeading = "%nExamples%n",
    footer = {
      "  guard images apply plan.json                the rehearsal",
      "  guard images apply plan.json --execute      the act",
      "",
      "$$GUARD_DRY_RUN makes every run a rehearsal, whatever is said here.",
      "",
      "Exit codes: 0 done (also if everything was done before), 2 usage or an unusable plan, 3 unreachable, denied or incomplete evidence, 4 over a limit, stopped or refused, 5 partly failed or parts unread, 6 in doubt."
    })
final class ImagesApply implements Callable<Integer> {
  private final Shell shell;

  @Mixin final Common common = new Common();

  @Mixin final Person person = new Person();

  @Parameters(
      paramLabel = "PLAN",
      arity = "0..1",
      description = "A file that 'guard images plan -o' wrote.")
  @Nullable Path file;

  @Option(names = "--execute", description = "Delete. Absent means a rehearsal.")
  boolean execute;

  ImagesApply(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    GuardConfig config = common.read(shell);
    Channels channels = Channels.open(shell, config);
    String who = person.name(shell);
    Path given = file;
    Plan read = given == null ? null : Plan.read(shell.resolve(given));
    try (Session session = Session.open(shell, config);
        Progress progress = new Progress(shell, common.json)) {
      if (read != null && given != null) {
        session.accept(read, given, shell.time().now());
      }
      progress.says("asking registry and clusters");
      session.preflight(true);
      try (Journal journal = Journal.open(shell, session)) {
        progress.says("reading registry and clusters");
        ImageCleanup cleanup = session.cleanup(session.store());
        Plan plan = read != null ? read : KeptPlans.underWay(session).orElse(null);
        if (plan == null) {
          plan = ImagesPlan.make(session, cleanup, who, journal, progress);
        } else if (read == null) {
          progress.says("going on with the plan that is being rolled out");
        }
        if (execute) {
          KeptPlans.keep(session, plan);
        }
        Guard guard =
            session.guard(execute, plan.verdict(), who, journal.sink(), cleanup, progress);
        progress.begins(guard.isDryRun() ? "Rehearsing" : "Deleting", plan.wouldGo().size());
        Report report =
            Fates.whole(plan, guard.apply(plan, cleanup.effect(session.state().blobs())));
        progress.ends();
        if (report.halt() != null && !guard.isDryRun()) {
          channels.halted("a run", report.halt(), shell.err());
        }
        return show(plan, report, guard);
      }
    }
  }

  /** Whether only the clean runs that are still missing make a rehearsal of it. */
  private boolean inShadow(boolean rehearsal) {
    return execute
        && rehearsal
        && !DryRun.unless(true, variable -> shell.environment().get(variable)).isOn();
  }

  private static String shadow(Guard guard) {
    String rehearsal = "In shadow, so this is a rehearsal although --execute was given: ";
    try {
      Shadow.Status now = guard.shadow();
      return rehearsal
          + Text.clean(now.toString())
          + (now.graduated().isPresent() ? ". The next run acts." : ".");
    } catch (StateException fault) {
      return rehearsal + "how many clean runs there were cannot be read.";
    }
  }

  private int show(Plan plan, Report report, Guard guard) {
    boolean rehearsal = guard.isDryRun();
    Exit exit = Fates.of(plan, report);
    if (common.json) {
      shell.out().println(Json.line(Output.json(report)));
      return exit.code();
    }
    PrintStream out = shell.out();
    Style style = shell.style();
    boolean inShadow = inShadow(rehearsal);
    if (execute && rehearsal) {
      out.println(
          style.warn(
              inShadow
                  ? shadow(guard)
                  : "$GUARD_DRY_RUN is set, so this is a rehearsal although --execute was given."));
    }
    Output.report(plan, report, out, style);
    for (String gap : plan.header().unread()) {
      out.println(style.warn("Not read  ") + Text.clean(gap));
    }
    if (exit == Exit.IN_DOUBT) {
      out.println(
          style.bold("Next     ")
              + style.command("guard audit unsettled")
              + "  names what nobody knows the outcome of; the next apply asks the registry");
    } else if (report.halt() != null) {
      out.println(style.bold(Next.WORD) + Next.after(report.halt(), style));
    } else if (rehearsal && !inShadow && report.count(Fate.SIMULATED) > 0) {
      out.println(
          style.bold("Next     ")
              + style.command(
                  "guard images apply" + (file == null ? "" : " " + file) + " --execute")
              + "  deletes what still qualifies then");
    } else if (!rehearsal && report.count(Fate.DONE) > 0) {
      out.println(
          style.bold("Undo     ")
              + style.command("guard undo " + report.run())
              + "  puts it back, until the registry collects its garbage");
    } else if (!rehearsal && exit == Exit.CLEAN) {
      out.println(
          report.count(Fate.REFUSED) > plan.items().size() - plan.wouldGo().size()
              ? "Nothing may go yet; what waits goes when its time has come."
              : "Nothing was left to do.");
    }
    return exit.code();
  }
}
