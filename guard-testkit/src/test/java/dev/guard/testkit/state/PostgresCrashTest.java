package dev.guard.testkit.state;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.Digest;
import dev.guard.StateException;
import dev.guard.state.PostgresStore;
import dev.guard.state.StateDocument;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** PostgreSQL stops in the middle of writes and comes back: nothing acknowledged is lost. */
class PostgresCrashTest {
  private static final int WRITERS = 4;
  private static final int CRASHES = 2;

  private final AtomicBoolean over = new AtomicBoolean();
  private final Semaphore acknowledged = new Semaphore(0);
  private final AtomicLong refused = new AtomicLong();
  private final Map<String, Long> sure = new ConcurrentHashMap<>();
  private final Map<String, Long> unknown = new ConcurrentHashMap<>();
  private final ConcurrentLinkedQueue<Digest> blobs = new ConcurrentLinkedQueue<>();

  @Test
  void whatWasAcknowledged_isThereAfterACrash_andNothingIsCountedTwice() throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(WRITERS);
    try (RealPostgres server = RealPostgres.start()) {
      DataSource source = server.plain(server.schema());
      PostgresStore first = PostgresStore.on(source);
      assertThat(first.capabilities().durable()).isTrue();
      List<Future<?>> writers = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        int writer = i;
        writers.add(pool.submit(() -> write(first, writer)));
      }
      for (int crash = 0; crash < CRASHES; crash++) {
        acknowledged.acquire(60);
        long before = refused.get();
        server.crash();
        assertThatThrownBy(() -> first.get("guard/crash/none"))
            .as("away is not absent")
            .isInstanceOf(StateException.class);
        while (refused.get() < before + WRITERS) {
          Thread.onSpinWait();
        }
        server.startAgain();
        acknowledged.drainPermits();
      }
      acknowledged.acquire(60);
      over.set(true);
      for (Future<?> each : writers) {
        each.get();
      }
      server.crash();
      server.startAgain();
      check(PostgresStore.on(source));
    } finally {
      over.set(true);
      pool.shutdownNow();
    }
  }

  /** One shared counter that all write, and one of this writer's own. */
  private Void write(PostgresStore store, int writer) throws Exception {
    for (int i = 0; !over.get(); i++) {
      String key = i % 2 == 0 ? "guard/crash/shared" : "guard/crash/own-" + writer;
      StateDocument<Long> count = Shelf.counter(store, key);
      try {
        Shelf.increment(count);
        sure.merge(key, 1L, Long::sum);
      } catch (StateException e) {
        unknown.merge(key, e.mayHaveRun() ? 1L : 0L, Long::sum);
        refused();
        continue;
      }
      try {
        blobs.add(store.put((writer + " " + i).getBytes(UTF_8)));
        acknowledged.release();
      } catch (StateException e) {
        refused();
      }
    }
    return null;
  }

  private void refused() throws InterruptedException {
    refused.incrementAndGet();
    Thread.sleep(10);
  }

  private void check(PostgresStore after) {
    assertThat(sure.keySet()).hasSize(WRITERS + 1);
    sure.forEach(
        (key, counted) -> {
          long stored = Shelf.counter(after, key).read().orElse(0L);
          assertThat(stored).as(key).isBetween(counted, counted + unknown.getOrDefault(key, 0L));
        });
    assertThat(blobs).isNotEmpty();
    assertThat(blobs).allSatisfy(digest -> assertThat(after.get(digest)).isPresent());
  }
}
