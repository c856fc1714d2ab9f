package dev.guard;

import dev.guard.audit.AuditRecord;
import dev.guard.audit.AuditRecord.Phase;
import dev.guard.audit.AuditSink;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes what one guard does into its sink, and asks the sink what it remembers. */
final class Scribe {
  private final AuditSink sink;
  private final String guard;
  private final String actor;
  private final String mode;

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
    sink.append(
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
    sink.append(
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

  Set<Target> inDoubt() {
    return sink.memory().map(memory -> memory.inDoubt(guard)).orElse(Set.of());
  }

  Set<Target> spent(Digest plan) {
    return sink.memory().map(memory -> memory.spent(plan)).orElse(Set.of());
  }

  Set<Target> done(Digest plan) {
    return sink.memory().map(memory -> memory.done(plan)).orElse(Set.of());
  }
}
