package dev.guard;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A whole plan as safeguards see it before its first act: every intent that nothing refuses for
 * good, and what the targets are a part of.
 *
 * @param plan the plan's digest, or null while the plan is still being made
 * @param action the action's name
 * @param intents the intents that would go; may be empty
 * @param population what the targets are a part of, or null if nobody said
 */
public record Batch(
    @Nullable Digest plan, String action, List<Intent> intents, @Nullable Population population) {
  /** Checks and copies. */
  public Batch {
    Objects.requireNonNull(action, "action");
    intents = List.copyOf(intents);
  }

  /**
   * How many targets would go; targets are counted, not intents.
   *
   * @return the number of targets
   */
  public long targets() {
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
