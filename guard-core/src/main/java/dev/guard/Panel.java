package dev.guard;

import dev.guard.time.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All safeguards of one guard, asked as one. Whatever goes wrong in a safeguard halts, naming it:
 * undecided is not allowed.
 */
final class Panel {
  private static final Logger LOG = LoggerFactory.getLogger(Panel.class);

  private final Safeguard[] safeguards;
  private final boolean[] timed;
  private final Time time;
  private final long deadlineNanos;

  /**
   * A panel.
   *
   * @param quick those that only compute, which cannot be late: reading the clock would cost more
   *     than they do
   */
  Panel(List<Safeguard> safeguards, Predicate<Safeguard> quick, Time time, Duration deadline) {
    this.safeguards = safeguards.toArray(new Safeguard[0]);
    Arrays.sort(this.safeguards, Comparator.comparing(Safeguard::name));
    this.timed = new boolean[this.safeguards.length];
    for (int i = 0; i < timed.length; i++) {
      timed[i] = !quick.test(this.safeguards[i]);
    }
    this.time = time;
    this.deadlineNanos = deadline.toNanos();
  }

  /** The same panel, with one safeguard in the place of that of its name. */
  Panel with(Safeguard instead) {
    List<Safeguard> all = new ArrayList<>();
    for (Safeguard safeguard : safeguards) {
      all.add(safeguard.name().equals(instead.name()) ? instead : safeguard);
    }
    return new Panel(all, GuardBuilder::onlyComputes, time, Duration.ofNanos(deadlineNanos));
  }

  /** Asks everybody, even after a veto, so that all reasons are collected. */
  Verdict review(Intent intent) {
    Verdict all = Verdict.allow();
    long asked = time.nanos();
    for (int i = 0; i < safeguards.length; i++) {
      Verdict said = reviewBy(safeguards[i], intent);
      if (timed[i]) {
        long answered = time.nanos(); // also the next one's beginning: half the clock readings
        said = inTime(safeguards[i], said, answered - asked);
        asked = answered;
      }
      all = all.and(said);
    }
    return all;
  }

  private static Verdict reviewBy(Safeguard safeguard, Intent intent) {
    try {
      Verdict verdict = safeguard.review(intent);
      return Faults.isNull(verdict) ? undecided(safeguard, "answered nothing", null) : verdict;
    } catch (Throwable fault) { // whatever it is, an undecided safeguard halts
      return undecided(safeguard, "threw " + Faults.describe(fault), fault);
    }
  }

  private Verdict inTime(Safeguard safeguard, Verdict verdict, long took) {
    if (took <= deadlineNanos) {
      return verdict;
    }
    String late =
        "answered after "
            + Duration.ofNanos(took)
            + ", and its deadline is "
            + Duration.ofNanos(deadlineNanos);
    return verdict.and(undecided(safeguard, late, null));
  }

  /** One more question to one of them, held to its deadline. */
  Verdict look(Safeguard safeguard, Intent intent) {
    long asked = time.nanos();
    Verdict said = reviewBy(safeguard, intent);
    return inTime(safeguard, said, time.nanos() - asked);
  }

  /** What everybody says of a whole plan: ALLOW, HALT, or SIMULATE in a dry run. */
  Verdict reviewAll(Batch batch) {
    Verdict all = Verdict.allow();
    for (Safeguard safeguard : safeguards) {
      long asked = time.nanos();
      Verdict said = ask(safeguard, () -> safeguard.reviewAll(batch));
      all = all.and(inTime(safeguard, whole(said), time.nanos() - asked));
    }
    return all;
  }

  Verdict refresh() {
    Verdict all = Verdict.allow();
    for (Safeguard safeguard : safeguards) {
      all = all.and(whole(ask(safeguard, safeguard::refresh)));
    }
    return all;
  }

  /** What is said of a run as a whole lets it go on or ends it: there is no one item to refuse. */
  private static Verdict whole(Verdict said) {
    return said.level() == Verdict.Level.REFUSE
        ? new Verdict(Verdict.Level.HALT, said.reasons())
        : said;
  }

  /** Tells everybody what was found in use; who cannot keep it halts. */
  Verdict foundInUse(String action, Collection<Target> targets) {
    Verdict all = Verdict.allow();
    if (targets.isEmpty()) {
      return all;
    }
    for (Safeguard safeguard : safeguards) {
      all =
          all.and(
              ask(
                  safeguard,
                  () -> {
                    safeguard.foundInUse(action, targets);
                    return Verdict.allow();
                  }));
    }
    return all;
  }

