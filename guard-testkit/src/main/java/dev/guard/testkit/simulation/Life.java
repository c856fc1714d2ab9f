package dev.guard.testkit.simulation;

import dev.guard.AuditException;
import dev.guard.Guard;
import dev.guard.GuardException;
import dev.guard.GuardListener;
import dev.guard.Intent;
import dev.guard.Reservation.Settlement;
import dev.guard.Safeguard;
import dev.guard.Target;
import dev.guard.Tripwire;
import dev.guard.audit.AuditRecord;
import dev.guard.audit.AuditSink;
import dev.guard.audit.JournalSink;
import dev.guard.audit.Reconciler.Finding;
import dev.guard.blastradius.BlastRadiusLimit;
import dev.guard.dryrun.DryRun;
import dev.guard.evidence.InUseCheck;
import dev.guard.killswitch.KillSwitch;
import dev.guard.plan.Candidate;
import dev.guard.plan.Plan;
import dev.guard.plan.Report;
import dev.guard.plan.Selection;
import dev.guard.protection.Protection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One process: the journal it has open, and its guards, one that acts and one that rehearses. */
final class Life {
  static final String GUARD = "simulated";
  static final String ACTION = "image.delete";
  private static final Target EXAMPLE = Target.of(Thing.KIND, "world", "made up by the tripwire");

  private final Universe universe;
  private final Host host;
  private final JournalSink journal;
  private final Mode acting = new Mode(false);
  private final Mode rehearsing = new Mode(true);
  private boolean broken;

  /** One guard of the process, and what it has learned since it was built. */
  private final class Mode implements Users.Listener {
    final boolean dry;
    final Set<String> used = new HashSet<>();
    @Nullable Guard guard;
    boolean complete;
    boolean seenFull;
    long stoppedAt = -1;

    Mode(boolean dry) {
      this.dry = dry;
    }

    @Override
    public void asked() {
      host.contact("users");
    }

    /** A listing was read, or was not. */
    @Override
    public void listed(boolean whole, boolean empty, Set<String> found) {
      complete = whole && !(empty && seenFull);
      seenFull |= whole && !empty;
      used.clear();
      used.addAll(found);
      Doing doing = host.doing();
      if (doing != null) {
        doing.listed = true;
      }
    }

    Guard guard() {
      Guard now = guard;
      if (now == null) {
        now = build(this);
        guard = now;
      }
      return now;
    }
  }

  private Life(Universe universe, Host host, JournalSink journal) {
    this.universe = universe;
    this.host = host;
    this.journal = journal;
  }

  static Life begin(Universe universe, Host host) {
    return new Life(universe, host, open(universe, host));
  }

  /** Opens a host's journal for nothing but to look into it. */
  static void openOnce(Universe universe, Host host) {
    try {
      open(universe, host).close();
    } catch (AuditException fault) { // the judge knows of it
      universe.step(host.number(), "the journal does not open");
    }
  }

  private static JournalSink open(Universe universe, Host host) {
    try {
      JournalSink journal =
          OnDisk.of(JournalSink.in(Host.JOURNAL), host.disk())
              .time(host)
              .segmentBytes(6_000)
              .open();
      universe.judge().opened(host.number(), journal);
      return journal;
    } catch (AuditException fault) {
      if (host.disk().isDark()) {
        throw host.lostPower();
      }
      if (!host.disk().isFull()) {
        universe.judge().unopened(host.number(), fault);
      }
      throw fault;
    }
  }

  void bury() {
    journal.close();
  }

  private Mode mode(boolean dry) {
    return dry ? rehearsing : acting;
  }

  void sawStop(boolean dry, long resumes) {
    mode(dry).stoppedAt = resumes;
  }

  long stoppedAt(boolean dry) {
    return mode(dry).stoppedAt;
  }

  Optional<String> evidence(boolean dry, Thing thing) {
    Mode mode = mode(dry);
    if (!mode.complete) {
      return Optional.of(thing.id() + " was acted on, and the last listing was incomplete");
    }
    return mode.used.contains(thing.id())
        ? Optional.of(thing.id() + " was acted on, and the last listing said that it is used")
        : Optional.empty();
  }

  // ---- what it is asked

  /** False if this is nothing that a host is asked for. */
  static boolean ask(Universe universe, Host host, Event event) {
    switch (event.kind()) {
      case APPLY:
      case REAPPLY:
      case REHEARSE:
      case CALL:
      case STOP:
      case RESUME:
        Doing doing =
            new Doing(
                host.number(),
                event.kind() == Event.Kind.REHEARSE,
                event.kind() == Event.Kind.STOP || event.kind() == Event.Kind.RESUME);
        host.ask(doing, () -> begun(host, doing, event));
        return true;
      default:
        return false;
    }
  }

  /** What guards are documented to throw is an answer; anything else is the judge's. */
  private static void begun(Host host, Doing doing, Event event) {
    try {
      host.alive().answer(doing, event);
    } catch (GuardException | Acting.Told answer) {
      host.note("was answered " + answer.getClass().getSimpleName());
    }
    host.leaveIfBroken();
  }

  boolean isBroken() {
    return broken;
  }

