package dev.guard.examples.cli;

import dev.guard.AuditException;
import dev.guard.StateException;
import dev.guard.audit.AuditRecord;
import dev.guard.audit.AuditSink;
import dev.guard.examples.report.Text;
import java.io.PrintStream;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The journal as a run sees it. What people say meanwhile goes into it before each decision and
 * after each act, and whose word counts in a run stands there once for every run.
 */
final class RunJournal implements AuditSink {
  private final AuditSink journal;
  private final HumanNotes notes;
  private final List<Vouched> words;
  private final Consumer<AuditSink> people;
  private final PrintStream err;
  private final Set<String> runs = new HashSet<>();
  private boolean complained;

  RunJournal(
      AuditSink journal,
      HumanNotes notes,
      List<Vouched> words,
      Consumer<AuditSink> people,
      PrintStream err) {
    this.people = people;
    this.err = err;
    this.journal = journal;
    this.notes = notes;
    this.words = List.copyOf(words);
  }

  /** One acknowledgement that counts: who gave it, and the sentence for the record. */
  record Vouched(String who, String sentence) {}

  @Override
  public void append(AuditRecord record) {
    if (record.phase() == AuditRecord.Phase.DECISION) {
      takeNotes();
    } else if (record.phase() == AuditRecord.Phase.INTENDED) {
      say(() -> people.accept(journal));
    }
    journal.append(record);
    if (begins(record.run())) {
      vouch(record);
    }
    if (record.phase() == AuditRecord.Phase.OUTCOME) {
      takeNotes();
    }
  }

  private synchronized boolean begins(String run) {
    return runs.add(run);
  }

  private void vouch(AuditRecord first) {
    int number = 0;
    for (Vouched word : words) {
      number++;
      journal.append(
          new AuditRecord(
              first.run(),
              "acknowledge-" + number,
              first.guard(),
              AuditRecord.Phase.HUMAN,
              first.mode(),
              word.who(),
              "acknowledge",
              List.of(),
              word.sentence(),
              first.plan(),
              List.of(),
              "DONE",
              null,
              null));
    }
  }

  /**
   * Puts what people said into the journal. A note that cannot be had or written now waits on,
   * which is said once: it tells nothing of the record at hand, and a journal that failed refuses
   * that by itself.
   */
  void takeNotes() {
    say(
        () -> {
          notes.handOver(journal);
          people.accept(journal);
        });
  }

  private void say(Runnable what) {
    try {
      what.run();
    } catch (StateException | AuditException fault) {
      complain(fault);
    }
  }

  private synchronized void complain(RuntimeException fault) {
    if (!complained) {
      complained = true;
      err.println(
          "guard: What people said could not be put into the journal now, and waits: "
              + Text.clean(String.valueOf(fault.getMessage())));
    }
  }

  @Override
  public boolean durable() {
    return journal.durable();
  }

  @Override
  public Optional<Memory> memory() {
    return journal.memory();
  }
}