  static boolean inUse(Verdict verdict) {
    return verdict.reasons().stream().anyMatch(reason -> reason.code().equals(Reason.IN_USE));
  }

  /** Lets every safeguard whose sources are stale read them anew. */
  Verdict freshen() {
    Verdict all = Verdict.allow();
    for (Safeguard safeguard : safeguards) {
      boolean stale;
      try {
        stale = safeguard.stale();
      } catch (Throwable fault) {
        all = all.and(undecided(safeguard, "threw " + Faults.describe(fault), fault));
        continue;
      }
      if (stale) {
        all = all.and(whole(ask(safeguard, safeguard::refresh)));
      }
    }
    return all;
  }

  /** Every tripwire of every safeguard must trip. */
  Verdict prove() {
    Verdict all = Verdict.allow();
    for (Safeguard safeguard : safeguards) {
      List<Tripwire> wires;
      try {
        wires = safeguard.tripwires();
      } catch (Throwable fault) {
        all = all.and(undecided(safeguard, "threw " + Faults.describe(fault), fault));
        continue;
      }
      for (Tripwire wire : wires) {
        all = all.and(prove(safeguard, wire));
      }
    }
    return all;
  }

  private static Verdict prove(Safeguard safeguard, Tripwire wire) {
    String fault;
    try {
      if (wire.check().getAsBoolean()) {
        return Verdict.allow();
      }
      fault = "did not veto what it must veto";
    } catch (Throwable thrown) {
      LOG.warn("Tripwire '{}' of safeguard '{}' threw.", wire.name(), safeguard.name(), thrown);
      fault = "threw " + Faults.describe(thrown);
    }
    return Verdict.halt(
        Reason.of(
            safeguard.name(),
            "not-alive",
            "Safeguard '"
                + safeguard.name()
                + "' is not alive: its tripwire '"
                + wire.name()
                + "' "
                + fault
                + ". Mend the safeguard; nothing runs without it."));
  }

  /** Reserves with everybody in a fixed order; one denial settles the others NOT_RUN. */
  Reserved reserve(Intent intent) {
    List<Reserved.Part> held = new ArrayList<>(safeguards.length);
    long asked = time.nanos();
    for (Safeguard safeguard : safeguards) {
      Reservation reservation;
      try {
        reservation = safeguard.reserve(intent);
      } catch (Throwable fault) {
        return Reserved.denied(
            held, undecided(safeguard, "threw " + Faults.describe(fault), fault));
      }
      if (Faults.isNull(reservation)) {
        return Reserved.denied(held, undecided(safeguard, "answered nothing", null));
      }
      if (reservation instanceof Reservation.Denied) {
        return Reserved.denied(held, ((Reservation.Denied) reservation).verdict());
      }
      if (reservation != Reservation.none()) {
        held.add(new Reserved.Part(safeguard.name(), (Reservation.Held) reservation));
        long answered = time.nanos();
        Verdict late = inTime(safeguard, Verdict.allow(), answered - asked);
        if (!late.allowed()) {
          return Reserved.denied(held, late);
        }
        asked = answered;
      }
    }
    return Reserved.held(held);
  }

  /** Tells everybody that the run is over. */
  void ended() {
    for (Safeguard safeguard : safeguards) {
      try {
        safeguard.ended();
      } catch (Throwable fault) { // the run is over, and its report must not be lost for this
        LOG.warn("Safeguard '{}' could not end.", safeguard.name(), fault);
      }
    }
  }

  private static Verdict ask(Safeguard safeguard, Supplier<Verdict> question) {
    try {
      Verdict verdict = question.get();
      return Faults.isNull(verdict) ? undecided(safeguard, "answered nothing", null) : verdict;
    } catch (Throwable fault) {
      return undecided(safeguard, "threw " + Faults.describe(fault), fault);
    }
  }

  static Verdict undecided(Safeguard safeguard, String what, @Nullable Throwable fault) {
    String sentence =
        "Safeguard '"
            + safeguard.name()
            + "' "
            + what
            + ". Undecided is not allowed; mend it and run again.";
    LOG.warn("{}", sentence, fault);
    return Verdict.halt(Reason.of(safeguard.name(), Reason.UNDECIDED, sentence));
  }
}
