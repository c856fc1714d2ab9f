package dev.guard.rollout;

import dev.guard.Digest;
import dev.guard.rollout.RolloutStatus.State;
import dev.guard.rollout.RolloutStatus.Step;
import java.time.Instant;
import java.util.List;

/**
 * The state of one rollout, and what may become of it. Every change counts {@code turn} up, so that
 * an answer to an older state moves nothing. Immutable.
 *
 * @param plan the plan
 * @param policy the digest of the stages it began with
 * @param steps their names and how many targets they hold
 * @param state what may happen
 * @param step the step it is at
 * @param baking whether that step is complete
 * @param since the observed time when it was, in milliseconds
 * @param asked the observed time when its gate first could not tell, or -1
 * @param turn how often it changed
 * @param who who or what changed the state
 * @param why why
 * @param at when, by the store's clock
 */
record Course(
    Digest plan,
    Digest policy,
    List<Step> steps,
    State state,
    int step,
    boolean baking,
    long since,
    long asked,
    long turn,
    String who,
    String why,
    Instant at) {
  private static final String GUARD = "guard";

  Course {
    steps = List.copyOf(steps);
  }

  static Course begun(Digest plan, Digest policy, List<Step> steps, Instant now) {
    return new Course(
        plan, policy, steps, State.RUNNING, 0, false, 0, -1, 0, GUARD, "it began", now);
  }

  boolean active() {
    return state == State.RUNNING || state == State.PAUSED || state == State.HALTED;
  }

  boolean is(Course seen) {
    return plan.equals(seen.plan) && turn == seen.turn && at.equals(seen.at);
  }

  Course completed(long observed) {
    return moved(state, step, true, observed, -1, who, why, at);
  }

  /** The next step opens; after the last there is none. */
  Course passed(Instant now) {
    return step + 1 < steps.size()
        ? moved(state, step + 1, false, 0, -1, GUARD, "stage '" + name() + "' passed", now)
        : moved(State.DONE, step, false, 0, -1, GUARD, "every stage is complete", now);
  }

  Course inconclusive(long observed) {
    return moved(state, step, baking, since, observed, who, why, at);
  }

  /** The clock was lost and began anew, so the wait does too. */
  Course bakingAnew(long observed) {
    return moved(state, step, baking, observed, -1, who, why, at);
  }

  Course halted(String reason, Instant now) {
    return moved(State.HALTED, step, baking, since, asked, GUARD, reason, now);
  }

  Course paused(String person, String reason, Instant now) {
    return moved(State.PAUSED, step, baking, since, asked, person, reason, now);
  }

  Course resumed(String person, String reason, Instant now) {
    return moved(State.RUNNING, step, baking, since, -1, person, reason, now);
  }

  Course aborted(String person, String reason, Instant now) {
    return moved(State.ABORTED, step, baking, since, asked, person, reason, now);
  }

  String name() {
    return steps.get(step).name();
  }

  boolean empty() {
    return steps.get(step).targets() == 0;
  }

  private Course moved(
      State next,
      int nextStep,
      boolean nowBaking,
      long nowSince,
      long nowAsked,
      String person,
      String reason,
      Instant now) {
    return new Course(
        plan, policy, steps, next, nextStep, nowBaking, nowSince, nowAsked, turn + 1, person,
        reason, now);
  }
}
