package dev.guard.testkit.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.Guard;
import dev.guard.GuardException;
import dev.guard.GuardListener;
import dev.guard.GuardListener.Step;
import dev.guard.Target;
import dev.guard.audit.JournalReader;
import dev.guard.audit.JournalSink;
import dev.guard.audit.Reconciler.Finding;
import dev.guard.blastradius.BlastRadiusLimit;
import dev.guard.dryrun.DryRun;
import dev.guard.plan.Plan;
import dev.guard.plan.Report;
import dev.guard.plan.Report.Fate;
import dev.guard.plan.Selection;
import dev.guard.state.PostgresStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * PostgreSQL stops as a crash would in the middle of a run: the run ends by itself, and when the
 * server is back the same plan is finished, with nothing done twice and no budget exceeded.
 */
class PostgresStoppedTest {
  private static final int ITEMS = 4;
  private static final int LIMIT = 2 * ITEMS;

  private static RealPostgres server;

  @TempDir Path directory;

  private final List<String> touched = new ArrayList<>();

  @BeforeAll
  static void start() {
    server = RealPostgres.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private Guard guard(PostgresStore store, JournalSink journal, GuardListener listener) {
    return Guard.named("stopped")
        .dryRun(DryRun.off())
        .blastRadius(BlastRadiusLimit.perPlan(ITEMS).per(Duration.ofDays(1), LIMIT).in(store))
        .audit(journal)
        .state(store)
        .reconciler(
            (target, action) -> touched.contains(target.id()) ? Finding.DONE : Finding.NOT_DONE)
        .listener(listener)
        .build();
  }

  @ParameterizedTest
  @EnumSource(
      value = Step.class,
      names = {"LOCKED", "RESERVED", "PERMITTED", "ACTED", "RECORDED"})
  void theRunEnds_andTheNextOneFinishesItsPlan(Step step) {
    PostgresStore store =
        PostgresStore.builder(server.plain(server.schema())).patience(Duration.ofSeconds(2)).open();
    AtomicInteger times = new AtomicInteger();
    GuardListener stopping =
        new GuardListener() {
          @Override
          public void reached(String name, Step now) {
            int due = step == Step.LOCKED ? 1 : 2;
            if (now == step && times.incrementAndGet() == due) {
              server.crash();
            }
          }
        };
    Plan plan;
    List<Target> targets =
        IntStream.range(0, ITEMS).mapToObj(i -> Target.of("thing", "world", "t" + i)).toList();
    try (JournalSink journal = JournalSink.at(directory.resolve("journal"))) {
      Guard guard = guard(store, journal, stopping);
      plan = guard.plan(Selection.of("thing.touch", targets).because("a test"));
      Report cut = guard.apply(plan, item -> touched.add(item.target().id()));
      assertThat(times.get()).as("%s was reached", step).isPositive();
      assertThat(cut.halted()).as("the run ended by itself").isPresent();
      assertThat(cut.count(Fate.DONE)).isLessThan(ITEMS);
      int before = touched.size();
      assertThatThrownBy(() -> guard.apply(plan, item -> touched.add(item.target().id())))
          .as("nothing runs without the state")
          .isInstanceOf(GuardException.class);
      assertThat(touched).hasSize(before);
    } finally {
      server.startAgain();
    }
    try (JournalSink journal = JournalSink.at(directory.resolve("journal"))) {
      Guard next = guard(store, journal, GuardListener.NONE);
      next.releaseRun("ada", "the server was restarted");
      Report report = next.apply(plan, item -> touched.add(item.target().id()));
      assertThat(report.halted()).as(report.toString()).isEmpty();
    }
    assertThat(touched).containsExactlyInAnyOrder("t0", "t1", "t2", "t3");
    assertThat(JournalReader.at(directory.resolve("journal")).unsettled("stopped")).isEmpty();
  }
}
