package dev.guard;

import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Calls listeners so that they cannot hurt. */
final class Listeners {
  private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);

  private Listeners() {}

  static void reached(GuardListener listener, String guard, GuardListener.Step step) {
    if (listener != GuardListener.NONE) { // no lambda on the way of every act
      quietly(listener, one -> one.reached(guard, step));
    }
  }

  static void quietly(GuardListener listener, Consumer<GuardListener> event) {
    if (listener == GuardListener.NONE) {
      return;
    }
    try {
      event.accept(listener);
    } catch (Throwable fault) { // whatever it is: what it listens to has happened
      LOG.warn("A listener threw {}; the guard goes on.", Faults.describe(fault));
    }
  }
}
