package dev.guard.examples.cli;

import dev.guard.AuditException;
import dev.guard.Target;
import dev.guard.audit.AuditSink;
import dev.guard.audit.Checkpoint;
import dev.guard.audit.JournalReader;
import dev.guard.audit.JournalSink;
import dev.guard.examples.config.GuardConfig;
import dev.guard.state.StateStore;
import java.nio.file.Files;
import java.util.Optional;
import java.util.Set;

/**
 * The journal of a configuration, owned as long as a command needs it. Whoever owns it puts into it
 * what people said: at the beginning, while a run goes on, and at the end. How far it has come is
 * kept in the state store as well, so that cutting records off its end is noticed.
 */
final class Journal implements AutoCloseable {
  private static final long EVERY = 100;

  private final JournalSink journal;
  private final RunJournal sink;

  private Journal(JournalSink journal, RunJournal sink) {
    this.journal = journal;
    this.sink = sink;
  }

  static Journal open(Shell shell, Session session) {
    GuardConfig config = session.config();
    HumanNotes notes = new HumanNotes(session.store(), config.name());
    JournalSink journal = open(shell, session, config);
    try {
      if (!notes.waiting().isEmpty()) {
        JournalReader.at(config.journal()).forEach(entry -> notes.knows(entry.record()));
        notes.handOver(journal);
      }
      session.people().record(session.store(), config.name(), journal, shell.time().now());
    } catch (RuntimeException fault) {
      journal.close();
      throw fault;
    }
    return new Journal(
        journal,
        new RunJournal(
            journal,
            notes,
            session.vouched(shell.time().now()),
            sink ->
                session
                    .people()
                    .recordHeard(session.store(), config.name(), sink, shell.time().now()),
            shell.err()));
  }

  /** Whoever has the journal open is a run most of the time, and then its name says more. */
  private static JournalSink open(Shell shell, Session session, GuardConfig config) {
    try {
      return JournalSink.in(config.journal())
          .time(shell.time())
          .checkpoints(EVERY, marks(session.store(), config))
          .checkpointsRequired()
          .open();
    } catch (AuditException fault) {
      Optional<String> owner = session.state().owner();
      if (owner.isEmpty()) {
        throw fault;
      }
      throw new CommandException(
          Exit.REFUSED,
          "Another run of guard '"
              + config.name()
              + "' is under way ("
              + owner.get()
              + "). Wait for its end.");
    }
  }

  AuditSink sink() {
    return sink;
  }

  /** Whether there is a journal at all. */
  static boolean exists(GuardConfig config) {
    return Files.isDirectory(config.journal());
  }

  /** Refuses a command that needs a journal where there is none, or is none any more. */
  static void mustExist(GuardConfig config, Shell shell) {
    if (exists(config)) {
      return;
    }
    if (config.sharedState() != null || Files.isDirectory(config.state())) {
      try (KeptState state = KeptState.open(shell, config)) {
        mustNotBeGone(config, state.store());
      }
    }
    throw new CommandException(
        Exit.USAGE,
        "There is no journal in "
            + config.journal()
            + " yet; the first 'guard images plan' begins it.");
  }

  /** What the state directory heard of a journal does not go away with it. */
  private static void mustNotBeGone(GuardConfig config, StateStore store) {
    Optional<Checkpoint> mark = marks(store, config).last();
    if (!exists(config) && mark.isPresent()) {
      throw new CommandException(
          Exit.FOUND,
          "The journal in "
              + config.journal()
              + " is gone, but the state directory knows it up to record "
              + mark.get().seq()
              + ". Find out who removed it and bring it back; nothing runs and nothing can be told without it.");
    }
  }

  /** Targets whose outcome nobody knows. */
  static Set<Target> unsettled(GuardConfig config, StateStore store) {
    mustNotBeGone(config, store);
    return exists(config) ? JournalReader.at(config.journal()).unsettled(config.name()) : Set.of();
  }

  @Override
  public void close() {
    try {
      sink.takeNotes();
    } finally {
      journal.close();
    }
  }

  /**
   * Where it is kept how far the journal has come: by the guard's name, so that another host which
   * shares the state but not the journal is refused, wherever its journal stands.
   */
  static Checkpoint.Receiver marks(StateStore store, GuardConfig config) {
    return Checkpoint.in(store, config.name());
  }
}
