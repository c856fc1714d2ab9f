package dev.guard.testkit.peers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.Guard;
import dev.guard.GuardBuilder;
import dev.guard.PlanRejectedException;
import dev.guard.Reason;
import dev.guard.Target;
import dev.guard.blastradius.BlastRadiusLimit;
import dev.guard.dryrun.DryRun;
import dev.guard.plan.Announcement;
import dev.guard.plan.Approvals;
import dev.guard.plan.Plan;
import dev.guard.plan.PlanItem;
import dev.guard.plan.Report;
import dev.guard.plan.Report.Fate;
import dev.guard.plan.Selection;
import dev.guard.protection.Protection;
import dev.guard.soak.Soak;
import dev.guard.state.MemoryStateStore;
import dev.guard.testkit.ManualTime;
import dev.guard.testkit.RecordingSink;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What other systems did wrong with announcements, waits and approvals, one test each. */
class PeoplePeerRegressionTest {
  private static final String ACTION = "thing.delete";
  private static final Instant START = Instant.parse("2026-01-05T12:00:00Z");
  private static final Duration WAIT = Duration.ofDays(3);

  private final ManualTime time = ManualTime.at(START);
  private final MemoryStateStore store = MemoryStateStore.create(time);
  private final RecordingSink sink = new RecordingSink();
  private final List<String> deleted = new ArrayList<>();

  private GuardBuilder builder(boolean execute) {
    return Guard.named("peers")
        .dryRun(DryRun.unless(execute, name -> null))
        .audit(sink)
        .state(store)
        .time(time)
        .actor("planner");
  }

  private Guard soaking(boolean execute) {
    return builder(execute).unlimited("no limit is tried").soak(Soak.of(WAIT)).build();
  }

  private static List<Target> targets(int many) {
    return IntStream.rangeClosed(1, many)
        .mapToObj(i -> Target.of("thing", "here", String.format("t%02d", i)))
        .collect(Collectors.toList());
  }

  private static Plan plan(Guard guard, List<Target> targets) {
    return guard.plan(Selection.of(ACTION, targets).outOf(1000).because("a test"));
  }

  private Report apply(Guard guard, List<Target> targets) {
    return guard.apply(plan(guard, targets), item -> deleted.add(item.target().id()));
  }

  private static Set<Target> all(List<PlanItem> items) {
    return items.stream().map(PlanItem::target).collect(Collectors.toSet());
  }

  private void days(Guard guard, List<Target> targets, int days) {
    for (int i = 0; i < days; i++) {
      time.tick(Duration.ofDays(1));
      plan(guard, targets);
    }
  }

  @Test
  void t04_ofTwentyFiveAnnounced_onlyTheTenThatArrivedWait() {
    List<Target> targets = targets(25);
    Guard guard = soaking(true);
    Announcement told =
        guard.announce(
            plan(guard, targets),
            items -> items.stream().limit(10).map(PlanItem::target).collect(Collectors.toSet()));
    assertThat(told.proven()).hasSize(10);
    days(guard, targets, 3);
    Report report = apply(guard, targets);
    assertThat(deleted)
        .containsExactlyElementsOf(targets.stream().limit(10).map(Target::id).toList());
    assertThat(report.count(Fate.REFUSED)).isEqualTo(15);
    assertThat(report.entries().get(24).reasons())
        .singleElement()
        .satisfies(reason -> assertThat(reason.code()).isEqualTo(Soak.SOAKING));
  }

