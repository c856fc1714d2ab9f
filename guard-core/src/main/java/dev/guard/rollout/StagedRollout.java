package dev.guard.rollout;

import dev.guard.Digest;
import dev.guard.GuardConfigurationException;
import dev.guard.Intent;
import dev.guard.PlanRejectedException;
import dev.guard.Reason;
import dev.guard.Safeguard;
import dev.guard.StateException;
import dev.guard.Target;
import dev.guard.Tripwire;
import dev.guard.Verdict;
import dev.guard.internal.Cause;
import dev.guard.plan.Plan;
import dev.guard.rollout.Gate.Answer;
import dev.guard.rollout.Gate.Result;
import dev.guard.rollout.RolloutBook.Page;
import dev.guard.rollout.RolloutStatus.State;
import dev.guard.state.Fence;
import dev.guard.state.ObservedClock;
import dev.guard.state.StateStore;
import dev.guard.time.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A plan goes stage after stage: only the open stage acts; when each of its targets is done or no
 * longer qualifies it bakes, then its gate is asked, and only then does the next one open.
 *
 * <pre>{@code
 * StagedRollout stages = StagedRollout.of(
 *     Stage.named("dev").scopes("registry.example.com/dev/*").bake(Duration.ofHours(24)),
 *     Stage.named("production").ramp(1).rampPercent(10).gate("errors", gate, Duration.ofHours(6)));
 * Guard guard = Guard.named("cleanup").rollout(stages).state(store)...build();
 * guard.apply(plan, effect);                 // every day, the same plan, until it is done
 * }</pre>
 *
 * <p>Each {@code apply} moves it: before the first act it looks whether a wait is over and asks the
 * gate, and at the end whether the stage is complete. Nothing sleeps, and nothing moves between
 * runs. A wait is the time that was observed, as a soak's is: no clock jump counts more than 25
 * hours. What matches no stage is in the last. A gate that fails, breaks or throws halts the
 * rollout until a person resumes it, and so does one that cannot tell for too long.
 *
 * <p>One plan of a guard at a time: while its rollout is under way it stays valid beyond its
 * expiry, and no other plan acts. An abort is for good, and wins over everything else: all moves
 * are compare-and-set on one document, and it is read before each act. Single calls have no plan,
 * so a guard with stages refuses them. What cannot be read refuses, and not as pending.
 *
 * <p>Thread-safe; the object that a guard uses is its own.
 */
public final class StagedRollout implements Safeguard {
  /** Code of the reason that an earlier stage is not over yet. */
  public static final String STAGE_CLOSED = "stage-closed";

  /** Code of the reason that the target's stage was completed without it. */
  public static final String STAGE_OVER = "stage-over";

  /** Code of the reason that a person paused the rollout. */
  public static final String PAUSED = "rollout-paused";

  /** Code of the reason that a gate halted the rollout. */
  public static final String HALTED = "rollout-halted";

  /** Code of the reason that a person aborted the rollout. */
  public static final String ABORTED = "rollout-aborted";

  /** Code of the reason that another plan is being rolled out. */
  public static final String OTHER_PLAN = "rollout-of-another-plan";

  /** Code of the reason that the stages are not those with which the rollout began. */
  public static final String STAGES_CHANGED = "stages-changed";

  /** Code of the reason that it cannot be read where the rollout stands. */
  public static final String UNREADABLE = "rollout-unreadable";

  static final String NAME = "rollout";
  private static final Duration KEPT = Duration.ofDays(30);
  private static final Logger LOG = LoggerFactory.getLogger(StagedRollout.class);

  private final Steps steps;
  private final @Nullable Bound bound;

  /** What a guard keeps. */
  record Bound(StateStore store, Time time, ObservedClock clock, RolloutBook book) {}

  private StagedRollout(Steps steps, @Nullable Bound bound) {
    this.steps = steps;
    this.bound = bound;
  }

  /**
   * These stages, in this order.
   *
   * @param stages at least one; names of their own; all but the last say which targets they hold
   * @return the rollout
   * @throws GuardConfigurationException if they are not
   */
  public static StagedRollout of(Stage... stages) {
    return of(List.of(stages));
  }

  /**
   * These stages, in this order.
   *
   * @param stages at least one; names of their own; all but the last say which targets they hold
   * @return the rollout
   * @throws GuardConfigurationException if they are not
   */
  public static StagedRollout of(List<Stage> stages) {
    return new StagedRollout(new Steps(stages), null);
  }

