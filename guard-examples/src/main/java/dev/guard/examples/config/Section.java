package dev.guard.examples.config;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One mapping of the file with a path for messages; every key that is not asked for is an error.
 */
final class Section {
  private static final Pattern DURATION = Pattern.compile("([0-9]{1,6})(s|m|h|d)");
  private static final Pattern WHOLE = Pattern.compile("[0-9]{1,12}");
  private static final Pattern DECIMAL = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,6})?");
  private static final int MAX_TEXT = 4096;
  private static final int MAX_ITEMS = 10_000;

  private final String file;
  private final String path;
  private final Yaml.Mapping mapping;

  private Section(String file, String path, Yaml.Mapping mapping) {
    this.file = file;
    this.path = path;
    this.mapping = mapping;
  }

  static Section root(String file, Yaml.Node node) {
    if (node instanceof Yaml.Mapping mapping) {
      return new Section(file, "", mapping);
    }
    throw new ConfigException(
        Yaml.at(file, node.line())
            + ": a configuration is keys and values, for example 'name: image-cleanup'.");
  }

  /** Refuses every key that is not among these. */
  Section only(Set<String> known, Map<String, String> hints) {
    mapping
        .entries()
        .forEach(
            (key, entry) -> {
              if (!known.contains(key)) {
                String hint = hints.get(key);
                throw fault(
                    entry.line(),
                    "the key '"
                        + Yaml.shown(at(key))
                        + "' is unknown"
                        + (hint == null
                            ? nearest(key, known)
                                .map(near -> "; did you mean '" + near + "'?")
                                .orElse("; known here: " + String.join(", ", new TreeSet<>(known)))
                            : "; " + hint));
              }
            });
    return this;
  }

  Section only(String... known) {
    return only(Set.of(known), Map.of());
  }

  int line() {
    return mapping.line();
  }

  boolean has(String key) {
    return mapping.entries().containsKey(key);
  }

  Optional<Yaml.Node> node(String key) {
    return Optional.ofNullable(mapping.entries().get(key)).map(Yaml.Entry::value);
  }

  int lineOf(String key) {
    Yaml.Entry entry = mapping.entries().get(key);
    return entry == null ? line() : entry.line();
  }

  ConfigException fault(int line, String what) {
    String end = what.endsWith("?") || what.endsWith(".") ? "" : ".";
    return new ConfigException(Yaml.at(file, line) + ": " + what + end);
  }

  ConfigException faultAt(String key, String what) {
    return fault(lineOf(key), "'" + at(key) + "' " + what);
  }

  Section section(String key) {
    return optionalSection(key).orElseThrow(() -> missing(key));
  }

  Optional<Section> optionalSection(String key) {
    return node(key).map(node -> section(at(key), node));
  }

  List<Section> sections(String key) {
    List<Section> found = new ArrayList<>();
    for (Yaml.Node node : list(key)) {
      found.add(section(at(key) + "[" + found.size() + "]", node));
    }
    return found;
  }

  private Section section(String where, Yaml.Node node) {
    if (node instanceof Yaml.Mapping inner) {
      return new Section(file, where, inner);
    }
    throw fault(node.line(), "'" + where + "' must be keys and values");
  }

  String text(String key) {
    return optionalText(key).orElseThrow(() -> missing(key));
  }

  Optional<String> optionalText(String key) {
    return node(key).map(node -> text(at(key), node));
  }

  List<String> texts(String key) {
    List<String> found = new ArrayList<>();
    Set<String> seen = new LinkedHashSet<>();
    for (Yaml.Node node : list(key)) {
      String text = text(at(key) + "[" + found.size() + "]", node);
      if (!seen.add(text)) {
        throw fault(
            node.line(), "'" + Yaml.shown(text) + "' stands twice in '" + at(key) + "'; keep one");
      }
      found.add(text);
    }
    return found;
  }

  Map<String, String> textMap(String key) {
    Map<String, String> found = new LinkedHashMap<>();
    Optional<Section> inner = optionalSection(key);
    if (inner.isPresent()) {
      for (Map.Entry<String, Yaml.Entry> entry : inner.get().mapping.entries().entrySet()) {
        if (entry.getKey().isBlank()) {
          throw fault(
              entry.getValue().line(),
              "a key of '" + at(key) + "' is blank; blank never means everything");
        }
        found.put(entry.getKey(), text(at(key) + "." + entry.getKey(), entry.getValue().value()));
      }
    }
    return found;
  }

  private List<Yaml.Node> list(String key) {
    Optional<Yaml.Node> node = node(key);
    if (node.isEmpty()) {
      return List.of();
    }
    if (node.get() instanceof Yaml.Sequence sequence) {
      if (sequence.items().size() > MAX_ITEMS) {
        throw faultAt(key, "has more than " + MAX_ITEMS + " items; use a glob");
      }
      return sequence.items();
    }
    throw faultAt(key, "must be a list, for example [one, two]");
  }

  private String text(String where, Yaml.Node node) {
    if (!(node instanceof Yaml.Scalar scalar)) {
      throw fault(node.line(), "'" + where + "' must be one text");
    }
    if (scalar.kind() != Yaml.Scalar.Kind.TEXT) {
      throw fault(
          node.line(),
          "'"
              + where
              + "' must be text"
              + (scalar.kind() == Yaml.Scalar.Kind.NOTHING
                  ? ", but nothing stands there"
                  : "; put it in quotes"));
    }
    if (scalar.text().isBlank()) {
      throw fault(node.line(), "'" + where + "' is blank; blank never means everything");
    }
    if (scalar.text().length() > MAX_TEXT
        || scalar.text().chars().anyMatch(Character::isISOControl)) {
      throw fault(node.line(), "'" + where + "' is too long or holds control characters");
    }
    return scalar.text();
  }

  Optional<Long> whole(String key, long least, long most) {
    return node(key)
        .map(
            node -> {
              if (!(node instanceof Yaml.Scalar scalar)
                  || scalar.kind() != Yaml.Scalar.Kind.WHOLE
                  || !WHOLE.matcher(scalar.text()).matches()) {
                throw faultAt(key, "must be a whole number from " + least + " to " + most);
              }
              long value = Long.parseLong(scalar.text());
              if (value < least || value > most) {
                throw faultAt(
                    key,
                    "must be a whole number from " + least + " to " + most + ", but is " + value);
              }
              return value;
            });
  }

  Optional<Boolean> truth(String key) {
    return node(key)
        .map(
            node -> {
              if (node instanceof Yaml.Scalar scalar
                  && scalar.kind() == Yaml.Scalar.Kind.TRUTH
                  && (scalar.text().equals("true") || scalar.text().equals("false"))) {
                return scalar.text().equals("true");
              }
              throw faultAt(key, "must be true or false");
            });
  }

  Optional<Double> percent(String key) {
    return node(key)
        .map(
            node -> {
              String rule = "must be a number from 0 to below 100 (0 means none)";
              if (!(node instanceof Yaml.Scalar scalar)
                  || (scalar.kind() != Yaml.Scalar.Kind.WHOLE
                      && scalar.kind() != Yaml.Scalar.Kind.FRACTION)
                  || !DECIMAL.matcher(scalar.text()).matches()) {
                throw faultAt(key, rule);
              }
              double value = Double.parseDouble(scalar.text());
              if (!(value >= 0 && value < 100)) {
                throw faultAt(key, rule + ", but is " + scalar.text());
              }
              return value;
            });
  }

  Optional<Duration> duration(String key, Duration least, Duration most) {
    return node(key)
        .map(
            node -> {
              String rule =
                  "must be a length of time from "
                      + words(least)
                      + " to "
                      + words(most)
                      + ", for example 30d or 12h";
              Matcher matcher =
                  node instanceof Yaml.Scalar scalar ? DURATION.matcher(scalar.text()) : null;
              if (matcher == null || !matcher.matches()) {
                throw faultAt(key, rule);
              }
              long amount = Long.parseLong(matcher.group(1));
              Duration value =
                  switch (matcher.group(2)) {
                    case "s" -> Duration.ofSeconds(amount);
                    case "m" -> Duration.ofMinutes(amount);
                    case "h" -> Duration.ofHours(amount);
                    default -> Duration.ofDays(amount);
                  };
              if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
                throw faultAt(key, rule);
              }
              return value;
            });
  }

  Instant instant(String key) {
    String text = text(key);
    try {
      return text.length() == "2026-01-31".length()
          ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
          : Instant.parse(text);
    } catch (DateTimeException e) {
      throw faultAt(
          key, "must be a day or an instant, for example 2026-01-31 or 2026-01-31T12:00:00Z");
    }
  }

  <T> T choice(String key, Map<String, T> choices) {
    String word = text(key);
    T value = choices.get(word);
    if (value == null) {
      throw faultAt(
          key,
          "must be one of "
              + String.join(", ", choices.keySet())
              + ", but is '"
              + Yaml.shown(word)
              + "'");
    }
    return value;
  }

  <T> Optional<T> parsed(String key, Function<String, T> parser, String rule) {
    return optionalText(key)
        .map(
            text -> {
              try {
                return parser.apply(text);
              } catch (IllegalArgumentException e) {
                throw faultAt(key, rule);
              }
            });
  }

  ConfigException missing(String key) {
    return fault(line(), "'" + at(key) + "' is missing; it is required");
  }

  private String at(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  static String words(Duration length) {
    long seconds = length.toSeconds();
    if (seconds % 86_400 == 0 && seconds > 0) {
      return seconds / 86_400 + "d";
    }
    if (seconds % 3_600 == 0 && seconds > 0) {
      return seconds / 3_600 + "h";
    }
    return seconds % 60 == 0 && seconds > 0 ? seconds / 60 + "m" : seconds + "s";
  }

  /** The known key that a person most likely meant, if one is near. */
  private static Optional<String> nearest(String key, Set<String> known) {
    String best = null;
    int least = 3;
    for (String candidate : new TreeSet<>(known)) {
      int distance =
          distance(
              key.toLowerCase(java.util.Locale.ROOT), candidate.toLowerCase(java.util.Locale.ROOT));
      if (distance < least) {
        least = distance;
        best = candidate;
      }
    }
    return Optional.ofNullable(best);
  }

  private static int distance(String one, String other) {
    if (Math.abs(one.length() - other.length()) > 2) {
      return Integer.MAX_VALUE;
    }
    int[] row = new int[other.length() + 1];
    for (int j = 0; j <= other.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= one.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= other.length(); j++) {
        int above = row[j];
        int change = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(change, Math.min(above, row[j - 1]) + 1);
        diagonal = above;
      }
    }
    return row[other.length()];
  }
}
