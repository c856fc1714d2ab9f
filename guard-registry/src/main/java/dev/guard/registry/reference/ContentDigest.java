package dev.guard.registry.reference;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * The digest of a manifest, config or layer as registries write it: sha256, sha384 or sha512,
 * lower-case. It names content independently of the repository that holds it. Immutable; compares
 * by value.
 *
 * @param text the digest in its one written form, for example {@code sha256:…}
 */
public record ContentDigest(String text) implements Comparable<ContentDigest> {
  /** A digest that no content has; used to ask harmless questions. */
  public static final ContentDigest ZERO = new ContentDigest("sha256:" + "0".repeat(64));

  /** Checks the form. */
  public ContentDigest {
    if (ImageReference.digestFault(text) != null) {
      throw new IllegalArgumentException(
          "A digest is an algorithm (sha256, sha384, sha512), ':' and its lower-case hexadecimal digits.");
    }
  }

  /**
   * Reads a digest from outside.
   *
   * @param text any text
   * @return the digest, or empty if the text is none
   */
  public static Optional<ContentDigest> parse(String text) {
    return text.length() > 200 || ImageReference.digestFault(text) != null
        ? Optional.empty()
        : Optional.of(new ContentDigest(text));
  }

  /**
   * The SHA-256 of these bytes.
   *
   * @param bytes the exact bytes
   * @return their digest
   */
  public static ContentDigest of(byte[] bytes) {
    return hash("sha256", bytes);
  }

  /**
   * Whether this is the digest of these bytes, by its own algorithm.
   *
   * @param bytes the exact bytes
   * @return true if so
   */
  public boolean matches(byte[] bytes) {
    return hash(algorithm(), bytes).equals(this);
  }

  /**
   * The algorithm.
   *
   * @return {@code sha256}, {@code sha384} or {@code sha512}
   */
  public String algorithm() {
    return text.substring(0, text.indexOf(':'));
  }

  /**
   * The hexadecimal digits alone.
   *
   * @return lower-case
   */
  public String hex() {
    return text.substring(text.indexOf(':') + 1);
  }

  private static ContentDigest hash(String algorithm, byte[] bytes) {
    try {
      byte[] sum = MessageDigest.getInstance(algorithm.replace("sha", "SHA-")).digest(bytes);
      return new ContentDigest(algorithm + ":" + HexFormat.of().formatHex(sum));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("This Java platform lacks " + algorithm + ".", e);
    }
  }

  @Override
  public int compareTo(ContentDigest other) {
    return text.compareTo(other.text);
  }

  @Override
  public String toString() {
    return text;
  }
}
