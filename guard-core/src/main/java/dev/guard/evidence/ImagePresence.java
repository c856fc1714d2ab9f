package dev.guard.evidence;

/**
 * Whether a registry still holds an image completely. Implemented by guard-registry, asked by
 * guard-k8s. Implementations are thread-safe.
 */
public interface ImagePresence {
  /** The answer. UNKNOWN refuses whatever depends on it. */
  enum Presence {
    /** Manifest, children and blobs are there. */
    PRESENT,
    /** The registry says, with proven credentials, that it is not there. */
    MISSING,
    /** It cannot be told. */
    UNKNOWN
  }

  /**
   * Asks for one image.
   *
   * @param reference the image reference as declared
   * @return the answer
   */
  Presence of(String reference);
}
