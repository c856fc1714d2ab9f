package dev.guard.architecture.wronghouse;

import dev.guard.architecture.wronghouse.pace.Pacer;

/** A word that knows a room. */
public final class Word {
  public int pace() {
    return new Pacer(1).pace();
  }
}
