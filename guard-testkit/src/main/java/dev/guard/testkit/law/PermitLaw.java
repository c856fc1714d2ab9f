package dev.guard.testkit.law;

import dev.guard.testkit.law.Law.Check;
import dev.guard.testkit.law.Law.Findings;
import dev.guard.testkit.scenario.Scenario.Kind;
import dev.guard.testkit.scenario.ScenarioRunner;
import dev.guard.testkit.scenario.Trace.Asked;
import dev.guard.testkit.scenario.Trace.Happened;
import dev.guard.testkit.scenario.Trace.What;
import java.util.List;

/** Law 15. */
final class PermitLaw implements Check {
  @Override
  public void judge(Story story, Findings findings) {
    story
        .all(What.MISUSE)
        .filter(one -> !one.said().equals("refused"))
        .forEach(
            one ->
                findings.add(
                    one.step(), "A permit for " + one.id() + " was redeemed " + one.who() + "."));
    for (Happened act : story.acts()) {
      Asked asked = story.asked(act.move());
      String plan = asked == null || asked.kind() != Kind.APPLY ? "" : Story.plan(asked).digest();
      String bound = plan + " " + List.of(act.id());
      if (!act.who().equals(ScenarioRunner.GUARD + " " + ScenarioRunner.ACTION)
          || !act.said().equals(bound)) {
        findings.add(
            act.step(),
            "The permit for " + act.id() + " is of " + act.who() + " " + act.said() + ".");
      }
    }
    for (Happened deed : story.all(What.DEED).toList()) {
      long redeemed =
          story
              .all(What.REDEEM)
              .filter(one -> one.step() == deed.step() && one.id().equals(deed.id()))
              .count();
      if (redeemed != 1) {
        findings.add(deed.step(), deed.id() + " was touched with " + redeemed + " permits.");
      }
    }
  }
}
