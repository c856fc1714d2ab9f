package dev.guard.testkit.architecture.unguarded;

import dev.guard.Target;
import dev.guard.annotation.GuardTargets;
import dev.guard.annotation.Guarded;

/** Everything as it should not be. */
class Untidy implements Tidy {
  private final Table table = new Table();

  @Override
  public void delete(Target target) {
    table.purge(target);
  }

  void pastTheGuard(Target target) {
    delete(target);
  }

  public void unguarded(Target target) {
    table.purge(target);
  }

  @Guarded("rows")
  final void last(@GuardTargets Target target) {}

  @Guarded("rows")
  private void secret(@GuardTargets Target target) {}

  @Guarded("rows")
  static void still(@GuardTargets Target target) {}
}
