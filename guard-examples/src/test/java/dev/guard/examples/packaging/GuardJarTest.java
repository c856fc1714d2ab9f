package dev.guard.examples.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is in guard.jar, and what must not be. Runs once the jar is packed. */
class GuardJarTest {
  private static JarFile jar;
  private static List<String> names;

  @BeforeAll
  static void open() throws IOException {
    jar = new JarFile(Path.of("target", "guard.jar").toFile());
    names = jar.stream().map(ZipEntry::getName).toList();
  }

  @AfterAll
  static void close() throws IOException {
    jar.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "org/junit/",
        "net/jqwik/",
        "org/opentest4j/",
        "com/tngtech/archunit/",
        "org/assertj/",
        "org/openjdk/jmh/",
        "io/vertx/"
      })
  void holdsNoTestLibraryAndNoSecondHttpClient(String unwanted) {
    assertThat(names).noneMatch(name -> name.startsWith(unwanted) || name.contains("/" + unwanted));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "dev/guard/Guard.class",
        "dev/guard/k8s/",
        "dev/guard/registry/",
        "dev/guard/testkit/",
        "dev/guard/examples/GuardCommand.class"
      })
  void holdsEveryModule(String wanted) {
    assertThat(names).anyMatch(name -> name.startsWith(wanted));
  }

  @Test
  void startsTheCommandLine() throws IOException {
    assertThat(jar.getManifest().getMainAttributes().getValue("Main-Class"))
        .isEqualTo("dev.guard.examples.GuardCommand");
  }

  @Test
  void keepsTheServiceFilesThatFindTheHttpClient() throws IOException {
    assertThat(text("META-INF/services/io.fabric8.kubernetes.client.http.HttpClient$Factory"))
        .contains("Jdk")
        .doesNotContain("Vertx");
    assertThat(text("META-INF/services/org.slf4j.spi.SLF4JServiceProvider")).contains("logback");
  }

  @Test
  void holdsNoSignatureAndNoModuleDescriptorOfItsParts() {
    assertThat(names)
        .noneMatch(name -> name.endsWith("module-info.class"))
        .noneMatch(name -> name.startsWith("META-INF/") && name.endsWith(".SF"));
  }

  private static String text(String name) throws IOException {
    ZipEntry entry = jar.getEntry(name);
    assertThat(entry).as(name).isNotNull();
    try (var in = jar.getInputStream(entry)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
