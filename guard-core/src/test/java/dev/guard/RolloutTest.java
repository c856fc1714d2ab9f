package dev.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.audit.AuditRecord;
import dev.guard.audit.AuditRecord.Phase;
import dev.guard.blastradius.BlastRadiusLimit;
import dev.guard.dryrun.DryRun;
import dev.guard.killswitch.KillSwitch;
import dev.guard.plan.Approval;
import dev.guard.plan.Approvals;
import dev.guard.plan.Candidate;
import dev.guard.plan.Plan;
import dev.guard.plan.Report;
import dev.guard.plan.Report.Fate;
import dev.guard.plan.Selection;
import dev.guard.protection.Protection;
import dev.guard.rollout.Gate;
import dev.guard.rollout.RolloutStatus;
import dev.guard.rollout.RolloutStatus.State;
import dev.guard.rollout.Stage;
import dev.guard.rollout.StagedRollout;
import dev.guard.state.StateStore;
import dev.guard.support.HandTime;
import dev.guard.support.TestStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Stages, through the guard. */
class RolloutTest {
  private static final String ACTION = "thing.delete";
  private static final Target DEV = Target.of("thing", "dev/a", "d");
  private static final Target DEV2 = Target.of("thing", "dev/b", "d2");
  private static final Target PROD = Target.of("thing", "prod/a", "p");
  private static final Duration DAY = Duration.ofHours(24);

  private final HandTime time = new HandTime();
  private final TestStore store = new TestStore(time);
  private final List<AuditRecord> records = new ArrayList<>();
  private final List<Target> acted = new ArrayList<>();
  private final Set<Target> failing = new HashSet<>();
  private final AtomicReference<Gate.Answer> answer = new AtomicReference<>(Gate.Answer.pass());
  private Runnable onAct = () -> {};
  private Runnable onIntended = () -> {};

  private static Stage dev() {
    return Stage.named("dev").scopes("dev/*").bake(DAY);
  }

  private StagedRollout two() {
    return StagedRollout.of(
        dev().gate("health", answer::get, Duration.ofHours(48)), Stage.named("prod"));
  }

  private GuardBuilder builder(StagedRollout stages) {
    return Guard.named("test")
        .dryRun(DryRun.off())
        .unlimited("a test")
        .audit(
            record -> {
              records.add(record);
              if (record.phase() == Phase.INTENDED) {
                onIntended.run();
              }
            })
        .actor("planner")
        .state(store)
        .time(time)
        .rollout(stages);
  }

  private Guard guard() {
    return builder(two()).build();
  }

  private static Plan plan(Guard guard, Target... targets) {
    return guard.plan(Selection.of(ACTION, List.of(targets)).because("a test"));
  }

  private Report apply(Guard guard, Plan plan) {
    return guard.apply(
        plan,
        item -> {
          if (failing.contains(item.target())) {
            throw new IllegalStateException("told to fail");
          }
          acted.add(item.target());
          onAct.run();
        });
  }

  private RolloutStatus status(Guard guard) {
    return guard.rollout().orElseThrow();
  }

  private static Set<String> codes(Report report) {
    Set<String> codes = new HashSet<>();
    report.entries().forEach(one -> one.reasons().forEach(reason -> codes.add(reason.code())));
    report.halted().ifPresent(halt -> halt.reasons().forEach(reason -> codes.add(reason.code())));
    return codes;
  }

  @Test
  void law13_aStageOpens_onlyWhenTheOneBeforeIsDone_hasBaked_andItsGatePassed() {
    Guard guard = guard();
    Plan plan = plan(guard, PROD, DEV);
    assertThat(plan.wouldGo()).hasSize(2);
    Report first = apply(guard, plan);
    assertThat(acted).containsExactly(DEV);
    assertThat(first.count(Fate.REFUSED)).isEqualTo(1);
    assertThat(codes(first)).containsExactly(StagedRollout.STAGE_CLOSED);
    assertThat(status(guard).baking()).isTrue();
    assertThat(status(guard).left()).isEqualTo(DAY);
    time.pass(DAY.minusSeconds(1));
    answer.set(Gate.Answer.inconclusive("no data"));
    apply(guard, plan);
    assertThat(acted).containsExactly(DEV);
    time.pass(Duration.ofSeconds(1));
    apply(guard, plan);
    assertThat(acted).containsExactly(DEV);
    answer.set(Gate.Answer.pass());
    Report last = apply(guard, plan);
    assertThat(acted).containsExactly(DEV, PROD);
    assertThat(last.count(Fate.DONE)).isEqualTo(1);
    assertThat(last.count(Fate.SKIPPED)).isEqualTo(1);
    assertThat(status(guard).state()).isEqualTo(State.DONE);
    assertThatThrownBy(() -> apply(guard, plan))
        .as("it is over, so its expiry counts")
        .isInstanceOf(PlanRejectedException.class);
  }

