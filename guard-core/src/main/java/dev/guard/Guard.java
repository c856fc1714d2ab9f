package dev.guard;

import dev.guard.audit.AuditRecord.Phase;
import dev.guard.blastradius.BlastRadiusLimit;
import dev.guard.blastradius.Budget;
import dev.guard.errorthreshold.ErrorThreshold;
import dev.guard.killswitch.KillSwitch;
import dev.guard.plan.Announcement;
import dev.guard.plan.Approval;
import dev.guard.plan.Approvals;
import dev.guard.plan.Plan;
import dev.guard.plan.PlanEffect;
import dev.guard.plan.PlanItem;
import dev.guard.plan.Report;
import dev.guard.plan.Selection;
import dev.guard.rollout.RolloutStatus;
import dev.guard.rollout.StagedRollout;
import dev.guard.soak.Shadow;
import dev.guard.soak.Soak;
import dev.guard.state.RunLock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Wraps destructive acts in safeguards: nothing runs unless every safeguard allows it, a durable
 * record says it is about to, and a permit covers it.
 *
 * <pre>{@code
 * try (JournalSink journal = JournalSink.at(Path.of("journal"))) {
 *   Guard guard = Guard.named("log-cleanup")
 *       .dryRun(DryRun.unless(execute))
 *       .killSwitch(KillSwitch.file(Path.of("STOP")))
 *       .blastRadius(BlastRadiusLimit.perPlan(50).percent(10))
 *       .audit(journal).build();
 *   Plan plan = guard.plan(Selection.of("file.delete", targets).outOf(population).because("older than 30 days"));
 *   Report report = guard.apply(plan, item -> Files.delete(pathOf(item.target())));
 * }
 * }</pre>
 *
 * <p>A guard is a dry run unless told otherwise. It is immutable, thread-safe and owns no thread
 * and nothing that must be closed. What it cannot decide it refuses: a safeguard that throws halts,
 * an unreadable source refuses, and a journal that cannot be written stops everything.
 */
public final class Guard {
  private final Settings settings;
  private final Panel panel;
  private final Scribe scribe;
  private final Recovery recovery;
  private final Safeguard lastLook;
  private final AtomicBoolean running = new AtomicBoolean();
  private volatile long provenAt;

  Guard(Settings settings) {
    this.settings = settings;
    this.panel =
        new Panel(
            settings.safeguards(),
            GuardBuilder::onlyComputes,
            settings.time(),
            settings.reviewDeadline());
    this.scribe = new Scribe(settings.sink(), settings.name(), settings.actor(), settings.dryRun());
    this.recovery = new Recovery(scribe, settings.dryRun() ? null : settings.reconciler());
    this.lastLook = settings.killSwitch() == null ? NoSwitch.INSTANCE : settings.killSwitch();
  }

  /**
   * Begins a guard.
   *
   * @param name its name, under which journal and state know it; not blank
   * @return the builder
   */
  public static GuardBuilder named(String name) {
    return new GuardBuilder(name);
  }

  /**
   * Proves that the calling code runs inside an act which a guard of this name allowed, and hands
   * it the permit. For the first line of a guarded method: called past its proxy, it does nothing
   * but this. It looks at the calling thread alone: an act that hands its work to another thread
   * passes the permit on itself.
   *
   * <pre>{@code
   * final class Rows {
   *   @Guarded("orphaned-rows") public void delete(@GuardTargets Row row) {
   *     Permit permit = Guard.requireActive("orphaned-rows");
   *     dao.delete(permit, row.id());
   *   }
   * }
   * }</pre>
   *
   * @param guard the guard's name; not blank
   * @return the permit of the innermost such act on this thread
   * @throws GuardConfigurationException if no act of that guard is under way on this thread
   */
  public static Permit requireActive(String guard) {
    return UnderWay.of(Words.name("guard's name", guard));
  }

  /**
   * The guard's name.
   *
   * @return not blank
   */
  public String name() {
    return settings.name();
  }

  /**
   * Whether this guard only rehearses.
   *
   * @return true in a dry run
   */
  public boolean isDryRun() {
    return settings.dryRun();
  }

  /**
   * What all safeguards say of an intent. A question: nothing is reserved, recorded or done.
   *
   * @param intent what is proposed
   * @return the strictest verdict with all reasons
   */
  public Verdict review(Intent intent) {
    return counted(intent).and(panel.review(intent));
  }

