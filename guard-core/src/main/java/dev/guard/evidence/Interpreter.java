package dev.guard.evidence;

import dev.guard.Target;
import java.util.List;

/**
 * Knows what raw references mean for targets: guard-registry interprets image references.
 * Implementations are thread-safe.
 */
public interface Interpreter {
  /**
   * Interprets everything that all sources found.
   *
   * @param references what was found, of all sources
   * @return the answers
   */
  Usage interpret(List<Reference> references);

  /**
   * A made-up target with a made-up reference that must be found to use it, for the tripwire of
   * {@link InUseCheck}. It takes the same way through {@link #interpret} as everything else.
   *
   * @return the probe
   */
  Probe probe();

  /** What the references mean. Thread-safe: parallel reviews ask one and the same. */
  interface Usage {
    /**
     * Whether a target is in use.
     *
     * @param target the target
     * @return the answer; UNKNOWN if it cannot be told
     */
    Evidence of(Target target);

    /**
     * References that could not be understood and may mean anything; each blocks the run.
     *
     * @return one sentence each, naming the place; empty if all was understood or acknowledged
     */
    List<String> gaps();
  }

  /**
   * A made-up target in use. Immutable and thread-safe.
   *
   * @param reference the reference that uses it
   * @param target the target
   */
  record Probe(Reference reference, Target target) {}
}
