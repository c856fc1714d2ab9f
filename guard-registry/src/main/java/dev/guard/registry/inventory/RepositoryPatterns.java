package dev.guard.registry.inventory;

import dev.guard.GuardConfigurationException;
import java.util.ArrayList;
import java.util.List;

/**
 * Which repositories, or tags, are meant: patterns in which {@code *} stands for any characters,
 * slashes too, and {@code ?} for one. Nothing matches unless a pattern says so; an empty list or a
 * blank pattern is an error, never everything. Immutable.
 */
public final class RepositoryPatterns {
  private final List<String> patterns;

  private RepositoryPatterns(List<String> patterns) {
    this.patterns = patterns;
  }

  /**
   * Patterns.
   *
   * @param patterns at least one, none blank
   * @return the patterns
   * @throws GuardConfigurationException if there is none, or one is blank
   */
  public static RepositoryPatterns of(List<String> patterns) {
    if (patterns.isEmpty()) {
      throw new GuardConfigurationException(
          "No repository is named: none never means all. Write \"*\" to mean all repositories.");
    }
    for (String pattern : patterns) {
      if (pattern.isBlank()) {
        throw new GuardConfigurationException(
            "A repository pattern is blank: blank never means all. Remove it or write \"*\".");
      }
    }
    return new RepositoryPatterns(new ArrayList<>(patterns));
  }

  /**
   * Whether any pattern matches.
   *
   * @param name a repository's path
   * @return true if so
   */
  public boolean matches(String name) {
    for (String pattern : patterns) {
      if (globMatches(pattern, name)) {
        return true;
      }
    }
    return false;
  }

  /**
   * The patterns as written.
   *
   * @return at least one
   */
  public List<String> patterns() {
    return List.copyOf(patterns);
  }

  /** Whether every pattern is a plain name, so that no catalog is needed to resolve it. */
  boolean arePlain() {
    return patterns.stream()
        .noneMatch(pattern -> pattern.indexOf('*') >= 0 || pattern.indexOf('?') >= 0);
  }

  /**
   * Matches one glob in time linear in pattern × text, without backtracking blow-up.
   *
   * @param glob {@code *} any characters, {@code ?} one
   * @param text the text
   * @return true if all of the text is matched
   */
  public static boolean globMatches(String glob, String text) {
    int g = 0;
    int t = 0;
    int star = -1;
    int mark = 0;
    while (t < text.length()) {
      if (g < glob.length()
          && (glob.charAt(g) == '?' || glob.charAt(g) == text.charAt(t))
          && glob.charAt(g) != '*') {
        g++;
        t++;
      } else if (g < glob.length() && glob.charAt(g) == '*') {
        star = g++;
        mark = t;
      } else if (star >= 0) {
        g = star + 1;
        t = ++mark;
      } else {
        return false;
      }
    }
    while (g < glob.length() && glob.charAt(g) == '*') {
      g++;
    }
    return g == glob.length();
  }

  @Override
  public String toString() {
    return patterns.toString();
  }
}
