package dev.guard.plan;

import dev.guard.Permit;
import dev.guard.Target;

/**
 * A planned target that may be acted on now, until the effect ends. Immutable but for the use of
 * its permit; thread-safe, as the permit is.
 *
 * @param item the planned target
 * @param permit the permit for it
 */
public record PermittedItem(PlanItem item, Permit permit) {
  /**
   * The target.
   *
   * @return what to act on
   */
  public Target target() {
    return item.target();
  }
}
