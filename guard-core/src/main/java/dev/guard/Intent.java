package dev.guard;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One proposed destructive step: an action, one or more targets, why, and who.
 *
 * <pre>{@code
 * Intent intent = Intent.of("row.delete", target).because("orphaned since 30 days");
 * }</pre>
 *
 * <p>An intent says nothing about whether the step may happen: safeguards judge it, {@link Guard}
 * decides. Immutable and thread-safe. A target may not be named twice, and an intent without a
 * target cannot be made: nothing is not everything.
 */
public final class Intent {
  private final String action;
  private final List<Target> targets;
  private final String because;
  private final String actor;
  private final @Nullable Population population;
  private final Optional<Population>
      answer; // made once, so that asking in every review costs nothing

  private Intent(
      String action,
      List<Target> targets,
      String because,
      String actor,
      @Nullable Population population) {
    this.action = action;
    this.targets = targets;
    this.because = because;
    this.actor = actor;
    this.population = population;
    this.answer = Optional.ofNullable(population);
  }

  /**
   * Begins an intent on one target.
   *
   * @param action the action's name, for example {@code registry.delete}; not blank
   * @param target what is touched
   * @return the beginning of an intent; it needs a {@link Draft#because}
   */
  public static Draft of(String action, Target target) {
    return of(action, List.of(target));
  }

  /**
   * Begins an intent that touches several targets in one step.
   *
   * @param action the action's name; not blank
   * @param targets what is touched; at least one, none twice
   * @return the beginning of an intent
   * @throws IllegalArgumentException if there is no target, or one twice
   */
  public static Draft of(String action, Collection<Target> targets) {
    return new Draft(action, targets);
  }

  /**
   * The action's name.
   *
   * @return not blank
   */
  public String action() {
    return action;
  }

  /**
   * What is touched.
   *
   * @return at least one target, in the given order
   */
  public List<Target> targets() {
    return targets;
  }

  /**
   * The rule that chose the targets, and why.
   *
   * @return not blank
   */
  public String because() {
    return because;
  }

  /**
   * Who proposes it.
   *
   * @return the actor, or the empty string if the guard's own actor is meant
   */
  public String actor() {
    return actor;
  }

  /**
   * What the targets are a part of, if the caller said so.
   *
   * @return the population, or empty
   */
  public Optional<Population> population() {
    return answer;
  }

  /**
   * This intent in another's name.
   *
   * @param who the actor; not blank
   * @return a new intent
   */
  public Intent by(String who) {
    return new Intent(action, targets, because, Words.name("actor", who), population);
  }

  /**
   * This intent with the population its targets are a part of, which a percent limit needs.
   *
   * @param all the population; an empty or incomplete one halts the call, whatever the limits are
   * @return a new intent
   */
  public Intent outOf(Population all) {
    return new Intent(action, targets, because, actor, Objects.requireNonNull(all, "population"));
  }

  @Override
  public String toString() {
    return action
        + (targets.size() == 1 ? " of " + targets.get(0) : " of " + targets.size() + " targets")
        + " because "
        + because;
  }

  /** An intent that still lacks its reason. Immutable and thread-safe. */
  public static final class Draft {
    private final String action;
    private final List<Target> targets;

    private Draft(String action, Collection<Target> targets) {
      this.action = Words.name("action", action);
      LinkedHashSet<Target> seen = new LinkedHashSet<>();
      for (Target target : targets) {
        if (!seen.add(Objects.requireNonNull(target, "target"))) {
          throw new IllegalArgumentException(
              "The target " + Words.shown(target.toString()) + " is named twice.");
        }
      }
      if (seen.isEmpty()) {
        throw new IllegalArgumentException(
            "An intent names at least one target: none never means everything. Name what '"
                + action
                + "' touches.");
      }
      this.targets = List.copyOf(new ArrayList<>(seen));
    }

    /**
     * Completes the intent.
     *
     * @param rule the rule that chose the targets, and why; not blank
     * @return the intent
     */
    public Intent because(String rule) {
      return new Intent(action, targets, Words.text("reason of an intent", rule), "", null);
    }
  }
}
