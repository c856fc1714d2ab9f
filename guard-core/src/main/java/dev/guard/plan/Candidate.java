package dev.guard.plan;

import dev.guard.Fingerprint;
import dev.guard.Target;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One candidate of a selection. Immutable.
 *
 * @param target the target
 * @param mark what must still be true of it at the act, or null if its identity says it all
 * @param because why this one, or empty for the selection's own reason
 * @param after other candidates that must be DONE before this one is acted on; if one is not, this
 *     one is SKIPPED
 */
public record Candidate(
    Target target, @Nullable Fingerprint mark, String because, List<Target> after) {
  /** Checks and copies. */
  public Candidate {
    Objects.requireNonNull(target, "target");
    after = List.copyOf(after);
    if (after.contains(target)) {
      throw new IllegalArgumentException(target + " cannot be ordered after itself.");
    }
  }

  /**
   * A candidate without anything else.
   *
   * @param target the target
   * @return the candidate
   */
  public static Candidate of(Target target) {
    return new Candidate(target, null, "", List.of());
  }

  /**
   * This candidate with its fingerprint.
   *
   * @param seen what must still be true of it at the act
   * @return a new candidate
   */
  public Candidate marked(Fingerprint seen) {
    return new Candidate(target, seen, because, after);
  }

  /**
   * This candidate with a reason of its own.
   *
   * @param rule why this one
   * @return a new candidate
   */
  public Candidate because(String rule) {
    return new Candidate(target, mark, rule, after);
  }

  /**
   * This candidate, to be acted on only after others are DONE.
   *
   * @param parents the others
   * @return a new candidate
   */
  public Candidate after(List<Target> parents) {
    return new Candidate(target, mark, because, parents);
  }

  /**
   * What must still be true of it at the act.
   *
   * @return the fingerprint, if there is one
   */
  public Optional<Fingerprint> fingerprint() {
    return Optional.ofNullable(mark);
  }
}
