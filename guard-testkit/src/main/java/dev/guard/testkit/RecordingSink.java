package dev.guard.testkit;

import dev.guard.Digest;
import dev.guard.Target;
import dev.guard.audit.AuditRecord;
import dev.guard.audit.AuditRecord.Phase;
import dev.guard.audit.AuditSink;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps every record in memory and answers from it what a journal would answer: what is done, what
 * is in doubt. Handing the same sink to a new guard is a restart with the journal intact.
 * Thread-safe.
 *
 * <pre>{@code
 * RecordingSink sink = new RecordingSink();
 * Guard guard = Guard.named("cleanup").audit(sink). … .build();
 * assertThat(sink.records(AuditRecord.Phase.OUTCOME)).hasSize(3);
 * }</pre>
 */
public final class RecordingSink implements AuditSink, AuditSink.Memory {
  private final List<AuditRecord> records = new ArrayList<>();

  /** A sink that has seen nothing. */
  public RecordingSink() {}

  @Override
  public synchronized void append(AuditRecord record) {
    records.add(record);
  }

  @Override
  public Optional<Memory> memory() {
    return Optional.of(this);
  }

  /**
   * Everything that was appended.
   *
   * @return in order
   */
  public synchronized List<AuditRecord> records() {
    return List.copyOf(records);
  }

  /**
   * Everything of one phase.
   *
   * @param phase the phase
   * @return in order
   */
  public List<AuditRecord> records(Phase phase) {
    return records().stream().filter(record -> record.phase() == phase).toList();
  }

  @Override
  public synchronized Set<Target> inDoubt(String guard) {
    Map<Target, AuditRecord> open = new LinkedHashMap<>();
    for (AuditRecord record : records) {
      if (!record.guard().equals(guard)) {
        continue;
      }
      for (Target target : record.targets()) {
        if (record.phase() == Phase.INTENDED) {
          open.put(target, record);
        } else if (record.phase() == Phase.OUTCOME) {
          settle(open, target, record);
        }
      }
    }
    return open.keySet();
  }

  private static void settle(Map<Target, AuditRecord> open, Target target, AuditRecord outcome) {
    AuditRecord intended = open.get(target);
    boolean same = intended != null && sameAct(intended, outcome);
    if (same && !"IN_DOUBT".equals(outcome.outcome())) {
      open.remove(target);
    }
  }

  private static boolean sameAct(AuditRecord one, AuditRecord other) {
    return one.run().equals(other.run()) && one.op().equals(other.op());
  }

  @Override
  public synchronized Set<Target> done(Digest plan) {
    Set<Target> done = new LinkedHashSet<>();
    for (AuditRecord record : records) {
      if (record.phase() == Phase.OUTCOME
          && "DONE".equals(record.outcome())
          && plan.text().equals(planOf(record))) {
        done.addAll(record.targets());
      }
    }
    return done;
  }

  private static @Nullable String planOf(AuditRecord record) {
    return record.plan();
  }
}
