package dev.guard.plan;

import dev.guard.Fingerprint;
import dev.guard.GuardConfigurationException;
import dev.guard.RehearsalPermit;
import dev.guard.Verdict;
import java.util.Optional;

/**
 * The caller's code that acts on one planned target at a time. As a lambda it is the act alone:
 *
 * <pre>{@code Report report = guard.apply(plan, item -> Files.delete(pathOf(item.target())));}
 * </pre>
 *
 * <p>Called on the thread that called {@code apply} (with parallelism, on the guard's executor,
 * several at once, so that it must be thread-safe; without, one at a time). Its exceptions end up
 * in the report and the journal as FAILED, or as IN_DOUBT if they are {@link
 * dev.guard.Effect.OutcomeUnknown}.
 */
@FunctionalInterface
public interface PlanEffect {
  /**
   * Performs the act on one target, at most once.
   *
   * @param item the planned target with the permit for it; adapters redeem the permit
   * @throws Exception if the act failed
   */
  void act(PermittedItem item) throws Exception;

  /**
   * Asked once before the first act of an executing run: can this work at all? Never asked in a
   * rehearsal.
   *
   * @param plan the plan about to be applied
   * @return ALLOW, or HALT with the reason; by default ALLOW
   * @throws Exception if it cannot be told, which halts
   */
  default Verdict probe(Plan plan) throws Exception {
    return Verdict.allow();
  }

  /**
   * Reads anew, right before the act, what the plan saw of a target. Also asked in a rehearsal: it
   * must only read.
   *
   * @param item the planned target
   * @return the fingerprint now, or empty if the target is gone
   * @throws Exception if it cannot be read; then the target is not touched
   */
  default Optional<Fingerprint> fingerprint(PlanItem item) throws Exception {
    throw new GuardConfigurationException(
        "The plan carries fingerprints, but this effect cannot read them anew, so it cannot tell whether "
            + item.target()
            + " is still what was planned. Override PlanEffect.fingerprint.");
  }

  /**
   * Saves what an undo would need, before the act.
   *
   * @param item the planned target with its permit, which may only be checked
   * @return a reference to the saved material; empty if there is none
   * @throws Exception if it could not be saved; then the target is not touched
   */
  default Optional<String> prepare(PermittedItem item) throws Exception {
    return Optional.empty();
  }

  /**
   * In a dry run, tries the act on a server that itself guarantees not to persist it.
   *
   * @param item the planned target
   * @param permit the rehearsal permit
   * @throws Exception if the server would refuse
   */
  default void rehearse(PlanItem item, RehearsalPermit permit) throws Exception {}
}
