package dev.guard.testkit.law;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.Guard;
import java.io.IOException;
import java.io.StringWriter;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every law is able to fail: it kills engines that are wrong in a small way. Each bug is planted in
 * a copy of the sources, compiled, loaded beside the right engine, and must be found within a
 * thousand scenarios.
 */
class PlantedBugTest {
  private static final int MOST_TRIES = 1000;
  private static final Path SOURCES =
      Path.of(System.getProperty("guard.root", ".."), "guard-core", "src", "main", "java");

  private static final Path BUGS =
      Path.of(
          System.getProperty("guard.root", ".."),
          "guard-testkit",
          "src",
          "test",
          "resources",
          "planted");

  @TempDir Path temp;

  private static List<PlantedBug> bugs() throws Exception {
    List<PlantedBug> bugs = new ArrayList<>();
    try (Stream<Path> files = Files.list(BUGS)) {
      for (Path file : files.sorted().toList()) {
        bugs.add(PlantedBug.read(file));
      }
    }
    return bugs;
  }

  @Test
  void everyJudgedLaw_hasABugItKills() throws Exception {
    TreeSet<Integer> judged = new TreeSet<>();
    for (Law law : Law.values()) {
      if (law.isJudged()) {
        judged.add(law.number());
      }
    }
    TreeSet<Integer> planted = new TreeSet<>();
    bugs().forEach(bug -> planted.add(bug.law()));
    assertThat(planted).isEqualTo(judged);
  }

  @Test
  void everyBug_standsOnThePageOfLaws() throws Exception {
    String page =
        Files.readString(
            Path.of(System.getProperty("guard.root", "..")).resolve("docs").resolve("laws.md"));
    for (PlantedBug bug : bugs()) {
      assertThat(page.lines().filter(line -> line.startsWith("| " + bug.law() + " |")))
          .as(bug.name())
          .singleElement()
          .asString()
          .contains(bug.why());
    }
  }

  @TestFactory
  Stream<DynamicTest> theLawKillsTheBug() throws Exception {
    return bugs().stream()
        .map(bug -> DynamicTest.dynamicTest(bug.name() + ": " + bug.why(), () -> killed(bug)));
  }

  private void killed(PlantedBug bug) throws Exception {
    Path classes = compile(bug);
    String law = Law.values()[bug.law() - 1].name();
    try (URLClassLoader wrong = new WrongFirst(classes)) {
      Method replay = wrong.loadClass(Law.class.getName()).getMethod("replay", String.class);
      TreeSet<String> others = new TreeSet<>();
      for (int seed = 0; seed < MOST_TRIES; seed++) {
        String scenario = Scenarios.random(Law.valueOf(law), seed).toString();
        for (Object broken : (List<?>) replay.invoke(null, scenario)) {
          String name = broken.toString().split("[ :]", 2)[0];
          if (name.equals(law)) {
            return;
          }
          others.add(name);
        }
      }
      assertThat(others)
          .as(
              "%s (%s) survived %s scenarios; other laws that died",
              bug.name(), bug.why(), MOST_TRIES)
          .containsExactly(law);
    }
  }

  private Path compile(PlantedBug bug) throws IOException {
    Path sources = Files.createDirectories(temp.resolve(bug.name()).resolve("sources"));
    Path classes = Files.createDirectories(temp.resolve(bug.name()).resolve("classes"));
    List<Path> files = new ArrayList<>();
    for (Map.Entry<String, String> one : bug.plant(SOURCES).entrySet()) {
      Path file = sources.resolve(one.getKey());
      Files.createDirectories(file.getParent());
      files.add(Files.writeString(file, one.getValue()));
    }
    JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
    StringWriter said = new StringWriter();
    try (StandardJavaFileManager manager = javac.getStandardFileManager(null, null, null)) {
      boolean compiled =
          javac
              .getTask(
                  said,
                  manager,
                  null,
                  List.of(
                      "-proc:none",
                      "-nowarn",
                      "-cp",
                      System.getProperty("java.class.path"),
                      "-d",
                      classes.toString()),
                  null,
                  manager.getJavaFileObjectsFromPaths(files))
              .call();
      assertThat(compiled).as("%s compiles:%n%s", bug.name(), said).isTrue();
    }
    return classes;
  }

  /** Loads guard anew, the planted classes first; everything else is shared. */
  private static final class WrongFirst extends URLClassLoader {
    WrongFirst(Path classes) throws IOException {
      super(
          new URL[] {classes.toUri().toURL(), place(Guard.class), place(Law.class)},
          PlantedBugTest.class.getClassLoader());
    }

    private static URL place(Class<?> of) {
      return of.getProtectionDomain().getCodeSource().getLocation();
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      synchronized (getClassLoadingLock(name)) {
        Class<?> loaded = findLoadedClass(name);
        if (loaded == null && name.startsWith("dev.guard.")) {
          loaded = findClass(name);
        }
        return loaded == null ? super.loadClass(name, resolve) : loaded;
      }
    }
  }
}
