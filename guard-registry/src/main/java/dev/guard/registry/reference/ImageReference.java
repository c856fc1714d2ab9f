package dev.guard.registry.reference;

import dev.guard.registry.reference.UnparseableReference.Fault;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An image reference as it stands in a pod template, a chart or a file: host, repository path, tag
 * and digest, normalised exactly as container runtimes do it ({@code ubuntu} is {@code
 * docker.io/library/ubuntu}). Parsing does no I/O, takes linear time and never repairs: what the
 * grammar refuses is an {@link UnparseableReference}.
 *
 * <p>An image id from a pod's status is not a reference and must go through {@link
 * ImageId#parse(String)}: the text {@code sha256:<hex>} parses here as a repository named {@code
 * docker.io/library/sha256}.
 *
 * <pre>{@code
 * if (ImageReference.parse("team/app:1.2") instanceof ImageReference ref) {
 *   ref.key();          // docker.io/team/app
 *   ref.tag();          // Optional[1.2]
 * }
 * }</pre>
 *
 * Immutable and thread-safe. Two references are equal when host (as written), path, tag and digest
 * are equal; {@code raw} is not compared.
 */
public final class ImageReference implements ParsedReference {
  /** The longest text looked at; anything longer is {@link Fault#TOO_LONG}. */
  public static final int MAX_LENGTH = 4096;

  private static final int MAX_PATH = 255;
  private static final int MAX_TAG = 128;
  private static final int QUOTED = 120;

  private final String raw;
  private final String domain;
  private final String path;
  private final @Nullable String tag;
  private final @Nullable ContentDigest digest;
  private final RepositoryKey key;

  private ImageReference(
      String raw,
      String domain,
      String path,
      @Nullable String tag,
      @Nullable ContentDigest digest) {
    this.raw = raw;
    this.domain = domain;
    this.path = path;
    this.tag = tag;
    this.digest = digest;
    this.key = new RepositoryKey(domain, path);
  }

  /**
   * Parses a reference.
   *
   * @param text the text as found; null is not allowed, anything else is
   * @return the reference, or why the text is none
   */
  public static ParsedReference parse(String text) {
    Objects.requireNonNull(text, "text");
    if (text.isEmpty()) {
      return new UnparseableReference(text, Fault.EMPTY, "The image reference is empty.");
    }
    if (text.length() > MAX_LENGTH) {
      return new UnparseableReference(
          text,
          Fault.TOO_LONG,
          "The image reference has "
              + text.length()
              + " characters, at most "
              + MAX_LENGTH
              + " are read.");
    }
    if (text.length() == 64 && isLowerHex(text, 0)) {
      return fault(text, Fault.HEX_IDENTIFIER, "is an image id of 64 hexadecimal digits, no name");
    }
    int slash = text.indexOf('/');
    String domain = "docker.io";
    String rest = text;
    if (slash >= 0 && isDomain(text.substring(0, slash))) {
      domain = text.substring(0, slash);
      rest = text.substring(slash + 1);
    }
    if (domain.equals("index.docker.io")) {
      domain = "docker.io";
    }
    if (domain.equals("docker.io") && rest.indexOf('/') < 0) {
      rest = "library/" + rest;
    }
    int colon = rest.indexOf(':');
    String name = colon < 0 ? rest : rest.substring(0, colon);
    if (!name.toLowerCase(Locale.ROOT).equals(name)) {
      return fault(text, Fault.NOT_LOWER_CASE, "has a repository name that is not lower-case");
    }
    return parseRest(text, domain, rest);
  }

