package dev.guard.testkit.law;

import dev.guard.audit.AuditRecord.Phase;
import dev.guard.testkit.law.Law.Check;
import dev.guard.testkit.law.Law.Findings;
import dev.guard.testkit.scenario.Trace.Asked;
import dev.guard.testkit.scenario.Trace.Happened;
import dev.guard.testkit.scenario.Trace.Planned;
import dev.guard.testkit.scenario.Trace.What;
import dev.guard.testkit.scenario.Trace.Written;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Law 17. */
final class ReportLaw implements Check {
  @Override
  public void judge(Story story, Findings findings) {
    for (Asked apply : story.applies()) {
      Planned plan = Story.plan(apply);
      Map<String, String> fates = apply.report().orElse(null);
      if (fates != null) {
        for (String word : new String[] {"DONE", "FAILED"}) {
          same(findings, apply, word, outcomes(story, apply, word), said(fates, word));
        }
        same(findings, apply, "IN_DOUBT", inDoubt(story, apply, plan), said(fates, "IN_DOUBT"));
        Set<String> really = new TreeSet<>();
        story
            .all(What.DEED)
            .filter(deed -> deed.move() == apply.move())
            .filter(deed -> deed.said().equals("SUCCEEDS"))
            .map(Happened::id)
            .forEach(really::add);
        Set<String> admitted = said(fates, "DONE");
        admitted.addAll(said(fates, "IN_DOUBT"));
        if (!admitted.containsAll(really)) {
          findings.add(
              apply.to(), "Done were " + really + ", but the report admits " + admitted + ".");
        }
        if (!really.containsAll(said(fates, "DONE"))) {
          findings.add(
              apply.to(),
              "The report says DONE of " + said(fates, "DONE") + ", but done were " + really + ".");
        }
      }
    }
  }

  private static void same(
      Findings findings, Asked apply, String word, Set<String> journal, Set<String> report) {
    if (!journal.equals(report)) {
      findings.add(
          apply.to(), word + " is " + report + " by the report, " + journal + " by the journal.");
    }
  }

  private static Set<String> said(Map<String, String> fates, String word) {
    Set<String> ids = new TreeSet<>();
    fates.forEach(
        (id, fate) -> {
          if (fate.equals(word)) {
            ids.add(id);
          }
        });
    return ids;
  }

  private static Set<String> outcomes(Story story, Asked apply, String word) {
    Set<String> ids = new TreeSet<>();
    for (Written one : story.journal(Phase.OUTCOME)) {
      if (one.move() == apply.move() && one.acknowledged() && word.equals(one.record().outcome())) {
        ids.addAll(one.ids());
      }
    }
    return ids;
  }

  /** What this run left open, and what of its plan was open when it began. */
  private static Set<String> inDoubt(Story story, Asked apply, Planned plan) {
    Set<String> ids = new TreeSet<>();
    for (String id : plan.going()) {
      boolean done = story.doneBefore(plan.digest(), apply.from()).contains(id);
      if (!done && story.inDoubtBefore(id, apply.from())) {
        ids.add(id);
      }
    }
    for (Written one : story.journal(Phase.INTENDED)) {
      if (one.move() == apply.move() && one.acknowledged()) {
        for (String id : one.ids()) {
          if (story.openAt(id, apply.to(), true)) {
            ids.add(id);
          }
        }
      }
    }
    return ids;
  }
}
