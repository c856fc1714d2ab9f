package dev.guard;

import dev.guard.GuardListener.Step;
import dev.guard.audit.AuditRecord.Phase;
import dev.guard.blastradius.BlastRadiusLimit;
import dev.guard.pace.Pace;
import dev.guard.plan.Approvals;
import dev.guard.plan.PermittedItem;
import dev.guard.plan.Plan;
import dev.guard.plan.PlanEffect;
import dev.guard.plan.PlanItem;
import dev.guard.plan.Report;
import dev.guard.plan.Report.Fate;
import dev.guard.rollout.PlanRollout;
import dev.guard.rollout.RolloutStatus;
import dev.guard.soak.Shadow;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * One {@code apply}: the whole plan is judged before its first act, then one item after the other
 * is read anew, judged again, and acted on. It only ever shrinks the plan. Once halted it never
 * acts again.
 */
final class PlanRun {
  private static final Duration SLICE = Duration.ofSeconds(1);

  private final Settings settings;
  private final Panel panel;
  private final Scribe scribe;
  private final Recovery recovery;
  private final Safeguard lastLook;
  private final @Nullable PlanRollout rollout;
  private final Plan plan;
  private final PlanEffect effect;
  private final String run;
  private final Map<Target, Integer> numbers = new HashMap<>();
  private final Map<Target, Report.Entry> entries = new ConcurrentHashMap<>();
  private Set<Target> doneBefore = Set.of();
  private Set<Target> inDoubt = Set.of();
  private Map<Target, Verdict> refusedAtFirst = Map.of();
  private Map<Target, Reason> falsePositives = Map.of();
  private volatile @Nullable Verdict halt;
  private volatile @Nullable Error error;

  PlanRun(
      Settings settings,
      Panel panel,
      Scribe scribe,
      Recovery recovery,
      Safeguard lastLook,
      Plan plan,
      PlanEffect effect) {
    this.settings = settings;
    this.plan = plan;
    this.rollout = settings.rollout() == null ? null : settings.rollout().of(plan);
    this.panel = bound(panel);
    this.scribe = scribe;
    this.recovery = recovery;
    this.lastLook = rollout == null ? lastLook : new RolloutLook(lastLook, rollout);
    this.effect = effect;
    this.run = settings.runIds().get();
    for (PlanItem item : plan.items()) {
      numbers.put(item.target(), numbers.size() + 1);
    }
  }

  /** What judges single calls one way and the items of a plan another. */
  private Panel bound(Panel all) {
    Panel of = all;
    if (settings.approvals() != null) {
      of = of.with(settings.approvals().of(plan, this::kept));
    }
    for (Safeguard safeguard : settings.safeguards()) {
      if (safeguard instanceof BlastRadiusLimit limit) {
        of = of.with(limit.of(plan.header().action(), plan.digest()));
      }
    }
    return rollout == null ? of : of.with(rollout);
  }

  Report run() {
    note("run.begin", "apply of plan " + plan.digest(), Verdict.allow());
    recovery.settleAll();
    reached(Step.RECOVERED);
    doneBefore = scribe.done(plan.digest());
    inDoubt = scribe.inDoubt();
    if (anythingLeft()) {
      halt(begun());
      reached(Step.JUDGED);
      if (halt == null) {
        for (List<PlanItem> level : levels()) {
          work(level);
        }
      }
    }
    panel.ended();
    complete();
    shadow();
    finish(report());
    reached(Step.ENDED);
    Error thrown = error;
    if (thrown != null) {
      throw thrown;
    }
    return report();
  }

  private void reached(Step step) {
    Listeners.reached(settings.listener(), settings.name(), step);
  }

  /** A plan that is done needs nobody's leave to do nothing. */
  private boolean anythingLeft() {
    return plan.items().stream()
        .anyMatch(item -> item.wouldGo() && !doneBefore.contains(item.target()));
  }

  /** What breaks before the first act ends the run, on the record, as what breaks later does. */
  private Verdict begun() {
    try {
      return begin();
    } catch (AuditException fault) {
      throw fault;
    } catch (Throwable fault) {
      keep(fault);
      return broken(fault);
    }
  }

