package dev.guard.notify;

/** Foreign text, made harmless for a line. */
final class Plain {
  private Plain() {}

  /** Line breaks and tabs become blanks, other control and format characters question marks. */
  static String line(String text) {
    return text.replaceAll("[\\r\\n\\t\\u2028\\u2029]+", " ").replaceAll("\\p{C}", "?");
  }
}
