package dev.guard;

import dev.guard.audit.AuditRecord;
import dev.guard.audit.Reconciler;
import dev.guard.audit.Reconciler.Finding;
import dev.guard.plan.Report.Fate;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Settles what earlier processes left in doubt, by asking the target's system. Whatever it cannot
 * learn stays in doubt. Thread-safe.
 */
final class Recovery {
  private static final Logger LOG = LoggerFactory.getLogger(Guard.class);

  private final Scribe scribe;
  private final @Nullable Reconciler reconciler;

  /**
   * A recovery.
   *
   * @param reconciler whom to ask; null asks nobody
   */
  Recovery(Scribe scribe, @Nullable Reconciler reconciler) {
    this.scribe = scribe;
    this.reconciler = reconciler;
  }

  /** Asks about everything that is over and in doubt. */
  void settleAll() {
    settle(target -> true);
  }

  /** Asks about some targets. */
  void settle(Set<Target> targets) {
    settle(targets::contains);
  }

  private synchronized void settle(Predicate<Target> which) {
    if (reconciler == null) {
      return;
    }
    for (AuditRecord act : scribe.cutShort()) {
      for (Target target : act.targets()) {
        if (which.test(target)) {
          settle(act, target, ask(reconciler, act, target));
        }
      }
    }
  }

  private static Finding ask(Reconciler reconciler, AuditRecord act, Target target) {
    try {
      Finding found = reconciler.find(target, act.action());
      return Faults.isNull(found) ? Finding.UNKNOWN : found;
    } catch (InterruptedException fault) {
      Thread.currentThread().interrupt();
      return Finding.UNKNOWN;
    } catch (Exception fault) { // it stays in doubt, which is what the report says
      LOG.warn("What became of {} could not be learned.", target, fault);
      return Finding.UNKNOWN;
    }
  }

  private void settle(AuditRecord act, Target target, Finding found) {
    if (found == Finding.UNKNOWN) {
      return;
    }
    boolean done = found == Finding.DONE;
    scribe.settle(
        act,
        target,
        done ? Fate.DONE : Fate.FAILED,
        Reason.of(
            "engine",
            Reason.RECONCILED,
            "It was cut short in run "
                + act.run()
                + ", and the target's system says that it "
                + (done ? "was done." : "was not done.")));
  }
}
