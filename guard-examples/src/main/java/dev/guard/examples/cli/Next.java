package dev.guard.examples.cli;

import dev.guard.Reason;
import dev.guard.Verdict;
import dev.guard.blastradius.BlastRadiusLimit;
import dev.guard.examples.report.Style;
import dev.guard.killswitch.KillSwitch;
import dev.guard.plan.Approvals;
import dev.guard.plan.Plan;
import dev.guard.plan.PlanItem;
import dev.guard.rollout.StagedRollout;
import dev.guard.soak.Soak;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/** What people should do after something was halted, by what halted it. */
final class Next {
  static final String WORD = "Next     ";
  private static final String RUN_LOCKED = "run-locked";

  private Next() {}

  /** The gravest thing first: what could not be read says nothing about limits. */
  static String after(Verdict halt, Style style) {
    Set<String> codes = new HashSet<>();
    halt.reasons().forEach(reason -> codes.add(reason.code()));
    if (codes.contains(RUN_LOCKED)) {
      return "wait until the other run has ended; "
          + style.command("guard status")
          + " says whose it is";
    }
    if (codes.contains(Reason.EVIDENCE_INCOMPLETE)) {
      return "mend what could not be read, then plan again";
    }
    if (codes.contains(KillSwitch.STOPPED) || codes.contains(KillSwitch.PAUSED)) {
      return style.command("guard status") + "  says who stopped it and why";
    }
    for (String code : codes) {
      if (code.startsWith("rollout-") || code.equals(StagedRollout.STAGES_CHANGED)) {
        return style.command("guard rollout status") + "  says where the rollout stands";
      }
    }
    if (codes.contains(AsPlanned.PLAN_HALTED)) {
      return style.command("guard images plan -o plan.json") + "  makes a new plan";
    }
    if (codes.contains(BlastRadiusLimit.OVER_LIMIT)
        || codes.contains(BlastRadiusLimit.WINDOW_USED_UP)) {
      return "narrow policy.repositories or raise limits on purpose, then plan again";
    }
    return "mend what is said above, then plan again";
  }

  /** What the items of a plan wait for first: the news, then the people, then the act. */
  static String with(Plan plan, Path file, Style style) {
    Set<String> codes = new HashSet<>();
    for (PlanItem item : plan.wouldGo()) {
      item.verdict().reasons().forEach(reason -> codes.add(reason.code()));
    }
    if (codes.contains(Soak.SOAKING)) {
      return style.command("guard images announce " + file)
          + "  tells people; the wait counts from then";
    }
    if (codes.contains(Approvals.NOT_APPROVED)) {
      return style.command("guard plan approve " + file + " --why '…'")
          + "  by somebody else than its planner";
    }
    return style.command("guard images apply " + file) + "  rehearses it, and deletes nothing";
  }

  /** Why nothing of a plan that was halted when it was made can be applied. */
  static String after(Plan plan, Style style) {
    boolean onlyLimit =
        plan.verdict().reasons().stream()
            .allMatch(reason -> reason.pending() || reason.code().equals(Reason.OVER_LIMIT));
    return after(plan.verdict(), style)
        + "; nothing of this plan can be applied"
        + (onlyLimit ? ", unless somebody runs " + style.command("guard plan approve") : "");
  }
}
