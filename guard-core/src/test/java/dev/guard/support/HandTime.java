package dev.guard.support;

import dev.guard.time.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Clocks that a test moves by hand, each alone or both together. Sleeping moves both. */
public final class HandTime implements Time {
  public static final Instant START = Instant.parse("2026-03-02T10:00:00Z");

  private Instant now = START;
  private long nanos;
  public final List<Duration> sleeps = new ArrayList<>();
  public Runnable onSleep = () -> {};

  @Override
  public synchronized Instant now() {
    return now;
  }

  @Override
  public synchronized long nanos() {
    return nanos;
  }

  @Override
  public void sleep(Duration length) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    sleeps.add(length);
    pass(length);
    onSleep.run();
  }

  /** Real time passes: both clocks move. */
  public synchronized void pass(Duration length) {
    now = now.plus(length);
    nanos += length.toNanos();
  }

  /** The wall clock is set forward or back. */
  public synchronized void jump(Duration length) {
    now = now.plus(length);
  }

  /** The wall clock is set. */
  public synchronized void set(Instant to) {
    now = to;
  }

  /** Only the monotonic clock moves. */
  public synchronized void tick(Duration length) {
    nanos += length.toNanos();
  }
}
