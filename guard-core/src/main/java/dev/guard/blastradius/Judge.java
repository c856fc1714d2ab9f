package dev.guard.blastradius;

import dev.guard.Population;
import dev.guard.Reason;
import dev.guard.Target;
import dev.guard.Tripwire;
import dev.guard.Verdict;
import dev.guard.internal.Cause;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is said of a number of targets, without windows: the one decision that plans, single calls
 * and tripwires all ask.
 */
final class Judge {
  private static final Population MISSING = Population.incomplete(0, "nobody said of how many");
  private static final Population EMPTY = Population.of(0);
  private static final Target BAIT = Target.of("tripwire", "tripwire", "tripwire");
  private static final Logger LOG = LoggerFactory.getLogger(BlastRadiusLimit.class);

  private final Terms terms;
  private final String name;
  private final String shown;

  Judge(Terms terms) {
    this.terms = terms;
    this.name = terms.name();
    this.shown = terms.shown();
  }

  /** A number of targets out of a population; null if none is needed. */
  Verdict whole(long asked, @Nullable Population all) {
    Verdict verdict = perPlan(asked, null);
    if (all == null) {
      return verdict;
    }
    if (!all.complete()) {
      return verdict.and(incomplete(all));
    }
    if (terms.percent != null && asked > terms.allowedOf(all.size())) {
      verdict = verdict.and(overPercent(asked, all.size()));
    }
    if (terms.floor != Terms.NONE && all.size() - asked < terms.floor) {
      verdict = verdict.and(belowFloor(asked, all.size()));
    }
    return verdict;
  }

  Verdict perPlan(long asked, @Nullable String value) {
    return asked > terms.perPlan && terms.perPlan != Terms.NONE
        ? overPlan(asked, value)
        : Verdict.allow();
  }

  Verdict perCall(long asked) {
    return asked > terms.perCall && terms.perCall != Terms.NONE ? overCall(asked) : Verdict.allow();
  }

  /** So many targets of one intent with this value of the label that is counted by. */
  Verdict ofValue(@Nullable String value, long asked, Target example) {
    return value == null ? unlabelled(example) : perPlan(asked, value).and(perCall(asked));
  }

  /** A limit for single calls says nothing of plans, and what is not said is not allowed. */
  Verdict plans() {
    return terms.callsOnly() ? noPlans() : Verdict.allow();
  }

  private Verdict noPlans() {
    return Verdict.halt(
        Reason.of(
            name,
            BlastRadiusLimit.NO_PLANS,
            shown
                + " is for single calls only and bounds no plan, so no plan may go by it. Begin it with perPlan(...)."));
  }

  /** Null if no population is needed; incomplete if it is and nobody has it. */
  @Nullable Population population(@Nullable Population given) {
    if (!terms.needsPopulation()) {
      return null;
    }
    if (given != null) {
      return orEmpty(given);
    }
    Supplier<Population> all = terms.all;
    if (all == null) {
      return MISSING;
    }
    try {
      Population counted = all.get();
      return counted == null
          ? Population.incomplete(0, "its source answered nothing")
          : orEmpty(counted);
    } catch (Throwable fault) { // whatever it is, what could not be counted is not complete
      LOG.warn("The population of {} could not be counted.", shown, fault);
      return Population.incomplete(0, "it could not be counted (" + Cause.of(fault) + ")");
    }
  }

  private static Population orEmpty(Population counted) {
    return counted.size() == 0 && counted.complete() ? EMPTY : counted;
  }

  private Verdict incomplete(Population all) {
    if (all.equals(MISSING)) {
      return Verdict.halt(
          Reason.of(
              name,
              BlastRadiusLimit.POPULATION_MISSING,
              shown
                  + " takes a percent or keeps a floor, but nobody said of how many. Give the population with outOf(...), to the selection, the intent or the limit."));
    }
    return Verdict.halt(
        Reason.of(
            name,
            Reason.EVIDENCE_INCOMPLETE,
            shown
                + " needs a complete population, but "
                + all.gap().orElse("it is incomplete")
                + ". Count again, completely."));
  }

