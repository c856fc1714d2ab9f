package dev.guard.testkit.simulation;

import dev.guard.Effect;
import dev.guard.Fingerprint;
import dev.guard.GuardException;
import dev.guard.Permit;
import dev.guard.plan.PermittedItem;
import dev.guard.plan.PlanEffect;
import dev.guard.plan.PlanItem;
import java.util.Optional;

/** Acts on the world, and ends as the script says. */
final class Acting implements PlanEffect {
  /** What an act throws because the script says so. */
  static class Told extends Exception {
    private static final long serialVersionUID = 1L;

    Told(String message) {
      super(message);
    }
  }

  private static final class TimedOut extends Told implements Effect.OutcomeUnknown {
    private static final long serialVersionUID = 1L;

    TimedOut() {
      super("told to time out");
    }
  }

  private final Universe universe;
  private final Host host;
  private final Doing doing;

  Acting(Universe universe, Host host, Doing doing) {
    this.universe = universe;
    this.host = host;
    this.doing = doing;
  }

  /** The same as the effect of a single call. */
  Effect<Integer, Told> call(Thing thing) {
    return new Effect<>() {
      @Override
      public Integer act(Permit permit) throws Told {
        deed(permit, thing);
        return 1;
      }

      @Override
      public Optional<String> prepare(Permit permit) throws Told {
        return prepared(thing);
      }
    };
  }

  private Thing thing(String id) {
    return universe.thing(id).orElseThrow();
  }

  @Override
  public Optional<Fingerprint> fingerprint(PlanItem item) {
    host.contact("fingerprint of " + item.target().id());
    Thing thing = thing(item.target().id());
    if (thing.gone) {
      doing.marks.remove(thing.id());
      return Optional.empty();
    }
    doing.marks.put(thing.id(), thing.mark());
    return Optional.of(thing.mark());
  }

  @Override
  public Optional<String> prepare(PermittedItem item) throws Told {
    return prepared(thing(item.target().id()));
  }

  @Override
  public void act(PermittedItem item) throws Told {
    deed(item.permit(), thing(item.target().id()));
  }

  private Optional<String> prepared(Thing thing) throws Told {
    host.contact("prepare " + thing.id());
    doing.lastPrepared = universe.steps();
    if (host.effect() == 7) {
      host.takeEffect();
      throw new Told("told not to prepare");
    }
    return Math.floorMod(thing.id().hashCode(), 2) == 0
        ? Optional.of("undo-" + thing.id())
        : Optional.empty();
  }

  /** The request leaves, and whatever becomes of it happens before anybody else does anything. */
  private void deed(Permit permit, Thing thing) throws Told {
    host.contact("act on " + thing.id());
    long how = host.takeEffect();
    if (how == 5 || how == 6) {
      permit.notRun();
      if (how == 6) {
        throw new Told("told that nothing ran");
      }
      return;
    }
    permit.redeem(Life.ACTION, thing.target());
    boolean touched = how != 2 && how != 4;
    universe.judge().deed(doing, thing, touched, host.disk(), Host.JOURNAL);
    again(permit, thing);
    host.contact("answer for " + thing.id());
    if (how == 1 || how == 2) {
      throw new Told("told to fail");
    }
    if (how == 3 || how == 4) {
      throw new TimedOut();
    }
  }

  /** A permit that was used, or is used for something else, is refused. */
  private void again(Permit permit, Thing thing) {
    boolean refused = false;
    try {
      permit.redeem(Life.ACTION, thing.target());
    } catch (GuardException refusal) {
      refused = true;
    }
    try {
      permit.redeem(Life.ACTION, universe.things().get(0).target());
      refused &= universe.things().get(0).equals(thing);
    } catch (GuardException refusal) {
      refused &= true;
    }
    if (!refused) {
      universe.judge().redeemedAgain(thing);
    }
  }
}
