package dev.guard;

import dev.guard.audit.AuditRecord;
import dev.guard.audit.AuditRecord.Phase;
import dev.guard.audit.AuditSink;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What a guard remembers of the plans it applied when its sink remembers nothing: as long as the
 * guard lives, nothing done or in doubt is acted on again. Thread-safe.
 */
final class Recall implements AuditSink.Memory {
  private static final class OfPlan {
    private final Set<Target> open = new HashSet<>();
    private final Set<Target> done = new HashSet<>();
    private final Set<Target> spent = new HashSet<>();
  }

  private final Map<String, OfPlan> plans = new HashMap<>();

  /** Takes in a record that is durable. */
  synchronized void take(AuditRecord record) {
    String plan = record.plan();
    if (plan == null || record.targets().isEmpty()) {
      return;
    }
    if (record.phase() == Phase.INTENDED) {
      of(plan).open.addAll(record.targets());
    } else if (record.phase() == Phase.OUTCOME) {
      settle(of(plan), record);
    }
  }

  private static void settle(OfPlan plan, AuditRecord record) {
    String outcome = String.valueOf(record.outcome());
    if (!outcome.equals("IN_DOUBT")) {
      plan.open.removeAll(record.targets());
    }
    if (outcome.equals("DONE")) {
      plan.done.addAll(record.targets());
    }
    boolean failed =
        outcome.equals("FAILED")
            && record.reasons().stream()
                .map(Reason::code)
                .noneMatch(
                    code -> code.equals(Reason.NOT_RUN) || code.equals(Reason.PREPARE_FAILED));
    if (outcome.equals("DONE") || failed) {
      plan.spent.addAll(record.targets());
    }
  }

  private OfPlan of(String plan) {
    return plans.computeIfAbsent(plan, absent -> new OfPlan());
  }

  @Override
  public synchronized Set<Target> inDoubt(String guard) {
    Set<Target> all = new HashSet<>();
    plans.values().forEach(plan -> all.addAll(plan.open));
    return all;
  }

  @Override
  public synchronized Set<Target> done(Digest plan) {
    return Set.copyOf(of(plan.text()).done);
  }

  @Override
  public synchronized Set<Target> spent(Digest plan) {
    Set<Target> all = new HashSet<>(of(plan.text()).spent);
    all.addAll(of(plan.text()).open);
    return all;
  }
}
