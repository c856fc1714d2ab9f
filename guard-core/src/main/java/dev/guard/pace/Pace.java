package dev.guard.pace;

import dev.guard.Intent;
import dev.guard.Reason;
import dev.guard.Reservation;
import dev.guard.Safeguard;
import dev.guard.Tripwire;
import dev.guard.Verdict;
import dev.guard.time.Time;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * How fast acts may follow each other: a token bucket on the monotonic clock. {@code apply} waits
 * for the next token, asking the kill switch at least every second; a single call that would have
 * to wait is refused with the time.
 *
 * <pre>
 * {@code Pace.of(10, Duration.ofMinutes(1), Time.system())   // ten at once, then one every six seconds}
 * </pre>
 *
 * <p>Tokens are drawn when an act is reserved; only an act that did not run gives its token back.
 * Targets are counted, not intents; an intent of more targets than the bucket holds is always
 * refused. In memory: pace is a courtesy to the target's system, budgets that must survive a
 * restart are {@code BlastRadiusLimit}'s. Thread-safe.
 */
public final class Pace implements Safeguard {
  /** Code of the reason that an act comes too soon. */
  public static final String TOO_FAST = "too-fast";

  private static final String NAME = "pace";

  private final int burst;
  private final long nanosPerToken;
  private final Time time;
  private long tokens;
  private long filledAt;

  private Pace(int burst, long nanosPerToken, Time time) {
    this.burst = burst;
    this.nanosPerToken = nanosPerToken;
    this.time = time;
    this.tokens = burst;
    this.filledAt = time.nanos();
  }

  /**
   * At most so many targets per interval, spread evenly after the first burst.
   *
   * @param targets how many; at least 1
   * @param interval in which time; at least as many nanoseconds as targets
   * @param time where time comes from
   * @return the pace
   * @throws IllegalArgumentException if it could never allow anything, or never refuse
   */
  public static Pace of(int targets, Duration interval, Time time) {
    Objects.requireNonNull(time, "time");
    if (targets < 1) {
      throw new IllegalArgumentException(
          "A pace allows at least one target per interval, but was " + targets + ".");
    }
    if (interval.isNegative() || interval.toNanos() / targets < 1) {
      throw new IllegalArgumentException(
          "A pace's interval must be positive, but was " + interval + ".");
    }
    return new Pace(targets, interval.toNanos() / targets, time);
  }

  /**
   * How long until the next target may go.
   *
   * @return zero if one may go now
   */
  public synchronized Duration nextIn() {
    fill();
    return tokens > 0
        ? Duration.ZERO
        : Duration.ofNanos(Math.max(1, nanosPerToken - (time.nanos() - filledAt)));
  }

  private void fill() {
    long passed = time.nanos() - filledAt;
    if (passed < 0) {
      filledAt = time.nanos();
      return;
    }
    long gained = passed / nanosPerToken;
    if (gained > 0) {
      tokens = Math.min(burst, tokens + gained);
      filledAt = tokens == burst ? time.nanos() : filledAt + gained * nanosPerToken;
    }
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Verdict review(Intent intent) {
    int asked = intent.targets().size();
    return fits(asked, burst)
        ? Verdict.allow()
        : Verdict.refuse(Reason.of(NAME, TOO_FAST, sentence(asked, burst) + " Ask for fewer."));
  }

  /** The one decision; tripwires ask it too. */
  private static boolean fits(int asked, long free) {
    return asked <= free;
  }

  private String sentence(int asked, long free) {
    return "The pace allows " + burst + " at once and has " + free + " left, " + asked + " asked.";
  }

  @Override
  public synchronized Reservation reserve(Intent intent) {
    fill();
    int asked = intent.targets().size();
    if (!fits(asked, tokens)) {
      return Reservation.Denied.of(
          Reason.pending(NAME, TOO_FAST, sentence(asked, tokens) + " Come again later."));
    }
    tokens -= asked;
    return (Reservation.Held) how -> settle(asked, how);
  }

  private synchronized void settle(int asked, Reservation.Settlement how) {
    if (how == Reservation.Settlement.NOT_RUN) {
      tokens = Math.min(burst, tokens + asked);
    }
  }

  @Override
  public List<Tripwire> tripwires() {
    return List.of(
        new Tripwire("one more than the bucket holds is refused", () -> !fits(burst + 1, burst)),
        new Tripwire("an empty bucket refuses", () -> !fits(1, 0)));
  }
}