  private void answer(Doing doing, Event event) throws Acting.Told {
    Guard guard = mode(doing.dry).guard();
    switch (event.kind()) {
      case APPLY:
        Plan plan = guard.plan(selection());
        universe.planned(plan);
        apply(guard, doing, plan);
        break;
      case CALL:
        Thing thing = universe.thing("c" + Math.floorMod(event.amount(), 3L)).orElseThrow();
        Acting effect = new Acting(universe, host, doing);
        guard.call(Intent.of(ACTION, thing.target()).because("a simulation"), effect.call(thing));
        break;
      case STOP:
        sawStop(doing.dry, universe.judge().resumes());
        guard.stop("ann", "a simulation");
        break;
      case RESUME:
        guard.resume("ann", "a simulation");
        break;
      default:
        Optional<Plan> last = universe.lastPlan();
        if (last.isPresent()) {
          apply(guard, doing, last.get());
        }
        break;
    }
  }

  private void apply(Guard guard, Doing doing, Plan plan) {
    doing.plan = plan;
    doing.stopped = null; // what made the plan was no run; a STOP it saw is the guard's to remember
    Report report = guard.apply(plan, new Acting(universe, host, doing));
    if (!host.isDying()) { // the dead report nothing
      universe.judge().reported(doing, plan, report);
      host.note("reported " + report.counts());
    }
  }

  private Selection selection() {
    List<Candidate> candidates = new ArrayList<>();
    for (Thing thing : universe.things()) {
      if (thing.id().startsWith("t") && !thing.gone) {
        candidates.add(Candidate.of(thing.target()).marked(thing.mark()));
      }
    }
    return Selection.ofCandidates(ACTION, candidates).outOf(1000).because("a simulation");
  }

  // ---- how it is built

  private Guard build(Mode mode) {
    return Guard.named(GUARD)
        .actor("host-" + host.number())
        .time(host)
        .dryRun(mode.dry ? DryRun.on() : DryRun.off())
        .killSwitch(KillSwitch.from(new Wire()))
        .protection(Protection.when("live", "1", this::isProtected, EXAMPLE))
        .inUse(InUseCheck.of(new Meaning(), List.of(new Users(universe, host, mode)), host))
        .blastRadius(
            BlastRadiusLimit.perPlan(universe.setup().perPlan())
                .per(Duration.ofMinutes(universe.setup().minutes()), universe.setup().perWindow())
                .in(host.store())
                .inBlocksOf(universe.setup().block()))
        .safeguard(Safeguard.refuseIf("canary", intent -> false, Tripwire.of(this::isAlive)))
        .state(host.store())
        .audit(new Sink())
        .reconciler(this::find)
        .runIds(this::nextRun)
        .listener(new Steps())
        .build();
  }

  private String nextRun() {
    String name = universe.nextRun();
    host.run(name);
    return name;
  }

  private boolean isAlive() {
    host.contact("tripwire");
    Doing doing = host.doing();
    if (doing != null) {
      doing.proven = !universe.dead();
    }
    return !universe.dead();
  }

  private boolean isProtected(Target target) {
    if (target.equals(EXAMPLE)) {
      return true;
    }
    host.contact("protection of " + target.id());
    Doing doing = host.doing();
    Thing thing = universe.thing(target.id()).orElseThrow();
    if (doing != null) {
      doing.protection.put(
          thing.id(),
          thing.unreadable
              ? Doing.Said.THREW
              : thing.isProtected ? Doing.Said.PROTECTED : Doing.Said.FREE);
    }
    if (thing.unreadable) {
      throw new IllegalStateException("told to be unreadable");
    }
    return thing.isProtected;
  }

  private Finding find(Target target, String action) {
    host.contact("what became of " + target.id());
    if (universe.blind()) {
      return Finding.UNKNOWN;
    }
    Thing thing = universe.thing(target.id()).orElseThrow();
    boolean done = thing.gone || (thing.id().startsWith("c") && thing.deeds > 0);
    return done ? Finding.DONE : Finding.NOT_DONE;
  }

  private final class Wire implements KillSwitch.Source {
    @Override
    public String name() {
      return "wire";
    }

    @Override
    public KillSwitch.Reading read() {
      host.contact("switch");
      Doing doing = host.doing();
      if (doing != null) {
        doing.lastSwitch = universe.steps();
        switch (universe.theSwitch().says()) {
          case RUN:
            break;
          case PAUSE:
            doing.stop("PAUSE");
            break;
          default:
            host.sawStop("STOP");
            break;
        }
      }
      return universe.theSwitch().read();
    }
  }

  /** The journal, seen by the judge. */
  private final class Sink implements AuditSink {
    @Override
    public void append(AuditRecord record) {
      host.contact("append " + record.phase());
      universe.judge().appending(host.number(), record);
      try {
        journal.append(record);
      } catch (AuditException fault) {
        broken = true;
        if (host.disk().isDark()) {
          throw host.lostPower();
        }
        throw fault;
      }
      Doing doing = host.doing();
      universe.judge().appended(host.number(), doing, record);
      if (doing != null) {
        doing.lastPrepared = universe.steps();
      }
    }

    @Override
    public Optional<Memory> memory() {
      return journal.memory();
    }
  }

  private final class Steps implements GuardListener {
    @Override
    public void settled(String guard, Intent intent, Settlement how) {
      Doing doing = host.doing();
      if (doing != null && !host.isDying() && how == Settlement.NOT_RUN) {
        universe.judge().givenBack(doing);
      }
    }

    @Override
    public void reached(String guard, Step step) {
      Doing doing = host.doing();
      if (doing == null || host.isDying()) {
        return;
      }
      if (step == Step.RESERVED) {
        universe.judge().reserved(doing);
      } else if (step == Step.SETTLED) {
        universe.judge().over(doing);
      }
      host.note(step.name());
    }
  }
}
