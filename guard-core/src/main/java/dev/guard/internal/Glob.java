package dev.guard.internal;

/**
 * Not API. A pattern with {@code *} and {@code ?}, matched without recursion and without a regular
 * expression: at most pattern times value steps, and no allocation.
 */
public final class Glob {
  private final String pattern;

  /**
   * A pattern.
   *
   * @param pattern any text
   */
  public Glob(String pattern) {
    this.pattern = pattern;
  }

  /**
   * Whether a whole value matches.
   *
   * @param value the value
   * @return true if it does
   */
  public boolean matches(String value) {
    return matches(value, 0, value.length());
  }

  /**
   * Whether a part of a value matches.
   *
   * @param value the value
   * @param from where the part begins
   * @param to where it ends
   * @return true if it does
   */
  public boolean matches(String value, int from, int to) {
    int v = from;
    int p = 0;
    int star = -1;
    int retry = from;
    while (v < to) {
      char wanted = p < pattern.length() ? pattern.charAt(p) : 0;
      if (p < pattern.length() && wanted == '*') {
        star = p++;
        retry = v;
      } else if (p < pattern.length() && (wanted == '?' || wanted == value.charAt(v))) {
        p++;
        v++;
      } else if (star >= 0) {
        p = star + 1;
        v = ++retry;
      } else {
        return false;
      }
    }
    while (p < pattern.length() && pattern.charAt(p) == '*') {
      p++;
    }
    return p == pattern.length();
  }

  /**
   * A value that matches, for a tripwire.
   *
   * @return the value
   */
  public String example() {
    return pattern.replace('*', 'x').replace('?', 'x');
  }
}