  @Test
  void law13_bakeCountsFromTheStagesCompletion() {
    Guard guard = builder(two()).continueAfterFailures().build();
    Plan plan = plan(guard, DEV, DEV2, PROD);
    failing.add(DEV2);
    apply(guard, plan);
    assertThat(status(guard).baking()).isFalse();
    time.pass(Duration.ofHours(23));
    failing.clear();
    apply(guard, plan);
    assertThat(status(guard).baking()).isTrue();
    time.pass(Duration.ofHours(23));
    apply(guard, plan);
    assertThat(acted).containsExactly(DEV, DEV2);
    time.pass(Duration.ofHours(1));
    apply(guard, plan);
    assertThat(acted).containsExactly(DEV, DEV2, PROD);
  }

  @Test
  void law13_aClockJump_bakesNothing() {
    Guard guard = guard();
    Plan plan = plan(guard, DEV, PROD);
    apply(guard, plan);
    time.jump(Duration.ofDays(20));
    apply(guard, plan);
    assertThat(acted).containsExactly(DEV);
  }

  @Test
  void law13_aFailingGate_andOneThatThrows_halt_untilAPersonResumes() {
    for (Gate gate :
        List.<Gate>of(() -> Gate.Answer.fail("errors"), () -> answer.get(), failing())) {
      store.forget();
      acted.clear();
      answer.set(Gate.Answer.error("no connection"));
      Guard guard =
          builder(StagedRollout.of(dev().gate("health", gate, DAY), Stage.named("prod"))).build();
      Plan plan = plan(guard, DEV, PROD);
      apply(guard, plan);
      time.pass(DAY);
      Report halted = apply(guard, plan);
      assertThat(codes(halted)).contains(StagedRollout.HALTED);
      assertThat(status(guard).state()).isEqualTo(State.HALTED);
      apply(guard, plan);
      assertThat(acted).containsExactly(DEV);
      guard.resumeRollout("ann", "looked at it");
      assertThat(status(guard).state()).isEqualTo(State.RUNNING);
      apply(guard, plan);
      assertThat(acted).containsExactly(DEV);
      assertThat(status(guard).state()).isEqualTo(State.HALTED);
    }
  }

  private static Gate failing() {
    return () -> {
      throw new java.io.IOException("cut off");
    };
  }

  @Test
  void law13_anInconclusiveGate_waitsUpToItsBound_andThenHalts() {
    Guard guard = guard();
    Plan plan = plan(guard, DEV, PROD);
    apply(guard, plan);
    answer.set(Gate.Answer.inconclusive("no traffic"));
    time.pass(DAY);
    apply(guard, plan);
    time.pass(Duration.ofHours(24));
    apply(guard, plan);
    assertThat(status(guard).state()).isEqualTo(State.RUNNING);
    time.pass(Duration.ofHours(24));
    assertThat(codes(apply(guard, plan))).contains(StagedRollout.HALTED);
    assertThat(acted).containsExactly(DEV);
    assertThat(status(guard).why()).contains("no traffic");
  }

  @Test
  void law13_anAbort_isForGood_alsoInTheMiddleOfARun() {
    Guard guard = guard();
    Plan plan = plan(guard, DEV, DEV2, PROD);
    onAct = () -> guard.abortRollout(null, "ann", "enough");
    Report report = apply(guard, plan);
    assertThat(acted).hasSize(1);
    assertThat(codes(report)).contains(StagedRollout.ABORTED);
    onAct = () -> {};
    time.pass(DAY.multipliedBy(2));
    assertThatThrownBy(() -> guard.resumeRollout("ann", "no, go on"))
        .isInstanceOf(PlanRejectedException.class);
    assertThatThrownBy(() -> apply(guard, plan))
        .as("no longer active, so its expiry counts")
        .isInstanceOf(PlanRejectedException.class);
    assertThat(acted).hasSize(1);
    assertThat(records)
        .anyMatch(
            one ->
                one.phase() == Phase.HUMAN
                    && one.action().equals("abort-rollout")
                    && one.actor().equals("ann"));
  }

