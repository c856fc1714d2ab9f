package dev.guard.notify;

/**
 * A way to tell people. Sends a notice whole, or says of each item what became of it.
 *
 * <p>A notifier never throws for a fault of the network or the receiver: that is what a {@link
 * Delivery} is for. Whoever waits for objections starts the clock of {@link Delivery#proven()}
 * alone. Implementations are thread-safe.
 */
@FunctionalInterface
public interface Notifier {
  /**
   * Sends a notice and waits until it is known, or no longer worth waiting for, what was delivered.
   *
   * @param notice what to tell
   * @return what was proven, for the notice and for each of its items
   */
  Delivery send(Notice notice);
}
