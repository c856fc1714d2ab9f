package dev.guard.registry.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import dev.guard.testkit.architecture.GuardRules;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * guard-registry knows no cluster and deletes only with a permit. The rules' own tests are in
 * guard-testkit.
 */
class ArchitectureTest {
  private static final JavaClasses MAIN =
      new ClassFileImporter().importPath(Path.of("target", "classes"));

  private static final Predicate<AccessTarget> SENDS_A_CHANGE =
      call ->
          call.getOwner().getName().equals("dev.guard.registry.Requests")
              && (call.getName().equals("sendDelete") || call.getName().equals("sendManifest"));

  /** The request methods by which HTTP changes something, as literals in the source. */
  private static final Pattern CHANGING = Pattern.compile("\"(DELETE|PUT|PATCH|POST)\"");

  private static final ArchRule KNOWS_NO_CLUSTER =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.guard.k8s..", "io.fabric8..", "dev.guard.testkit..", "dev.guard.examples..");

  @Test
  void knowsNoClusterAndNoTestkit() {
    KNOWS_NO_CLUSTER.check(MAIN);
  }

  @Test
  void knowingTheTestkitWouldBeFound() {
    assertThat(
            KNOWS_NO_CLUSTER
                .evaluate(new ClassFileImporter().importClasses(ArchitectureTest.class))
                .hasViolation())
        .isTrue();
  }

  @Test
  void deletesAndPutsBackOnlyWithAPermit() {
    GuardRules.actsOnlyWithPermit(
            SENDS_A_CHANGE,
            Set.of(
                // asks for the deletion of a digest that no content has, to learn whether it could
                "dev.guard.registry.Deletion.probe"))
        .check(MAIN);
  }

  @Test
  void theRuleAboutPermitsIsNotEmpty() {
    assertThat(
            GuardRules.actsOnlyWithPermit(SENDS_A_CHANGE, Set.of())
                .evaluate(MAIN)
                .getFailureReport()
                .getDetails())
        .singleElement()
        .asString()
        .contains("Deletion.probe(");
  }

  @Test
  void onlyOnePlaceChangesAndOnlyTheTokenRequestPosts() throws IOException {
    try (Stream<Path> sources = Files.walk(Path.of("src", "main", "java"))) {
      List<String> found =
          sources
              .filter(path -> path.toString().endsWith(".java"))
              .sorted()
              .flatMap(ArchitectureTest::changing)
              .toList();
      assertThat(found)
          .containsExactly(
              "Authorizer.java \"POST\"", "Requests.java \"DELETE\"", "Requests.java \"PUT\"");
    }
  }

  @Test
  void takesTimeFromTimeAndAsksFilesPlainly() {
    GuardRules.takesTimeFromTime(
            Set.of(
                // ends a credential helper that hangs; nothing is decided by that clock
                "dev.guard.registry.DockerConfig.bounded"))
        .check(MAIN);
    GuardRules.doesNotGuessAboutFiles(Set.of()).check(MAIN);
  }

  private static Stream<String> changing(Path source) {
    try {
      return CHANGING
          .matcher(Files.readString(source))
          .results()
          .map(hit -> source.getFileName() + " " + hit.group());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
