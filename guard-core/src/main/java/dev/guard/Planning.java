package dev.guard;

import dev.guard.audit.AuditRecord.Phase;
import dev.guard.plan.Candidate;
import dev.guard.plan.Plan;
import dev.guard.plan.PlanItem;
import dev.guard.plan.Selection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Judges every candidate of a selection and never acts. */
final class Planning {
  private final Settings settings;
  private final Panel panel;
  private final Scribe scribe;

  Planning(Settings settings, Panel panel, Scribe scribe) {
    this.settings = settings;
    this.panel = panel;
    this.scribe = scribe;
  }

  Plan plan(Selection selection) {
    Verdict whole = counted(selection.population().orElse(null), selection.candidates().size());
    whole = whole.and(panel.prove()).and(panel.refresh());
    List<PlanItem> items = new ArrayList<>(selection.candidates().size());
    List<Intent> going = new ArrayList<>();
    List<Target> inUse = new ArrayList<>();
    Population population = selection.population().orElse(null);
    for (Candidate candidate : selection.candidates()) {
      String because = candidate.because().isEmpty() ? selection.because() : candidate.because();
      Intent intent = intent(selection.action(), candidate.target(), because, population);
      Verdict verdict = panel.review(intent);
      if (verdict.level() == Verdict.Level.HALT) {
        whole = whole.and(verdict);
      }
      if (Panel.inUse(verdict)) {
        inUse.add(candidate.target());
      }
      if (verdict.wouldGo()) {
        going.add(intent);
      }
      items.add(
          new PlanItem(candidate.target(), verdict, candidate.mark(), because, candidate.after()));
    }
    whole = whole.and(panel.foundInUse(selection.action(), inUse));
    whole = whole.and(panel.reviewAll(new Batch(null, selection.action(), going, population)));
    Plan plan = Plan.of(header(selection, going), items, whole);
    Scribe.Place place = new Scribe.Place(settings.runIds().get(), "plan", plan.digest());
    scribe.note(
        place,
        Phase.DECISION,
        "",
        "plan",
        selection.because() + " (" + going.size() + " of " + items.size() + " would go)",
        whole.reasons(),
        whole.level().name());
    return plan;
  }

  /**
   * Empty, half counted, or smaller than what was selected from it is not small: whoever counted
   * was blind, whatever the limits are.
   */
  static Verdict counted(@Nullable Population population, int selected) {
    if (population == null) {
      return Verdict.allow();
    }
    if (population.complete() && population.size() > 0) {
      return selected <= population.size() ? Verdict.allow() : miscounted(population, selected);
    }
    return Verdict.halt(
        Reason.of(
            "engine",
            Reason.EVIDENCE_INCOMPLETE,
            "The population is incomplete, so nothing may go: "
                + population.gap().orElse("it is empty, and empty is not safe")
                + ". Count again, completely."));
  }

  private static Verdict miscounted(Population population, int selected) {
    return Verdict.halt(
        Reason.of(
            "engine",
            Reason.EVIDENCE_INCOMPLETE,
            selected
                + " targets were selected out of a population of "
                + population.size()
                + ", which cannot be. Count again, completely."));
  }

  private Plan.Header header(Selection selection, List<Intent> going) {
    Instant now = settings.time().now();
    return new Plan.Header(
        settings.name(),
        selection.action(),
        selection.because(),
        settings.actor(),
        now,
        now.plus(settings.planLife()),
        settings.protection(),
        selection.population().orElse(null),
        selection.unread(),
        selection.facts(going.stream().flatMap(intent -> intent.targets().stream()).toList()));
  }

  static Intent intent(
      String action, Target target, String because, @Nullable Population population) {
    Intent intent = Intent.of(action, target).because(because);
    return population == null ? intent : intent.outOf(population);
  }
}
