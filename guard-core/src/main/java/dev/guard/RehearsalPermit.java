package dev.guard;

import java.util.List;
import java.util.Objects;

/**
 * The most that Guard gives out in a dry run. Adapters accept it solely for a request that the
 * server itself guarantees not to persist, such as a Kubernetes request with {@code dryRun} in its
 * body. It never allows an act. Immutable.
 */
public final class RehearsalPermit {
  private final String guard;
  private final String action;
  private final List<Target> targets;

  RehearsalPermit(String guard, Intent intent) {
    this.guard = guard;
    this.action = intent.action();
    this.targets = intent.targets();
  }

  /**
   * The guard that rehearses.
   *
   * @return its name
   */
  public String guard() {
    return guard;
  }

  /**
   * Verifies that the rehearsal is of this action on this target.
   *
   * @param usedAction the action about to be rehearsed
   * @param target what it is rehearsed on
   * @throws GuardRefusedException if it is for something else
   */
  public void check(String usedAction, Target target) {
    Objects.requireNonNull(target, "target");
    if (!action.equals(usedAction) || !targets.contains(target)) {
      String sentence =
          "The rehearsal of guard '"
              + guard
              + "' for "
              + action
              + " does not cover "
              + Words.shown(target.toString())
              + ".";
      throw new GuardRefusedException(
          sentence, Verdict.refuse(Reason.of("permit", "permit-bound", sentence)));
    }
  }

  @Override
  public String toString() {
    return "RehearsalPermit of '" + guard + "' for " + action;
  }
}
