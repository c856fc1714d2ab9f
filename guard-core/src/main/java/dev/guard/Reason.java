package dev.guard;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Why a safeguard did not simply allow: who said it, a code for machines, a sentence for people,
 * and where it was seen.
 *
 * <p>A reason is <em>pending</em> when time or a person will lift it (dry run, soak, approval, a
 * closed stage). A plan item would go when every reason against it is pending. Immutable; no part
 * may carry a secret.
 *
 * @param safeguard the safeguard's name; not blank
 * @param code a stable word for machines, for example {@code over-limit}; not blank
 * @param sentence what is wrong, and what to do; not blank
 * @param place where it was seen, for example {@code prod/Deployment/shop/api}, or null
 * @param pending whether time or a person lifts it
 */
public record Reason(
    String safeguard, String code, String sentence, @Nullable String place, boolean pending) {
  /**
   * Code of the reason that a source of evidence could not be read completely; the command line
   * exits with 3.
   */
  public static final String EVIDENCE_INCOMPLETE = "evidence-incomplete";

  /** Code of the reason that a safeguard threw, answered nothing, or answered too late. */
  public static final String UNDECIDED = "undecided";

  /**
   * Code of the reason that something needs the target; at the act it makes a planned item SKIPPED.
   */
  public static final String IN_USE = "in-use";

  /**
   * Code of the reason that an earlier act on the target has no known outcome; the command line
   * exits with 6.
   */
  public static final String IN_DOUBT = "in-doubt";

  /**
   * Code of the reason that an act surely did not run, as its effect said; what was reserved for it
   * is given back.
   */
  public static final String NOT_RUN = "not-run";

  /**
   * Code of the reason that an act was not tried, because what an undo needs could not be saved.
   */
  public static final String PREPARE_FAILED = "prepare-failed";

  /** Code of the reason that more was asked than is allowed. */
  public static final String OVER_LIMIT = "over-limit";

  /** Code of the reason that this is a dry run. */
  public static final String DRY_RUN = "dry-run";

  /** Code of the reason that another run has taken over, or may do so before an act would end. */
  public static final String LEASE_LOST = "lease-lost";

  /** Code of the reason of an outcome that was learned from the target's system afterwards. */
  public static final String RECONCILED = "reconciled";

  /** Checks. */
  public Reason {
    Words.name("safeguard name", safeguard);
    Words.name("reason code", code);
    if (sentence.isBlank()) {
      throw new IllegalArgumentException("A reason needs a sentence, but '" + code + "' has none.");
    }
  }

  /**
   * A final reason: nothing but a change of the world lifts it.
   *
   * @param safeguard who says it
   * @param code for machines
   * @param sentence for people
   * @return the reason
   */
  public static Reason of(String safeguard, String code, String sentence) {
    return new Reason(safeguard, code, sentence, null, false);
  }

  /**
   * A reason that time or a person will lift.
   *
   * @param safeguard who says it
   * @param code for machines
   * @param sentence for people
   * @return the reason
   */
  public static Reason pending(String safeguard, String code, String sentence) {
    return new Reason(safeguard, code, sentence, null, true);
  }

  /**
   * This reason with the place where it was seen.
   *
   * @param seenAt the place; not blank
   * @return a new reason
   */
  public Reason at(String seenAt) {
    return new Reason(safeguard, code, sentence, Words.name("place", seenAt), pending);
  }

  /**
   * Where it was seen.
   *
   * @return the place, if there is one
   */
  public Optional<String> where() {
    return Optional.ofNullable(place);
  }

  @Override
  public String toString() {
    return safeguard + ": " + sentence;
  }
}
