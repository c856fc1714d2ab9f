package dev.guard.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.EvaluationResult;
import dev.guard.testkit.architecture.GuardRules;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each rule of the map is able to fail: it finds what is wrong with a house built wrong on purpose.
 */
class WrongHouseTest {
  private static final String ROOT = "dev.guard.architecture.wronghouse";
  private static final JavaClasses WRONG = new ClassFileImporter().importPackages(ROOT);
  private static final House HOUSE = new House(ROOT, Set.of("Front"));

  @Test
  void aRoomOffTheMapIsFound() {
    assertThat(broken(HOUSE.everyRoomIsOnTheMap()))
        .singleElement()
        .asString()
        .contains("attic.Thing");
  }

  @Test
  void aRoomThatKnowsTooMuchIsFound() {
    assertThat(broken(HOUSE.roomsKnowOnlyWhatTheyMay()))
        .anyMatch(line -> line.contains("killswitch.Switch") && line.contains("openfeature.Flag"))
        .anyMatch(line -> line.contains("pace.Pacer") && line.contains("dryrun.Rehearsal"))
        .noneMatch(line -> line.contains("wronghouse.Front"));
  }

  @Test
  void aPrimitiveThatKnowsAnotherIsFound() {
    assertThat(broken(HOUSE.primitivesDoNotKnowEachOther()))
        .isNotEmpty()
        .allMatch(line -> line.contains("pace.Pacer") && line.contains("dryrun.Rehearsal"));
  }

  @Test
  void aLeafThatIsKnownIsFound() {
    assertThat(broken(HOUSE.leavesAreKnownByNobody()))
        .isNotEmpty()
        .allMatch(line -> line.contains("killswitch.Switch") && line.contains("openfeature.Flag"));
  }

  @Test
  void internalThatKnowsARoomIsFound() {
    assertThat(broken(HOUSE.timeAndInternalKnowNoRoom()))
        .isNotEmpty()
        .allMatch(line -> line.contains("internal.Plumbing") && line.contains("audit.Leaky"));
  }

  @Test
  void aWordThatKnowsARoomIsFoundAndTheFrontDoorIsNot() {
    assertThat(broken(HOUSE.wordsKnowNoRoom()))
        .isNotEmpty()
        .allMatch(line -> line.contains("wronghouse.Word") && line.contains("pace.Pacer"));
    assertThat(broken(new House(ROOT, Set.of()).wordsKnowNoRoom()))
        .anyMatch(line -> line.contains("wronghouse.Front"));
  }

  @Test
  void aCycleIsFound() {
    assertThat(broken(HOUSE.noCycles()))
        .anyMatch(line -> line.contains("pace") && line.contains("dryrun"));
  }

  @Test
  void aCrowdedRoomIsFound() {
    assertThat(broken(HOUSE.roomsShowAtMost(30, 1)))
        .singleElement()
        .asString()
        .contains("'audit' shows 2");
    assertThat(broken(HOUSE.roomsShowAtMost(2, 14)))
        .singleElement()
        .asString()
        .contains("'' shows 3");
    assertThat(broken(HOUSE.roomsShowAtMost(3, 2))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"JsonNode", "JsonFactory", "Logger"})
  void aTypeOfADependencyInASignatureIsFound(String foreign) {
    assertThat(broken(Manners.showsNoForeignType(HOUSE)))
        .anyMatch(line -> line.contains("audit.Leaky") && line.contains(foreign))
        .allMatch(line -> line.contains("audit.Leaky"));
  }

  @Test
  void anEmptyNameIsFound() {
    assertThat(broken(Manners.publicNamesAreWords(HOUSE)))
        .singleElement()
        .asString()
        .contains("AbstractRecordHelper");
  }

  @Test
  void anOpenClassIsFound() {
    assertThat(broken(Manners.publicClassesAreClosed(HOUSE)))
        .singleElement()
        .asString()
        .contains("audit.Leaky");
  }

  @Test
  void aForgedPermitIsFound() {
    assertThat(broken(Manners.permitsComeFromTheEngine(Set.of(ROOT + ".Ticket"), ROOT)))
        .hasSize(2)
        .anyMatch(line -> line.contains("state.Forger.forged"))
        .anyMatch(line -> line.contains("can be called from outside"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "instant",
        "reference",
        "today",
        "clock",
        "nanos",
        "millis",
        "sleep",
        "thread",
        "pool",
        "common",
        "parallel",
        "dice",
        "localDice",
        "mathDice",
        "uuid"
      })
  void aClockAThreadOrChanceIsFound(String method) {
    assertThat(broken(GuardRules.takesTimeFromTime(Set.of())))
        .anyMatch(line -> line.contains("protection.Machine." + method + "("));
  }

  @Test
  void anExceptionIsHonoured() {
    assertThat(broken(GuardRules.takesTimeFromTime(Set.of(ROOT + ".protection.Machine"))))
        .isEmpty();
    assertThat(broken(GuardRules.takesTimeFromTime(Set.of(ROOT + ".protection.Machine.nanos"))))
        .isNotEmpty()
        .noneMatch(line -> line.contains("Machine.nanos("));
  }

  @ParameterizedTest
  @ValueSource(strings = {"filesExists", "filesIsDirectory", "fileExists"})
  void aGuessAboutAFileIsFound(String method) {
    assertThat(broken(GuardRules.doesNotGuessAboutFiles(Set.of())))
        .hasSize(3)
        .anyMatch(line -> line.contains("protection.Machine." + method + "("));
  }

  private static List<String> broken(ArchRule rule) {
    EvaluationResult result = rule.evaluate(WRONG);
    return result.getFailureReport().getDetails();
  }
}