  @Test
  void law13_anAbortedPlan_staysAborted_whenAnotherWasRolledOut() {
    Guard guard = guard();
    Plan first = plan(guard, DEV, PROD);
    apply(guard, first);
    guard.abortRollout(first.digest(), "ann", "enough");
    time.pass(Duration.ofSeconds(5));
    Plan second = plan(guard, DEV2, PROD);
    apply(guard, second);
    guard.abortRollout(null, "ann", "this one too");
    Plan never = plan(guard, PROD);
    guard.abortRollout(never.digest(), "ann", "not that");
    for (Plan plan : List.of(first, second, never)) {
      assertThat(codes(apply(guard, plan))).contains(StagedRollout.ABORTED);
    }
    assertThat(acted).containsExactly(DEV, DEV2);
  }

  @Test
  void aPause_stopsBeforeTheNextAct_andAResume_goesOn() {
    Guard guard = guard();
    Plan plan = plan(guard, DEV, DEV2, PROD);
    onAct = () -> guard.pauseRollout("ann", "lunch");
    Report report = apply(guard, plan);
    assertThat(acted).containsExactly(DEV);
    assertThat(codes(report)).contains(StagedRollout.PAUSED);
    onAct = () -> {};
    apply(guard, plan);
    assertThat(acted).containsExactly(DEV);
    guard.resumeRollout("ann", "back");
    apply(guard, plan);
    assertThat(acted).containsExactly(DEV, DEV2);
  }

  @Test
  void oneRolloutAtATime_anotherPlanHalts() {
    Guard guard = guard();
    apply(guard, plan(guard, DEV, PROD));
    time.pass(Duration.ofSeconds(5));
    Report other = apply(guard, plan(guard, DEV2));
    assertThat(codes(other)).contains(StagedRollout.OTHER_PLAN);
    assertThat(acted).containsExactly(DEV);
  }

  @Test
  void anActiveRollout_keepsItsPlanValid_andItsApprovals_butNotAgainstAChangedProtection() {
    Guard guard = builder(two()).approvals(Approvals.by(1)).build();
    Plan plan = plan(guard, DEV, PROD);
    apply(guard, plan);
    assertThat(acted).as("nobody approved").isEmpty();
    assertThat(guard.rollout()).as("so nothing began").isEmpty();
    guard.approve(plan, "ann", "fine");
    apply(guard, plan);
    time.pass(DAY.plusHours(1));
    apply(guard, plan);
    assertThat(acted).containsExactly(DEV, PROD);
    time.pass(Duration.ofDays(1));
    assertThatThrownBy(() -> apply(guard, plan)).isInstanceOf(PlanRejectedException.class);
  }

  /** Who approves in a file says so anew with every look, and with that look's clock. */
  @Test
  void anActiveRollout_keepsTheApprovalsThatStandElsewhere() {
    List<Approval> there = new ArrayList<>();
    Approvals approvals =
        Approvals.by(1).alsoFrom(() -> there.stream().map(one -> dated(one, time.now())).toList());
    Guard guard = builder(two()).approvals(approvals).build();
    Plan plan = plan(guard, DEV, PROD);
    there.add(new Approval(plan.digest(), "ann", "fine", time.now(), time.now().plus(DAY)));
    apply(guard, plan);
    time.pass(DAY.plusHours(1));
    there.clear();
    apply(guard, plan);
    assertThat(acted).as("taken back").containsExactly(DEV);
    there.add(new Approval(plan.digest(), "ann", "fine", time.now(), time.now().plus(DAY)));
    apply(guard, plan);
    assertThat(acted).containsExactly(DEV, PROD);
  }

  private static Approval dated(Approval one, Instant now) {
    return new Approval(one.plan(), one.who(), one.why(), now, now.plus(DAY));
  }

