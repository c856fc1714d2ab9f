package dev.guard.rollout;

import dev.guard.Digest;
import dev.guard.GuardConfigurationException;
import dev.guard.Target;
import dev.guard.plan.Plan;
import dev.guard.plan.PlanItem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The stages as one list of steps, and which target is in which. Immutable. */
final class Steps {
  private final List<Stage> stages;
  private final List<Step> steps;
  private final int[] firsts;
  private final Digest policy;

  /** One step of one stage. */
  record Step(String name, Duration bake, Stage.@Nullable Check check) {}

  Steps(List<Stage> stages) {
    this.stages = check(stages);
    this.firsts = new int[stages.size()];
    List<Step> all = new ArrayList<>();
    StringBuilder text = new StringBuilder("guard.rollout-policy/1\n");
    for (int i = 0; i < stages.size(); i++) {
      Stage stage = stages.get(i);
      firsts[i] = all.size();
      names(stage).forEach(name -> all.add(new Step(name, stage.bake(), stage.check())));
      text.append(stage.canonical());
    }
    this.steps = List.copyOf(all);
    this.policy = Digest.of(text.toString());
  }

  private static List<Stage> check(List<Stage> stages) {
    if (stages.isEmpty()) {
      throw new GuardConfigurationException(
          "A rollout has at least one stage. A guard that needs none has no rollout.");
    }
    Set<String> names = new HashSet<>();
    for (int i = 0; i < stages.size(); i++) {
      Stage stage = stages.get(i);
      if (!names.add(stage.name().toLowerCase(Locale.ROOT))) {
        throw new GuardConfigurationException(
            "Two stages have the name '" + stage.name() + "'. Give each one of its own.");
      }
      if (stage.rules().isEmpty() && i < stages.size() - 1) {
        throw new GuardConfigurationException(
            "Stage '"
                + stage.name()
                + "' does not say which targets it holds; only the last stage may leave that out.");
      }
    }
    return List.copyOf(stages);
  }

  private static List<String> names(Stage stage) {
    List<String> names = new ArrayList<>();
    for (Stage.Part part : stage.parts()) {
      if (part.percent() < 100) {
        names.add(stage.name() + " (" + part + ")");
      }
    }
    names.add(names.isEmpty() ? stage.name() : stage.name() + " (all)");
    return names;
  }

  int size() {
    return steps.size();
  }

  Step step(int number) {
    return steps.get(number);
  }

  List<Stage> stages() {
    return stages;
  }

  Digest policy() {
    return policy;
  }

  /** The first stage that claims it; what nobody claims is in the last. */
  static int place(List<Stage> stages, Predicate<Stage> claims) {
    for (int i = 0; i < stages.size() - 1; i++) {
      if (claims.test(stages.get(i))) {
        return i;
      }
    }
    return stages.size() - 1;
  }

  Stage stage(Target target) {
    return stages.get(place(stages, stage -> stage.holds(target)));
  }

  /** The step of every target that would go; none goes before those it is ordered after. */
  Map<Target, Integer> of(Plan plan) {
    Map<Target, Integer> own = new HashMap<>();
    List<List<Target>> members = new ArrayList<>();
    stages.forEach(stage -> members.add(new ArrayList<>()));
    for (PlanItem item : plan.wouldGo()) {
      members.get(place(stages, stage -> stage.holds(item.target()))).add(item.target());
    }
    for (int i = 0; i < stages.size(); i++) {
      ramp(i, members.get(i), own);
    }
    Map<Target, Integer> all = new HashMap<>();
    for (PlanItem item : plan.wouldGo()) {
      int step = own.getOrDefault(item.target(), steps.size() - 1);
      for (Target parent : item.after()) {
        step = Math.max(step, all.getOrDefault(parent, 0));
      }
      all.put(item.target(), step);
    }
    return Map.copyOf(all);
  }

  /** The order is the identities' own, so a larger step holds every smaller one. */
  private void ramp(int number, List<Target> members, Map<Target, Integer> into) {
    members.sort(Comparator.comparing(target -> Digest.of("ramp\n" + target.identity()).hex()));
    List<Stage.Part> parts = stages.get(number).parts();
    int step = 0;
    for (int rank = 0; rank < members.size(); rank++) {
      while (step < parts.size() && rank >= parts.get(step).of(members.size())) {
        step++;
      }
      into.put(members.get(rank), Math.min(firsts[number] + step, end(number)));
    }
  }

  private int end(int number) {
    return (number + 1 < firsts.length ? firsts[number + 1] : steps.size()) - 1;
  }

  /** How many targets each step holds. */
  List<RolloutStatus.Step> counted(Map<Target, Integer> placed) {
    long[] counts = new long[steps.size()];
    placed.values().forEach(step -> counts[step]++);
    List<RolloutStatus.Step> all = new ArrayList<>();
    for (int i = 0; i < counts.length; i++) {
      all.add(new RolloutStatus.Step(steps.get(i).name(), counts[i]));
    }
    return all;
  }
}
