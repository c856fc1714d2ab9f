package dev.guard.testkit.law;

import dev.guard.audit.AuditRecord.Phase;
import dev.guard.testkit.ScriptedSafeguard.Says;
import dev.guard.testkit.scenario.Scenario;
import dev.guard.testkit.scenario.Scenario.Kind;
import dev.guard.testkit.scenario.Scenario.Scripted;
import dev.guard.testkit.scenario.Scenario.Thing;
import dev.guard.testkit.scenario.Trace;
import dev.guard.testkit.scenario.Trace.Asked;
import dev.guard.testkit.scenario.Trace.Happened;
import dev.guard.testkit.scenario.Trace.Planned;
import dev.guard.testkit.scenario.Trace.What;
import dev.guard.testkit.scenario.Trace.Written;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A scenario and its trace, with the questions that several laws ask. The truth is told by the
 * events, not by the guard.
 */
final class Story {
  final Scenario scenario;
  final Trace trace;

  Story(Scenario scenario, Trace trace) {
    this.scenario = scenario;
    this.trace = trace;
  }

  Stream<Happened> all(What what) {
    return trace.log().stream().filter(one -> one.what() == what);
  }

  List<Happened> acts() {
    return all(What.ACT).toList();
  }

  List<Happened> acts(Asked asked) {
    return all(What.ACT).filter(act -> act.move() == asked.move()).toList();
  }

  List<Asked> applies() {
    return trace.asked().stream().filter(a -> a.kind() == Kind.APPLY && a.plan() != null).toList();
  }

  /** What the guard was asked during a move. */
  @Nullable Asked asked(int move) {
    for (Asked one : trace.asked()) {
      if (one.move() == move) {
        return one;
      }
    }
    return null;
  }

  static Planned plan(Asked apply) {
    Planned plan = apply.plan();
    if (plan == null) {
      throw new IllegalStateException("An apply without a plan is not asked.");
    }
    return plan;
  }

  /** The move during which the guard was built that serves this move. */
  int builtAt(int move) {
    int built = -1;
    for (Asked one : trace.asked()) {
      boolean anew = one.kind() == Kind.RESTART || one.kind() == Kind.PROTECT;
      if (anew && one.move() < move) {
        built = one.move();
      }
    }
    return built;
  }

  /**
   * Events of these kinds, about one thing if it is named, that happened at steps from (exclusive)
   * to (inclusive).
   */
  List<Happened> events(@Nullable String id, int from, int to, Kind... kinds) {
    Set<String> names = new LinkedHashSet<>();
    for (Kind kind : kinds) {
      names.add(kind.name());
    }
    return all(What.EVENT)
        .filter(e -> e.step() > from && e.step() <= to)
        .filter(e -> names.contains(e.who()) && (id == null || e.id().equals(id)))
        .toList();
  }

  /**
   * The first step at which this move looked at this thing, or the move's first step if it never
   * did.
   */
  int firstLook(Asked asked, String id) {
    return trace.log().stream()
        .filter(one -> one.move() == asked.move() && one.id().equals(id))
        .filter(one -> one.what() == What.FINGERPRINT)
        .mapToInt(Happened::step)
        .findFirst()
        .orElse(asked.from());
  }

  // ---- the switch

  /** What the switch's source says after everything that happened up to a step. */
  String switchAt(int step) {
    String says = "RUN";
    for (Happened event : trace.log()) {
      if (event.what() == What.EVENT && event.step() <= step && event.who().startsWith("SWITCH_")) {
        says = event.who().substring("SWITCH_".length());
      }
    }
    return says;
  }

  // ---- protection and use

  boolean alwaysProtected(Thing thing) {
    return thing.label() || thing.unreadable() || scenario.protectedIds().contains(thing.id());
  }

  boolean protectedAt(Thing thing, int step) {
    return alwaysProtected(thing) || !events(thing.id(), 0, step, Kind.PROTECTED).isEmpty();
  }

