package dev.guard.testkit.law;

import dev.guard.testkit.ScriptedSafeguard.Says;
import dev.guard.testkit.law.Law.Check;
import dev.guard.testkit.law.Law.Findings;
import dev.guard.testkit.scenario.Trace.Asked;
import dev.guard.testkit.scenario.Trace.Happened;
import dev.guard.testkit.scenario.Trace.What;
import java.util.Set;

/** Law 10. */
final class DenyLaw implements Check {
  private static final Set<String> DENIALS =
      Set.of(Says.REFUSE.name(), Says.REFUSE_PENDING.name(), Says.HALT.name());

  @Override
  public void judge(Story story, Findings findings) {
    for (Happened act : story.acts()) {
      Asked asked = story.asked(act.move());
      int looked = asked == null ? act.step() : story.firstLook(asked, act.id());
      if (story.protectedAt(story.scenario.thing(act.id()), looked)) {
        findings.add(act.step(), act.id() + " is protected and was acted on.");
      }
      if (story.anySays(act.id(), act.move(), Says.REFUSE, Says.REFUSE_PENDING, Says.HALT)) {
        findings.add(act.step(), act.id() + " was refused and acted on.");
      }
      story
          .all(What.REFRESH)
          .filter(one -> one.move() == act.move() && one.step() < act.step())
          .filter(one -> DENIALS.contains(one.said()))
          .forEach(
              one ->
                  findings.add(
                      act.step(),
                      act.id()
                          + " was acted on, although "
                          + one.who()
                          + ", reading anew, said "
                          + one.said()
                          + "."));
    }
  }
}
