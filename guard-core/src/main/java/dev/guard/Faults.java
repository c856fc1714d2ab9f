package dev.guard;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Foreign exceptions in our own sentences: short, without control characters, and without what
 * looks like a secret.
 */
final class Faults {
  private static final int LONGEST = 300;
  private static final Pattern SECRET =
      Pattern.compile(
          "(?i)((?:password|passwd|secret|token|authorization|api[-_]?key|credential)s?\"?\\s*[:=]\\s*\"?(?:bearer |basic )?)[^\\s\"&,;]+"
              + "|((?:bearer|basic)\\s+)[A-Za-z0-9._~+/=-]{8,}"
              + "|(://)[^/\\s@]+@");

  private Faults() {}

  /** Never throws: a foreign exception's own message may. */
  static String describe(Throwable fault) {
    String type = fault.getClass().getName();
    String message;
    try {
      message = fault.getMessage();
    } catch (Throwable worse) { // what failed already must not fail the record of it
      return type;
    }
    if (message == null || message.isBlank()) {
      return type;
    }
    String cut = message.length() > LONGEST ? message.substring(0, LONGEST) + "…" : message;
    String clean = SECRET.matcher(cut.replaceAll("\\p{C}", " ")).replaceAll("$1$2$3***");
    return type + ": " + clean;
  }

  /** Users' code is not null-checked by our compiler. */
  static boolean isNull(@Nullable Object answer) {
    return answer == null;
  }
}
