package dev.guard.testkit.law;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.guard.testkit.simulation.Simulation;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * The simulation is able to fail: it finds engines that are wrong in a small way which shows only
 * when processes die, machines sleep, or several run at once. What it prints of them is short, and
 * breaks the same law again.
 */
class SimulationPlantedBugTest {
  private static final int MOST_SEEDS = 3_000;

  /** Those of the stories' bugs that only time, people or several processes show. */
  private static final Set<String> TOLD =
      Set.of(
          "12-absence-un-marks",
          "12-partial-counts-whole",
          "12-soak-by-wall-clock",
          "13-abort-lost-in-a-race");

  /** Those of the laws about single judgements, which every step of a simulation judges too. */
  private static final Set<String> JUDGED =
      Set.of(
          "02-denied-keeps-the-others",
          "02-denied-spends-the-others",
          "02-first-veto-wins",
          "02-last-verdict-wins",
          "04-zero-is-unlimited");

  private static final int MOST_STEPS = 16;
  private static Level level;

  @TempDir Path temp;

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

  @Test
  void everyBug_standsOnThePageOfTheSimulation() throws Exception {
    String page = Files.readString(WrongEngine.ROOT.resolve("docs").resolve("simulation.md"));
    for (PlantedBug bug : bugs()) {
      assertThat(page).as(bug.name()).contains("| " + bug.law() + " | " + bug.why() + " |");
    }
  }

  private static List<PlantedBug> bugs() throws Exception {
    List<PlantedBug> all = new ArrayList<>(WrongEngine.bugs("planted-simulation"));
    WrongEngine.bugs("planted").stream()
        .filter(bug -> JUDGED.contains(bug.name()))
        .forEach(all::add);
    all.addAll(WrongEngine.bugs("planted-soak"));
    all.addAll(WrongEngine.bugs("planted-rollout"));
    all.removeIf(bug -> bug.law() > 11 && !TOLD.contains(bug.name()));
    assertThat(all).extracting(PlantedBug::name).containsAll(TOLD).containsAll(JUDGED);
    return all;
  }

  @TestFactory
  Stream<DynamicTest> theSimulationFindsTheBug() throws Exception {
    return bugs().stream()
        .map(bug -> DynamicTest.dynamicTest(bug.name() + ": " + bug.why(), () -> found(bug)));
  }

  private void found(PlantedBug bug) throws Exception {
    String law = Law.values()[bug.law() - 1].name();
    TreeSet<String> others = new TreeSet<>();
    try (WrongEngine wrong = WrongEngine.with(bug, temp)) {
      Wrongly wrongly = new Wrongly(wrong);
      for (long seed = 0; seed < MOST_SEEDS; seed++) {
        Object result = wrongly.run(seed);
        for (String violation : wrongly.violations(result)) {
          others.add(violation.split(":", 2)[0]);
        }
        if (others.contains(law)) {
          replays(wrongly, result, law);
          return;
        }
      }
    }
    assertThat(others)
        .as("%s (%s) survived %s seeds; others that died", bug.name(), bug.why(), MOST_SEEDS)
        .containsExactly(law);
  }

  /** What is left of it is short and fails again; the right engine bears it. */
  private static void replays(Wrongly wrongly, Object result, String law) throws Exception {
    List<String> before = wrongly.violations(result);
    Object smallest = wrongly.smallest(result);
    String script = wrongly.script(smallest);
    assertThat(script.lines().skip(1)).as(script).hasSizeBetween(1, MOST_STEPS);
    assertThat(wrongly.violations(wrongly.replay(script)))
        .as(script)
        .isEqualTo(wrongly.violations(smallest))
        .anyMatch(violation -> violation.startsWith(before.get(0).split(":", 2)[0] + ":"));
    assertThat(before).anyMatch(violation -> violation.startsWith(law + ":"));
    assertThat(Simulation.replay(script).violations()).as(script).isEmpty();
  }

  /** The simulation as the wrong engine's loader has it. */
  private static final class Wrongly {
    private final Class<?> simulation;
    private final Class<?> result;

    Wrongly(ClassLoader wrong) throws ClassNotFoundException {
      simulation = wrong.loadClass(Simulation.class.getName());
      result = wrong.loadClass(Simulation.Result.class.getName());
    }

    Object run(long seed) throws Exception {
      return simulation.getMethod("run", long.class).invoke(null, seed);
    }

    Object replay(String script) throws Exception {
      return simulation.getMethod("replay", String.class).invoke(null, script);
    }

    Object smallest(Object failed) throws Exception {
      return simulation.getMethod("smallest", result).invoke(null, failed);
    }

    List<String> violations(Object of) throws Exception {
      Method method = result.getMethod("violations");
      return ((List<?>) method.invoke(of)).stream().map(String::valueOf).toList();
    }

    String script(Object of) throws Exception {
      return String.valueOf(result.getMethod("script").invoke(of));
    }
  }
}
