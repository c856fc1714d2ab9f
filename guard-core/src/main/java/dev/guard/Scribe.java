package dev.guard;

import dev.guard.audit.AuditRecord;
import dev.guard.audit.AuditRecord.Phase;
import dev.guard.audit.AuditSink;
import dev.guard.plan.Report;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes what one guard does into its sink, and asks the sink what it remembers. */
final class Scribe {
  private final AuditSink sink;
  private final String guard;
  private final String actor;
  private final String mode;
  private final Recall recall = new Recall();

  Scribe(AuditSink sink, String guard, String actor, boolean dryRun) {
    this.sink = sink;
    this.guard = guard;
    this.actor = actor;
    this.mode = dryRun ? "dry-run" : "execute";
  }

  /** Where a record belongs. */
  record Place(String run, String op, @Nullable Digest plan) {}

  void write(
      Place place,
      Phase phase,
      Intent intent,
      List<Reason> reasons,
      @Nullable String outcome,
      @Nullable String error,
      @Nullable String undo) {
    append(
        new AuditRecord(
            place.run(),
            place.op(),
            guard,
            phase,
            mode,
            intent.actor().isEmpty() ? actor : intent.actor(),
            intent.action(),
            intent.targets(),
            intent.because(),
            place.plan() == null ? null : place.plan().text(),
            reasons,
            outcome,
            error,
            undo));
  }

  /** A record of the run as a whole, without targets. */
  void note(
      Place place,
      Phase phase,
      String who,
      String action,
      String because,
      List<Reason> reasons,
      String outcome) {
    append(
        new AuditRecord(
            place.run(),
            place.op(),
            guard,
            phase,
            mode,
            who.isEmpty() ? actor : who,
            action,
            List.of(),
            because,
            place.plan() == null ? null : place.plan().text(),
            reasons,
            outcome,
            null,
            null));
  }

  /**
   * Whatever a sink throws, the record is not durable: undecided is not allowed. An outcome that is
   * lost is not recalled either, so its target stays in doubt.
   */
  private void append(AuditRecord record) {
    try {
      sink.append(record);
    } catch (AuditException fault) {
      throw fault;
    } catch (Throwable fault) {
      throw new AuditException(
          "The sink failed ("
              + Faults.describe(fault)
              + "), so the record is not durable. Mend it and run again.",
          fault);
    }
    if (sink.memory().isEmpty()) {
      recall.take(record);
    }
  }

  /** The outcome of an act of an earlier run, learned afterwards. */
  void settle(AuditRecord act, Target target, Report.Fate fate, Reason reason) {
    append(
        new AuditRecord(
            act.run(),
            act.op(),
            guard,
            Phase.OUTCOME,
            act.mode(),
            actor,
            act.action(),
            List.of(target),
            act.because(),
            act.plan(),
            List.of(reason),
            fate.name(),
            null,
            null));
  }

  List<AuditRecord> cutShort() {
    return memory().cutShort(guard);
  }

  Set<Target> inDoubt() {
    return memory().inDoubt(guard);
  }

  Set<Target> spent(Digest plan) {
    return memory().spent(plan);
  }

  Set<Target> done(Digest plan) {
    return memory().done(plan);
  }

  private AuditSink.Memory memory() {
    return sink.memory().orElse(recall);
  }
}
