package dev.guard.examples.cli;

import dev.guard.Batch;
import dev.guard.Intent;
import dev.guard.Reason;
import dev.guard.Safeguard;
import dev.guard.Tripwire;
import dev.guard.Verdict;
import java.util.List;

/**
 * A plan that was halted when it was made stays so, whatever was raised or mended since: people
 * have read that it cannot be applied. Only that it is over its limit can people approve.
 */
final class AsPlanned implements Safeguard {
  static final String PLAN_HALTED = "plan-halted";
  private static final String NAME = "plan";

  private final Verdict planned;

  AsPlanned(Verdict planned) {
    this.planned = planned;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Verdict review(Intent intent) {
    return Verdict.allow();
  }

  @Override
  public Verdict reviewAll(Batch batch) {
    return judge(planned, batch.overLimitApproved());
  }

  /** What people approved beyond its limit halts for other reasons only. */
  private static Verdict judge(Verdict planned, boolean approved) {
    boolean halted =
        planned.level() == Verdict.Level.HALT
            && planned.reasons().stream()
                .anyMatch(one -> !approved || !one.code().equals(Reason.OVER_LIMIT));
    return halted
        ? Verdict.halt(
            Reason.of(
                NAME,
                PLAN_HALTED,
                "The plan was halted when it was made, and stays so whatever changed since. Make a new plan."))
        : Verdict.allow();
  }

  @Override
  public List<Tripwire> tripwires() {
    Verdict halted = Verdict.halt(Reason.of(NAME, "tripwire", "a tripwire"));
    return List.of(Tripwire.of(() -> judge(halted, true).level() == Verdict.Level.HALT));
  }
}
