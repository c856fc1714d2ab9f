package dev.guard.testkit.law;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.testkit.simulation.RolloutStory;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Law 13 is able to fail: its story finds rollouts that are wrong in a small way. */
class RolloutPlantedBugTest {
  private static final int MOST_SEEDS = 300;

  @TempDir Path temp;

  @Test
  void everyBug_standsOnThePageOfTheStages() throws Exception {
    String page = Files.readString(WrongEngine.ROOT.resolve("docs").resolve("staged-rollout.md"));
    for (PlantedBug bug : WrongEngine.bugs("planted-rollout")) {
      assertThat(page).as(bug.name()).contains("| " + bug.why() + " |");
    }
  }

  @TestFactory
  Stream<DynamicTest> theStoryFindsTheBug() throws Exception {
    return WrongEngine.bugs("planted-rollout").stream()
        .map(bug -> DynamicTest.dynamicTest(bug.name() + ": " + bug.why(), () -> found(bug)));
  }

  private void found(PlantedBug bug) throws Exception {
    try (WrongEngine wrong = WrongEngine.with(bug, temp)) {
      Class<?> story = wrong.loadClass(RolloutStory.class.getName());
      List<?> found = (List<?>) story.getMethod("interleavings").invoke(null);
      Method play = story.getMethod("play", long.class);
      for (long seed = 0; seed < MOST_SEEDS && found.isEmpty(); seed++) {
        found = (List<?>) play.invoke(null, seed);
      }
      assertThat(found).as("%s survived %s seeds", bug.name(), MOST_SEEDS).isNotEmpty();
      assertThat(found.get(0).toString()).startsWith("LAW_13: ");
    }
  }
}