  /**
   * This rollout as that of one guard. Called when a guard is built.
   *
   * @param guard the guard's name
   * @param store where it is kept
   * @param time where monotonic time comes from
   * @param fence the epoch of the run under way, if there is one
   * @return the same stages, bound
   * @throws GuardConfigurationException if there is no store
   */
  public StagedRollout bind(
      String guard, @Nullable StateStore store, Time time, Supplier<Optional<Fence>> fence) {
    if (store == null) {
      throw new GuardConfigurationException(
          "Guard '"
              + guard
              + "' has stages but no store, and memory forgets. Give it one with state(...).");
    }
    return new StagedRollout(
        steps,
        new Bound(
            store,
            time,
            ObservedClock.in(store, time, "rollout-clock", guard),
            new RolloutBook(store, guard, fence)));
  }

  Bound bound() {
    if (bound == null) {
      throw new StateException("This rollout is no guard's. Give it to one with rollout(...).");
    }
    return bound;
  }

  Steps steps() {
    return steps;
  }

  @Override
  public String name() {
    return NAME;
  }

  /** Adds the time since the last look. If that cannot be kept, nothing bakes meanwhile. */
  @Override
  public Verdict refresh() {
    try {
      bound().clock().tick();
    } catch (StateException fault) {
      LOG.warn("The time that passed could not be kept, so it does not count.", fault);
    }
    return Verdict.allow();
  }

  /** Outside a run of a plan no stage is open. */
  @Override
  public Verdict review(Intent intent) {
    Verdict all = Verdict.allow();
    for (Target target : intent.targets()) {
      Stage stage = steps.stage(target);
      all =
          all.and(
              closed(
                  "It goes with stage '"
                      + stage.name()
                      + "' ("
                      + (steps.stages().indexOf(stage) + 1)
                      + " of "
                      + steps.stages().size()
                      + ") when a plan with it is applied."));
    }
    return all;
  }

  /**
   * The same safeguard while one plan is applied.
   *
   * @param plan the plan
   * @return a safeguard of the same name
   */
  public PlanRollout of(Plan plan) {
    return new PlanRollout(this, plan);
  }

  /**
   * Where the rollout stands that is under way, or was last.
   *
   * @return empty if no plan was ever rolled out
   * @throws StateException if it cannot be read
   */
  public Optional<RolloutStatus> status() {
    Course course = bound().book().read().course();
    return course == null ? Optional.empty() : Optional.of(status(course));
  }

  RolloutStatus status(Course course) {
    return new RolloutStatus(
        course.plan(),
        course.state(),
        course.steps(),
        course.step(),
        course.baking(),
        left(course, bound().clock().observed()),
        course.who(),
        course.why(),
        course.at());
  }

  /**
   * Whether a plan is being rolled out, and so stays valid beyond its expiry.
   *
   * @param plan the plan
   * @return true if its rollout is neither aborted nor done, and the plan expired at most 30 days
   *     ago
   * @throws StateException if that cannot be read
   */
  public boolean keeps(Plan plan) {
    return bound().time().now().isBefore(plan.header().expires().plus(KEPT))
        && bound().book().read().of(plan.digest()).filter(Course::active).isPresent();
  }

  /**
   * Moves the rollout that is under way as far as time and gates let it. Acts on nothing.
   *
   * @return where it stands then; empty if no plan was ever rolled out
   * @throws StateException if it could not be read or kept
   */
  public Optional<RolloutStatus> advance() {
    long observed = bound().clock().tick();
    boolean further = true;
    for (int i = 0; i < 2 * steps.size() && further; i++) { // each is completed and passed once
      Course seen = bound().book().read().course();
      further = seen != null && moves(seen) && moved(seen, observed);
    }
    return status();
  }

  /** Whether it moved to where the next move may follow at once. */
  private boolean moved(Course seen, long observed) {
    UnaryOperator<Course> move = move(seen, observed);
    if (move == null || !bound().book().move(seen, move)) {
      return false;
    }
    Course then = move.apply(seen);
    return then.step() != seen.step() || then.baking() != seen.baking();
  }

  private boolean moves(Course course) {
    return course.state() == State.RUNNING && course.policy().equals(steps.policy());
  }

  /** What time or its gate lets a course do now; null if nothing. */
  private @Nullable UnaryOperator<Course> move(Course course, long observed) {
    if (!course.baking()) {
      boolean nothingToDo = course.empty();
      return nothingToDo ? one -> one.completed(observed) : null;
    }
    if (course.since() > observed) {
      return one -> one.bakingAnew(observed);
    }
    if (left(course, observed).compareTo(Duration.ZERO) > 0) {
      return null;
    }
    Instant now = bound().store().now();
    Stage.Check check = steps.step(course.step()).check();
    return check == null ? one -> one.passed(now) : judged(course, check, observed, now);
  }