  /** Who says of how many and could not count them was blind, whatever the limits are. */
  private static Verdict counted(Intent intent) {
    return Planning.counted(intent.population().orElse(null), intent.targets().size());
  }

  /**
   * Runs one act, once, if everybody allows it.
   *
   * @param intent what is proposed
   * @param effect the act
   * @param <X> what the act throws
   * @return done, simulated, or refused
   * @throws X the act's own exception, unwrapped
   * @throws AuditException if a record could not be made durable; {@code mayHaveRun()} says whether
   *     the act may have run
   */
  public <X extends Exception> Outcome<Void> run(Intent intent, Effect.Action<X> effect) throws X {
    Objects.requireNonNull(effect, "effect");
    return call(
        intent,
        new Effect<Void, X>() {
          @Override
          public @Nullable Void act(Permit permit) throws X {
            effect.act(permit);
            return null;
          }

          @Override
          public Optional<String> prepare(Permit permit) throws X {
            return effect.prepare(permit);
          }
        });
  }

  /**
   * Runs one act that returns a value, once, if everybody allows it. An act that reports {@link
   * Permit#notRun} and returns was not done: its outcome is refused, and its value is dropped.
   *
   * @param intent what is proposed
   * @param effect the act
   * @param <T> what the act returns
   * @param <X> what the act throws
   * @return done with the value, simulated, or refused
   * @throws X the act's own exception, unwrapped
   * @throws AuditException if a record could not be made durable; {@code mayHaveRun()} says whether
   *     the act may have run
   */
  public <T, X extends Exception> Outcome<T> call(Intent intent, Effect<T, X> effect) throws X {
    Objects.requireNonNull(effect, "effect");
    Scribe.Place place = new Scribe.Place(settings.runIds().get(), "1", null);
    Verdict verdict = panel.freshen().and(doubt(intent)).and(review(intent)).and(provenSince());
    Listeners.quietly(settings.listener(), l -> l.judged(settings.name(), intent, verdict));
    if (!verdict.allowed()) {
      decided(place, intent, verdict);
      return verdict.level() == Verdict.Level.SIMULATE
          ? new Outcome.Simulated<>(intent, verdict)
          : new Outcome.Refused<>(intent, verdict);
    }
    if (settings.dryRun()) {
      throw new IllegalStateException("A dry run reached its act, which must be impossible.");
    }
    Act<T> act =
        new Act<>(
            panel,
            scribe,
            lastLook,
            settings.listener(),
            settings.name(),
            settings.time(),
            settings.permitLife().toNanos());
    Act.Result result = act.run(place, intent, effect);
    if (!act.intended()) {
      decided(place, intent, result.verdict());
    }
    Throwable thrown = act.thrown();
    if (thrown != null) {
      throw Guard.<X>own(thrown);
    }
    return result.fate() == Report.Fate.DONE
        ? Outcome.done(act.value())
        : new Outcome.Refused<>(intent, result.verdict());
  }

  /** After a resume, also one by another process, every safeguard is proven alive anew. */
  private Verdict provenSince() {
    KillSwitch killSwitch = settings.killSwitch();
    if (killSwitch == null || killSwitch.resumes() == provenAt) {
      return Verdict.allow();
    }
    long resumes = killSwitch.resumes();
    Verdict proven = panel.prove();
    if (proven.allowed()) {
      provenAt = resumes;
    }
    return proven;
  }

  private void decided(Scribe.Place place, Intent intent, Verdict verdict) {
    scribe.write(
        place, Phase.DECISION, intent, verdict.reasons(), verdict.level().name(), null, null);
  }

  private Verdict doubt(Intent intent) {
    Set<Target> inDoubt = scribe.inDoubt();
    if (!Collections.disjoint(inDoubt, intent.targets())) {
      recovery.settle(Set.copyOf(intent.targets()));
      inDoubt = scribe.inDoubt();
      for (Target target : intent.targets()) {
        if (inDoubt.contains(target)) {
          return Verdict.refuse(
              Reason.of(
                  "engine",
                  Reason.IN_DOUBT,
                  "An earlier act on "
                      + target
                      + " has no known outcome. Ask the target's system before acting again."));
        }
      }
    }
    return Verdict.allow();
  }

  /** The effect declares X or throws unchecked; either way this is the caller's own. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <X extends Exception> X own(Throwable thrown) {
    if (thrown instanceof Error) {
      throw (Error) thrown;
    }
    return (X) thrown;
  }

  /**
   * Judges every candidate and never acts.
   *
   * @param selection the candidates
   * @return the plan, also if it is over a limit or nothing would go
   * @throws AuditException if the plan could not be recorded
   */
  public Plan plan(Selection selection) {
    return new Planning(settings, panel, scribe).plan(selection);
  }

