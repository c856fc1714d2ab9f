package dev.guard.testkit.law;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A wrong engine, as edits of the right one's sources: which law must die, why, and for each file
 * what stands there and what stands there instead. Line breaks and indentation do not matter;
 * everything else must stand exactly once.
 */
record PlantedBug(String name, int law, String why, List<Edit> edits) {
  record Edit(String file, String old, String wrong) {}

  private static final Pattern EDIT =
      Pattern.compile(
          "^file: (\\S+)\\n<<<<\\n(.*?)\\n====\\n(.*?)\\n?>>>>$",
          Pattern.DOTALL | Pattern.MULTILINE);
  private static final Pattern TOKEN = Pattern.compile("\\w+|[^\\w\\s]");

  static PlantedBug read(Path file) throws IOException {
    String text = Files.readString(file);
    List<Edit> edits = new ArrayList<>();
    Matcher matcher = EDIT.matcher(text);
    while (matcher.find()) {
      edits.add(new Edit(matcher.group(1), matcher.group(2), matcher.group(3)));
    }
    if (edits.isEmpty()) {
      throw new IllegalArgumentException(file + " has no edit.");
    }
    return new PlantedBug(
        String.valueOf(file.getFileName()).replace(".txt", ""),
        Integer.parseInt(head(text, "law")),
        head(text, "why"),
        edits);
  }

  private static String head(String text, String name) {
    Matcher matcher = Pattern.compile("^" + name + ": (.+)$", Pattern.MULTILINE).matcher(text);
    if (!matcher.find()) {
      throw new IllegalArgumentException("A planted bug names its " + name + ".");
    }
    return matcher.group(1);
  }

  /** The files as they would stand with the bug in them. */
  Map<String, String> plant(Path sources) throws IOException {
    Map<String, String> files = new LinkedHashMap<>();
    for (Edit edit : edits) {
      String text = files.get(edit.file());
      if (text == null) {
        text = Files.readString(sources.resolve(edit.file()), StandardCharsets.UTF_8);
      }
      files.put(edit.file(), replace(text, edit));
    }
    return files;
  }

  private String replace(String text, Edit edit) {
    StringBuilder pattern = new StringBuilder();
    Matcher tokens = TOKEN.matcher(edit.old());
    while (tokens.find()) {
      pattern.append(pattern.length() == 0 ? "" : "\\s*").append(Pattern.quote(tokens.group()));
    }
    Matcher found = Pattern.compile(pattern.toString()).matcher(text);
    if (!found.find()) {
      throw new IllegalStateException(
          name + ": this does not stand in " + edit.file() + " any more: " + edit.old());
    }
    int from = found.start();
    int to = found.end();
    if (found.find()) {
      throw new IllegalStateException(
          name + ": this stands twice in " + edit.file() + ": " + edit.old());
    }
    return text.substring(0, from) + edit.wrong() + text.substring(to);
  }
}