  /** Single calls of the same name elsewhere take from the same window during the run. */
  @Test
  void law13_whatFoundNoRoomInAWindow_keepsItsStageOpen() {
    BlastRadiusLimit daily = BlastRadiusLimit.perPlan(9).per(Duration.ofDays(1), 3).in(store);
    Guard guard = builder(two()).blastRadius(daily).build();
    Plan plan = plan(guard, DEV, DEV2, PROD);
    onAct = () -> takeTwo(daily);
    Report report = apply(guard, plan);
    assertThat(codes(report)).contains(BlastRadiusLimit.WINDOW_USED_UP);
    assertThat(acted).as("one of two").containsExactly(DEV);
    assertThat(status(guard).baking()).isFalse();
    onAct = () -> {};
    time.pass(DAY.plusHours(1));
    apply(guard, plan);
    assertThat(acted).containsExactly(DEV, DEV2);
    assertThat(status(guard).baking()).isTrue();
    time.pass(DAY.plusHours(1));
    apply(guard, plan);
    assertThat(acted).containsExactly(DEV, DEV2, PROD);
  }

  @Test
  void law13_aStageOfWhichNothingWent_forItsWindowWasUsedUp_isNotComplete() {
    BlastRadiusLimit daily = BlastRadiusLimit.perPlan(9).per(Duration.ofDays(1), 2).in(store);
    AtomicInteger looks = new AtomicInteger(Integer.MAX_VALUE);
    Safeguard hook =
        new Safeguard() {
          @Override
          public String name() {
            return "hook";
          }

          @Override
          public Verdict review(Intent intent) {
            if (looks.decrementAndGet() == 0) {
              takeTwo(daily);
            }
            return Verdict.allow();
          }

          @Override
          public List<Tripwire> tripwires() {
            return List.of(Tripwire.of(() -> true));
          }
        };
    Guard guard = builder(two()).blastRadius(daily).safeguard(hook).build();
    Plan plan = plan(guard, DEV, PROD);
    looks.set(3); // the first two are the run's look at its whole plan
    Report report = apply(guard, plan);
    assertThat(codes(report)).contains(BlastRadiusLimit.WINDOW_USED_UP);
    assertThat(acted).isEmpty();
    assertThat(guard.rollout().filter(RolloutStatus::baking)).isEmpty();
    time.pass(DAY.plusHours(1));
    apply(guard, plan(guard, DEV, PROD));
    assertThat(acted).containsExactly(DEV);
  }

  private void takeTwo(BlastRadiusLimit daily) {
    Guard other =
        Guard.named("test")
            .dryRun(DryRun.off())
            .blastRadius(daily)
            .audit(records::add)
            .actor("planner")
            .state(store)
            .time(time)
            .build();
    for (int i = 0; i < 2; i++) {
      Target target = Target.of("thing", "x/" + i, "x");
      other.run(Intent.of(ACTION, target).because("a test"), permit -> {});
    }
  }

  @Test
  void anExpiredPlan_ofAnActiveRollout_isRejectedWhenWhatProtectsChanged() {
    Guard guard = guard();
    Plan plan = plan(guard, DEV, PROD);
    apply(guard, plan);
    time.pass(DAY.plusHours(1));
    Guard other = builder(two()).protection(Protection.ids(List.of("p"))).build();
    assertThatThrownBy(() -> apply(other, plan))
        .isInstanceOf(PlanRejectedException.class)
        .hasMessageContaining("protects");
  }

  @Test
  void changedStages_halt() {
    Guard guard = guard();
    Plan plan = plan(guard, DEV, PROD);
    apply(guard, plan);
    Guard other = builder(StagedRollout.of(dev().bake(Duration.ZERO), Stage.named("prod"))).build();
    assertThat(codes(apply(other, plan))).contains(StagedRollout.STAGES_CHANGED);
    assertThat(acted).containsExactly(DEV);
  }

  /** Else a wait could be left out by changing the stages for one run. */
  @Test
  void law13_changedStages_moveNothing() {
    Guard guard = guard();
    Plan plan = plan(guard, DEV, PROD);
    apply(guard, plan);
    Guard hasty =
        builder(StagedRollout.of(Stage.named("dev").scopes("dev/*"), Stage.named("prod"))).build();
    assertThat(hasty.advanceRollout().orElseThrow().baking()).isTrue();
    assertThat(apply(hasty, plan).halted()).isPresent();
    apply(guard, plan);
    assertThat(acted).containsExactly(DEV);
  }

