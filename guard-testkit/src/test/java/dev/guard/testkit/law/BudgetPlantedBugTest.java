package dev.guard.testkit.law;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.testkit.simulation.BudgetStory;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Law 7 is able to fail: its story finds budgets that are wrong in a small way. */
class BudgetPlantedBugTest {
  private static final int MOST_SEEDS = 1000;

  @TempDir Path temp;

  @Test
  void everyBug_standsOnThePageOfTheLimit() throws Exception {
    String page = Files.readString(WrongEngine.ROOT.resolve("docs").resolve("blast-radius.md"));
    for (PlantedBug bug : WrongEngine.bugs("planted-budget")) {
      assertThat(page).as(bug.name()).contains("| " + bug.why() + " |");
    }
  }

  @TestFactory
  Stream<DynamicTest> theStoryFindsTheBug() throws Exception {
    return WrongEngine.bugs("planted-budget").stream()
        .map(bug -> DynamicTest.dynamicTest(bug.name() + ": " + bug.why(), () -> found(bug)));
  }

  private void found(PlantedBug bug) throws Exception {
    try (WrongEngine wrong = WrongEngine.with(bug, temp)) {
      Method play = wrong.loadClass(BudgetStory.class.getName()).getMethod("play", long.class);
      for (long seed = 0; seed < MOST_SEEDS; seed++) {
        List<?> violations = (List<?>) play.invoke(null, seed);
        if (!violations.isEmpty()) {
          assertThat(violations.get(0).toString()).startsWith("LAW_7: ");
          assertThat(BudgetStory.play(seed)).as("the right engine bears seed %s", seed).isEmpty();
          return;
        }
      }
    }
    assertThat(bug.name()).as("survived %s seeds", MOST_SEEDS).isEmpty();
  }
}
