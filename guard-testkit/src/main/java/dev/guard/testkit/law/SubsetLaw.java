package dev.guard.testkit.law;

import dev.guard.testkit.law.Law.Check;
import dev.guard.testkit.law.Law.Findings;
import dev.guard.testkit.scenario.Scenario.Kind;
import dev.guard.testkit.scenario.Scenario.Thing;
import dev.guard.testkit.scenario.Trace.Asked;
import dev.guard.testkit.scenario.Trace.Happened;
import dev.guard.testkit.scenario.Trace.Planned;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/** Law 6. */
final class SubsetLaw implements Check {
  @Override
  public void judge(Story story, Findings findings) {
    int planned = 0;
    for (Asked one : story.trace.asked()) {
      Planned plan = one.plan();
      if (one.kind() == Kind.PLAN && plan != null && one.error() == null) {
        planned = one.from();
        selected(story, findings, one, plan);
      }
      if (one.kind() == Kind.ALTER && plan != null && one.error() == null) {
        findings.add(one.to(), "An altered plan was accepted.");
      }
      if (one.kind() == Kind.APPLY && plan != null) {
        applied(story, findings, one, plan, planned);
      }
      if (one.kind() == Kind.CALL) {
        for (Happened act : story.acts(one)) {
          if (!act.id().equals(one.id())) {
            findings.add(act.step(), "A call on " + one.id() + " acted on " + act.id() + ".");
          }
        }
      } else if (one.kind() != Kind.APPLY && !story.acts(one).isEmpty()) {
        findings.add(one.to(), one.kind() + " acted.");
      }
    }
  }

  private static void selected(Story story, Findings findings, Asked one, Planned plan) {
    List<String> candidates = new ArrayList<>();
    for (Thing thing : story.candidates()) {
      candidates.add(thing.id());
    }
    if (!candidates.containsAll(plan.items())
        || plan.items().size() != new HashSet<>(plan.items()).size()) {
      findings.add(one.to(), "Planned " + plan.items() + ", but selected " + candidates + ".");
    }
  }

  private static void applied(
      Story story, Findings findings, Asked apply, Planned plan, int planned) {
    List<Happened> acts = story.acts(apply);
    String unfit = plan.unfit();
    if (unfit == null && apply.wall() >= plan.expires()) {
      unfit = "expired";
    }
    if (unfit != null && !"PlanRejectedException".equals(apply.error())) {
      findings.add(apply.to(), "A plan was taken that no guard may take: " + unfit + ".");
    }
    if (unfit != null && !acts.isEmpty()) {
      findings.add(apply.to(), acts.size() + " acts under a plan that is " + unfit + ".");
    }
    for (Happened act : acts) {
      if (!plan.going().contains(act.id())) {
        findings.add(act.step(), act.id() + " was acted on, but would not go by the plan.");
      }
      Thing thing = story.scenario.thing(act.id());
      boolean changed =
          !story
              .events(act.id(), planned, story.firstLook(apply, act.id()), Kind.CHANGES, Kind.GOES)
              .isEmpty();
      if (changed && !thing.unmarked()) {
        findings.add(act.step(), act.id() + " was acted on, but is not what was planned.");
      }
      String parent = thing.after();
      if (parent != null && plan.items().contains(parent) && !settled(story, plan, parent, act)) {
        findings.add(act.step(), act.id() + " was acted on before " + parent + " was done.");
      }
    }
    apply
        .report()
        .ifPresent(
            fates -> {
              if (!new ArrayList<>(fates.keySet()).equals(plan.items())
                  || fates.containsValue("TWICE")) {
                findings.add(
                    apply.to(),
                    "The report is of " + fates.keySet() + ", the plan of " + plan.items() + ".");
              }
            });
  }

  private static boolean settled(Story story, Planned plan, String parent, Happened act) {
    List<String> items = plan.items();
    if (items.indexOf(parent) > items.indexOf(act.id())) {
      return true;
    }
    return story.doneBefore(plan.digest(), act.step()).contains(parent);
  }
}
