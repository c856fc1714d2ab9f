package dev.guard.examples.cli;

import dev.guard.AuditException;
import dev.guard.GuardConfigurationException;
import dev.guard.GuardRefusedException;
import dev.guard.PlanRejectedException;
import dev.guard.StateException;
import dev.guard.examples.config.ConfigException;
import dev.guard.examples.report.Text;
import dev.guard.registry.RegistryUnavailableException;
import java.io.PrintWriter;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;

/** Parses, runs, and turns whatever goes wrong into one sentence and an exit code. */
public final class CommandLineRunner {
  private CommandLineRunner() {}

  /**
   * Runs one command.
   *
   * @param shell its surroundings
   * @param arguments the command and its options
   * @return the exit code
   */
  public static int run(Shell shell, String... arguments) {
    CommandLine line = new CommandLine(RootCommand.class, new Factory(shell));
    line.setOut(new PrintWriter(shell.out(), true, StandardCharsets.UTF_8));
    line.setErr(new PrintWriter(shell.err(), true, StandardCharsets.UTF_8));
    line.setColorScheme(
        CommandLine.Help.defaultColorScheme(
            shell.style().isOn() ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF));
    line.setUsageHelpAutoWidth(false);
    line.setUsageHelpWidth(80);
    line.setCaseInsensitiveEnumValuesAllowed(false);
    line.setAbbreviatedOptionsAllowed(false);
    line.setExpandAtFiles(false);
    line.setOverwrittenOptionsAllowed(false);
    line.setUnmatchedOptionsArePositionalParams(false);
    line.setParameterExceptionHandler(
        (fault, given) -> {
          String command = fault.getCommandLine().getCommandSpec().qualifiedName();
          return complain(
              shell,
              Exit.USAGE,
              sentence(String.valueOf(fault.getMessage())) + " '" + command + " --help' says more.",
              null);
        });
    line.setExecutionExceptionHandler(
        (fault, command, parsed) -> complain(shell, exit(fault), message(fault), fault));
    int code;
    try {
      code = line.execute(arguments);
    } catch (RuntimeException fault) {
      code = complain(shell, exit(fault), message(fault), fault);
    }
    shell.out().flush();
    shell.err().flush();
    return code;
  }

  private static int complain(
      Shell shell, Exit exit, String sentence, @org.jspecify.annotations.Nullable Throwable fault) {
    shell.err().println("guard: " + Text.clean(sentence));
    if (fault != null && shell.environment().containsKey("GUARD_DEBUG")) {
      fault.printStackTrace(shell.err());
    }
    return exit.code();
  }

  static Exit exit(Throwable fault) {
    if (fault instanceof CommandException) {
      return ((CommandException) fault).exit();
    }
    if (fault instanceof ConfigException
        || fault instanceof GuardConfigurationException
        || fault instanceof PlanRejectedException) {
      return Exit.USAGE;
    }
    if (fault instanceof RegistryUnavailableException) {
      return Exit.UNREADABLE;
    }
    return Exit.REFUSED;
  }

  private static String message(Throwable fault) {
    boolean ours =
        fault instanceof CommandException
            || fault instanceof ConfigException
            || fault instanceof GuardConfigurationException
            || fault instanceof PlanRejectedException
            || fault instanceof RegistryUnavailableException
            || fault instanceof AuditException
            || fault instanceof StateException
            || fault instanceof GuardRefusedException;
    return ours
        ? sentence(String.valueOf(fault.getMessage()))
        : "Something unforeseen happened ("
            + fault.getClass().getSimpleName()
            + "), so nothing more was done. Set GUARD_DEBUG=1 to see where.";
  }

  /** One line, ending like a sentence. */
  private static String sentence(String message) {
    String line = message.strip().replaceAll("\\s*\\R\\s*", " ");
    return line.isEmpty() || line.endsWith(".") || line.endsWith("?") ? line : line + ".";
  }

  /** Makes commands, giving each the shell. */
  private static final class Factory implements CommandLine.IFactory {
    private final Shell shell;

    Factory(Shell shell) {
      this.shell = shell;
    }

    @Override
    public <K> K create(Class<K> type) throws Exception {
      for (Constructor<?> constructor : type.getDeclaredConstructors()) {
        if (constructor.getParameterCount() == 1
            && constructor.getParameterTypes()[0] == Shell.class) {
          try {
            return type.cast(constructor.newInstance(shell));
          } catch (InvocationTargetException e) {
            throw new IllegalStateException(
                "The command " + type.getSimpleName() + " cannot be made.", e);
          }
        }
      }
      return CommandLine.defaultFactory().create(type);
    }
  }
}
