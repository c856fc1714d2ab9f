package dev.guard.testkit.law;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.Guard;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Loads guard anew, the classes with a planted bug first; everything else is shared. */
final class WrongEngine extends URLClassLoader {
  static final Path ROOT = Path.of(System.getProperty("guard.root", ".."));
  private static final Path SOURCES = ROOT.resolve("guard-core").resolve("src/main/java");
  private static final Path RESOURCES = ROOT.resolve("guard-testkit").resolve("src/test/resources");

  private WrongEngine(Path classes) throws IOException {
    super(
        new URL[] {
          classes.toUri().toURL(), place(Guard.class), place(Law.class), place(WrongEngine.class)
        },
        WrongEngine.class.getClassLoader());
  }

  private static URL place(Class<?> of) {
    return of.getProtectionDomain().getCodeSource().getLocation();
  }

  /** All bugs of a directory of the test resources, sorted by name. */
  static List<PlantedBug> bugs(String directory) throws IOException {
    List<PlantedBug> bugs = new ArrayList<>();
    try (Stream<Path> files = Files.list(RESOURCES.resolve(directory))) {
      for (Path file : files.sorted().toList()) {
        bugs.add(PlantedBug.read(file));
      }
    }
    return bugs;
  }

  /** Plants a bug in a copy of the sources, and compiles what it changes. */
  static WrongEngine with(PlantedBug bug, Path temp) throws IOException {
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
    return new WrongEngine(classes);
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
