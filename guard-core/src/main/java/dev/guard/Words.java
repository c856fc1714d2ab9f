package dev.guard;

import java.util.Objects;

/**
 * Argument checks shared by the values of this package: one sentence, with the offending value made
 * harmless.
 */
final class Words {
  private static final int SHOWN = 80;

  private Words() {}

  static String name(String what, String value) {
    Objects.requireNonNull(value, what);
    if (value.isBlank()) {
      throw new IllegalArgumentException(
          "A " + what + " may not be blank: blank never means everything.");
    }
    bounded(what, value);
    return value;
  }

  static String text(String what, String value) {
    return name(what, value);
  }

  static String bounded(String what, String value) {
    if (value.length() > Target.MAX_LENGTH) {
      throw new IllegalArgumentException(
          "A "
              + what
              + " has at most "
              + Target.MAX_LENGTH
              + " characters, but this has "
              + value.length()
              + ".");
    }
    return value;
  }

  /** A value for a message: shortened, and without control characters. */
  static String shown(String value) {
    String cut = value.length() <= SHOWN ? value : value.substring(0, SHOWN) + "…";
    return cut.replaceAll("\\p{C}", "?");
  }
}
