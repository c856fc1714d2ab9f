package dev.guard;

import java.util.regex.MatchResult;
import java.util.regex.Matcher;
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
          "(?i)((?:password|passwd|passphrase|secret|token|authorization|api[-_]?key|private[-_]?key"
              + "|access[-_]?key|credential|signature|cookie|[?&;]sig)s?\"?\\s{0,3}[:=]\\s{0,3}\"?"
              + "(?:bearer |basic )?)[^\\s\"&,;]+"
              + "|((?:bearer|basic)\\s{1,3})[A-Za-z0-9._~+/=-]{8,}"
              + "|((?:password|passwd|passphrase)\\s{1,3})[A-Za-z0-9._~+/=-]{6,}"
              + "|(://)[^/\\s@]+@"
              + "|-----BEGIN [A-Z ]{1,40}-----.*"
              + "|\\beyJ[A-Za-z0-9_-]{8,}(?:\\.[A-Za-z0-9_-]*){1,4}",
          Pattern.DOTALL);

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
    String clean = SECRET.matcher(cut.replaceAll("\\p{C}", " ")).replaceAll(Faults::hidden);
    return type + ": " + clean;
  }

  /** What announces the secret stays, so that people know what stood there. */
  private static String hidden(MatchResult found) {
    for (int group = 1; group <= found.groupCount(); group++) {
      if (found.group(group) != null) {
        return Matcher.quoteReplacement(found.group(group)) + "***";
      }
    }
    return "***";
  }

  /** Users' code is not null-checked by our compiler. */
  static boolean isNull(@Nullable Object answer) {
    return answer == null;
  }
}
