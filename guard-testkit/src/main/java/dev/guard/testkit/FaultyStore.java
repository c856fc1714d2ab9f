package dev.guard.testkit;

import dev.guard.StateException;
import dev.guard.state.StateStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A store that misbehaves when it is told to: somebody else was faster, it is away, a write's fate
 * is unknown, values are too large for it, or its clock is wrong. Thread-safe.
 *
 * <pre>{@code
 * FaultyStore store = FaultyStore.over(behind).next(FaultyStore.Fault.UNKNOWN_WRITTEN);
 * }</pre>
 */
public final class FaultyStore implements StateStore {
  /** How one access misbehaves. */
  public enum Fault {
    /** It does not. */
    NONE,
    /** A write finds that somebody else was faster; a read is not affected. */
    CONFLICT,
    /** The store is away; nothing happened. */
    UNAVAILABLE,
    /** A write happened, but its answer was lost; a read fails. */
    UNKNOWN_WRITTEN,
    /** A write did not happen, and its answer was lost; a read fails. */
    UNKNOWN_LOST,
    /**
     * A write is under way, and its answer is lost; it reaches the store right after the next
     * access, which does not see it yet; a read fails.
     */
    UNKNOWN_LATE
  }

  /** A write under way. */
  @SuppressWarnings("ArrayRecordComponent") // compared never
  private record Late(String key, @Nullable String expected, byte[] value) {}

  private final StateStore behind;
  private final Deque<Fault> script = new ArrayDeque<>();
  private boolean away;
  private @Nullable Late late;
  private Duration clockOff = Duration.ZERO;
  private int mostBytes = Integer.MAX_VALUE;

  private FaultyStore(StateStore behind) {
    this.behind = Objects.requireNonNull(behind, "store");
  }

  /**
   * A store that misbehaves never, yet.
   *
   * @param behind what keeps the documents
   * @return the store
   */
  public static FaultyStore over(StateStore behind) {
    return new FaultyStore(behind);
  }

  /**
   * Adds what the next accesses suffer, one each.
   *
   * @param faults in order
   * @return this store
   */
  public synchronized FaultyStore next(Fault... faults) {
    script.addAll(List.of(faults));
    return this;
  }

  /**
   * Adds a storm: one fault many times.
   *
   * @param times how often
   * @param fault which
   * @return this store
   */
  public synchronized FaultyStore storm(int times, Fault fault) {
    script.addAll(Collections.nCopies(times, fault));
    return this;
  }

  /**
   * Forgets the faults that are still to come, and brings the store back. A write under way stays
   * under way.
   */
  public synchronized void calm() {
    script.clear();
    away = false;
  }

  /**
   * Sets the clock wrong, from now on and compared with the clock of the store behind; twice with
   * falling values, it steps back.
   *
   * @param off how far ahead; negative is behind
   */
  public synchronized void clockOff(Duration off) {
    clockOff = Objects.requireNonNull(off, "off");
  }

  /**
   * Lets the store take smaller values only, and say so.
   *
   * @param bytes the largest value it takes
   */
  public synchronized void atMost(int bytes) {
    mostBytes = bytes;
  }

  /**
   * Takes the store away, or brings it back.
   *
   * @param isAway true lets every access fail
   */
  public synchronized void away(boolean isAway) {
    away = isAway;
  }

  private synchronized Fault fault() {
    if (away) {
      return Fault.UNAVAILABLE;
    }
    Fault fault = script.poll();
    return fault == null ? Fault.NONE : fault;
  }

  /** Does an access, then lets a write that was under way before it arrive. */
  private <T> T access(Supplier<T> one) {
    Late underWay;
    synchronized (this) {
      underWay = late;
      late = null;
    }
    try {
      return one.get();
    } finally {
      if (underWay != null) {
        behind.compareAndSet(underWay.key, underWay.expected, underWay.value);
      }
    }
  }

  private <T> T readOnly(Supplier<T> one) {
    return access(
        () -> {
          Fault fault = fault();
          if (fault == Fault.NONE || fault == Fault.CONFLICT) {
            return one.get();
          }
          throw unavailable();
        });
  }

  @Override
  public Optional<Versioned> get(String key) {
    return readOnly(() -> behind.get(key));
  }

  @Override
  public Optional<String> compareAndSet(String key, @Nullable String expected, byte[] value) {
    return access(() -> faultyWrite(key, expected, value));
  }

  private Optional<String> faultyWrite(String key, @Nullable String expected, byte[] value) {
    int most = capabilities().maxValueBytes();
    if (value.length > most) {
      throw new StateException("A value has " + value.length + " bytes, at most " + most + ".");
    }
    switch (fault()) {
      case NONE:
        return behind.compareAndSet(key, expected, value);
      case CONFLICT:
        return Optional.empty();
      case UNAVAILABLE:
        throw unavailable();
      case UNKNOWN_WRITTEN:
        behind.compareAndSet(key, expected, value);
        throw unknown();
      case UNKNOWN_LATE:
        synchronized (this) {
          late = new Late(key, expected, value.clone());
        }
        throw unknown();
      default:
        throw unknown();
    }
  }

  private static StateException unavailable() {
    return new StateException("The store is away: told to fail.");
  }

  private static StateException unknown() {
    return new StateException("The fate of a write is unknown: told to fail.", null, true);
  }

  @Override
  public List<String> keys(String prefix) {
    return readOnly(() -> behind.keys(prefix));
  }

  @Override
  public synchronized Instant now() {
    return behind.now().plus(clockOff);
  }

  @Override
  public synchronized Capabilities capabilities() {
    Capabilities real = behind.capabilities();
    return new Capabilities(
        real.scope(), real.durable(), Math.min(real.maxValueBytes(), mostBytes), real.ownClock());
  }
}
