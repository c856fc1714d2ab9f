package dev.guard.blastradius;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.Batch;
import dev.guard.Guard;
import dev.guard.GuardConfigurationException;
import dev.guard.Intent;
import dev.guard.Outcome;
import dev.guard.Population;
import dev.guard.Reason;
import dev.guard.Reservation;
import dev.guard.Reservation.Held;
import dev.guard.Reservation.Settlement;
import dev.guard.StateException;
import dev.guard.Target;
import dev.guard.Tripwire;
import dev.guard.Verdict;
import dev.guard.Verdict.Level;
import dev.guard.dryrun.DryRun;
import dev.guard.state.Fence;
import dev.guard.state.StateStore;
import dev.guard.support.HandTime;
import dev.guard.support.TestStore;
import dev.guard.support.TestStore.Fault;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BlastRadiusLimitTest {
  private static final Duration DAY = Duration.ofDays(1);

  private final HandTime time = new HandTime();
  private final TestStore store = new TestStore(time);

  private static Intent intent(int from, int targets) {
    List<Target> all = new ArrayList<>();
    for (int i = 0; i < targets; i++) {
      all.add(
          Target.of("manifest", "registry", "m" + (from + i))
              .with("namespace", i % 2 == 0 ? "even" : "odd"));
    }
    return Intent.of("registry.delete", all).because("a test");
  }

  private static Batch batch(int targets, Population all) {
    List<Intent> intents = new ArrayList<>();
    for (int i = 0; i < targets; i++) {
      intents.add(intent(i, 1));
    }
    return new Batch(null, "registry.delete", intents, all);
  }

  private static void assertHalts(Verdict verdict, String code, String... parts) {
    assertThat(verdict.level()).isEqualTo(Level.HALT);
    assertThat(verdict.reasons()).extracting(Reason::code).contains(code);
    assertThat(verdict.reasons()).noneMatch(Reason::pending);
    for (String part : parts) {
      assertThat(verdict.toString()).contains(part);
    }
  }

  private BlastRadiusLimit window(long most) {
    return BlastRadiusLimit.perPlan(1000)
        .per(DAY, most)
        .in(store)
        .bind("guard", time, Optional::empty);
  }

  private Held held(BlastRadiusLimit limit, int targets) {
    Reservation reservation = limit.reserve(intent(0, targets));
    assertThat(reservation).isInstanceOf(Held.class);
    return (Held) reservation;
  }

  private static Verdict denied(BlastRadiusLimit limit, int targets) {
    Reservation reservation = limit.reserve(intent(0, targets));
    assertThat(reservation).isInstanceOf(Reservation.Denied.class);
    return ((Reservation.Denied) reservation).verdict();
  }

  // --- counts

  @Test
  void t01_aPlanOverItsLimit_haltsAsAWhole() {
    Verdict verdict = BlastRadiusLimit.perPlan(3).reviewAll(batch(100, null));
    assertHalts(verdict, BlastRadiusLimit.OVER_LIMIT);
  }

  @Test
  void theSentenceOfABreach_saysAllowedAskedAndWhatToDo() {
    assertThat(
            BlastRadiusLimit.perPlan(50)
                .named("prod")
                .reviewAll(batch(120, null))
                .reasons()
                .get(0)
                .sentence())
        .isEqualTo(
            "blast radius 'prod' allows 50 per plan, 120 asked. Split the plan or raise the limit.");
  }

  @Test
  void theBoundary_isAllowed() {
    assertThat(BlastRadiusLimit.perPlan(3).reviewAll(batch(3, null))).isSameAs(Verdict.allow());
    assertThat(BlastRadiusLimit.perPlan(3).review(intent(0, 3))).isSameAs(Verdict.allow());
    assertThat(BlastRadiusLimit.perPlan(3).reviewAll(batch(4, null)).allowed()).isFalse();
  }

  @Test
  void targetsAreCounted_notIntents() {
    Batch two = new Batch(null, "registry.delete", List.of(intent(0, 3), intent(10, 3)), null);
    assertHalts(BlastRadiusLimit.perPlan(5).reviewAll(two), "over-limit", "6 asked");
  }

  @Test
  void law05_whatEarlierRunsOfAPlanDid_countsAgainstIt() {
    List<Intent> left = List.of(intent(0, 1), intent(1, 1));
    List<Intent> before = List.of(intent(2, 1), intent(3, 1));
    Batch batch = new Batch(null, "registry.delete", left, Population.of(100), before);
    assertThat(BlastRadiusLimit.perPlan(4).percent(4).reviewAll(batch).allowed()).isTrue();
    assertHalts(BlastRadiusLimit.perPlan(3).reviewAll(batch), "over-limit", "4 asked");
    assertHalts(BlastRadiusLimit.perPlan(9).percent(3).reviewAll(batch), "over-limit", "4 asked");
    assertHalts(
        BlastRadiusLimit.perPlan(3).forEach("namespace").reviewAll(batch), "over-limit", "'even'");
    assertThat(window(2).reviewAll(batch).allowed()).as("a window draws at the act").isTrue();
  }

  @Test
  void t10_aSingleCall_isHeldToThePlanLimitToo() {
    assertHalts(BlastRadiusLimit.perPlan(3).review(intent(0, 4)), "over-limit", "4 asked");
  }

  @Test
  void perCall_boundsOneIntent_whateverThePlanAllows() {
    BlastRadiusLimit limit = BlastRadiusLimit.perPlan(100).perCall(2);
    assertThat(limit.review(intent(0, 2)).allowed()).isTrue();
    assertHalts(limit.review(intent(0, 3)), "over-limit", "2 per call, 3 asked");
    assertThat(limit.reviewAll(batch(50, null)).allowed()).isTrue();
  }

  @Test
  void t09_zeroMeansNone() {
    assertHalts(BlastRadiusLimit.perPlan(0).review(intent(0, 1)), "over-limit");
    assertHalts(BlastRadiusLimit.perPlan(5).perCall(0).review(intent(0, 1)), "over-limit");
    assertHalts(
        BlastRadiusLimit.perPlan(5).percent(0).reviewAll(batch(1, Population.of(1000))),
        "over-limit",
        "0 % of 1000 is 0");
    assertThat(denied(window(0), 1).level()).isEqualTo(Level.REFUSE);
    assertThat(BlastRadiusLimit.perPlan(0).reviewAll(batch(0, null)).allowed()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, Long.MIN_VALUE, 1_000_000_001L, Long.MAX_VALUE})
  void t09_aCountThatCannotTrip_isAnError(long most) {
    assertThatThrownBy(() -> BlastRadiusLimit.perPlan(most))
        .isInstanceOf(GuardConfigurationException.class);
    assertThatThrownBy(() -> BlastRadiusLimit.perPlan(1).perCall(most))
        .isInstanceOf(GuardConfigurationException.class);
    assertThatThrownBy(() -> BlastRadiusLimit.perPlan(1).per(DAY, most))
        .isInstanceOf(GuardConfigurationException.class);
    assertThatThrownBy(() -> BlastRadiusLimit.perPlan(1).keepAtLeast(most))
        .isInstanceOf(GuardConfigurationException.class);
  }

  @ParameterizedTest
  @ValueSource(
      doubles = {
        -0.1,
        -100,
        100,
        100.5,
        Double.NaN,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY
      })
  void t09_aPercentThatMeansNothing_isAnError(double percent) {
    assertThatThrownBy(() -> BlastRadiusLimit.perPlan(1).percent(percent))
        .isInstanceOf(GuardConfigurationException.class)
        .hasMessageContaining("percent");
  }

  @Test
  void theTenthOfNine_isNothing_andTheMessagePrintsTheSum() {
    assertHalts(
        BlastRadiusLimit.perPlan(50).percent(10).reviewAll(batch(1, Population.of(9))),
        "over-limit",
        "(10 % of 9 is 0), 1 asked");
  }

  @ParameterizedTest
  @CsvSource({
    "10,9,0",
    "10,10,1",
    "10,19,1",
    "10,20,2",
    "33.3,1000,333",
    "0.1,999,0",
    "0.1,1000,1",
    "99.999,100000,99999",
    "7,100,7",
    "29,100,29",
    "57,100,57",
    "0.07,10000,7",
    "1.1,1000,11"
  })
  void percentsAreExact_andRoundDown(double percent, long population, int allowed) {
    BlastRadiusLimit limit = BlastRadiusLimit.perPlan(1_000_000_000).percent(percent);
    Population all = Population.of(population);
    if (allowed <= 2000) {
      assertThat(limit.reviewAll(batch(allowed, all)).allowed()).isTrue();
      assertThat(limit.reviewAll(batch(allowed + 1, all)).allowed()).isFalse();
    } else {
      assertThat(limit.review(intent(0, allowed).outOf(all)).allowed()).isTrue();
      assertThat(limit.review(intent(0, allowed + 1).outOf(all)).allowed()).isFalse();
    }
  }

  @Test
  void t17_anEmptyPopulation_isIncomplete_neverSafe() {
    BlastRadiusLimit limit = BlastRadiusLimit.perPlan(50).percent(10);
    assertHalts(limit.reviewAll(batch(0, Population.of(0))), Reason.EVIDENCE_INCOMPLETE, "empty");
    assertHalts(
        limit.reviewAll(batch(0, new Population(0, null))), Reason.EVIDENCE_INCOMPLETE, "empty");
  }

  @Test
  void anIncompletePopulation_halts_andSaysWhy() {
    assertHalts(
        BlastRadiusLimit.perPlan(50)
            .percent(10)
            .reviewAll(batch(1, Population.incomplete(1000, "page 3 was cut"))),
        Reason.EVIDENCE_INCOMPLETE,
        "page 3 was cut");
  }

  @Test
  void aPercentWithoutAPopulation_halts() {
    assertHalts(
        BlastRadiusLimit.perPlan(50).percent(10).review(intent(0, 1)),
        BlastRadiusLimit.POPULATION_MISSING);
    assertHalts(
        BlastRadiusLimit.perPlan(50).keepAtLeast(1).reviewAll(batch(1, null)),
        BlastRadiusLimit.POPULATION_MISSING);
  }

  private Guard guard(BlastRadiusLimit limit) {
    return Guard.named("test").dryRun(DryRun.off()).blastRadius(limit).unaudited("a test").build();
  }

  private static Verdict refused(Outcome<Void> outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Refused.class);
    return ((Outcome.Refused<Void>) outcome).verdict();
  }

  @Test
  void law04_aLimitForSingleCallsOnly_needsASourceOfItsPopulation() {
    List<BlastRadiusLimit> blind =
        List.of(
            BlastRadiusLimit.singleCalls(5).percent(10),
            BlastRadiusLimit.singleCalls(5).keepAtLeast(3),
            BlastRadiusLimit.singleCalls(5).per(Duration.ofDays(1), 9).in(store).percent(10));
    for (BlastRadiusLimit limit : blind) {
      assertThatThrownBy(() -> guard(limit))
          .isInstanceOf(GuardConfigurationException.class)
          .hasMessageContaining("outOf(...)")
          .hasMessageContaining("perPlan(...)");

      Guard guard = guard(limit.outOf(() -> Population.of(20)));
      assertThat(guard.review(intent(0, 2)).allowed()).isTrue();
      assertThat(guard.review(intent(0, 20)).allowed()).isFalse();
    }
    guard(BlastRadiusLimit.singleCalls(5));
    guard(BlastRadiusLimit.singleCalls(5).per(Duration.ofDays(1), 9).in(store));
  }

  @Test
  void law04_aLimitWithAPlan_buildsWithoutASource_andHaltsASingleCallThatBringsNone() {
    Guard guard = guard(BlastRadiusLimit.perPlan(50).percent(10));
    AtomicInteger acts = new AtomicInteger();

    Verdict verdict = refused(guard.run(intent(0, 1), permit -> acts.incrementAndGet()));

    assertHalts(verdict, BlastRadiusLimit.POPULATION_MISSING, "Give the population with outOf");
    assertThat(acts).hasValue(0);
    assertThat(guard.run(intent(0, 1).outOf(Population.of(10)), permit -> acts.incrementAndGet()))
        .isInstanceOf(Outcome.Done.class);
  }

  @Test
  void law04_anIntentOutOfAnIncompletePopulation_isHalted_whateverTheLimits() {
    List<Population> blind = List.of(Population.of(0), Population.incomplete(7, "page 3 was cut"));
    for (BlastRadiusLimit limit :
        List.of(
            BlastRadiusLimit.perPlan(50),
            BlastRadiusLimit.singleCalls(50),
            BlastRadiusLimit.perPlan(50).keepAtLeast(1),
            BlastRadiusLimit.unlimited("a test"))) {
      for (Population population : blind) {
        AtomicInteger acts = new AtomicInteger();
        Guard guard = guard(limit);
        Intent intent = intent(0, 1).outOf(population);

        assertHalts(
            refused(guard.run(intent, permit -> acts.incrementAndGet())),
            Reason.EVIDENCE_INCOMPLETE);
        assertHalts(guard.review(intent), Reason.EVIDENCE_INCOMPLETE);
        assertThat(acts).hasValue(0);
      }
    }
  }

  @Test
  void aLimitForSingleCalls_boundsEachCall_andLetsNoPlanThrough() {
    BlastRadiusLimit limit = BlastRadiusLimit.singleCalls(2);
    assertThat(limit.review(intent(0, 2)).allowed()).isTrue();
    assertHalts(limit.review(intent(0, 3)), "over-limit", "2 per call", "3 asked");
    assertHalts(limit.reviewAll(batch(1, null)), BlastRadiusLimit.NO_PLANS, "perPlan(...)");
    assertHalts(limit.forEach("namespace").reviewAll(batch(0, null)), BlastRadiusLimit.NO_PLANS);
    assertThat(BlastRadiusLimit.singleCalls(0).review(intent(0, 1)).allowed()).isFalse();
    assertThat(limit.toString()).contains("no plans").contains("2 per call");
    for (long wrong : new long[] {-1, 1_000_000_001}) {
      assertThatThrownBy(() -> BlastRadiusLimit.singleCalls(wrong))
          .isInstanceOf(GuardConfigurationException.class);
    }
  }

  @Test
  void aPopulationSource_isAskedIfNobodyBringsOne() {
    AtomicInteger asked = new AtomicInteger();
    BlastRadiusLimit limit =
        BlastRadiusLimit.perPlan(50)
            .percent(10)
            .outOf(
                () -> {
                  asked.incrementAndGet();
                  return Population.of(20);
                });
    assertThat(limit.review(intent(0, 2)).allowed()).isTrue();
    assertHalts(limit.review(intent(0, 3)), "over-limit");
    assertThat(asked).hasValue(2);
    assertThat(limit.review(intent(0, 3).outOf(Population.of(30))).allowed()).isTrue();
    assertThat(asked).hasValue(2);
  }

  @Test
  void t22_aPopulationSourceThatFails_halts() {
    BlastRadiusLimit limit = BlastRadiusLimit.perPlan(50).percent(10);
    assertHalts(limit.outOf(() -> null).review(intent(0, 1)), Reason.EVIDENCE_INCOMPLETE);
    assertHalts(
        limit
            .outOf(
                () -> {
                  throw new StackOverflowError();
                })
            .review(intent(0, 1)),
        Reason.EVIDENCE_INCOMPLETE,
        "StackOverflowError");
  }

  @Test
  void aFloor_mustBeLeft() {
    BlastRadiusLimit limit = BlastRadiusLimit.perPlan(50).keepAtLeast(5);
    assertThat(limit.reviewAll(batch(3, Population.of(8))).allowed()).isTrue();
    assertHalts(
        limit.reviewAll(batch(4, Population.of(8))), "over-limit", "4 of 8 asked would leave 4");
    assertThatThrownBy(() -> BlastRadiusLimit.perPlan(1).keepAtLeast(0))
        .isInstanceOf(GuardConfigurationException.class);
  }

  @Test
  void forEach_countsEveryValueAlone() {
    BlastRadiusLimit limit = BlastRadiusLimit.perPlan(2).forEach("namespace");
    assertThat(limit.review(intent(0, 4)).allowed()).isTrue();
    assertHalts(limit.review(intent(0, 5)), "over-limit", "'even'");
    Batch all = new Batch(null, "registry.delete", List.of(intent(0, 3), intent(10, 3)), null);
    assertHalts(limit.reviewAll(all), "over-limit", "2 per plan for each namespace", "'even'");
    assertThat(limit.reviewAll(batch(2, null)).allowed()).isTrue();
  }

  @Test
  void t13_aTargetWithoutTheLabelThatIsCountedBy_isRefused() {
    Intent bare =
        Intent.of("registry.delete", Target.of("manifest", "registry", "m")).because("a test");
    BlastRadiusLimit limit = BlastRadiusLimit.perPlan(5).per(DAY, 5).in(store).forEach("namespace");
    assertThat(limit.review(bare).level()).isEqualTo(Level.REFUSE);
    assertThat(limit.reviewAll(new Batch(null, "x", List.of(bare), null)).level())
        .isEqualTo(Level.HALT);
    assertThat(limit.reserve(bare)).isInstanceOf(Reservation.Denied.class);
    assertThat(store.keys("")).isEmpty();
  }

  @Test
  void aDimensionHasNoPopulation_soPercentAndFloorAreErrors() {
    assertThatThrownBy(() -> BlastRadiusLimit.perPlan(5).percent(10).forEach("namespace"))
        .isInstanceOf(GuardConfigurationException.class);
    assertThatThrownBy(() -> BlastRadiusLimit.perPlan(5).forEach("namespace").percent(10))
        .isInstanceOf(GuardConfigurationException.class);
    assertThatThrownBy(() -> BlastRadiusLimit.perPlan(5).forEach("namespace").keepAtLeast(1))
        .isInstanceOf(GuardConfigurationException.class);
    assertThatThrownBy(() -> BlastRadiusLimit.perPlan(5).forEach(" "))
        .isInstanceOf(GuardConfigurationException.class);
  }

  @Test
  void t30_blankWords_areErrors() {
    assertThatThrownBy(() -> BlastRadiusLimit.unlimited(" "))
        .isInstanceOf(GuardConfigurationException.class);
    assertThatThrownBy(() -> BlastRadiusLimit.perPlan(1).named(""))
        .isInstanceOf(GuardConfigurationException.class);
  }

  @Test
  void unlimited_allowsEverything_andTakesNoLimits() {
    BlastRadiusLimit none = BlastRadiusLimit.unlimited("a test of one row");
    assertThat(none.isUnlimited()).isTrue();
    assertThat(none.review(intent(0, 500)).allowed()).isTrue();
    assertThat(none.reviewAll(batch(500, null)).allowed()).isTrue();
    assertThat(none.reserve(intent(0, 1))).isSameAs(Reservation.none());
    assertThatThrownBy(() -> none.perCall(3)).isInstanceOf(GuardConfigurationException.class);
    assertThat(none.toString()).contains("a test of one row");
  }

  @Test
  void everyTripwireTrips() {
    for (BlastRadiusLimit limit :
        List.of(
            BlastRadiusLimit.perPlan(0),
            BlastRadiusLimit.perPlan(1_000_000_000),
            BlastRadiusLimit.perPlan(1).percent(99.9).keepAtLeast(3).perCall(2),
            BlastRadiusLimit.perPlan(1).percent(0),
            BlastRadiusLimit.perPlan(7).perCall(2).forEach("namespace"),
            BlastRadiusLimit.singleCalls(4).percent(10).outOf(() -> Population.of(9)),
            BlastRadiusLimit.singleCalls(4).forEach("namespace"),
            window(3),
            BlastRadiusLimit.unlimited("a test"))) {
      assertThat(limit.tripwires()).isNotEmpty();
      for (Tripwire wire : limit.tripwires()) {
        assertThat(wire.check().getAsBoolean()).as(limit + ": " + wire.name()).isTrue();
      }
    }
    assertThat(store.keys("")).as("tripwires draw nothing").isEmpty();
  }

  // --- windows

  @Test
  void aWindowWithoutAStore_cannotBeWritten_andItsLengthIsBounded() {
    assertThatThrownBy(() -> BlastRadiusLimit.perPlan(1).per(Duration.ofMillis(999), 1))
        .isInstanceOf(GuardConfigurationException.class);
    assertThatThrownBy(() -> BlastRadiusLimit.perPlan(1).per(Duration.ofDays(367), 1))
        .isInstanceOf(GuardConfigurationException.class);
    assertThatThrownBy(() -> window(3).per(DAY, 5).in(store))
        .isInstanceOf(GuardConfigurationException.class);
    assertThatThrownBy(() -> window(3).per(Duration.ofHours(1), 5).in(new TestStore(time)))
        .isInstanceOf(GuardConfigurationException.class);
  }

  @Test
  void aUsedUpWindow_refuses_andSaysWhenItIsFreeAgain() {
    BlastRadiusLimit limit = window(3);
    held(limit, 2).settle(Settlement.DONE);
    time.pass(Duration.ofHours(1));
    held(limit, 1).settle(Settlement.UNKNOWN);
    Verdict verdict = limit.review(intent(0, 1));
    assertThat(verdict.level()).isEqualTo(Level.REFUSE);
    assertThat(verdict.reasons().get(0).code()).isEqualTo(BlastRadiusLimit.WINDOW_USED_UP);
    assertThat(verdict.reasons().get(0).sentence())
        .contains("3 are used up, 1 asked. Free again at 2026-03-03T10:0");
    assertThat(denied(limit, 1)).isEqualTo(verdict);
    assertThat(limit.review(intent(0, 4)).reasons().get(0).sentence())
        .contains("more than the whole");
  }

  @Test
  void aPlanThatAsksMoreThanTheWindowHasLeft_haltsBeforeItsFirstAct() {
    BlastRadiusLimit limit = window(5);
    held(limit, 2).settle(Settlement.DONE);
    assertThat(limit.reviewAll(batch(3, null)).allowed()).isTrue();
    assertHalts(
        limit.reviewAll(batch(4, null)), BlastRadiusLimit.OVER_LIMIT, "3 are left, 4 asked");
    assertThat(limit.review(intent(0, 1)).allowed()).isTrue();
  }

  @Test
  void onlyWhatSurelyDidNotRun_isGivenBack() {
    BlastRadiusLimit limit = window(3);
    Held first = held(limit, 3);
    assertThat(denied(limit, 1).level()).isEqualTo(Level.REFUSE);
    first.settle(Settlement.NOT_RUN);
    held(limit, 3).settle(Settlement.UNKNOWN);
    assertThat(denied(limit, 1).level()).isEqualTo(Level.REFUSE);
    assertThatThrownBy(() -> first.settle(Settlement.NOT_RUN))
        .isInstanceOf(IllegalStateException.class);
    assertThat(denied(limit, 1).level()).isEqualTo(Level.REFUSE);
  }

  @Test
  void t19_processesAndRestarts_shareOneBudget_alsoWhatACrashLeftUnsettled() {
    held(window(10), 4);
    held(window(10), 4).settle(Settlement.DONE);
    assertThat(denied(window(10), 3).level()).isEqualTo(Level.REFUSE);
    held(window(10), 2).settle(Settlement.DONE);
    assertThat(denied(window(10), 1).level()).isEqualTo(Level.REFUSE);
  }

  @Test
  void anotherGuardOrAnotherName_hasABudgetOfItsOwn() {
    held(window(1), 1);
    held(window(1).named("other"), 1);
    held(window(1).bind("another guard", time, Optional::empty), 1);
    assertThat(denied(window(1), 1).level()).isEqualTo(Level.REFUSE);
  }

  @Test
  void aWindowSlides_andRoundsAgainstTheCaller() {
    BlastRadiusLimit limit = window(1);
    held(limit, 1).settle(Settlement.DONE);
    time.pass(DAY);
    assertThat(denied(limit, 1).level()).isEqualTo(Level.REFUSE);
    time.pass(DAY.dividedBy(128));
    held(limit, 1).settle(Settlement.DONE);
    assertThat(store.dump()).as("what is over is forgotten").hasSizeLessThan(400);
  }

  @Test
  void law07_aClockThatStepsBack_freesNothing() {
    BlastRadiusLimit limit = window(1);
    held(limit, 1).settle(Settlement.DONE);
    time.jump(Duration.ofDays(-400));
    assertThat(denied(limit, 1).level()).isEqualTo(Level.REFUSE);
    time.pass(Duration.ofHours(23));
    assertThat(denied(limit, 1).level()).isEqualTo(Level.REFUSE);
  }

  @Test
  void law07_aWallClockThatJumpsAhead_freesNothingWithinAProcess() {
    BlastRadiusLimit limit = window(1);
    held(limit, 1).settle(Settlement.DONE);
    time.jump(Duration.ofDays(400));
    assertThat(denied(limit, 1).level()).isEqualTo(Level.REFUSE);
  }

  @Test
  void law07_whatWasDrawnWhileTheClockWasBack_isNotForgottenEarly() {
    BlastRadiusLimit first = window(2);
    held(first, 1).settle(Settlement.DONE);
    time.jump(Duration.ofHours(-20));
    held(window(2), 1).settle(Settlement.DONE);
    time.jump(Duration.ofHours(20));
    time.pass(Duration.ofHours(10));
    assertThat(denied(window(2), 1).level()).isEqualTo(Level.REFUSE);
  }

  @Test
  void aStoreWithItsOwnClock_isBelieved() {
    TestStore own = new TestStore(time, true);
    BlastRadiusLimit limit =
        BlastRadiusLimit.perPlan(9).per(DAY, 1).in(own).bind("guard", time, Optional::empty);
    held(limit, 1).settle(Settlement.DONE);
    time.jump(Duration.ofDays(2));
    held(limit, 1).settle(Settlement.DONE);
  }

  @Test
  void severalWindows_drawAllOrNothing() {
    BlastRadiusLimit limit =
        BlastRadiusLimit.perPlan(100)
            .per(Duration.ofHours(1), 2)
            .in(store)
            .per(DAY, 3)
            .in(store)
            .bind("guard", time, Optional::empty);
    held(limit, 2).settle(Settlement.DONE);
    String before = store.dump();
    assertThat(denied(limit, 1).reasons()).hasSize(1);
    assertThat(store.dump()).isEqualTo(before);
    time.pass(Duration.ofHours(2));
    held(limit, 1).settle(Settlement.DONE);
    time.pass(Duration.ofHours(2));
    assertThat(denied(limit, 1).level()).isEqualTo(Level.REFUSE);
  }

  @Test
  void aNewWindowLength_beginsWithWhatTheOldOneRemembers() {
    held(window(5), 5).settle(Settlement.DONE);
    BlastRadiusLimit changed =
        BlastRadiusLimit.perPlan(1000)
            .per(Duration.ofDays(2), 5)
            .in(store)
            .bind("guard", time, Optional::empty);
    assertThat(denied(changed, 1).level()).isEqualTo(Level.REFUSE);
  }

  @Test
  void law02_aDenialInOneValue_leavesTheOthersAsBefore() {
    BlastRadiusLimit limit = window(2).forEach("namespace");
    Intent odd =
        Intent.of(
                "registry.delete", Target.of("manifest", "registry", "x").with("namespace", "odd"))
            .because("a test");
    assertThat(limit.reserve(odd)).isInstanceOf(Held.class);
    assertThat(limit.reserve(odd)).isInstanceOf(Held.class);
    assertThat(denied(limit, 4).level()).isEqualTo(Level.REFUSE);
    Intent even =
        Intent.of(
                "registry.delete", Target.of("manifest", "registry", "y").with("namespace", "even"))
            .because("a test");
    assertThat(limit.reserve(even)).isInstanceOf(Held.class);
    assertThat(limit.reserve(even)).isInstanceOf(Held.class);
    assertThat(limit.reserve(even)).isInstanceOf(Reservation.Denied.class);
  }

  @Test
  void anUnreadableStore_halts() {
    BlastRadiusLimit limit = window(3);
    store.unreadable = true;
    assertHalts(limit.review(intent(0, 1)), "window-unreadable");
    assertHalts(limit.reviewAll(batch(1, null)), "window-unreadable");
    assertHalts(denied(limit, 1), "window-unreadable");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "null",
        "{\"schema\":\"guard.window/1\"}",
        "{\"schema\":\"guard.window/2\",\"high\":1,\"writes\":[],\"windows\":{}}",
        "{\"schema\":\"guard.window/1\",\"high\":-1,\"writes\":[],\"windows\":{}}",
        "{\"schema\":\"guard.window/1\",\"high\":1,\"writes\":[],\"windows\":[]}",
        "{\"schema\":\"guard.window/1\",\"high\":1,\"writes\":[],\"windows\":{\"day\":[]}}",
        "{\"schema\":\"guard.window/1\",\"high\":1,\"writes\":[],\"windows\":{\"0\":[]}}",
        "{\"schema\":\"guard.window/1\",\"high\":1,\"writes\":[],\"windows\":{\"1000\":{}}}",
        "{\"schema\":\"guard.window/1\",\"high\":1,\"writes\":[],\"windows\":{\"1000\":[[1]]}}",
        "{\"schema\":\"guard.window/1\",\"high\":1,\"writes\":[],\"windows\":{\"1000\":[[1,-1]]}}",
        "{\"schema\":\"guard.window/1\",\"high\":1,\"writes\":[],\"windows\":{\"1000\":[[1,1.5]]}}",
        "{\"schema\":\"guard.window/1\",\"high\":9223372036854775807,\"writes\":[],\"windows\":{}}"
      })
  void aCorruptDocument_halts_andIsNotOverwritten(String corrupt) {
    BlastRadiusLimit limit = window(3);
    held(limit, 1).settle(Settlement.DONE);
    store.overwriteAll(corrupt);
    assertHalts(limit.review(intent(0, 1)), "window-unreadable");
    assertHalts(denied(limit, 1), "window-unreadable");
    assertThat(store.dump()).isEqualTo(corrupt);
  }

  @Test
  void aDrawWhoseFateIsUnknown_isSettledByItsWriteId_andCountedOnce() {
    BlastRadiusLimit limit = window(3);
    store.writes.add(Fault.WRITTEN_UNKNOWN);
    Held first = held(limit, 2);
    assertThat(denied(limit, 2).level()).isEqualTo(Level.REFUSE);
    held(limit, 1).settle(Settlement.DONE);
    first.settle(Settlement.NOT_RUN);
    held(limit, 2).settle(Settlement.DONE);
    assertThat(denied(limit, 1).level()).isEqualTo(Level.REFUSE);
  }

  /** A store whose first write arrives only when the next one is under way. */
  private final class LateStore implements StateStore {
    private final Runnable meanwhile;
    private Runnable late = () -> {};
    private boolean first = true;

    LateStore(Runnable meanwhile) {
      this.meanwhile = meanwhile;
    }

    @Override
    public Optional<Versioned> get(String key) {
      return store.get(key);
    }

    @Override
    public Optional<String> compareAndSet(String key, String expected, byte[] value) {
      if (first) {
        first = false;
        late = () -> assertThat(store.compareAndSet(key, expected, value)).isPresent();
        meanwhile.run();
        throw new StateException("Timed out.", null, true);
      }
      late.run();
      late = () -> {};
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
  void law07_aBlockThatArrivesLate_isAsLargeAsItWasAskedFor() {
    held(window(30), 14).settle(Settlement.DONE);
    time.pass(Duration.ofHours(12));
    held(window(30), 15).settle(Settlement.DONE);
    time.pass(Duration.ofHours(12));
    BlastRadiusLimit late =
        BlastRadiusLimit.perPlan(1000)
            .per(DAY, 30)
            .in(new LateStore(() -> time.pass(Duration.ofHours(1)))) // the 14 are free by then
            .inBlocksOf(10)
            .bind("guard", time, Optional::empty);
    int drawn = 15;
    for (int i = 0; i < 40; i++) {
      drawn += late.reserve(intent(i, 1)) instanceof Held ? 1 : 0;
    }
    assertThat(drawn).isEqualTo(30);
  }

  @Test
  void law07_whatIsGivenBackAfterAnUnknownFate_isTakenFromItsOwnBucket() {
    AtomicInteger calls = new AtomicInteger();
    Runnable meanwhile =
        () -> {
          calls.incrementAndGet();
          time.pass(Duration.ofHours(1));
          held(window(2), 1).settle(Settlement.DONE);
        };
    BlastRadiusLimit unsure =
        BlastRadiusLimit.perPlan(1000)
            .per(DAY, 2)
            .in(new UnsureStore(meanwhile))
            .bind("guard", time, Optional::empty);
    held(unsure, 1).settle(Settlement.NOT_RUN);
    assertThat(calls).hasValue(1);
    time.pass(DAY.minus(Duration.ofMinutes(15)));
    assertThat(denied(window(2), 2).level()).isEqualTo(Level.REFUSE);
  }

  /** A store whose first write arrives, while nobody is told. */
  private final class UnsureStore implements StateStore {
    private final Runnable meanwhile;
    private boolean first = true;

    UnsureStore(Runnable meanwhile) {
      this.meanwhile = meanwhile;
    }

    @Override
    public Optional<Versioned> get(String key) {
      return store.get(key);
    }

    @Override
    public Optional<String> compareAndSet(String key, String expected, byte[] value) {
      Optional<String> written = store.compareAndSet(key, expected, value);
      if (first) {
        first = false;
        meanwhile.run();
        throw new StateException("Timed out.", null, true);
      }
      return written;
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
  void law07_aWindowThatIsNotConfiguredHere_isDrawnFromAllTheSame() {
    BlastRadiusLimit both =
        BlastRadiusLimit.perPlan(1000)
            .per(DAY, 3)
            .in(store)
            .per(Duration.ofDays(7), 3)
            .in(store)
            .bind("guard", time, Optional::empty);
    held(both, 1).settle(Settlement.DONE);
    held(window(3), 2).settle(Settlement.DONE);
    time.pass(DAY.plusHours(1));
    assertThat(denied(both, 1).level()).isEqualTo(Level.REFUSE);
  }

  @Test
  void aDrawThatWasLost_isDrawnAgain_once() {
    BlastRadiusLimit limit = window(3);
    store.writes.add(Fault.LOST_UNKNOWN);
    held(limit, 2);
    held(limit, 1);
    assertThat(denied(limit, 1).level()).isEqualTo(Level.REFUSE);
  }

  @Test
  void aDrawThatFails_halts_andDrawsNothing() {
    BlastRadiusLimit limit = window(3);
    store.writes.add(Fault.FAILS);
    assertHalts(denied(limit, 3), "window-unreadable");
    held(limit, 3);
  }

  @Test
  void aReturnWhoseFateIsUnknown_isNotTriedAgain() {
    BlastRadiusLimit limit = window(3);
    Held first = held(limit, 2);
    Held second = held(limit, 1);
    store.writes.add(Fault.WRITTEN_UNKNOWN);
    assertThatThrownBy(() -> first.settle(Settlement.NOT_RUN)).hasMessageContaining("Timed out");
    second.settle(Settlement.DONE);
    held(limit, 2);
    assertThat(denied(limit, 1).level()).isEqualTo(Level.REFUSE);
  }

  @Test
  void endlessContention_refuses() {
    store.conflictAlways = true;
    assertThat(denied(window(3), 1).reasons().get(0).code()).isEqualTo("state-contended");
  }

  @Test
  void law07_manyThreadsAndProcesses_drawExactlyTheLimit() throws Exception {
    int processes = 8;
    AtomicInteger drawn = new AtomicInteger();
    ExecutorService threads = Executors.newFixedThreadPool(processes);
    try {
      CountDownLatch go = new CountDownLatch(1);
      List<java.util.concurrent.Future<?>> all = new ArrayList<>();
      for (int p = 0; p < processes; p++) {
        all.add(
            threads.submit(
                () -> {
                  BlastRadiusLimit mine = window(100);
                  go.await();
                  for (int i = 0; i < 50; i++) {
                    if (mine.reserve(intent(0, 1)) instanceof Held) {
                      drawn.incrementAndGet();
                    }
                  }
                  return null;
                }));
      }
      go.countDown();
      for (java.util.concurrent.Future<?> one : all) {
        one.get();
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(drawn).hasValue(100);
  }

  @Test
  void aLimitIsItsWords() {
    assertThat(BlastRadiusLimit.perPlan(50).percent(12.5).perCall(3).keepAtLeast(7).toString())
        .contains("50 per plan", "12.5 %", "3 per call", "keep at least 7");
    assertThat(BlastRadiusLimit.perPlan(1).name()).isEqualTo("blast-radius");
    assertThat(BlastRadiusLimit.perPlan(1).named("prod").name()).isEqualTo("blast-radius prod");
  }

  /** What was drawn while the clock was behind stays for a whole window of true time. */
  private void assertStays(BlastRadiusLimit later) {
    time.jump(Duration.ofHours(2));
    time.pass(DAY.minus(Duration.ofMinutes(105)));
    assertThat(denied(later, 1).level()).isEqualTo(Level.REFUSE);
  }

  @Test
  void law07_aStoreClockThatStepsBack_datesNothingEarlier() {
    TestStore own = new TestStore(time, true);
    BlastRadiusLimit limit =
        BlastRadiusLimit.perPlan(1000).per(DAY, 3).in(own).bind("guard", time, Optional::empty);
    held(limit, 1).settle(Settlement.DONE);
    time.jump(Duration.ofHours(-2));
    held(limit, 2).settle(Settlement.DONE);
    assertStays(limit);
  }

  @Test
  void law07_aProcessWhoseClockIsBehind_datesNothingEarlierThanOthersDid() {
    held(window(3), 1).settle(Settlement.DONE);
    time.jump(Duration.ofHours(-2));
    held(window(3), 2).settle(Settlement.DONE);
    assertStays(window(3));
  }

  @Test
  void law07_aClockThatIsSetBack_datesNothingEarlierThanTheProcessKnows() {
    BlastRadiusLimit limit = window(3);
    time.jump(Duration.ofHours(-2));
    held(limit, 3).settle(Settlement.DONE);
    assertStays(limit);
  }

  @Test
  void law07_givingBackInAnEpochThatIsOver_changesNothing() {
    BlastRadiusLimit old = inEpoch(1);
    Held first = held(old, 1);
    held(inEpoch(2), 1).settle(Settlement.DONE);
    String before = store.dump();
    first.settle(Settlement.NOT_RUN);
    assertThat(store.dump()).isEqualTo(before);
    assertHalts(denied(old, 1), Reason.LEASE_LOST);
  }

  private BlastRadiusLimit inEpoch(long epoch) {
    return BlastRadiusLimit.perPlan(1000)
        .per(DAY, 9)
        .in(store)
        .bind("guard", time, () -> Optional.of(new Fence(epoch, "run " + epoch)));
  }

  // --- blocks

  @Test
  void aBlock_endsByWhicheverClockRanFurther_andALittleEarly() {
    Duration bucket = DAY.dividedBy(128);
    for (int clock = 0; clock < 3; clock++) {
      TestStore fresh = new TestStore(time, clock == 2);
      BlastRadiusLimit limit =
          BlastRadiusLimit.perPlan(1000)
              .per(DAY, 100)
              .in(fresh)
              .inBlocksOf(10)
              .bind("guard", time, Optional::empty);
      held(limit, 1);
      long left = bucket.toMillis() - time.now().toEpochMilli() % bucket.toMillis();
      if (clock == 0) {
        time.jump(bucket);
      } else if (clock == 1) {
        time.tick(bucket);
      } else {
        time.pass(Duration.ofMillis(left - left / 2000));
      }
      fresh.unreadable = true;
      assertHalts(denied(limit, 1), "window-unreadable");
    }
  }

  @Test
  void law07_whatComesBackLate_isNotSpentFromALaterBlock() {
    BlastRadiusLimit limit = blocks(20, 10);
    Held early = held(limit, 1);
    time.pass(Duration.ofHours(1));
    held(limit, 1);
    early.settle(Settlement.NOT_RUN);
    store.unreadable = true;
    held(limit, 9);
    assertHalts(denied(limit, 1), "window-unreadable");
  }

  private BlastRadiusLimit blocks(int most, int size) {
    return BlastRadiusLimit.perPlan(1000)
        .per(DAY, most)
        .in(store)
        .inBlocksOf(size)
        .bind("guard", time, Optional::empty);
  }

  @Test
  void aBlock_isDrawnOnce_andSpentWithoutTheStore() {
    BlastRadiusLimit limit = blocks(100, 10);
    held(limit, 1);
    store.unreadable = true;
    for (int i = 0; i < 9; i++) {
      assertThat(limit.review(intent(0, 1)).allowed()).isTrue();
      held(limit, 1);
    }
    assertThat(limit.reserve(intent(0, 1))).isInstanceOf(Reservation.Denied.class);
  }

  @Test
  void whatNobodySpent_goesBackAtTheEndOfARun_andStaysDrawnIfTheProcessDies() {
    BlastRadiusLimit first = blocks(10, 8);
    held(first, 1);
    BlastRadiusLimit second = blocks(10, 8);
    held(second, 2);
    assertThat(denied(second, 1).toString()).contains("10 are used up");
    first.ended();
    held(second, 7);
    assertThat(second.reserve(intent(0, 1))).isInstanceOf(Reservation.Denied.class);

    BlastRadiusLimit died = blocks(10, 8);
    assertThat(died.reserve(intent(0, 1))).isInstanceOf(Reservation.Denied.class);
  }

  @Test
  void aBlock_endsWithItsBucket_soThatNothingLeavesTheWindowEarly() {
    BlastRadiusLimit limit = blocks(10, 10);
    held(limit, 1);
    time.pass(Duration.ofMinutes(12));
    held(limit, 9);
    time.pass(DAY.minus(Duration.ofMinutes(1)));
    assertThat(denied(limit, 2).toString()).contains("9 are used up");
  }

  @Test
  void whatDidNotRun_goesBackToItsBlock() {
    BlastRadiusLimit limit = blocks(3, 3);
    Held one = held(limit, 1);
    held(limit, 2);
    one.settle(Settlement.NOT_RUN);
    store.unreadable = true;
    held(limit, 1);
    assertThat(limit.reserve(intent(0, 1))).isInstanceOf(Reservation.Denied.class);
  }

  @Test
  void blocks_needAWindow_andASize() {
    BlastRadiusLimit plain = BlastRadiusLimit.perPlan(5);
    assertThatThrownBy(() -> plain.inBlocksOf(2)).isInstanceOf(GuardConfigurationException.class);
    BlastRadiusLimit windowed = plain.per(DAY, 5).in(store);
    assertThatThrownBy(() -> windowed.inBlocksOf(0))
        .isInstanceOf(GuardConfigurationException.class);
    assertThatThrownBy(() -> windowed.inBlocksOf(10_001))
        .isInstanceOf(GuardConfigurationException.class);
  }
}
