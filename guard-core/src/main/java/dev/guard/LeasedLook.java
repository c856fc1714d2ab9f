package dev.guard;

import dev.guard.state.RunLock;
import java.time.Duration;
import java.util.List;

/**
 * The last look before an act, of a run that holds a lock: the switch, and whether the lock
 * outlives the act.
 */
final class LeasedLook implements Safeguard {
  private static final Duration MARGIN = Duration.ofMinutes(1);

  private final Safeguard lastLook;
  private final RunLock.Held held;
  private final Duration needed;

  LeasedLook(Safeguard lastLook, RunLock.Held held, Duration permitLife) {
    this.lastLook = lastLook;
    this.held = held;
    this.needed = needed(permitLife);
  }

  /** How long a lease must hold for an act to begin. */
  static Duration needed(Duration permitLife) {
    return permitLife.plus(MARGIN);
  }

  @Override
  public String name() {
    return lastLook.name();
  }

  @Override
  public Verdict review(Intent intent) {
    Verdict look = lastLook.review(intent);
    return look.allowed() && !held.holds(needed)
        ? Verdict.halt(
            Reason.of(
                "engine",
                Reason.LEASE_LOST,
                "This run no longer holds its lease for as long as an act may take, so another may begin. It ends here; apply again."))
        : look;
  }

  @Override
  public List<Tripwire> tripwires() {
    return lastLook.tripwires();
  }
}
