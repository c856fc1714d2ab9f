package dev.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.audit.AuditRecord;
import dev.guard.dryrun.DryRun;
import dev.guard.plan.PermittedItem;
import dev.guard.plan.Plan;
import dev.guard.plan.Report;
import dev.guard.plan.Report.Fate;
import dev.guard.plan.Selection;
import dev.guard.state.FileStateStore;
import dev.guard.support.HandTime;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which plan a guard applies at all, and when. */
class PlanAcceptanceTest {
  private static final Target A = Target.of("thing", "here", "a");
  private static final Target B = Target.of("thing", "here", "b");

  @TempDir Path directory;

  private final HandTime time = new HandTime();
  private final List<AuditRecord> records = new ArrayList<>();
  private final List<Target> touched = new ArrayList<>();

  private GuardBuilder builder() {
    return Guard.named("test")
        .dryRun(DryRun.off())
        .unlimited("limits are tested elsewhere")
        .audit(records::add)
        .time(time);
  }

  private static Plan plan(Guard guard) {
    return guard.plan(Selection.of("thing.delete", List.of(A, B)).because("a test"));
  }

  private void touch(PermittedItem item) {
    item.permit().redeem("thing.delete", item.target());
    touched.add(item.target());
  }

  @Test
  void aPlanMadeTwoMinutesAheadOfThisClock_isApplied_andOneFromFurtherIsNot() {
    Guard guard = builder().build();
    Plan plan = plan(guard);
    time.set(plan.header().made().minusSeconds(120).minusNanos(1));
    int before = records.size();
    assertThatThrownBy(() -> guard.apply(plan, this::touch))
        .isInstanceOf(PlanRejectedException.class)
        .hasMessageContaining("which this guard would not have written")
        .hasMessageContaining("Check the clocks");
    assertThat(touched).isEmpty();
    assertThat(records).as("no run began").hasSize(before);
    time.set(plan.header().made().minusSeconds(120));
    assertThat(guard.apply(plan, this::touch).count(Fate.DONE)).isEqualTo(2);
  }

  @Test
  void aPlanThatLivesLongerThanThisGuardLetsPlansLive_isNotApplied() {
    Duration life = Duration.ofHours(24);
    Plan tooLong = plan(builder().planLife(life.plusNanos(1)).build());
    Plan asLong = plan(builder().planLife(life).build());
    Guard guard = builder().planLife(life).build();
    assertThatThrownBy(() -> guard.apply(tooLong, this::touch))
        .isInstanceOf(PlanRejectedException.class)
        .hasMessageContaining("which this guard would not have written");
    assertThat(touched).isEmpty();
    assertThat(guard.apply(asLong, this::touch).count(Fate.DONE)).isEqualTo(2);
  }

  @Test
  void aPlan_isAppliedUntilTheInstantItExpires_andNotAtIt() {
    Guard guard = builder().build();
    Plan plan = plan(guard);
    time.set(plan.header().expires());
    assertThatThrownBy(() -> guard.apply(plan, this::touch))
        .isInstanceOf(PlanRejectedException.class)
        .hasMessageContaining("expired at");
    assertThat(touched).isEmpty();
    time.set(plan.header().expires().minusNanos(1));
    assertThat(guard.apply(plan, this::touch).count(Fate.DONE)).isEqualTo(2);
  }

  @Test
  void twoRunsOverOneDirectory_theSecondIsHalted_andNamesTheFirst() {
    try (FileStateStore store = FileStateStore.at(directory, time);
        FileStateStore sameDirectory = FileStateStore.at(directory, time)) {
      Guard first = builder().actor("ada").state(store).build();
      List<Guard> others =
          List.of(
              builder().actor("bob").state(store).build(),
              builder().actor("bob").state(sameDirectory).build());
      Plan plan = plan(first);
      List<Report> locked = new ArrayList<>();
      Report report =
          first.apply(
              plan,
              item -> {
                others.forEach(other -> locked.add(other.apply(plan, this::touch)));
                touch(item);
              });
      assertThat(report.count(Fate.DONE)).isEqualTo(2);
      assertThat(touched).as("by the first alone").containsExactly(A, B);
      assertThat(locked).hasSize(4).allSatisfy(PlanAcceptanceTest::namesAda);
      Plan next = plan(others.get(1));
      assertThat(others.get(1).apply(next, this::touch).count(Fate.DONE))
          .as("the lock ends with its run")
          .isEqualTo(2);
    }
  }

  private static void namesAda(Report second) {
    assertThat(second.count(Fate.NOT_ATTEMPTED)).isEqualTo(2);
    Verdict halt = second.halted().orElseThrow();
    assertThat(halt.level()).isEqualTo(Verdict.Level.HALT);
    assertThat(halt.reasons())
        .singleElement()
        .satisfies(
            reason -> {
              assertThat(reason.code()).isEqualTo("run-locked");
              assertThat(reason.sentence())
                  .contains("ada", "process " + ProcessHandle.current().pid());
            });
  }
}
