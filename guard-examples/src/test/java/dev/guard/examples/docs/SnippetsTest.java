package dev.guard.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.Guard;
import dev.guard.GuardBuilder;
import dev.guard.Intent;
import dev.guard.Outcome;
import dev.guard.Population;
import dev.guard.Target;
import dev.guard.audit.Checkpoint;
import dev.guard.audit.FanOut;
import dev.guard.audit.JournalReader;
import dev.guard.audit.JournalSink;
import dev.guard.audit.JournalVerifier;
import dev.guard.audit.Slf4jSink;
import dev.guard.blastradius.BlastRadiusLimit;
import dev.guard.dryrun.DryRun;
import dev.guard.killswitch.KillSwitch;
import dev.guard.plan.Plan;
import dev.guard.plan.Report;
import dev.guard.plan.Selection;
import dev.guard.state.FileStateStore;
import dev.guard.testkit.FaultySink;
import dev.guard.testkit.ManualTime;
import dev.guard.testkit.RecordingSink;
import dev.guard.testkit.law.Law;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Code that stands in docs and has no other home. */
class SnippetsTest {
  private static final Target ROW = Target.of("row", "db/orders", "4711");

  @TempDir Path home;

  private static Intent intent() {
    return Intent.of("row.delete", ROW).because("orphaned");
  }

  @Test
  void aJournal_withAMirrorAndACheckpointElsewhere() {
    FileStateStore store = FileStateStore.at(home.resolve("state"));
    try (JournalSink journal =
        JournalSink.in(home.resolve("journal"))
            .checkpoints(1000, Checkpoint.in(store, "row-cleanup"))
            .open()) {
      Guard guard =
          Guard.named("row-cleanup")
              .dryRun(DryRun.off())
              .blastRadius(BlastRadiusLimit.perPlan(50))
              .audit(FanOut.required(journal).bestEffort(Slf4jSink.named("guard.audit")))
              .build();
      assertThat(guard.run(intent(), permit -> {})).isInstanceOf(Outcome.Done.class);
    }
    JournalVerifier.Result result = JournalVerifier.at(home.resolve("journal")).verify();
    List<String> outcomes = new ArrayList<>();
    JournalReader.at(home.resolve("journal"))
        .forEach(entry -> outcomes.add(String.valueOf(entry.record().outcome())));
    assertThat(result).isInstanceOf(JournalVerifier.Intact.class);
    assertThat(outcomes).contains("DONE");
  }

  private static GuardBuilder limitedBy(BlastRadiusLimit limit) {
    return Guard.named("row-cleanup").blastRadius(limit).audit(new RecordingSink());
  }

  @Test
  void limits_ofEveryKind() {
    FileStateStore store = FileStateStore.at(home.resolve("state"));
    BlastRadiusLimit tenPercent = BlastRadiusLimit.perPlan(50).percent(10);
    BlastRadiusLimit daily =
        BlastRadiusLimit.perPlan(50).per(Duration.ofDays(1), 200).in(store).named("daily");
    BlastRadiusLimit perNamespace =
        BlastRadiusLimit.perPlan(5).forEach("namespace").named("per namespace");
    BlastRadiusLimit oneByOne =
        BlastRadiusLimit.singleCalls(1).percent(10).outOf(() -> Population.of(40));
    for (BlastRadiusLimit limit : List.of(tenPercent, daily, perNamespace, oneByOne)) {
      assertThat(limitedBy(limit).build().isDryRun()).isTrue();
    }
  }

  @Test
  void aDryRun_andAStopFile() {
    boolean execute = false;
    Guard guard =
        Guard.named("row-cleanup")
            .dryRun(DryRun.unless(execute))
            .killSwitch(KillSwitch.file(home.resolve("STOP")))
            .blastRadius(BlastRadiusLimit.perPlan(50))
            .audit(new RecordingSink())
            .build();
    assertThat(guard.run(intent(), permit -> {})).isInstanceOf(Outcome.Simulated.class);
  }

  @Test
  void aLaw_playedAgain() {
    List<String> broken = Law.replay("{\"things\":[{\"id\":\"a\"}],\"execute\":true}");
    assertThat(broken).isEmpty();
  }

  @Test
  void anAutomation_testedWithoutItsWorld() {
    ManualTime time = ManualTime.at(Instant.parse("2026-03-01T02:00:00Z"));
    RecordingSink sink = new RecordingSink();
    Guard guard =
        Guard.named("row-cleanup")
            .dryRun(DryRun.off())
            .blastRadius(BlastRadiusLimit.perPlan(1))
            .audit(sink)
            .time(time)
            .build();
    List<Target> rows = List.of(ROW, Target.of("row", "db/orders", "4712"));
    Plan plan = guard.plan(Selection.of("row.delete", rows).outOf(100).because("orphaned"));
    List<Target> deleted = new ArrayList<>();
    Report report = guard.apply(plan, item -> deleted.add(item.target()));
    assertThat(report.halted()).isPresent();
    assertThat(deleted).isEmpty();
  }

  @Test
  void aSinkThatFails_meansThatNothingHappens() {
    FaultySink sink = FaultySink.over(new RecordingSink()).failAt(1, FaultySink.When.BEFORE_TAKING);
    Guard guard =
        Guard.named("row-cleanup")
            .dryRun(DryRun.off())
            .blastRadius(BlastRadiusLimit.perPlan(1))
            .audit(sink)
            .build();
    List<Target> deleted = new ArrayList<>();
    assertThatThrownBy(() -> guard.run(intent(), permit -> deleted.add(ROW)))
        .hasMessageContaining("durable");
    assertThat(deleted).isEmpty();
  }
}
