package dev.guard;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A whole plan as safeguards see it before its first act: every intent that nothing refuses for
 * good, and what the targets are a part of. Immutable and thread-safe.
 *
 * @param plan the plan's digest, or null while the plan is still being made
 * @param action the action's name
 * @param intents the intents that would go; may be empty
 * @param population what the targets are a part of, or null if nobody said
 * @param before the intents of this plan that earlier runs used up of its limit (done, failed or in
 *     doubt) and that do not go again; they count against what one plan may touch, and need nothing
 *     else any more
 * @param overLimitApproved whether people who saw that this very plan is over its limit approved it
 *     nevertheless; lifts what bounds one plan, and nothing else
 */
public record Batch(
    @Nullable Digest plan,
    String action,
    List<Intent> intents,
    @Nullable Population population,
    List<Intent> before,
    boolean overLimitApproved) {
  /** Checks and copies. */
  public Batch {
    Objects.requireNonNull(action, "action");
    intents = List.copyOf(intents);
    before = List.copyOf(before);
  }

  /**
   * A plan that nobody approved beyond its limit.
   *
   * @param plan the plan's digest, or null while the plan is still being made
   * @param action the action's name
   * @param intents the intents that would go; may be empty
   * @param population what the targets are a part of, or null if nobody said
   * @param before the intents of this plan that earlier runs used up of its limit
   */
  public Batch(
      @Nullable Digest plan,
      String action,
      List<Intent> intents,
      @Nullable Population population,
      List<Intent> before) {
    this(plan, action, intents, population, before, false);
  }

  /**
   * A plan of which nothing was done yet.
   *
   * @param plan the plan's digest, or null while the plan is still being made
   * @param action the action's name
   * @param intents the intents that would go; may be empty
   * @param population what the targets are a part of, or null if nobody said
   */
  public Batch(
      @Nullable Digest plan, String action, List<Intent> intents, @Nullable Population population) {
    this(plan, action, intents, population, List.of(), false);
  }

  /**
   * How many targets would go; targets are counted, not intents.
   *
   * @return the number of targets
   */
  public long targets() {
    return count(intents);
  }

  /**
   * How many targets this plan touches in all: those that would go, and those of earlier runs.
   *
   * @return the number of targets
   */
  public long targetsInAll() {
    return count(intents) + count(before);
  }

  private static long count(List<Intent> intents) {
    long sum = 0;
    for (Intent intent : intents) {
      sum += intent.targets().size();
    }
    return sum;
  }

  /**
   * What the targets are a part of.
   *
   * @return the population, or empty if nobody said
   */
  public Optional<Population> outOf() {
    return Optional.ofNullable(population);
  }
}
