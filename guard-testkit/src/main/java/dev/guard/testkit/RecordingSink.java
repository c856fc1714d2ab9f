package dev.guard.testkit;

import dev.guard.Digest;
import dev.guard.Reason;
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
  private int ended;

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

  /** As the journal answers: in doubt as long as any one act is that a durable INTENDED began. */
  @Override
  public synchronized Set<Target> inDoubt(String guard) {
    Map<Act, Map<Target, Integer>> open = new LinkedHashMap<>();
    for (AuditRecord record : records) {
      if (record.guard().equals(guard)) {
        take(open, record);
      }
    }
    Set<Target> targets = new LinkedHashSet<>();
    open.values().forEach(act -> targets.addAll(act.keySet()));
    return targets;
  }

  private record Act(String run, String op) {}

  private static void take(Map<Act, Map<Target, Integer>> open, AuditRecord record) {
    Act act = new Act(record.run(), record.op());
    for (Target target : record.targets()) {
      if (record.phase() == Phase.INTENDED) {
        open.computeIfAbsent(act, key -> new LinkedHashMap<>()).merge(target, 1, Integer::sum);
      } else if (record.phase() == Phase.OUTCOME && !"IN_DOUBT".equals(record.outcome())) {
        open.getOrDefault(act, new LinkedHashMap<>())
            .computeIfPresent(target, (key, count) -> count > 1 ? count - 1 : null);
      } else if (record.phase() == Phase.HUMAN && record.action().equals("settle")) {
        open.values().forEach(targets -> targets.remove(target));
      }
    }
  }

  /** The process that wrote so far has ended; what it left open is cut short. */
  public synchronized void restarted() {
    ended = records.size();
  }

  @Override
  public synchronized List<AuditRecord> cutShort(String guard) {
    Map<Act, Map<Target, Integer>> open = new LinkedHashMap<>();
    Map<Act, AuditRecord> over = new LinkedHashMap<>();
    Map<Act, AuditRecord> begun = new LinkedHashMap<>();
    for (int i = 0; i < records.size(); i++) {
      AuditRecord record = records.get(i);
      if (record.guard().equals(guard)) {
        take(open, record);
        Act act = new Act(record.run(), record.op());
        boolean doubt = "IN_DOUBT".equals(record.outcome());
        if (record.phase() == Phase.INTENDED && i < ended) {
          over.put(act, record);
        } else if (record.phase() == Phase.INTENDED) {
          over.remove(act);
          begun.put(act, record);
        } else if (record.phase() == Phase.OUTCOME && doubt && begun.containsKey(act)) {
          over.put(act, begun.get(act));
        }
      }
    }
    List<AuditRecord> acts = new ArrayList<>();
    over.forEach(
        (act, intended) ->
            open.getOrDefault(act, Map.of())
                .keySet()
                .forEach(target -> acts.add(with(intended, target))));
    return acts;
  }

  private static AuditRecord with(AuditRecord act, Target target) {
    return new AuditRecord(
        act.run(),
        act.op(),
        act.guard(),
        act.phase(),
        act.mode(),
        act.actor(),
        act.action(),
        List.of(target),
        act.because(),
        act.plan(),
        act.reasons(),
        act.outcome(),
        act.error(),
        act.undo());
  }

  @Override
  public synchronized Set<Target> spent(Digest plan) {
    Set<Target> spent = new LinkedHashSet<>();
    Map<Act, Set<Target>> open = new LinkedHashMap<>();
    for (AuditRecord record : records) {
      Act act = new Act(record.run(), record.op());
      if (!plan.text().equals(record.plan())) {
        continue;
      }
      if (record.phase() == Phase.INTENDED) {
        open.computeIfAbsent(act, key -> new LinkedHashSet<>()).addAll(record.targets());
      } else if (record.phase() == Phase.OUTCOME) {
        open.remove(act);
        if (mayHaveRun(record)) {
          spent.addAll(record.targets());
        }
      }
    }
    open.values().forEach(spent::addAll);
    return spent;
  }

  private static boolean mayHaveRun(AuditRecord outcome) {
    List<String> codes = outcome.reasons().stream().map(Reason::code).toList();
    boolean failed = "FAILED".equals(outcome.outcome());
    boolean tried = !codes.contains(Reason.NOT_RUN) && !codes.contains(Reason.PREPARE_FAILED);
    return failed
        ? tried
        : !"REFUSED".equals(outcome.outcome()) && !"SKIPPED".equals(outcome.outcome());
  }

  @Override
  public synchronized Set<Target> done(Digest plan) {
    Set<Target> done = new LinkedHashSet<>();
    for (AuditRecord record : records) {
      if (record.phase() == Phase.OUTCOME
          && "DONE".equals(record.outcome())
          && plan.text().equals(record.plan())) {
        done.addAll(record.targets());
      }
    }
    return done;
  }
}
