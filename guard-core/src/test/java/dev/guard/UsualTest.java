package dev.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.audit.AuditRecord;
import dev.guard.blastradius.BlastRadiusLimit;
import dev.guard.dryrun.DryRun;
import dev.guard.plan.Approvals;
import dev.guard.plan.Plan;
import dev.guard.plan.PlanEffect;
import dev.guard.plan.PlanItem;
import dev.guard.plan.Report;
import dev.guard.plan.Report.Fate;
import dev.guard.plan.Selection;
import dev.guard.state.MemoryStateStore;
import dev.guard.state.StateStore;
import dev.guard.support.HandTime;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Growth against a limit's own history, through the guard. */
class UsualTest {
  private static final String ACTION = "thing.delete";

  private final HandTime time = new HandTime();
  private final MemoryStateStore store = MemoryStateStore.create(time);
  private final List<AuditRecord> records = new ArrayList<>();
  private final List<Target> acted = new ArrayList<>();
  private int made;

  private GuardBuilder builder(BlastRadiusLimit limit) {
    return Guard.named("test")
        .dryRun(DryRun.off())
        .blastRadius(limit)
        .audit(records::add)
        .actor("planner")
        .state(store)
        .continueAfterFailures()
        .time(time);
  }

  private static BlastRadiusLimit usual() {
    return BlastRadiusLimit.perPlan(1000).noMoreThanTimesUsual(5);
  }

  private Guard guard() {
    return builder(usual()).build();
  }

  private Plan plan(Guard guard, int targets) {
    return plan(guard, ACTION, targets);
  }

  private Plan plan(Guard guard, String action, int targets) {
    List<Target> all = new ArrayList<>();
    for (int i = 0; i < targets; i++) {
      all.add(Target.of("thing", "here", "t" + made++));
    }
    time.pass(Duration.ofHours(1));
    return guard.plan(Selection.of(action, all).because("a test"));
  }

  private Report apply(Guard guard, Plan plan) {
    return guard.apply(plan, item -> acted.add(item.target()));
  }

  /** Runs, each by a guard of its own, as a job does each night. */
  private void runs(int... targets) {
    for (int count : targets) {
      Guard guard = guard();
      Report report = apply(guard, plan(guard, count));
      assertThat(report.halt()).isNull();
    }
  }

  private static void assertOver(Verdict verdict, String sum) {
    assertThat(verdict).isNotNull();
    assertThat(verdict.level()).isEqualTo(Verdict.Level.HALT);
    assertThat(verdict.reasons()).extracting(Reason::code).containsExactly(Reason.OVER_LIMIT);
    assertThat(verdict.toString()).contains(sum);
  }

  @Test
  void aRunOfManyTimesTheUsual_haltsBeforeItsFirstAct() {
    runs(12, 10, 400 / 8, 12, 13, 11, 12, 14, 12);
    acted.clear();
    Guard guard = guard();
    Plan plan = plan(guard, 140);
    assertOver(
        plan.verdict(),
        "usual 12 a run over the last 9 runs, 5 times that is 60, 140 asked. Find out why it grew");
    Report report = apply(guard, plan);
    assertOver(report.halt(), "5 times that is 60, 140 asked");
    assertThat(acted).isEmpty();
  }

  @Test
  void exactlySoManyTimes_goes() {
    runs(2, 2, 2, 2, 2, 10);
    assertThat(acted).hasSize(20);
    Guard guard = guard();
    assertThat(plan(guard, 11).verdict().level()).isEqualTo(Verdict.Level.HALT);
  }

  @Test
  void oneWildRun_doesNotMakeWildUsual() {
    runs(2, 2, 2, 1000, 2);
    assertOver(plan(guard(), 11).verdict(), "usual 2 a run over the last 5 runs");
  }

  @Test
  void tooFewRuns_leaveTheOtherLimitsAsTheyAre() {
    runs(1, 1, 1, 1);
    Guard guard = guard();
    assertThat(plan(guard, 900).verdict().allowed()).isTrue();
    assertOver(plan(guard, 1001).verdict(), "allows 1000 per plan, 1001 asked");
  }

  @Test
  void zeroStaysNone_howeverMuchWasUsual() {
    runs(9, 9, 9, 9, 9);
    Guard none = builder(BlastRadiusLimit.perPlan(0).noMoreThanTimesUsual(5)).build();
    assertThat(plan(none, 1).verdict().level()).isEqualTo(Verdict.Level.HALT);
  }