  private Verdict overPlan(long asked, @Nullable String value) {
    return over(
        shown
            + " allows "
            + terms.perPlan
            + " per plan"
            + (value == null ? "" : " for each " + terms.dimension)
            + ", "
            + asked
            + " asked"
            + (value == null ? "" : " for '" + value + "'")
            + ". Split the plan or raise the limit.");
  }

  private Verdict overPercent(long asked, long size) {
    String what = terms.callsOnly() ? "call" : "plan";
    return over(
        shown
            + " allows "
            + terms.allowedOf(size)
            + " per "
            + what
            + " ("
            + terms.shownPercent()
            + " % of "
            + size
            + " is "
            + terms.allowedOf(size)
            + "), "
            + asked
            + " asked. Split the "
            + what
            + " or raise the limit.");
  }

  private Verdict overCall(long asked) {
    return over(
        shown
            + " allows "
            + terms.perCall
            + " per call, "
            + asked
            + " asked. Split the call or raise the limit.");
  }

  private Verdict belowFloor(long asked, long size) {
    return over(
        shown
            + " keeps at least "
            + terms.floor
            + ", but "
            + asked
            + " of "
            + size
            + " asked would leave "
            + (size - asked)
            + ". Ask for less or lower the floor.");
  }

  private Verdict over(String sentence) {
    return Verdict.halt(Reason.of(name, BlastRadiusLimit.OVER_LIMIT, sentence));
  }

  Verdict unlabelled(Target target) {
    return Verdict.refuse(
        Reason.of(
            name,
            "label-missing",
            shown
                + " counts by label '"
                + terms.dimension
                + "', which this "
                + target.kind()
                + " does not have. Label it, or count by something it has."));
  }

  /** One wire for each sort of limit there is. */
  List<Tripwire> tripwires() {
    List<Tripwire> wires = new ArrayList<>();
    long tooMany = terms.perPlan + 1;
    if (terms.callsOnly()) {
      wires.add(new Tripwire("a plan halts", () -> halts(plans())));
    } else if (terms.dimension == null) {
      wires.add(
          new Tripwire(
              "one more than the plan limit halts",
              () -> says(whole(tooMany, null), overPlan(tooMany, null))));
    } else {
      wires.add(
          new Tripwire(
              "one more than the limit per value halts",
              () -> says(ofValue("tripwire", tooMany, BAIT), overPlan(tooMany, "tripwire"))));
    }
    if (terms.dimension != null) {
      wires.add(
          new Tripwire(
              "a target without the label is refused",
              () -> says(ofValue(null, 0, BAIT), unlabelled(BAIT))));
    }
    if (terms.percent != null) {
      wires.add(new Tripwire("one more than the percent halts", this::percentTrips));
      wires.add(
          new Tripwire(
              "an empty population halts", () -> halts(whole(1, population(Population.of(0))))));
    }
    if (terms.floor != Terms.NONE) {
      long size = terms.floor + 1;
      wires.add(
          new Tripwire(
              "one less than the floor halts",
              () -> says(whole(2, Population.of(size)), belowFloor(2, size))));
    }
    if (terms.perCall != Terms.NONE) {
      wires.add(
          new Tripwire(
              "one more than the call limit halts",
              () -> says(perCall(terms.perCall + 1), overCall(terms.perCall + 1))));
    }
    return wires;
  }

  private boolean percentTrips() {
    long asked = terms.allowedOf(1000) + 1;
    return asked <= 1000 && says(whole(asked, Population.of(1000)), overPercent(asked, 1000));
  }

  private static boolean says(Verdict verdict, Verdict expected) {
    return verdict.level().compareTo(expected.level()) >= 0
        && verdict.reasons().containsAll(expected.reasons());
  }

  private static boolean halts(Verdict verdict) {
    return verdict.level() == Verdict.Level.HALT;
  }
}
