package dev.guard.examples.show;

import dev.guard.GuardConfigurationException;
import dev.guard.GuardException;
import dev.guard.PlanRejectedException;
import dev.guard.examples.cli.Shell;
import dev.guard.examples.report.Text;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine;

/**
 * Parses an example's arguments, runs it, and turns whatever goes wrong into one sentence and an
 * exit code: those of {@code guard} itself. Thread-safe.
 */
public final class ExampleLine {
  private static final int USAGE = 2;
  private static final int UNREADABLE = 3;
  private static final int REFUSED = 4;

  private ExampleLine() {}

  /**
   * Runs one example.
   *
   * @param shell its surroundings
   * @param example an object with picocli's annotations
   * @param arguments its arguments
   * @return the exit code
   */
  public static int run(Shell shell, Callable<Integer> example, String... arguments) {
    CommandLine line = new CommandLine(example);
    line.setOut(new PrintWriter(shell.out(), true, StandardCharsets.UTF_8));
    line.setErr(new PrintWriter(shell.err(), true, StandardCharsets.UTF_8));
    line.setColorScheme(
        CommandLine.Help.defaultColorScheme(
            shell.style().isOn() ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF));
    line.setAbbreviatedOptionsAllowed(false);
    line.setExpandAtFiles(false);
    line.setOverwrittenOptionsAllowed(false);
    line.setUnmatchedOptionsArePositionalParams(false);
    line.setParameterExceptionHandler(
        (fault, given) -> complain(shell, USAGE, fault.getMessage() + " --help says more."));
    line.setExecutionExceptionHandler(
        (fault, command, parsed) -> {
          if (shell.environment().containsKey("GUARD_DEBUG")) {
            fault.printStackTrace(shell.err());
          }
          return complain(shell, exit(fault), message(fault));
        });
    int code = line.execute(arguments);
    shell.out().flush();
    shell.err().flush();
    return code;
  }

  private static int complain(Shell shell, int exit, String sentence) {
    shell.err().println(Text.clean(sentence.strip().replaceAll("\\s*\\R\\s*", " ")));
    return exit;
  }

  private static int exit(Exception fault) {
    if (fault instanceof IllegalArgumentException
        || fault instanceof GuardConfigurationException
        || fault instanceof PlanRejectedException) {
      return USAGE;
    }
    return fault instanceof IOException ? UNREADABLE : REFUSED;
  }

  private static String message(Exception fault) {
    boolean ours = fault instanceof GuardException || fault instanceof IllegalArgumentException;
    return ours
        ? String.valueOf(fault.getMessage())
        : fault.getClass().getSimpleName()
            + ": "
            + fault.getMessage()
            + ". Nothing more was done; GUARD_DEBUG=1 shows where.";
  }
}
