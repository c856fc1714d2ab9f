package dev.guard.examples.small;

import dev.guard.Guard;
import dev.guard.Outcome;
import dev.guard.Permit;
import dev.guard.Target;
import dev.guard.annotation.GuardProxies;
import dev.guard.annotation.GuardTargets;
import dev.guard.annotation.Guarded;
import dev.guard.annotation.Guards;
import dev.guard.audit.AuditSink;
import dev.guard.blastradius.BlastRadiusLimit;
import dev.guard.dryrun.DryRun;
import java.util.List;

/** {@link OrphanedRows} in annotated form: the guard stands on the methods that act. */
public final class AnnotatedRows {
  private AnnotatedRows() {}

  /**
   * A row of the table of orders.
   *
   * @param id its primary key
   */
  public record Row(long id) {}

  /** The acts, and what guards them. */
  public interface Rows {
    /**
     * Deletes one row. Throws if it is refused; in a dry run it returns without having done so.
     *
     * @param row the row
     */
    @Guarded(value = "orphaned-rows", action = "row.delete", because = "orphaned")
    void delete(@GuardTargets Row row);

    /**
     * Deletes several rows in one act.
     *
     * @param rows the rows; at least one
     * @return how many were deleted, or why none was
     */
    @Guarded(value = "orphaned-rows", action = "row.delete", because = "orphaned")
    Outcome<Integer> deleteAll(@GuardTargets List<Row> rows);
  }

  /** What does the acts, and does nothing when it is called past its guard. */
  public static class DaoRows implements Rows {
    private final OrphanedRows.Dao dao;

    /**
     * Rows behind a guard.
     *
     * @param dao what deletes rows
     */
    public DaoRows(OrphanedRows.Dao dao) {
      this.dao = dao;
    }

    @Override
    public void delete(Row row) {
      Permit permit = Guard.requireActive("orphaned-rows");
      permit.redeem("row.delete", target(row));
      dao.delete(row.id());
    }

    @Override
    public Outcome<Integer> deleteAll(List<Row> rows) {
      Guard.requireActive("orphaned-rows");
      rows.forEach(row -> dao.delete(row.id()));
      return Outcome.done(rows.size());
    }
  }

  /**
   * Guarded rows: at most fifty in one act.
   *
   * @param journal where the record goes
   * @param dao what deletes rows
   * @param execute whether rows may be deleted
   * @return the rows
   */
  public static Rows guarded(AuditSink journal, OrphanedRows.Dao dao, boolean execute) {
    Guard guard =
        Guard.named("orphaned-rows")
            .dryRun(DryRun.unless(execute))
            .blastRadius(BlastRadiusLimit.singleCalls(50))
            .audit(journal)
            .build();
    Guards guards = Guards.of(guard).targets(Row.class, AnnotatedRows::target);
    return GuardProxies.with(guards).wrap(Rows.class, new DaoRows(dao));
  }

  private static Target target(Row row) {
    return Target.of("row", "shop.orders", Long.toString(row.id()));
  }
}
