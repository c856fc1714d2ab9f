package dev.guard.testkit.law;

import dev.guard.testkit.ScriptedSafeguard.Says;
import dev.guard.testkit.law.Law.Check;
import dev.guard.testkit.law.Law.Findings;
import dev.guard.testkit.scenario.Scenario.Deed;
import dev.guard.testkit.scenario.Scenario.Kind;
import dev.guard.testkit.scenario.Scenario.Scripted;
import dev.guard.testkit.scenario.Trace.Asked;
import dev.guard.testkit.scenario.Trace.Happened;
import dev.guard.testkit.scenario.Trace.Planned;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** Law 5. */
final class WholePlanLaw implements Check {
  /** What surely did not run is given back; all else is drawn. */
  private static final Set<Deed> GIVEN_BACK = EnumSet.of(Deed.NOT_RUN, Deed.NOT_RUN_FAILS);

  @Override
  public void judge(Story story, Findings findings) {
    Map<String, Set<String>> touched = new HashMap<>();
    for (Asked apply : story.applies()) {
      heeded(story, findings, apply);
      Planned plan = Story.plan(apply);
      Set<String> before = touched.computeIfAbsent(plan.digest(), digest -> new LinkedHashSet<>());
      Set<String> going = new LinkedHashSet<>();
      Set<String> done = story.doneBefore(plan.digest(), apply.from());
      for (String id : plan.going()) {
        if (!done.contains(id) && surelyGoes(story, apply, id)) {
          going.add(id);
        }
      }
      int acts = story.acts(apply).size();
      if (acts > 0 && going.size() > story.allowedPerPlan()) {
        findings.add(
            apply.to(),
            acts
                + " acts, although "
                + going.size()
                + " would go and "
                + story.allowedPerPlan()
                + " are allowed.");
      }
      for (Happened act : story.acts(apply)) {
        if (!GIVEN_BACK.contains(story.scenario.thing(act.id()).deed())) {
          before.add(act.id());
        }
      }
      if (before.size() > story.allowedPerPlan()) {
        findings.add(
            apply.to(),
            before.size()
                + " targets were touched under one plan, but "
                + story.allowedPerPlan()
                + " are allowed.");
      }
    }
  }

  /** Whoever does not allow the whole plan ends the run before its first act. */
  private static void heeded(Story story, Findings findings, Asked apply) {
    for (Scripted one : story.scenario.safeguards()) {
      Says says = one.ofWhole(apply.move());
      if (says != Says.ALLOW) {
        for (Happened act : story.acts(apply)) {
          findings.add(
              act.step(),
              act.id() + " was acted on, although " + one.name() + " says " + says + " of all.");
        }
      }
    }
  }

  /**
   * Nothing stands against it for good when the run begins, and nothing happens to it meanwhile.
   */
  private static boolean surelyGoes(Story story, Asked apply, String id) {
    return !story.inDoubtBefore(id, apply.from())
        && !story.protectedAt(story.scenario.thing(id), apply.to())
        && !story.usedAt(id, apply.from())
        && !story.anySays(id, apply.move(), Says.REFUSE, Says.SIMULATE)
        && story.events(id, apply.from() - 1, apply.to(), Kind.USED, Kind.FREED).isEmpty();
  }
}
