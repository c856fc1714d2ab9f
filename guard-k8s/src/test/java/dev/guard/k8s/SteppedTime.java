package dev.guard.k8s;

import dev.guard.time.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Time that passes only when somebody waits. */
final class SteppedTime implements Time {
  final List<Duration> waits = new ArrayList<>();
  private long nanos;

  @Override
  public synchronized Instant now() {
    return Instant.parse("2026-01-01T00:00:00Z").plusNanos(nanos);
  }

  @Override
  public synchronized long nanos() {
    return nanos;
  }

  @Override
  public synchronized void sleep(Duration length) {
    waits.add(length);
    nanos += length.toNanos();
  }

  synchronized void pass(Duration length) {
    nanos += length.toNanos();
  }
}
