package dev.guard.audit;

import dev.guard.Reason;
import dev.guard.Target;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One entry of the record, as the engine hands it to a sink. The journal adds sequence, time,
 * durable watermark and hashes. No field may carry a secret. Immutable and thread-safe.
 *
 * @param run the run it belongs to
 * @param op the act within the run; INTENDED, PREPARED and OUTCOME of one act share it
 * @param guard the guard's name
 * @param phase what kind of entry
 * @param mode {@code execute} or {@code dry-run}
 * @param actor who
 * @param action the action's name
 * @param targets what is touched; empty only for run-level DECISION and HUMAN entries
 * @param because the rule that chose the targets, or what a person said
 * @param plan the plan's digest, or null
 * @param reasons what safeguards said
 * @param outcome the report's word (DONE, SIMULATED, REFUSED, SKIPPED, FAILED, IN_DOUBT,
 *     NOT_ATTEMPTED), a verdict level for DECISION, or null
 * @param error the failure's type and message, or null
 * @param undo the reference to undo material, or null
 */
public record AuditRecord(
    String run,
    String op,
    String guard,
    Phase phase,
    String mode,
    String actor,
    String action,
    List<Target> targets,
    String because,
    @Nullable String plan,
    List<Reason> reasons,
    @Nullable String outcome,
    @Nullable String error,
    @Nullable String undo) {

  /** The kinds of entries. */
  public enum Phase {
    /** The act is about to happen. */
    INTENDED,
    /** Undo material is saved. */
    PREPARED,
    /** What came of it. */
    OUTCOME,
    /** What safeguards decided without an act. */
    DECISION,
    /** What a person did. */
    HUMAN
  }

  /** Copies. */
  public AuditRecord {
    targets = List.copyOf(targets);
    reasons = List.copyOf(reasons);
  }
}
