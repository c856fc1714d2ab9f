package dev.guard.audit;

import dev.guard.AuditException;
import dev.guard.audit.AuditRecord.Phase;
import dev.guard.internal.Cause;
import dev.guard.internal.durable.Disk;
import dev.guard.time.Time;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that writes. Callers hand in encoded records and park; it numbers and chains
 * whatever is waiting, writes it at once, flushes once, and wakes them. No delay is added to gather
 * more: while one flush is under way the next batch gathers by itself.
 */
final class JournalWriter implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(JournalSink.class);

  /** How long an append waits for the disk, and closing for the writer. */
  static final Duration PATIENCE = Duration.ofMinutes(1);

  /** The action of the record that a journal ends with when it is closed. */
  static final String END = "journal.end";

  private static final long LOOK_EVERY_NANOS = 1_000_000_000L;
  private static final int MOST_AT_ONCE = 8 * 1024 * 1024;
  private static final long SECONDS_OF_DAY = 86_400;

  private final Disk disk;
  private final Path dir;
  private final Time time;
  private final Ledger ledger;
  private final Settings settings;
  private final Object monitor = new Object();
  private final Thread thread;
  private final Block block = new Block();

  private List<Waiting> queue = new ArrayList<>();
  private boolean closing;
  private volatile @Nullable Throwable poison;

  private Disk.@Nullable OpenFile file;
  private Path path;
  private long number;
  private long bytes;
  private long day;
  private long seq;
  private long ended;
  private long durable;
  private long checkpointed;
  private long checkpointedAt;
  private boolean untold;
  private byte[] hash = Lines.FIRST_PREV.getBytes(StandardCharsets.US_ASCII);

  /**
   * When a new file is begun, and who is told how far it came.
   *
   * @param segmentBytes from which size on a new file is begun
   * @param daily whether a new file is begun each day (UTC)
   * @param checkpointEvery after how many records the receiver is told
   * @param checkpointAfter after how long it is told, also when nothing was recorded
   * @param checkpointsRequired whether nothing more is appended once the receiver failed
   * @param receiver who is told, or null
   */
  record Settings(
      long segmentBytes,
      boolean daily,
      long checkpointEvery,
      Duration checkpointAfter,
      boolean checkpointsRequired,
      Checkpoint.@Nullable Receiver receiver) {}

  /** A caller that waits for its record. */
  private static final class Waiting {
    final AuditRecord record;
    final byte[] body;
    final Thread caller = Thread.currentThread();
    volatile boolean done;
    volatile @Nullable Throwable fault;

    Waiting(AuditRecord record) {
      this.record = record;
      this.body = Lines.body(record);
    }
  }

  JournalWriter(Disk disk, Path dir, Time time, Ledger ledger, Settings settings) {
    this.disk = disk;
    this.dir = dir;
    this.path = dir;
    this.time = time;
    this.ledger = ledger;
    this.settings = settings;
    this.thread = new Thread(this, "guard-journal");
    this.thread.setDaemon(true);
  }

  /**
   * Continues after the last good record; a torn end is kept aside first. What stands there may
   * come from a process that died before its flush, so it is flushed before it is called durable.
   */
  void open(Segments.Walk walk, @Nullable Instant beginning, boolean endedWell) throws IOException {
    seq = walk.seq();
    hash = walk.hash().getBytes(StandardCharsets.US_ASCII);
    durable = seq;
    checkpointed = seq;
    checkpointedAt = time.nanos();
    ended = endedWell ? seq : -1;
    day = day(beginning == null ? time.now() : beginning);
    Path last = walk.file();
    if (last == null) {
      begin(1, "this journal begins");
      return;
    }
    number = Segments.number(last);
    path = last;
    Disk.OpenFile opened = disk.append(last);
    file = opened;
    Path aside = walk.bad() == null ? null : setAside(last, walk.goodBytes());
    if (aside != null) {
      opened.truncate(walk.goodBytes());
    }
    opened.force();
    disk.forceDirectory(dir);
    bytes = walk.goodBytes();
    if (aside != null) {
      write(
          own(
              "journal.recovered",
              "a torn end behind record "
                  + seq
                  + " was cut off and kept as "
                  + aside.getFileName()));
      LOG.warn(
          "The journal in {} had a torn end behind record {}; it is kept as {}.",
          dir,
          walk.seq(),
          aside);
    }
  }

  private Path setAside(Path last, long from) throws IOException {
    Path aside = dir.resolve(last.getFileName() + "." + (seq + 1) + ".torn");
    try (InputStream in =
            disk.read(last).orElseThrow(() -> new NoSuchFileException(last.toString()));
        Disk.OpenFile out = disk.append(aside)) {
      in.skipNBytes(from);
      byte[] buffer = new byte[1 << 16];
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        out.write(buffer, read);
      }
      out.force();
    }
    disk.forceDirectory(dir);
    return aside;
  }

  /** A file is whole, with its first record durable, before it gets its name. */
  private void begin(long next, String why) throws IOException {
    Path target = dir.resolve(Segments.name(next));
    Path temporary = dir.resolve(Segments.name(next) + ".tmp");
    file = disk.create(temporary);
    bytes = 0;
    number = next;
    path = target;
    day = day(time.now());
    write(own("journal.begin", why));
    disk.rename(temporary, target);
    disk.forceDirectory(dir);
  }

  private static long day(Instant at) {
    return Math.floorDiv(at.getEpochSecond(), SECONDS_OF_DAY);
  }

  /** A record of the journal about itself. */
  private static AuditRecord own(String action, String because) {
    return new AuditRecord(
        "journal",
        action,
        "journal",
        Phase.DECISION,
        "execute",
        "journal",
        action,
        List.of(),
        because,
        null,
        List.of(),
        null,
        null,
        null);
  }

  /**
   * Begins to serve.
   *
   * @param unheard whether the second place knows of no checkpoint; then it is told before the
   *     first record, for a process that dies may never come to tell it
   */
  void start(boolean unheard) {
    untold = unheard;
    thread.start();
  }

  void append(AuditRecord record) {
    refuseUnlessOpen();
    if (record.phase() == Phase.INTENDED && ledger.size() + record.targets().size() > Ledger.MOST) {
      throw new AuditException(
          "The journal in "
              + dir
              + " holds "
              + ledger.size()
              + " intents without an outcome. Settle those before anything else runs.");
    }
    Waiting waiting = new Waiting(record);
    long began = time.nanos();
    synchronized (monitor) {
      refuseUnlessOpen();
      if (closing) {
        throw new AuditException(
            "The journal in "
                + dir
                + " is closed, so nothing runs. Open it for as long as the guard works.");
      }
      queue.add(waiting);
      if (queue.size() == 1) {
        monitor.notifyAll();
      }
    }
    await(waiting, began);
    Throwable fault = waiting.fault;
    if (fault != null) {
      throw poisoned(fault);
    }
  }

  private void refuseUnlessOpen() {
    Throwable fault = poison;
    if (fault != null) {
      throw poisoned(fault);
    }
  }

  /**
   * A caller's interrupt may not leave a record between durable and unknown; it is kept for the
   * caller. A disk that hangs is as good as none.
   */
  private void await(Waiting waiting, long began) {
    boolean interrupted = false;
    while (!waiting.done) {
      LockSupport.parkNanos(waiting, LOOK_EVERY_NANOS);
      interrupted |= Thread.interrupted();
      if (!waiting.done && time.nanos() - began > PATIENCE.toNanos()) {
        waiting.fault = poison(new IOException("the disk hangs"));
        break;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** The first fault stays. */
  private Throwable poison(Throwable fault) {
    synchronized (monitor) {
      Throwable first = poison;
      if (first == null) {
        poison = fault;
        return fault;
      }
      return first;
    }
  }

  private AuditException poisoned(Throwable fault) {
    return new AuditException(
        "The journal in "
            + dir
            + " failed ("
            + Cause.of(fault)
            + ") and stays closed: what a failed flush left behind is unknown. Mend the disk and open it anew.",
        fault);
  }

  @Override
  public void run() {
    if (untold) {
      checkpoint();
    }
    while (true) {
      List<Waiting> batch = next();
      if (batch == null) {
        break;
      }
      if (batch.isEmpty()) {
        checkpoint();
        continue;
      }
      int from = 0;
      while (from < batch.size()) {
        int to = from;
        long size = 0;
        while (to < batch.size() && size < MOST_AT_ONCE) {
          size += batch.get(to++).body.length;
        }
        serve(batch.subList(from, to));
        from = to;
      }
    }
    end();
  }

  /**
   * What waits; nothing if a checkpoint is due, null if it is over. With a second place to tell it
   * looks at the clock now and then, without one it need not.
   */
  private @Nullable List<Waiting> next() {
    synchronized (monitor) {
      while (queue.isEmpty() && !closing && !overdue()) {
        try {
          monitor.wait(settings.receiver() == null ? 0 : LOOK_EVERY_NANOS / 1_000_000);
        } catch (InterruptedException e) {
          LOG.debug("Only closing the journal ends its writer.", e);
        }
      }
      if (queue.isEmpty() && closing) {
        return null;
      }
      List<Waiting> batch = queue;
      queue = new ArrayList<>(batch.size());
      return batch;
    }
  }

  private boolean overdue() {
    return settings.receiver() != null
        && poison == null
        && time.nanos() - checkpointedAt >= settings.checkpointAfter().toNanos();
  }

  private void serve(List<Waiting> batch) {
    Throwable fault = poison;
    boolean rotated = false;
    if (fault == null) {
      try {
        Instant now = time.now();
        if (bytes >= settings.segmentBytes() || (settings.daily() && day(now) > day)) {
          rotate();
          rotated = true;
        }
        write(batch, now);
      } catch (Throwable thrown) {
        // whatever it is: callers may not wait for ever, and nothing may run on
        fault = poison(thrown);
        LOG.error("The journal in {} failed and stays closed.", dir, fault);
      }
    }
    for (Waiting waiting : batch) {
      waiting.fault = fault;
      waiting.done = true;
      LockSupport.unpark(waiting.caller);
    }
    if (fault == null
        && (rotated || seq - checkpointed >= settings.checkpointEvery() || overdue())) {
      checkpoint();
    }
  }

  private void rotate() throws IOException {
    String before = path.getFileName().toString();
    try (Disk.OpenFile old = file) {
      begin(
          number + 1,
          "continues "
              + before
              + (old == null ? "" : " of " + old.size() + " bytes")
              + " after record "
              + seq);
    }
  }

  private void write(AuditRecord record) throws IOException {
    write(List.of(new Waiting(record)), time.now());
  }

  private void write(List<Waiting> batch, Instant now) throws IOException {
    Disk.OpenFile out = file;
    if (out == null) {
      throw new IOException("the file is not open");
    }
    byte[] at = now.toString().getBytes(StandardCharsets.US_ASCII);
    byte[] last = hash.clone();
    long next = seq;
    block.clear();
    for (Waiting waiting : batch) {
      block.add(++next, durable, at, waiting.body, last);
    }
    out.write(block.bytes(), block.length());
    out.force();
    bytes += block.length();
    seq = next;
    hash = last;
    durable = next;
    for (Waiting waiting : batch) {
      ledger.take(waiting.record);
    }
  }

  private void checkpoint() {
    checkpointed = seq;
    checkpointedAt = time.nanos();
    Checkpoint.Receiver receiver = settings.receiver();
    if (receiver == null) {
      return;
    }
    try {
      receiver.keep(
          new Checkpoint(
              seq,
              new String(hash, StandardCharsets.US_ASCII),
              time.now(),
              path.getFileName().toString()));
    } catch (RuntimeException fault) {
      LOG.error(
          "A checkpoint of the journal in {} at record {} could not be kept{}.",
          dir,
          seq,
          settings.checkpointsRequired() ? ", and nothing runs without it" : "",
          fault);
      if (settings.checkpointsRequired()) {
        poison(fault);
      }
    }
  }

  /** The last record says that all before it is durable, so that a change of those is found. */
  private void end() {
    if (poison == null && seq != ended) {
      try {
        write(own(END, "closed after record " + seq));
      } catch (Throwable thrown) {
        LOG.error(
            "The journal in {} could not be ended after record {}; all up to there is durable.",
            dir,
            seq,
            poison(thrown));
      }
    }
    if (poison == null && seq != checkpointed) {
      checkpoint();
    }
    abandon();
  }

  /** Lets the file go. */
  void abandon() {
    try {
      if (file != null) {
        file.close();
      }
    } catch (IOException e) {
      LOG.warn("A file of the journal in {} could not be closed.", dir, e);
    }
  }

  void close() {
    synchronized (monitor) {
      closing = true;
      monitor.notifyAll();
    }
    boolean interrupted = false;
    while (true) {
      try {
        thread.join(PATIENCE.toMillis());
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (thread.isAlive()) {
      throw new AuditException(
          "The journal in "
              + dir
              + " did not end within "
              + PATIENCE
              + "; its disk hangs. It stays locked while this process lives.");
    }
  }
}
