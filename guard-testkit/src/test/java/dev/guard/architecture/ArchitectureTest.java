package dev.guard.architecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import dev.guard.Target;
import dev.guard.testkit.architecture.GuardRules;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The map holds for guard-core as it is built. {@link WrongHouseTest} shows that each rule can
 * fail.
 */
class ArchitectureTest {
  private static final JavaClasses CORE =
      new ClassFileImporter()
          .importUrl(Target.class.getProtectionDomain().getCodeSource().getLocation());

  /**
   * The one exception from "words know no room": the engine, which puts the rooms together. Guard
   * and GuardBuilder are its public face; the others are package-private parts of Guard.
   */
  private static final Set<String> FRONT_DOOR =
      Set.of(
          "Guard",
          "GuardBuilder",
          "Settings", // what the builder hands to Guard
          "Planning", // Guard.plan
          "Announcing", // Guard.announce
          "PlanRun", // Guard.apply
          "Shadowing", // what it tells the shadow at its end
          "Act", // one act: reserve, record, permit, run, settle
          "Scribe", // what Guard writes to its sink
          "Recall", // what Guard remembers when its sink does not
          "Recovery", // what Guard learns of acts that were cut short
          "LeasedLook", // the last look of a run that holds a lock
          "RolloutLook"); // and of a plan that goes stage after stage

  private static final House HOUSE = new House("dev.guard", FRONT_DOOR);

  /** Who may read a clock, start a thread or throw dice, and why. */
  private static final Set<String> MAY_CALL_THE_MACHINE =
      Set.of(
          // it is the machine's time
          "dev.guard.time.SystemTime",
          // run ids must not meet over processes; nothing is decided by them
          "dev.guard.internal.Ids",
          // the one named exception from "no threads": it runs while its caller keeps the journal
          // open
          "dev.guard.audit.JournalWriter",
          // write ids, likewise, settle a compare-and-set whose answer was lost
          "dev.guard.blastradius.WindowBook");

  @TestFactory
  Stream<DynamicTest> theMapHolds() {
    return Stream.of(
            HOUSE.everyRoomIsOnTheMap(),
            HOUSE.roomsKnowOnlyWhatTheyMay(),
            HOUSE.primitivesDoNotKnowEachOther(),
            HOUSE.leavesAreKnownByNobody(),
            HOUSE.timeAndInternalKnowNoRoom(),
            HOUSE.wordsKnowNoRoom(),
            HOUSE.noCycles(),
            HOUSE.roomsShowAtMost(24, 12),
            Manners.showsNoForeignType(HOUSE),
            Manners.publicNamesAreWords(HOUSE),
            Manners.publicClassesAreClosed(HOUSE),
            Manners.permitsComeFromTheEngine(
                Set.of("dev.guard.Permit", "dev.guard.RehearsalPermit"), "dev.guard"),
            GuardRules.takesTimeFromTime(MAY_CALL_THE_MACHINE),
            GuardRules.doesNotGuessAboutFiles(Set.of()))
        .map(rule -> DynamicTest.dynamicTest(rule.getDescription(), () -> check(rule)));
  }

  private static void check(ArchRule rule) {
    rule.check(CORE);
  }
}
