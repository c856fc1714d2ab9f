package dev.guard.soak;

import dev.guard.Target;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A person's no to one target, whatever the action. Attestation, not authentication. Immutable.
 *
 * @param target what stays
 * @param who who objects; not blank
 * @param why why; not blank
 * @param at when it was said
 * @param end until when it holds, or null until somebody withdraws it; see {@link #until()}
 */
public record Objection(Target target, String who, String why, Instant at, @Nullable Instant end) {
  private static final int LONGEST = 1000;

  /** Checks. */
  public Objection {
    Objects.requireNonNull(target, "target");
    said("name of who objects", who);
    said("reason of an objection", why);
    Objects.requireNonNull(at, "at");
    if (end != null && !end.isAfter(at)) {
      throw new IllegalArgumentException(
          "An objection ends after it was raised, but this one ends at " + end + ".");
    }
  }

  private static void said(String what, String text) {
    if (text.isBlank() || text.length() > LONGEST) {
      throw new IllegalArgumentException(
          "The " + what + " has 1 to " + LONGEST + " characters and is not blank.");
    }
  }

  /**
   * Until when it holds.
   *
   * @return the end; empty if it holds until somebody withdraws it
   */
  public Optional<Instant> until() {
    return Optional.ofNullable(end);
  }
}
