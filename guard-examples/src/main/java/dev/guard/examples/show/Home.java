package dev.guard.examples.show;

import dev.guard.audit.JournalSink;
import dev.guard.state.FileStateStore;
import dev.guard.time.Time;
import java.nio.file.Path;

/**
 * The directory in which an example keeps what outlives a run: the journal, the state, and the file
 * whose presence stops it. Closing it closes both. Immutable; as thread-safe as its parts.
 *
 * @param directory the directory
 * @param journal the journal in it
 * @param state the store in it
 */
public record Home(Path directory, JournalSink journal, FileStateStore state)
    implements AutoCloseable {
  /**
   * Opens a home, which is created if it is missing.
   *
   * @param directory the directory, on a local disk
   * @param time where time comes from
   * @return the home; close it
   * @throws dev.guard.GuardException if the journal is damaged or another process has it, or the
   *     directory cannot be used
   */
  public static Home at(Path directory, Time time) {
    FileStateStore state = FileStateStore.at(directory.resolve("state"), time);
    try {
      return new Home(
          directory, JournalSink.in(directory.resolve("journal")).time(time).open(), state);
    } catch (RuntimeException fault) {
      state.close();
      throw fault;
    }
  }

  /**
   * The file that stops the guard while it is there.
   *
   * @return its path
   */
  public Path stopFile() {
    return directory.resolve("STOP");
  }

  @Override
  public void close() {
    journal.close();
    state.close();
  }
}
