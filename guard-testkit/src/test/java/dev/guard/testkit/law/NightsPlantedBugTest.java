package dev.guard.testkit.law;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongFunction;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** What many nights teach: history and shadow mode find engines that are wrong in a small way. */
class NightsPlantedBugTest {
  private static final int MOST_SEEDS = 1000;
  private static final int RIGHT_SEEDS = 100;

  @TempDir Path temp;

  @Test
  void theRightEngine_bearsBothStories() {
    assertThat(LongStream.range(0, RIGHT_SEEDS).boxed().map(UsualStory::play))
        .allSatisfy(broken -> assertThat(broken).isEmpty());
    assertThat(LongStream.range(0, RIGHT_SEEDS).boxed().map(ShadowStory::play))
        .allSatisfy(broken -> assertThat(broken).isEmpty());
  }

  @Test
  void everyBug_standsOnThePageOfLaws() throws Exception {
    String page = Files.readString(WrongEngine.ROOT.resolve("docs").resolve("laws.md"));
    for (String story : List.of("usual", "shadow")) {
      for (PlantedBug bug : WrongEngine.bugs("planted-" + story)) {
        assertThat(page.lines().filter(line -> line.startsWith("| " + story + " |")))
            .as(bug.name())
            .singleElement()
            .asString()
            .contains(bug.why());
      }
    }
  }

  @TestFactory
  Stream<DynamicTest> theHistoryFindsTheBug() throws Exception {
    return tests("planted-usual", UsualStory.class, UsualStory::play);
  }

  @TestFactory
  Stream<DynamicTest> theShadowFindsTheBug() throws Exception {
    return tests("planted-shadow", ShadowStory.class, ShadowStory::play);
  }

  private Stream<DynamicTest> tests(String bugs, Class<?> story, LongFunction<List<String>> right)
      throws Exception {
    return WrongEngine.bugs(bugs).stream()
        .map(
            bug ->
                DynamicTest.dynamicTest(
                    bug.name() + ": " + bug.why(), () -> found(bug, story, right)));
  }

  private void found(PlantedBug bug, Class<?> story, LongFunction<List<String>> right)
      throws Exception {
    try (WrongEngine wrong = WrongEngine.with(bug, temp)) {
      Method play = wrong.loadClass(story.getName()).getMethod("play", long.class);
      for (long seed = 0; seed < MOST_SEEDS; seed++) {
        if (!((List<?>) play.invoke(null, seed)).isEmpty()) {
          assertThat(right.apply(seed)).as("the right engine bears seed %s", seed).isEmpty();
          return;
        }
      }
    }
    assertThat(bug.name()).as("survived %s seeds", MOST_SEEDS).isEmpty();
  }
}
