package dev.guard.testkit.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

class GuardRulesTest {
  private static final String PACKAGE = "dev.guard.testkit.architecture.careless";
  private static final JavaClasses TOOL = new ClassFileImporter().importPackages(PACKAGE);
  private static final String UNGUARDED = "dev.guard.testkit.architecture.unguarded";
  private static final JavaClasses GUARDED = new ClassFileImporter().importPackages(UNGUARDED);
  private static final Predicate<AccessTarget> PURGE =
      call ->
          call.getOwner().getName().equals(PACKAGE + ".Store") && call.getName().equals("purge");

  @Test
  void everyActWithoutAPermitIsFound() {
    assertThat(broken(GuardRules.actsOnlyWithPermit(PURGE, Set.of())))
        .hasSize(4)
        .anyMatch(line -> line.contains("Careless.open("))
        .anyMatch(line -> line.contains("Careless.throughReference("))
        .anyMatch(line -> line.contains("Careless.shared("))
        .anyMatch(line -> line.contains("Careless.uncalled("));
  }

  @Test
  void anExceptionIsHonouredByItsFullName() {
    assertThat(
            broken(
                GuardRules.actsOnlyWithPermit(
                    PURGE, Set.of(PACKAGE + ".Careless.open", PACKAGE + ".Careless.otherHalf"))))
        .hasSize(2)
        .anyMatch(line -> line.contains("Careless.throughReference("))
        .anyMatch(line -> line.contains("Careless.uncalled("));
  }

  @Test
  void aRuleThatWatchesNothingFails() {
    assertThat(broken(GuardRules.actsOnlyWithPermit(call -> false, Set.of())))
        .singleElement()
        .asString()
        .contains("nothing was proven");
  }

  @Test
  void clocksAndGuessesAreFound() {
    assertThat(broken(GuardRules.takesTimeFromTime(Set.of())))
        .singleElement()
        .asString()
        .contains("Instant.now");
    assertThat(broken(GuardRules.doesNotGuessAboutFiles(Set.of())))
        .singleElement()
        .asString()
        .contains("Files.exists");
    assertThat(broken(GuardRules.takesTimeFromTime(Set.of(PACKAGE + ".Careless")))).isEmpty();
    assertThat(broken(GuardRules.doesNotGuessAboutFiles(Set.of(PACKAGE + ".Careless")))).isEmpty();
  }

  @Test
  void anActOutsideAGuardedMethodIsFound() {
    Predicate<AccessTarget> purge =
        call -> call.getFullName().startsWith(UNGUARDED + ".Tidy$Table.purge");
    assertThat(broken(GuardRules.actsOnlyInGuardedMethods(purge, Set.of()), GUARDED))
        .singleElement()
        .asString()
        .contains("Untidy.unguarded(");
    assertThat(
            broken(
                GuardRules.actsOnlyInGuardedMethods(purge, Set.of(UNGUARDED + ".Untidy.unguarded")),
                GUARDED))
        .isEmpty();
    assertThat(broken(GuardRules.actsOnlyInGuardedMethods(call -> false, Set.of()), GUARDED))
        .singleElement()
        .asString()
        .contains("nothing was proven");
  }

  @Test
  void aCallPastItsOwnGuardIsFound() {
    assertThat(broken(GuardRules.doesNotCallItsOwnGuardedMethods(Set.of()), GUARDED))
        .singleElement()
        .asString()
        .contains("Untidy.pastTheGuard(");
    assertThat(
            broken(
                GuardRules.doesNotCallItsOwnGuardedMethods(
                    Set.of(UNGUARDED + ".Untidy.pastTheGuard")),
                GUARDED))
        .isEmpty();
  }

  @Test
  void guardedMethodsThatNobodyCanAdviseAreFound() {
    assertThat(broken(GuardRules.guardedMethodsCanBeAdvised(), GUARDED))
        .hasSize(3)
        .anyMatch(line -> line.contains("Untidy.last(") && line.contains("FINAL"))
        .anyMatch(line -> line.contains("Untidy.secret(") && line.contains("PRIVATE"))
        .anyMatch(line -> line.contains("Untidy.still(") && line.contains("STATIC"));
    assertThat(broken(GuardRules.guardedMethodsCanBeAdvised()))
        .singleElement()
        .asString()
        .contains("nothing was proven");
  }

  private static List<String> broken(ArchRule rule) {
    return broken(rule, TOOL);
  }

  private static List<String> broken(ArchRule rule, JavaClasses tool) {
    return rule.evaluate(tool).getFailureReport().getDetails();
  }
}
