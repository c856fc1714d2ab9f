package dev.guard.blastradius;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.Intent;
import dev.guard.Reservation;
import dev.guard.Reservation.Settlement;
import dev.guard.Target;
import dev.guard.state.MemoryStateStore;
import dev.guard.support.HandTime;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Test;

/**
 * A budget that several threads, and two limits over one store, draw from at once gives out what it
 * would have given one after the other: never more, and never less. Stressed only: a draw's write
 * id is random, and a model checker replays only what is the same each time.
 */
class BudgetLincheckTest {
  /** More in the long proof. */
  private static final int TIMES = Integer.getInteger("guard.lincheck", 1);

  private static final Target A = Target.of("thing", "here", "a");
  private static final Target B = Target.of("thing", "here", "b");
  private static final Intent ONE = Intent.of("thing.delete", A).because("a test");
  private static final Intent TWO = Intent.of("thing.delete", List.of(A, B)).because("a test");

  @Test
  void stressed() {
    new StressOptions()
        .actorsBefore(0)
        .actorsAfter(0)
        .iterations(20 * TIMES)
        .invocationsPerIteration(300)
        .threads(3)
        .actorsPerThread(2)
        .check(Shared.class);
  }

  @Test
  void aBudgetThatLooksAndThenDraws_isFound() {
    assertThatThrownBy(
            () ->
                new ModelCheckingOptions()
                    .actorsBefore(0)
                    .actorsAfter(0)
                    .iterations(20)
                    .invocationsPerIteration(500)
                    .check(Careless.class))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("Invalid execution results");
  }

  /** Two processes of one store, which allows five; two are drawn at the beginning. */
  public static class Shared {
    private final HandTime time = new HandTime();
    private final MemoryStateStore store = MemoryStateStore.create(time);
    private final BlastRadiusLimit first = limit();
    private final BlastRadiusLimit second = limit();
    private final Deque<Reservation.Held> held = new ArrayDeque<>();

    /** Draws what is given back later. */
    public Shared() {
      held.add((Reservation.Held) first.reserve(ONE));
      held.add((Reservation.Held) second.reserve(ONE));
    }

    private BlastRadiusLimit limit() {
      return BlastRadiusLimit.perPlan(100)
          .per(Duration.ofDays(1), 5)
          .in(store)
          .bind("test", time, Optional::empty);
    }

    private static boolean drawn(Reservation reservation) {
      if (reservation instanceof Reservation.Held) {
        ((Reservation.Held) reservation).settle(Settlement.DONE);
        return true;
      }
      return false;
    }

    @Operation
    public boolean one() {
      return drawn(first.reserve(ONE));
    }

    @Operation
    public boolean two() {
      return drawn(second.reserve(TWO));
    }

    @Operation
    public boolean room() {
      return first.review(TWO).allowed();
    }

    @Operation(nonParallelGroup = "held")
    public boolean giveBack() {
      Reservation.Held one = held.poll();
      if (one == null) {
        return false;
      }
      one.settle(Settlement.NOT_RUN);
      return true;
    }
  }

  /** What a budget would be without compare-and-set. */
  public static class Careless {
    private final AtomicInteger left = new AtomicInteger(1);

    @Operation
    public boolean one() {
      if (left.get() == 0) {
        return false;
      }
      left.decrementAndGet();
      return true;
    }
  }
}
