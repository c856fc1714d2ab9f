package dev.guard.k8s;

/**
 * Text from a cluster on its way into a sentence: bounded, and without anything that could forge a
 * line.
 */
final class Plain {
  private static final int MAX = 300;

  private Plain() {}

  /** The text with control characters replaced, cut at 300 characters. */
  static String text(String raw) {
    StringBuilder plain = new StringBuilder(Math.min(raw.length(), MAX));
    for (int i = 0; i < raw.length() && plain.length() < MAX; i++) {
      char c = raw.charAt(i);
      boolean harmless =
          c >= ' '
              && c != 0x7f
              && !(c >= 0x80 && c < 0xa0)
              && !Character.isSurrogate(c)
              && Character.getType(c) != Character.FORMAT
              && c != 0x2028
              && c != 0x2029;
      plain.append(harmless ? c : '?');
    }
    return raw.length() > MAX ? plain + "…" : plain.toString();
  }

  /** Whether a text can be the name of an object or a namespace; the empty text cannot. */
  static boolean isName(String text) {
    if (text.isEmpty() || text.length() > 253 || text.equals(".") || text.equals("..")) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean good =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || c == '-'
              || c == '.'
              || c == '_'
              || c == ':';
      if (!good) {
        return false;
      }
    }
    return true;
  }
}
