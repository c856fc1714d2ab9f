package dev.guard;

import org.jspecify.annotations.Nullable;

/** The acts under way on a thread, innermost first. An act of one guard may call another's. */
final class UnderWay {
  private static final ThreadLocal<@Nullable UnderWay> HERE = new ThreadLocal<>();

  private final Permit permit;
  private final @Nullable UnderWay outer;

  private UnderWay(Permit permit, @Nullable UnderWay outer) {
    this.permit = permit;
    this.outer = outer;
  }

  /** What was under way before, for {@link #leave}. */
  static @Nullable UnderWay enter(Permit permit) {
    UnderWay outer = HERE.get();
    HERE.set(new UnderWay(permit, outer));
    return outer;
  }

  static void leave(@Nullable UnderWay outer) {
    if (outer == null) {
      HERE.remove();
    } else {
      HERE.set(outer);
    }
  }

  static Permit of(String guard) {
    for (UnderWay at = HERE.get(); at != null; at = at.outer) {
      if (at.permit.guard().equals(guard)) {
        return at.permit;
      }
    }
    throw new GuardConfigurationException(
        "No act of guard '"
            + Words.shown(guard)
            + "' is under way on this thread, so nothing has been judged or recorded. Call the method"
            + " through its guarded proxy, on the thread that the proxy calls it on.");
  }
}
