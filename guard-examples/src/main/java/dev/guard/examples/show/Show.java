package dev.guard.examples.show;

import dev.guard.Reason;
import dev.guard.Target;
import dev.guard.Verdict;
import dev.guard.audit.AuditRecord;
import dev.guard.audit.JournalReader;
import dev.guard.audit.JournalVerifier;
import dev.guard.examples.report.Halts;
import dev.guard.examples.report.PlanText;
import dev.guard.examples.report.Style;
import dev.guard.examples.report.Table;
import dev.guard.examples.report.Text;
import dev.guard.plan.Plan;
import dev.guard.plan.PlanItem;
import dev.guard.plan.Report;
import dev.guard.plan.Report.Fate;
import dev.guard.undo.Undo;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Prints what people review: a plan before the act, a report after it, the journal, and what an
 * undo can take back. What it prints of targets is made harmless for a terminal. Not thread-safe.
 */
public final class Show {
  /** The label by which people know a target; without it they see its id. */
  public static final String NAME = "name";

  private static final int CLEAN = 0;
  private static final int UNREADABLE = 3;
  private static final int REFUSED = 4;
  private static final int PARTLY = 5;
  private static final int IN_DOUBT = 6;
  private static final int MOST = 200;

  private final PrintStream out;
  private final Style style;

  /**
   * A printer.
   *
   * @param out where
   * @param style how
   */
  public Show(PrintStream out, Style style) {
    this.out = out;
    this.style = style;
  }

  /**
   * A headline.
   *
   * @param text what comes next
   */
  public void scene(String text) {
    out.println();
    out.println(style.bold(Text.clean(text)));
  }

  /**
   * One line.
   *
   * @param text a sentence
   */
  public void line(String text) {
    PlanText.indented(Text.clean(text), out);
  }

  /**
   * What a plan would let go, what it keeps and why, what could not be read, and what it rests on.
   *
   * @param plan the plan
   */
  public void plan(Plan plan) {
    out.println(
        style.bold("Plan of guard " + Text.clean(plan.header().guard()))
            + style.dim("  " + Text.clean(plan.header().action()) + ", " + plan.digest()));
    line("because " + plan.header().because());
    Halts.of(plan.verdict()).forEach(halt -> PlanText.halted(halt, out, style));
    out.println(
        style.bold("Would go  ")
            + plan.wouldGo().size()
            + plan.population().map(all -> " of " + all.size() + " in all").orElse(""));
    items("WHY", plan.items().stream().filter(PlanItem::wouldGo).toList(), Show::why);
    List<PlanItem> kept = plan.items().stream().filter(item -> !item.wouldGo()).toList();
    if (!kept.isEmpty()) {
      out.println(style.bold("Kept  ") + kept.size());
      items("KEPT BECAUSE", kept, item -> because(item.verdict().reasons(), it -> !it.pending()));
    }
    if (!plan.header().unread().isEmpty()) {
      out.println(style.bold("Not read") + style.dim("  and therefore kept"));
      plan.header().unread().stream().limit(MOST).forEach(this::line);
    }
    plan.header().facts().forEach((name, value) -> line(name + ": " + value));
  }

  private static String why(PlanItem item) {
    String waits = because(item.verdict().reasons(), Reason::pending);
    return item.because() + (waits.isEmpty() ? "" : " (waits: " + waits + ")");
  }

  private void items(
      String why, List<PlanItem> items, java.util.function.Function<PlanItem, String> because) {
    if (items.isEmpty()) {
      return;
    }
    Table table = new Table("  ", "WHAT", why).fitted();
    items.stream().limit(MOST).forEach(item -> table.row(name(item.target()), because.apply(item)));
    table.print(out, style);
    more(items.size());
  }

  private void more(int all) {
    if (all > MOST) {
      out.println(style.dim("  … and " + (all - MOST) + " more"));
    }
  }

  private static String because(List<Reason> reasons, Predicate<Reason> which) {
    return Halts.joined(reasons.stream().filter(which).map(Reason::sentence).toList());
  }

  /**
   * What came of a plan.
   *
   * @param report the report
   */
  public void report(Report report) {
    out.println(
        style.bold(report.executed() ? "Run " : "Rehearsal ")
            + report.run()
            + style.dim("  " + counts(report)));
    Verdict halt = report.halt();
    if (halt != null) {
      Halts.of(halt).forEach(sentence -> PlanText.halted(sentence, out, style));
    }
    if (report.entries().isEmpty()) {
      return;
    }
    Table table = new Table("  ", "WHAT", "OUTCOME", "WHY").fitted();
    report.entries().stream()
        .limit(MOST)
        .forEach(
            entry ->
                table.row(
                    name(entry.target()),
                    entry.outcome().toString(),
                    because(entry.reasons(), reason -> true)));
    table.print(out, style);
    more(report.entries().size());
  }