  /**
   * Applies a plan: judges it whole, then reads, judges and acts on one target after the other.
   * Acts on nothing that is not in the plan. In a dry run everything happens but the acts. One run
   * of a guard at a time: over all processes of a store that locks, and of this object without one;
   * a second is halted ({@code run-locked}). An {@link Error} ends the run, is recorded, and is
   * thrown when the acts in flight have ended.
   *
   * @param plan the plan, made by a guard of this name
   * @param effect the act on one target
   * @return one entry for every planned target
   * @throws PlanRejectedException if the plan is expired, from the future, of another guard, or if
   *     what protects has changed since
   * @throws AuditException if the journal fails before anything was done
   * @throws StateException if it cannot be told whether another run is under way
   */
  public Report apply(Plan plan, PlanEffect effect) {
    Objects.requireNonNull(effect, "effect");
    accept(plan);
    if (!running.compareAndSet(false, true)) { // also when a person freed the lock of that run
      return locked(plan, "in this process");
    }
    try {
      RunLock lock = settings.runLock();
      return lock == null
          ? new PlanRun(settings, panel, scribe, recovery, lastLook, plan, effect).run()
          : alone(lock, plan, effect);
    } finally {
      running.set(false);
    }
  }

  @SuppressWarnings("try") // the lock is held, not used
  private Report alone(RunLock lock, Plan plan, PlanEffect effect) {
    Optional<RunLock.Held> held =
        lock.tryLock(
            settings.name(),
            settings.actor(),
            (settings.dryRun() ? "rehearsal of plan " : "apply of plan ") + plan.digest());
    if (held.isEmpty()) {
      return locked(plan, lock.owner(settings.name()).orElse("nobody who left a name"));
    }
    try (RunLock.Held mine = held.get()) {
      settings.epoch().set(mine.fence().orElse(null));
      Listeners.reached(settings.listener(), settings.name(), GuardListener.Step.LOCKED);
      Safeguard look = new LeasedLook(lastLook, mine, settings.permitLife());
      return new PlanRun(settings, panel, scribe, recovery, look, plan, effect).run();
    } finally {
      settings.epoch().set(null);
    }
  }

  private void accept(Plan plan) {
    Plan.Header header = plan.header();
    if (!header.guard().equals(settings.name())) {
      throw new PlanRejectedException(
          "The plan was made by guard '"
              + header.guard()
              + "', but this is '"
              + settings.name()
              + "'. Make a plan of its own.");
    }
    Instant now = settings.time().now();
    if (!now.isBefore(header.expires()) && !kept(plan)) {
      throw new PlanRejectedException(
          "The plan expired at "
              + header.expires()
              + ", and now it is "
              + now
              + ". Make a new plan.");
    }
    if (now.isBefore(header.made().minusSeconds(120))
        || header.expires().isAfter(header.made().plus(settings.planLife()))) {
      throw new PlanRejectedException(
          "The plan says it was made at "
              + header.made()
              + " and expires at "
              + header.expires()
              + ", which this guard would not have written; now it is "
              + now
              + ". Check the clocks and make a new plan.");
    }
    if (!header.protection().equals(settings.protection())) {
      throw new PlanRejectedException(
          "What protects, or who is asked about use, has changed since the plan was made, so the plan no longer says what people reviewed. Make a new plan.");
    }
  }

  /**
   * A plan that is being rolled out outlives its expiry; what protects is read anew all the same.
   */
  private boolean kept(Plan plan) {
    StagedRollout rollout = settings.rollout();
    return rollout != null && rollout.keeps(plan);
  }

  private Report locked(Plan plan, String owner) {
    Verdict verdict =
        Verdict.halt(
            Reason.of(
                "engine",
                "run-locked",
                "Another run of guard '"
                    + settings.name()
                    + "' is under way ("
                    + owner
                    + "). Wait for its end. If it will not come back, a person frees its lock: releaseRun, or guard release."));
    List<Report.Entry> entries = new ArrayList<>();
    plan.items()
        .forEach(
            item ->
                entries.add(
                    new Report.Entry(item.target(), Report.Fate.NOT_ATTEMPTED, verdict.reasons())));
    return new Report(settings.runIds().get(), plan.digest(), !settings.dryRun(), entries, verdict);
  }

