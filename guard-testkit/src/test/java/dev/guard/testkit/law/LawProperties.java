package dev.guard.testkit.law;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.testkit.scenario.Scenario;
import dev.guard.testkit.scenario.ScenarioRunner;
import dev.guard.testkit.scenario.Trace;
import java.util.Iterator;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.Tag;

/**
 * Every law over random scenarios that are rich in what it is about. A failure prints the smallest
 * scenario found as JSON; {@link Law#replay} plays it again. The tags are counted at the end of the
 * build: a law that did not run fails it.
 */
class LawProperties {
  /** A list of choices; engines shrink it towards zeros, which are the simplest choices. */
  private static Arbitrary<Scenario> about(Law law) {
    return Arbitraries.integers()
        .between(0, 999)
        .withDistribution(RandomDistribution.uniform())
        .list()
        .ofMinSize(1)
        .ofMaxSize(160)
        .withSizeDistribution(RandomDistribution.uniform())
        .map(choices -> Scenarios.about(law, new Choices(choices)::next));
  }

  /** What is chosen when the list is used up is the simplest. */
  private static final class Choices {
    private final Iterator<Integer> left;

    Choices(List<Integer> choices) {
      this.left = choices.iterator();
    }

    int next() {
      return left.hasNext() ? left.next() : 0;
    }
  }

  private static void holds(Law law, Scenario scenario) {
    Trace trace = ScenarioRunner.run(scenario);
    assertThat(law.check(scenario, trace)).as("%s%nreplay: %s", law.text(), scenario).isEmpty();
  }

  @Provide
  Arbitrary<Scenario> law1() {
    return about(Law.LAW_1);
  }

  @Property(edgeCases = EdgeCasesMode.NONE)
  @Tag("law-1")
  void law1_dryRunTouchesNothing(@ForAll("law1") Scenario scenario) {
    holds(Law.LAW_1, scenario);
  }

  @Provide
  Arbitrary<Scenario> law2() {
    return about(Law.LAW_2);
  }

  @Property(edgeCases = EdgeCasesMode.NONE)
  @Tag("law-2")
  void law2_orderDoesNotMatter_andOneMoreNeverLowersTheVerdict(@ForAll("law2") Scenario scenario) {
    holds(Law.LAW_2, scenario);
  }

  @Provide
  Arbitrary<Scenario> law3() {
    return about(Law.LAW_3);
  }

  @Property(edgeCases = EdgeCasesMode.NONE)
  @Tag("law-3")
  void law3_undecidedIsNotAllowed(@ForAll("law3") Scenario scenario) {
    holds(Law.LAW_3, scenario);
  }

  @Provide
  Arbitrary<Scenario> law4() {
    return about(Law.LAW_4);
  }

  @Property(edgeCases = EdgeCasesMode.NONE)
  @Tag("law-4")
  void law4_zeroNeverMeansUnlimited(@ForAll("law4") Scenario scenario) {
    holds(Law.LAW_4, scenario);
  }

  @Provide
  Arbitrary<Scenario> law5() {
    return about(Law.LAW_5);
  }

  @Property(edgeCases = EdgeCasesMode.NONE)
  @Tag("law-5")
  void law5_theWholePlanIsJudgedBeforeItsFirstAct(@ForAll("law5") Scenario scenario) {
    holds(Law.LAW_5, scenario);
  }

  @Provide
  Arbitrary<Scenario> law6() {
    return about(Law.LAW_6);
  }

  @Property(edgeCases = EdgeCasesMode.NONE)
  @Tag("law-6")
  void law6_executedIsPlannedIsSelected(@ForAll("law6") Scenario scenario) {
    holds(Law.LAW_6, scenario);
  }

  @Provide
  Arbitrary<Scenario> law8() {
    return about(Law.LAW_8);
  }

  @Property(edgeCases = EdgeCasesMode.NONE)
  @Tag("law-8")
  void law8_nothingStartsAfterStop(@ForAll("law8") Scenario scenario) {
    holds(Law.LAW_8, scenario);
  }

  @Provide
  Arbitrary<Scenario> law9() {
    return about(Law.LAW_9);
  }

  @Property(edgeCases = EdgeCasesMode.NONE)
  @Tag("law-9")
  void law9_noActWithoutDurableIntended_andAllAreSettledOrInDoubt(
      @ForAll("law9") Scenario scenario) {
    holds(Law.LAW_9, scenario);
  }

  @Provide
  Arbitrary<Scenario> law10() {
    return about(Law.LAW_10);
  }

  @Property(edgeCases = EdgeCasesMode.NONE)
  @Tag("law-10")
  void law10_denyWins(@ForAll("law10") Scenario scenario) {
    holds(Law.LAW_10, scenario);
  }

  @Provide
  Arbitrary<Scenario> law11() {
    return about(Law.LAW_11);
  }

  @Property(edgeCases = EdgeCasesMode.NONE)
  @Tag("law-11")
  void law11_missingEvidenceIsNotAbsence(@ForAll("law11") Scenario scenario) {
    holds(Law.LAW_11, scenario);
  }

  @Provide
  Arbitrary<Scenario> law14() {
    return about(Law.LAW_14);
  }

  @Property(edgeCases = EdgeCasesMode.NONE)
  @Tag("law-14")
  void law14_everySafeguardIsProvenAlive(@ForAll("law14") Scenario scenario) {
    holds(Law.LAW_14, scenario);
  }

  @Provide
  Arbitrary<Scenario> law15() {
    return about(Law.LAW_15);
  }

  @Property(edgeCases = EdgeCasesMode.NONE)
  @Tag("law-15")
  void law15_aPermitIsBound(@ForAll("law15") Scenario scenario) {
    holds(Law.LAW_15, scenario);
  }

  @Provide
  Arbitrary<Scenario> law16() {
    return about(Law.LAW_16);
  }

  @Property(edgeCases = EdgeCasesMode.NONE)
  @Tag("law-16")
  void law16_whatIsDoneIsNotDoneAgain(@ForAll("law16") Scenario scenario) {
    holds(Law.LAW_16, scenario);
  }

  @Provide
  Arbitrary<Scenario> law17() {
    return about(Law.LAW_17);
  }

  @Property(edgeCases = EdgeCasesMode.NONE)
  @Tag("law-17")
  void law17_theReportSaysWhatTheJournalSays(@ForAll("law17") Scenario scenario) {
    holds(Law.LAW_17, scenario);
  }

  @Provide
  Arbitrary<Scenario> anything() {
    return Arbitraries.of(Law.values()).flatMap(LawProperties::about);
  }

  @Property(edgeCases = EdgeCasesMode.NONE)
  void allLawsHoldTogether(@ForAll("anything") Scenario scenario) {
    assertThat(Law.replay(scenario.toString())).as("replay: %s", scenario).isEmpty();
  }
}