  @Test
  void aDryRun_neitherLearnsNorDraws() {
    for (int i = 0; i < 6; i++) {
      Guard dry = builder(usual()).dryRun(DryRun.on()).build();
      assertThat(apply(dry, plan(dry, 2)).count(Fate.SIMULATED)).isEqualTo(2);
    }
    assertThat(store.keys("guard/history/")).isEmpty();
    assertThat(plan(guard(), 900).verdict().allowed()).isTrue();
  }

  @Test
  void aDryRun_saysThatTheRunWouldBeTooLarge() {
    runs(2, 2, 2, 2, 2);
    Guard dry = builder(usual()).dryRun(DryRun.on()).build();
    assertThat(plan(dry, 11).verdict().reasons())
        .extracting(Reason::code)
        .contains(Reason.OVER_LIMIT);
  }

  @Test
  void doneFailedAndInDoubt_count_whatDidNotRunDoesNot() {
    for (int i = 0; i < 5; i++) {
      Guard guard = guard();
      Plan plan = plan(guard, 8);
      PlanEffect effect =
          item -> {
            int number = plan.items().indexOf(item.item());
            switch (number) {
              case 0, 1:
                return;
              case 2:
                throw new IllegalStateException("failed");
              case 3:
                throw new CutOff();
              default:
                item.permit().notRun();
            }
          };
      guard.apply(plan, effect);
    }
    assertOver(plan(guard(), 21).verdict(), "usual 4 a run over the last 5 runs");
    assertThat(plan(guard(), 20).verdict().allowed()).isTrue();
  }

  private static final class CutOff extends RuntimeException implements Effect.OutcomeUnknown {
    private static final long serialVersionUID = 1;
  }

  @Test
  void aRunThatTouchedNothing_isNoRunOfTheHistory() {
    for (int i = 0; i < 9; i++) {
      Guard guard = guard();
      guard.apply(plan(guard, 3), item -> item.permit().notRun());
    }
    assertThat(store.keys("guard/history/")).isEmpty();
  }

  private Plan planGoingInTwo(int first, int second, boolean remembering) {
    Guard guard = guard();
    Plan plan = plan(guard, 4);
    guard.apply(plan, actsOn(first));
    (remembering ? guard : guard()).apply(plan, actsOn(second));
    return plan;
  }

  private PlanEffect actsOn(int most) {
    int[] left = {most};
    return item -> {
      if (left[0]-- > 0) {
        acted.add(item.target());
      } else {
        item.permit().notRun();
      }
    };
  }

  @Test
  void allRunsOfOnePlan_areOneRun() {
    for (int i = 0; i < 5; i++) {
      planGoingInTwo(3, 1, true);
    }
    assertThat(acted).hasSize(20);
    assertOver(plan(guard(), 21).verdict(), "usual 4 a run over the last 5 runs");
  }

  @Test
  void aPlanWhoseRecordIsLost_isNotForgottenByItsHistory() {
    for (int i = 0; i < 5; i++) {
      planGoingInTwo(3, 1, false);
    }
    assertOver(plan(guard(), 16).verdict(), "usual 3 a run over the last 5 runs");
  }

  @Test
  void aPlanThatGoesOn_asksForAllItsRunsTogether_andIsNotItsOwnUsual() {
    runs(2, 2, 2, 2, 2);
    Guard guard = guard();
    Plan plan = plan(guard, 10);
    guard.apply(plan, actsOn(9));
    runs(1, 1, 1, 1, 1, 1, 1);
    assertThat(store.keys("guard/history/")).hasSize(1);
    Report report = guard.apply(plan, actsOn(1));
    assertOver(report.halt(), "usual 1 a run over the last 12 runs, 5 times that is 5, 10 asked");
  }

  @Test
  void eachAction_hasAUsualOfItsOwn() {
    runs(1, 1, 1, 1, 1);
    assertThat(plan(guard(), "thing.move", 40).verdict().allowed()).isTrue();
    assertThat(plan(guard(), 40).verdict().allowed()).isFalse();
  }

  @Test
  void onlyTheLastRuns_areRemembered() {
    for (int i = 0; i < 32; i++) {
      runs(1);
    }
    for (int i = 0; i < 17; i++) {
      runs(5);
    }
    assertOver(
        plan(guard(), 26).verdict(), "usual 5 a run over the last 32 runs, 5 times that is 25");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{\"schema\":\"guard.document/1\"}",
        "{\"schema\":\"guard.history/1\",\"runs\":[]}"
      })
  void aHistoryThatCannotBeRead_halts(String damage) {
    runs(1, 1, 1, 1, 1);
    String key = store.keys("guard/history/").get(0);
    String version = store.get(key).orElseThrow().version();
    store.compareAndSet(key, version, damage.getBytes(StandardCharsets.UTF_8));
    acted.clear();
    Guard guard = guard();
    Plan plan = plan(guard, 1);
    Report report = apply(guard, plan);
    assertThat(report.halt()).isNotNull();
    assertThat(report.halt().reasons())
        .extracting(Reason::code)
        .containsExactly("history-unreadable");
    assertThat(acted).isEmpty();
  }

