package dev.guard.testkit.simulation;

import dev.guard.Guard;
import dev.guard.Intent;
import dev.guard.Outcome;
import dev.guard.Permit;
import dev.guard.StateException;
import dev.guard.Target;
import dev.guard.blastradius.BlastRadiusLimit;
import dev.guard.dryrun.DryRun;
import dev.guard.state.MemoryStateStore;
import dev.guard.testkit.FaultyStore;
import dev.guard.testkit.FaultyStore.Fault;
import dev.guard.testkit.ManualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Law 7, played: one seed lets up to three processes spend two sliding windows of one store, one in
 * the middle of another's act, while acts succeed, fail and do not take place, processes end
 * without a word, and the store fails in every way it can. What was drawn is judged by the acts
 * that really began, never by the store's word.
 *
 * <pre>{@code
 * assertThat(BudgetStory.play(567)).isEmpty();
 * }</pre>
 *
 * <p>Confined to one thread.
 */
public final class BudgetStory extends Story {
  private static final String ACTION = "thing.delete";
  static final int STEPS = 80;
  private static final int DEEPEST = 2;
  private static final int BUCKETS = 128;
  private static final List<Fault> FAULTS = List.of(Fault.values());

  private RandomGenerator random;
  private final ManualTime time = ManualTime.at(Instant.parse("2026-03-02T10:00:00Z"));
  private final FaultyStore store = FaultyStore.over(MemoryStateStore.create(time));
  private final List<Window> windows = new ArrayList<>();
  private final int block;
  private final List<Guard> processes = new ArrayList<>();
  private final List<Spent> spent = new ArrayList<>();
  private int named;
  private boolean faults;

  /** A window, and how much it lets through. */
  private record Window(Duration length, long most) {
    /** How long after its end an act may still count, because buckets round against us. */
    Duration longest() {
      return length.plusMillis(Math.max(1, length.toMillis() / BUCKETS));
    }
  }

  /** What really began, and when. */
  private record Spent(Instant at, long count) {}

  BudgetStory(RandomGenerator dice) {
    random = dice;
    block = random.nextInt(3) == 0 ? 2 + random.nextInt(4) : 1;
    windows.add(new Window(Duration.ofMinutes(10 + random.nextInt(50)), 1 + random.nextInt(6)));
    windows.add(new Window(Duration.ofHours(2 + random.nextInt(22)), 3 + random.nextInt(15)));
    int many = 1 + random.nextInt(3);
    for (int i = 0; i < many; i++) {
      processes.add(started());
    }
  }

  /**
   * Plays one seed.
   *
   * @param seed any number
   * @return what broke law 7, in order; empty if nothing did
   */
  public static List<String> play(long seed) {
    return Told.of(Kind.BUDGET, seed).play().violations();
  }

  private Guard started() {
    BlastRadiusLimit limit = BlastRadiusLimit.perPlan(1000);
    for (Window window : windows) {
      limit = limit.per(window.length(), window.most()).in(store);
    }
    return Guard.named("budget-story")
        .dryRun(DryRun.off())
        .blastRadius(limit.inBlocksOf(block))
        .unaudited("a made-up world")
        .time(time)
        .build();
  }

  @Override
  void step(RandomGenerator dice) {
    random = dice;
    switch (random.nextInt(10)) {
      case 0, 1 -> pass(Duration.ofSeconds(random.nextInt(20 * 60) + 1L));
      case 2 -> pass(Duration.ofMinutes(random.nextInt(6 * 60) + 1L));
      case 3 -> {
        crashed();
        processes.set(random.nextInt(processes.size()), started());
      }
      case 4 -> fault();
      default -> call(random.nextInt(processes.size()), 0);
    }
  }

  private void pass(Duration length) {
    tell("passes " + length);
    time.tick(length);
  }

  private void fault() {
    if (random.nextInt(4) > 0) {
      return;
    }
    faults = true;
    int times = 1 + random.nextInt(3);
    for (int i = 0; i < times; i++) {
      Fault next = FAULTS.get(random.nextInt(FAULTS.size()));
      tell("the store's next fault is " + next);
      store.next(next);
    }
  }

  /** One act of one process; what it draws counts from the moment at which it is asked for. */
  private void call(int process, int depth) {
    Set<Target> targets = new LinkedHashSet<>();
    int many = 1 + random.nextInt(3);
    for (int i = 0; i < many; i++) {
      targets.add(Target.of("thing", "here", "t" + named++));
    }
    tell("process " + process + " asks for " + many);
    boolean room = !faults && block == 1 && hasRoomFor(many);
    Instant asked = time.now();
    try {
      Outcome<?> outcome =
          processes
              .get(process)
              .run(
                  Intent.of(ACTION, targets).because("a story"),
                  permit -> acted(permit, new Spent(asked, many), depth));
      if (room && usedUp(outcome)) {
        violation("LAW_7: there was room for " + many + ", and yet: " + outcome);
      }
    } catch (Broken expected) {
      return; // an act that fails stays spent, and its exception is the caller's
    } catch (StateException away) {
      if (!faults) {
        throw away;
      }
    }
  }

  private static boolean usedUp(Outcome<?> outcome) {
    return outcome instanceof Outcome.Refused
        && ((Outcome.Refused<?>) outcome)
            .verdict().reasons().stream()
                .anyMatch(reason -> reason.code().equals(BlastRadiusLimit.WINDOW_USED_UP));
  }

  /** What an act that fails throws. */
  private static final class Broken extends RuntimeException {
    private static final long serialVersionUID = 1;

    Broken() {
      super("the act failed", null, false, false);
    }
  }

  private void acted(Permit permit, Spent now, int depth) {
    spent.add(now);
    judge();
    if (depth < DEEPEST && random.nextInt(3) == 0) {
      time.tick(Duration.ofSeconds(random.nextInt(20)));
      call(random.nextInt(processes.size()), depth + 1);
    }
    switch (random.nextInt(4)) {
      case 0 -> {
        tell("the act fails");
        throw new Broken();
      }
      case 1 -> {
        tell("the act did not take place");
        spent.remove(now);
        permit.notRun();
      }
      default -> time.tick(Duration.ofSeconds(random.nextInt(30)));
    }
  }

  private void judge() {
    for (Window window : windows) {
      long within = within(window.length());
      if (within > window.most()) {
        violation(
            "LAW_7: "
                + within
                + " began within "
                + window.length()
                + ", which allows "
                + window.most());
      }
    }
  }

  private boolean hasRoomFor(int many) {
    return windows.stream().allMatch(window -> within(window.longest()) + many <= window.most());
  }

  private long within(Duration length) {
    Instant from = time.now().minus(length);
    return spent.stream().filter(one -> one.at().isAfter(from)).mapToLong(Spent::count).sum();
  }
}
