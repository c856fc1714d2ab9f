package dev.guard.support;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.guard.Intent;
import dev.guard.Population;
import dev.guard.Safeguard;
import dev.guard.Target;
import dev.guard.blastradius.BlastRadiusLimit;
import dev.guard.dryrun.DryRun;
import dev.guard.killswitch.KillSwitch;
import dev.guard.protection.Protection;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Allowing costs no memory, in the safeguards that stand in every call. */
class AllocationTest {
  private static final int CALLS = 100_000;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final Intent intent =
      Intent.of("row.delete", Target.of("row", "db", "a").with("tags", "v1,v2").with("tier", "x"))
          .because("a test")
          .outOf(Population.of(1000));

  @Test
  void theFourSafeguardsOfEveryCall_allocateNothingWhenTheyAllow() {
    Safeguard[] four = {
      DryRun.unless(true, name -> null),
      KillSwitch.supplier("flag", () -> KillSwitch.State.RUN),
      BlastRadiusLimit.perPlan(50).percent(12.5).perCall(3).keepAtLeast(10),
      Protection.labels(Map.of("protected", "true"))
          .or(Protection.glob("tags", List.of("production-*")))
          .or(Protection.ids(List.of("b", "c")))
    };
    for (Safeguard safeguard : four) {
      assertThat(leastBytes(safeguard)).as(safeguard.name()).isLessThan(CALLS / 10);
    }
  }

  /**
   * The least over many rounds: before everything is compiled, more is allocated than the code asks
   * for.
   */
  private long leastBytes(Safeguard safeguard) {
    long thread = Thread.currentThread().getId();
    long least = Long.MAX_VALUE;
    for (int round = 0; round < 100 && least >= CALLS / 10; round++) {
      long before = THREADS.getThreadAllocatedBytes(thread);
      for (int i = 0; i < CALLS; i++) {
        if (!safeguard.review(intent).allowed()) {
          throw new AssertionError(safeguard.name() + " did not allow");
        }
      }
      least = Math.min(least, THREADS.getThreadAllocatedBytes(thread) - before);
    }
    return least;
  }
}
