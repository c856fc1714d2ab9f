package dev.guard.registry.reference;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The digest of a manifest, config or layer as registries write it: sha256, sha384 or sha512,
 * lower-case. It names content independently of the repository that holds it. Immutable; compares
 * by value. Kept as bytes, not as text, because a large registry has millions.
 */
public final class ContentDigest implements Comparable<ContentDigest> {
  /** A digest that no content has; used to ask harmless questions. */
  public static final ContentDigest ZERO = new ContentDigest("sha256:" + "0".repeat(64));

  private static final int LONGS = 4;
  private static final int DIGITS = 16;

  private final long a;
  private final long b;
  private final long c;
  private final long d;

  /** What is beyond 256 bits: two longs for sha384, four for sha512, null for sha256. */
  private final long @Nullable [] more;

  /**
   * Reads a digest that is known to be one.
   *
   * @param text the digest in its one written form, for example {@code sha256:…}
   * @throws IllegalArgumentException if it is none
   */
  public ContentDigest(String text) {
    if (ImageReference.digestFault(text) != null) {
      throw new IllegalArgumentException(
          "A digest is an algorithm (sha256, sha384, sha512), ':' and its lower-case hexadecimal digits.");
    }
    int at = text.indexOf(':') + 1;
    this.a = digits(text, at);
    this.b = digits(text, at + DIGITS);
    this.c = digits(text, at + 2 * DIGITS);
    this.d = digits(text, at + 3 * DIGITS);
    int rest = (text.length() - at) / DIGITS - LONGS;
    if (rest == 0) {
      this.more = null;
    } else {
      long[] beyond = new long[rest];
      for (int i = 0; i < rest; i++) {
        beyond[i] = digits(text, at + (LONGS + i) * DIGITS);
      }
      this.more = beyond;
    }
  }

  private static long digits(String text, int from) {
    return Long.parseUnsignedLong(text, from, from + DIGITS, 16);
  }

  /**
   * The digest in its one written form.
   *
   * @return the algorithm, ':' and the digits
   */
  public String text() {
    return algorithm() + ":" + hex();
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
    return more == null ? "sha256" : more.length == 2 ? "sha384" : "sha512";
  }

  /**
   * The hexadecimal digits alone.
   *
   * @return lower-case
   */
  public String hex() {
    HexFormat hex = HexFormat.of();
    StringBuilder text = new StringBuilder(2 * LONGS * DIGITS);
    text.append(hex.toHexDigits(a)).append(hex.toHexDigits(b));
    text.append(hex.toHexDigits(c)).append(hex.toHexDigits(d));
    if (more != null) {
      for (long part : more) {
        text.append(hex.toHexDigits(part));
      }
    }
    return text.toString();
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
  public boolean equals(@Nullable Object other) {
    return other instanceof ContentDigest that
        && a == that.a
        && b == that.b
        && c == that.c
        && d == that.d
        && Arrays.equals(more, that.more);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(a ^ d);
  }

  /** By algorithm, then by digits: the order of the written forms. */
  @Override
  public int compareTo(ContentDigest other) {
    int bits =
        Integer.compare(more == null ? 0 : more.length, other.more == null ? 0 : other.more.length);
    if (bits != 0) {
      return bits;
    }
    int first = Long.compareUnsigned(a, other.a);
    first = first != 0 ? first : Long.compareUnsigned(b, other.b);
    first = first != 0 ? first : Long.compareUnsigned(c, other.c);
    first = first != 0 ? first : Long.compareUnsigned(d, other.d);
    return first != 0 || more == null || other.more == null
        ? first
        : Arrays.compareUnsigned(more, other.more);
  }

  @Override
  public String toString() {
    return text();
  }
}
