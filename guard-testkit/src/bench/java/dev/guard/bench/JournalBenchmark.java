package dev.guard.bench;

import dev.guard.Target;
import dev.guard.audit.AuditRecord;
import dev.guard.audit.AuditRecord.Phase;
import dev.guard.audit.JournalReader;
import dev.guard.audit.JournalSink;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The durable journal against a bare group-commit loop of the same bytes, and against databases
 * that commit each record: one thread that writes what is waiting, flushes once, and wakes the
 * callers, with nothing encoded, numbered, hashed or remembered. One operation is one act: two
 * records, two flushes. Both on the disk of the temporary directory; set {@code -Djava.io.tmpdir}
 * to measure another.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(2)
public class JournalBenchmark {
  private static final AuditRecord RECORD =
      new AuditRecord(
          "20261122T231500-9f86d081884c7d65-1",
          "17",
          "image-cleanup",
          Phase.INTENDED,
          "execute",
          "ci",
          "registry.delete",
          List.of(Target.of("image", "registry.example.com/team/app", "sha256:" + "1f".repeat(32))),
          "older than 30 days",
          "sha256:" + "ab".repeat(32),
          List.of(),
          null,
          null,
          null);

  private static final AuditRecord OUTCOME =
      new AuditRecord(
          RECORD.run(),
          RECORD.op(),
          RECORD.guard(),
          Phase.OUTCOME,
          RECORD.mode(),
          RECORD.actor(),
          RECORD.action(),
          RECORD.targets(),
          RECORD.because(),
          RECORD.plan(),
          List.of(),
          "DONE",
          null,
          null);

  /** The journal, open. */
  @State(Scope.Benchmark)
  public static class Journal {
    private Path dir;
    private JournalSink sink;

    @Setup
    public void open() throws IOException {
      dir = Files.createTempDirectory("journal-bench");
      sink = JournalSink.at(dir);
    }

    @TearDown
    public void close() throws IOException {
      sink.close();
      delete(dir);
    }
  }

  /** The bare loop, on lines as the journal writes them. */
  @State(Scope.Benchmark)
  public static class Bare {
    private static final class Waiting {
      final byte[] line;
      final Thread caller = Thread.currentThread();
      volatile boolean done;

      Waiting(byte[] line) {
        this.line = line;
      }
    }

    private Path dir;
    private byte[] line;
    private FileChannel channel;
    private Thread writer;
    private final Object monitor = new Object();
    private List<Waiting> queue = new ArrayList<>();
    private boolean closing;

    /** A line as the journal writes it. */
    void line(Path dir) throws IOException {
      try (JournalSink sink = JournalSink.at(dir.resolve("journal"))) {
        sink.append(RECORD);
      }
      JournalReader.at(dir.resolve("journal"))
          .forEach(
              entry -> {
                if (entry.record().phase() == Phase.INTENDED) {
                  line = (entry.raw() + "\n").getBytes(StandardCharsets.US_ASCII);
                }
              });
    }

    @Setup
    public void open() throws IOException {
      dir = Files.createTempDirectory("bare-bench");
      line(dir);
      channel =
          FileChannel.open(
              dir.resolve("bare"),
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE,
              StandardOpenOption.APPEND);
      writer = new Thread(this::write, "bare-writer");
      writer.setDaemon(true);
      writer.start();
    }

    private void write() {
      ByteBuffer block = ByteBuffer.allocate(1 << 20);
      while (true) {
        List<Waiting> batch;
        synchronized (monitor) {
          while (queue.isEmpty() && !closing) {
            try {
              monitor.wait();
            } catch (InterruptedException e) {
              return;
            }
          }
          if (queue.isEmpty()) {
            return;
          }
          batch = queue;
          queue = new ArrayList<>(batch.size());
        }
        block.clear();
        batch.forEach(waiting -> block.put(waiting.line));
        block.flip();
        try {
          while (block.hasRemaining()) {
            channel.write(block);
          }
          channel.force(false);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
        for (Waiting waiting : batch) {
          waiting.done = true;
          LockSupport.unpark(waiting.caller);
        }
      }
    }

    void append() {
      Waiting waiting = new Waiting(line);
      synchronized (monitor) {
        queue.add(waiting);
        if (queue.size() == 1) {
          monitor.notifyAll();
        }
      }
      while (!waiting.done) {
        LockSupport.park(waiting);
      }
    }

    @TearDown
    public void close() throws Exception {
      synchronized (monitor) {
        closing = true;
        monitor.notifyAll();
      }
      writer.join();
      channel.close();
      delete(dir);
    }
  }

  /** The same lines as rows of a database, each committed alone: two commits an act. */
  private abstract static class Rows {
    byte[] line;

