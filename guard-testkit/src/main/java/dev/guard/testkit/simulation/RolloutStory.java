package dev.guard.testkit.simulation;

import dev.guard.Guard;
import dev.guard.plan.Plan;
import dev.guard.rollout.Gate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

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
public final class RolloutStory extends Story {
  private static final Duration DAY = Duration.ofHours(25);
  static final int STEPS = 50;
  private static final int PHASES = 7;
  private static final int ENOUGH = 16;

  private RandomGenerator random;
  private final RolloutWorld world = new RolloutWorld(violations());
  private final List<Plan> plans = new ArrayList<>();
  private Guard guard;

  RolloutStory(RandomGenerator dice) {
    this.random = dice;
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
    return Told.of(Kind.ROLLOUT, seed).play().violations();
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
      for (Meeting kind : Meeting.values()) {
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
        RolloutStory story = new RolloutStory(Script.random(point));
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

  private enum Meeting {
    ABORT_IN_A_RUN,
    PAUSE_IN_A_RUN,
    RUN_IN_AN_ABORT
  }

  /** False if there was no such point. */
  private static boolean meet(Meeting kind, int phase, int point, List<String> violations) {
    RolloutStory story = new RolloutStory(Script.random(point));
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
    if (kind != Meeting.PAUSE_IN_A_RUN && came && story.isUnderWay()) {
      world.violations.add("LAW_13: a rollout goes on after an abort");
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

  @Override
  void step(RandomGenerator dice) {
    random = dice;
    switch (random.nextInt(14)) {
      case 0, 1, 2, 3 -> pass(Duration.ofMinutes(random.nextInt(26 * 60) + 1L));
      case 4 -> jump(Duration.ofHours(random.nextInt(24 * 60) - 24 * 20L));
      case 5 -> suspend(Duration.ofMinutes(random.nextInt(40 * 60) + 1L));
      case 6 -> restart();
      case 7, 8 -> gate();
      case 9 -> pause(guard);
      case 10 -> resume(guard);
      case 11 -> fail();
      default -> next();
    }
    if (random.nextInt(3) > 0) {
      run();
    }
  }

  private void pass(Duration length) {
    tell("passes " + length);
    world.pass(length);
  }

  private void jump(Duration by) {
    tell("wall clock set by " + by);
    world.jump(by);
  }

  private void suspend(Duration length) {
    tell("suspended for " + length);
    world.suspend(length);
  }

  private void restart() {
    crashed();
    guard = world.restarted();
  }

  private void pause(Guard whose) {
    tell("somebody pauses");
    world.pause(whose);
  }

  private void resume(Guard whose) {
    tell("somebody resumes");
    world.resume(whose);
  }

  private void abort(Guard whose, Plan plan) {
    tell("somebody aborts plan " + plans.indexOf(plan));
    world.abort(whose, plan);
  }

  private void advance(Guard whose) {
    tell("another process advances");
    whose.advanceRollout();
  }

  private void gate() {
    switch (random.nextInt(6)) {
      case 0 -> world.answer = Gate.Answer.fail("too many errors");
      case 1 -> world.answer = Gate.Answer.inconclusive("no traffic");
      case 2 -> world.answer = Gate.Answer.error("no connection");
      case 3 -> world.answer = Gate.Answer.error("thrown");
      default -> world.answer = Gate.Answer.pass();
    }
    tell("the gate says " + world.answer.result());
  }

  private void fail() {
    world.failing.clear();
    plan().items().stream()
        .filter(item -> random.nextInt(4) == 0)
        .forEach(item -> world.failing.add(item.target()));
    tell(world.failing.size() + " acts would fail");
  }

  /** Another plan, once the one before is over; or an abort, now and then. */
  private void next() {
    if (random.nextInt(5) == 0) {
      abort(guard, plan());
    }
    if (world.aborted(plan()) || (world.complete(plan()) && !isUnderWay())) {
      tell("plans another");
      plans.add(world.planned(guard, plans.size()));
    }
  }

  /** A run, of the last plan mostly, in which somebody may step in. */
  private void run() {
    Plan plan = random.nextInt(6) == 0 ? plans.get(random.nextInt(plans.size())) : plan();
    Guard other = guard;
    int point = random.nextInt(random.nextInt(60) + 1); // most runs are short
    tell("applies plan " + plans.indexOf(plan) + ", and at point " + point);
    switch (random.nextInt(8)) {
      case 0 -> world.at(point, world::die);
      case 1 -> world.at(point, () -> pause(other));
      case 2 -> world.at(point, () -> resume(other));
      case 3 -> world.at(point, this::gate);
      case 4 -> world.at(point, () -> advance(other));
      case 5 -> {
        if (random.nextInt(2) == 0) {
          world.at(point, () -> abort(other, plan));
        }
      }
      default -> world.at(point, () -> jump(Duration.ofDays(40)));
    }
    boolean alive = world.apply(guard, plan);
    world.cameToIt();
    if (!alive) {
      restart();
    }
  }

  /** When all is well again, what is not aborted comes to its end. */
  @Override
  void ends() {
    world.failing.clear();
    world.answer = Gate.Answer.pass();
    world.jump(Duration.ofDays(400)); // no plan is of the future any more
    for (int i = 0; i < ENOUGH && !world.complete(plan()); i++) {
      world.resume(guard);
      world.pass(DAY);
      world.apply(guard, plan());
    }
    if (!world.complete(plan()) && !world.aborted(plan())) {
      violation(
          "LAW_13: the rollout never ends: "
              + guard.rollout().map(Object::toString).orElse("none"));
    }
  }
}
