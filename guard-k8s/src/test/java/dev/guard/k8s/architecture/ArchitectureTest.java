package dev.guard.k8s.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import dev.guard.testkit.architecture.GuardRules;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import java.nio.file.Path;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/**
 * guard-k8s knows no registry, and in 0.1 it can only read, but for the ConfigMaps that hold state.
 * The rules' own tests are in guard-testkit.
 */
class ArchitectureTest {
  private static final JavaClasses MAIN =
      new ClassFileImporter().importPath(Path.of("target", "classes"));

  /** Everything of the client library that could change a cluster. */
  private static final Predicate<AccessTarget> CHANGES_A_CLUSTER =
      call ->
          call.getOwner().getPackageName().startsWith("io.fabric8.")
              && call.getName()
                  .matches(
                      "(delete|post|put|patch|method|create|createOr.*|edit|editStatus|replace|replaceStatus"
                          + "|update.*|serverSideApply|evict|scale|withGracePeriod|withPropagationPolicy|rolling)");

  private static final String WRITER = "dev.guard.k8s.ConfigMapWriter";

  private static final ArchRule ONLY_READS =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName(WRITER)
          .should()
          .accessTargetWhere(
              com.tngtech.archunit.base.DescribedPredicate.describe(
                  "change a cluster", access -> CHANGES_A_CLUSTER.test(access.getTarget())));

  private static final ArchRule ONLY_STATE_WRITES =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName(WRITER)
          .and()
          .doNotHaveFullyQualifiedName("dev.guard.k8s.ClusterConnection")
          .and()
          .doNotHaveFullyQualifiedName("dev.guard.k8s.ConfigMapStore")
          .should()
          .dependOnClassesThat()
          .haveFullyQualifiedName(WRITER);

  private static final ArchRule KNOWS_NO_REGISTRY =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.guard.registry..", "dev.guard.testkit..", "dev.guard.examples..");

  @Test
  void knowsNoRegistryAndNoTestkit() {
    KNOWS_NO_REGISTRY.check(MAIN);
  }

  @Test
  void knowingTheTestkitWouldBeFound() {
    assertThat(KNOWS_NO_REGISTRY.evaluate(imported(ArchitectureTest.class)).hasViolation())
        .isTrue();
  }

  @Test
  void onlyReads() {
    ONLY_READS.check(MAIN);
    ONLY_STATE_WRITES.check(MAIN);
  }

  @Test
  void aChangeWouldBeFound() {
    assertThat(ONLY_READS.evaluate(imported(Changes.class)).getFailureReport().getDetails())
        .hasSize(2)
        .anyMatch(line -> line.contains("Changes.raw("))
        .anyMatch(line -> line.contains("Changes.pod("));
  }

  @Test
  void takesTimeFromTimeAndAsksFilesPlainly() {
    GuardRules.takesTimeFromTime(Set.of()).check(MAIN);
    GuardRules.doesNotGuessAboutFiles(
            Set.of(
                // a token file of which it cannot be told whether it can be read is refused
                "dev.guard.k8s.ClusterConnection.choose"))
        .check(MAIN);
  }

  private static JavaClasses imported(Class<?> type) {
    return new ClassFileImporter().importClasses(type);
  }

  /** Deletes in both ways the client library offers. */
  @SuppressWarnings("unused")
  private static final class Changes {
    HttpRequest.Builder raw(HttpRequest.Builder request) {
      return request.delete("application/json", "{}");
    }

    Object pod(KubernetesClient client) {
      return client.pods().inNamespace("shop").withName("api").delete();
    }
  }
}
