package dev.guard.blastradius;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.Guard;
import dev.guard.Reason;
import dev.guard.Target;
import dev.guard.dryrun.DryRun;
import dev.guard.plan.Plan;
import dev.guard.plan.Report;
import dev.guard.plan.Selection;
import dev.guard.state.MemoryStateStore;
import dev.guard.support.HandTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;

/** Whatever was done, the next run is held against exactly what was really done. */
class UsualProperties {
  private static final int NEEDED = 5;
  private static final int KEPT = 32;

  /**
   * One run.
   *
   * @param asked how many targets
   * @param really how many of them the effect acts on
   * @param dry whether it is a rehearsal
   * @param failing whether the acts fail
   */
  record Night(int asked, int really, boolean dry, boolean failing) {}

  @Provide
  Arbitrary<List<Night>> nights() {
    Arbitrary<Integer> usual = Arbitraries.integers().between(1, 6);
    Arbitrary<Integer> wild = Arbitraries.integers().between(1, 60);
    return Combinators.combine(
            Arbitraries.frequencyOf(Tuple.of(4, usual), Tuple.of(1, wild)),
            Arbitraries.integers().between(0, 60),
            Arbitraries.integers().between(0, 4),
            Arbitraries.of(true, false))
        .as(
            (asked, really, dry, failing) ->
                new Night(asked, Math.min(asked, really), dry == 0, failing))
        .list()
        .ofMinSize(1)
        .ofMaxSize(45);
  }

  @Property(tries = 200)
  void aRunGoesExactlyIfItIsWithinSoManyTimesTheMedian(
      @ForAll("nights") List<Night> nights, @ForAll @IntRange(min = 1, max = 8) int times) {
    HandTime time = new HandTime();
    MemoryStateStore store = MemoryStateStore.create(time);
    List<Integer> done = new ArrayList<>();
    int made = 0;
    for (Night night : nights) {
      time.pass(Duration.ofDays(1));
      Guard guard =
          Guard.named("test")
              .dryRun(night.dry() ? DryRun.on() : DryRun.off())
              .blastRadius(BlastRadiusLimit.perPlan(1000).noMoreThanTimesUsual(times))
              .unaudited("a property")
              .continueAfterFailures()
              .state(store)
              .time(time)
              .build();
      List<Target> targets = new ArrayList<>();
      for (int i = 0; i < night.asked(); i++) {
        targets.add(Target.of("thing", "here", "t" + made++));
      }
      Plan plan = guard.plan(Selection.of("thing.delete", targets).because("a property"));
      int[] acts = {0};
      Report report =
          guard.apply(
              plan,
              item -> {
                if (acts[0] >= night.really()) {
                  item.permit().notRun();
                  return;
                }
                acts[0]++;
                if (night.failing()) {
                  throw new IllegalStateException("failed");
                }
              });
      boolean over = done.size() >= NEEDED && night.asked() > times * median(done);
      assertThat(report.halted().isPresent()).as("%s after %s", night, done).isEqualTo(over);
      assertThat(
              plan.verdict().reasons().stream()
                  .anyMatch(reason -> reason.code().equals(Reason.OVER_LIMIT)))
          .isEqualTo(over);
      if (!over && !night.dry() && night.really() > 0) {
        done.add(night.really());
      } else if (over || night.dry()) {
        assertThat(acts[0]).isZero();
      }
    }
  }

  private static long median(List<Integer> done) {
    List<Integer> last =
        new ArrayList<>(done.subList(Math.max(0, done.size() - KEPT), done.size()));
    Collections.sort(last);
    return last.get((last.size() - 1) / 2);
  }
}
