package dev.guard.testkit.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Which steps of a story are played. As text it is one line for the story and one for each step, in
 * which what stands behind the number is for people.
 */
record Told(Story.Kind kind, long seed, List<Integer> steps) implements Part {
  static final String BEGIN = "story ";
  private static final String STEP = "step ";

  /** Odd, and not the constant by which the generator itself goes on. */
  private static final long APART = 0xD1342543DE82EF95L;

  Told {
    steps = List.copyOf(steps);
  }

  static Told of(Story.Kind kind, long seed) {
    return new Told(kind, seed, IntStream.range(0, kind.steps()).boxed().toList());
  }

  @Override
  public Simulation.Result play() {
    Story story = kind.begin(Script.random(seed));
    List<String> script = new ArrayList<>(List.of(head()));
    int played = 0;
    for (int step : steps) {
      if (!story.violations().isEmpty()) {
        break;
      }
      played++;
      story.step(Script.random(seed + APART * (step + 1)));
      script.add(STEP + step + ": " + story.told());
    }
    if (story.violations().isEmpty()) {
      story.ends();
    }
    return new Simulation.Result(
        seed,
        played,
        story.deaths(),
        story.violations(),
        String.join("\n", script),
        script.subList(1, script.size()));
  }

  @Override
  public int size() {
    return steps.size();
  }

  @Override
  public Part without(int from, int to) {
    List<Integer> left = new ArrayList<>(steps);
    left.subList(from, to).clear();
    return new Told(kind, seed, left);
  }

  @Override
  public List<Part> shorter() {
    return List.of();
  }

  private String head() {
    return BEGIN + kind.name().toLowerCase(Locale.ROOT) + " seed=" + seed;
  }

  static Told parse(List<String> lines) {
    String[] head = lines.get(0).split("\\s+", -1);
    if (head.length != 3 || !head[2].startsWith("seed=")) {
      throw new IllegalArgumentException(
          "A story begins with 'story NAME seed=N', not '" + lines.get(0) + "'.");
    }
    List<Integer> steps = new ArrayList<>();
    for (String line : lines.subList(1, lines.size())) {
      String number = line.split(":", 2)[0];
      if (!number.matches(STEP + "\\d{1,3}")) {
        throw new IllegalArgumentException("A step of a story is 'step N', not '" + line + "'.");
      }
      steps.add(Integer.parseInt(number.substring(STEP.length())));
    }
    return new Told(
        Story.Kind.parse(head[1]), Long.parseLong(head[2].substring("seed=".length())), steps);
  }
}
