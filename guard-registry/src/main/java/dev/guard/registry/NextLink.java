package dev.guard.registry;

import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The next page of a listing, from its {@code Link} headers. A link that is malformed, or leads to
 * another origin, is a fault: then the listing is not known to be complete.
 */
final class NextLink {
  private static final int MAX_LENGTH = 16 * 1024;

  /** A link that may not be followed; the message is for people. */
  static final class BadLink extends Exception {
    private static final long serialVersionUID = 1L;

    BadLink(String message) {
      super(message);
    }
  }

  private NextLink() {}

  static Optional<URI> of(URI page, List<String> headers) throws BadLink {
    String target = null;
    for (String header : headers) {
      String found = next(header);
      if (found != null && target != null && !target.equals(found)) {
        throw new BadLink("two different next pages are named");
      }
      target = found == null ? target : found;
    }
    if (target == null) {
      return Optional.empty();
    }
    URI resolved;
    try {
      resolved = page.resolve(URI.create(target));
    } catch (IllegalArgumentException e) {
      throw new BadLink("the next page's address is malformed");
    }
    if (resolved.getRawUserInfo() != null || !Origin.of(resolved).equals(Origin.of(page))) {
      throw new BadLink("the next page is on another server or protocol");
    }
    return Optional.of(resolved);
  }

  /** The target of the link with relation "next" in one header, or null if there is none. */
  private static @Nullable String next(String header) throws BadLink {
    if (header.length() > MAX_LENGTH) {
      throw new BadLink("the Link header is over-long");
    }
    int i = 0;
    int n = header.length();
    while (i < n) {
      char c = header.charAt(i);
      if (c == ',' || c == ' ' || c == '\t') {
        i++;
        continue;
      }
      int close = header.indexOf('>', i);
      if (c != '<' || close < 0) {
        throw new BadLink("the Link header is malformed");
      }
      String target = header.substring(i + 1, close);
      int end = endOfParameters(header, close + 1);
      if (isNext(header.substring(close + 1, end))) {
        return target;
      }
      i = end;
    }
    return null;
  }

  private static int endOfParameters(String header, int from) throws BadLink {
    boolean quoted = false;
    for (int i = from; i < header.length(); i++) {
      char c = header.charAt(i);
      if (quoted && c == '\\') {
        i++;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (c == ',' && !quoted) {
        return i;
      }
    }
    if (quoted) {
      throw new BadLink("the Link header is malformed");
    }
    return header.length();
  }

  private static boolean isNext(String parameters) {
    boolean quoted = false;
    int begin = 0;
    for (int i = 0; i <= parameters.length(); i++) {
      char c = i < parameters.length() ? parameters.charAt(i) : ';';
      if (c == '"') {
        quoted = !quoted;
      } else if (c == ';' && (!quoted || i == parameters.length())) {
        String one = parameters.substring(begin, i).strip();
        begin = i + 1;
        int equals = one.indexOf('=');
        if (equals > 0 && one.substring(0, equals).strip().equalsIgnoreCase("rel")) {
          String value = one.substring(equals + 1).strip().replace("\"", "");
          return List.of(value.toLowerCase(Locale.ROOT).split("\\s+")).contains("next");
        }
      }
    }
    return false;
  }
}
