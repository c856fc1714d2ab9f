package dev.guard.testkit.architecture.unguarded;

import dev.guard.Target;
import dev.guard.annotation.GuardTargets;
import dev.guard.annotation.Guarded;

/** Everything as it should be. */
interface Tidy {
  @Guarded("rows")
  void delete(@GuardTargets Target target);

  /** What it deletes from. */
  final class Table {
    void purge(Target target) {}
  }

  /** Acts in guarded methods alone. */
  class Rows implements Tidy {
    private final Table table = new Table();

    @Override
    public void delete(Target target) {
      purge(target);
    }

    private void purge(Target target) {
      table.purge(target);
    }
  }
}
