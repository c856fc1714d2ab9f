package dev.guard.examples.cli;

import dev.guard.examples.report.Style;
import dev.guard.time.Time;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * What surrounds a command: where it prints, which clock it reads, its environment, its directory,
 * and who runs it. The real one is {@link #system()}; tests bring their own.
 *
 * @param out results
 * @param err complaints and progress
 * @param terminal whether {@code out} is a terminal, so that colour makes sense
 * @param progress whether {@code err} is a terminal, so that progress makes sense
 * @param time the clocks
 * @param environment the environment variables
 * @param directory the working directory
 * @param user who runs the command, unless {@code --as} says otherwise
 */
public record Shell(
    PrintStream out,
    PrintStream err,
    boolean terminal,
    boolean progress,
    Time time,
    Map<String, String> environment,
    Path directory,
    String user) {
  /** Copies. */
  public Shell {
    environment = Map.copyOf(environment);
  }

  /**
   * The process' own surroundings.
   *
   * @return a new shell
   */
  public static Shell system() {
    return new Shell(
        new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8),
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
        isTerminal(1),
        isTerminal(2),
        Time.system(),
        System.getenv(),
        Path.of("").toAbsolutePath(),
        System.getProperty("user.name", "unknown"));
  }

  /**
   * Whether colour is wanted: a terminal, and nobody said NO_COLOR.
   *
   * @return the style to print with
   */
  public Style style() {
    return new Style(
        terminal
            && environment.getOrDefault("NO_COLOR", "").isEmpty()
            && !"dumb".equals(environment.get("TERM")));
  }

  /**
   * A path as the person typed it, seen from the working directory.
   *
   * @param typed the path
   * @return the absolute path
   */
  public Path resolve(Path typed) {
    return directory.resolve(typed).normalize();
  }

  private static boolean isTerminal(int descriptor) {
    try {
      Path target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor));
      return target.startsWith("/dev/pts") || target.toString().startsWith("/dev/tty");
    } catch (IOException | UnsupportedOperationException e) {
      // No /proc on this system: not shown to be a terminal, so plain text for everybody.
      return false;
    }
  }
}
