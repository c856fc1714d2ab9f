package dev.guard.testkit.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Ten thousand worlds, or a million with -Pproof, in none of which a law is broken. */
class SimulationTest {
  private static final long SEEDS = Long.getLong("simulation.seeds", 10_000);
  private static Level level;

  @BeforeAll
  static void quiet() {
    level = logger().getLevel();
    logger().setLevel(Level.OFF);
  }

  @AfterAll
  static void loud() {
    logger().setLevel(level);
  }

  private static Logger logger() {
    return (Logger) LoggerFactory.getLogger("dev.guard");
  }

  /** What all simulations together came through. */
  private static final class Sum {
    final AtomicLong next = new AtomicLong();
    final AtomicLong crashes = new AtomicLong();
    final AtomicLong acts = new AtomicLong();
    final AtomicLong asked = new AtomicLong();
    final AtomicLong takenOver = new AtomicLong();

    List<String> work() {
      List<String> broken = new ArrayList<>();
      for (long seed = next.getAndIncrement();
          seed < SEEDS && broken.isEmpty();
          seed = next.getAndIncrement()) {
        Simulation.Result result = Simulation.run(seed);
        if (!result.violations().isEmpty()) {
          Simulation.Result smallest = Simulation.smallest(result);
          broken.add("seed " + seed + " " + smallest.violations() + "\n" + smallest.script());
        }
        crashes.addAndGet(result.crashes());
        acts.addAndGet(count(result, ": act on"));
        asked.addAndGet(count(result, ": what became of"));
        takenOver.addAndGet(count(result, ": put run-lease"));
      }
      return broken;
    }

    private static long count(Simulation.Result result, String what) {
      return result.trace().stream().filter(line -> line.contains(what)).count();
    }
  }

  @Test
  void noSeedBreaksALaw_andManyCrash() throws Exception {
    Sum sum = new Sum();
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<List<String>>> both = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        Callable<List<String>> work = sum::work;
        both.add(threads.submit(work));
      }
      for (Future<List<String>> one : both) {
        assertThat(one.get()).isEmpty();
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(sum.crashes.get()).isGreaterThan(SEEDS);
    assertThat(sum.acts.get()).isGreaterThan(SEEDS / 2);
    assertThat(sum.asked.get()).isGreaterThan(SEEDS / 50);
    assertThat(sum.takenOver.get()).isGreaterThan(SEEDS);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 7, 42, 567, 1460, -1, Long.MIN_VALUE})
  void oneSeed_alwaysGivesTheSameTrace(long seed) {
    Simulation.Result once = Simulation.run(seed);
    Simulation.Result twice = Simulation.run(seed);
    assertThat(twice).isEqualTo(once);
    assertThat(Simulation.replay(once.script())).isEqualTo(once);
    assertThat(once.trace()).isNotEmpty();
  }

  @Test
  void aHundredSeeds_areTheSameTwice_whateverElseTheMachineDoes() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<Simulation.Result>> together = new ArrayList<>();
      for (long seed = 0; seed < 100; seed++) {
        long now = seed;
        together.add(threads.submit(() -> Simulation.run(now)));
      }
      for (int seed = 0; seed < 100; seed++) {
        assertThat(together.get(seed).get()).isEqualTo(Simulation.run(seed));
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void aMachineThatSleptBetweenLookAndAct_doesNotActIntoTheNextRun() {
    Simulation.Result result =
        Simulation.replay(
            "setup seed=567 hosts=2 targets=1 perPlan=1 perWindow=4 minutes=1440 block=1 ownClock=true\n"
                + "apply 0 0\nuntil 0 0\nsuspend 0 1157\nreapply 1 0\nrun 1 50\nrun 0 50\n");
    assertThat(result.violations()).isEmpty();
    assertThat(result.trace().stream().filter(line -> line.contains("act on"))).hasSize(2);
  }

  @Test
  void aScriptThatIsNone_isRefused_andSaysWhy() {
    assertThatThrownBy(() -> Simulation.replay(""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("empty");
    assertThatThrownBy(() -> Simulation.replay("apply 0 0"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("begins with its setup");
    String setup = Simulation.run(1).script().lines().findFirst().orElseThrow();
    assertThatThrownBy(() -> Simulation.replay(setup + "\nfly 0 0"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("fly 0 0");
    assertThatThrownBy(() -> Simulation.replay(setup + "\nrun 0"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("two numbers");
  }

  @Test
  void whatThePageShows_playsAgain() {
    Simulation.Result result = Simulation.run(567);
    Simulation.Result smallest = Simulation.smallest(result);
    Simulation.Result again = Simulation.replay(smallest.script());
    assertThat(again).isEqualTo(smallest);
  }

  @Test
  void whatBrokeNothing_isNotMadeSmaller() {
    Simulation.Result fine = Simulation.run(3);
    assertThat(Simulation.smallest(fine)).isSameAs(fine);
  }
}