  /** How much of the wait is left. */
  private Duration left(Course course, long observed) {
    if (!course.active() || !course.baking() || course.step() >= steps.size()) {
      return Duration.ZERO;
    }
    Duration whole = course.empty() ? Duration.ZERO : steps.step(course.step()).bake();
    Duration left = whole.minusMillis(Math.max(0, observed - course.since()));
    return left.isNegative() ? Duration.ZERO : left;
  }

  private static @Nullable UnaryOperator<Course> judged(
      Course course, Stage.Check check, long observed, Instant now) {
    Answer answer = asked(check);
    switch (answer.result()) {
      case PASS:
        return one -> one.passed(now);
      case INCONCLUSIVE:
        if (course.asked() < 0 || course.asked() > observed) {
          return one -> one.inconclusive(observed);
        }
        return observed - course.asked() < check.patience().toMillis()
            ? null
            : one ->
                one.halted(
                    "gate '"
                        + check.name()
                        + "' could not tell for "
                        + check.patience()
                        + ": "
                        + answer.why(),
                    now);
      default:
        return one ->
            one.halted(
                "gate '" + check.name() + "' said " + answer.result() + ": " + answer.why(), now);
    }
  }

  /** Whatever goes wrong in a gate is an error of it. */
  private static Answer asked(Stage.Check check) {
    try {
      Answer answer = check.gate().ask();
      return isNull(answer) ? Answer.error("it answered nothing") : answer;
    } catch (InterruptedException fault) {
      Thread.currentThread().interrupt();
      return Answer.inconclusive("it was interrupted");
    } catch (Exception fault) {
      LOG.debug("Gate '{}' threw.", check.name(), fault);
      return Answer.error("it threw " + Cause.of(fault));
    }
  }

  /** A user's gate may answer null whatever its type says. */
  private static boolean isNull(@Nullable Object answer) {
    return answer == null;
  }

  /**
   * Pauses the rollout that is under way. Counts before the next act. The caller puts it on the
   * record.
   *
   * @param who who pauses it
   * @param why why
   * @return where it stands
   * @throws PlanRejectedException if none is under way
   * @throws StateException if it could not be kept
   */
  public RolloutStatus pause(String who, String why) {
    Instant now = bound().store().now();
    return status(
        underWay(
            bound()
                .book()
                .change(one -> one.state() == State.RUNNING ? one.paused(who, why, now) : one),
            "pause"));
  }

  /**
   * Resumes a paused or halted rollout; a gate that halted it is asked again. The caller puts it on
   * the record first.
   *
   * @param who who resumes it
   * @param why why
   * @return where it stands
   * @throws PlanRejectedException if none is under way
   * @throws StateException if it could not be kept
   */
  public RolloutStatus resume(String who, String why) {
    Instant now = bound().store().now();
    return status(
        underWay(
            bound()
                .book()
                .change(
                    one ->
                        one.state() == State.PAUSED || one.state() == State.HALTED
                            ? one.resumed(who, why, now)
                            : one),
            "resume"));
  }

  /**
   * Where the rollout stands that is under way.
   *
   * @return a rollout that is neither aborted nor done
   * @throws PlanRejectedException if there is none
   * @throws StateException if it cannot be read
   */
  public RolloutStatus underWay() {
    return status(underWay(bound().book().read().course(), "resume"));
  }

  private static Course underWay(@Nullable Course course, String what) {
    if (course == null || !course.active()) {
      throw new PlanRejectedException(
          "There is no rollout under way to " + what + ". Apply a plan to begin one.");
    }
    return course;
  }

  /**
   * Aborts a rollout for good, before the next act. The caller puts it on the record.
   *
   * @param plan the plan, also one that has not begun or is done; null for the rollout that is
   *     under way or was last
   * @param who who aborts it
   * @param why why
   * @return the plan that was aborted
   * @throws PlanRejectedException if none is named, and there never was one
   * @throws StateException if it could not be kept
   */
  public Digest abort(@Nullable Digest plan, String who, String why) {
    return bound()
        .book()
        .abort(plan, who, why)
        .orElseThrow(
            () ->
                new PlanRejectedException(
                    "There is no rollout to abort. Name the plan to forbid it before it begins."));
  }

  /** The one decision: what is said of a target of one step of one plan. */
  Verdict judge(Page page, Digest plan, int step, long observed) {
    if (page.isAborted(plan)) {
      return Verdict.halt(
          Reason.of(
              NAME,
              ABORTED,
              "The rollout of this plan was aborted"
                  + page.of(plan).map(one -> " by " + one.who() + ": " + one.why()).orElse("")
                  + ". Nothing of it goes any more. Make a new plan."));
    }
    Course course = page.course();
    if (course == null || !(course.active() || course.plan().equals(plan))) {
      return step == 0
          ? Verdict.allow()
          : closed(shut(steps.step(0).name(), steps.step(step).name()));
    }
    if (!course.plan().equals(plan)) {
      return Verdict.halt(
          Reason.of(
              NAME,
              OTHER_PLAN,
              "Plan "
                  + course.plan()
                  + " is being rolled out ("
                  + course.state()
                  + ", stage '"
                  + course.name()
                  + "'). Apply that plan until it is done, or abort its rollout."));
    }
    if (course.active() && !course.policy().equals(steps.policy())) {
      return Verdict.halt(
          Reason.of(
              NAME,
              STAGES_CHANGED,
              "The stages are not those with which this rollout began. Put them back, or abort it and make a new plan."));
    }
    return standing(course, step, observed);
  }

