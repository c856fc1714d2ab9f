package dev.guard.testkit.law;

import dev.guard.testkit.law.Law.Check;
import dev.guard.testkit.law.Law.Findings;
import dev.guard.testkit.scenario.Scenario.Counted;
import dev.guard.testkit.scenario.Scenario.Kind;
import dev.guard.testkit.scenario.Scenario.Limits;
import dev.guard.testkit.scenario.Trace.Asked;

/** Law 4. */
final class ZeroLaw implements Check {
  @Override
  public void judge(Story story, Findings findings) {
    String wrong = wrong(story);
    if (wrong != null && story.trace.notBuilt() == null) {
      findings.add(0, "The guard was built with " + wrong + ".");
    }
    Limits limits = story.scenario.limits();
    if (wrong != null || limits == null) {
      return;
    }
    long allowed = story.allowedPerPlan();
    Long perCall = limits.perCall();
    for (Asked one : story.trace.asked()) {
      long acts = story.acts(one).size();
      if (one.kind() == Kind.APPLY && acts > allowed) {
        findings.add(one.to(), acts + " acts in one run, but the limit is " + allowed + ".");
      }
      if (one.kind() == Kind.APPLY && acts > 0 && blind(story.scenario.population())) {
        findings.add(one.to(), acts + " acts, although the population is empty or incomplete.");
      }
      long single = perCall == null ? allowed : Math.min(allowed, perCall);
      if (one.kind() == Kind.CALL && acts > single) {
        findings.add(one.to(), acts + " acts in one call, but the limit is " + single + ".");
      }
    }
  }

  private static boolean blind(@org.jspecify.annotations.Nullable Counted population) {
    return population != null && (population.incomplete() || population.size() == 0);
  }

  private static @org.jspecify.annotations.Nullable String wrong(Story story) {
    Limits limits = story.scenario.limits();
    if (limits == null) {
      return "no limit at all";
    }
    Double percent = limits.percent();
    if (percent != null && !(percent >= 0 && percent < 100)) {
      return "a percent of " + percent;
    }
    Long perCall = limits.perCall();
    Long floor = limits.floor();
    if (limits.perPlan() < 0 || (perCall != null && perCall < 0) || (floor != null && floor < 1)) {
      return "a limit below what means anything";
    }
    if (story.scenario.protectedIds().stream().anyMatch(String::isBlank)) {
      return "a blank protected id";
    }
    boolean blank = story.scenario.safeguards().stream().anyMatch(s -> s.name().isBlank());
    return blank ? "a safeguard without a name" : null;
  }
}
