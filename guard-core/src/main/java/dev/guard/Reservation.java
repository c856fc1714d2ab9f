package dev.guard;

import java.util.Objects;

/**
 * What a safeguard holds while an intent runs. Reserved after every safeguard said ALLOW, settled
 * exactly once, in a {@code finally}, whatever happened. One {@link Denied} settles all others
 * {@link Settlement#NOT_RUN}.
 *
 * <p>Confined to one thread: the one that reserved also settles. Others reserve and settle their
 * own of the same safeguard at the same time, so what a {@link Held} changes of it must be guarded;
 * a {@link Denied} is immutable.
 */
public sealed interface Reservation permits Reservation.Held, Reservation.Denied {
  /**
   * The reservation of a safeguard that has nothing to hold.
   *
   * @return always the same reservation
   */
  static Reservation none() {
    return Nothing.INSTANCE;
  }

  /** How a reservation ended. */
  enum Settlement {
    /** No byte left the process: what was held is given back. */
    NOT_RUN,
    /** The act was done: what was held is spent. */
    DONE,
    /** Nobody knows, or it failed half-way: what was held stays spent. */
    UNKNOWN
  }

  /** Something is held. Implemented by safeguards. */
  non-sealed interface Held extends Reservation {
    /**
     * Ends the reservation. Called exactly once, by the engine.
     *
     * @param how what became of the act
     */
    void settle(Settlement how);
  }

  /**
   * Nothing could be held: the intent does not run.
   *
   * @param verdict REFUSE or HALT, with the reason
   */
  record Denied(Verdict verdict) implements Reservation {
    /** Checks. */
    public Denied {
      Objects.requireNonNull(verdict, "verdict");
      if (verdict.level().compareTo(Verdict.Level.REFUSE) < 0) {
        throw new IllegalArgumentException(
            "A denied reservation refuses or halts, but said " + verdict.level() + ".");
      }
    }

    /**
     * Refuses this intent.
     *
     * @param reason why
     * @return the denial
     */
    public static Denied of(Reason reason) {
      return new Denied(Verdict.refuse(reason));
    }
  }
}
