package dev.guard.testkit.scenario;

import dev.guard.Effect;
import dev.guard.Fingerprint;
import dev.guard.GuardException;
import dev.guard.Permit;
import dev.guard.RehearsalPermit;
import dev.guard.Target;
import dev.guard.plan.PermittedItem;
import dev.guard.plan.PlanEffect;
import dev.guard.plan.PlanItem;
import dev.guard.testkit.ManualTime;
import dev.guard.testkit.scenario.Scenario.Deed;
import dev.guard.testkit.scenario.Scenario.Misuse;
import dev.guard.testkit.scenario.Scenario.Prepare;
import dev.guard.testkit.scenario.Scenario.Thing;
import dev.guard.testkit.scenario.Trace.What;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The effect of a scenario: does what each thing says, and misuses permits where told to. */
final class Acting implements PlanEffect {
  /** What the scenario tells the effect to throw. */
  interface Told {}

  private static final class ToldException extends Exception implements Told {
    private static final long serialVersionUID = 1L;

    ToldException(String message) {
      super(message);
    }
  }

  private static final class ToldError extends Error implements Told {
    private static final long serialVersionUID = 1L;

    ToldError() {
      super("told to throw an error");
    }
  }

  private static final class ToldTimeOut extends Exception implements Told, Effect.OutcomeUnknown {
    private static final long serialVersionUID = 1L;

    ToldTimeOut() {
      super("told to time out");
    }
  }

  private final Scenario scenario;
  private final World world;
  private final ManualTime time;
  private final ScenarioRunner runner;
  private @Nullable Permit kept;

  Acting(Scenario scenario, World world, ManualTime time, ScenarioRunner runner) {
    this.scenario = scenario;
    this.world = world;
    this.time = time;
    this.runner = runner;
  }

  @Override
  public void act(PermittedItem item) throws Exception {
    deed(item.permit(), scenario.thing(item.target().id()));
  }

  @Override
  public Optional<Fingerprint> fingerprint(PlanItem item) {
    runner.next();
    String id = item.target().id();
    runner.log(What.FINGERPRINT, "", id, "");
    return world.isGone(id) ? Optional.empty() : Optional.of(world.fingerprint(id));
  }

  @Override
  public Optional<String> prepare(PermittedItem item) throws Exception {
    return prepared(item.permit(), scenario.thing(item.target().id()));
  }

  @Override
  public void rehearse(PlanItem item, RehearsalPermit permit) {
    runner.next();
    permit.check(ScenarioRunner.ACTION, item.target());
    runner.log(What.REHEARSE, "", item.target().id(), "");
  }

  Optional<String> prepared(Permit permit, Thing thing) throws ToldException {
    runner.next();
    runner.log(What.PREPARE, "", thing.id(), "");
    permit.check(ScenarioRunner.ACTION, World.target(thing));
    if (thing.misuse() == Misuse.IN_PREPARE) {
      misuse(permit, Misuse.IN_PREPARE, ScenarioRunner.ACTION, World.target(thing), thing.id());
    }
    if (thing.prepare() == Prepare.FAILS) {
      throw new ToldException("told not to prepare");
    }
    return thing.prepare() == Prepare.SAVES ? Optional.of("undo-" + thing.id()) : Optional.empty();
  }

  /** All of an act is one step: whatever happens at this step happens while it is in flight. */
  void deed(Permit permit, Thing thing) throws Exception {
    runner.next();
    Target target = World.target(thing);
    runner.log(
        What.ACT,
        permit.guard() + " " + permit.action(),
        thing.id(),
        permit.plan().map(digest -> digest.text()).orElse("")
            + " "
            + permit.targets().stream().map(Target::id).toList());
    before(permit, thing);
    if (thing.deed() == Deed.NOT_RUN || thing.deed() == Deed.NOT_RUN_FAILS) {
      permit.notRun();
      if (thing.deed() == Deed.NOT_RUN_FAILS) {
        throw new ToldException("told that nothing ran");
      }
      return;
    }
    permit.redeem(ScenarioRunner.ACTION, target);
    runner.log(What.REDEEM, "", thing.id(), "");
    kept = permit;
    world.touch(thing);
    runner.log(What.DEED, "", thing.id(), thing.deed().name());
    if (thing.misuse() == Misuse.TWICE) {
      misuse(permit, Misuse.TWICE, ScenarioRunner.ACTION, target, thing.id());
    }
    switch (thing.deed()) {
      case FAILS:
        throw new ToldException("told to fail");
      case ERRS:
        throw new ToldError();
      case TIMES_OUT:
        throw new ToldTimeOut();
      default:
        return;
    }
  }

  private void before(Permit permit, Thing thing) {
    Target target = World.target(thing);
    switch (thing.misuse()) {
      case LATE:
        time.tickMonotonic(Duration.ofMinutes(6));
        misuse(permit, Misuse.LATE, ScenarioRunner.ACTION, target, thing.id());
        break;
      case OTHER_TARGET:
        misuse(
            permit,
            Misuse.OTHER_TARGET,
            ScenarioRunner.ACTION,
            Target.of("thing", "elsewhere", thing.id()),
            thing.id());
        break;
      case OTHER_ACTION:
        misuse(permit, Misuse.OTHER_ACTION, "thing.destroy", target, thing.id());
        break;
      case KEPT:
        if (kept != null) {
          misuse(kept, Misuse.KEPT, ScenarioRunner.ACTION, kept.targets().get(0), thing.id());
        }
        break;
      default:
        break;
    }
  }

  /** A restart loses the permit that was kept. */
  void forget() {
    kept = null;
  }

  /** What a thing does with its permit once everything is over. */
  void afterwards() {
    Permit old = kept;
    if (old != null && scenario.thing(old.targets().get(0).id()).misuse() == Misuse.AFTERWARDS) {
      misuse(
          old,
          Misuse.AFTERWARDS,
          ScenarioRunner.ACTION,
          old.targets().get(0),
          old.targets().get(0).id());
    }
  }

  private void misuse(Permit permit, Misuse how, String action, Target target, String id) {
    String said;
    try {
      permit.redeem(action, target);
      said = "redeemed";
    } catch (GuardException refused) {
      said = "refused";
    }
    runner.log(What.MISUSE, how.name(), id, said);
  }
}
