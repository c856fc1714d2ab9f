package dev.guard.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The page of hazards and the tests say the same: what the page names exists, what exists is on the
 * page, and no id that was asked for is missing.
 */
class HazardsPageTest {
  private static final List<String> ASKED_FOR =
      List.of(
              "H01 H02 H03 H04 H05 H06 H19 H20 H24 H25 H26 H27 H28 H32 H39 H40 H41 H42 H43 H44 H45 H47 H58"
                  .split(" "),
              "H65 H66 H67 H68 H82 H83 H84 H85 H86 H87 H88 H99 H100".split(" "),
              "T1 T2 T3 T4 T5 T7 T8 T9 T10 T11 T12 T13 T14 T15 T16 T17 T18 T19 T20 T21 T22 T23 T24 T25 T26 T27"
                  .split(" "),
              "T28 T29 T30 T31".split(" "))
          .stream()
          .flatMap(Arrays::stream)
          .toList();

  private static final Pattern ID = Pattern.compile("H[0-9]{2,3}|T[1-9][0-9]?");
  private static final Pattern METHOD =
      Pattern.compile(
          "(?m)^ +(?:(?:public|protected|private|default|static|final) +)*"
              + "[A-Za-z][A-Za-z0-9_.<>?]* +((?:[ht][0-9]{2,3}_)+[A-Za-z0-9_]+)\\(");
  private static final Pattern NAMED =
      Pattern.compile("([A-Za-z0-9]*)#([A-Za-z0-9_]+\\*?)( †)?(, |$)");

  /** One test as a row names it; the method may end with a star. */
  private record Named(String type, String method, boolean owed) {
    boolean means(Found found) {
      boolean fits =
          method.endsWith("*")
              ? found.method().startsWith(method.substring(0, method.length() - 1))
              : found.method().equals(method);
      return fits && found.type().equals(type);
    }
  }

  /** One test as it stands in a source. */
  private record Found(String type, String method) {
    /** The ids in its name, as the page writes them. */
    Set<String> ids() {
      Set<String> ids = new TreeSet<>();
      Matcher matcher = Pattern.compile("\\G([ht])([0-9]{2,3})_").matcher(method);
      while (matcher.find()) {
        ids.add(
            matcher.group(1).equals("h")
                ? "H" + matcher.group(2)
                : "T" + Integer.parseInt(matcher.group(2)));
      }
      return ids;
    }

    @Override
    public String toString() {
      return type + "#" + method;
    }
  }

  /** What is wrong with a page, given the sources by their names. */
  private static List<String> complaints(String page, Map<String, String> sources) {
    List<String> wrong = new ArrayList<>();
    List<Found> tests = tests(sources);
    Map<String, List<Named>> rows = rows(page, wrong);
    rows.forEach(
        (id, row) -> {
          for (Named one : row) {
            if (tests.stream().noneMatch(one::means)) {
              wrong.add(id + " names " + one.type() + "#" + one.method() + ", which is no test");
            }
          }
          if (ASKED_FOR.contains(id) && row.stream().allMatch(Named::owed)) {
            wrong.add(id + " has no test that was seen red");
          }
        });
    for (Found test : tests) {
      for (String id : test.ids()) {
        if (rows.getOrDefault(id, List.of()).stream().noneMatch(one -> one.means(test))) {
          wrong.add(test + " stands in no row " + id);
        }
      }
    }
    for (String id : ASKED_FOR) {
      if (!rows.containsKey(id)) {
        wrong.add(id + " has no row");
      }
    }
    return wrong;
  }

  private static List<Found> tests(Map<String, String> sources) {
    List<Found> tests = new ArrayList<>();
    sources.forEach(
        (file, text) -> {
          String name = file.substring(file.lastIndexOf('/') + 1);
          Matcher matcher = METHOD.matcher(text);
          while (matcher.find()) {
            tests.add(new Found(name.substring(0, name.indexOf('.')), matcher.group(1)));
          }
        });
    return tests;
  }

