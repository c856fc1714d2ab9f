package dev.guard.audit;

import dev.guard.Digest;
import dev.guard.Target;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Where the record goes. {@link #append} returns only when the record is durable; if it throws,
 * nothing runs.
 *
 * <p>Implementations are thread-safe, never block for ever, and are not closed by Guard: the caller
 * owns what is closeable.
 */
public interface AuditSink {
  /**
   * Appends one record and makes it durable.
   *
   * @param record the entry
   * @throws dev.guard.AuditException if it could not be made durable
   */
  void append(AuditRecord record);

  /**
   * Whether a record survives once {@link #append} returned. A guard needs a sink of which this is
   * true.
   *
   * @return false for mirrors such as a log; by default true, as {@link #append} demands
   */
  default boolean durable() {
    return true;
  }

  /**
   * What this sink remembers of earlier runs, if it can answer that.
   *
   * @return the memory, or empty for a sink that only forwards
   */
  default Optional<Memory> memory() {
    return Optional.empty();
  }

  /** What a durable sink remembers. Implementations are thread-safe. */
  interface Memory {
    /**
     * Targets whose last INTENDED by this guard has no outcome, or the outcome IN_DOUBT, and was
     * not settled since.
     *
     * @param guard the guard's name
     * @return the targets in doubt
     * @throws dev.guard.AuditException if the memory cannot be read
     */
    Set<Target> inDoubt(String guard);

    /**
     * Targets that were settled DONE under this plan.
     *
     * @param plan the plan's digest
     * @return the targets done
     * @throws dev.guard.AuditException if the memory cannot be read
     */
    Set<Target> done(Digest plan);

    /**
     * Targets this plan has used up of its limit, over all its runs: done, failed or in doubt, but
     * not what surely did not run.
     *
     * @param plan the plan's digest
     * @return the targets spent; all that are {@link #done} among them
     * @throws dev.guard.AuditException if the memory cannot be read
     */
    Set<Target> spent(Digest plan);

    /**
     * Acts of this guard that are over, and of which nobody knows what became: of an earlier
     * process, or recorded as IN_DOUBT. An act that is still under way is not among them.
     *
     * @param guard the guard's name
     * @return their INTENDED records, each with the targets that are still in doubt; by default
     *     none, so that such targets stay in doubt until a person settles them
     * @throws dev.guard.AuditException if the memory cannot be read
     */
    default List<AuditRecord> cutShort(String guard) {
      return List.of();
    }
  }
}
