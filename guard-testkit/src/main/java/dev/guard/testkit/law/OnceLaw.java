package dev.guard.testkit.law;

import dev.guard.testkit.law.Law.Check;
import dev.guard.testkit.law.Law.Findings;
import dev.guard.testkit.scenario.Trace.Asked;
import dev.guard.testkit.scenario.Trace.Happened;
import dev.guard.testkit.scenario.Trace.Planned;
import java.util.Set;

/** Law 16. */
final class OnceLaw implements Check {
  @Override
  public void judge(Story story, Findings findings) {
    for (Asked apply : story.applies()) {
      Planned plan = Story.plan(apply);
      for (Happened act : story.acts(apply)) {
        if (story.doneBefore(plan.digest(), act.step()).contains(act.id())) {
          findings.add(act.step(), act.id() + " was done under this plan and acted on again.");
        }
      }
      Set<String> done = story.doneBefore(plan.digest(), apply.from());
      boolean completed =
          story.scenario.execute() && done.containsAll(plan.going()) && !plan.going().isEmpty();
      if (completed
          && apply.error() == null
          && apply.level() != null
          && !story.journalFailed(apply)) {
        findings.add(apply.to(), "Applying a completed plan was halted: " + apply.codes() + ".");
      }
    }
  }
}