  @Test
  void aHaltedRun_beginsNoRollout() {
    Safeguard never =
        new Safeguard() {
          @Override
          public String name() {
            return "never";
          }

          @Override
          public Verdict review(Intent intent) {
            return Verdict.allow();
          }

          @Override
          public Verdict reviewAll(Batch batch) {
            return Verdict.halt(Reason.of("never", "never", "Never."));
          }

          @Override
          public List<Tripwire> tripwires() {
            return List.of(Tripwire.of(() -> true));
          }
        };
    Guard guard = builder(two()).safeguard(never).build();
    assertThat(apply(guard, plan(guard, PROD)).halted()).isPresent();
    assertThat(guard.rollout()).isEmpty();
  }

  @Test
  void aDryRun_beginsAndMovesNothing() {
    Guard dry = builder(two()).dryRun(DryRun.on()).build();
    Plan plan = plan(dry, DEV, PROD);
    Report report = apply(dry, plan);
    assertThat(report.count(Fate.SIMULATED)).isEqualTo(1);
    assertThat(report.count(Fate.REFUSED)).isEqualTo(1);
    assertThat(dry.rollout()).isEmpty();
    assertThatThrownBy(dry::advanceRollout).isInstanceOf(GuardConfigurationException.class);
  }

  @Test
  void anUnreadableRollout_refuses_andNotAsPending() {
    Guard guard = guard();
    Plan plan = plan(guard, DEV, PROD);
    store.compareAndSet(StateStore.key("rollout", "test"), null, "{}".getBytes());
    Report report = apply(guard, plan);
    assertThat(acted).isEmpty();
    assertThat(report.entries().get(0).reasons())
        .allSatisfy(reason -> assertThat(reason.pending()).isFalse());
    assertThat(codes(report)).contains("rollout-failed");
  }

  @Test
  void singleCalls_areRefused_forTheyHaveNoPlan() {
    Outcome<Void> outcome =
        guard().run(Intent.of(ACTION, DEV).because("a test"), permit -> acted.add(DEV));
    assertThat(outcome).isInstanceOf(Outcome.Refused.class);
    assertThat(acted).isEmpty();
  }

  @Test
  void anEmptyFirstStage_isPassedAtTheEndOfTheFirstRun() {
    Guard guard = guard();
    Plan plan = plan(guard, PROD);
    apply(guard, plan);
    assertThat(acted).isEmpty();
    assertThat(status(guard).stage()).isEqualTo("prod");
    apply(guard, plan);
    assertThat(acted).containsExactly(PROD);
  }

  @Test
  void whatNoLongerQualified_whenItsStageWasCompleted_waitsForTheNextPlan() {
    AtomicReference<Verdict> says = new AtomicReference<>(Verdict.allow());
    Safeguard picky =
        new Safeguard() {
          @Override
          public String name() {
            return "picky";
          }

          @Override
          public Verdict review(Intent intent) {
            return intent.targets().contains(DEV2) ? says.get() : Verdict.allow();
          }

          @Override
          public List<Tripwire> tripwires() {
            return List.of(Tripwire.of(() -> true));
          }
        };
    Guard guard = builder(two()).safeguard(picky).build();
    Plan plan = plan(guard, DEV, DEV2, PROD);
    says.set(Verdict.refuse(Reason.of("picky", "no", "Not that one.")));
    apply(guard, plan);
    says.set(Verdict.allow());
    time.pass(DAY);
    Report report = apply(guard, plan);
    assertThat(acted).containsExactly(DEV, PROD);
    assertThat(codes(report)).contains(StagedRollout.STAGE_OVER);
  }

  @Test
  void whatWaits_holdsOnlyAStageOfWhichNothingWentYet_andAnObjectionHoldsNone() {
    AtomicReference<Set<Target>> waiting = new AtomicReference<>(Set.of(DEV, DEV2));
    AtomicReference<String> code = new AtomicReference<>("soaking");
    Safeguard slow =
        new Safeguard() {
          @Override
          public String name() {
            return "slow";
          }

          @Override
          public Verdict review(Intent intent) {
            return waiting.get().containsAll(intent.targets())
                ? Verdict.refuse(Reason.pending("slow", code.get(), "Later."))
                : Verdict.allow();
          }

          @Override
          public List<Tripwire> tripwires() {
            return List.of(Tripwire.of(() -> true));
          }
        };
    Guard guard = builder(two()).safeguard(slow).build();
    Plan plan = plan(guard, DEV, DEV2, PROD);
    apply(guard, plan);
    assertThat(guard.rollout()).as("nothing went yet").isEmpty();
    waiting.set(Set.of(DEV2));
    apply(guard, plan);
    assertThat(status(guard).baking()).isTrue();
    guard.abortRollout(null, "ann", "a test");
    waiting.set(Set.of(DEV));
    code.set("objected");
    time.pass(Duration.ofSeconds(5));
    apply(guard, plan(guard, DEV, PROD));
    assertThat(status(guard).baking()).isTrue();
    assertThat(acted).containsExactly(DEV);
  }

