package dev.guard;

/**
 * Told of what a guard decides and does, for metrics and logs. It cannot change anything: an
 * exception thrown here is logged and dropped, and never reaches the caller or the engine. Called
 * on the thread that judges or acts, with parallelism several at once; implementations are quick
 * and thread-safe.
 */
public interface GuardListener {
  /** Listens to nothing. */
  GuardListener NONE = new GuardListener() {};

  /**
   * A verdict was reached.
   *
   * @param guard the guard's name
   * @param intent what was proposed
   * @param verdict what was said
   */
  default void judged(String guard, Intent intent, Verdict verdict) {}

  /**
   * An act ended.
   *
   * @param guard the guard's name
   * @param intent what was proposed
   * @param how what became of what was reserved for it
   */
  default void settled(String guard, Intent intent, Reservation.Settlement how) {}

  /**
   * A target would have gone in shadow, and is needed or objected to.
   *
   * @param guard the guard's name
   * @param target what would have gone
   * @param what why it must not, as the end of a sentence about it
   */
  default void falsePositive(String guard, Target target, String what) {}

  /**
   * The engine reached a step: for a progress display, and for tests that end the process there.
   *
   * @param guard the guard's name
   * @param step the step that is now over
   */
  default void reached(String guard, Step step) {}

  /** What the engine does one after the other. Between any two of them a process may end. */
  enum Step {
    /** The run lock is held. */
    LOCKED,
    /** What earlier runs left in doubt is settled, as far as it can be. */
    RECOVERED,
    /** The whole plan is judged. */
    JUDGED,
    /** Everybody holds what one act will use. */
    RESERVED,
    /** The intent is durable. */
    INTENDED,
    /** The permit is made. */
    PERMITTED,
    /** What an undo needs is durable. */
    PREPARED,
    /** The act returned or threw. */
    ACTED,
    /** What was held is settled. */
    SETTLED,
    /** The outcome is durable. */
    RECORDED,
    /** The end of the run is recorded. */
    ENDED
  }
}
