package dev.guard.audit;

import dev.guard.Digest;
import dev.guard.Reason;
import dev.guard.Target;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which targets a plan has used up of its limit: those it acted on, whatever came of it, unless the
 * act surely did not run. Takes a journal's records in order.
 */
final class Spent {
  private final String plan;
  private final Map<String, List<Target>> open = new HashMap<>();
  private final Set<Target> settled = new HashSet<>();

  Spent(Digest plan) {
    this.plan = plan.text();
  }

  void take(AuditRecord record) {
    if (!plan.equals(record.plan())) {
      return;
    }
    String act = record.run().length() + ":" + record.run() + record.op();
    if (record.phase() == AuditRecord.Phase.INTENDED) {
      open.computeIfAbsent(act, key -> new ArrayList<>()).addAll(record.targets());
    } else if (record.phase() == AuditRecord.Phase.OUTCOME) {
      open.remove(act);
      if (!givenBack(record)) {
        settled.addAll(record.targets());
      }
    }
  }

  /** What was reserved for it was returned: it was never tried, or its effect said so. */
  private static boolean givenBack(AuditRecord record) {
    String outcome = String.valueOf(record.outcome());
    switch (outcome) {
      case "DONE":
      case "IN_DOUBT":
        return false;
      case "FAILED":
        return record.reasons().stream()
            .map(Reason::code)
            .anyMatch(code -> code.equals(Reason.NOT_RUN) || code.equals(Reason.PREPARE_FAILED));
      default:
        return outcome.equals("REFUSED") || outcome.equals("SKIPPED");
    }
  }

  Set<Target> targets() {
    Set<Target> all = new HashSet<>(settled);
    open.values().forEach(all::addAll);
    return all;
  }
}
