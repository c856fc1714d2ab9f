package dev.guard.rollout;

import dev.guard.Digest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Where a rollout stands. Immutable and thread-safe.
 *
 * @param plan the plan that is rolled out
 * @param state what may happen
 * @param steps every step in order; none if nobody knows them any more
 * @param step which one is open, bakes, or was last; counted from zero
 * @param baking whether that step is complete, and waits for time or its gate
 * @param left how much of the wait is left at least; zero if it does not bake
 * @param who who or what brought it into its state
 * @param why why
 * @param at when, by the store's clock
 */
public record RolloutStatus(
    Digest plan,
    State state,
    List<Step> steps,
    int step,
    boolean baking,
    Duration left,
    String who,
    String why,
    Instant at) {
  /** Copies. */
  public RolloutStatus {
    steps = List.copyOf(steps);
  }

  /** What may happen in a rollout. */
  public enum State {
    /** It moves with each run. */
    RUNNING,
    /** A person paused it; nothing goes until a person resumes it. */
    PAUSED,
    /** A gate failed, broke, or could not tell for too long; a person resumes or aborts it. */
    HALTED,
    /** A person aborted it. Nothing of the plan goes any more, ever. */
    ABORTED,
    /** Every step is complete. Nothing of the plan goes any more. */
    DONE
  }

  /**
   * One step. Immutable and thread-safe.
   *
   * @param name the stage's name, and in a ramp which part of it
   * @param targets how many planned targets are in it
   */
  public record Step(String name, long targets) {}

  /**
   * Whether it is neither aborted nor done: its plan stays valid, and no other plan begins.
   *
   * @return true if it is under way
   */
  public boolean active() {
    return state != State.ABORTED && state != State.DONE;
  }

  /**
   * The step it is at.
   *
   * @return its name; empty if nobody knows the steps any more
   */
  public String stage() {
    return step < steps.size() ? steps.get(step).name() : "";
  }

  @Override
  public String toString() {
    return "rollout of plan "
        + plan
        + ": "
        + state
        + (steps.isEmpty()
            ? ""
            : ", "
                + (baking ? "after" : "in")
                + " stage '"
                + stage()
                + "' ("
                + (step + 1)
                + " of "
                + steps.size()
                + ")");
  }
}