  /**
   * What its kill switch says now, latch included. Reads every source anew, and latches nothing.
   *
   * @return the strictest answer; empty if it has no kill switch
   */
  public Optional<KillSwitch.Reading> switchReading() {
    return Optional.ofNullable(settings.killSwitch()).map(KillSwitch::reading);
  }

  /**
   * Who stopped it, if a person has to resume it.
   *
   * @return the stop; empty if it is not latched, or has no kill switch
   */
  public Optional<KillSwitch.Stop> latched() {
    return Optional.ofNullable(settings.killSwitch()).flatMap(KillSwitch::latched);
  }

  /**
   * How much of its limits' windows is used now. Draws nothing.
   *
   * @return by the limit's name; without limits that have no windows, or count by a label
   * @throws StateException if a store cannot be read
   */
  public Map<String, List<Budget>> budgets() {
    Map<String, List<Budget>> all = new TreeMap<>();
    for (Safeguard safeguard : settings.safeguards()) {
      if (safeguard instanceof BlastRadiusLimit limit) {
        List<Budget> budgets = limit.budgets();
        if (!budgets.isEmpty()) {
          all.put(limit.name(), budgets);
        }
      }
    }
    return Collections.unmodifiableMap(all);
  }

  /**
   * Stops this guard until a person resumes it: the kill switch is latched, and nothing starts any
   * more.
   *
   * @param who who stops it; not blank
   * @param why why; not blank
   * @throws GuardConfigurationException if the guard has no kill switch
   */
  public void stop(String who, String why) {
    requireSwitch().stop(who, why);
    human("stop", who, why);
  }

  /**
   * Lifts the latch. Sources that still say STOP latch it again. Every safeguard is proven alive
   * before anything runs.
   *
   * @param who who resumes it; not blank
   * @param why why; not blank
   * @throws GuardConfigurationException if the guard has no kill switch, or a safeguard is not
   *     alive
   */
  public void resume(String who, String why) {
    KillSwitch stopped = requireSwitch();
    Verdict alive = panel.prove();
    if (!alive.allowed()) {
      throw new GuardConfigurationException("Not resumed. " + alive);
    }
    human("resume", who, why);
    stopped.resume(who, why);
  }

  /**
   * Lifts the halt of the guard's {@link ErrorThreshold}, on the record first: if the record cannot
   * be made durable, or the store cannot be written, it stays halted.
   *
   * @param who who resets it; not blank
   * @param why why; not blank
   * @throws GuardConfigurationException if the guard has no error threshold
   * @throws AuditException if the record could not be made durable
   * @throws StateException if the store could not be written
   */
  public void resetErrors(String who, String why) {
    List<ErrorThreshold> thresholds = errorThresholds();
    if (who.isBlank() || why.isBlank()) {
      throw new IllegalArgumentException("A reset names who and why.");
    }
    human("reset-errors", who, why);
    thresholds.forEach(threshold -> threshold.reset(who, why));
  }

  private List<ErrorThreshold> errorThresholds() {
    List<ErrorThreshold> thresholds = new ArrayList<>();
    for (Safeguard safeguard : settings.safeguards()) {
      if (safeguard instanceof ErrorThreshold) {
        thresholds.add((ErrorThreshold) safeguard);
      }
    }
    if (thresholds.isEmpty()) {
      throw new GuardConfigurationException(
          "Guard '"
              + settings.name()
              + "' has no error threshold. Give it one with errorThreshold(...).");
    }
    return thresholds;
  }

  /**
   * Frees the run lock of an owner that will not come back, on the record first. The owner, should
   * it live after all, learns so before its next act.
   *
   * @param who who frees it; not blank
   * @param why how it is known that the owner is dead; not blank
   * @return who held it; empty if nobody did
   * @throws GuardConfigurationException if the guard has no lock that could be stuck
   * @throws AuditException if the record could not be made durable
   * @throws StateException if the lock could not be read or written
   */
  public Optional<String> releaseRun(String who, String why) {
    RunLock lock = settings.runLock();
    if (lock == null) {
      throw new GuardConfigurationException(
          "Guard '" + settings.name() + "' has no run lock. Give it a store with state(...).");
    }
    if (who.isBlank() || why.isBlank()) {
      throw new IllegalArgumentException("A release names who and why.");
    }
    human("release-run", who, why);
    return lock.release(settings.name());
  }

