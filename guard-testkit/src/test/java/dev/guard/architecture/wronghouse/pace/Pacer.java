package dev.guard.architecture.wronghouse.pace;

import dev.guard.architecture.wronghouse.dryrun.Rehearsal;

/** Knows a primitive that knows it. */
public final class Pacer {
  private final int pace;

  public Pacer(int pace) {
    this.pace = pace;
  }

  public int pace() {
    return Rehearsal.slower(this, pace);
  }
}
