package dev.guard;

import dev.guard.GuardListener.Step;
import dev.guard.Reservation.Settlement;
import dev.guard.audit.AuditRecord.Phase;
import dev.guard.plan.Report.Fate;
import dev.guard.time.Time;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One act after everybody said ALLOW, in the one order there is: reserve, INTENDED durable, switch,
 * permit, prepare, PREPARED durable, switch, act once, settle, outcome durable.
 */
final class Act<T> {
  private final Panel panel;
  private final Scribe scribe;
  private final Safeguard lastLook;
  private final GuardListener listener;
  private final String guard;
  private final Time time;
  private final long permitNanos;

  private boolean intended;
  private @Nullable T value;
  private @Nullable Throwable thrown;

  Act(
      Panel panel,
      Scribe scribe,
      Safeguard lastLook,
      GuardListener listener,
      String guard,
      Time time,
      long permitNanos) {
    this.panel = panel;
    this.scribe = scribe;
    this.lastLook = lastLook;
    this.listener = listener;
    this.guard = guard;
    this.time = time;
    this.permitNanos = permitNanos;
  }

  /** What came of it. A fate of REFUSED carries the verdict. */
  record Result(Fate fate, Verdict verdict) {}

  /**
   * Runs the act. A denied reservation leaves {@link #intended} false, and the caller records it.
   *
   * @throws AuditException if a record could not be made durable; {@code mayHaveRun()} says on
   *     which side of the act
   */
  Result run(Scribe.Place place, Intent intent, Effect<T, ?> effect) {
    Reserved reserved = panel.reserve(intent);
    if (!reserved.verdict().allowed()) {
      return new Result(Fate.REFUSED, reserved.verdict());
    }
    reached(Step.RESERVED);
    Settlement how = Settlement.NOT_RUN;
    Permit permit = null;
    Result result;
    try {
      scribe.write(place, Phase.INTENDED, intent, List.of(), null, null, null);
      intended = true;
      reached(Step.INTENDED);
      Verdict look = look(intent);
      if (!look.allowed()) {
        result = new Result(Fate.REFUSED, look);
      } else {
        permit = new Permit(guard, intent, place.plan(), time, permitNanos);
        reached(Step.PERMITTED);
        result = prepare(place, intent, effect, permit);
        if (result == null) {
          how = Settlement.UNKNOWN;
          result = act(effect, permit);
          reached(Step.ACTED);
          how = settlement(result, permit);
        }
      }
    } finally {
      if (permit != null) {
        permit.close();
      }
      reserved.settle(how);
    }
    reached(Step.SETTLED);
    record(place, intent, result, how);
    reached(Step.RECORDED);
    listen(intent, how);
    return result;
  }

  /** Null if the act may run. */
  private @Nullable Result prepare(
      Scribe.Place place, Intent intent, Effect<T, ?> effect, Permit permit) {
    Optional<String> undo;
    permit.preparing(true);
    try {
      undo = effect.prepare(permit);
    } catch (Throwable fault) {
      thrown = fault;
      return new Result(
          Fate.FAILED,
          Verdict.refuse(
              Reason.of(
                  "engine",
                  Reason.PREPARE_FAILED,
                  "What an undo needs could not be saved ("
                      + Faults.describe(fault)
                      + "), so nothing was done.")));
    }
    if (permit.wasNotRun()) {
      return new Result(Fate.SKIPPED, notRun());
    }
    if (Faults.isNull(undo)) {
      undo = Optional.empty();
    }
    if (undo.isPresent()) {
      scribe.write(place, Phase.PREPARED, intent, List.of(), null, null, undo.get());
      reached(Step.PREPARED);
    }
    Verdict look = look(intent);
    return look.allowed() ? null : new Result(Fate.REFUSED, look);
  }

  /**
   * The permit is open while the effect runs, and no longer: what its exception or another thread
   * says of it afterwards is too late.
   */
  private Result act(Effect<T, ?> effect, Permit permit) {
    permit.preparing(false);
    @Nullable UnderWay outer = UnderWay.enter(permit);
    try {
      value = effect.act(permit);
    } catch (Throwable fault) {
      thrown = fault;
    } finally {
      UnderWay.leave(outer);
      permit.close();
    }
    if (thrown != null) {
      return threw(thrown, permit.wasNotRun());
    }
    if (permit.wasNotRun()) {
      return new Result(Fate.SKIPPED, notRun());
    }
    return new Result(Fate.DONE, Verdict.allow());
  }

  private static Verdict notRun() {
    return Verdict.refuse(
        Reason.of("effect", Reason.NOT_RUN, "The effect reported that nothing was done."));
  }

  private static Result threw(Throwable fault, boolean notRun) {
    String what = Faults.describe(fault);
    if (notRun) {
      return failed(Reason.NOT_RUN, "The effect threw " + what + " before anything was done.");
    }
    if (fault instanceof Effect.OutcomeUnknown) {
      return new Result(
          Fate.IN_DOUBT,
          Verdict.refuse(
              Reason.of(
                  "effect",
                  Reason.IN_DOUBT,
                  "The effect could not learn whether it happened (" + what + ").")));
    }
    return failed("effect-failed", "The effect threw " + what + ".");
  }

  private static Result failed(String code, String sentence) {
    return new Result(Fate.FAILED, Verdict.refuse(Reason.of("effect", code, sentence)));
  }

  private static Settlement settlement(Result result, Permit permit) {
    if (permit.wasNotRun()) {
      return Settlement.NOT_RUN;
    }
    return result.fate() == Fate.DONE ? Settlement.DONE : Settlement.UNKNOWN;
  }

  private Verdict look(Intent intent) {
    return panel.look(lastLook, intent);
  }

  private void record(Scribe.Place place, Intent intent, Result result, Settlement how) {
    String error = thrown == null ? null : Faults.describe(thrown);
    try {
      scribe.write(
          place,
          Phase.OUTCOME,
          intent,
          result.verdict().reasons(),
          result.fate().name(),
          error,
          null);
    } catch (AuditException fault) {
      boolean mayHaveRun = how != Settlement.NOT_RUN;
      AuditException lost =
          new AuditException(
              "What came of "
                  + intent.action()
                  + " could not be made durable, so "
                  + intent.targets().size()
                  + " target(s) are in doubt. Ask the target's system before acting again.",
              fault,
              mayHaveRun);
      if (thrown != null) {
        lost.addSuppressed(thrown);
      }
      throw lost;
    }
  }

  private void reached(Step step) {
    Listeners.reached(listener, guard, step);
  }

  private void listen(Intent intent, Settlement how) {
    Listeners.quietly(listener, l -> l.settled(guard, intent, how));
  }

  /**
   * Whether INTENDED is durable, so that the journal holds the target in doubt until an outcome
   * stands there too.
   */
  boolean intended() {
    return intended;
  }

  @Nullable T value() {
    return value;
  }

  @Nullable Throwable thrown() {
    return thrown;
  }
}
