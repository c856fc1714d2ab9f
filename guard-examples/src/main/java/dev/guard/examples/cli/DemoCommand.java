package dev.guard.examples.cli;

import dev.guard.examples.demo.Demo;
import dev.guard.examples.demo.DemoResult;
import dev.guard.examples.demo.Narrator;
import dev.guard.examples.report.Style;
import dev.guard.internal.Cause;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code guard demo}. */
@Command(
    name = "demo",
    description = {
      "Tells the story of the night of the accident, without Guard and with it.",
      "A made-up registry and cluster on loopback: a naive rule deletes the image of a Deployment at zero replicas, and Guard keeps it. Needs nothing and leaves nothing behind.",
      ""
    },
    footerHeading = "%nExamples%n",
    footer = {
      "  guard demo",
      "  guard demo --seed 7 --images 120 --in-use 40",
      "  guard demo --json | jq .guarded.kept",
      "",
      "Exit codes: 0 as the story says, 1 not so, 2 a world that cannot be made."
    })
final class DemoCommand implements Callable<Integer> {
  private final Shell shell;

  @Mixin final Common common = new Common();

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Makes another world; default ${DEFAULT-VALUE}.")
  long seed;

  @Option(
      names = "--images",
      paramLabel = "N",
      defaultValue = "60",
      description = "How many images there are, 20 to 300; default ${DEFAULT-VALUE}.")
  int images;

  @Option(
      names = "--in-use",
      paramLabel = "N",
      defaultValue = "20",
      description =
          "How many of them something declares; a fifth must stay free to go. Default ${DEFAULT-VALUE}.")
  int inUse;

  DemoCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    PrintStream quiet =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    Narrator narrator =
        common.json
            ? new Narrator(quiet, new Style(false))
            : new Narrator(shell.out(), shell.style());
    Demo demo;
    try {
      demo = Demo.of(seed, images, inUse, shell.time(), narrator);
    } catch (IllegalArgumentException e) {
      throw new CommandException(Exit.USAGE, String.valueOf(e.getMessage()));
    }
    try {
      Path scratch = Files.createTempDirectory("guard-demo");
      try {
        DemoResult result = demo.play(scratch);
        if (common.json) {
          shell.out().println(result.toJson());
        }
        return (result.asTold() ? Exit.CLEAN : Exit.FOUND).code();
      } finally {
        remove(scratch);
      }
    } catch (IOException e) {
      throw new CommandException(
          Exit.UNREADABLE,
          "The demo could not use its scratch directory or loopback (" + Cause.of(e) + ").");
    }
  }

  private static void remove(Path scratch) throws IOException {
    List<Path> all;
    try (Stream<Path> walk = Files.walk(scratch)) {
      all = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : all) {
      Files.deleteIfExists(path);
    }
  }
}
