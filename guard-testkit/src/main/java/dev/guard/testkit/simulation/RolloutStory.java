package dev.guard.testkit.simulation;

import dev.guard.Guard;
import dev.guard.plan.Plan;
import dev.guard.rollout.Gate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Law 13, played: plans are rolled out in four steps while clocks pass, jump and stand still, acts
 * fail, gates pass, fail, wait and throw, processes die, and people pause, resume and abort, all of
 * them at any access to the store and at any record.
 *
 * <pre>{@code
 * assertThat(RolloutStory.play(567)).isEmpty();
 * assertThat(RolloutStory.interleavings()).isEmpty();
 * assertThat(RolloutStory.crashes()).isEmpty();
 * }</pre>
 *
 * <p>Confined to one thread.
 */
public final class RolloutStory {
  private static final Duration DAY = Duration.ofHours(25);
  private static final int STEPS = 50;
  private static final int PHASES = 7;
  private static final int ENOUGH = 16;

  private final Random random;
  private final RolloutWorld world = new RolloutWorld();
  private final List<Plan> plans = new ArrayList<>();
  private Guard guard;

  private RolloutStory(long seed) {
    this.random = new Random(seed);
    this.guard = world.started();
    plans.add(world.planned(guard, 0));
  }

  /**
   * Plays one seed.
   *
   * @param seed any number
   * @return what broke law 13, in order; empty if nothing did
   */
  public static List<String> play(long seed) {
    RolloutStory story = new RolloutStory(seed);
    for (int i = 0; i < STEPS && story.world.violations.isEmpty(); i++) {
      story.step();
    }
    if (story.world.violations.isEmpty()) {
      story.ends();
    }
    return List.copyOf(story.world.violations);
  }

  /**
   * Lets a person abort, and in turn pause, before every access to the store and every record of
   * every run of a rollout, and lets a run come in before every access of an abort.
   *
   * @return what broke law 13; empty if nothing did
   */
  public static List<String> interleavings() {
    List<String> violations = new ArrayList<>();
    for (int phase = 0; phase < PHASES; phase++) {
      for (Kind kind : Kind.values()) {
        int point = 0;
        while (meet(kind, phase, point, violations)) {
          point++;
        }
      }
    }
    return violations;
  }

  /**
   * Lets the process die before every access to the store, after every write, and before every
   * record, of every run of a rollout; the next process goes on.
   *
   * @return what broke law 13; empty if nothing did
   */
  public static List<String> crashes() {
    List<String> violations = new ArrayList<>();
    for (int phase = 0; phase < PHASES; phase++) {
      int point = 0;
      boolean came = true;
      while (came) {
        RolloutStory story = new RolloutStory(point);
        story.phases(phase);
        story.world.at(point, story.world::die);
        story.world.apply(story.guard, story.plan());
        came = story.world.cameToIt();
        story.guard = story.world.restarted();
        story.ends();
        int at = point;
        int in = phase;
        story.world.violations.forEach(
            one -> violations.add(one + ", died in run " + in + " at point " + at));
        point++;
      }
    }
    return violations;
  }

  private enum Kind {
    ABORT_IN_A_RUN,
    PAUSE_IN_A_RUN,
    RUN_IN_AN_ABORT
  }

  /** False if there was no such point. */
  private static boolean meet(Kind kind, int phase, int point, List<String> violations) {
    RolloutStory story = new RolloutStory(point);
    RolloutWorld world = story.world;
    Guard other = world.started();
    Plan plan = story.plan();
    story.phases(phase);
    switch (kind) {
      case ABORT_IN_A_RUN:
        world.at(point, () -> world.abort(other, plan));
        world.apply(story.guard, plan);
        break;
      case PAUSE_IN_A_RUN:
        world.at(point, () -> world.pause(other));
        world.apply(story.guard, plan);
        break;
      default:
        world.at(point, () -> world.apply(other, plan));
        world.abort(story.guard, plan);
        break;
    }
    boolean came = world.cameToIt();
    story.phases(3);
    if (kind != Kind.PAUSE_IN_A_RUN && came && story.isUnderWay()) {
      world.violations.add("STAGES: a rollout goes on after an abort");
    }
    world.violations.forEach(
        one -> violations.add(one + ", " + kind + " in run " + phase + " at point " + point));
    return came;
  }

