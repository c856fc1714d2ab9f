package dev.guard;

import java.util.List;

/** Stands where a guard has no kill switch. */
enum NoSwitch implements Safeguard {
  INSTANCE;

  @Override
  public Verdict review(Intent intent) {
    return Verdict.allow();
  }

  @Override
  public List<Tripwire> tripwires() {
    return List.of();
  }
}
