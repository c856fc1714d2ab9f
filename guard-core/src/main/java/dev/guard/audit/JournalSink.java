package dev.guard.audit;

import dev.guard.AuditException;
import dev.guard.Digest;
import dev.guard.Target;
import dev.guard.internal.Cause;
import dev.guard.internal.durable.Disk;
import dev.guard.time.Time;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The journal: a write-ahead, hash-chained record in files of JSON Lines. {@link #append} returns
 * when the record is on the disk; many threads share one flush.
 *
 * <pre>{@code try (JournalSink journal = JournalSink.at(Path.of("journal"))) { … }}</pre>
 *
 * <p>One process owns the directory while it is open; a second is refused. Opening verifies the
 * whole chain: a torn end, which a power cut leaves, is copied aside and cut off, and that is
 * recorded; anything else that is wrong is damage, and the journal does not open. After a failed
 * write or flush the sink is closed for good, and every later append throws: a flush that failed
 * once can lie ever after. One writer thread runs while it is open; appends wait for it and cannot
 * be interrupted. Thread-safe.
 */
public final class JournalSink implements AuditSink, AuditSink.Memory, AutoCloseable {
  private final Disk disk;
  private final Path dir;
  private final Ledger ledger;
  private final JournalWriter writer;
  private final Disk.Lock lock;

  private JournalSink(Disk disk, Path dir, Ledger ledger, JournalWriter writer, Disk.Lock lock) {
    this.disk = disk;
    this.dir = dir;
    this.ledger = ledger;
    this.writer = writer;
    this.lock = lock;
  }

  /**
   * Opens a journal, creating it if it is missing.
   *
   * @param dir its directory
   * @return the open journal; the caller closes it
   * @throws AuditException if another process has it open, it is damaged, or the disk fails
   */
  public static JournalSink at(Path dir) {
    return in(dir).open();
  }

  /**
   * Begins a journal with other than the usual settings.
   *
   * @param dir its directory
   * @return the builder
   */
  public static Builder in(Path dir) {
    return new Builder(dir);
  }

  /** Settings of a journal. Not thread-safe. */
  public static final class Builder {
    private final Path dir;
    private Disk disk = Disk.system();
    private Time time = Time.system();
    private long segmentBytes = 64L * 1024 * 1024;
    private boolean daily = true;
    private long checkpointEvery = 1000;
    private Duration checkpointAfter = Duration.ofMinutes(10);
    private boolean checkpointsRequired;
    private Checkpoint.@Nullable Receiver receiver;

    private Builder(Path dir) {
      this.dir = Objects.requireNonNull(dir, "journal directory");
    }

    Builder disk(Disk other) {
      this.disk = other;
      return this;
    }

    /**
     * Where the times of records come from.
     *
     * @param clocks by default the machine's
     * @return this builder
     */
    public Builder time(Time clocks) {
      this.time = Objects.requireNonNull(clocks, "time");
      return this;
    }

    /**
     * How large a file may grow before the next is begun.
     *
     * @param bytes at least 4096; by default 64 MiB
     * @return this builder
     */
    public Builder segmentBytes(long bytes) {
      if (bytes < 4096) {
        throw new IllegalArgumentException(
            "A journal's file has at least 4096 bytes, but was " + bytes + ".");
      }
      this.segmentBytes = bytes;
      return this;
    }

    /**
     * Whether a new file is begun each day, by the wall clock in UTC.
     *
     * @param each by default true
     * @return this builder
     */
    public Builder daily(boolean each) {
      this.daily = each;
      return this;
    }

    /**
     * A second place that is told how far the journal has come: at once if it knows nothing yet,
     * after so many records, at each new file, at the end, and every ten minutes, also when nothing
     * was recorded meanwhile, so that a silence can be told from a journal that was taken away. If
     * it can give back the last checkpoint, a journal that does not hold it any more does not open.
     *
     * @param records after how many; at least 1
     * @param where the second place
     * @return this builder
     */
    public Builder checkpoints(long records, Checkpoint.Receiver where) {
      if (records < 1) {
        throw new IllegalArgumentException(
            "Checkpoints come after one record at least, but was " + records + ".");
      }
      this.checkpointEvery = records;
      this.receiver = Objects.requireNonNull(where, "receiver");
      return this;
    }

    /**
     * After how long the second place is told, also when nothing was recorded. Told by the
     * journal's own thread, about a second late at most.
     *
     * @param length one second to one day; by default ten minutes
     * @return this builder
     */
    public Builder checkpointsAfter(Duration length) {
      if (length.compareTo(Duration.ofSeconds(1)) < 0 || length.compareTo(Duration.ofDays(1)) > 0) {
        throw new IllegalArgumentException(
            "Checkpoints come after one second to one day, but was " + length + ".");
      }
      this.checkpointAfter = length;
      return this;
    }

    /**
     * Closes the journal for good once a checkpoint could not be kept, so that nothing runs without
     * a second place that knows of it. Without this it is an error in the log, and stops nothing.
     *
     * @return this builder; it does not open without {@link #checkpoints}
     */
    public Builder checkpointsRequired() {
      this.checkpointsRequired = true;
      return this;
    }

    /**
     * Opens the journal.
     *
     * @return the open journal; the caller closes it
     * @throws AuditException if another process has it open, it is damaged, or the disk fails
     */
    public JournalSink open() {
      if (checkpointsRequired && receiver == null) {
        throw new AuditException(
            "The journal in "
                + dir
                + " requires checkpoints, but has no second place. Name it with checkpoints(...).");
      }
      Disk.Lock lock = null;
      JournalWriter writer = null;
      boolean open = false;
      try {
        disk.createDirectories(dir);
        lock = lock();
        Ledger ledger = new Ledger();
        Checkpoint last = receiver == null ? null : receiver.last().orElse(null);
        Opening opening = new Opening(ledger, last);
        Segments.Walk walk = new Segments(disk, dir).walk(opening);
        if (walk.damaged()) {
          throw new AuditException(
              "The journal in "
                  + dir
                  + " is "
                  + walk.damage()
                  + ". It was durable once, so somebody or something changed it. Keep it, find out, and begin a new directory.");
        }
        opening.holdsCheckpoint(dir, walk.seq());
        ledger.opened();
        writer =
            new JournalWriter(
                disk,
                dir,
                time,
                ledger,
                new JournalWriter.Settings(
                    segmentBytes,
                    daily,
                    checkpointEvery,
                    checkpointAfter,
                    checkpointsRequired,
                    receiver));
        writer.open(walk, opening.beginning, opening.endedWell);
        writer.start(receiver != null && last == null);
        open = true;
        return new JournalSink(disk, dir, ledger, writer, lock);
      } catch (IOException e) {
        throw new AuditException(
            "The journal in "
                + dir
                + " cannot be opened ("
                + Cause.of(e)
                + "). Check the disk and its rights; nothing runs without it.",
            e);
      } finally {
        if (!open) {
          if (writer != null) {
            writer.abandon();
          }
          if (lock != null) {
            release(lock, dir);
          }
        }
      }
    }

    private Disk.Lock lock() throws IOException {
      return disk.tryLock(dir.resolve("journal.lock"))
          .orElseThrow(
              () ->
                  new AuditException(
                      "The journal in "
                          + dir
                          + " is open already, here or in another process. Wait for it, or give this one a directory of its own."));
    }
  }

  /** What is looked for while the chain is verified at opening. */
  private static final class Opening implements Segments.Visitor {
    private final Ledger ledger;
    private final @Nullable Checkpoint checkpoint;
    private @Nullable String atCheckpoint;
    private @Nullable Instant beginning;
    private boolean endedWell;

    Opening(Ledger ledger, @Nullable Checkpoint checkpoint) {
      this.ledger = ledger;
      this.checkpoint = checkpoint;
    }

    @Override
    public void visit(Segments.Line line) throws IOException {
      JournalEntry entry = Lines.entry(line);
      ledger.take(entry.record());
      if (entry.line() == 1) {
        beginning = entry.at();
      }
      endedWell = entry.record().action().equals(JournalWriter.END);
      if (checkpoint != null && entry.seq() == checkpoint.seq()) {
        atCheckpoint = entry.hash();
      }
    }

    void holdsCheckpoint(Path dir, long seq) {
      if (checkpoint != null && !checkpoint.hash().equals(atCheckpoint)) {
        throw new AuditException(
            "The journal in "
                + dir
                + " ends at record "
                + seq
                + " and does not hold record "
                + checkpoint.seq()
                + " as its checkpoint of "
                + checkpoint.at()
                + " knows it, so records were cut off or replaced. Keep it, find out, and begin a new directory, with another name for its checkpoints.");
      }
    }
  }

  private static void release(Disk.Lock lock, Path dir) {
    try {
      lock.close();
    } catch (IOException e) {
      throw new AuditException("The lock of the journal in " + dir + " could not be released.", e);
    }
  }

  @Override
  public void append(AuditRecord record) {
    writer.append(record);
  }

  @Override
  public Optional<Memory> memory() {
    return Optional.of(this);
  }

  @Override
  public Set<Target> inDoubt(String guard) {
    return ledger.inDoubt(guard);
  }

  @Override
  public List<AuditRecord> cutShort(String guard) {
    return ledger.cutShort(guard);
  }

  @Override
  public Set<Target> done(Digest plan) {
    return new JournalReader(disk, dir).done(plan);
  }

  @Override
  public Set<Target> spent(Digest plan) {
    return new JournalReader(disk, dir).spent(plan);
  }

  /**
   * Where the journal is.
   *
   * @return its directory
   */
  public Path directory() {
    return dir;
  }

  /**
   * Writes what is waiting, ends the writer, and lets the directory go. Closing twice does nothing.
   *
   * @throws AuditException if the disk hangs; the journal then stays locked while this process
   *     lives
   */
  @Override
  public void close() {
    writer.close();
    release(lock, dir);
  }
}
