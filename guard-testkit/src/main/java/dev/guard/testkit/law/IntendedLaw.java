package dev.guard.testkit.law;

import dev.guard.audit.AuditRecord.Phase;
import dev.guard.testkit.law.Law.Check;
import dev.guard.testkit.law.Law.Findings;
import dev.guard.testkit.scenario.Scenario.Kind;
import dev.guard.testkit.scenario.Scenario.Prepare;
import dev.guard.testkit.scenario.Trace.Asked;
import dev.guard.testkit.scenario.Trace.Happened;
import dev.guard.testkit.scenario.Trace.Written;

/** Law 9. */
final class IntendedLaw implements Check {
  @Override
  public void judge(Story story, Findings findings) {
    for (Happened act : story.acts()) {
      Written intended = intended(story, act);
      if (intended == null) {
        findings.add(act.step(), act.id() + " was acted on without a durable INTENDED.");
      } else if (story.inDoubtBefore(act.id(), intended.step())) {
        findings.add(act.step(), act.id() + " was in doubt and acted on again.");
      }
      if (story.scenario.thing(act.id()).prepare() == Prepare.SAVES && !prepared(story, act)) {
        findings.add(act.step(), act.id() + " was acted on before its undo was durable.");
      }
    }
    for (Written one : story.journal(Phase.INTENDED)) {
      if (one.acknowledged()) {
        settledOrDoubted(story, findings, one);
      }
    }
  }

  /** Of this very act: durable after the act before it, and before this one. */
  private static @org.jspecify.annotations.Nullable Written intended(Story story, Happened act) {
    int after =
        story.acts().stream()
            .filter(other -> other.step() < act.step() && other.id().equals(act.id()))
            .mapToInt(Happened::step)
            .max()
            .orElse(0);
    Written found = null;
    for (Written one : story.journal(Phase.INTENDED)) {
      if (one.acknowledged()
          && one.move() == act.move()
          && one.step() > after
          && one.step() < act.step()
          && one.ids().contains(act.id())) {
        found = one;
      }
    }
    return found;
  }

  private static boolean prepared(Story story, Happened act) {
    return story.journal(Phase.PREPARED).stream()
        .anyMatch(
            one ->
                one.acknowledged()
                    && one.move() == act.move()
                    && one.step() < act.step()
                    && one.record().undo() != null
                    && one.ids().contains(act.id()));
  }

  private static void settledOrDoubted(Story story, Findings findings, Written intended) {
    boolean settled =
        story.journal(Phase.OUTCOME).stream()
            .anyMatch(
                o -> o.acknowledged() && o.step() > intended.step() && Story.sameAct(intended, o));
    if (settled) {
      return;
    }
    Asked asked = story.asked(intended.move());
    for (String id : intended.ids()) {
      boolean listed =
          asked != null
              && (asked.error() != null
                  || asked.report().map(fates -> "IN_DOUBT".equals(fates.get(id))).orElse(false));
      boolean single = asked != null && asked.kind() == Kind.CALL && asked.error() == null;
      if (!listed || single) {
        findings.add(
            intended.step(), "INTENDED of " + id + " is neither settled nor reported as in doubt.");
      }
    }
  }
}
