package dev.guard.plan;

import dev.guard.Digest;
import java.time.Instant;
import java.util.Locale;
import java.util.Objects;

/**
 * A person's yes to exactly one plan. Attestation, not authentication. Immutable.
 *
 * @param plan the plan's digest
 * @param who who approves; not blank
 * @param why why; not blank
 * @param at when it was said
 * @param expires when it no longer counts
 */
public record Approval(Digest plan, String who, String why, Instant at, Instant expires) {
  private static final int LONGEST = 1000;

  /** Checks. */
  public Approval {
    Objects.requireNonNull(plan, "plan");
    said("name of who approves", who);
    said("reason of an approval", why);
    if (!expires.isAfter(at)) {
      throw new IllegalArgumentException(
          "An approval expires after it was given, but this one expires at " + expires + ".");
    }
  }

  private static void said(String what, String text) {
    if (text.isBlank() || text.length() > LONGEST) {
      throw new IllegalArgumentException(
          "The " + what + " has 1 to " + LONGEST + " characters and is not blank.");
    }
  }

  /** The name by which two people are told apart: case and outer blanks make no second person. */
  static String person(String name) {
    return name.strip().toLowerCase(Locale.ROOT);
  }
}