  @Test
  void aRollout_keepsItsPlan_forThirtyDaysBeyondItsExpiry() {
    Guard guard = guard();
    Plan plan = plan(guard, DEV, PROD);
    apply(guard, plan);
    guard.pauseRollout("ann", "holidays");
    time.pass(Duration.ofDays(30));
    apply(guard, plan);
    time.pass(DAY);
    assertThatThrownBy(() -> apply(guard, plan)).isInstanceOf(PlanRejectedException.class);
  }

  @Test
  void whatWasRefused_becauseTheRunEnded_keepsItsStageOpen() {
    AtomicReference<KillSwitch.Reading> reading = new AtomicReference<>(KillSwitch.Reading.run());
    KillSwitch.Source source =
        new KillSwitch.Source() {
          @Override
          public String name() {
            return "hand";
          }

          @Override
          public KillSwitch.Reading read() {
            return reading.get();
          }
        };
    Guard guard = builder(two()).killSwitch(KillSwitch.from(source, Duration.ofNanos(1))).build();
    Plan plan = plan(guard, DEV, PROD);
    onIntended =
        () -> {
          reading.set(KillSwitch.Reading.pause("not now"));
          time.pass(Duration.ofSeconds(1));
        };
    Report report = apply(guard, plan);
    assertThat(report.halted()).isPresent();
    assertThat(status(guard).baking()).isFalse();
    assertThat(acted).isEmpty();
  }

  @Test
  void aChild_goesNoEarlierThanItsParent() {
    Guard guard = guard();
    Plan plan =
        guard.plan(
            Selection.ofCandidates(
                    ACTION, List.of(Candidate.of(PROD), Candidate.of(DEV).after(List.of(PROD))))
                .because("a test"));
    apply(guard, plan);
    apply(guard, plan);
    assertThat(acted).containsExactly(PROD, DEV);
  }

  @Test
  void law13_resume_afterACrashAtEveryWrite_repeatsNothing_andSkipsNoWait() {
    for (int crash = 0; crash < 12; crash++) {
      store.forget();
      acted.clear();
      Guard before = guard();
      Plan plan = plan(before, DEV, PROD);
      store.failAfter(crash);
      try {
        apply(before, plan);
      } catch (StateException died) {
        assertThat(died).isNotNull();
      }
      store.failAfter(Integer.MAX_VALUE);
      assertThat(acted).doesNotContain(PROD);
      time.pass(Duration.ofMinutes(30)); // until the lease of the dead is free
      apply(before, plan);
      assertThat(acted).as("crash at write %s", crash).containsExactly(DEV);
      time.pass(DAY.minusMinutes(31));
      apply(before, plan);
      assertThat(acted).containsExactly(DEV);
      time.pass(Duration.ofMinutes(31));
      apply(before, plan);
      assertThat(acted).containsExactly(DEV, PROD);
    }
  }

  @Test
  void aGuardWithStages_needsAStore() {
    assertThatThrownBy(
            () -> Guard.named("test").unlimited("x").unaudited("x").rollout(two()).build())
        .isInstanceOf(GuardConfigurationException.class)
        .hasMessageContaining("state(...)");
  }

  @Test
  void withoutStages_thereIsNothingToAsk() {
    Guard plain = Guard.named("test").unlimited("x").unaudited("x").build();
    assertThatThrownBy(plain::rollout).isInstanceOf(GuardConfigurationException.class);
    Guard guard = guard();
    assertThat(guard.rollout()).isEmpty();
    assertThatThrownBy(() -> guard.pauseRollout("ann", "x"))
        .isInstanceOf(PlanRejectedException.class);
    assertThatThrownBy(() -> guard.abortRollout(null, "ann", "x"))
        .isInstanceOf(PlanRejectedException.class);
    assertThatThrownBy(() -> guard.abortRollout(null, " ", "x"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
