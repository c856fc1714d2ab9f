package dev.guard;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * A SHA-256 over exact bytes, written {@code sha256:} and 64 lower-case hexadecimal digits.
 * Identity of plans, journal records, protection lists and blobs. Immutable; compares by value.
 *
 * @param text the digest in its one written form
 */
public record Digest(String text) implements Comparable<Digest> {
  private static final Pattern FORM = Pattern.compile("sha256:[0-9a-f]{64}");

  /** Checks the form. */
  public Digest {
    if (!FORM.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "A digest is 'sha256:' and 64 lower-case hexadecimal digits, but was '"
              + Words.shown(text)
              + "'.");
    }
  }

  /**
   * The digest of these bytes.
   *
   * @param bytes the exact bytes
   * @return their SHA-256
   */
  public static Digest of(byte[] bytes) {
    return new Digest("sha256:" + HexFormat.of().formatHex(sha256().digest(bytes)));
  }

  /**
   * The digest of a text's UTF-8 bytes.
   *
   * @param text the text
   * @return its SHA-256
   */
  public static Digest of(String text) {
    return of(text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * The 64 hexadecimal digits alone.
   *
   * @return lower-case
   */
  public String hex() {
    return text.substring("sha256:".length());
  }

  @Override
  public int compareTo(Digest other) {
    return text.compareTo(other.text);
  }

  @Override
  public String toString() {
    return text;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256, but this one does not.", e);
    }
  }
}