  /** Everything that must be said of the run as a whole before its first act. */
  private Verdict begin() {
    Verdict verdict = Verdict.allow();
    for (Reason reason : plan.verdict().reasons()) {
      if (reason.code().equals(Reason.EVIDENCE_INCOMPLETE)) {
        verdict = verdict.and(Verdict.halt(reason));
      }
    }
    verdict = verdict.and(Planning.counted(plan.header().population(), plan.items().size()));
    verdict = verdict.and(panel.prove()).and(panel.refresh());
    if (verdict.allowed()) {
      verdict = verdict.and(advance());
    }
    List<Intent> going = new ArrayList<>();
    Map<Target, Verdict> refused = new HashMap<>();
    List<Target> inUse = new ArrayList<>();
    for (PlanItem item : plan.items()) {
      if (open(item)) {
        Intent intent = intent(item);
        Verdict said = panel.review(intent);
        if (said.level() == Verdict.Level.HALT) {
          verdict = verdict.and(said);
        }
        if (said.wouldGo()) {
          going.add(intent);
        } else {
          refused.put(item.target(), said);
        }
        if (Panel.inUse(said)) {
          inUse.add(item.target());
        }
      }
    }
    refusedAtFirst = Map.copyOf(refused);
    verdict = verdict.and(panel.foundInUse(plan.header().action(), inUse));
    verdict =
        verdict.and(
            panel.reviewAll(
                new Batch(
                    plan.digest(),
                    plan.header().action(),
                    going,
                    plan.header().population(),
                    before(),
                    overLimitApproved())));
    if (settings.dryRun() || verdict.level() == Verdict.Level.HALT) {
      return verdict;
    }
    return verdict.allowed() ? probe() : new Verdict(Verdict.Level.HALT, verdict.reasons());
  }

  /**
   * What this plan has used up of its limit in earlier runs. A target that failed and still
   * qualifies goes once more, and counts once.
   */
  private List<Intent> before() {
    Set<Target> spent = refusedAtFirst.isEmpty() ? Set.of() : scribe.spent(plan.digest());
    List<Intent> before = new ArrayList<>();
    for (PlanItem item : plan.items()) {
      boolean counted =
          open(item)
              ? refusedAtFirst.containsKey(item.target()) && spent.contains(item.target())
              : item.wouldGo();
      if (counted) {
        before.add(intent(item));
      }
    }
    return before;
  }

  /** Whether people who saw that this very plan is over its limit let it go nevertheless. */
  private boolean overLimitApproved() {
    Approvals approvals = settings.approvals();
    return approvals != null && approvals.overLimit(plan, this::kept);
  }

  /** Whether the plan is being rolled out, and so outlives its expiry. */
  private boolean kept() {
    return rollout != null && rollout.keeps();
  }

  /** Time and gates open the next stage before anything is judged, and never in a rehearsal. */
  private Verdict advance() {
    if (rollout == null || settings.dryRun()) {
      return Verdict.allow();
    }
    try {
      rollout.advance().ifPresent(this::moved);
      return Verdict.allow();
    } catch (StateException fault) {
      return refusal(
          "rollout-failed",
          "The rollout could not be moved ("
              + Faults.describe(fault)
              + "), so nothing was done. Look into the state store.");
    }
  }

  /** Whether the open stage is complete; what cannot be kept is judged again by the next run. */
  private void complete() {
    if (rollout == null || settings.dryRun()) {
      return;
    }
    try {
      rollout.settled(report()).ifPresent(this::moved);
    } catch (AuditException fault) {
      halt(journalFailed(fault));
    } catch (RuntimeException fault) {
      halt(
          refusal(
              "rollout-failed",
              "Whether the stage is complete could not be judged or kept ("
                  + Faults.describe(fault)
                  + "); the next run judges again."));
    }
  }