    void line() throws IOException {
      Path dir = Files.createTempDirectory("rows-bench");
      Bare bare = new Bare();
      bare.line(dir);
      line = bare.line;
      delete(dir);
    }

    static void insert(PreparedStatement row, byte[] line) throws SQLException {
      row.setBytes(1, line);
      row.executeUpdate();
    }
  }

  /**
   * SQLite in WAL mode with synchronous FULL; one connection, for more only wait for each other.
   */
  @State(Scope.Benchmark)
  public static class Sqlite extends Rows {
    private Path dir;
    private Connection connection;
    private PreparedStatement row;

    @Setup
    public void open() throws Exception {
      line();
      dir = Files.createTempDirectory("sqlite-bench");
      connection = DriverManager.getConnection("jdbc:sqlite:" + dir.resolve("journal.db"));
      try (Statement statement = connection.createStatement()) {
        statement.execute("pragma journal_mode = wal");
        statement.execute("pragma synchronous = full");
        statement.execute("create table journal (line blob)");
      }
      row = connection.prepareStatement("insert into journal values (?)");
    }

    synchronized void append() throws SQLException {
      insert(row, line);
    }

    @TearDown
    public void close() throws Exception {
      connection.close();
      delete(dir);
    }
  }

  /** PostgreSQL with fsync and synchronous_commit on, by a local connection for each writer. */
  @State(Scope.Benchmark)
  public static class Postgres extends Rows {
    private EmbeddedPostgres server;
    private final Queue<Connection> open = new ConcurrentLinkedQueue<>();
    private final ThreadLocal<PreparedStatement> rows = ThreadLocal.withInitial(this::connect);

    @Setup
    public void open() throws Exception {
      line();
      server =
          EmbeddedPostgres.builder()
              .setServerConfig("fsync", "on")
              .setServerConfig("synchronous_commit", "on")
              .start();
      try (Connection connection = server.getPostgresDatabase().getConnection();
          Statement statement = connection.createStatement()) {
        statement.execute("create table journal (line bytea)");
      }
    }

    private PreparedStatement connect() {
      try {
        Connection connection = server.getPostgresDatabase().getConnection();
        open.add(connection);
        return connection.prepareStatement("insert into journal values (?)");
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }

    void append() throws SQLException {
      insert(rows.get(), line);
    }

    @TearDown
    public void close() throws Exception {
      for (Connection connection : open) {
        connection.close();
      }
      server.close();
    }
  }

  private static void delete(Path dir) throws IOException {
    try (Stream<Path> files = Files.walk(dir)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private static void writeOneAct(Journal journal) {
    journal.sink.append(RECORD);
    journal.sink.append(OUTCOME);
  }

  private static void writeTwoLines(Bare bare) {
    bare.append();
    bare.append();
  }

  private static void writeTwoRows(Sqlite sqlite) throws SQLException {
    sqlite.append();
    sqlite.append();
  }

  private static void writeTwoRows(Postgres postgres) throws SQLException {
    postgres.append();
    postgres.append();
  }

  @Benchmark
  @Threads(1)
  public void sqlite01(Sqlite sqlite) throws SQLException {
    writeTwoRows(sqlite);
  }

  @Benchmark
  @Threads(8)
  public void sqlite08(Sqlite sqlite) throws SQLException {
    writeTwoRows(sqlite);
  }

  @Benchmark
  @Threads(64)
  public void sqlite64(Sqlite sqlite) throws SQLException {
    writeTwoRows(sqlite);
  }

  @Benchmark
  @Threads(1)
  public void postgres01(Postgres postgres) throws SQLException {
    writeTwoRows(postgres);
  }

  @Benchmark
  @Threads(8)
  public void postgres08(Postgres postgres) throws SQLException {
    writeTwoRows(postgres);
  }

  @Benchmark
  @Threads(64)
  public void postgres64(Postgres postgres) throws SQLException {
    writeTwoRows(postgres);
  }

  @Benchmark
  @Threads(1)
  public void journal01(Journal journal) {
    writeOneAct(journal);
  }

  @Benchmark
  @Threads(1)
  public void bare01(Bare bare) {
    writeTwoLines(bare);
  }

  @Benchmark
  @Threads(8)
  public void journal08(Journal journal) {
    writeOneAct(journal);
  }

  @Benchmark
  @Threads(8)
  public void bare08(Bare bare) {
    writeTwoLines(bare);
  }

  @Benchmark
  @Threads(64)
  public void journal64(Journal journal) {
    writeOneAct(journal);
  }

  @Benchmark
  @Threads(64)
  public void bare64(Bare bare) {
    writeTwoLines(bare);
  }
}
