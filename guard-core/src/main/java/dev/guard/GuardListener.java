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
}
