package dev.guard.testkit.law;

/**
 * A law that did not hold.
 *
 * @param law which
 * @param step at which step of the trace, or 0 if it is of the whole
 * @param sentence what was seen, and what should have been
 */
public record Violation(Law law, int step, String sentence) {
  @Override
  public String toString() {
    return law + (step == 0 ? "" : " at step " + step) + ": " + sentence;
  }
}
