package dev.guard.registry.reference;

import java.util.Objects;

/**
 * A text that is not an image reference, with the kind of the fault. Immutable.
 *
 * @param raw the text as it was found, unchanged
 * @param fault the kind of the fault
 * @param message one sentence for people; the text quoted in it is shortened and holds no control
 *     characters
 */
public record UnparseableReference(String raw, Fault fault, String message)
    implements ParsedReference {

  /**
   * Why a text is no image reference; the kinds of the canonical Go parser, plus our length cap.
   */
  public enum Fault {
    /** The text is empty. */
    EMPTY,
    /**
     * The text is longer than any reference may be ({@link ImageReference#MAX_LENGTH}); it was not
     * looked at.
     */
    TOO_LONG,
    /** The text does not follow the grammar. */
    FORMAT,
    /**
     * The repository name holds an upper-case letter (also templates such as <code>${IMAGE}</code>
     * ).
     */
    NOT_LOWER_CASE,
    /** The text is a bare 64-digit hexadecimal image id, not a name. */
    HEX_IDENTIFIER,
    /** The digest's algorithm is none of sha256, sha384, sha512. */
    UNSUPPORTED_ALGORITHM,
    /** The digest has the wrong length or upper-case digits for its algorithm. */
    BAD_DIGEST,
    /** The repository path is longer than 255 characters. */
    NAME_TOO_LONG
  }

  /** Checks that nothing is null. */
  public UnparseableReference {
    Objects.requireNonNull(raw, "raw");
    Objects.requireNonNull(fault, "fault");
    Objects.requireNonNull(message, "message");
  }
}
