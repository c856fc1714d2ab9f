package dev.guard.soak;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.Digest;
import dev.guard.Target;
import dev.guard.soak.Shadow.Ended;
import dev.guard.support.HandTime;
import dev.guard.support.TestStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;

/** Whatever happens in shadow, a guard graduates only after so many clean runs in a row. */
class ShadowProperties {
  private static final int TARGETS = 4;

  /**
   * One run.
   *
   * @param hours since the one before
   * @param gone bits: what would have gone
   * @param used bits: what is in use; a target is not both
   * @param clean whether it was not halted
   * @param dismissed which false positive a person dismisses first, or none
   * @param restart whether another process runs it
   */
  record Step(int hours, int gone, int used, boolean clean, int dismissed, boolean restart) {}

  @Provide
  Arbitrary<List<Step>> steps() {
    return Combinators.combine(
            Arbitraries.of(0, 1, 24),
            Arbitraries.integers().between(0, 15),
            Arbitraries.frequencyOf(
                Tuple.of(4, Arbitraries.just(0)),
                Tuple.of(1, Arbitraries.integers().between(0, 15))),
            Arbitraries.of(true, true, true, false),
            Arbitraries.integers().between(-4, TARGETS - 1),
            Arbitraries.of(true, false))
        .as(
            (hours, gone, used, clean, dismissed, restart) ->
                new Step(hours, gone & ~used, used, clean, dismissed, restart))
        .list()
        .ofMinSize(1)
        .ofMaxSize(40);
  }

  private static Target target(int number) {
    return Target.of("thing", "here", "t" + number);
  }

  @Property
  void onlyCleanRunsInARowCount(
      @ForAll("steps") List<Step> steps, @ForAll @IntRange(min = 1, max = 4) int needed) {
    HandTime time = new HandTime();
    TestStore store = new TestStore(time);
    Shadow shadow = bound(needed, store);
    Set<Integer> watched = new HashSet<>();
    Set<Integer> open = new HashSet<>();
    int clean = 0;
    long last = Long.MIN_VALUE / 2;
    long hour = 0;
    int plan = 0;
    for (Step step : steps) {
      time.pass(Duration.ofHours(step.hours()));
      hour += step.hours();
      shadow = step.restart() ? bound(needed, store) : shadow;
      if (step.dismissed() >= 0) {
        assertThat(shadow.dismiss(target(step.dismissed())))
            .isEqualTo(open.remove(step.dismissed()));
      }
      List<Target> gone = new ArrayList<>();
      Map<Target, String> used = new HashMap<>();
      Set<Integer> found = new HashSet<>();
      for (int i = 0; i < TARGETS; i++) {
        if ((step.gone() >> i & 1) == 1) {
          gone.add(target(i));
        }
        if ((step.used() >> i & 1) == 1) {
          used.put(target(i), "is in use");
          if (!open.contains(i) && watched.remove(i)) {
            found.add(i);
          }
        }
      }
      open.addAll(found);
      gone.forEach(one -> watched.add(Integer.parseInt(one.id().substring(1))));
      boolean counts = step.clean() && !gone.isEmpty() && open.isEmpty() && (hour - last >= 1);
      clean = open.isEmpty() ? clean : 0;
      if (counts) {
        clean++;
        last = hour;
      }
      Ended ended =
          shadow.ran("thing.delete", Digest.of("plan " + plan++), gone, used, step.clean());
      assertThat(ended.counted()).isEqualTo(counts);
      assertThat(ended.found()).hasSize(found.size());
      assertThat(ended.status().falsePositives()).hasSize(open.size());
      assertThat(ended.status().clean()).isEqualTo(Math.min(needed, clean));
      assertThat(ended.ripe()).isEqualTo(clean >= needed && open.isEmpty());
      assertThat(bound(needed, store).isOn()).isTrue();
      if (ended.ripe()) {
        shadow.graduate();
        assertThat(bound(needed, store).isOn()).isFalse();
        return;
      }
    }
  }

  private static Shadow bound(int needed, TestStore store) {
    return Shadow.cleanRuns(needed).bind("test", store, Optional::empty, true);
  }
}
