package dev.guard.testkit.simulation;

import dev.guard.Guard;
import dev.guard.GuardBuilder;
import dev.guard.Intent;
import dev.guard.Reason;
import dev.guard.Reservation;
import dev.guard.Safeguard;
import dev.guard.Target;
import dev.guard.Tripwire;
import dev.guard.Verdict;
import dev.guard.blastradius.BlastRadiusLimit;
import dev.guard.dryrun.DryRun;
import dev.guard.evidence.InUseCheck;
import dev.guard.killswitch.KillSwitch;
import dev.guard.protection.Protection;
import dev.guard.state.MemoryStateStore;
import dev.guard.testkit.RecordingSink;
import dev.guard.testkit.law.Law;
import dev.guard.time.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Asks guards that differ in nothing but who else sits on the panel, and where, about one target in
 * the world as it stands: law 2. Each is built over a copy of the store and acts on nothing, so the
 * simulation goes on as if nobody had asked.
 */
final class Twins {
  private static final String FIRST = "aaa";
  private static final String LAST = "zzz";
  private static final Target EXAMPLE = Target.of(Thing.KIND, "world", "made up by the tripwire");

  private final Universe universe;
  private final Frozen time;
  private final Thing thing;
  private final Intent intent;

  /** A host's clocks, which stand still. */
  private record Frozen(Instant now, long nanos) implements Time {
    @Override
    public void sleep(Duration length) {}
  }

  /** One more on the panel. */
  private record More(String name, Verdict.Level says, boolean denies) implements Safeguard {
    @Override
    public Verdict review(Intent intent) {
      return says == Verdict.Level.ALLOW ? Verdict.allow() : new Verdict(says, List.of(reason()));
    }

    @Override
    public Reservation reserve(Intent intent) {
      return denies ? Reservation.Denied.of(reason()) : Reservation.none();
    }

    @Override
    public List<Tripwire> tripwires() {
      return List.of(Tripwire.of(() -> true));
    }

    private Reason reason() {
      return Reason.of(name, "told", name + " was told to say " + says);
    }
  }

  Twins(Universe universe, Host host, Thing thing) {
    this.universe = universe;
    this.time = new Frozen(host.now(), host.nanos());
    this.thing = thing;
    this.intent = Intent.of(Life.ACTION, thing.target()).because("a question");
  }

  /** Judges the world as it stands now. */
  void judge() {
    try {
      judgeReviews();
    } catch (RuntimeException fault) {
      universe.judge().unexpected(fault);
    }
  }

  private void judgeReviews() {
    Verdict alone = built().review(intent);
    Verdict.Level one = universe.steps() % 2 == 0 ? Verdict.Level.REFUSE : Verdict.Level.ALLOW;
    Verdict oneWay = withTwo(one, Verdict.Level.HALT);
    Verdict otherWay = withTwo(Verdict.Level.HALT, one);
    if (oneWay.level() != otherWay.level()) {
      broken("is " + oneWay.level() + ", and in another order " + otherWay.level());
    }
    for (Verdict more : List.of(oneWay, otherWay)) {
      if (more.level().compareTo(alone.level()) < 0) {
        broken("was " + alone.level() + ", and with two safeguards more is " + more.level());
      } else if (!reasons(more).containsAll(reasons(alone))) {
        broken("lost reasons when there were two safeguards more: " + alone + ", then " + more);
      }
    }
    if (alone.allowed()) {
      judgeDenial();
    }
  }

  private Verdict withTwo(Verdict.Level first, Verdict.Level last) {
    return built(new More(FIRST, first, false), new More(LAST, last, false)).review(intent);
  }

  /** However often a reservation is denied, the others hold afterwards what they held before. */
  private void judgeDenial() {
    Guard denying = built(new More(LAST, Verdict.Level.ALLOW, true));
    Verdict before = denying.review(intent);
    for (int i = 0; i <= universe.setup().perWindow(); i++) {
      denying.run(intent, permit -> broken("was acted on although a reservation was denied"));
    }
    Verdict after = denying.review(intent);
    if (!after.equals(before)) {
      broken("was " + before + ", and after denied reservations " + after);
    }
  }

  private static Set<Reason> reasons(Verdict verdict) {
    return verdict.reasons().stream().collect(Collectors.toSet());
  }

  private void broken(String how) {
    universe.judge().violation(Law.LAW_2, "the judgement of " + thing.id() + " " + how);
  }

  // ---- how they are built

  private Guard built(Safeguard... more) {
    MemoryStateStore store = copy();
    GuardBuilder builder =
        Guard.named(Life.GUARD)
            .actor("a twin")
            .time(time)
            .dryRun(DryRun.off())
            .killSwitch(KillSwitch.from(universe.theSwitch()))
            .protection(Protection.when("live", "1", this::isProtected, EXAMPLE))
            .inUse(
                InUseCheck.of(
                    new Meaning(), List.of(new Users(universe, time, Users.NOBODY)), time))
            .blastRadius(
                BlastRadiusLimit.perPlan(universe.setup().perPlan())
                    .per(
                        Duration.ofMinutes(universe.setup().minutes()),
                        universe.setup().perWindow())
                    .in(store)
                    .inBlocksOf(universe.setup().block()))
            .state(store)
            .audit(new RecordingSink());
    for (Safeguard one : more) {
      builder.safeguard(one);
    }
    return builder.build();
  }

  private MemoryStateStore copy() {
    MemoryStateStore copy = MemoryStateStore.create(time);
    for (String key : universe.documents().keys("")) {
      universe
          .documents()
          .get(key)
          .ifPresent(document -> copy.compareAndSet(key, null, document.value()));
    }
    return copy;
  }

  private boolean isProtected(Target target) {
    if (target.equals(EXAMPLE)) {
      return true;
    }
    if (thing.unreadable) {
      throw new IllegalStateException("told to be unreadable");
    }
    return thing.isProtected;
  }
}