  /** What a run in shadow came to; what cannot be kept is not counted. */
  private void shadow() {
    Shadow shadow = settings.shadow();
    if (shadow == null || !shadow.counts()) {
      return;
    }
    try {
      falsePositives = new Shadowing(settings, scribe, shadow, plan, run).ended(report());
    } catch (AuditException fault) {
      halt(journalFailed(fault));
    } catch (RuntimeException fault) {
      halt(
          refusal(
              "shadow-failed",
              "What this run in shadow came to could not be kept ("
                  + Faults.describe(fault)
                  + "), so it is not counted."));
    }
  }

  private void moved(RolloutStatus status) {
    note("rollout", status + ", since " + status.who() + ": " + status.why(), Verdict.allow());
  }

  private Verdict probe() {
    try {
      Verdict verdict = effect.probe(plan);
      if (Faults.isNull(verdict)) {
        return refusal("probe-failed", "The effect's probe answered nothing.");
      }
      return verdict.allowed() ? verdict : new Verdict(Verdict.Level.HALT, verdict.reasons());
    } catch (Exception fault) {
      keepInterrupt(fault);
      return refusal(
          "probe-failed",
          "Whether the effect can work at all could not be told ("
              + Faults.describe(fault)
              + "), so nothing was done.");
    }
  }

  private static Verdict refusal(String code, String sentence) {
    return Verdict.halt(Reason.of("engine", code, sentence));
  }

  private boolean open(PlanItem item) {
    return item.wouldGo()
        && !doneBefore.contains(item.target())
        && !inDoubt.contains(item.target());
  }

  /** Items in the plan's order, cut so that no item shares a level with one it is ordered after. */
  private List<List<PlanItem>> levels() {
    List<List<PlanItem>> levels = new ArrayList<>();
    Map<Target, Integer> levelOf = new HashMap<>();
    int last = -1;
    for (PlanItem item : plan.items()) {
      int level = 0;
      for (Target parent : item.after()) {
        level = Math.max(level, levelOf.getOrDefault(parent, -1) + 1);
      }
      level = Math.max(level, last);
      last = level;
      levelOf.put(item.target(), level);
      while (levels.size() <= level) {
        levels.add(new ArrayList<>());
      }
      levels.get(level).add(item);
    }
    return levels;
  }

  private void work(List<PlanItem> level) {
    if (settings.parallelism() == 1 || level.size() == 1) {
      level.forEach(this::attempt);
    } else {
      Crew.work(level, settings.parallelism(), settings.executor(), this::attempt);
    }
  }

  /** Never throws: what goes wrong ends the run, and what was done before stays said. */
  private void attempt(PlanItem item) {
    if (halt != null) {
      return;
    }
    if (Thread.currentThread().isInterrupted()) {
      halt(interrupted());
      return;
    }
    try {
      Report.Entry entry = judge(item);
      if (entry != null) {
        entries.put(item.target(), entry);
      }
    } catch (AuditException fault) {
      halt(journalFailed(fault));
      entries.putIfAbsent(item.target(), unattempted(item));
    } catch (Throwable fault) {
      halt(broken(fault));
      entries.putIfAbsent(item.target(), unattempted(item));
      keep(fault);
    }
  }

  /** The first error is thrown when the run is over and recorded. */
  private synchronized void keep(Throwable fault) {
    if (fault instanceof Error && error == null) {
      error = (Error) fault;
    }
  }

  private static Verdict broken(Throwable fault) {
    return refusal(
        "engine-failed",
        "The engine failed (" + Faults.describe(fault) + "), so the run ends here.");
  }

  /** An interrupt that the effect threw is the thread's again, and ends the run. */
  private void keepInterrupt(@Nullable Throwable fault) {
    if (fault instanceof InterruptedException) {
      Thread.currentThread().interrupt();
      halt(interrupted());
    }
  }

  private static Verdict interrupted() {
    return refusal(
        "interrupted", "The run was interrupted; acts in flight finish, no new one starts.");
  }

  private static Verdict journalFailed(AuditException fault) {
    return refusal(
        "journal-failed",
        "The journal failed ("
            + Faults.describe(fault)
            + "). Nothing runs without it; mend it and run again.");
  }

