package dev.guard.internal;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** Patterns against their definition. */
class GlobProperties {
  @Provide
  Arbitrary<String> patterns() {
    return Arbitraries.strings().withChars('a', 'b', '/', '*', '?', '.', '-').ofMaxLength(10);
  }

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.strings().withChars('a', 'b', '/', '.', '-').ofMaxLength(12);
  }

  @Property(tries = 5000)
  void patternsMatchAsTheReferenceDoes(
      @ForAll("patterns") String pattern, @ForAll("texts") String text) {
    assertThat(new Glob(pattern).matches(text)).isEqualTo(reference(pattern, text));
    assertThat(new Glob(pattern).matches("xx" + text + "yy", 2, 2 + text.length()))
        .isEqualTo(reference(pattern, text));
  }

  /** By definition, with exponential patience. */
  private static boolean reference(String pattern, String text) {
    if (pattern.isEmpty()) {
      return text.isEmpty();
    }
    char first = pattern.charAt(0);
    if (first == '*') {
      return reference(pattern.substring(1), text)
          || (!text.isEmpty() && reference(pattern, text.substring(1)));
    }
    return !text.isEmpty()
        && (first == '?' || first == text.charAt(0))
        && reference(pattern.substring(1), text.substring(1));
  }

  @Property
  void whatAPatternGivesAsItsExample_itMatches(@ForAll("patterns") String pattern) {
    Glob glob = new Glob(pattern);
    assertThat(glob.matches(glob.example())).isTrue();
  }

  @Property(tries = 5)
  void aHostilePattern_needsNoMoreThanPatternTimesText(
      @ForAll @IntRange(min = 10, max = 1000) int stars) {
    Glob hostile = new Glob("a*".repeat(stars) + "b");
    assertThat(hostile.matches("a".repeat(4096))).isFalse();
    assertThat(hostile.matches("a".repeat(4096) + "b")).isTrue();
  }
}
