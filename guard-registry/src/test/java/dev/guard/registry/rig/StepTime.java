package dev.guard.registry.rig;

import dev.guard.time.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A clock that moves only when a test, or somebody's waiting, moves it. */
public final class StepTime implements Time {
  private Instant now = Instant.parse("2026-06-01T00:00:00Z");
  private long nanos;
  private final List<Duration> slept = new ArrayList<>();

  @Override
  public synchronized Instant now() {
    return now;
  }

  @Override
  public synchronized long nanos() {
    return nanos;
  }

  @Override
  public synchronized void sleep(Duration length) {
    slept.add(length);
    step(length);
  }

  public synchronized void step(Duration length) {
    if (!length.isNegative()) {
      now = now.plus(length);
      nanos += length.toNanos();
    }
  }

  public synchronized List<Duration> slept() {
    return List.copyOf(slept);
  }
}
