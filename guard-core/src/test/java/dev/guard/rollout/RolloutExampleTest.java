package dev.guard.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.Guard;
import dev.guard.GuardBuilder;
import dev.guard.Target;
import dev.guard.dryrun.DryRun;
import dev.guard.plan.Plan;
import dev.guard.plan.PlanEffect;
import dev.guard.plan.Report;
import dev.guard.plan.Selection;
import dev.guard.state.MemoryStateStore;
import dev.guard.support.HandTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The example of docs/staged-rollout.md. */
class RolloutExampleTest {
  private static final List<Target> IMAGES =
      List.of(
          Target.of("image", "registry.example.com/dev/api", "sha256:1"),
          Target.of("image", "registry.example.com/shop/api", "sha256:2"));

  private final HandTime time = new HandTime();
  private final MemoryStateStore store = MemoryStateStore.create(time);
  private final GuardBuilder builder =
      Guard.named("cleanup")
          .dryRun(DryRun.off())
          .unlimited("an example")
          .unaudited("an example")
          .time(time);
  private final Gate gate = Gate.Answer::pass;

  @Test
  void theExampleOfThePage() {
    List<Target> deleted = new ArrayList<>();
    PlanEffect effect = item -> deleted.add(item.target());

    StagedRollout stages =
        StagedRollout.of(
            Stage.named("dev").scopes("registry.example.com/dev/*").bake(Duration.ofHours(24)),
            Stage.named("production")
                .ramp(1)
                .rampPercent(10)
                .gate("errors", gate, Duration.ofHours(6)));
    Guard guard = builder.rollout(stages).state(store).build();
    Plan plan = guard.plan(Selection.of("image.delete", IMAGES).because("30 days old"));
    Report report = guard.apply(plan, effect); // every day, the same plan, until it is done
    guard.abortRollout(plan.digest(), "ann", "errors in dev"); // for good, before the next act

    assertThat(report.entries()).hasSize(2);
    assertThat(deleted).containsExactly(IMAGES.get(0));
    assertThat(guard.rollout()).hasValueSatisfying(it -> assertThat(it.active()).isFalse());
  }
}
