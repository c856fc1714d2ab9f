package dev.guard;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.support.HandTime;
import java.time.Duration;
import java.util.List;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Test;

/**
 * A permit that several threads use at once behaves as if one after the other did: redeemed once,
 * whatever is interleaved with it.
 */
class PermitLincheckTest {
  /** More in the long proof. */
  private static final int TIMES = Integer.getInteger("guard.lincheck", 1);

  private static final String ACTION = "thing.delete";
  private static final Target A = Target.of("thing", "here", "a");
  private static final Target B = Target.of("thing", "here", "b");

  private static Permit fresh() {
    Intent intent = Intent.of(ACTION, List.of(A, B)).because("a test");
    return new Permit("test", intent, null, new HandTime(), Duration.ofMinutes(1).toNanos());
  }

  @Test
  void modelChecked() {
    new ModelCheckingOptions()
        .actorsBefore(0)
        .actorsAfter(0)
        .iterations(5 * TIMES)
        .invocationsPerIteration(200)
        .threads(2)
        .actorsPerThread(3)
        .check(Shared.class);
  }

  @Test
  void stressed() {
    new StressOptions()
        .actorsBefore(0)
        .actorsAfter(0)
        .iterations(20 * TIMES)
        .invocationsPerIteration(500)
        .threads(3)
        .actorsPerThread(2)
        .check(Shared.class);
  }

  @Test
  void aPermitThatLooksAndThenUses_isFound() {
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

  /** What threads can do with one permit. */
  public static class Shared {
    private final Permit permit = fresh();

    @Operation
    public void redeemA() {
      permit.redeem(ACTION, A);
    }

    @Operation
    public void redeemB() {
      permit.redeem(ACTION, B);
    }

    @Operation
    public void checkA() {
      permit.check(ACTION, A);
    }

    @Operation
    public void notRun() {
      permit.notRun();
    }

    @Operation
    public boolean wasNotRun() {
      return permit.wasNotRun();
    }

    @Operation
    public void close() {
      permit.close();
    }
  }

  /** What a permit would be without its lock. */
  public static class Careless {
    private volatile boolean used;

    @Operation
    public boolean redeem() {
      if (used) {
        return false;
      }
      used = true;
      return true;
    }
  }
}
