package dev.guard.testkit.law;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every law is able to fail: it kills engines that are wrong in a small way. Each bug is planted in
 * a copy of the sources, compiled, loaded beside the right engine, and must be found within a
 * thousand scenarios.
 */
class PlantedBugTest {
  private static final int MOST_TRIES = 1000;

  @TempDir Path temp;

  private static List<PlantedBug> bugs() throws Exception {
    return WrongEngine.bugs("planted");
  }

  @Test
  void everyJudgedLaw_hasABugItKills() throws Exception {
    TreeSet<Integer> judged = new TreeSet<>();
    for (Law law : Law.values()) {
      if (law.isJudged()) {
        judged.add(law.number());
      }
    }
    TreeSet<Integer> planted = new TreeSet<>();
    bugs().forEach(bug -> planted.add(bug.law()));
    assertThat(planted).isEqualTo(judged);
  }

  @Test
  void everyBug_standsOnThePageOfLaws() throws Exception {
    String page = Files.readString(WrongEngine.ROOT.resolve("docs").resolve("laws.md"));
    for (PlantedBug bug : bugs()) {
      assertThat(page.lines().filter(line -> line.startsWith("| " + bug.law() + " |")))
          .as(bug.name())
          .singleElement()
          .asString()
          .contains(bug.why());
    }
  }

  @TestFactory
  Stream<DynamicTest> theLawKillsTheBug() throws Exception {
    return bugs().stream()
        .map(bug -> DynamicTest.dynamicTest(bug.name() + ": " + bug.why(), () -> killed(bug)));
  }

  private void killed(PlantedBug bug) throws Exception {
    String law = Law.values()[bug.law() - 1].name();
    try (WrongEngine wrong = WrongEngine.with(bug, temp)) {
      Method replay = wrong.loadClass(Law.class.getName()).getMethod("replay", String.class);
      TreeSet<String> others = new TreeSet<>();
      for (int seed = 0; seed < MOST_TRIES; seed++) {
        String scenario = Scenarios.random(Law.valueOf(law), seed).toString();
        for (Object broken : (List<?>) replay.invoke(null, scenario)) {
          String name = broken.toString().split("[ :]", 2)[0];
          if (name.equals(law)) {
            return;
          }
          others.add(name);
        }
      }
      assertThat(others)
          .as(
              "%s (%s) survived %s scenarios; other laws that died",
              bug.name(), bug.why(), MOST_TRIES)
          .containsExactly(law);
    }
  }
}
