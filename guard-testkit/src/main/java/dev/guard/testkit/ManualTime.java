package dev.guard.testkit;

import dev.guard.time.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;

/**
 * A clock that moves only when it is told to, with its two hands apart: the wall clock can jump in
 * both directions, the monotonic clock can stand still.
 *
 * <pre>{@code
 * ManualTime time = ManualTime.at(Instant.parse("2026-01-01T00:00:00Z"));
 * time.tick(Duration.ofMinutes(1));      // both clocks
 * time.jump(Duration.ofHours(-1));       // the wall clock alone: somebody set it back
 * time.suspend(Duration.ofHours(8));     // the machine slept: the wall clock alone goes on
 * }</pre>
 *
 * <p>{@link #sleep} does not wait: it lets the time pass at once. Thread-safe.
 */
public final class ManualTime implements Time {
  private Instant wall;
  private long nanos;

  private ManualTime(Instant wall, long nanos) {
    this.wall = Objects.requireNonNull(wall, "start");
    this.nanos = nanos;
  }

  /**
   * A clock that shows an instant.
   *
   * @param start what the wall clock shows
   * @return the clock
   */
  public static ManualTime at(Instant start) {
    return new ManualTime(start, 1_000_000_000L);
  }

  /**
   * A clock whose monotonic hand is about to overflow, which is allowed to happen.
   *
   * @param start what the wall clock shows
   * @return the clock
   */
  public static ManualTime nearOverflow(Instant start) {
    return new ManualTime(start, Long.MAX_VALUE - 1_000_000_000L);
  }

  @Override
  public synchronized Instant now() {
    return wall;
  }

  @Override
  public synchronized long nanos() {
    return nanos;
  }

  /** Lets the time pass at once. */
  @Override
  public void sleep(Duration length) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException("interrupted before a wait of " + length);
    }
    if (!length.isNegative()) {
      tick(length);
    }
  }

  /**
   * Lets time pass on both clocks.
   *
   * @param length how long; not negative
   */
  public synchronized void tick(Duration length) {
    if (length.isNegative()) {
      throw new IllegalArgumentException(
          "Time passes forwards; use jump to set the wall clock back.");
    }
    wall = wall.plus(length);
    nanos += length.toNanos();
  }

  /**
   * Sets the wall clock; the monotonic clock stays.
   *
   * @param by how far, negative for back
   */
  public synchronized void jump(Duration by) {
    wall = wall.plus(by);
  }

  /**
   * Lets the machine sleep: the wall clock goes on, the monotonic clock stands still.
   *
   * @param length how long; not negative
   */
  public void suspend(Duration length) {
    if (length.isNegative()) {
      throw new IllegalArgumentException("A machine is not suspended for less than nothing.");
    }
    jump(length);
  }

  /**
   * Lets time pass on the monotonic clock alone, as when the wall clock is slewed.
   *
   * @param length how long; not negative
   */
  public synchronized void tickMonotonic(Duration length) {
    if (length.isNegative()) {
      throw new IllegalArgumentException("A monotonic clock does not go back.");
    }
    nanos += length.toNanos();
  }

  @Override
  public synchronized String toString() {
    return "ManualTime " + wall;
  }
}
