package dev.guard.examples.report;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Words for people: sizes, times, counts, and text from outside made harmless for a terminal. */
public final class Text {
  private static final DateTimeFormatter MINUTE =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final Pattern DIGEST = Pattern.compile("\\b(sha256:[0-9a-f]{12})[0-9a-f]{52}\\b");
  private static final int MAX_SHOWN = 2_000;

  private Text() {}

  /**
   * A text from outside for a terminal: control, format and bidirectional characters become visible
   * escapes, and it is bounded.
   *
   * @param text any text
   * @return one harmless line
   */
  public static String clean(String text) {
    return clean(text, MAX_SHOWN);
  }

  static String clean(String text, int most) {
    StringBuilder clean = new StringBuilder(Math.min(text.length(), most) + 8);
    int shown = 0;
    for (int i = 0; i < text.length(); ) {
      if (shown++ >= most) {
        return clean.append('…').toString();
      }
      int point = text.codePointAt(i);
      i += Character.charCount(point);
      if (harmless(point)) {
        clean.appendCodePoint(point);
      } else {
        clean.append(String.format(Locale.ROOT, "\\u{%x}", point));
      }
    }
    return clean.toString();
  }

  private static boolean harmless(int point) {
    switch (Character.getType(point)) {
      case Character.CONTROL:
      case Character.FORMAT:
      case Character.SURROGATE:
      case Character.PRIVATE_USE:
      case Character.UNASSIGNED:
      case Character.LINE_SEPARATOR:
      case Character.PARAGRAPH_SEPARATOR:
        return false;
      default:
        return true;
    }
  }

  /**
   * Bytes for people.
   *
   * @param bytes not negative
   * @return for example {@code 1.2 GB}
   */
  public static String bytes(long bytes) {
    if (bytes < 1_000) {
      return bytes + " B";
    }
    double value = bytes;
    String[] units = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
    int unit = 0;
    while (value >= 999.5 && unit < units.length - 1) {
      value /= 1_000;
      unit++;
    }
    return String.format(Locale.ROOT, value < 9.95 ? "%.1f %s" : "%.0f %s", value, units[unit]);
  }

  /**
   * An instant for people.
   *
   * @param instant the instant
   * @return to the minute, in UTC
   */
  public static String minute(Instant instant) {
    return MINUTE.format(instant);
  }

  /**
   * A length of time for people, coarse.
   *
   * @param length may be negative
   * @return for example {@code 23 h}
   */
  public static String length(Duration length) {
    long seconds = (Math.abs(length.toMillis()) + 500) / 1_000;
    if (seconds < 120) {
      return seconds + " s";
    }
    if (seconds < 7_200) {
      return seconds / 60 + " min";
    }
    if (seconds < 2 * 86_400) {
      return (seconds + 1_800) / 3_600 + " h";
    }
    return seconds / 86_400 + " days";
  }

  /**
   * A number and its noun.
   *
   * @param number how many
   * @param one the noun
   * @return for example {@code 1 manifest} or {@code 2 manifests}
   */
  public static String count(long number, String one) {
    String many =
        one.endsWith("y") && !one.endsWith("ay")
            ? one.substring(0, one.length() - 1) + "ies"
            : one + "s";
    return number + " " + (number == 1 ? one : many);
  }

  /**
   * A digest short enough to read.
   *
   * @param digest {@code sha256:} and hexadecimal digits
   * @return its beginning
   */
  public static String brief(String digest) {
    return digest.length() > 19 ? clean(digest.substring(0, 19)) : clean(digest);
  }

  /**
   * A text in lines that fit, broken between words; a word that is longer than a line stays whole
   * on one of its own.
   *
   * @param text harmless already
   * @param columns how long a line may be
   * @return at least one line
   */
  public static List<String> wrapped(String text, int columns) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : text.split(" ", -1)) {
      if (line.length() > 0 && line.length() + 1 + word.length() > columns) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.length() == 0 ? "" : " ").append(word);
    }
    lines.add(line.toString());
    return lines;
  }

  /**
   * A text with every manifest's digest in it as short as in the tables.
   *
   * @param text any text
   * @return the same with short digests
   */
  public static String shortened(String text) {
    return DIGEST.matcher(text).replaceAll("$1");
  }
}
