package dev.guard.registry.cleanup;

import dev.guard.registry.reference.ContentDigest;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A reference whose image the registry does not hold completely, or of which it cannot be told.
 * Immutable.
 *
 * @param kind what is wrong
 * @param severity how bad it is
 * @param reference the reference as declared
 * @param digestOrNull what it resolves to, or null if it does not
 * @param where the first places that declare it
 * @param total how many places in all
 * @param detail what is missing, for people
 */
public record ImageFinding(
    Kind kind,
    Severity severity,
    String reference,
    @Nullable ContentDigest digestOrNull,
    List<String> where,
    long total,
    String detail) {

  /** What is wrong with an image. */
  public enum Kind {
    /** The registry says, with proven credentials and more than once, that it is not there. */
    MISSING,
    /** The index is there, but not every child of it. */
    BROKEN_INDEX,
    /** The manifest is there, but not every blob of it. */
    BROKEN_BLOBS,
    /** It cannot be told; never taken for missing. */
    UNKNOWN
  }

  /** How bad a finding is. */
  public enum Severity {
    /** The next start of a container fails. */
    HIGH,
    /** It cannot be told. */
    MEDIUM,
    /** Nothing that a node pulls is concerned. */
    LOW
  }

  /** Copies. */
  public ImageFinding {
    where = List.copyOf(where);
  }

  /**
   * What the reference resolves to.
   *
   * @return the digest, or empty
   */
  public Optional<ContentDigest> digest() {
    return Optional.ofNullable(digestOrNull);
  }
}
