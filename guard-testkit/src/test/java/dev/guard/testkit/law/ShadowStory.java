package dev.guard.testkit.law;

import dev.guard.Digest;
import dev.guard.Guard;
import dev.guard.Intent;
import dev.guard.Reason;
import dev.guard.Safeguard;
import dev.guard.Target;
import dev.guard.Tripwire;
import dev.guard.Verdict;
import dev.guard.dryrun.DryRun;
import dev.guard.plan.Plan;
import dev.guard.plan.Selection;
import dev.guard.soak.Shadow;
import dev.guard.soak.Soak;
import dev.guard.state.MemoryStateStore;
import dev.guard.testkit.ManualTime;
import dev.guard.testkit.RecordingSink;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Shadow mode, played: one seed lets a guard run while targets come into use, people object and
 * dismiss, plans are applied again and the process starts anew. How far the guard is, is judged by
 * what really happened. Confined to one thread.
 */
public final class ShadowStory {
  private static final String ACTION = "thing.delete";
  private static final int STEPS = 60;
  private static final int NEEDED = 4;

  private final Random random;
  private final ManualTime time = ManualTime.at(Instant.parse("2026-03-02T10:00:00Z"));
  private final MemoryStateStore store = MemoryStateStore.create(time);
  private final RecordingSink sink = new RecordingSink();
  private final List<Target> things = new ArrayList<>();
  private final Set<Target> used = new HashSet<>();
  private final Set<Target> objected = new HashSet<>();
  private final Set<Target> watched = new HashSet<>();
  private final Set<Target> open = new HashSet<>();
  private final List<Target> acted = new ArrayList<>();
  private final List<String> violations = new ArrayList<>();
  private int clean;
  private @Nullable Instant last;
  private @Nullable Digest lastPlan;
  private @Nullable Plan before;
  private Guard guard;

  private ShadowStory(long seed) {
    this.random = new Random(seed);
    for (int i = 0; i < 4; i++) {
      things.add(Target.of("thing", "here", "t" + i));
    }
    this.guard = started();
  }

  /**
   * Plays one seed until the guard has graduated.
   *
   * @param seed any number
   * @return what was judged wrongly, in order; empty if nothing was
   */
  public static List<String> play(long seed) {
    ShadowStory story = new ShadowStory(seed);
    for (int i = 0; i < STEPS && story.violations.isEmpty() && story.clean < NEEDED; i++) {
      story.step();
    }
    return List.copyOf(story.violations);
  }

  private Guard started() {
    return Guard.named("shadow-story")
        .dryRun(DryRun.off())
        .unlimited("a made-up world")
        .safeguard(new Needed(used))
        .soak(Soak.of(Duration.ofDays(7)))
        .shadow(Shadow.cleanRuns(NEEDED))
        .audit(sink)
        .actor("planner")
        .state(store)
        .time(time)
        .planLife(Duration.ofDays(365))
        .build();
  }

  /** Who needs a target, says so. */
  private record Needed(Set<Target> used) implements Safeguard {
    @Override
    public String name() {
      return "users";
    }

    @Override
    public Verdict review(Intent intent) {
      return used.contains(intent.targets().get(0)) ? inUse() : Verdict.allow();
    }

    private static Verdict inUse() {
      return Verdict.refuse(Reason.of("users", Reason.IN_USE, "Somebody needs it."));
    }

    @Override
    public List<Tripwire> tripwires() {
      return List.of(Tripwire.of(() -> !inUse().allowed()));
    }
  }

  private void step() {
    Target one = things.get(random.nextInt(things.size()));
    switch (random.nextInt(10)) {
      case 0 -> {
        before = null;
        if (!used.remove(one)) {
          used.add(one);
        }
      }
      case 1 -> {
        if (random.nextInt(3) == 0 && objected.add(one)) {
          before = null;
          guard.object(one, "anna", "still needed", null);
        }
      }
      case 2 -> guard = started();
      case 3, 4 -> {
        if (guard.dismissFalsePositive(one, "anna", "understood") != open.remove(one)) {
          violations.add("SHADOW: " + one + " is dismissed, or is not, against what happened");
        }
      }
      default -> run();
    }
  }

  private void run() {
    time.tick(Duration.ofMinutes(random.nextInt(3) == 0 ? 30 : 1500));
    Plan plan = before;
    if (plan == null || random.nextInt(3) > 0) {
      plan = guard.plan(Selection.of(ACTION, things).because("a story"));
    }
    before = plan;
    Instant now = time.now();
    guard.apply(plan, item -> acted.add(item.target()));
    int gone = 0;
    for (Target thing : things) {
      if (used.contains(thing) || objected.contains(thing)) {
        if (!open.contains(thing) && watched.remove(thing)) {
          open.add(thing);
        }
      }
    }
    for (Target thing : things) {
      if (!used.contains(thing) && !objected.contains(thing)) {
        watched.add(thing);
        gone++;
      }
    }
    clean = open.isEmpty() ? clean : 0;
    boolean apart = last == null || !now.isBefore(last.plus(Duration.ofHours(1)));
    if (gone > 0 && open.isEmpty() && apart && !plan.digest().equals(lastPlan)) {
      clean++;
      last = now;
      lastPlan = plan.digest();
    }
    judge();
  }

  private void judge() {
    Guard anew = started();
    Shadow.Status said = anew.shadow();
    if (said.clean() != clean
        || said.falsePositives().size() != open.size()
        || anew.isDryRun() != clean < NEEDED
        || !acted.isEmpty()) {
      violations.add(
          "SHADOW: it says " + said + ", but there were " + clean + " clean runs, open " + open);
    }
  }
}