  /**
   * Tells people what a plan would do, and starts the wait of every target of which that is proven.
   * Acts on nothing. The safeguards are asked anew: only what would still go is told, and what is
   * in use by now must be announced again later. In a dry run, and when anything halts, nobody is
   * told and no wait begins.
   *
   * @param plan the plan, made by a guard of this name
   * @param teller tells people of these items, and answers the targets of which it is proven that
   *     it arrived; what it leaves out is told again with the next announcement. Its exceptions are
   *     the caller's
   * @return who was to be told, and what is proven
   * @throws GuardConfigurationException if the guard has no soak
   * @throws PlanRejectedException if the plan is expired, altered, or of another guard, or if what
   *     protects has changed since
   * @throws AuditException if the record could not be made durable; then no wait began
   * @throws StateException if people were told, but that could not be kept: announce again
   */
  public Announcement announce(Plan plan, Function<List<PlanItem>, Set<Target>> teller) {
    Objects.requireNonNull(teller, "teller");
    Soak soak = soak();
    accept(plan);
    return new Announcing(settings, panel, scribe, soak, plan).announce(teller);
  }

  /**
   * A person's no to a target, on the record first. It counts at once.
   *
   * @param target what stays
   * @param who who objects; not blank
   * @param why why; not blank
   * @param until when it ends, or null until somebody withdraws it
   * @throws GuardConfigurationException if the guard has no soak
   * @throws AuditException if the record could not be made durable
   * @throws StateException if it could not be kept
   */
  public void object(Target target, String who, String why, @Nullable Instant until) {
    Soak soak = soak();
    if (who.isBlank() || why.isBlank()) {
      throw new IllegalArgumentException("An objection names who and why.");
    }
    human("object", who, target + (until == null ? "" : " until " + until) + ": " + why);
    soak.object(target, who, why, until);
  }

  /**
   * Lifts all objections to a target, on the record first.
   *
   * @param target the target
   * @param who who lifts them; not blank
   * @param why why; not blank
   * @return whether there were any
   * @throws GuardConfigurationException if the guard has no soak
   * @throws AuditException if the record could not be made durable
   * @throws StateException if it could not be kept
   */
  public boolean withdraw(Target target, String who, String why) {
    Soak soak = soak();
    if (who.isBlank() || why.isBlank()) {
      throw new IllegalArgumentException("A withdrawal names who and why.");
    }
    human("withdraw-objections", who, target + ": " + why);
    return soak.withdraw(target);
  }

  /**
   * How far it is from its first act.
   *
   * @return clean runs and open false positives
   * @throws GuardConfigurationException if the guard has no shadow
   * @throws StateException if it cannot be read; then it is a dry run
   */
  public Shadow.Status shadow() {
    return shadowed().status();
  }

  /**
   * A person's word that a false positive is understood, on the record first. Clean runs are
   * counted again, from none.
   *
   * @param target what would have gone
   * @param who who dismisses it; not blank
   * @param why why; not blank
   * @return whether it was one
   * @throws GuardConfigurationException if the guard has no shadow
   * @throws AuditException if the record could not be made durable
   * @throws StateException if it could not be kept
   */
  public boolean dismissFalsePositive(Target target, String who, String why) {
    Shadow shadow = shadowed();
    named("A dismissal", who, why);
    human("dismiss-false-positive", who, target + ": " + why);
    return shadow.dismiss(target);
  }

  private Shadow shadowed() {
    Shadow shadow = settings.shadow();
    if (shadow == null) {
      throw new GuardConfigurationException(
          "Guard '" + settings.name() + "' has no shadow. Give it one with shadow(...).");
    }
    return shadow;
  }

  private Soak soak() {
    Soak soak = settings.soak();
    if (soak == null) {
      throw new GuardConfigurationException(
          "Guard '" + settings.name() + "' has no soak. Give it one with soak(...).");
    }
    return soak;
  }

  /**
   * A person's yes to exactly this plan, on the record first. It expires with the plan.
   *
   * @param plan the plan, made by a guard of this name
   * @param who who approves; not the planner
   * @param why why; not blank
   * @return the approval
   * @throws GuardConfigurationException if the guard takes no approvals
   * @throws PlanRejectedException if the planner approves, or the plan could not be applied
   * @throws AuditException if the record could not be made durable
   * @throws StateException if it could not be kept
   */
  public Approval approve(Plan plan, String who, String why) {
    Approvals approvals = settings.approvals();
    if (approvals == null) {
      throw new GuardConfigurationException(
          "Guard '" + settings.name() + "' takes no approvals. Tell it so with approvals(...).");
    }
    accept(plan);
    approvals.approval(plan, who, why);
    human("approve", who, "plan " + plan.digest() + ": " + why);
    return approvals.approve(plan, who, why);
  }

