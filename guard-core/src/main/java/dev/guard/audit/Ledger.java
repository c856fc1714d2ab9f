package dev.guard.audit;

import dev.guard.Target;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which intents have no outcome yet. Every INTENDED of a target counts one, and only an outcome of
 * the same act, other than IN_DOUBT, takes one away; what a person settles is settled. So a target
 * stays in doubt as long as any one intent on it does, also if run names repeat. Thread-safe.
 */
final class Ledger {
  /** The action of a HUMAN record by which a person settles what is in doubt about its targets. */
  static final String SETTLE = "settle";

  /** How many open intents there may be, which bounds the memory this takes. */
  static final int MOST = 1_000_000;

  private record Act(String guard, String run, String op) {}

  /** An act: how it began, how often each target was intended, and whether it still goes on. */
  private static final class Open {
    private final AuditRecord intended;
    private final Map<Target, Integer> targets = new LinkedHashMap<>();
    private boolean over;

    Open(AuditRecord intended) {
      this.intended = intended;
    }

    Open ended() {
      over = true;
      return this;
    }

    AuditRecord rest() {
      return new AuditRecord(
          intended.run(),
          intended.op(),
          intended.guard(),
          intended.phase(),
          intended.mode(),
          intended.actor(),
          intended.action(),
          List.copyOf(targets.keySet()),
          intended.because(),
          intended.plan(),
          intended.reasons(),
          intended.outcome(),
          intended.error(),
          intended.undo());
    }
  }

  private final Map<Act, Open> open = new LinkedHashMap<>();
  private final Map<String, Map<Target, Integer>> byGuard = new HashMap<>();
  private int size;

  synchronized void take(AuditRecord record) {
    switch (record.phase()) {
      case INTENDED:
        Act act = act(record);
        Open begun = open.computeIfAbsent(act, key -> new Open(record));
        begun.over = false;
        record.targets().forEach(target -> intend(act, begun, target));
        break;
      case OUTCOME:
        Act done = act(record);
        if ("IN_DOUBT".equals(record.outcome())) {
          open.computeIfPresent(done, (key, cut) -> cut.ended());
        } else {
          record.targets().forEach(target -> settle(done, target));
        }
        break;
      case HUMAN:
        if (record.action().equals(SETTLE)) {
          settleByHand(record);
        }
        break;
      default:
        break;
    }
  }

  private static Act act(AuditRecord record) {
    return new Act(record.guard(), record.run(), record.op());
  }

  /** What was open when a journal was opened is of processes that have ended. */
  synchronized void opened() {
    open.values().forEach(Open::ended);
  }

  synchronized List<AuditRecord> cutShort(String guard) {
    List<AuditRecord> acts = new ArrayList<>();
    open.forEach(
        (act, begun) -> {
          if (act.guard().equals(guard) && begun.over) {
            acts.add(begun.rest());
          }
        });
    return acts;
  }

  private void intend(Act act, Open begun, Target target) {
    begun.targets.merge(target, 1, Integer::sum);
    byGuard
        .computeIfAbsent(act.guard(), key -> new LinkedHashMap<>())
        .merge(target, 1, Integer::sum);
    size++;
  }

  private void settle(Act act, Target target) {
    Open begun = open.get(act);
    if (begun != null && begun.targets.containsKey(target)) {
      less(begun.targets, target, 1);
      if (begun.targets.isEmpty()) {
        open.remove(act);
      }
      forget(act.guard(), target, 1);
    }
  }

  private void settleByHand(AuditRecord record) {
    for (Iterator<Map.Entry<Act, Open>> acts = open.entrySet().iterator(); acts.hasNext(); ) {
      Map.Entry<Act, Open> act = acts.next();
      if (act.getKey().guard().equals(record.guard())) {
        for (Target target : record.targets()) {
          Integer count = act.getValue().targets.remove(target);
          if (count != null) {
            forget(record.guard(), target, count);
          }
        }
        if (act.getValue().targets.isEmpty()) {
          acts.remove();
        }
      }
    }
  }

  private void forget(String guard, Target target, int count) {
    size -= count;
    Map<Target, Integer> targets = byGuard.get(guard);
    if (targets != null) {
      less(targets, target, count);
      if (targets.isEmpty()) {
        byGuard.remove(guard);
      }
    }
  }

  private static void less(Map<Target, Integer> counts, Target target, int by) {
    counts.computeIfPresent(target, (key, count) -> count > by ? count - by : null);
  }

  synchronized Set<Target> inDoubt(String guard) {
    Map<Target, Integer> targets = byGuard.get(guard);
    return targets == null ? Set.of() : Set.copyOf(targets.keySet());
  }

  synchronized int size() {
    return size;
  }
}
