package dev.guard.testkit.scenario;

import dev.guard.Batch;
import dev.guard.Intent;
import dev.guard.Reason;
import dev.guard.Reservation;
import dev.guard.Safeguard;
import dev.guard.Tripwire;
import dev.guard.Verdict;
import dev.guard.testkit.ManualTime;
import dev.guard.testkit.ScriptedSafeguard;
import dev.guard.testkit.scenario.Scenario.Scripted;
import dev.guard.testkit.scenario.Trace.What;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A scripted safeguard of a scenario, which notes everything it is asked. */
final class Player implements Safeguard {
  private final Scripted part;
  private final ScenarioRunner runner;
  private final ManualTime time;
  private final boolean quiet;
  private int held;
  private int readings;
  private int readingsOf = -1;

  Player(Scripted part, ScenarioRunner runner, ManualTime time, boolean quiet) {
    this.part = part;
    this.runner = runner;
    this.time = time;
    this.quiet = quiet;
  }

  @Override
  public String name() {
    return part.name();
  }

  private void note(What what, String id, String said) {
    if (!quiet) {
      runner.log(what, part.name(), id, said);
    }
  }

  private void step() {
    if (!quiet) {
      runner.next();
    }
  }

  @Override
  public Verdict review(Intent intent) {
    step();
    String id = intent.targets().get(0).id();
    ScriptedSafeguard.Says says = part.of(id, runner.move());
    note(What.REVIEW, id, says.name());
    return ScriptedSafeguard.answer(says, part.name(), time);
  }

  @Override
  public Verdict reviewAll(Batch batch) {
    return answer(What.WHOLE, part.ofWhole(runner.move()));
  }

  @Override
  public Verdict refresh() {
    readings = runner.move() == readingsOf ? readings + 1 : 0;
    readingsOf = runner.move();
    return answer(What.REFRESH, part.ofRefresh(runner.move(), readings));
  }

  @Override
  public boolean stale() {
    return part.stale();
  }

  private Verdict answer(What what, ScriptedSafeguard.Says says) {
    step();
    note(what, "", says.name());
    return ScriptedSafeguard.answer(says, part.name(), time);
  }

  @Override
  @SuppressWarnings("NullAway") // a safeguard that breaks its contract is what this is for
  public Reservation reserve(Intent intent) {
    step();
    String id = intent.targets().get(0).id();
    switch (part.reserve()) {
      case NOTHING:
        return Reservation.none();
      case HOLDS:
        return holds(id);
      case LATE:
        time.tickMonotonic(ScriptedSafeguard.LATE);
        return holds(id);
      case DENIES:
        note(What.RESERVE, id, "DENIES");
        return Reservation.Denied.of(Reason.of(part.name(), "told", "told to deny"));
      case THROWS:
        note(What.RESERVE, id, "THROWS");
        throw new IllegalStateException("told to throw");
      default:
        note(What.RESERVE, id, "NULL");
        return nothing();
    }
  }

  private Reservation holds(String id) {
    String hold = part.name() + "#" + ++held;
    note(What.RESERVE, id, part.reserve() + " " + hold);
    return (Reservation.Held) how -> settled(id, hold, how);
  }

  private void settled(String id, String hold, Reservation.Settlement how) {
    step();
    note(What.SETTLE, id, how + " " + hold);
  }

  private static @Nullable Reservation nothing() {
    return null;
  }

  @Override
  public List<Tripwire> tripwires() {
    if (part.hollow()) {
      return List.of();
    }
    return List.of(new Tripwire("told to be alive", this::trips));
  }

  private boolean trips() {
    note(What.PROVE, "", "");
    Integer dead = part.dead();
    return quiet || dead == null || runner.move() < dead;
  }
}
