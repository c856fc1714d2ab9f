package dev.guard.architecture.wronghouse.killswitch;

import dev.guard.architecture.wronghouse.openfeature.Flag;

/** Knows a leaf. */
public final class Switch {
  public boolean stopped() {
    return new Flag().stopped();
  }
}