  @Test
  void t05_aDeleterThatFailsLater_isFailed_andItsTargetStaysPlannedAndAnnounced() {
    List<Target> one = targets(1);
    Guard guard = soaking(true);
    guard.announce(plan(guard, one), PeoplePeerRegressionTest::all);
    days(guard, one, 3);
    CompletableFuture<Void> later = new CompletableFuture<>();
    Plan plan = plan(guard, one);
    Report report =
        guard.apply(
            plan,
            item -> {
              later.completeExceptionally(new IllegalStateException("gone wrong later"));
              try {
                later.join();
              } catch (CompletionException e) {
                throw (RuntimeException) e.getCause();
              }
            });
    assertThat(report.count(Fate.FAILED)).isEqualTo(1);
    assertThat(report.count(Fate.DONE)).isZero();
    assertThat(sink.records())
        .extracting(record -> String.valueOf(record.outcome()))
        .contains("FAILED")
        .doesNotContain("DONE");
    Plan next = plan(guard, one);
    assertThat(next.items()).singleElement().matches(PlanItem::wouldGo);
    assertThat(next.items().get(0).verdict().reasons())
        .as("it was announced and has waited; a failure is no new announcement")
        .isEmpty();
  }

  @Test
  void t07_thirtyDaysOfDryRun_startNoWait() {
    List<Target> targets = targets(2);
    Guard dry = soaking(false);
    for (int day = 0; day < 30; day++) {
      Announcement told =
          dry.announce(
              plan(dry, targets),
              items -> {
                throw new AssertionError("nobody is told in a dry run");
              });
      assertThat(told.proven()).isEmpty();
      dry.apply(plan(dry, targets), item -> deleted.add(item.target().id()));
      time.tick(Duration.ofDays(1));
    }
    Guard live = soaking(true);
    assertThat(apply(live, targets).count(Fate.REFUSED)).isEqualTo(2);
    live.announce(plan(live, targets), PeoplePeerRegressionTest::all);
    days(live, targets, 2);
    assertThat(apply(live, targets).count(Fate.REFUSED)).isEqualTo(2);
    assertThat(deleted).isEmpty();
    days(live, targets, 1);
    apply(live, targets);
    assertThat(deleted).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 30, 366})
  void t11_theClockShowsTheWaitThatWasSaid_andNothingGoesBefore(int days) {
    List<Target> one = targets(1);
    Guard guard =
        builder(true).unlimited("no limit is tried").soak(Soak.of(Duration.ofDays(days))).build();
    guard.announce(plan(guard, one), PeoplePeerRegressionTest::all);
    Instant free = START.plus(Duration.ofDays(days));
    assertThat(plan(guard, one).items().get(0).verdict().reasons())
        .singleElement()
        .satisfies(reason -> assertThat(reason.sentence()).contains("free at " + free));
    while (time.now().plus(Duration.ofDays(1)).isBefore(free)) {
      days(guard, one, 1);
      apply(guard, one);
    }
    time.tick(Duration.between(time.now(), free).minusSeconds(1));
    apply(guard, one);
    assertThat(deleted).isEmpty();
    time.tick(Duration.ofSeconds(1));
    apply(guard, one);
    assertThat(deleted).hasSize(1);
  }

  @Test
  void t25_whatProtectsShrank_andTheApprovalIsVoid() {
    List<Target> two = targets(2);
    Guard before = approving(Protection.ids(List.of("t01", "x")));
    Plan plan = plan(before, two);
    before.approve(plan, "ann", "looked at it");
    Guard shrunk = approving(Protection.ids(List.of("x")));
    assertThat(rejected(() -> shrunk.apply(plan, item -> deleted.add(item.target().id()))))
        .as("a plan is void when what protects has changed")
        .isTrue();
    Report anew = apply(shrunk, two);
    assertThat(anew.count(Fate.REFUSED)).isEqualTo(2);
    assertThat(anew.entries())
        .allSatisfy(
            entry -> assertThat(entry.reasons()).extracting(Reason::code).contains("not-approved"));
    assertThat(deleted).isEmpty();
  }

  private Guard approving(Protection protection) {
    return builder(true)
        .blastRadius(BlastRadiusLimit.perPlan(5))
        .protection(protection)
        .approvals(Approvals.by(1))
        .build();
  }

  private static boolean rejected(Runnable run) {
    try {
      run.run();
      return false;
    } catch (PlanRejectedException e) {
      return true;
    }
  }
}
