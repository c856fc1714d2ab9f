package dev.guard.evidence;

import dev.guard.Digest;
import java.time.Instant;

/**
 * A person's word that one unparseable reference may be ignored: bound to its place and exact
 * value, signed with who and why, and expiring. Immutable and thread-safe.
 *
 * @param place the object and path it stands at, as {@link Reference#place()} and path: {@code
 *     source/object path}
 * @param value the SHA-256 of the reference's exact value
 * @param who who acknowledged it; not blank
 * @param why why it is harmless; not blank
 * @param until when the word expires
 */
public record Acknowledgement(String place, Digest value, String who, String why, Instant until) {
  /** Checks. */
  public Acknowledgement {
    if (place.isBlank() || who.isBlank() || why.isBlank()) {
      throw new IllegalArgumentException(
          "An acknowledgement names its place, who gave it, and why.");
    }
  }

  /**
   * Whether it covers a reference at an instant.
   *
   * @param reference the reference
   * @param now the instant
   * @return true if place and value match and it has not expired
   */
  public boolean covers(Reference reference, Instant now) {
    return now.isBefore(until)
        && place.equals(reference.place() + " " + reference.path())
        && value.equals(Digest.of(reference.value()));
  }
}
