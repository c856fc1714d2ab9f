package dev.guard.examples;

import dev.guard.examples.cli.CommandLineRunner;
import dev.guard.examples.cli.Shell;

/**
 * The {@code guard} command: {@code java -jar guard.jar images plan}. {@code guard --help} says
 * what there is.
 *
 * <p>Exit codes: 0 done, clean; 1 found something; 2 usage, configuration, unusable plan; 3
 * unreachable, denied or incomplete evidence; 4 refused or halted; 5 partly failed; 6 in doubt.
 */
public final class GuardCommand {
  private GuardCommand() {}

  /**
   * Runs one command and ends the process with its exit code.
   *
   * @param arguments the command and its options
   */
  public static void main(String[] arguments) {
    System.exit(run(Shell.system(), arguments));
  }

  /**
   * Runs one command in given surroundings.
   *
   * @param shell where it prints, and which clock and environment it reads
   * @param arguments the command and its options
   * @return the exit code
   */
  public static int run(Shell shell, String... arguments) {
    return CommandLineRunner.run(shell, arguments);
  }
}
