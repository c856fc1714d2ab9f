package dev.guard.testkit.simulation;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Real guards in a made-up world: one seed decides how clocks run and jump, which of several
 * processes goes on and which is killed, what the shared store does, and what a disk loses when its
 * power is cut. After every step each law that can be judged there is judged by what really
 * happened. One seed always gives the same trace.
 *
 * <pre>{@code
 * Simulation.Result result = Simulation.run(42);
 * assertThat(result.violations()).isEmpty();
 * // if not: Simulation.smallest(result).script() is what is left of it, and plays again:
 * Simulation.replay(script);
 * }</pre>
 */
public final class Simulation {
  private Simulation() {}

  /**
   * What came of a simulation.
   *
   * @param seed its seed
   * @param steps how many steps there were: contacts with the world, and what happened to it
   * @param crashes how many processes were killed or lost power
   * @param violations what does not hold, one sentence each, beginning with the law's name
   * @param script what happened, as {@link #replay} takes it
   * @param trace every step
   */
  public record Result(
      long seed,
      long steps,
      int crashes,
      List<String> violations,
      String script,
      List<String> trace) {
    /** Copies. */
    public Result {
      violations = List.copyOf(violations);
      trace = List.copyOf(trace);
    }
  }

  /**
   * Plays what a seed decides: its world, and the stories that fall on it.
   *
   * @param seed any number
   * @return what came of it
   */
  public static Result run(long seed) {
    return together(seed, Part.of(seed));
  }

  /**
   * Plays a script again.
   *
   * @param script as {@link Result#script} gives it
   * @return what came of it
   * @throws IllegalArgumentException if it is no script
   */
  public static Result replay(String script) {
    List<Part> parts = Part.parse(script);
    return together(parts.get(0).seed(), parts);
  }

  private static Result together(long seed, List<Part> parts) {
    List<Result> results = parts.stream().map(Part::play).toList();
    return new Result(
        seed,
        results.stream().mapToLong(Result::steps).sum(),
        results.stream().mapToInt(Result::crashes).sum(),
        results.stream().flatMap(one -> one.violations().stream()).toList(),
        results.stream().map(Result::script).collect(Collectors.joining("\n")),
        results.stream().flatMap(one -> one.trace().stream()).toList());
  }

  /**
   * Takes away what is not needed to break the same law: other parts, then steps.
   *
   * @param failed a simulation that broke a law
   * @return the smallest one that was found; the given one if it broke none
   */
  public static Result smallest(Result failed) {
    if (failed.violations().isEmpty()) {
      return failed;
    }
    for (Part part : Part.parse(failed.script())) {
      Result alone = part.play();
      if (!alone.violations().isEmpty()) {
        return new Shrinking(part, alone).smallest();
      }
    }
    return failed;
  }
}
