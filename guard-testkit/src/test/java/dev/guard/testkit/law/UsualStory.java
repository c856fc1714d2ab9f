package dev.guard.testkit.law;

import dev.guard.Guard;
import dev.guard.Target;
import dev.guard.blastradius.BlastRadiusLimit;
import dev.guard.dryrun.DryRun;
import dev.guard.plan.Plan;
import dev.guard.plan.Report;
import dev.guard.plan.Selection;
import dev.guard.state.MemoryStateStore;
import dev.guard.testkit.ManualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Growth against what is usual, played: one seed runs plans night after night, some in two parts,
 * some as a rehearsal, some failing. Which of them are too large is judged by what was really
 * touched. Confined to one thread.
 */
public final class UsualStory {
  private static final int NIGHTS = 60;
  private static final int NEEDED = 5;
  private static final int KEPT = 32;

  private final Random random;
  private final ManualTime time = ManualTime.at(Instant.parse("2026-03-02T10:00:00Z"));
  private final MemoryStateStore store = MemoryStateStore.create(time);
  private final int times;
  private final Map<Object, Integer> done = new LinkedHashMap<>();
  private final List<String> violations = new ArrayList<>();
  private int made;
  private @Nullable Half half;

  /** A plan of which a part is left, and the guard that remembers the rest. */
  private record Half(Guard guard, Plan plan, int size, int left) {}

  private UsualStory(long seed) {
    this.random = new Random(seed);
    this.times = 1 + random.nextInt(3);
  }

  /**
   * Plays one seed.
   *
   * @param seed any number
   * @return what was judged wrongly, in order; empty if nothing was
   */
  public static List<String> play(long seed) {
    UsualStory story = new UsualStory(seed);
    for (int i = 0; i < NIGHTS && story.violations.isEmpty(); i++) {
      story.night();
    }
    return List.copyOf(story.violations);
  }

  private void night() {
    time.tick(Duration.ofHours(20));
    Half open = half;
    if (open != null && random.nextInt(4) == 0) {
      half = null;
      run(open.guard(), open.plan(), open.size(), open.left(), false, false);
      return;
    }
    boolean dry = random.nextInt(6) == 0;
    boolean failing = random.nextInt(4) == 0;
    int size = 1 + random.nextInt(random.nextInt(4) == 0 ? 30 : 6);
    int acts = random.nextInt(size + 1);
    Guard guard = guard(dry);
    List<Target> targets = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      targets.add(Target.of("thing", "here", "t" + made++));
    }
    Plan plan = guard.plan(Selection.of("thing.delete", targets).because("a story"));
    boolean went = run(guard, plan, size, acts, dry, failing);
    if (went && !dry && !failing && acts < size && half == null) {
      half = new Half(guard, plan, size, size - acts);
    }
  }

  private Guard guard(boolean dry) {
    return Guard.named("usual-story")
        .dryRun(dry ? DryRun.on() : DryRun.off())
        .blastRadius(BlastRadiusLimit.perPlan(1000).noMoreThanTimesUsual(times))
        .unaudited("a story")
        .continueAfterFailures()
        .planLife(Duration.ofDays(365))
        .state(store)
        .time(time)
        .build();
  }

  /** Whether it went; what it really touched is remembered, and what was said of it is judged. */
  private boolean run(Guard guard, Plan plan, int size, int most, boolean dry, boolean failing) {
    List<Integer> others = new ArrayList<>();
    done.forEach(
        (of, count) -> {
          if (!of.equals(plan.digest())) {
            others.add(count);
          }
        });
    others.sort(null);
    boolean over =
        others.size() >= NEEDED && size > times * others.get((others.size() - 1) / 2).longValue();
    int[] acts = {0};
    Report report =
        guard.apply(
            plan,
            item -> {
              if (acts[0] >= most) {
                item.permit().notRun();
                return;
              }
              acts[0]++;
              if (failing) {
                throw new IllegalStateException("failed");
              }
            });
    if (report.halted().isPresent() != over || ((over || dry) && acts[0] > 0)) {
      violations.add(
          "USUAL: " + size + " at " + times + " times the median of " + others + ": " + report);
    }
    if (acts[0] > 0) {
      done.merge(plan.digest(), acts[0], Integer::sum);
      if (done.size() > KEPT) {
        done.remove(done.keySet().iterator().next());
      }
    }
    return !over;
  }
}
