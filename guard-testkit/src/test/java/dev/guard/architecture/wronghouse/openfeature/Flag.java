package dev.guard.architecture.wronghouse.openfeature;

/** A leaf. */
public final class Flag {
  public boolean stopped() {
    return true;
  }
}
