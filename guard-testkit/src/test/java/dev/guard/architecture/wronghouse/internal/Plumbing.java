package dev.guard.architecture.wronghouse.internal;

import dev.guard.architecture.wronghouse.audit.Leaky;

/** Internal code that knows a room. */
public final class Plumbing {
  public String shown(Leaky leaky) {
    return leaky.toString();
  }
}
