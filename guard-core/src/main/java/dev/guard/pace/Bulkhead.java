package dev.guard.pace;

import dev.guard.Intent;
import dev.guard.Reason;
import dev.guard.Reservation;
import dev.guard.Safeguard;
import dev.guard.Tripwire;
import dev.guard.Verdict;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import java.time.Duration;
import java.util.List;

/**
 * How many acts may be in flight at once, over all threads that share it. One too many is refused
 * at once; nothing waits.
 *
 * <pre>{@code Guard.named("cleanup").safeguard(Bulkhead.of(4)).parallel(4, threads)}</pre>
 *
 * <p>Thread-safe; in memory, for one process.
 */
public final class Bulkhead implements Safeguard {
  /** Code of the reason that too many acts are in flight. */
  public static final String FULL = "bulkhead-full";

  private static final String NAME = "bulkhead";

  private final int most;
  private final io.github.resilience4j.bulkhead.Bulkhead places;

  private Bulkhead(int most) {
    this.most = most;
    this.places = places(most);
  }

  private static io.github.resilience4j.bulkhead.Bulkhead places(int most) {
    return io.github.resilience4j.bulkhead.Bulkhead.of(
        NAME,
        BulkheadConfig.custom().maxConcurrentCalls(most).maxWaitDuration(Duration.ZERO).build());
  }

  /**
   * At most so many acts at once.
   *
   * @param acts how many; at least 1
   * @return the bulkhead
   */
  public static Bulkhead of(int acts) {
    if (acts < 1) {
      throw new IllegalArgumentException(
          "A bulkhead lets at least one act through, but was " + acts + ".");
    }
    return new Bulkhead(acts);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Verdict review(Intent intent) {
    return Verdict.allow();
  }

  @Override
  public Reservation reserve(Intent intent) {
    return take(places);
  }

  private Reservation take(io.github.resilience4j.bulkhead.Bulkhead from) {
    if (!from.tryAcquirePermission()) {
      return Reservation.Denied.of(
          Reason.pending(
              NAME,
              FULL,
              most
                  + " acts are in flight already, which is the most. Try again when one has ended."));
    }
    return (Reservation.Held) how -> from.onComplete();
  }

  @Override
  public List<Tripwire> tripwires() {
    return List.of(new Tripwire("one more than fit is denied", this::oneTooManyIsDenied));
  }

  private boolean oneTooManyIsDenied() {
    io.github.resilience4j.bulkhead.Bulkhead probe = places(1);
    return take(probe) instanceof Reservation.Held && take(probe) instanceof Reservation.Denied;
  }
}