  /**
   * Where the rollout stands that is under way, or was last.
   *
   * @return empty if no plan was ever rolled out
   * @throws GuardConfigurationException if the guard has no stages
   * @throws StateException if it cannot be read
   */
  public Optional<RolloutStatus> rollout() {
    return stages().status();
  }

  /**
   * Moves the rollout as far as time and gates let it, as {@link #apply} does before its first act.
   * Acts on nothing.
   *
   * @return where it stands then; empty if no plan was ever rolled out
   * @throws GuardConfigurationException if the guard has no stages, or is a dry run
   * @throws StateException if it could not be read or kept
   */
  public Optional<RolloutStatus> advanceRollout() {
    StagedRollout stages = stages();
    if (settings.dryRun()) {
      throw new GuardConfigurationException(
          "Guard '" + settings.name() + "' is a dry run, which moves no rollout.");
    }
    return stages.advance();
  }

  /**
   * Pauses the rollout that is under way: nothing of it goes until a person resumes it. Counts
   * before the next act, and is recorded when it does.
   *
   * @param who who pauses it; not blank
   * @param why why; not blank
   * @return where it stands
   * @throws GuardConfigurationException if the guard has no stages
   * @throws PlanRejectedException if none is under way
   * @throws AuditException if it is paused, but that could not be recorded
   * @throws StateException if it could not be kept
   */
  public RolloutStatus pauseRollout(String who, String why) {
    StagedRollout stages = stages();
    named("A pause", who, why);
    RolloutStatus status = stages.pause(who, why);
    human("pause-rollout", who, "plan " + status.plan() + ": " + why);
    return status;
  }

  /**
   * Resumes a rollout that is paused or halted, on the record first. The gate that halted it is
   * asked again.
   *
   * @param who who resumes it; not blank
   * @param why why; not blank
   * @return where it stands
   * @throws GuardConfigurationException if the guard has no stages
   * @throws PlanRejectedException if none is under way
   * @throws AuditException if the record could not be made durable; then it is not resumed
   * @throws StateException if it could not be kept
   */
  public RolloutStatus resumeRollout(String who, String why) {
    StagedRollout stages = stages();
    named("A resume", who, why);
    human("resume-rollout", who, "plan " + stages.underWay().plan() + ": " + why);
    return stages.resume(who, why);
  }

  /**
   * Aborts a rollout for good: nothing of its plan goes any more. Counts before the next act, and
   * is recorded when it does.
   *
   * @param plan the plan, also one that has not begun; null for the rollout that is under way or
   *     was last
   * @param who who aborts it; not blank
   * @param why why; not blank
   * @return the plan that was aborted
   * @throws GuardConfigurationException if the guard has no stages
   * @throws PlanRejectedException if no plan is named, and there is no rollout
   * @throws AuditException if it is aborted, but that could not be recorded
   * @throws StateException if it could not be kept
   */
  public Digest abortRollout(@Nullable Digest plan, String who, String why) {
    StagedRollout stages = stages();
    named("An abort", who, why);
    Digest aborted = stages.abort(plan, who, why);
    human("abort-rollout", who, "plan " + aborted + ": " + why);
    return aborted;
  }

  private StagedRollout stages() {
    StagedRollout stages = settings.rollout();
    if (stages == null) {
      throw new GuardConfigurationException(
          "Guard '" + settings.name() + "' has no stages. Give it some with rollout(...).");
    }
    return stages;
  }

  private static void named(String what, String who, String why) {
    if (who.isBlank() || why.isBlank()) {
      throw new IllegalArgumentException(what + " names who and why.");
    }
  }

  private KillSwitch requireSwitch() {
    if (settings.killSwitch() == null) {
      throw new GuardConfigurationException(
          "Guard '" + settings.name() + "' has no kill switch. Give it one with killSwitch(...).");
    }
    return settings.killSwitch();
  }

  private void human(String action, String who, String why) {
    scribe.note(
        new Scribe.Place(settings.runIds().get(), action, null),
        Phase.HUMAN,
        who,
        action,
        why,
        List.of(),
        "DONE");
  }

  @Override
  public String toString() {
    return "Guard '" + settings.name() + "' (" + (settings.dryRun() ? "dry run" : "execute") + ")";
  }
}
