package dev.guard.examples.cli;

import dev.guard.Reason;
import dev.guard.Verdict;
import dev.guard.blastradius.BlastRadiusLimit;
import dev.guard.plan.Approvals;
import dev.guard.plan.Plan;
import dev.guard.plan.PlanItem;
import dev.guard.plan.Report;
import dev.guard.plan.Report.Entry;
import dev.guard.plan.Report.Fate;
import dev.guard.rollout.StagedRollout;
import dev.guard.soak.Shadow;
import dev.guard.soak.Soak;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a plan or a report means for the exit code; the gravest thing that happened wins. */
final class Fates {
  private static final String STOPPED_AT_FAILURE = "stopped-at-failure";
  private static final Set<String> WAITING =
      Set.of(
          Reason.DRY_RUN,
          Shadow.IN_SHADOW,
          Soak.SOAKING,
          Soak.OBJECTED,
          StagedRollout.STAGE_CLOSED,
          StagedRollout.STAGE_OVER);
  private static final Set<String> BEYOND_THE_TARGET =
      Set.of(BlastRadiusLimit.WINDOW_USED_UP, Soak.UNREADABLE, Approvals.UNREADABLE);
  private static final String UNREADABLE = "fingerprint-unreadable";

  private Fates() {}

  /** A plan that was made: incomplete evidence, then halts, then what could not be read. */
  static Exit of(Plan plan) {
    Exit halted = halted(plan.verdict());
    if (halted != Exit.CLEAN) {
      return halted;
    }
    if (plan.items().stream().anyMatch(item -> beyondTheTarget(item.verdict().reasons()))) {
      return Exit.REFUSED;
    }
    return plan.header().unread().isEmpty() ? Exit.CLEAN : Exit.PARTLY;
  }

  /** Whether what refused is no word about the target: a used up window, people nobody can hear. */
  private static boolean beyondTheTarget(List<Reason> reasons) {
    return reasons.stream().anyMatch(reason -> BEYOND_THE_TARGET.contains(reason.code()));
  }

  /**
   * The report with what already stood against the plan. A plan of which nothing would go because
   * it was halted when it was made has nothing left to run; that is a halt, not a success.
   */
  static Report whole(Plan plan, Report report) {
    boolean hopeless =
        report.halt() == null
            && plan.wouldGo().isEmpty()
            && plan.verdict().level() == Verdict.Level.HALT;
    return hopeless
        ? new Report(
            report.run(), report.plan(), report.executed(), report.entries(), plan.verdict())
        : report;
  }

  /** A run that ended, executed or rehearsed. */
  static Exit of(Plan plan, Report report) {
    if (report.count(Fate.IN_DOUBT) > 0) {
      return Exit.IN_DOUBT;
    }
    Exit halted = halted(report.halt());
    if (halted == Exit.UNREADABLE || halted == Exit.REFUSED) {
      return halted;
    }
    if (halted == Exit.PARTLY || report.count(Fate.FAILED) > 0) {
      return Exit.PARTLY;
    }
    Exit refused = refused(plan, report);
    if (refused != Exit.CLEAN) {
      return refused;
    }
    return plan.header().unread().isEmpty() ? Exit.CLEAN : Exit.PARTLY;
  }

  /** What halted something that is neither a plan nor a run. */
  static Exit of(Verdict verdict) {
    return halted(verdict);
  }

  private static Exit halted(@Nullable Verdict verdict) {
    if (verdict == null || verdict.level() != Verdict.Level.HALT) {
      return Exit.CLEAN;
    }
    boolean failed = false;
    boolean failureOnly = true;
    for (Reason reason : verdict.reasons()) {
      if (reason.code().equals(Reason.EVIDENCE_INCOMPLETE)) {
        return Exit.UNREADABLE;
      }
      failed |= reason.code().equals(STOPPED_AT_FAILURE);
      failureOnly &= reason.pending() || reason.code().equals(STOPPED_AT_FAILURE);
    }
    return failed && failureOnly ? Exit.PARTLY : Exit.REFUSED;
  }

  /** What only waits for its day, as people were told it would, is no failure of a nightly job. */
  private static boolean waits(Entry entry) {
    return entry.reasons().stream().allMatch(reason -> WAITING.contains(reason.code()));
  }

  /** A target that the plan would have let go and that a safeguard refused after all. */
  private static Exit refused(Plan plan, Report report) {
    Set<Object> going = new HashSet<>();
    for (PlanItem item : plan.wouldGo()) {
      going.add(item.target());
    }
    Exit exit = Exit.CLEAN;
    for (Entry entry : report.entries()) {
      if (entry.outcome() == Fate.REFUSED && beyondTheTarget(entry.reasons())) {
        exit = Exit.REFUSED;
      }
      if (entry.outcome() == Fate.REFUSED && going.contains(entry.target())) {
        boolean unreadable =
            entry.reasons().stream().anyMatch(reason -> reason.code().equals(UNREADABLE));
        if (unreadable) {
          return Exit.UNREADABLE;
        }
        exit = waits(entry) ? exit : Exit.REFUSED;
      }
    }
    return exit;
  }
}
