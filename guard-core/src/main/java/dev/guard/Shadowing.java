package dev.guard;

import dev.guard.audit.AuditRecord.Phase;
import dev.guard.plan.Plan;
import dev.guard.plan.Report;
import dev.guard.plan.Report.Fate;
import dev.guard.soak.Shadow;
import dev.guard.soak.Shadow.FalsePositive;
import dev.guard.soak.Soak;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Tells the shadow of a guard what a run came to, and the record what the shadow says of it. */
final class Shadowing {
  private static final Set<String> NOT_CLEAN = Set.of("rehearsal-failed", Reason.IN_DOUBT);
  private static final String UNREAD = "-unreadable";

  private final Settings settings;
  private final Scribe scribe;
  private final Shadow shadow;
  private final Plan plan;
  private final Scribe.Place place;

  Shadowing(Settings settings, Scribe scribe, Shadow shadow, Plan plan, String run) {
    this.settings = settings;
    this.scribe = scribe;
    this.shadow = shadow;
    this.plan = plan;
    this.place = new Scribe.Place(run, "shadow", plan.digest());
  }

  /** The open false positives by target, after they are on the record. */
  Map<Target, Reason> ended(Report report) {
    List<Target> gone = new ArrayList<>();
    Map<Target, String> against = new HashMap<>();
    boolean clean = report.halted().isEmpty();
    for (Report.Entry entry : report.entries()) {
      if (wouldHaveGone(entry)) {
        gone.add(entry.target());
      }
      for (Reason reason : entry.reasons()) {
        clean &= !NOT_CLEAN.contains(reason.code()) && !reason.code().endsWith(UNREAD);
        if (reason.code().equals(Reason.IN_USE)) {
          against.put(entry.target(), "is in use");
        } else if (reason.code().equals(Soak.OBJECTED)) {
          against.putIfAbsent(entry.target(), "is objected to");
        }
      }
    }
    Shadow.Ended ended = shadow.ran(plan.header().action(), plan.digest(), gone, against, clean);
    Map<Target, Reason> open = new HashMap<>();
    for (FalsePositive one : ended.status().falsePositives()) {
      open.put(one.target(), reason(one));
    }
    note(
        "shadow",
        ended.status() + (ended.counted() ? "" : "; this run is not counted"),
        List.copyOf(open.values()));
    for (FalsePositive one : ended.found()) {
      Listeners.quietly(
          settings.listener(), l -> l.falsePositive(settings.name(), one.target(), one.what()));
    }
    if (ended.ripe()) {
      note("shadow.graduated", ended.status() + "; the next guard that is built acts", List.of());
      shadow.graduate();
    }
    return open;
  }

  /** Also what only time, a stage or an approval would have held: those lift by themselves. */
  private static boolean wouldHaveGone(Report.Entry entry) {
    return (entry.outcome() == Fate.SIMULATED || entry.outcome() == Fate.REFUSED)
        && entry.reasons().stream()
            .allMatch(reason -> reason.pending() && !reason.code().equals(Soak.OBJECTED));
  }

  private static Reason reason(FalsePositive one) {
    return Reason.of(
        "shadow",
        Shadow.FALSE_POSITIVE,
        one.target()
            + " would have gone, and "
            + one.what()
            + " (found at "
            + one.at()
            + "). Find out why it was chosen, then dismiss it.");
  }

  private void note(String action, String because, List<Reason> reasons) {
    scribe.note(place, Phase.DECISION, "", action, because, reasons, Verdict.Level.SIMULATE.name());
  }
}