  private boolean isUnderWay() {
    return guard.rollout().filter(one -> one.active()).isPresent();
  }

  private Plan plan() {
    return plans.get(plans.size() - 1);
  }

  private void phases(int many) {
    for (int i = 0; i < many; i++) {
      world.apply(guard, plan());
      world.pass(DAY);
    }
  }

  private void step() {
    switch (random.nextInt(14)) {
      case 0, 1, 2, 3 -> world.pass(Duration.ofMinutes(random.nextInt(26 * 60) + 1L));
      case 4 -> world.jump(Duration.ofHours(random.nextInt(24 * 60) - 24 * 20L));
      case 5 -> world.suspend(Duration.ofMinutes(random.nextInt(40 * 60) + 1L));
      case 6 -> guard = world.restarted();
      case 7, 8 -> gate();
      case 9 -> world.pause(guard);
      case 10 -> world.resume(guard);
      case 11 -> fail();
      default -> next();
    }
    if (random.nextInt(3) > 0) {
      run();
    }
  }

  private void gate() {
    switch (random.nextInt(6)) {
      case 0 -> world.answer = Gate.Answer.fail("too many errors");
      case 1 -> world.answer = Gate.Answer.inconclusive("no traffic");
      case 2 -> world.answer = Gate.Answer.error("no connection");
      case 3 -> world.answer = Gate.Answer.error("thrown");
      default -> world.answer = Gate.Answer.pass();
    }
  }

  private void fail() {
    world.failing.clear();
    plan().items().stream()
        .filter(item -> random.nextInt(4) == 0)
        .forEach(item -> world.failing.add(item.target()));
  }

  /** Another plan, once the one before is over; or an abort, now and then. */
  private void next() {
    if (random.nextInt(5) == 0) {
      world.abort(guard, plan());
    }
    if (world.aborted(plan()) || (world.complete(plan()) && !isUnderWay())) {
      plans.add(world.planned(guard, plans.size()));
    }
  }

  /** A run, of the last plan mostly, in which somebody may step in. */
  private void run() {
    Plan plan = random.nextInt(6) == 0 ? plans.get(random.nextInt(plans.size())) : plan();
    Guard other = guard;
    int point = random.nextInt(60);
    switch (random.nextInt(8)) {
      case 0 -> world.at(point, world::die);
      case 1 -> world.at(point, () -> world.pause(other));
      case 2 -> world.at(point, () -> world.resume(other));
      case 3 -> world.at(point, this::gate);
      case 4 -> world.at(point, other::advanceRollout);
      case 5 -> {
        if (random.nextInt(4) == 0) {
          world.at(point, () -> world.abort(other, plan));
        }
      }
      default -> world.at(point, () -> world.jump(Duration.ofDays(40)));
    }
    boolean alive = world.apply(guard, plan);
    world.cameToIt();
    if (!alive) {
      guard = world.restarted();
    }
  }

  /** When all is well again, what is not aborted comes to its end. */
  private void ends() {
    world.failing.clear();
    world.answer = Gate.Answer.pass();
    world.jump(Duration.ofDays(400)); // no plan is of the future any more
    for (int i = 0; i < ENOUGH && !world.complete(plan()); i++) {
      world.resume(guard);
      world.pass(DAY);
      world.apply(guard, plan());
    }
    if (!world.complete(plan()) && !world.aborted(plan())) {
      world.violations.add(
          "STAGES: the rollout never ends: "
              + guard.rollout().map(Object::toString).orElse("none"));
    }
  }
}
