package dev.guard.plan;

import dev.guard.Digest;
import dev.guard.Reason;
import dev.guard.Target;
import dev.guard.Verdict;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What came of an {@code apply}: one entry for every planned target. DONE, FAILED and IN_DOUBT
 * equal the journal's. Immutable and thread-safe.
 *
 * @param run the run's id, under which the journal has it
 * @param plan the plan's digest
 * @param executed whether acts were allowed; false in a rehearsal
 * @param entries one for every planned target, in the plan's order
 * @param halt why the run ended early, or null if it did not
 */
public record Report(
    String run, Digest plan, boolean executed, List<Entry> entries, @Nullable Verdict halt) {
  /** What can come of a planned target. */
  public enum Fate {
    /** The act ran. */
    DONE,
    /** Everything but the act. */
    SIMULATED,
    /** A safeguard said no. */
    REFUSED,
    /** It no longer qualifies. */
    SKIPPED,
    /** The act threw. */
    FAILED,
    /** Nobody knows whether the act happened. */
    IN_DOUBT,
    /** The run ended before it came to this target. */
    NOT_ATTEMPTED
  }

  /**
   * What came of one target. Immutable and thread-safe.
   *
   * @param target the target
   * @param outcome its fate
   * @param reasons why; empty for DONE
   */
  public record Entry(Target target, Fate outcome, List<Reason> reasons) {
    /** Copies. */
    public Entry {
      reasons = List.copyOf(reasons);
    }
  }

  /** Copies. */
  public Report {
    entries = List.copyOf(entries);
  }

  /**
   * How many targets had which fate.
   *
   * @return every fate, also those with zero
   */
  public Map<Fate, Long> counts() {
    Map<Fate, Long> counts = new EnumMap<>(Fate.class);
    for (Fate fate : Fate.values()) {
      counts.put(fate, 0L);
    }
    for (Entry entry : entries) {
      counts.merge(entry.outcome(), 1L, Long::sum);
    }
    return counts;
  }

  /**
   * How many targets had one fate.
   *
   * @param fate the fate
   * @return the count
   */
  public long count(Fate fate) {
    return entries.stream().filter(entry -> entry.outcome() == fate).count();
  }

  /**
   * Why the run ended early.
   *
   * @return the halting verdict, if there was one
   */
  public Optional<Verdict> halted() {
    return Optional.ofNullable(halt);
  }
}
