package dev.guard.killswitch;

import dev.guard.internal.Cause;
import dev.guard.killswitch.KillSwitch.Reading;
import dev.guard.killswitch.KillSwitch.Source;
import dev.guard.killswitch.KillSwitch.State;
import dev.guard.time.Time;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A source with its maximum age. Only a clean RUN is remembered, and only as long. */
final class CachedSource {
  private static final Logger LOG = LoggerFactory.getLogger(KillSwitch.class);

  private record Clean(long nanos, Instant wall) {}

  private final Source source;
  private final Duration maxAge;
  private final boolean real;
  private volatile @Nullable Clean clean;

  CachedSource(Source source, Duration maxAge) {
    this(source, maxAge, true);
  }

  private CachedSource(Source source, Duration maxAge, boolean real) {
    this.source = source;
    this.maxAge = maxAge;
    this.real = real;
  }

  /** A made-up source, whose faults are nobody's news. */
  static CachedSource tripwire(Source source) {
    return new CachedSource(source, Duration.ZERO, false);
  }

  Source source() {
    return source;
  }

  CachedSource fresh() {
    return new CachedSource(source, maxAge);
  }

  void forget() {
    clean = null;
  }

  /** Null if the source answered nothing. */
  @Nullable Reading read(Time time) {
    if (maxAge.isZero()) {
      return ask();
    }
    Clean last = clean;
    Clean now = new Clean(time.nanos(), time.now());
    if (last != null && !isOld(last, now)) {
      return Reading.run();
    }
    Reading reading = ask();
    clean = reading != null && reading.state() == State.RUN ? now : null;
    return reading;
  }

  /** The longer of both clocks counts, and a wall clock that went back cannot be trusted at all. */
  private boolean isOld(Clean last, Clean now) {
    Duration wall = Duration.between(last.wall, now.wall);
    return now.nanos - last.nanos > maxAge.toNanos()
        || wall.compareTo(maxAge) > 0
        || wall.isNegative();
  }

  private @Nullable Reading ask() {
    try {
      return source.read();
    } catch (Throwable fault) { // whatever it is, a source that cannot be read is STOP
      if (real) {
        LOG.warn("The switch '{}' could not be read, which is STOP.", source.name(), fault);
      }
      return Reading.stop(
          "it could not be read (" + Cause.of(fault) + "), which is STOP. Mend it, then resume.");
    }
  }
}
