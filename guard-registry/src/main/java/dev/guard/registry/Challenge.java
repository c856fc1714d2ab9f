package dev.guard.registry;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One challenge of a {@code WWW-Authenticate} header, by the grammar of RFC 9110: schemes, tokens
 * and quoted strings in any order, several challenges in one header. What does not follow the
 * grammar yields no challenge, so no credential leaves.
 */
record Challenge(String scheme, Map<String, String> parameters) {
  private static final int MAX_LENGTH = 16 * 1024;
  private static final int MAX_CHALLENGES = 16;

  Optional<String> parameter(String name) {
    return Optional.ofNullable(parameters.get(name));
  }

  /** All challenges of all headers; none at all if any of them is malformed or over-long. */
  static List<Challenge> parse(List<String> headers) {
    List<Challenge> all = new ArrayList<>();
    for (String header : headers) {
      Optional<List<Challenge>> some =
          header.length() > MAX_LENGTH ? Optional.empty() : new Tokens(header).challenges();
      if (some.isEmpty()) {
        return List.of();
      }
      all.addAll(some.get());
      if (all.size() > MAX_CHALLENGES) {
        return List.of();
      }
    }
    return List.copyOf(all);
  }

  /** A cursor over one header. */
  private static final class Tokens {
    private final String text;
    private int at;

    Tokens(String text) {
      this.text = text;
    }

    Optional<List<Challenge>> challenges() {
      List<Challenge> found = new ArrayList<>();
      skipCommas();
      while (at < text.length()) {
        String scheme = token();
        if (scheme.isEmpty()) {
          return Optional.empty();
        }
        Map<String, String> parameters = new LinkedHashMap<>();
        if (at < text.length() && text.charAt(at) == ' ') {
          skipSpace();
          if (!parameters(parameters)) {
            return Optional.empty();
          }
        } else {
          skipSpace();
          if (at < text.length() && text.charAt(at) != ',') {
            return Optional.empty();
          }
        }
        found.add(new Challenge(scheme.toLowerCase(Locale.ROOT), Map.copyOf(parameters)));
        skipCommas();
      }
      return Optional.of(found);
    }

    /** Reads {@code name=value} pairs up to the next scheme or the end; false if malformed. */
    private boolean parameters(Map<String, String> into) {
      boolean first = true;
      while (at < text.length()) {
        int begin = at;
        String name = token();
        skipSpace();
        if (name.isEmpty()) {
          return first && at < text.length() && text.charAt(at) == ',';
        }
        if (at >= text.length() || text.charAt(at) != '=') {
          at = begin;
          return true;
        }
        int equals = at;
        at++;
        skipSpace();
        if (first && isToken68End(equals)) {
          return true;
        }
        String value = at < text.length() && text.charAt(at) == '"' ? quoted() : token();
        if (value == null || (value.isEmpty() && text.charAt(at - 1) != '"')) {
          return false;
        }
        if (into.putIfAbsent(name.toLowerCase(Locale.ROOT), value) != null) {
          return false;
        }
        first = false;
        skipSpace();
        if (at < text.length() && text.charAt(at) != ',') {
          return false;
        }
        skipCommas();
      }
      return true;
    }

    /** Skips a token68 such as {@code Negotiate YII==}; true if there was one. */
    private boolean isToken68End(int equals) {
      int i = equals;
      while (i < text.length() && text.charAt(i) == '=') {
        i++;
      }
      int end = i;
      while (i < text.length() && isSpace(text.charAt(i))) {
        i++;
      }
      if (i >= text.length() || text.charAt(i) == ',') {
        at = end;
        skipSpace();
        return true;
      }
      return false;
    }

    private String token() {
      int begin = at;
      while (at < text.length() && isTokenChar(text.charAt(at))) {
        at++;
      }
      return text.substring(begin, at);
    }

    private @Nullable String quoted() {
      StringBuilder out = new StringBuilder();
      at++;
      while (at < text.length()) {
        char c = text.charAt(at++);
        if (c == '"') {
          return out.toString();
        }
        if (c == '\\') {
          if (at >= text.length()) {
            return null;
          }
          c = text.charAt(at++);
        }
        if (c < 0x20 && c != '\t') {
          return null;
        }
        out.append(c);
      }
      return null;
    }

    private void skipCommas() {
      while (at < text.length() && (text.charAt(at) == ',' || isSpace(text.charAt(at)))) {
        at++;
      }
    }

    private void skipSpace() {
      while (at < text.length() && isSpace(text.charAt(at))) {
        at++;
      }
    }

    private static boolean isSpace(char c) {
      return c == ' ' || c == '\t';
    }

    private static boolean isTokenChar(char c) {
      return (c >= 'a' && c <= 'z')
          || (c >= 'A' && c <= 'Z')
          || (c >= '0' && c <= '9')
          || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
    }
  }
}
