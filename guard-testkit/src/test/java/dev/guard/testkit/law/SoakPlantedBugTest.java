package dev.guard.testkit.law;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.testkit.simulation.SoakStory;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Law 12 is able to fail: its story finds soaks that are wrong in a small way. */
class SoakPlantedBugTest {
  private static final int MOST_SEEDS = 1000;

  @TempDir Path temp;

  @Test
  void everyBug_standsOnThePageOfTheSoak() throws Exception {
    String page = Files.readString(WrongEngine.ROOT.resolve("docs").resolve("soak.md"));
    for (PlantedBug bug : WrongEngine.bugs("planted-soak")) {
      assertThat(page).as(bug.name()).contains("| " + bug.why() + " |");
    }
  }

  @TestFactory
  Stream<DynamicTest> theStoryFindsTheBug() throws Exception {
    return WrongEngine.bugs("planted-soak").stream()
        .map(bug -> DynamicTest.dynamicTest(bug.name() + ": " + bug.why(), () -> found(bug)));
  }

  private void found(PlantedBug bug) throws Exception {
    try (WrongEngine wrong = WrongEngine.with(bug, temp)) {
      Method play = wrong.loadClass(SoakStory.class.getName()).getMethod("play", long.class);
      for (long seed = 0; seed < MOST_SEEDS; seed++) {
        List<?> violations = (List<?>) play.invoke(null, seed);
        if (!violations.isEmpty()) {
          assertThat(violations.get(0).toString()).startsWith("LAW_12: ");
          assertThat(SoakStory.play(seed)).as("the right engine bears seed %s", seed).isEmpty();
          return;
        }
      }
    }
    assertThat(bug.name()).as("survived %s seeds", MOST_SEEDS).isEmpty();
  }
}
