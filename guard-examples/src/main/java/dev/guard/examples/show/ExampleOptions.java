package dev.guard.examples.show;

import dev.guard.examples.cli.Shell;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What every example takes, as a picocli mixin. Filled by the parser; not thread-safe. */
public final class ExampleOptions {
  @Option(
      names = "--home",
      paramLabel = "DIR",
      description = "Where journal, state and the file STOP are kept.")
  private @Nullable Path home;

  @Option(names = "--execute", description = "Act. Absent means a rehearsal.")
  private boolean execute;

  @Option(
      names = "--undo",
      paramLabel = "RUN",
      description = "Take back what this run did, instead of planning anew.")
  private @Nullable String undo;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Print this and do nothing.")
  boolean help;

  /** Options as the parser finds them. */
  public ExampleOptions() {}

  /**
   * Where journal, state and the file STOP are kept.
   *
   * @param shell knows the working directory
   * @param otherwise the directory if nobody said
   * @return an absolute path
   * @throws IllegalArgumentException if it is blank
   */
  public Path home(Shell shell, Path otherwise) {
    Path said = home;
    if (said != null && said.toString().isBlank()) {
      throw new IllegalArgumentException("--home names a directory, but was blank.");
    }
    return shell.resolve(said == null ? otherwise : said);
  }

  /**
   * Whether acts may happen.
   *
   * @return false unless somebody said so
   */
  public boolean execute() {
    return execute;
  }

  /**
   * The run to take back.
   *
   * @return empty if nobody asked for an undo
   * @throws IllegalArgumentException if it is blank
   */
  public Optional<String> undo() {
    if (undo != null && undo.isBlank()) {
      throw new IllegalArgumentException(
          "--undo names a run, but was blank; the journal names the runs.");
    }
    return Optional.ofNullable(undo);
  }
}