  private static Map<String, List<Named>> rows(String page, List<String> wrong) {
    Map<String, List<Named>> rows = new LinkedHashMap<>();
    for (String line : page.lines().filter(it -> it.startsWith("|")).skip(2).toList()) {
      String[] cells = line.split("\\|", -1);
      String id = cells.length == 5 ? cells[1].strip() : "";
      if (!ID.matcher(id).matches() || cells[3].isBlank()) {
        wrong.add("no row of an id, its tests and their rule: " + line);
      } else if (rows.put(id, named(id, cells[2].strip(), wrong)) != null) {
        wrong.add(id + " has two rows");
      }
    }
    return rows;
  }

  private static List<Named> named(String id, String cell, List<String> wrong) {
    List<Named> named = new ArrayList<>();
    Matcher matcher = NAMED.matcher(cell);
    String type = "";
    int end = 0;
    while (matcher.find() && matcher.start() == end) {
      type = matcher.group(1).isEmpty() ? type : matcher.group(1);
      named.add(new Named(type, matcher.group(2), matcher.group(3) != null));
      end = matcher.end();
    }
    if (named.isEmpty() || end != cell.length()) {
      wrong.add(id + " has tests that cannot be understood from: " + cell.substring(end));
    }
    return named;
  }

  /** The reactor's root, which the build names; elsewhere the nearest directory with the page. */
  private static Path root() {
    String given = System.getProperty("guard.root", "");
    Path at = Path.of(given.isEmpty() ? "" : given).toAbsolutePath();
    while (!Files.exists(at.resolve("docs/hazards.md"))) {
      at = at.getParent();
      if (at == null) {
        throw new AssertionError("docs/hazards.md is nowhere above the working directory");
      }
    }
    return at;
  }

  private static String page() throws IOException {
    return Files.readString(root().resolve("docs/hazards.md"));
  }

  /** Every source of every module, main code as well: contracts stand there. */
  private static Map<String, String> sources() throws IOException {
    Map<String, String> sources = new TreeMap<>();
    try (Stream<Path> modules = Files.list(root())) {
      for (Path module : modules.filter(it -> Files.isDirectory(it.resolve("src"))).toList()) {
        try (Stream<Path> files = Files.walk(module.resolve("src"))) {
          for (Path file : files.filter(it -> it.toString().endsWith(".java")).toList()) {
            sources.put(file.toString().replace('\\', '/'), Files.readString(file));
          }
        }
      }
    }
    return sources;
  }

  @Test
  void thePageAndTheTestsSayTheSame() throws IOException {
    Map<String, String> sources = sources();
    assertThat(tests(sources)).hasSizeGreaterThan(200);
    assertThat(complaints(page(), sources)).isEmpty();
  }

  @Test
  void aTestThatIsGoneIsNoticed() throws IOException {
    String page = page().replace("#h40_untagging_isUnsupported_andNothingIsSent", "#h40_gone");
    assertThat(complaints(page, sources()))
        .contains("H40 names RegistryClientTest#h40_gone, which is no test")
        .contains(
            "RegistryClientTest#h40_untagging_isUnsupported_andNothingIsSent stands in no row H40");
  }

  @Test
  void aTestThatNobodyListedIsNoticed() throws IOException {
    Map<String, String> sources = sources();
    sources.put("x/NewTest.java", "class NewTest {\n  void h25_t23_new() throws Exception {}\n}");
    assertThat(complaints(page(), sources))
        .containsExactly(
            "NewTest#h25_t23_new stands in no row H25", "NewTest#h25_t23_new stands in no row T23");
  }

  @Test
  void anIdThatIsMissingOrWhoseTestsAreAllOwedIsNoticed() throws IOException {
    String page = page();
    assertThat(complaints(page.replaceAll("(?m)^\\| H83 .*$", ""), sources()))
        .contains("H83 has no row");
    assertThat(complaints(page.replaceAll("(?m)^(\\| H83 \\| \\S+)", "$1 †"), sources()))
        .containsExactly("H83 has no test that was seen red");
  }

  @Test
  void aRowThatCannotBeReadIsNoticed() throws IOException {
    String page = page() + "| H83 | ImageReferenceTest#h83_* and more | twice |\n| H7 | a | b |\n";
    assertThat(complaints(page, sources()))
        .contains("H83 has two rows")
        .contains("no row of an id, its tests and their rule: | H7 | a | b |")
        .anyMatch(it -> it.startsWith("H83 has tests that cannot be understood"));
  }
}
