package dev.guard.examples.small;

import dev.guard.Guard;
import dev.guard.Intent;
import dev.guard.Outcome;
import dev.guard.Safeguard;
import dev.guard.Target;
import dev.guard.Tripwire;
import dev.guard.audit.AuditSink;
import dev.guard.blastradius.BlastRadiusLimit;
import dev.guard.dryrun.DryRun;
import dev.guard.time.Time;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.ZoneOffset;

/** Single calls, one with a value, and a safeguard from a lambda. */
public final class OrphanedRows {
  /** What deletes rows for real. */
  public interface Dao {
    /**
     * Deletes one row.
     *
     * @param id its primary key
     */
    void delete(long id);

    /**
     * Deletes every orphaned row of one table.
     *
     * @return how many
     */
    int purge();
  }

  private static final Instant A_FRIDAY = Instant.parse("2026-11-20T12:00:00Z");

  private final Guard guard;
  private final Dao dao;

  /**
   * A cleanup that never works on Fridays.
   *
   * @param journal where the record goes
   * @param dao what deletes rows
   * @param time where time comes from
   * @param execute whether rows may be deleted
   */
  public OrphanedRows(AuditSink journal, Dao dao, Time time, boolean execute) {
    Safeguard friday =
        Safeguard.refuseIf(
            "not on Friday", intent -> isFriday(time.now()), Tripwire.of(() -> isFriday(A_FRIDAY)));
    this.dao = dao;
    this.guard =
        Guard.named("orphaned-rows")
            .dryRun(DryRun.unless(execute))
            .blastRadius(BlastRadiusLimit.perPlan(1))
            .safeguard(friday)
            .audit(journal)
            .time(time)
            .build();
  }

  /**
   * Deletes one row.
   *
   * @param id its primary key
   * @return done, simulated, or refused
   */
  public Outcome<Void> delete(long id) {
    Target row = Target.of("row", "shop.orders", Long.toString(id));
    return guard.run(Intent.of("row.delete", row).because("orphaned"), permit -> dao.delete(id));
  }

  /**
   * Deletes every orphaned row, or throws with all reasons.
   *
   * @return how many were deleted
   */
  public int purge() {
    Target table = Target.of("table", "shop", "orders");
    Outcome<Integer> deleted =
        guard.call(Intent.of("rows.purge", table).because("orphaned"), permit -> dao.purge());
    deleted.orThrow();
    return deleted.value().orElse(0);
  }

  private static boolean isFriday(Instant when) {
    return when.atZone(ZoneOffset.UTC).getDayOfWeek() == DayOfWeek.FRIDAY;
  }
}
