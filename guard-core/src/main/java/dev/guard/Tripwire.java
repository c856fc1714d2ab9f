package dev.guard;

import java.util.Objects;
import java.util.function.BooleanSupplier;

/**
 * A proof that a safeguard is alive: its own decision function asked about a synthetic input that
 * it must veto.
 *
 * <p>Before the first act of a run every tripwire of every configured safeguard must trip. One that
 * does not, or throws, halts the run: a limit that can never fire is worse than none, because
 * people rely on it.
 *
 * <p>Immutable. Its check must be thread-safe: whichever thread builds, plans, applies, calls or
 * resumes runs it, several at once too.
 *
 * <pre>{@code Tripwire.of(() -> isFriday(aFriday))}</pre>
 *
 * @param name what is tried, for messages; not blank
 * @param check answers true if the veto came; runs the safeguard's real decision, without side
 *     effects
 */
public record Tripwire(String name, BooleanSupplier check) {
  /** Checks. */
  public Tripwire {
    Words.name("tripwire name", name);
    Objects.requireNonNull(check, "check");
  }

  /**
   * A tripwire without a particular name.
   *
   * @param check answers true if the veto came
   * @return the tripwire
   */
  public static Tripwire of(BooleanSupplier check) {
    return new Tripwire("tripwire", check);
  }
}
