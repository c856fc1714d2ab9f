package dev.guard;

import dev.guard.audit.AuditRecord.Phase;
import dev.guard.plan.Announcement;
import dev.guard.plan.Plan;
import dev.guard.plan.PlanItem;
import dev.guard.soak.Soak;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** Tells people what a plan would do, and starts the wait of what they were provably told. */
final class Announcing {
  private static final int PER_RECORD = 200;

  private final Settings settings;
  private final Panel panel;
  private final Scribe scribe;
  private final Soak soak;
  private final Plan plan;
  private final String run;

  Announcing(Settings settings, Panel panel, Scribe scribe, Soak soak, Plan plan) {
    this.settings = settings;
    this.panel = panel;
    this.scribe = scribe;
    this.soak = soak;
    this.plan = plan;
    this.run = settings.runIds().get();
  }

  Announcement announce(Function<List<PlanItem>, Set<Target>> teller) {
    Verdict whole = Planning.counted(plan.header().population(), plan.items().size());
    for (Reason reason : plan.verdict().reasons()) {
      if (reason.code().equals(Reason.EVIDENCE_INCOMPLETE)) {
        whole = whole.and(Verdict.halt(reason));
      }
    }
    whole = whole.and(panel.prove()).and(panel.refresh());
    List<PlanItem> asked = new ArrayList<>();
    List<Target> inUse = new ArrayList<>();
    for (PlanItem item : plan.items()) {
      Verdict said = item.wouldGo() ? panel.review(intent(List.of(item.target()))) : item.verdict();
      if (said.level() == Verdict.Level.HALT) {
        whole = whole.and(said);
      }
      if (said.wouldGo()) {
        asked.add(item);
      } else if (Panel.inUse(said)) {
        inUse.add(item.target());
      }
    }
    whole = whole.and(panel.foundInUse(plan.header().action(), inUse));
    if (settings.dryRun()) {
      whole =
          whole.and(
              Verdict.simulate(
                  Reason.pending(
                      "engine",
                      Reason.DRY_RUN,
                      "This is a dry run: nobody is told, and no wait begins.")));
    }
    note("announce", asked.size() + " of " + plan.items().size() + " would go", whole);
    if (!whole.allowed() || asked.isEmpty()) {
      return new Announcement(plan.digest(), asked, Set.of(), whole);
    }
    Set<Target> proven = proven(asked, teller.apply(List.copyOf(asked)));
    record(proven);
    soak.announced(plan.header().action(), proven);
    return new Announcement(plan.digest(), asked, proven, whole);
  }

  /** Whatever a teller claims, only what was asked of it can be proven. */
  private static Set<Target> proven(List<PlanItem> asked, Set<Target> told) {
    Set<Target> proven = new HashSet<>();
    for (PlanItem item : asked) {
      if (told.contains(item.target())) {
        proven.add(item.target());
      }
    }
    return proven;
  }

  /** Durable before any wait begins. */
  private void record(Set<Target> proven) {
    List<Target> all = new ArrayList<>(proven);
    for (int from = 0; from < all.size(); from += PER_RECORD) {
      List<Target> some = all.subList(from, Math.min(all.size(), from + PER_RECORD));
      scribe.write(
          new Scribe.Place(run, "announce-" + (from / PER_RECORD + 1), plan.digest()),
          Phase.DECISION,
          intent(some),
          List.of(),
          "ANNOUNCED",
          null,
          null);
    }
    note("announced", proven.size() + " proven", Verdict.allow());
  }

  private Intent intent(List<Target> targets) {
    Intent intent = Intent.of(plan.header().action(), targets).because(plan.header().because());
    Population population = plan.header().population();
    return population == null ? intent : intent.outOf(population);
  }

  private void note(String action, String because, Verdict verdict) {
    scribe.note(
        new Scribe.Place(run, "announce", plan.digest()),
        Phase.DECISION,
        "",
        action,
        because,
        verdict.reasons(),
        verdict.level().name());
  }
}
