package dev.guard.audit;

import dev.guard.Target;

/**
 * Asks the target's system what became of an act that was cut short: the process died, a request
 * timed out, or an outcome could not be written. It reads and never acts.
 *
 * <pre>{@code
 * Guard.named("row-cleanup")
 *     .reconciler((target, action) -> dao.exists(target.id()) ? Finding.NOT_DONE : Finding.DONE)
 * }</pre>
 *
 * <p>Asked when a plan is applied, under the run lock, before anything else, and before a single
 * call on such a target; only of acts that are over, never in a dry run. What it finds is written
 * to the journal as the act's outcome. NOT_DONE makes the target eligible again; what the act drew
 * of a limit stays drawn. One that throws or answers null says {@link Finding#UNKNOWN}, and the
 * target stays in doubt.
 *
 * <p>Its answer must be about the target's identity, not its name, and about now, not a cache.
 * Thread-safe if the guard is used by several threads.
 */
@FunctionalInterface
public interface Reconciler {
  /**
   * Asks.
   *
   * @param target what was acted on
   * @param action the action's name
   * @return what is true of it now
   * @throws Exception if it cannot be told
   */
  Finding find(Target target, String action) throws Exception;

  /** What the target's system says. */
  enum Finding {
    /** The act happened. */
    DONE,
    /** It did not, and will not any more. */
    NOT_DONE,
    /** It cannot be told. */
    UNKNOWN
  }
}