  /** What keeps it for good; that it would have waited besides says nothing of this run. */
  private static Report.Entry kept(PlanItem item) {
    return new Report.Entry(
        item.target(),
        Fate.REFUSED,
        item.verdict().reasons().stream().filter(reason -> !reason.pending()).toList());
  }

  private Report.@Nullable Entry judge(PlanItem item) {
    Target target = item.target();
    if (!item.wouldGo()) {
      return kept(item);
    }
    if (doneBefore.contains(target)) {
      return skipped(item, "already-done", "It was done by an earlier run of this plan.");
    }
    if (inDoubt.contains(target)) {
      return decided(
          item,
          Fate.IN_DOUBT,
          Verdict.refuse(
              Reason.of(
                  "engine",
                  Reason.IN_DOUBT,
                  "An earlier act on it has no known outcome. Ask the target's system before acting again.")));
    }
    for (Target parent : item.after()) {
      if (!settledBefore(parent)) {
        return skipped(
            item, "parent-not-done", "It goes only after " + parent + ", which is not done.");
      }
    }
    return decide(item);
  }

  private boolean settledBefore(Target parent) {
    if (doneBefore.contains(parent)) {
      return true;
    }
    Report.Entry entry = entries.get(parent);
    Fate needed = settings.dryRun() ? Fate.SIMULATED : Fate.DONE;
    return entry != null && entry.outcome() == needed;
  }

  /** Null if it still is what was planned. */
  private Report.@Nullable Entry readAnew(PlanItem item) {
    Fingerprint then = item.mark();
    if (then == null) {
      return null;
    }
    Optional<Fingerprint> now;
    try {
      now = effect.fingerprint(item);
    } catch (GuardConfigurationException fault) {
      throw fault;
    } catch (Exception fault) {
      keepInterrupt(fault);
      return decided(
          item,
          Fate.REFUSED,
          Verdict.refuse(
              Reason.of(
                  "engine",
                  "fingerprint-unreadable",
                  "Whether it is still what was planned could not be read ("
                      + Faults.describe(fault)
                      + ").")));
    }
    if (now.isEmpty()) {
      return skipped(item, "gone", "It is gone already.");
    }
    if (!now.get().equals(then)) {
      return skipped(
          item, "changed", "It changed since the plan: " + then.differenceTo(now.get()) + ".");
    }
    return null;
  }

  /** Waits for its turn, then reads everything anew, judges, and acts; null if the run ended. */
  private Report.@Nullable Entry decide(PlanItem item) {
    Intent intent = intent(item);
    while (halt == null) {
      Verdict ready = keepPace(intent).and(inTime()).and(panel.freshen());
      Report.Entry gone = ready.level() == Verdict.Level.HALT ? null : readAnew(item);
      if (gone != null) {
        return gone;
      }
      Verdict verdict =
          ready
              .and(panel.review(intent))
              .and(refusedAtFirst.getOrDefault(item.target(), Verdict.allow()));
      Listeners.quietly(settings.listener(), l -> l.judged(settings.name(), intent, verdict));
      Optional<Report.Entry> entry = follow(item, intent, verdict);
      if (entry.isPresent()) {
        return entry.get();
      }
    }
    return null;
  }

  /** Empty if a reservation was denied that time frees: everything is judged anew. */
  private Optional<Report.Entry> follow(PlanItem item, Intent intent, Verdict verdict) {
    switch (verdict.level()) {
      case HALT:
        halt(verdict);
        return Optional.of(decided(item, Fate.NOT_ATTEMPTED, verdict));
      case REFUSE:
        boolean used = Panel.inUse(verdict);
        if (used) {
          halt(panel.foundInUse(plan.header().action(), List.of(item.target())));
        }
        return Optional.of(decided(item, used ? Fate.SKIPPED : Fate.REFUSED, verdict));
      case SIMULATE:
        return Optional.of(rehearse(item, intent, verdict));
      default:
        return act(item, intent);
    }
  }

