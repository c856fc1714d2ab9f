package dev.guard.testkit.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.GuardListener.Step;
import dev.guard.audit.JournalReader;
import dev.guard.audit.JournalVerifier;
import dev.guard.state.RunLease;
import dev.guard.state.StateStore;
import dev.guard.testkit.state.Postgres;
import dev.guard.time.Time;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A process is killed at every step of the engine, and anywhere; the next ones finish the same
 * plan. Nothing is lost, nothing is done twice, no budget is exceeded, every intent is settled.
 */
class RealCrashTest {
  private static final int ITEMS = 6;
  private static final int LIMIT = 3 * ITEMS;
  private static final int RANDOM_ON_FILES = Integer.getInteger("proof.kills.files", 20);
  private static final int RANDOM_ON_POSTGRES = Integer.getInteger("proof.kills.postgres", 10);

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource(Step.class)
  void killedAtEveryStep_onFiles(Step step) throws Exception {
    killed(directory.resolve("state").toString(), step);
  }

  @ParameterizedTest
  @EnumSource(Step.class)
  void killedAtEveryStep_onPostgres(Step step) throws Exception {
    killed(Postgres.url(), step);
  }

  @Test
  void killedAnywhere_onFiles() throws Exception {
    for (int seed = 0; seed < RANDOM_ON_FILES; seed++) {
      anywhere(directory.resolve("f" + seed), directory.resolve("state-" + seed).toString(), seed);
    }
  }

  @Test
  void killedAnywhere_onPostgres() throws Exception {
    for (int seed = 0; seed < RANDOM_ON_POSTGRES; seed++) {
      anywhere(directory.resolve("p" + seed), Postgres.url(), seed);
    }
  }

  private Process apply(Path home, String where, String step, int nth) throws IOException {
    return Children.start(
        home.resolve("log"),
        "apply",
        where,
        home.toString(),
        Integer.toString(LIMIT),
        Integer.toString(ITEMS),
        step,
        Integer.toString(nth));
  }

  /** Once at its first and once at its third time, as far as there is one. */
  private void killed(String where, Step step) throws Exception {
    Path home = directory.resolve("home");
    boolean once =
        step == Step.LOCKED || step == Step.RECOVERED || step == Step.JUDGED || step == Step.ENDED;
    assertThat(Children.end(apply(home, where, step.name(), once ? 1 : 3)))
        .as("killed at %s; see %s", step, home.resolve("log"))
        .isEqualTo(137);
    release(where);
    if (!once) {
      assertThat(Children.end(apply(home, where, step.name(), 1))).isEqualTo(137);
      release(where);
    }
    finish(home, where);
  }

  private void anywhere(Path home, String where, long seed) throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 2; i++) {
      Process child = apply(home, where, "none", 0);
      child.waitFor(300 + random.nextInt(900), TimeUnit.MILLISECONDS);
      child.destroyForcibly().waitFor();
      release(where);
    }
    finish(home, where);
  }

  /** A lease outlives its process; a lock of the operating system does not. */
  private static void release(String where) throws Exception {
    if (where.startsWith("jdbc:")) {
      RunLease.in(Worker.store(where), Time.system()).release(Worker.GUARD);
    }
  }

  private void finish(Path home, String where) throws Exception {
    assertThat(Children.end(apply(home, where, "none", 0)))
        .as("the plan is finished; see %s", home.resolve("log"))
        .isZero();
    for (int i = 0; i < ITEMS; i++) {
      assertThat(Files.readAllLines(home.resolve(Worker.target(i).id())))
          .as("touched once")
          .containsExactly("touched");
    }
    Path journal = home.resolve("journal");
    assertThat(JournalVerifier.at(journal).verify()).isInstanceOf(JournalVerifier.Intact.class);
    assertThat(JournalReader.at(journal).unsettled(Worker.GUARD)).isEmpty();
    StateStore store = Worker.store(where);
    Map<String, Integer> counts = Children.counted(journal);
    assertThat(counts.getOrDefault("DONE", 0)).isEqualTo(ITEMS);
    assertThat(Children.drawn(store)).isBetween((long) ITEMS, (long) LIMIT);
  }
}
