package dev.guard.architecture.wronghouse.dryrun;

import dev.guard.architecture.wronghouse.pace.Pacer;

/** The other half of the cycle. */
public final class Rehearsal {
  private Rehearsal() {}

  public static int slower(Pacer pacer, int pace) {
    return pacer == null ? pace : pace - 1;
  }
}
