package dev.guard.testkit.simulation;

/** A process is dead: whatever it still tries, it meets this, until all of it is unwound. */
final class Died extends Error {
  private static final long serialVersionUID = 1L;

  Died() {
    super("the process died", null, false, false);
  }
}