  private static String counts(Report report) {
    List<String> counts = new ArrayList<>();
    report
        .counts()
        .forEach(
            (fate, count) -> {
              if (count > 0) {
                counts.add(count + " " + fate);
              }
            });
    return counts.isEmpty() ? "nothing to do" : String.join(", ", counts);
  }

  /**
   * The records of one run, and whether the whole journal is intact.
   *
   * @param journal the journal's directory
   * @param run which run
   * @throws dev.guard.AuditException if it cannot be read
   */
  public void journal(Path journal, String run) {
    JournalVerifier.Result verified = JournalVerifier.at(journal).verify();
    out.println(
        style.bold("Journal  ")
            + Text.clean(journal.toString())
            + (verified instanceof JournalVerifier.Intact intact
                ? style.good("  intact, " + intact.records() + " records")
                : style.bad("  damaged: " + Text.clean(verified.toString()))));
    Table table = new Table("  ", "SEQ", "PHASE", "ACTION", "WHAT", "OUTCOME", "WHY").fitted();
    JournalReader.at(journal)
        .forEach(
            entry -> {
              AuditRecord record = entry.record();
              if (record.run().equals(run)) {
                table.row(
                    String.valueOf(entry.seq()),
                    record.phase() + (record.mode().equals("dry-run") ? " (dry)" : ""),
                    record.action(),
                    names(record.targets()),
                    record.outcome() == null ? "" : record.outcome(),
                    said(record));
              }
            });
    table.print(out, style);
  }

  private static String said(AuditRecord record) {
    if (record.error() != null) {
      return record.error();
    }
    String reasons = because(record.reasons(), reason -> true);
    return Text.shortened(reasons.isEmpty() ? record.because() : reasons);
  }

  private static String names(List<Target> targets) {
    return targets.isEmpty()
        ? ""
        : name(targets.get(0)) + (targets.size() == 1 ? "" : " and " + (targets.size() - 1));
  }

  /**
   * What an undo can take back, and what it cannot.
   *
   * @param undo what a run did
   * @param run that run
   * @throws IllegalArgumentException if the journal knows nothing that the run did
   */
  public void undo(Undo undo, String run) {
    if (undo.materials().isEmpty() && undo.lost().isEmpty()) {
      throw new IllegalArgumentException(
          "The journal knows nothing that a run '" + Text.clean(run) + "' did.");
    }
    out.println(
        style.bold("Undo of run ")
            + Text.clean(run)
            + style.dim(
                "  " + undo.materials().size() + " saved, " + undo.lost().size() + " not saved"));
    undo.lost().forEach(target -> line("lost: " + name(target) + ", nothing was saved for it"));
  }

  /**
   * What to type next.
   *
   * @param command a command line or a part of it
   * @param what what it does
   */
  public void next(String command, String what) {
    out.println(
        style.bold("Next  ") + style.command(Text.clean(command)) + "  " + Text.clean(what));
  }

  /**
   * The exit code a report calls for, the gravest thing first: 6 in doubt, 3 incomplete evidence, 4
   * halted or refused, 5 failed or not all read, 0 otherwise. What only waits is no failure.
   *
   * @param plan the plan
   * @param report what came of it
   * @return the code
   */
  public static int exit(Plan plan, Report report) {
    if (report.count(Fate.IN_DOUBT) > 0) {
      return IN_DOUBT;
    }
    Verdict halt = report.halt() == null ? plan.verdict() : report.halt();
    if (halt.level() == Verdict.Level.HALT) {
      if (has(halt.reasons(), Reason.EVIDENCE_INCOMPLETE)) {
        return UNREADABLE;
      }
      return report.count(Fate.FAILED) > 0 ? PARTLY : REFUSED;
    }
    if (report.count(Fate.FAILED) > 0) {
      return PARTLY;
    }
    boolean refused =
        report.entries().stream()
            .filter(entry -> entry.outcome() == Fate.REFUSED)
            .anyMatch(entry -> would(plan, entry.target()) && !waits(entry.reasons()));
    if (refused) {
      return REFUSED;
    }
    return plan.header().unread().isEmpty() ? CLEAN : PARTLY;
  }

  private static boolean would(Plan plan, Target target) {
    return plan.wouldGo().stream().anyMatch(item -> item.target().equals(target));
  }

  private static boolean waits(List<Reason> reasons) {
    return reasons.stream().allMatch(Reason::pending);
  }

  private static boolean has(List<Reason> reasons, String code) {
    return reasons.stream().anyMatch(reason -> reason.code().equals(code));
  }

  private static String name(Target target) {
    String name = target.labels().getOrDefault(NAME, "");
    return name.isEmpty() ? target.id() : name;
  }
}