  private static ParsedReference parseRest(String text, String domain, String rest) {
    if (!isHost(domain)) {
      return fault(text, Fault.FORMAT, "has a host that is none");
    }
    int at = rest.indexOf('@');
    String nameAndTag = at < 0 ? rest : rest.substring(0, at);
    int colon = nameAndTag.indexOf(':');
    String path = colon < 0 ? nameAndTag : nameAndTag.substring(0, colon);
    String tag = colon < 0 ? null : nameAndTag.substring(colon + 1);
    if (!isPath(path)) {
      return fault(text, Fault.FORMAT, "does not follow the grammar of repository names");
    }
    if (tag != null && !isTag(tag)) {
      return fault(text, Fault.FORMAT, "has a tag that is none");
    }
    ContentDigest digest = null;
    if (at >= 0) {
      String value = rest.substring(at + 1);
      Fault bad = digestFault(value);
      if (bad != null) {
        return fault(
            text,
            bad,
            switch (bad) {
              case UNSUPPORTED_ALGORITHM -> "has a digest of an unsupported algorithm";
              case BAD_DIGEST -> "has a digest of the wrong length or case";
              default -> "has a digest that is none";
            });
      }
      digest = new ContentDigest(value);
    }
    if (path.length() > MAX_PATH) {
      return fault(text, Fault.NAME_TOO_LONG, "has a repository name over 255 characters");
    }
    return new ImageReference(text, domain, path, tag, digest);
  }

  private static UnparseableReference fault(String text, Fault fault, String what) {
    return new UnparseableReference(text, fault, "'" + quoted(text) + "' " + what + ".");
  }