  private Verdict standing(Course course, int step, long observed) {
    String by = course.who() + ": " + course.why() + ".";
    switch (course.state()) {
      case PAUSED:
        return Verdict.halt(
            Reason.pending(
                NAME, PAUSED, "The rollout was paused by " + by + " A person resumes it."));
      case HALTED:
        return Verdict.halt(
            Reason.pending(
                NAME,
                HALTED,
                "The rollout halted after stage '"
                    + course.name()
                    + "': "
                    + course.why()
                    + ". A person resumes or aborts it."));
      case RUNNING:
        return running(course, step, observed);
      default:
        return over();
    }
  }

  private Verdict running(Course course, int step, long observed) {
    if (step > course.step()) {
      return closed(
          course.baking()
              ? baking(course, observed)
              : shut(course.name(), course.steps().get(step).name()));
    }
    return step == course.step() && !course.baking() ? Verdict.allow() : over();
  }

  private String baking(Course course, long observed) {
    Duration left = left(course, observed);
    return left.isZero()
        ? "Stage '" + course.name() + "' is complete, and its gate has not passed yet."
        : "Stage '"
            + course.name()
            + "' is complete and bakes: the next opens at "
            + bound().store().now().plus(left).truncatedTo(java.time.temporal.ChronoUnit.SECONDS)
            + " at the earliest.";
  }

  private static String shut(String open, String own) {
    return "It goes with stage '" + own + "', and stage '" + open + "' is not over yet.";
  }

  private static Verdict closed(String sentence) {
    return Verdict.refuse(Reason.pending(NAME, STAGE_CLOSED, sentence));
  }

  private static Verdict over() {
    return Verdict.refuse(
        Reason.of(
            NAME,
            STAGE_OVER,
            "Its stage was completed without it, because it waited or did not qualify then. It goes with the next plan."));
  }

  static Verdict unreadable(RuntimeException fault) {
    LOG.warn("The rollout could not be read.", fault);
    return Verdict.refuse(
        Reason.of(
            NAME,
            UNREADABLE,
            "Where the rollout stands could not be read ("
                + Cause.of(fault)
                + "), so nothing of it goes. Look into the state store."));
  }

  @Override
  public List<Tripwire> tripwires() {
    Digest plan = Digest.of("tripwire");
    Instant now = Instant.EPOCH;
    List<RolloutStatus.Step> two =
        List.of(new RolloutStatus.Step("tripwire", 1), new RolloutStatus.Step("wire", 1));
    Course begun = Course.begun(plan, steps.policy(), two, now);
    List<Tripwire> wires = new ArrayList<>();
    wires.add(
        new Tripwire(
            "a stage that is not open refuses",
            () -> says(running(begun, 1, 0), Verdict.Level.REFUSE, STAGE_CLOSED)));
    wires.add(
        new Tripwire(
            "an aborted rollout halts",
            () ->
                says(
                    judge(
                        new Page(begun.aborted("tripwire", "tripwire", now), List.of()),
                        plan,
                        0,
                        0),
                    Verdict.Level.HALT,
                    ABORTED)));
    wires.add(
        new Tripwire(
            "what matches no stage is in the last",
            () -> Steps.place(steps.stages(), stage -> false) == steps.stages().size() - 1));
    wires.add(
        new Tripwire(
            "a gate that throws is an error",
            () ->
                asked(new Stage.Check("tripwire", StagedRollout::broken, Duration.ofDays(1)))
                        .result()
                    == Result.ERROR));
    wires.add(new Tripwire("every stage knows its targets", this::recognised));
    return List.copyOf(wires);
  }

  private static Answer broken() {
    throw new IllegalStateException("a tripwire");
  }

  private boolean recognised() {
    return steps.stages().stream()
        .flatMap(stage -> stage.rules().stream())
        .allMatch(rule -> rule.example() == null || rule.holds().test(rule.example()));
  }

  private static boolean says(Verdict verdict, Verdict.Level level, String code) {
    return verdict.level() == level && verdict.reasons().get(0).code().equals(code);
  }

  @Override
  public String toString() {
    return "rollout in " + steps.stages().size() + " stages";
  }
}
