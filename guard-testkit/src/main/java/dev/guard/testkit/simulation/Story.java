package dev.guard.testkit.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;

/**
 * A world of its own for one law. Each step throws dice of its own, so that any other can be left
 * out. Confined to one thread.
 */
abstract class Story {
  /** Which stories there are, how long they are, and with which seeds they are played. */
  enum Kind {
    SOAK(SoakStory.STEPS, 32, 1),
    ROLLOUT(RolloutStory.STEPS, 32, 3),
    BUDGET(BudgetStory.STEPS, 8, 2);

    private final int steps;
    private final int every;
    private final int at;

    Kind(int steps, int every, int at) {
      this.steps = steps;
      this.every = every;
      this.at = at;
    }

    int steps() {
      return steps;
    }

    /** The dear ones with one of 32 seeds, the cheap one with one of eight. */
    boolean isPlayedWith(long seed) {
      return Math.floorMod(seed, every) == at;
    }

    Story begin(RandomGenerator dice) {
      return switch (this) {
        case SOAK -> new SoakStory(dice);
        case ROLLOUT -> new RolloutStory(dice);
        case BUDGET -> new BudgetStory(dice);
      };
    }

    static Kind parse(String name) {
      for (Kind kind : values()) {
        if (kind.name().toLowerCase(Locale.ROOT).equals(name)) {
          return kind;
        }
      }
      throw new IllegalArgumentException("There is no story '" + name + "'.");
    }
  }

  private final List<String> violations = new ArrayList<>();
  private final List<String> words = new ArrayList<>();
  private int deaths;

  /** One step, decided by the dice alone and by what came before. */
  abstract void step(RandomGenerator dice);

  /** What must come true in the end. */
  void ends() {}

  /** What broke the law, in order, each beginning with the law's name. */
  final List<String> violations() {
    return violations;
  }

  final void violation(String what) {
    violations.add(what);
  }

  /** A process ended without a word. */
  final void crashed() {
    deaths++;
    tell("the process ends and another begins");
  }

  final int deaths() {
    return deaths;
  }

  /** Says what happens, for people. */
  final void tell(String what) {
    words.add(what);
  }

  /** What was said since the last question. */
  final String told() {
    String all = words.isEmpty() ? "nothing" : String.join(", ", words);
    words.clear();
    return all;
  }
}
