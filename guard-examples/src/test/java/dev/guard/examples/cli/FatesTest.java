package dev.guard.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.Digest;
import dev.guard.Population;
import dev.guard.Reason;
import dev.guard.Target;
import dev.guard.Verdict;
import dev.guard.plan.Plan;
import dev.guard.plan.PlanItem;
import dev.guard.plan.Report;
import dev.guard.plan.Report.Entry;
import dev.guard.plan.Report.Fate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The gravest thing that happened decides the exit code. */
class FatesTest {
  private static final Verdict OVER =
      Verdict.halt(Reason.of("blast-radius", "over-limit", "too many"));
  private static final Verdict BLIND =
      Verdict.halt(Reason.of("in-use", Reason.EVIDENCE_INCOMPLETE, "could not be read"));
  private static final Verdict FIRST_FAILURE =
      Verdict.halt(Reason.of("engine", "stopped-at-failure", "ended at its first failure"));

  private static Target target(int number) {
    return Target.of("image", "r/a", Digest.of("t" + number).text());
  }

  private static Plan plan(Verdict verdict, List<String> unread, boolean... going) {
    List<PlanItem> items = new ArrayList<>();
    for (int i = 0; i < going.length; i++) {
      Verdict said =
          going[i] ? Verdict.allow() : Verdict.refuse(Reason.of("in-use", Reason.IN_USE, "used"));
      items.add(new PlanItem(target(i), said, null, "old", List.of()));
    }
    Instant now = Instant.parse("2026-03-01T00:00:00Z");
    return Plan.of(
        new Plan.Header(
            "g",
            "registry.delete",
            "old",
            "p",
            now,
            now.plusSeconds(60),
            Digest.of("x"),
            Population.of(9),
            unread,
            Map.of()),
        items,
        verdict);
  }

  private static Exit exit(Plan plan, @Nullable Verdict halt, Fate... fates) {
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < fates.length; i++) {
      List<Reason> reasons =
          fates[i] == Fate.DONE ? List.of() : List.of(Reason.of("s", "code", "why"));
      entries.add(new Entry(target(i), fates[i], reasons));
    }
    return Fates.of(plan, new Report("r", plan.digest(), true, entries, halt));
  }

  private static Plan all(int count) {
    boolean[] going = new boolean[count];
    Arrays.fill(going, true);
    return plan(Verdict.allow(), List.of(), going);
  }

  @Test
  void plans() {
    assertThat(Fates.of(all(2))).isEqualTo(Exit.CLEAN);
    assertThat(Fates.of(plan(OVER, List.of(), true))).isEqualTo(Exit.REFUSED);
    assertThat(Fates.of(plan(BLIND, List.of(), true))).isEqualTo(Exit.UNREADABLE);
    assertThat(Fates.of(plan(BLIND.and(OVER), List.of("a"), true))).isEqualTo(Exit.UNREADABLE);
    assertThat(Fates.of(plan(Verdict.allow(), List.of("a was left out"), true)))
        .isEqualTo(Exit.PARTLY);
    assertThat(Fates.of(plan(OVER, List.of("a was left out"), true))).isEqualTo(Exit.REFUSED);
    assertThat(
            Fates.of(
                plan(
                    Verdict.simulate(Reason.pending("d", Reason.DRY_RUN, "dry")), List.of(), true)))
        .isEqualTo(Exit.CLEAN);
  }

  @Test
  void runsThatWentWell() {
    assertThat(exit(all(2), null, Fate.DONE, Fate.DONE)).isEqualTo(Exit.CLEAN);
    assertThat(exit(all(2), null, Fate.SKIPPED, Fate.SKIPPED)).isEqualTo(Exit.CLEAN);
    assertThat(exit(all(2), null, Fate.SIMULATED, Fate.SIMULATED)).isEqualTo(Exit.CLEAN);
    assertThat(exit(plan(Verdict.allow(), List.of(), true, false), null, Fate.DONE, Fate.REFUSED))
        .isEqualTo(Exit.CLEAN);
  }

  @Test
  void runsThatDidNot() {
    assertThat(exit(all(2), OVER, Fate.NOT_ATTEMPTED, Fate.NOT_ATTEMPTED)).isEqualTo(Exit.REFUSED);
    assertThat(exit(all(2), BLIND, Fate.NOT_ATTEMPTED, Fate.NOT_ATTEMPTED))
        .isEqualTo(Exit.UNREADABLE);
    assertThat(exit(all(3), FIRST_FAILURE, Fate.DONE, Fate.FAILED, Fate.NOT_ATTEMPTED))
        .isEqualTo(Exit.PARTLY);
    assertThat(exit(all(2), FIRST_FAILURE.and(OVER), Fate.FAILED, Fate.NOT_ATTEMPTED))
        .isEqualTo(Exit.REFUSED);
    assertThat(exit(all(2), OVER, Fate.IN_DOUBT, Fate.NOT_ATTEMPTED)).isEqualTo(Exit.IN_DOUBT);
    assertThat(exit(all(2), FIRST_FAILURE, Fate.IN_DOUBT, Fate.NOT_ATTEMPTED))
        .isEqualTo(Exit.IN_DOUBT);
    assertThat(exit(all(2), null, Fate.DONE, Fate.REFUSED)).isEqualTo(Exit.REFUSED);
    assertThat(exit(plan(Verdict.allow(), List.of("a"), true), null, Fate.DONE))
        .isEqualTo(Exit.PARTLY);
  }

  @Test
  void aTargetThatCouldNotBeReadAnewIsUnreadable() {
    Plan plan = all(1);
    Entry entry =
        new Entry(
            target(0), Fate.REFUSED, List.of(Reason.of("engine", "fingerprint-unreadable", "500")));
    assertThat(Fates.of(plan, new Report("r", plan.digest(), true, List.of(entry), null)))
        .isEqualTo(Exit.UNREADABLE);
  }

  @Test
  void aPlanThatWasHaltedWithNothingToGoIsAHaltAndNoSuccess() {
    Plan blind = plan(BLIND, List.of(), false, false);
    Report nothing =
        new Report(
            "r",
            blind.digest(),
            true,
            List.of(new Entry(target(0), Fate.REFUSED, List.of(Reason.of("s", "c", "w")))),
            null);

    assertThat(Fates.of(blind, Fates.whole(blind, nothing))).isEqualTo(Exit.UNREADABLE);
    assertThat(Fates.of(all(1), Fates.whole(all(1), nothing)).code()).isEqualTo(4);
  }
}
