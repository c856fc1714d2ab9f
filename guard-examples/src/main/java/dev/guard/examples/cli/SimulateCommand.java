package dev.guard.examples.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.internal.Cause;
import dev.guard.internal.json.Json;
import dev.guard.testkit.simulation.Simulation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code guard simulate}. */
@Command(
    name = "simulate",
    description = {
      "Plays guards in made-up worlds of crashes, sleeping machines, torn disks and failing stores.",
      "Each seed is another world. After every step the laws are judged by what really happened. Ends at the first that is broken, with the fewest steps that break it. Needs nothing and leaves nothing behind.",
      ""
    },
    footerHeading = "%nExamples%n",
    footer = {
      "  guard simulate --seeds 10000",
      "  guard simulate --seeds 1 --from 567 --json",
      "  guard simulate --replay steps.txt",
      "",
      "Exit codes: 0 no law was broken, 1 one was, 2 numbers or steps that are none."
    })
final class SimulateCommand implements Callable<Integer> {
  private static final long LONGEST = 64L * 1024;

  private final Shell shell;

  @Mixin final Common common = new Common();

  @Option(
      names = "--seeds",
      paramLabel = "N",
      defaultValue = "1000",
      description = "How many worlds; default ${DEFAULT-VALUE}.")
  long seeds;

  @Option(
      names = "--from",
      paramLabel = "S",
      defaultValue = "0",
      description = "The first seed; default ${DEFAULT-VALUE}.")
  long from;

  @Option(
      names = "--replay",
      paramLabel = "FILE",
      description = "Plays the steps of a file instead, as a broken law printed them.")
  @Nullable Path replay;

  SimulateCommand(Shell shell) {
    this.shell = shell;
  }

  /** What came of all seeds so far. */
  record Sum(long seeds, long steps, long crashes, Simulation.@Nullable Result broken) {
    Sum and(Simulation.Result one) {
      boolean fine = one.violations().isEmpty();
      return new Sum(seeds + 1, steps + one.steps(), crashes + one.crashes(), fine ? null : one);
    }

    String json() {
      ObjectNode json = Json.object();
      json.put("seeds", seeds);
      json.put("steps", steps);
      json.put("crashes", crashes);
      json.put("violations", broken == null ? 0 : broken.violations().size());
      if (broken != null) {
        json.put("seed", broken.seed());
        broken.violations().forEach(json.putArray("broken")::add);
        broken.script().lines().forEach(json.putArray("script")::add);
      }
      return Json.line(json);
    }

    String text() {
      String all = seeds + " seeds, " + steps + " steps, " + crashes + " crashes: ";
      if (broken == null) {
        return all + "no law was broken.";
      }
      return all
          + "seed "
          + broken.seed()
          + " breaks a law.\n"
          + String.join("\n", broken.violations())
          + "\nThe steps, for --replay:\n"
          + broken.script();
    }
  }

  @Override
  public Integer call() {
    if (seeds < 1 || from > Long.MAX_VALUE - seeds) {
      throw new CommandException(
          Exit.USAGE, "--seeds counts worlds from --from on, at least 1, but was " + seeds + ".");
    }
    Path file = replay;
    Sum sum = file == null ? play() : new Sum(0, 0, 0, null).and(replayed(file));
    shell.out().println(common.json ? sum.json() : sum.text());
    return (sum.broken() == null ? Exit.CLEAN : Exit.FOUND).code();
  }

  private Sum play() {
    Sum sum = new Sum(0, 0, 0, null);
    try (Progress progress = new Progress(shell, common.json)) {
      for (long seed = from; seed < from + seeds && sum.broken() == null; seed++) {
        if ((seed - from) % 100 == 0) {
          progress.says("seed " + seed);
        }
        Simulation.Result result = Simulation.run(seed);
        sum = sum.and(Simulation.smallest(result));
      }
    }
    return sum;
  }

  private Simulation.Result replayed(Path file) {
    try {
      Path path = shell.resolve(file);
      if (Files.size(path) > LONGEST) {
        throw new CommandException(Exit.USAGE, "The file of --replay is no list of steps.");
      }
      return Simulation.replay(Files.readString(path));
    } catch (IllegalArgumentException fault) {
      throw new CommandException(
          Exit.USAGE, "The file of --replay is no list of steps: " + fault.getMessage());
    } catch (IOException fault) {
      throw new CommandException(
          Exit.USAGE, "The file of --replay cannot be read (" + Cause.of(fault) + ").");
    }
  }
}
