package dev.guard.examples.logs;

import dev.guard.Fingerprint;
import dev.guard.Guard;
import dev.guard.Target;
import dev.guard.blastradius.BlastRadiusLimit;
import dev.guard.dryrun.DryRun;
import dev.guard.evidence.InUseCheck;
import dev.guard.examples.show.Home;
import dev.guard.plan.Candidate;
import dev.guard.plan.Plan;
import dev.guard.plan.Report;
import dev.guard.plan.Selection;
import dev.guard.testkit.ManualTime;
import java.nio.file.Path;
import java.util.List;

/** A guard whose plan and apply are apart, so that the world can change in between. */
record Guarding(Guard guard, Quarantine quarantine, Home home) implements AutoCloseable {
  static Guarding over(OpenFiles open, Quarantine quarantine, Path directory, ManualTime time) {
    Home home = Home.at(directory.resolve("guarding"), time);
    Guard guard =
        Guard.named(LogRotation.NAME)
            .dryRun(DryRun.unless(true, variable -> null))
            .blastRadius(BlastRadiusLimit.perPlan(5))
            .inUse(InUseCheck.of(open, List.of(open), time).mayFallBy(100))
            .audit(home.journal())
            .state(home.state())
            .time(time)
            .build();
    return new Guarding(guard, quarantine, home);
  }

  Plan plan(Target target, Fingerprint seen) {
    return guard.plan(
        Selection.ofCandidates(Quarantine.MOVE, List.of(Candidate.of(target).marked(seen)))
            .because("it is old"));
  }

  Report apply(Plan plan) {
    return guard.apply(plan, quarantine.moving());
  }

  @Override
  public void close() {
    home.close();
  }
}
