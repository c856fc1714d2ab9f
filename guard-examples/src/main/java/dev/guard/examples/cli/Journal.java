package dev.guard.examples.cli;

import dev.guard.Target;
import dev.guard.audit.AuditSink;
import dev.guard.audit.Checkpoint;
import dev.guard.audit.JournalReader;
import dev.guard.audit.JournalSink;
import dev.guard.examples.config.GuardConfig;
import dev.guard.state.StateStore;
import java.nio.file.Files;
import java.util.Set;

/**
 * The journal of a configuration, owned as long as a command needs it. How far it has come is kept
 * in the state store as well, so that cutting records off its end is noticed.
 */
final class Journal implements AutoCloseable {
  private static final long EVERY = 100;

  private final JournalSink sink;

  private Journal(JournalSink sink) {
    this.sink = sink;
  }

  static Journal open(Shell shell, Session session) {
    GuardConfig config = session.config();
    return new Journal(
        JournalSink.in(config.journal())
            .time(shell.time())
            .checkpoints(EVERY, marks(session.store(), config))
            .open());
  }

  AuditSink sink() {
    return sink;
  }

  /** Whether there is a journal at all. */
  static boolean exists(GuardConfig config) {
    return Files.isDirectory(config.journal());
  }

  /** Targets whose outcome nobody knows. */
  static Set<Target> unsettled(GuardConfig config) {
    return exists(config) ? JournalReader.at(config.journal()).unsettled(config.name()) : Set.of();
  }

  @Override
  public void close() {
    sink.close();
  }

  /** Where it is kept how far the journal has come. */
  static Checkpoint.Receiver marks(StateStore store, GuardConfig config) {
    return Checkpoint.in(store, config.journal().toString());
  }
}