  /** A slow run may outlive the plan that people reviewed. */
  private Verdict inTime() {
    Instant expires = plan.header().expires();
    return settings.time().now().isBefore(expires) || kept()
        ? Verdict.allow()
        : refusal(
            "plan-expired",
            "The plan expired at " + expires + " while the run went on. Make a new plan.");
  }

  private Report.Entry rehearse(PlanItem item, Intent intent, Verdict verdict) {
    try {
      effect.rehearse(item, new RehearsalPermit(settings.name(), intent));
    } catch (Exception fault) {
      keepInterrupt(fault);
      return decided(
          item,
          Fate.REFUSED,
          verdict.and(
              Verdict.refuse(
                  Reason.of(
                      "effect",
                      "rehearsal-failed",
                      "The rehearsal failed: " + Faults.describe(fault)))));
    }
    return decided(item, Fate.SIMULATED, verdict);
  }

  private Optional<Report.Entry> act(PlanItem item, Intent intent) {
    if (halt != null) {
      return Optional.empty();
    }
    if (settings.dryRun() || !item.wouldGo()) {
      throw new IllegalStateException(
          "executed ⊆ planned was about to be broken for " + item.target());
    }
    Act<Void> act =
        new Act<>(
            panel,
            scribe,
            lastLook,
            settings.listener(),
            settings.name(),
            settings.time(),
            settings.permitLife().toNanos());
    Act.Result result;
    try {
      result = act.run(place(item), intent, bound(item));
    } catch (AuditException fault) {
      halt(journalFailed(fault));
      return Optional.of(
          entry(item, act.intended() ? Fate.IN_DOUBT : Fate.NOT_ATTEMPTED, halted()));
    }
    if (!act.intended()) {
      return denied(item, intent, result);
    }
    haltAfter(item, result);
    remember(act.thrown());
    return Optional.of(entry(item, result.fate(), result.verdict()));
  }

  /** What only waits for a place or a token comes again; anything else is refused. */
  private Optional<Report.Entry> denied(PlanItem item, Intent intent, Act.Result result) {
    Verdict denial = result.verdict();
    if (denial.level() == Verdict.Level.REFUSE && denial.wouldGo()) {
      Verdict rested = rest(intent, SLICE);
      if (rested.allowed()) {
        return Optional.empty();
      }
      denial = denial.and(rested);
    }
    halt(denial);
    boolean halted = denial.level() == Verdict.Level.HALT;
    return Optional.of(decided(item, halted ? Fate.NOT_ATTEMPTED : Fate.REFUSED, denial));
  }

  private void haltAfter(PlanItem item, Act.Result result) {
    if (result.verdict().level() == Verdict.Level.HALT) {
      halt(result.verdict());
    } else if (settings.stopAtFailure()
        && (result.fate() == Fate.FAILED || result.fate() == Fate.IN_DOUBT)) {
      halt(
          refusal(
              "stopped-at-failure",
              "The run ended at its first failure, "
                  + item.target()
                  + ". Mend the cause and apply again."));
    }
  }

  /** What an effect throws beyond failing ends the run, whatever was said of failures. */
  private void remember(@Nullable Throwable thrown) {
    keepInterrupt(thrown);
    if (thrown instanceof Error) {
      keep(thrown);
      halt(
          refusal(
              "effect-error",
              "The effect threw " + Faults.describe(thrown) + ", so the run ends here."));
    }
  }

  private Effect<Void, Exception> bound(PlanItem item) {
    return new Effect<>() {
      @Override
      public @Nullable Void act(Permit permit) throws Exception {
        effect.act(new PermittedItem(item, permit));
        return null;
      }

      @Override
      public Optional<String> prepare(Permit permit) throws Exception {
        return effect.prepare(new PermittedItem(item, permit));
      }
    };
  }

  /** Waits until the pace allows the next act. */
  private Verdict keepPace(Intent intent) {
    Pace pace = settings.pace();
    if (pace == null || settings.dryRun()) {
      return Verdict.allow();
    }
    Verdict rested = Verdict.allow();
    for (Duration wait = pace.nextIn();
        rested.allowed() && halt == null && wait.compareTo(Duration.ZERO) > 0;
        wait = pace.nextIn()) {
      rested = rest(intent, wait);
    }
    return rested;
  }

