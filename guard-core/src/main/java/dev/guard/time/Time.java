package dev.guard.time;

import java.time.Duration;
import java.time.Instant;

/**
 * Time, as Guard sees it: a wall clock, a monotonic clock, and waiting. Everything that reads a
 * clock takes one of these, so that tests can step it. Implementations are thread-safe.
 *
 * <pre>{@code Guard.named("cleanup").time(Time.system())}</pre>
 */
public interface Time {
  /**
   * The wall clock, which may jump in both directions.
   *
   * @return now
   */
  Instant now();

  /**
   * The monotonic clock, in nanoseconds from an arbitrary origin; it may stand still while the
   * machine is suspended.
   *
   * @return nanoseconds
   */
  long nanos();

  /**
   * Waits.
   *
   * @param length how long; zero or negative returns at once
   * @throws InterruptedException if the thread is interrupted while waiting
   */
  void sleep(Duration length) throws InterruptedException;

  /**
   * The machine's own clocks.
   *
   * @return always the same instance
   */
  static Time system() {
    return SystemTime.INSTANCE;
  }
}
