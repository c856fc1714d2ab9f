package dev.guard.micrometer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.Guard;
import dev.guard.GuardBuilder;
import dev.guard.Intent;
import dev.guard.Population;
import dev.guard.StateException;
import dev.guard.Target;
import dev.guard.audit.FanOut;
import dev.guard.blastradius.BlastRadiusLimit;
import dev.guard.dryrun.DryRun;
import dev.guard.killswitch.KillSwitch;
import dev.guard.killswitch.KillSwitch.State;
import dev.guard.plan.Plan;
import dev.guard.plan.Selection;
import dev.guard.support.HandTime;
import dev.guard.support.TestStore;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Meters say what guards did, and never more series than there are guards and windows. */
class GuardMetricsTest {
  private static final Duration DAY = Duration.ofDays(1);

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final HandTime time = new HandTime();
  private final GuardMetrics metrics = GuardMetrics.in(registry, time);
  private State state = State.RUN;

  private GuardBuilder builder() {
    return Guard.named("cleanup")
        .dryRun(DryRun.off())
        .time(time)
        .killSwitch(KillSwitch.supplier("flag", () -> state))
        .listener(metrics)
        .audit(FanOut.required(record -> {}).bestEffort(metrics));
  }

  private static Intent intent(String id) {
    return Intent.of("row.delete", Target.of("row", "db", id)).because("a test");
  }

  private double count(String meter, String... tags) {
    return registry.get(meter).tags(tags).counter().count();
  }

  private double gauge(String meter, String... tags) {
    return registry.get(meter).tags(tags).gauge().value();
  }

  @Test
  void verdictsAndFates_areCounted() {
    Guard guard = metrics.watch(builder().unlimited("not of interest").build());
    guard.run(intent("1"), permit -> {});
    assertThatThrownBy(
            () ->
                guard.run(
                    intent("2"),
                    permit -> {
                      throw new IllegalStateException("broken");
                    }))
        .hasMessage("broken");
    state = State.PAUSE;
    guard.run(intent("3"), permit -> {});
    assertThat(count("guard.verdicts", "guard", "cleanup", "level", "allow")).isEqualTo(2);
    assertThat(count("guard.verdicts", "guard", "cleanup", "level", "halt")).isEqualTo(1);
    assertThat(count("guard.targets", "guard", "cleanup", "fate", "done")).isEqualTo(1);
    assertThat(count("guard.targets", "guard", "cleanup", "fate", "failed")).isEqualTo(1);
    assertThat(count("guard.targets", "guard", "cleanup", "fate", "refused")).isEqualTo(1);
  }

  @Test
  void aDryRun_isCountedAsSimulated() {
    Guard guard = builder().dryRun(DryRun.on()).unlimited("not of interest").build();
    guard.run(intent("1"), permit -> {});
    assertThat(count("guard.targets", "guard", "cleanup", "fate", "simulated")).isEqualTo(1);
  }

  @Test
  void budgets_showWhatIsUsedAndAllowed() {
    TestStore store = new TestStore(time);
    Guard guard =
        metrics.watch(
            builder().blastRadius(BlastRadiusLimit.singleCalls(5).per(DAY, 3).in(store)).build());
    String[] tags = {"guard", "cleanup", "limit", "blast-radius", "window", "PT24H"};
    assertThat(gauge("guard.budget.used", tags)).isZero();
    assertThat(gauge("guard.budget.most", tags)).isEqualTo(3);
    guard.run(intent("1"), permit -> {});
    guard.run(intent("2"), permit -> permit.notRun());
    assertThat(gauge("guard.budget.used", tags)).isEqualTo(1);
    store.unreadable = true;
    assertThat(gauge("guard.budget.used", tags)).isNaN();
    assertThatThrownBy(guard::budgets).isInstanceOf(StateException.class);
  }

  @Test
  void aStop_isShownAndTimedOnce() {
    Guard guard = metrics.watch(builder().state(new TestStore(time)).unlimited("x").build());
    assertThat(gauge("guard.stopped", "guard", "cleanup")).isZero();
    guard.stop("anna", "looks wrong");
    assertThat(gauge("guard.stopped", "guard", "cleanup")).isEqualTo(1);
    time.pass(Duration.ofSeconds(3));
    guard.run(intent("1"), permit -> {});
    time.pass(Duration.ofSeconds(3));
    guard.run(intent("2"), permit -> {});
    var timer = registry.get("guard.stop.latency").tag("guard", "cleanup").timer();
    assertThat(timer.count()).isEqualTo(1);
    assertThat(timer.totalTime(java.util.concurrent.TimeUnit.SECONDS)).isEqualTo(3);
    guard.resume("anna", "was nothing");
    guard.stop("anna", "again");
    time.pass(Duration.ofSeconds(1));
    guard.run(intent("3"), permit -> {});
    assertThat(timer.count()).isEqualTo(2);
  }

  @Test
  void theAgeOfTheLastRun_beginsWithItsEnd() {
    Guard guard = metrics.watch(builder().unlimited("not of interest").build());
    assertThat(gauge("guard.run.age", "guard", "cleanup")).isNaN();
    Plan plan =
        guard.plan(
            Selection.of("row.delete", List.of(Target.of("row", "db", "1")))
                .outOf(Population.of(9))
                .because("a test"));
    guard.apply(plan, item -> {});
    time.pass(Duration.ofMinutes(2));
    assertThat(gauge("guard.run.age", "guard", "cleanup")).isEqualTo(120);
    assertThat(count("guard.targets", "guard", "cleanup", "fate", "done")).isEqualTo(1);
  }

  @Test
  void noSeriesNamesATarget() {
    Guard guard = metrics.watch(builder().unlimited("not of interest").build());
    IntStream.range(0, 100).forEach(i -> guard.run(intent("target-" + i), permit -> {}));
    List<String> tags =
        registry.getMeters().stream()
            .map(Meter::getId)
            .flatMap(id -> id.getTags().stream())
            .map(Tag::getValue)
            .collect(Collectors.toList());
    assertThat(tags).noneMatch(tag -> tag.startsWith("target-")).hasSizeLessThan(20);
    assertThat(metrics.durable()).isFalse();
  }
}
