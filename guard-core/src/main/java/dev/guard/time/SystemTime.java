package dev.guard.time;

import java.time.Duration;
import java.time.Instant;

/** The machine's own clocks. */
enum SystemTime implements Time {
  INSTANCE;

  @Override
  public Instant now() {
    return Instant.now();
  }

  @Override
  public long nanos() {
    return System.nanoTime();
  }

  @Override
  public void sleep(Duration length) throws InterruptedException {
    if (length.isNegative() || length.isZero()) {
      return;
    }
    Thread.sleep(length.toMillis(), length.toNanosPart() % 1_000_000);
  }
}
