package dev.guard.bench;

import dev.guard.Intent;
import dev.guard.Reservation;
import dev.guard.Reservation.Settlement;
import dev.guard.Target;
import dev.guard.blastradius.BlastRadiusLimit;
import dev.guard.state.FileStateStore;
import dev.guard.state.MemoryStateStore;
import dev.guard.state.PostgresStore;
import dev.guard.state.StateStore;
import dev.guard.time.Time;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;
import org.postgresql.ds.PGPoolingDataSource;

/**
 * Reservations from one sliding window per second, for each store. One operation reserves one
 * target and settles it done; who is refused because too many draw at once asks again. Every thread
 * has a limit and a connection of its own, as a process of its own would; all draw from the same
 * window. Files and database flush for real, on the disk of the temporary directory.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 1, time = 2)
@Measurement(iterations = 3, time = 2)
@Fork(1)
public class ReservationBenchmark {
  private static final Intent INTENT =
      Intent.of("row.delete", Target.of("row", "orders-db", "4711")).because("a benchmark");

  /** What all processes share. */
  @State(Scope.Benchmark)
  public static class Shared {
    @Param({"memory", "files", "postgres"})
    String store;

    @Param({"1", "100"})
    int block;

    private Path dir;
    private EmbeddedPostgres server;
    private StateStore memory;

    @Setup
    public void open() throws IOException {
      dir = Files.createTempDirectory("reservation-bench");
      memory = MemoryStateStore.create(Time.system());
      if (store.equals("postgres")) {
        server =
            EmbeddedPostgres.builder()
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .start();
      }
    }

    StateStore own() {
      switch (store) {
        case "memory":
          return memory;
        case "files":
          return FileStateStore.at(dir, Time.system());
        default:
          return PostgresStore.on(pool());
      }
    }

    @SuppressWarnings("deprecation") // one connection a thread needs no better pool
    private PGPoolingDataSource pool() {
      PGPoolingDataSource pool = new PGPoolingDataSource();
      pool.setServerNames(new String[] {"localhost"});
      pool.setPortNumbers(new int[] {server.getPort()});
      pool.setDatabaseName("postgres");
      pool.setUser("postgres");
      pool.setMaxConnections(1);
      return pool;
    }

    @TearDown
    public void close() throws IOException {
      if (server != null) {
        server.close();
      }
      try (Stream<Path> files = Files.walk(dir)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  /** One process. */
  @State(Scope.Thread)
  public static class Process {
    private BlastRadiusLimit limit;

    @Setup(Level.Trial)
    public void start(Shared shared) {
      limit =
          BlastRadiusLimit.perPlan(1_000_000)
              .per(Duration.ofSeconds(10), 1_000_000_000)
              .in(shared.own())
              .inBlocksOf(shared.block)
              .bind("bench", Time.system(), Optional::empty);
    }
  }

  private static Reservation reserve(Process process) {
    Reservation reservation = process.limit.reserve(INTENT);
    while (!(reservation instanceof Reservation.Held)) {
      String said = reservation.toString();
      if (!said.contains("too many draw at once")) {
        throw new IllegalStateException(said);
      }
      reservation = process.limit.reserve(INTENT);
    }
    ((Reservation.Held) reservation).settle(Settlement.DONE);
    return reservation;
  }

  @Benchmark
  @Threads(1)
  public Reservation processes1(Process process) {
    return reserve(process);
  }

  @Benchmark
  @Threads(8)
  public Reservation processes8(Process process) {
    return reserve(process);
  }
}
