package dev.guard.testkit.law;

import dev.guard.audit.AuditRecord.Phase;
import dev.guard.testkit.law.Law.Check;
import dev.guard.testkit.law.Law.Findings;
import dev.guard.testkit.scenario.Scenario.Kind;
import dev.guard.testkit.scenario.Scenario.Scripted;
import dev.guard.testkit.scenario.Trace.Asked;
import dev.guard.testkit.scenario.Trace.Compared;
import dev.guard.testkit.scenario.Trace.Happened;
import dev.guard.testkit.scenario.Trace.What;
import dev.guard.testkit.scenario.Trace.Written;
import java.util.EnumSet;
import java.util.Set;

/** Law 1. */
final class DryRunLaw implements Check {
  private static final Set<What> TOUCHES =
      EnumSet.of(What.ACT, What.PREPARE, What.REDEEM, What.DEED, What.RESERVE);

  @Override
  public void judge(Story story, Findings findings) {
    if (story.scenario.execute()) {
      onlyAfterAllow(story, findings);
    } else {
      touchesNothing(story, findings);
      asksEverybody(story, findings);
    }
    saysTheSame(story, findings);
  }

  private static void touchesNothing(Story story, Findings findings) {
    for (Happened one : story.trace.log()) {
      if (TOUCHES.contains(one.what())) {
        findings.add(one.step(), "In a dry run there was " + one.what() + " of " + one.id() + ".");
      }
    }
    for (Written one : story.trace.journal()) {
      Phase phase = one.record().phase();
      if (phase == Phase.INTENDED || phase == Phase.PREPARED || phase == Phase.OUTCOME) {
        findings.add(one.step(), "In a dry run " + phase + " was recorded of " + one.ids() + ".");
      }
      if (!one.record().mode().equals("dry-run")) {
        findings.add(one.step(), "In a dry run the journal says " + one.record().mode() + ".");
      }
    }
    for (Asked one : story.trace.asked()) {
      boolean done = one.report().isPresent() && one.report().get().containsValue("DONE");
      if (one.executed() || done || "Done".equals(one.outcome())) {
        findings.add(one.to(), "A dry run's answer claims that something was done.");
      }
    }
  }

  private static void asksEverybody(Story story, Findings findings) {
    for (Asked one : story.trace.asked()) {
      one.report()
          .ifPresent(
              fates ->
                  fates.forEach(
                      (id, fate) -> {
                        if (fate.equals("SIMULATED")) {
                          asked(story, findings, one, id);
                        }
                      }));
      if (one.kind() == Kind.CALL && "Simulated".equals(one.outcome())) {
        asked(story, findings, one, String.valueOf(one.id()));
      }
    }
  }

  /** After its fingerprint was read anew, as an executing run asks. */
  private static void asked(Story story, Findings findings, Asked move, String id) {
    int looked = story.firstLook(move, id);
    for (Scripted safeguard : story.scenario.safeguards()) {
      boolean was =
          story
              .all(What.REVIEW)
              .anyMatch(
                  r ->
                      r.move() == move.move()
                          && r.step() >= looked
                          && r.id().equals(id)
                          && r.who().equals(safeguard.name()));
      if (!was) {
        findings.add(
            move.to(), "The dry run simulated " + id + " without asking " + safeguard.name() + ".");
      }
    }
  }

  private static void onlyAfterAllow(Story story, Findings findings) {
    for (Happened act : story.acts()) {
      for (Scripted safeguard : story.scenario.safeguards()) {
        String last = "nothing";
        for (Happened one : story.trace.log()) {
          if (one.what() == What.REVIEW
              && one.move() == act.move()
              && one.step() < act.step()
              && one.id().equals(act.id())
              && one.who().equals(safeguard.name())) {
            last = one.said();
          }
        }
        if (!last.equals("ALLOW")) {
          findings.add(
              act.step(),
              act.id() + " was acted on, but " + safeguard.name() + " said " + last + ".");
        }
      }
    }
  }

  /** A dry run prints what each would have said: the same reasons, and its own. */
  private static void saysTheSame(Story story, Findings findings) {
    for (Compared one : story.trace.compared()) {
      if (!one.dry().reasons().containsAll(one.live().reasons())) {
        findings.add(0, "Of " + one.id() + " a dry run hides what an executing run says.");
      }
      if (one.dry().level() != Math.max(1, one.live().level())) {
        findings.add(
            0,
            "Of "
                + one.id()
                + " a dry run says "
                + one.dry().level()
                + ", an executing run "
                + one.live().level()
                + ".");
      }
    }
  }
}