  @Test
  void aHistoryThatCannotBeWritten_endsTheRun() {
    Guard guard = builder(usual()).state(new Forgetful(store)).build();
    Report report = apply(guard, plan(guard, 4));
    assertThat(acted).hasSize(1);
    assertThat(report.count(Fate.DONE)).isEqualTo(1);
    assertThat(report.halt().reasons())
        .extracting(Reason::code)
        .containsExactly("history-unreadable");
  }

  /** Takes everything but histories. */
  private record Forgetful(StateStore store) implements StateStore {
    @Override
    public Optional<Versioned> get(String key) {
      return store.get(key);
    }

    @Override
    public Optional<String> compareAndSet(String key, String expected, byte[] value) {
      if (key.startsWith("guard/history/")) {
        throw new StateException("The disk is full.");
      }
      return store.compareAndSet(key, expected, value);
    }

    @Override
    public List<String> keys(String prefix) {
      return store.keys(prefix);
    }

    @Override
    public Instant now() {
      return store.now();
    }

    @Override
    public Capabilities capabilities() {
      return store.capabilities();
    }
  }

  @Test
  void peopleMayApproveOneVeryPlanBeyondTheUsual() {
    runs(2, 2, 2, 2, 2);
    acted.clear();
    Guard guard = builder(usual()).approvals(Approvals.onlyOverLimit()).build();
    Plan large = plan(guard, 40);
    guard.approve(large, "anna", "the yearly clean-up");
    Plan again =
        guard.plan(
            Selection.of(ACTION, large.items().stream().map(PlanItem::target).toList())
                .because("again"));
    assertOver(apply(guard, again).halt(), "5 times that is 10, 40 asked");
    assertThat(acted).isEmpty();
    assertThat(apply(guard, large).count(Fate.DONE)).isEqualTo(40);
  }

  @Test
  void singleCalls_areMeasuredByCalls() {
    Guard guard = guard();
    runs(50, 50, 50, 50, 50);
    for (int i = 0; i < 5; i++) {
      assertThat(guard.run(call(2), permit -> {})).isInstanceOf(Outcome.Done.class);
    }
    assertThat(guard.run(call(10), permit -> {})).isInstanceOf(Outcome.Done.class);
    assertOver(guard.review(call(11)), "usual 2 a call over the last 6 calls, 5 times that is 10");
    assertThat(guard.run(call(11), permit -> {})).isInstanceOf(Outcome.Refused.class);
  }

  private Intent call(int targets) {
    List<Target> all = new ArrayList<>();
    for (int i = 0; i < targets; i++) {
      all.add(Target.of("thing", "here", "c" + made++));
    }
    return Intent.of(ACTION, all).because("a test");
  }

  @Test
  void withoutAStore_nothingBuilds() {
    assertThatThrownBy(() -> Guard.named("test").blastRadius(usual()).unaudited("a test").build())
        .isInstanceOf(GuardConfigurationException.class)
        .hasMessageContaining("memory forgets");
  }

  @Test
  void anUnboundLimit_halts() {
    Batch batch = new Batch(null, ACTION, List.of(call(1)), null);
    assertThat(usual().reviewAll(batch).level()).isEqualTo(Verdict.Level.HALT);
    assertThat(usual().review(call(1)).level()).isEqualTo(Verdict.Level.HALT);
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 1001})
  void noTimesThatMeanNothing(int times) {
    assertThatThrownBy(() -> BlastRadiusLimit.perPlan(1).noMoreThanTimesUsual(times))
        .isInstanceOf(GuardConfigurationException.class);
  }

  @Test
  void noUsualPerLabel() {
    assertThatThrownBy(() -> BlastRadiusLimit.perPlan(1).forEach("team").noMoreThanTimesUsual(5))
        .isInstanceOf(GuardConfigurationException.class);
    assertThatThrownBy(() -> usual().forEach("team"))
        .isInstanceOf(GuardConfigurationException.class);
  }

  @Test
  void itsTripwireTrips() {
    assertThat(usual().tripwires()).allMatch(wire -> wire.check().getAsBoolean());
    assertThat(usual().tripwires())
        .extracting(Tripwire::name)
        .contains("one more than so many times the usual halts");
  }
}
