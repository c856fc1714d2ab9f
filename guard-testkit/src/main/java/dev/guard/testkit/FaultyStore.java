package dev.guard.testkit;

import dev.guard.StateException;
import dev.guard.state.StateStore;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A store that misbehaves when it is told to: somebody else was faster, it is away, or a write's
 * fate is unknown. Thread-safe.
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
    UNKNOWN_LOST
  }

  private final StateStore behind;
  private final Deque<Fault> script = new ArrayDeque<>();
  private boolean away;

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

  @Override
  public Optional<Versioned> get(String key) {
    Fault fault = fault();
    if (fault == Fault.NONE || fault == Fault.CONFLICT) {
      return behind.get(key);
    }
    throw unavailable();
  }

  @Override
  public Optional<String> compareAndSet(String key, @Nullable String expected, byte[] value) {
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
    Fault fault = fault();
    if (fault == Fault.NONE || fault == Fault.CONFLICT) {
      return behind.keys(prefix);
    }
    throw unavailable();
  }

  @Override
  public Instant now() {
    return behind.now();
  }

  @Override
  public Capabilities capabilities() {
    return behind.capabilities();
  }
}
