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
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
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
  private static final int KILLS_A_WORLD = 5;

  /** Milliseconds after a child's first line of work: about as long as its work takes. */
  private static final int FIRST_MOMENTS = 800;

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
    killedAnywhere(RANDOM_ON_FILES, "f", seed -> directory.resolve("state-" + seed).toString());
  }

  @Test
  void killedAnywhere_onPostgres() throws Exception {
    killedAnywhere(RANDOM_ON_POSTGRES, "p", seed -> Postgres.url());
  }

  /** What reaches the server after its sender died holds the lock for a dead one. */
  @Test
  void h100_aLeaseThatArrivesLate_keepsTheNextRunOut_untilAPersonFreesIt() throws Exception {
    String where = Postgres.url();
    Path home = directory.resolve("home");
    RunLease lease = RunLease.in(Worker.store(where), Time.system());
    assertThat(lease.owner(Worker.GUARD)).isEmpty();
    try (Connection holder = Postgres.holdCommits(where, "run-lease")) {
      Process child = apply(home, where, "none", 0);
      Postgres.stuck(where);
      child.destroyForcibly().waitFor();
      assertThat(lease.release(Worker.GUARD)).as("nobody holds it yet").isEmpty();
      assertThat(holder.isValid(0)).isTrue();
    }
    Postgres.calm(where);
    assertThat(lease.owner(Worker.GUARD)).isPresent();
    assertThat(Children.end(apply(home, where, "none", 0))).as(() -> said(home)).isEqualTo(4);
    assertThat(said(home)).contains("Another run of guard 'worker' is under way");
    assertThat(home.resolve(Worker.target(0).id())).doesNotExist();

    assertThat(lease.release(Worker.GUARD)).isPresent();
    finish(home, where);
  }

  /** Two worlds at a time, until so many children have really been killed. */
  private void killedAnywhere(int kills, String name, LongFunction<String> where) throws Exception {
    AtomicInteger killed = new AtomicInteger();
    AtomicLong seeds = new AtomicLong();
    Callable<Void> work =
        () -> {
          while (killed.get() < kills) {
            long seed = seeds.getAndIncrement();
            killed.addAndGet(anywhere(directory.resolve(name + seed), where.apply(seed), seed));
            assertThat(seeds.get())
                .as("children end before they are killed")
                .isLessThan(10L + kills);
          }
          return null;
        };
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      for (Future<Void> one : threads.invokeAll(List.of(work, work))) {
        one.get();
      }
    } finally {
      threads.shutdownNow();
    }
    System.out.printf(
        "%d children killed at random (%s), in %d worlds%n", killed.get(), name, seeds.get());
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

  /** Kills a few children soon after they began; says how many did not end by themselves. */
  private int anywhere(Path home, String where, long seed) throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    int killed = 0;
    for (int i = 0; i < KILLS_A_WORLD; i++) {
      Process child = apply(home, where, "none", 0);
      Path begun = home.resolve("begun");
      while (child.isAlive() && Files.notExists(begun)) {
        child.waitFor(2, TimeUnit.MILLISECONDS);
      }
      child.waitFor(random.nextInt(FIRST_MOMENTS), TimeUnit.MILLISECONDS);
      child.destroyForcibly().waitFor();
      Files.deleteIfExists(begun);
      killed += child.exitValue() == 137 ? 1 : 0;
      release(where);
    }
    finish(home, where);
    return killed;
  }

  /** A lease outlives its process; a lock of the operating system does not. */
  private static void release(String where) throws Exception {
    if (where.startsWith("jdbc:")) {
      Postgres.calm(where);
      RunLease.in(Worker.store(where), Time.system()).release(Worker.GUARD);
    }
  }

  private static String said(Path home) {
    try {
      List<String> lines = Files.readAllLines(home.resolve("log"));
      return String.join("\n", lines.subList(Math.max(0, lines.size() - 60), lines.size()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void finish(Path home, String where) throws Exception {
    assertThat(Children.end(apply(home, where, "none", 0)))
        .as(() -> "the plan is finished; the children said: " + said(home))
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
