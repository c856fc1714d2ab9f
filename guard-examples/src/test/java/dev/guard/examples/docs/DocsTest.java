package dev.guard.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.examples.config.ConfigReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the pages show is what there is: code, commands, configuration, links. */
class DocsTest {
  private static final Path ROOT = Path.of(System.getProperty("guard.root", "..")).toAbsolutePath();
  private static final Pattern FENCE = Pattern.compile("(?ms)^```([a-z]+)\\n(.*?)^```$");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#\\s]+)(#[^)\\s]*)?\\)");

  @TempDir Path temp;

  private record Block(Path page, String language, String text) {}

  private static List<Path> pages() throws IOException {
    try (Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
      List<Path> pages =
          new ArrayList<>(docs.filter(it -> it.toString().endsWith(".md")).sorted().toList());
      pages.add(ROOT.resolve("README.md"));
      pages.add(ROOT.resolve("CONTRIBUTING.md"));
      return pages;
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Block> blocks(String language) throws IOException {
    List<Block> blocks = new ArrayList<>();
    for (Path page : pages()) {
      Matcher fence = FENCE.matcher(text(page));
      while (fence.find()) {
        if (fence.group(1).equals(language)) {
          blocks.add(new Block(page, language, fence.group(2)));
        }
      }
    }
    return blocks;
  }

  /** Line breaks and indentation are the formatter's. */
  private static String squeezed(String code) {
    return code.replaceAll("\\s+", "");
  }

  private static String sources() throws IOException {
    StringBuilder all = new StringBuilder();
    try (Stream<Path> files = Files.walk(ROOT)) {
      files
          .filter(it -> it.toString().endsWith(".java"))
          .filter(it -> ROOT.relativize(it).toString().matches("guard-[a-z0-9]+/src/.*"))
          .forEach(it -> all.append(squeezed(text(it))).append('\n'));
    }
    return all.toString();
  }

  @Test
  void everyJavaBlock_standsInACompiledSource() throws IOException {
    String sources = sources();
    List<Block> blocks = blocks("java");
    assertThat(blocks).hasSizeGreaterThan(8);
    assertThat(blocks).allSatisfy(block -> assertThat(sources).contains(squeezed(block.text())));
  }

  @Test
  void theReadmeHasTwoSetUpCommands_ofOneLineEach_andIsShort() throws IOException {
    String readme = text(ROOT.resolve("README.md"));
    String setUp = readme.substring(readme.indexOf("## Set up"), readme.indexOf("## The flagship"));
    List<String> commands = new ArrayList<>();
    Matcher fence = FENCE.matcher(setUp);
    while (fence.find()) {
      commands.add(fence.group(2).strip());
    }
    assertThat(commands).hasSize(2).noneMatch(it -> it.contains("\n"));
    assertThat(readme.lines().count()).isLessThan(250);
  }

  @Test
  void everyLinkLeadsSomewhere_andEveryPageIsListed() throws IOException {
    List<String> broken = new ArrayList<>();
    for (Path page : pages()) {
      Matcher link = LINK.matcher(text(page));
      while (link.find()) {
        boolean web = link.group(1).startsWith("https://");
        if (!web && !Files.exists(page.resolveSibling(link.group(1)))) {
          broken.add(ROOT.relativize(page) + " -> " + link.group(1));
        }
      }
    }
    assertThat(broken).isEmpty();
    String index = text(ROOT.resolve("docs").resolve("README.md"));
    for (Path page : pages()) {
      String name = String.valueOf(page.getFileName());
      if (page.startsWith(ROOT.resolve("docs")) && !name.equals("README.md")) {
        assertThat(index).contains("(" + name + ")");
      }
    }
  }

  @Test
  void theConfigurationThatThePagesShow_isAccepted() throws IOException {
    List<Block> blocks = blocks("yaml");
    String whole =
        blocks.stream()
            .map(Block::text)
            .filter(it -> it.startsWith("name:"))
            .findFirst()
            .orElseThrow();
    for (Block block : blocks) {
      String yaml = block.text().startsWith("name:") ? block.text() : whole + block.text();
      Path file = temp.resolve("guard.yaml");
      Files.writeString(file, yaml.replace("\"…\"", '"' + "a".repeat(64) + '"'));
      assertThat(ConfigReader.read(file).name()).as("%s", block.page()).isEqualTo("image-cleanup");
    }
    assertThat(blocks).hasSizeGreaterThan(1);
  }

  @Test
  void theExitCodesOfTheReadme_areThoseOfTheCommands() {
    Set<String> told = new TreeSet<>();
    Matcher row =
        Pattern.compile("(?m)^\\| ([0-9]) \\| ([A-Za-z]+)")
            .matcher(text(ROOT.resolve("README.md")));
    while (row.find()) {
      told.add(row.group(1) + " " + row.group(2).toLowerCase(Locale.ROOT));
    }
    assertThat(told)
        .containsExactly(
            "0 done", "1 found", "2 usage", "3 unreachable", "4 refused", "5 partly", "6 in");
    Set<String> codes = new TreeSet<>();
    Matcher code =
        Pattern.compile("(?m)^  [A-Z_]+\\(([0-9])\\)[,;]")
            .matcher(
                text(
                    ROOT.resolve("guard-examples/src/main/java/dev/guard/examples/cli/Exit.java")));
    while (code.find()) {
      codes.add(code.group(1));
    }
    assertThat(codes).containsExactly("0", "1", "2", "3", "4", "5", "6");
  }
}
