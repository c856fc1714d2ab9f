package dev.guard.examples.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.Guard;
import dev.guard.Target;
import dev.guard.audit.JournalReader;
import dev.guard.examples.config.GuardConfig;
import dev.guard.examples.report.Halts;
import dev.guard.examples.report.PlanText;
import dev.guard.examples.report.Style;
import dev.guard.examples.report.Table;
import dev.guard.examples.report.Text;
import dev.guard.internal.json.Json;
import dev.guard.plan.Plan;
import dev.guard.plan.Report;
import dev.guard.plan.Report.Fate;
import dev.guard.registry.cleanup.ImageRestore;
import dev.guard.undo.Undo;
import java.io.PrintStream;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code guard undo}. */
@Command(
    name = "undo",
    description = {
      "Puts back what a run deleted; without --execute it rehearses.",
      "Manifests byte for byte and their tags, the last deletion first, each read back. A tag that names another image by now is left to that. Layers are the registry's: once it has collected its garbage they are gone, and nothing is sent.",
      ""
    },
    footerHeading = "%nExamples%n",
    footer = {
      "  guard audit show                            names the runs",
      "  guard undo 20260301T020000-1a2b             the rehearsal",
      "  guard undo 20260301T020000-1a2b --execute   the act",
      "",
      "Exit codes: 0 all is back, 2 usage or no such run, 3 the registry cannot be read, 4 stopped or refused, 5 some could not be put back, 6 in doubt."
    })
final class UndoCommand implements Callable<Integer> {
  private final Shell shell;

  @Mixin final Common common = new Common();
  @Mixin final Person person = new Person();

  @Parameters(paramLabel = "RUN", description = "The run, as the journal and reports name it.")
  @SuppressWarnings("NullAway.Init")
  String run;

  @Option(names = "--execute", description = "Put back. Absent means a rehearsal.")
  boolean execute;

  UndoCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    GuardConfig config = common.read(shell);
    String who = person.name(shell);
    Journal.mustExist(config, shell);
    Undo undo = Undo.of(JournalReader.at(config.journal()), config.name(), run);
    if (undo.materials().isEmpty() && undo.lost().isEmpty()) {
      throw new CommandException(
          Exit.USAGE,
          "The journal knows no deletion of a run '"
              + Text.clean(run)
              + "'; 'guard audit show' names the runs.");
    }
    try (Session session = Session.open(shell, config);
        Progress progress = new Progress(shell, common.json)) {
      progress.says("asking the registry");
      session.preflight(false);
      try (Journal journal = Journal.open(shell, session)) {
        ImageRestore restore = ImageRestore.of(session.registry(), session.state().blobs(), undo);
        Guard guard = session.restoring(restore, execute, who, journal.sink(), progress);
        Plan plan = guard.plan(restore.selection());
        progress.begins(guard.isDryRun() ? "Rehearsing" : "Restoring", plan.wouldGo().size());
        Report report = Fates.whole(plan, guard.apply(plan, restore.effect()));
        progress.ends();
        return show(undo, plan, report, guard.isDryRun());
      }
    }
  }

  private int show(Undo undo, Plan plan, Report report, boolean rehearsal) {
    Exit told = Fates.of(plan, report);
    Exit exit = told == Exit.CLEAN && !undo.lost().isEmpty() ? Exit.PARTLY : told;
    if (common.json) {
      ObjectNode json = Output.json(report);
      ArrayNode lost = json.putArray("lost");
      undo.lost().forEach(target -> lost.add(Output.json(target)));
      shell.out().println(Json.line(json));
      return exit.code();
    }
    PrintStream out = shell.out();
    Style style = shell.style();
    out.println(
        style.bold(rehearsal ? "Rehearsal of an undo" : "Undo")
            + " of run "
            + Text.clean(run)
            + style.dim("  as run " + Text.clean(report.run())));
    if (report.halt() != null) {
      Halts.of(report.halt()).forEach(one -> PlanText.halted(one, out, style));
    }
    Table table = new Table("  ", "", "REPOSITORY", "DIGEST", "WHY").fitted();
    for (Report.Entry entry : report.entries()) {
      table.row(
          word(entry.outcome()),
          entry.target().scope(),
          Text.brief(entry.target().id()),
          entry.reasons().isEmpty() ? "" : entry.reasons().get(0).sentence());
    }
    for (Target target : undo.lost()) {
      table.row(
          "lost", target.scope(), Text.brief(target.id()), "nothing was saved before it went");
    }
    table.print(out, style);
    if (rehearsal && report.count(Fate.SIMULATED) > 0) {
      out.println(
          style.bold("Next     ")
              + style.command("guard undo " + Text.clean(run) + " --execute")
              + "  puts back what still can be");
    }
    return exit.code();
  }

  private static String word(Fate fate) {
    return switch (fate) {
      case DONE -> "restored";
      case SIMULATED -> "would go back";
      case SKIPPED -> "there already";
      case FAILED -> "failed";
      case IN_DOUBT -> "in doubt";
      case REFUSED -> "refused";
      case NOT_ATTEMPTED -> "not tried";
    };
  }
}
