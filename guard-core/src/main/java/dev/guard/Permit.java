package dev.guard;

import dev.guard.time.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Proof that Guard allowed this act on these targets. Only Guard makes one. Adapters demand it and
 * call {@link #redeem} before a byte leaves the process; {@code prepare} only {@link #check}s it.
 *
 * <p>A permit is bound to guard, action, targets, plan and a deadline, on the monotonic or the wall
 * clock, whichever ran further. Redeeming it for anything else, twice, or late throws {@link
 * GuardRefusedException}. Thread-safe.
 *
 * <pre>{@code
 * void delete(Permit permit, Target image) {
 *   permit.redeem("registry.delete", image);
 *   http.delete(image);
 * }
 * }</pre>
 */
public final class Permit {
  private enum Use {
    OPEN,
    REDEEMED
  }

  private final String guard;
  private final String action;
  private final @Nullable Digest plan;
  private final Map<Target, Use> uses = new HashMap<>();
  private final List<Target> targets;
  private final Time time;
  private final long from;
  private final Instant since;
  private final long lifeNanos;
  private boolean closed;
  private boolean notRun;
  private boolean preparing;

  Permit(String guard, Intent intent, @Nullable Digest plan, Time time, long lifeNanos) {
    this.guard = guard;
    this.action = intent.action();
    this.plan = plan;
    this.targets = intent.targets();
    this.time = time;
    this.from = time.nanos();
    this.since = time.now();
    this.lifeNanos = lifeNanos;
    for (Target target : targets) {
      uses.put(target, Use.OPEN);
    }
  }

  /**
   * The guard that allowed it.
   *
   * @return its name
   */
  public String guard() {
    return guard;
  }

  /**
   * The action that is allowed.
   *
   * @return its name
   */
  public String action() {
    return action;
  }

  /**
   * The plan it belongs to.
   *
   * @return the plan's digest, or empty for a single call
   */
  public Optional<Digest> plan() {
    return Optional.ofNullable(plan);
  }

  /**
   * What may be touched.
   *
   * @return the targets
   */
  public List<Target> targets() {
    return targets;
  }

  /**
   * Uses the permit for one target. Call it before any byte of the act leaves the process.
   *
   * @param usedAction the action about to be performed
   * @param target what is about to be touched
   * @throws GuardRefusedException if the permit is for something else, already used for this
   *     target, late, or over
   */
  public synchronized void redeem(String usedAction, Target target) {
    verify(usedAction, target);
    if (preparing) {
      throw refuse("is only checked while preparing, never redeemed", target);
    }
    if (notRun) {
      throw refuse("was given back by notRun()", target);
    }
    uses.put(target, Use.REDEEMED);
  }

  /**
   * Verifies, without using it, that the permit covers one target.
   *
   * @param usedAction the action about to be performed
   * @param target what is about to be touched
   * @throws GuardRefusedException if {@link #redeem} would throw
   */
  public synchronized void check(String usedAction, Target target) {
    verify(usedAction, target);
  }

  /**
   * Says that nothing happened and nothing will: no byte of the act left the process, or the
   * target's system answered that it did nothing. What was reserved is given back. Anything else
   * than this stays spent. Said while preparing, the act does not run at all. Said after the effect
   * has ended, it is not heard.
   */
  public synchronized void notRun() {
    if (!closed) {
      notRun = true;
    }
  }

  synchronized boolean wasNotRun() {
    return notRun;
  }

  synchronized void preparing(boolean on) {
    preparing = on;
  }

  synchronized void close() {
    closed = true;
  }

  private void verify(String usedAction, Target target) {
    Objects.requireNonNull(target, "target");
    if (closed) {
      throw refuse("is over", target);
    }
    if (!action.equals(usedAction)) {
      throw refuse("does not cover the action '" + Words.shown(usedAction) + "'", target);
    }
    Use use = uses.get(target);
    if (use == null) {
      throw refuse("does not cover this target", target);
    }
    if (use == Use.REDEEMED) {
      throw refuse("was used for this target already", target);
    }
    if (isLate()) {
      throw refuse("is too late", target);
    }
  }

  /**
   * Whichever clock ran further counts: the monotonic one stands still while a machine is
   * suspended, and another run may have begun meanwhile.
   */
  private boolean isLate() {
    return time.nanos() - from > lifeNanos
        || Duration.between(since, time.now()).compareTo(Duration.ofNanos(lifeNanos)) > 0;
  }

  private GuardRefusedException refuse(String why, Target target) {
    String sentence =
        "The permit of guard '"
            + guard
            + "' for "
            + action
            + " "
            + why
            + ": "
            + Words.shown(target.toString())
            + ". Ask the guard anew.";
    return new GuardRefusedException(
        sentence, Verdict.refuse(Reason.of("permit", "permit-bound", sentence)));
  }

  @Override
  public String toString() {
    return "Permit of '" + guard + "' for " + action + " on " + targets.size() + " target(s)";
  }
}