  /** Waits a second at most, and not at all if the switch says no. */
  private Verdict rest(Intent intent, Duration wait) {
    Verdict look = panel.look(lastLook, intent);
    if (!look.allowed()) {
      return look;
    }
    try {
      settings.time().sleep(wait.compareTo(SLICE) < 0 ? wait : SLICE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return interrupted();
    }
    return Verdict.allow();
  }

  private Intent intent(PlanItem item) {
    return Planning.intent(
        plan.header().action(), item.target(), item.because(), plan.header().population());
  }

  private Scribe.Place place(PlanItem item) {
    return new Scribe.Place(
        run, Integer.toString(numbers.getOrDefault(item.target(), 0)), plan.digest());
  }

  private Report.Entry skipped(PlanItem item, String code, String sentence) {
    return decided(item, Fate.SKIPPED, Verdict.refuse(Reason.of("engine", code, sentence)));
  }

  /** An entry without an act, which the journal has as a decision. */
  private Report.Entry decided(PlanItem item, Fate fate, Verdict verdict) {
    scribe.write(
        place(item), Phase.DECISION, intent(item), verdict.reasons(), fate.name(), null, null);
    return entry(item, fate, verdict);
  }

  private static Report.Entry entry(PlanItem item, Fate fate, Verdict verdict) {
    return new Report.Entry(item.target(), fate, verdict.reasons());
  }

  private synchronized void halt(Verdict verdict) {
    if (verdict.level() == Verdict.Level.HALT) {
      halt = halt == null ? verdict : halt.and(verdict);
    }
  }

  private Verdict halted() {
    Verdict now = halt;
    return now == null ? Verdict.allow() : now;
  }

  private Report report() {
    List<Report.Entry> all = new ArrayList<>(plan.items().size());
    for (PlanItem item : plan.items()) {
      Report.Entry entry = entries.get(item.target());
      all.add(shadowed(entry != null ? entry : unattempted(item)));
    }
    return new Report(run, plan.digest(), !settings.dryRun(), all, halt);
  }

  private Report.Entry shadowed(Report.Entry entry) {
    Reason found = falsePositives.get(entry.target());
    if (found == null) {
      return entry;
    }
    List<Reason> reasons = new ArrayList<>(entry.reasons());
    reasons.add(found);
    return new Report.Entry(entry.target(), entry.outcome(), reasons);
  }

  /**
   * What the run did not come to; what the plan keeps or the journal knows is said nevertheless.
   */
  private Report.Entry unattempted(PlanItem item) {
    if (!item.wouldGo()) {
      return kept(item);
    }
    if (doneBefore.contains(item.target())) {
      return new Report.Entry(
          item.target(),
          Fate.SKIPPED,
          List.of(
              Reason.of("engine", "already-done", "It was done by an earlier run of this plan.")));
    }
    if (inDoubt.contains(item.target())) {
      return new Report.Entry(
          item.target(),
          Fate.IN_DOUBT,
          List.of(
              Reason.of(
                  "engine",
                  Reason.IN_DOUBT,
                  "An earlier act on it has no known outcome. Ask the target's system before acting again.")));
    }
    return entry(item, Fate.NOT_ATTEMPTED, halted());
  }

  private void finish(Report report) {
    try {
      note("run.end", report.counts().toString(), halted());
    } catch (AuditException fault) {
      // The entries say what happened; that the journal could not take the end of the run is said
      // there and by halt.
      halt(
          refusal(
              "journal-failed",
              "The end of the run could not be recorded (" + Faults.describe(fault) + ")."));
    }
  }

  private void note(String action, String because, Verdict verdict) {
    scribe.note(
        new Scribe.Place(run, "run", plan.digest()),
        Phase.DECISION,
        "",
        action,
        because,
        verdict.reasons(),
        verdict.level().name());
  }
}
