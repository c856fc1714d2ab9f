package dev.guard.plan;

import dev.guard.Fingerprint;
import dev.guard.Target;
import dev.guard.Verdict;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One planned target with what the safeguards said of it. Immutable.
 *
 * @param target the target
 * @param verdict what the safeguards said when the plan was made
 * @param mark what must still be true of it at the act, or null
 * @param because why it was chosen
 * @param after other items that must be DONE before this one is acted on
 */
public record PlanItem(
    Target target,
    Verdict verdict,
    @Nullable Fingerprint mark,
    String because,
    List<Target> after) {
  /** Copies. */
  public PlanItem {
    after = List.copyOf(after);
  }

  /**
   * Whether it would go: every reason against it is pending.
   *
   * @return true if nothing but time or a person stands against it
   */
  public boolean wouldGo() {
    return verdict.wouldGo();
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
