package dev.guard.blastradius;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.Batch;
import dev.guard.Intent;
import dev.guard.Population;
import dev.guard.Reservation;
import dev.guard.Reservation.Held;
import dev.guard.Reservation.Settlement;
import dev.guard.Target;
import dev.guard.support.HandTime;
import dev.guard.support.TestStore;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

/** Laws 4, 5 and 7 of the limit. */
class BlastRadiusProperties {
  private static List<Target> targets(int count) {
    List<Target> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(Target.of("manifest", "registry", "m" + i));
    }
    return all;
  }

  private static Batch batch(int count, Population all) {
    return new Batch(
        null,
        "registry.delete",
        targets(count).stream()
            .map(t -> Intent.of("registry.delete", t).because("a test"))
            .toList(),
        all);
  }

  /** A percent with up to four decimals, as somebody would write it. */
  @Provide
  Arbitrary<BigDecimal> percents() {
    return Arbitraries.integers()
        .between(0, 4)
        .flatMap(
            scale ->
                Arbitraries.longs()
                    .between(0, 100 * (long) Math.pow(10, scale) - 1)
                    .map(unscaled -> BigDecimal.valueOf(unscaled, scale)));
  }

  @Property
  void law04_law05_aPlanPassesExactlyIfItIsWithinBothLimits(
      @ForAll @IntRange(max = 30) int perPlan,
      @ForAll("percents") BigDecimal percent,
      @ForAll @LongRange(min = 1, max = 5000) long population,
      @ForAll @IntRange(max = 40) int asked) {
    long floor =
        percent
            .multiply(BigDecimal.valueOf(population))
            .divide(BigDecimal.valueOf(100), 0, RoundingMode.FLOOR)
            .longValueExact();
    boolean within = asked <= perPlan && asked <= floor;
    BlastRadiusLimit limit = BlastRadiusLimit.perPlan(perPlan).percent(percent.doubleValue());
    Population all = Population.of(population);
    assertThat(limit.reviewAll(batch(asked, all)).allowed()).isEqualTo(within);
    if (asked > 0) {
      Intent one = Intent.of("registry.delete", targets(asked)).because("a test").outOf(all);
      assertThat(limit.review(one).allowed()).isEqualTo(within);
    }
    assertThat(limit.tripwires()).allMatch(wire -> wire.check().getAsBoolean());
  }

  @Property
  void law04_hugePopulationsDoNotOverflow(
      @ForAll("percents") BigDecimal percent, @ForAll @LongRange(min = 1) long population) {
    BigDecimal floor =
        percent
            .multiply(BigDecimal.valueOf(population))
            .divide(BigDecimal.valueOf(100), 0, RoundingMode.FLOOR);
    boolean one = floor.compareTo(BigDecimal.ONE) >= 0;
    assertThat(
            BlastRadiusLimit.perPlan(10)
                .percent(percent.doubleValue())
                .reviewAll(batch(1, Population.of(population)))
                .allowed())
        .isEqualTo(one);
  }

  /** What happens next in a life of draws, clocks and restarts. */
  record Step(Kind kind, int amount, int seconds, Settlement how) {}

  enum Kind {
    DRAW,
    TIME_PASSES,
    WALL_FORWARD,
    WALL_BACK,
    RESTART,
    RUN_ENDS,
    OTHER_PROCESS,
    WRITE_FAULT
  }

  @Provide
  Arbitrary<List<Step>> lives() {
    return Combinators.combine(
            Arbitraries.frequency(
                net.jqwik.api.Tuple.of(6, Kind.DRAW),
                net.jqwik.api.Tuple.of(4, Kind.TIME_PASSES),
                net.jqwik.api.Tuple.of(1, Kind.WALL_FORWARD),
                net.jqwik.api.Tuple.of(1, Kind.WALL_BACK),
                net.jqwik.api.Tuple.of(1, Kind.RESTART),
                net.jqwik.api.Tuple.of(1, Kind.RUN_ENDS),
                net.jqwik.api.Tuple.of(2, Kind.OTHER_PROCESS),
                net.jqwik.api.Tuple.of(1, Kind.WRITE_FAULT)),
            Arbitraries.integers().between(1, 4),
            Arbitraries.integers().between(1, 90),
            Arbitraries.of(Settlement.class))
        .as(Step::new)
        .list()
        .ofMaxSize(60);
  }

  /** True seconds at which something was spent, and how much. */
  private record Spent(long at, int amount) {}

  @Property(tries = 2000)
  void law07_neverMoreThanTheLimitInAnyWindow(
      @ForAll("lives") List<Step> life,
      @ForAll @IntRange(max = 6) int most,
      @ForAll @IntRange(min = 1, max = 5) int block) {
    int length = 60;
    HandTime time = new HandTime();
    TestStore store = new TestStore(time);
    BlastRadiusLimit limit = made(store, time, most, length, block);
    BlastRadiusLimit other = made(store, time, most, length, block);
    List<Spent> spent = new ArrayList<>();
    long now = 0;
    for (Step step : life) {
      switch (step.kind()) {
        case DRAW -> {
          Intent intent = Intent.of("registry.delete", targets(step.amount())).because("a test");
          boolean allowed = limit.review(intent).allowed();
          Reservation reservation = limit.reserve(intent);
          if (reservation instanceof Held held) {
            assertThat(allowed).as("what is reserved was allowed by review").isTrue();
            boolean back = settle(held, step.how());
            if (!back) {
              spent.add(new Spent(now, step.amount()));
            }
          }
        }
        case TIME_PASSES -> {
          time.pass(Duration.ofSeconds(step.seconds()));
          now += step.seconds();
        }
        case WALL_FORWARD -> time.jump(Duration.ofSeconds(step.seconds() * 1000L));
        case WALL_BACK -> time.jump(Duration.ofSeconds(-step.seconds() * 1000L));
        case RESTART -> {
          // A clock that is wrong when a process begins is the stated non-guarantee, so a new
          // process
          // begins on a clock that is right; whatever it does later is not believed.
          time.set(HandTime.START.plusSeconds(now));
          limit = made(store, time, most, length, block);
          other = made(store, time, most, length, block);
        }
        case RUN_ENDS -> limit.ended();
        case OTHER_PROCESS -> {
          BlastRadiusLimit mine = limit;
          limit = other;
          other = mine;
        }
        default ->
            store.writes.add(
                TestStore.Fault.values()[step.seconds() % TestStore.Fault.values().length]);
      }
    }
    for (Spent first : spent) {
      long sum = 0;
      for (Spent each : spent) {
        if (each.at() >= first.at() && each.at() <= first.at() + length) {
          sum += each.amount();
        }
      }
      assertThat(sum)
          .as("spent within a window from second " + first.at())
          .isLessThanOrEqualTo(most);
    }
  }

  /** True if it was given back; a return that failed stays spent, but it did not happen either. */
  private static boolean settle(Held held, Settlement how) {
    try {
      held.settle(how);
    } catch (dev.guard.StateException lost) {
      assertThat(how).isEqualTo(Settlement.NOT_RUN);
    }
    return how == Settlement.NOT_RUN;
  }

  private static BlastRadiusLimit made(
      TestStore store, HandTime time, int most, int seconds, int block) {
    return BlastRadiusLimit.perPlan(100)
        .per(Duration.ofSeconds(seconds), most)
        .in(store)
        .inBlocksOf(block)
        .bind("guard", time, Optional::empty);
  }

  /**
   * And what is free is not withheld for longer than a bucket: the limit is a limit, not a wall.
   */
  @Property
  void aWindowIsFreeAgain_aBucketAfterItsLength(
      @ForAll @IntRange(min = 1, max = 5) int most, @ForAll @IntRange(max = 3600) int offset) {
    HandTime time = new HandTime();
    time.pass(Duration.ofSeconds(offset));
    TestStore store = new TestStore(time);
    BlastRadiusLimit limit = made(store, time, most, 3600, 1);
    Intent intent = Intent.of("registry.delete", targets(most)).because("a test");
    assertThat(limit.reserve(intent)).isInstanceOf(Held.class);
    assertThat(limit.reserve(intent)).isInstanceOf(Reservation.Denied.class);
    time.pass(Duration.ofSeconds(3600 + 3600 / 128 + 1));
    assertThat(limit.reserve(intent)).isInstanceOf(Held.class);
  }
}
