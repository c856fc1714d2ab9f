package dev.guard;

import dev.guard.rollout.PlanRollout;
import java.util.List;

/** The last look before an act, of a plan that goes stage after stage. */
final class RolloutLook implements Safeguard {
  private final Safeguard lastLook;
  private final PlanRollout rollout;

  RolloutLook(Safeguard lastLook, PlanRollout rollout) {
    this.lastLook = lastLook;
    this.rollout = rollout;
  }

  @Override
  public String name() {
    return lastLook.name();
  }

  @Override
  public Verdict review(Intent intent) {
    Verdict look = lastLook.review(intent);
    return look.allowed() ? rollout.look(intent) : look;
  }

  @Override
  public List<Tripwire> tripwires() {
    return lastLook.tripwires();
  }
}
