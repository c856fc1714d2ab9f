package dev.guard.architecture.wronghouse;

import dev.guard.architecture.wronghouse.pace.Pacer;

/** The front door: it may know rooms. */
public final class Front {
  private final Pacer pacer = new Pacer(2);

  public int pace() {
    return pacer.pace();
  }
}