  boolean usedAt(String id, int step) {
    boolean used = scenario.sources().stream().anyMatch(source -> source.uses().contains(id));
    boolean there = !scenario.sources().isEmpty();
    for (Happened event : events(id, 0, step, Kind.USED, Kind.FREED)) {
      used = event.who().equals(Kind.USED.name());
    }
    return there && used;
  }

  // ---- scripted safeguards

  /** Whether any scripted safeguard says at least this of a thing during a move. */
  boolean anySays(String id, int move, Says... what) {
    List<Says> list = List.of(what);
    for (Scripted one : scenario.safeguards()) {
      if (list.contains(one.of(id, move))) {
        return true;
      }
    }
    return false;
  }

  boolean undecided(String id, int move) {
    for (Scripted one : scenario.safeguards()) {
      if (one.of(id, move).undecided()) {
        return true;
      }
    }
    return false;
  }

  // ---- limits

  /** How many targets one plan may touch, by the design's own sum; 0 if it cannot be told. */
  long allowedPerPlan() {
    Scenario.Limits limits = scenario.limits();
    if (limits == null) {
      return 0;
    }
    long allowed = limits.perPlan();
    Double percent = limits.percent();
    Long floor = limits.floor();
    Scenario.Counted population = scenario.population();
    if (percent != null || floor != null) {
      if (population == null || population.incomplete() || population.size() == 0) {
        return 0;
      }
      if (percent != null) {
        BigDecimal share =
            new BigDecimal(Double.toString(percent))
                .multiply(BigDecimal.valueOf(population.size()))
                .divide(BigDecimal.valueOf(100), 0, RoundingMode.FLOOR);
        allowed = Math.min(allowed, share.longValueExact());
      }
      if (floor != null) {
        allowed = Math.min(allowed, Math.max(0, population.size() - floor));
      }
    }
    return allowed;
  }

  // ---- the journal

  /** Whether the guard was told during a move that a record could not be made durable. */
  boolean journalFailed(Asked asked) {
    return trace.journal().stream()
        .anyMatch(one -> one.move() == asked.move() && !one.acknowledged());
  }

  List<Written> journal(Phase phase) {
    return trace.journal().stream().filter(one -> one.record().phase() == phase).toList();
  }

  static boolean sameAct(Written one, Written other) {
    return one.record().run().equals(other.record().run())
        && one.record().op().equals(other.record().op());
  }

  /** Whether a durable INTENDED about a thing stands without a settled outcome before a step. */
  boolean inDoubtBefore(String id, int step) {
    return openAt(id, step - 1, false);
  }

  /**
   * As a reader of the journal sees it, who has what was taken, or the guard itself, who has what
   * was acknowledged.
   */
  boolean openAt(String id, int step, boolean acknowledgedOnly) {
    Written open = null;
    for (Written one : trace.journal()) {
      boolean there = acknowledgedOnly ? one.acknowledged() : one.taken();
      if (one.step() > step || !there || !one.ids().contains(id)) {
        continue;
      }
      if (one.record().phase() == Phase.INTENDED) {
        open = one;
      } else if (one.record().phase() == Phase.OUTCOME && open != null && sameAct(open, one)) {
        open = "IN_DOUBT".equals(one.record().outcome()) ? open : null;
      }
    }
    return open != null;
  }

  /** The ids that the journal has as DONE under a plan before a step. */
  Set<String> doneBefore(String plan, int step) {
    Set<String> done = new LinkedHashSet<>();
    for (Written one : journal(Phase.OUTCOME)) {
      if (one.taken()
          && one.step() < step
          && plan.equals(one.record().plan())
          && "DONE".equals(one.record().outcome())) {
        done.addAll(one.ids());
      }
    }
    return done;
  }

  List<Thing> candidates() {
    List<Thing> list = new ArrayList<>();
    for (Thing thing : scenario.things()) {
      if (!thing.kept()) {
        list.add(thing);
      }
    }
    return list;
  }
}
