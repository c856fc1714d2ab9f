package dev.guard.registry;

/** Text from outside, made harmless for a message. */
final class Shown {
  private static final int LENGTH = 200;

  private Shown() {}

  static String text(String value) {
    String cut = value.length() <= LENGTH ? value : value.substring(0, LENGTH) + "…";
    return cut.replaceAll("\\p{C}", "?");
  }
}
