package dev.guard.rollout;

import dev.guard.Intent;
import dev.guard.Reason;
import dev.guard.Reservation;
import dev.guard.Safeguard;
import dev.guard.StateException;
import dev.guard.Target;
import dev.guard.Tripwire;
import dev.guard.Verdict;
import dev.guard.plan.Plan;
import dev.guard.plan.Report;
import dev.guard.plan.Report.Fate;
import dev.guard.rollout.RolloutBook.Page;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The rollout while one plan is applied. Made by {@link StagedRollout#of(Plan)} for the engine,
 * which asks it before each act and tells it how the run ended. Thread-safe.
 */
public final class PlanRollout implements Safeguard {
  private static final Duration REMEMBERED = Duration.ofSeconds(1);
  private static final String UNREAD = "-unreadable";
  private static final String DONE = "already-done";

  /** Refusals that say nothing of the target itself: another run may get another answer. */
  private static final Set<String> PASSING =
      Set.of(
          Reason.UNDECIDED,
          Reason.EVIDENCE_INCOMPLETE,
          Reason.IN_DOUBT,
          Reason.NOT_RUN,
          Reason.LEASE_LOST,
          Reason.OVER_LIMIT,
          "window-used-up",
          "state-contended",
          "evidence-unknown",
          "error-threshold",
          "bulkhead-full",
          "too-fast",
          "population-missing",
          "run-locked");

  private static final String OBJECTED = "objected";

  private final StagedRollout rollout;
  private final Plan plan;
  private @Nullable Map<Target, Integer> placed;
  private @Nullable Seen seen;

  /** What was read, and when. */
  private record Seen(Page page, Instant at, long nanos) {}

  PlanRollout(StagedRollout rollout, Plan plan) {
    this.rollout = rollout;
    this.plan = plan;
  }

  private synchronized Map<Target, Integer> placed() {
    Map<Target, Integer> all = placed;
    if (all == null) {
      all = rollout.steps().of(plan);
      placed = all;
    }
    return all;
  }

  /** What the plan keeps is asked of nobody; who asks nevertheless goes last. */
  private int step(Target target) {
    return placed().getOrDefault(target, rollout.steps().size() - 1);
  }

  @Override
  public String name() {
    return rollout.name();
  }

  @Override
  public Verdict refresh() {
    return rollout.refresh();
  }

  @Override
  public List<Tripwire> tripwires() {
    return rollout.tripwires();
  }

  @Override
  public Verdict review(Intent intent) {
    int step = furthest(intent);
    try {
      return judged(lately(), step);
    } catch (StateException fault) {
      return StagedRollout.unreadable(fault);
    }
  }

  /**
   * The last look before an act: what stands in the store at this moment.
   *
   * @param intent what is about to run
   * @return the verdict
   */
  public Verdict look(Intent intent) {
    int step = furthest(intent);
    try {
      return judged(now(), step);
    } catch (StateException fault) {
      return StagedRollout.unreadable(fault);
    }
  }

  /** The rollout begins with the first act that everybody allowed. */
  @Override
  public Reservation reserve(Intent intent) {
    int step = furthest(intent);
    Verdict said;
    try {
      Page page = now();
      said = judged(page, step);
      if (said.allowed() && page.of(plan.digest()).isEmpty()) {
        begin();
        said = judged(now(), step);
      }
    } catch (StateException fault) {
      said = StagedRollout.unreadable(fault);
    }
    return said.allowed() ? Reservation.none() : new Reservation.Denied(refusing(said));
  }

  /** A denial that time lifts would be tried again at once, in this very run. */
  private static Verdict refusing(Verdict said) {
    if (said.level() == Verdict.Level.HALT) {
      return said;
    }
    return Verdict.halt(
        Reason.of(
            StagedRollout.NAME,
            said.reasons().get(0).code(),
            "Somebody moved the rollout meanwhile: " + said.reasons().get(0).sentence()));
  }

  private void begin() {
    rollout
        .bound()
        .book()
        .begin(plan.digest(), rollout.steps().policy(), rollout.steps().counted(placed()));
  }

  private Verdict judged(Page page, int step) {
    return rollout.judge(page, plan.digest(), step, rollout.bound().clock().observed());
  }

  private int furthest(Intent intent) {
    int furthest = 0;
    for (Target target : intent.targets()) {
      furthest = Math.max(furthest, step(target));
    }
    return furthest;
  }

  private synchronized Page lately() {
    Seen last = seen;
    StagedRollout.Bound bound = rollout.bound();
    if (last != null) {
      Duration wall = Duration.between(last.at(), bound.time().now());
      boolean old =
          wall.isNegative()
              || wall.compareTo(REMEMBERED) > 0
              || bound.time().nanos() - last.nanos() > REMEMBERED.toNanos();
      if (!old) {
        return last.page();
      }
    }
    return now();
  }

  private synchronized Page now() {
    StagedRollout.Bound bound = rollout.bound();
    Instant at = bound.time().now();
    long nanos = bound.time().nanos();
    Page page = bound.book().read();
    seen = new Seen(page, at, nanos);
    return page;
  }

  /**
   * Moves the rollout before the first act of a run, as far as time and gates let it; also that of
   * another plan, which may be over by now.
   *
   * @return where it stands; empty if no plan was ever rolled out
   * @throws StateException if it could not be read or kept
   */
  public Optional<RolloutStatus> advance() {
    Optional<RolloutStatus> status = rollout.advance();
    now();
    return status;
  }

  /**
   * Judges from what came of a run whether the open step is complete; if so its wait begins now.
   * What still waits then goes with another plan.
   *
   * @param report what came of the run
   * @return where the rollout stands; empty if no plan was ever rolled out
   * @throws StateException if it could not be read or kept; the next run judges again
   */
  public Optional<RolloutStatus> settled(Report report) {
    Page page = now();
    Course course = page.of(plan.digest()).orElse(null);
    boolean mayBegin =
        course == null && report.halt() == null && judged(page, 0).allowed() && anyLeft(report);
    boolean open = course != null && course.active() && !course.baking();
    if ((open || mayBegin) && complete(report, course == null ? 0 : course.step())) {
      long observed = rollout.bound().clock().tick();
      if (course == null) {
        begin();
        course = now().of(plan.digest()).orElse(null);
      }
      if (course != null && course.active() && !course.baking()) {
        rollout.bound().book().move(course, one -> one.completed(observed));
      }
    }
    return advance();
  }

  /** A plan of which nothing is left has nothing to roll out. */
  private boolean anyLeft(Report report) {
    for (Report.Entry entry : report.entries()) {
      boolean over = entry.outcome() == Fate.DONE || entry.outcome() == Fate.SKIPPED;
      if (!over && placed().containsKey(entry.target())) {
        return true;
      }
    }
    return false;
  }

  /** What waits holds only a stage of which nothing went yet. */
  private boolean complete(Report report, int step) {
    List<Reason> ended = report.halted().map(Verdict::reasons).orElse(List.of());
    boolean waits = false;
    boolean went = false;
    for (Report.Entry entry : report.entries()) {
      Integer of = placed().get(entry.target());
      if (of != null && of == step) {
        if (!settled(entry, ended)) {
          return false;
        }
        went |= went(entry);
        waits |= waits(entry);
      }
    }
    return went || !waits;
  }

  /**
   * Done, or refused for one reason or another. What failed, is in doubt, could not be read, or was
   * refused because the run ended, is open.
   */
  private static boolean settled(Report.Entry entry, List<Reason> ended) {
    switch (entry.outcome()) {
      case DONE:
      case SKIPPED:
        return true;
      case REFUSED:
        return entry.reasons().stream().noneMatch(reason -> open(reason) || ended.contains(reason));
      default:
        return false;
    }
  }

  private static boolean open(Reason reason) {
    return reason.code().endsWith(UNREAD)
        || PASSING.contains(reason.code())
        || reason.safeguard().equals(StagedRollout.NAME);
  }

  private static boolean went(Report.Entry entry) {
    return entry.outcome() == Fate.DONE || (entry.outcome() == Fate.SKIPPED && says(entry, DONE));
  }

  /** For time or for a yes; a person's no is an answer. */
  private static boolean waits(Report.Entry entry) {
    return entry.outcome() == Fate.REFUSED
        && entry.reasons().stream().allMatch(Reason::pending)
        && !says(entry, OBJECTED);
  }

  private static boolean says(Report.Entry entry, String code) {
    return entry.reasons().stream().anyMatch(reason -> reason.code().equals(code));
  }

  /**
   * Whether this plan stays valid although it expired.
   *
   * @return true if its rollout is neither aborted nor done, for 30 days
   * @throws StateException if that cannot be read
   */
  public boolean keeps() {
    return rollout.keeps(plan);
  }
}
