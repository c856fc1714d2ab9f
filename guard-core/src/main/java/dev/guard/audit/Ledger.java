package dev.guard.audit;

import dev.guard.Target;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
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

  private final Map<Act, Map<Target, Integer>> open = new LinkedHashMap<>();
  private final Map<String, Map<Target, Integer>> byGuard = new HashMap<>();
  private int size;

  synchronized void take(AuditRecord record) {
    switch (record.phase()) {
      case INTENDED:
        Act act = act(record);
        record.targets().forEach(target -> intend(act, target));
        break;
      case OUTCOME:
        if (!"IN_DOUBT".equals(record.outcome())) {
          Act done = act(record);
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

  private void intend(Act act, Target target) {
    open.computeIfAbsent(act, key -> new HashMap<>()).merge(target, 1, Integer::sum);
    byGuard
        .computeIfAbsent(act.guard(), key -> new LinkedHashMap<>())
        .merge(target, 1, Integer::sum);
    size++;
  }

  private void settle(Act act, Target target) {
    Map<Target, Integer> targets = open.get(act);
    if (targets != null && targets.containsKey(target)) {
      less(targets, target, 1);
      if (targets.isEmpty()) {
        open.remove(act);
      }
      forget(act.guard(), target, 1);
    }
  }

  private void settleByHand(AuditRecord record) {
    for (Iterator<Map.Entry<Act, Map<Target, Integer>>> acts = open.entrySet().iterator();
        acts.hasNext(); ) {
      Map.Entry<Act, Map<Target, Integer>> act = acts.next();
      if (act.getKey().guard().equals(record.guard())) {
        for (Target target : record.targets()) {
          Integer count = act.getValue().remove(target);
          if (count != null) {
            forget(record.guard(), target, count);
          }
        }
        if (act.getValue().isEmpty()) {
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