  private static String quoted(String text) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < text.length() && i < QUOTED; i++) {
      char c = text.charAt(i);
      out.append(c < 0x20 || c >= 0x7f ? '?' : c);
    }
    return text.length() > QUOTED ? out + "…" : out.toString();
  }

  private static boolean isDomain(String first) {
    return first.indexOf('.') >= 0
        || first.indexOf(':') >= 0
        || first.equals("localhost")
        || !first.toLowerCase(Locale.ROOT).equals(first);
  }

  private static boolean isHost(String domain) {
    String host = domain;
    if (domain.startsWith("[")) {
      int close = domain.indexOf(']');
      if (close < 2) {
        return false;
      }
      for (int i = 1; i < close; i++) {
        if (!isHex(domain.charAt(i)) && domain.charAt(i) != ':') {
          return false;
        }
      }
      return close == domain.length() - 1
          || (domain.charAt(close + 1) == ':' && isDigits(domain, close + 2));
    }
    int colon = domain.indexOf(':');
    if (colon >= 0) {
      if (!isDigits(domain, colon + 1)) {
        return false;
      }
      host = domain.substring(0, colon);
    }
    boolean start = true;
    for (int i = 0; i < host.length(); i++) {
      char c = host.charAt(i);
      if (c == '.') {
        if (start || host.charAt(i - 1) == '-') {
          return false;
        }
        start = true;
      } else if (isAlphanumeric(c)) {
        start = false;
      } else if (c != '-' || start) {
        return false;
      }
    }
    return !start && host.charAt(host.length() - 1) != '-';
  }

  private static boolean isPath(String path) {
    int i = 0;
    int n = path.length();
    while (true) {
      int begin = i;
      while (i < n && isLowerAlphanumeric(path.charAt(i))) {
        i++;
      }
      if (i == begin) {
        return false;
      }
      if (i == n) {
        return true;
      }
      char c = path.charAt(i);
      if (c == '/' || c == '.') {
        i++;
      } else if (c == '_') {
        i += i + 1 < n && path.charAt(i + 1) == '_' ? 2 : 1;
      } else if (c == '-') {
        while (i < n && path.charAt(i) == '-') {
          i++;
        }
      } else {
        return false;
      }
    }
  }

  /**
   * Whether a text is a legal repository path, as it may stand in a request to a registry.
   *
   * @param path the text to judge
   * @return true if the grammar allows it and it has at most 255 characters
   */
  public static boolean isRepositoryPath(String path) {
    return path.length() <= MAX_PATH && isPath(path);
  }

  /**
   * Whether a text is a legal tag.
   *
   * @param tag the text to judge
   * @return true if the grammar allows it
   */
  public static boolean isTag(String tag) {
    if (tag.isEmpty() || tag.length() > MAX_TAG) {
      return false;
    }
    for (int i = 0; i < tag.length(); i++) {
      char c = tag.charAt(i);
      if (!isAlphanumeric(c) && c != '_' && (i == 0 || (c != '.' && c != '-'))) {
        return false;
      }
    }
    return true;
  }

  /** Null if the text is a digest, else the kind of the fault. */
  static @Nullable Fault digestFault(String value) {
    int colon = value.indexOf(':');
    if (colon <= 0 || !isAlgorithm(value, colon)) {
      return Fault.FORMAT;
    }
    int hex = value.length() - colon - 1;
    boolean lower = true;
    for (int i = colon + 1; i < value.length(); i++) {
      char c = value.charAt(i);
      if (!isHex(c)) {
        return Fault.FORMAT;
      }
      lower &= c < 'A' || c > 'F';
    }
    if (hex < 32) {
      return Fault.FORMAT;
    }
    int expected =
        switch (value.substring(0, colon)) {
          case "sha256" -> 64;
          case "sha384" -> 96;
          case "sha512" -> 128;
          default -> 0;
        };
    if (expected == 0) {
      return Fault.UNSUPPORTED_ALGORITHM;
    }
    return lower && hex == expected ? null : Fault.BAD_DIGEST;
  }

  private static boolean isAlgorithm(String value, int end) {
    boolean start = true;
    for (int i = 0; i < end; i++) {
      char c = value.charAt(i);
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      if (start) {
        if (!letter) {
          return false;
        }
        start = false;
      } else if (c == '-' || c == '_' || c == '+' || c == '.') {
        start = true;
      } else if (!isAlphanumeric(c)) {
        return false;
      }
    }
    return !start;
  }

  private static boolean isAlphanumeric(char c) {
    return isLowerAlphanumeric(c) || (c >= 'A' && c <= 'Z');
  }

  private static boolean isLowerAlphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  }

  private static boolean isHex(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  }

  static boolean isLowerHex(String text, int from) {
    for (int i = from; i < text.length(); i++) {
      char c = text.charAt(i);
      if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
        return false;
      }
    }
    return from < text.length();
  }

  private static boolean isDigits(String text, int from) {
    for (int i = from; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return from < text.length();
  }

  @Override
  public String raw() {
    return raw;
  }

  /**
   * The host as written, after the default of Docker Hub was filled in; the case is kept.
   *
   * @return the host, with its port if one was written
   */
  public String domain() {
    return domain;
  }

  /**
   * The repository path, {@code library/} filled in for Docker Hub's official images.
   *
   * @return the path, never empty
   */
  public String path() {
    return path;
  }

  /**
   * The tag as written.
   *
   * @return the tag, or empty if none was given
   */
  public Optional<String> tag() {
    return Optional.ofNullable(tag);
  }

  /**
   * The digest as written. Runtimes use it and ignore the tag; as evidence both count.
   *
   * @return the digest, or empty if none was given
   */
  public Optional<ContentDigest> digest() {
    return Optional.ofNullable(digest);
  }

  /**
   * The tag this reference names: the one given, {@code latest} if neither tag nor digest was
   * given, else none.
   *
   * @return the tag, or empty when only a digest was given
   */
  public Optional<String> effectiveTag() {
    return tag == null && digest == null ? Optional.of("latest") : Optional.ofNullable(tag);
  }

  /**
   * The repository, in the form to compare by.
   *
   * @return the canonical key
   */
  public RepositoryKey key() {
    return key;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ImageReference that
        && domain.equals(that.domain)
        && path.equals(that.path)
        && Objects.equals(tag, that.tag)
        && Objects.equals(digest, that.digest);
  }

  @Override
  public int hashCode() {
    return Objects.hash(domain, path, tag, digest);
  }

  /**
   * The full form, with host and digest.
   *
   * @return {@code host/path[:tag][@digest]}
   */
  @Override
  public String toString() {
    return domain
        + "/"
        + path
        + (tag == null ? "" : ":" + tag)
        + (digest == null ? "" : "@" + digest);
  }
}
