package dev.guard.support;

import dev.guard.StateException;
import dev.guard.state.StateStore;
import dev.guard.time.Time;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** A linearizable store in memory, of which a test breaks single calls. */
public final class TestStore implements StateStore {
  /** What becomes of the next write. */
  public enum Fault {
    /** It is not written, and the caller learns so. */
    FAILS,
    /** It is written, but the caller does not learn so. */
    WRITTEN_UNKNOWN,
    /** It is not written, and the caller does not learn so. */
    LOST_UNKNOWN,
    /** Somebody else writes first. */
    CONFLICT
  }

  private final Time time;
  private final boolean ownClock;
  private final TreeMap<String, Versioned> documents = new TreeMap<>();
  private long versions;
  public final Deque<Fault> writes = new ArrayDeque<>();
  public boolean unreadable;
  public boolean conflictAlways;
  private int writesLeft = Integer.MAX_VALUE;
  public int reads;

  /** What happens before the answer to a write comes. */
  public Runnable onWritten = () -> {};

  public TestStore(Time time) {
    this(time, false);
  }

  public TestStore(Time time, boolean ownClock) {
    this.time = time;
    this.ownClock = ownClock;
  }

  @Override
  public synchronized Optional<Versioned> get(String key) {
    reads++;
    if (unreadable) {
      throw new StateException("The store cannot be read.");
    }
    return Optional.ofNullable(documents.get(key));
  }

  @Override
  public synchronized Optional<String> compareAndSet(String key, String expected, byte[] value) {
    if (unreadable) {
      throw new StateException("The store cannot be written.");
    }
    if (writesLeft-- <= 0) {
      writesLeft = 0;
      throw new StateException("The process died.");
    }
    if (conflictAlways) {
      return Optional.empty();
    }
    Fault fault = writes.poll();
    if (fault == Fault.FAILS) {
      throw new StateException("The store cannot be written.");
    }
    if (fault == Fault.LOST_UNKNOWN) {
      throw new StateException("Timed out.", null, true);
    }
    if (fault == Fault.CONFLICT) {
      return Optional.empty();
    }
    Versioned there = documents.get(key);
    String version = there == null ? null : there.version();
    if (expected == null ? version != null : !expected.equals(version)) {
      return Optional.empty();
    }
    String next = Long.toString(++versions);
    documents.put(key, new Versioned(next, value.clone()));
    onWritten.run();
    if (fault == Fault.WRITTEN_UNKNOWN) {
      throw new StateException("Timed out.", null, true);
    }
    return Optional.of(next);
  }

  @Override
  public synchronized List<String> keys(String prefix) {
    return documents.keySet().stream().filter(key -> key.startsWith(prefix)).toList();
  }

  @Override
  public Instant now() {
    return time.now();
  }

  @Override
  public Capabilities capabilities() {
    return new Capabilities(Scope.PROCESS, false, 256 * 1024, ownClock);
  }

  /** A document is gone, as from a backup that is older than it. */
  public synchronized void lose(String key) {
    documents.remove(key);
  }

  /** Replaces every document by this text. */
  public synchronized void overwriteAll(String text) {
    documents.replaceAll(
        (key, old) ->
            new Versioned(
                Long.toString(++versions), text.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
  }

  /** Lets so many writes through, and none after them. */
  public synchronized void failAfter(int more) {
    writesLeft = more;
  }

  /** Loses every document. */
  public synchronized void forget() {
    documents.clear();
  }

  public synchronized String dump() {
    StringBuilder all = new StringBuilder();
    documents.forEach(
        (key, document) ->
            all.append(new String(document.value(), java.nio.charset.StandardCharsets.UTF_8)));
    return all.toString();
  }
}
