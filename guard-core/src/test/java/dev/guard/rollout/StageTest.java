package dev.guard.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.Digest;
import dev.guard.GuardConfigurationException;
import dev.guard.Target;
import dev.guard.Tripwire;
import dev.guard.Verdict;
import dev.guard.plan.Plan;
import dev.guard.plan.PlanItem;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class StageTest {
  private static final Stage LAST = Stage.named("last");

  private static void rejected(ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOf(GuardConfigurationException.class);
  }

  private static Plan plan(int targets, String scope) {
    List<PlanItem> items = new ArrayList<>();
    for (int i = 0; i < targets; i++) {
      items.add(
          new PlanItem(
              Target.of("thing", scope, "t" + i), Verdict.allow(), null, "a test", List.of()));
    }
    Plan.Header header =
        new Plan.Header(
            "test",
            "thing.delete",
            "a test",
            "ann",
            Instant.EPOCH,
            Instant.EPOCH.plusSeconds(60),
            Digest.of("x"),
            null,
            List.of(),
            Map.of());
    return Plan.of(header, items, Verdict.allow());
  }

  private static Set<Target> upTo(Steps steps, Plan plan, int step) {
    Set<Target> all = new HashSet<>();
    steps
        .of(plan)
        .forEach(
            (target, of) -> {
              if (of <= step) {
                all.add(target);
              }
            });
    return all;
  }

  @Test
  void t26_law4_zeroNegativeBlankAndTwice_areErrors() {
    rejected(() -> Stage.named(" "));
    rejected(() -> Stage.named("a\nb"));
    rejected(() -> LAST.ramp(0));
    rejected(() -> LAST.ramp(-1));
    rejected(() -> LAST.ramp(2).ramp(2));
    rejected(() -> LAST.rampPercent(10).ramp(20));
    for (double percent : new double[] {0, -1, 100.1, Double.NaN, Double.POSITIVE_INFINITY}) {
      rejected(() -> LAST.rampPercent(percent));
    }
    rejected(() -> LAST.rampPercent(10).rampPercent(10));
    rejected(() -> LAST.bake(Duration.ofSeconds(-1)));
    rejected(() -> LAST.bake(Duration.ofDays(367)));
    rejected(() -> LAST.gate(" ", Gate.Answer::pass, Duration.ofDays(1)));
    rejected(() -> LAST.gate("x", Gate.Answer::pass, Duration.ZERO));
    rejected(
        () ->
            LAST.gate("x", Gate.Answer::pass, Duration.ofDays(1))
                .gate("y", Gate.Answer::pass, Duration.ofDays(1)));
    rejected(() -> LAST.scopes());
    rejected(() -> LAST.scopes(""));
    rejected(() -> LAST.label("", "x"));
    rejected(() -> LAST.when("", target -> true));
    rejected(StagedRollout::of);
    rejected(() -> StagedRollout.of(Stage.named("a").scopes("*"), Stage.named("A")));
    rejected(() -> StagedRollout.of(Stage.named("a"), LAST));
  }

  @Test
  void aTargetIsInTheFirstStageThatMatches_andInTheLastIfNoneDoes() {
    Stage byLabel = Stage.named("label").label("tier", "dev");
    Stage byWord = Stage.named("word").when("ids with x", target -> target.id().contains("x"));
    Steps steps = new Steps(List.of(Stage.named("a").scopes("a/*"), byLabel, byWord, LAST));
    Target target = Target.of("thing", "b", "y");
    assertThat(steps.stage(Target.of("thing", "a/b", "x")).name()).isEqualTo("a");
    assertThat(steps.stage(target.with("tier", "dev")).name()).isEqualTo("label");
    assertThat(steps.stage(target.with("tier", "development")).name()).isEqualTo("last");
    assertThat(steps.stage(Target.of("thing", "b", "x")).name()).isEqualTo("word");
    assertThat(steps.stage(target).name()).isEqualTo("last");
  }

  @Test
  void rampsNest_andRoundDown() {
    Steps steps = new Steps(List.of(LAST.ramp(1).rampPercent(10).rampPercent(50)));
    Plan plan = plan(25, "here");
    assertThat(steps.size()).isEqualTo(4);
    assertThat(steps.step(1).name()).isEqualTo("last (10 %)");
    assertThat(upTo(steps, plan, 0)).hasSize(1);
    assertThat(upTo(steps, plan, 1)).hasSize(2).containsAll(upTo(steps, plan, 0));
    assertThat(upTo(steps, plan, 2)).hasSize(12).containsAll(upTo(steps, plan, 1));
    assertThat(upTo(steps, plan, 3)).hasSize(25);
    assertThat(upTo(steps, plan(5, "here"), 1)).hasSize(1);
    assertThat(new Steps(List.of(LAST.rampPercent(100))).size()).isEqualTo(1);
    assertThat(upTo(new Steps(List.of(LAST.rampPercent(100))), plan, 0)).hasSize(25);
  }

  @Test
  void theOrderOfARamp_isTheIdentitiesOwn() {
    Steps steps = new Steps(List.of(LAST.ramp(3)));
    Plan large = plan(25, "here");
    List<PlanItem> turned = new ArrayList<>(large.items());
    java.util.Collections.reverse(turned);
    assertThat(upTo(steps, Plan.of(large.header(), turned, Verdict.allow()), 0))
        .isEqualTo(upTo(steps, large, 0));
  }

  @Test
  void thePolicy_changesWithEverythingThatDecides() {
    Stage stage = Stage.named("a").scopes("x");
    Set<String> digests = new HashSet<>();
    List<Stage> all =
        List.of(
            stage,
            Stage.named("b").scopes("x"),
            stage.scopes("y"),
            stage.label("x", "y"),
            stage.label("xy", "y"),
            stage.when("x", target -> true),
            stage.bake(Duration.ofHours(1)),
            stage.ramp(1),
            stage.rampPercent(1),
            stage.gate("g", Gate.Answer::pass, Duration.ofHours(1)),
            stage.gate("g", Gate.Answer::pass, Duration.ofHours(2)));
    all.forEach(one -> digests.add(new Steps(List.of(one, LAST)).policy().text()));
    assertThat(digests).hasSize(all.size());
  }

  @Test
  void everyTripwireTrips() {
    StagedRollout rollout =
        StagedRollout.of(Stage.named("a").scopes("a/*").label("x", "y"), LAST.ramp(1));
    assertThat(StagedRollout.of(LAST).tripwires())
        .allSatisfy((Tripwire wire) -> assertThat(wire.check().getAsBoolean()).isTrue());
    assertThat(rollout.tripwires())
        .hasSize(5)
        .allSatisfy((Tripwire wire) -> assertThat(wire.check().getAsBoolean()).isTrue());
  }
}
