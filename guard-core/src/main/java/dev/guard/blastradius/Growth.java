package dev.guard.blastradius;

import dev.guard.Digest;
import dev.guard.Reason;
import dev.guard.StateException;
import dev.guard.Verdict;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a run asks for many times what is usual: the median of what the last runs of the same
 * guard, limit and action really touched. Thread-safe.
 */
final class Growth {
  /** As long as fewer runs are known, there is no usual. */
  static final int NEEDED = 5;

  private static final Logger LOG = LoggerFactory.getLogger(BlastRadiusLimit.class);

  private final String safeguard;
  private final String shown;
  private final long times;
  private final @Nullable History history;

  /**
   * A measure of growth.
   *
   * @param history null if nobody said where it is kept; then everything halts
   */
  Growth(Terms terms, @Nullable History history) {
    this.safeguard = terms.name();
    this.shown = terms.shown();
    this.times = terms.times;
    this.history = history;
  }

  /** What is said of a plan. Its own earlier runs are a part of what it asks for. */
  Verdict ofPlan(String action, @Nullable Digest plan, long asked) {
    try {
      return judge(others(required().ofPlans(action), plan), "run", asked);
    } catch (StateException fault) {
      return unreadable(fault);
    }
  }

  /**
   * What is said of a single call. What is not more than so many times one is within any usual, and
   * is judged when it is reserved.
   */
  Verdict ofCall(String action, long asked) {
    return asked <= times && history != null ? Verdict.allow() : readOfCall(action, asked);
  }

  /** The same, read in any case: what the call touches must be kept afterwards. */
  Verdict readOfCall(String action, long asked) {
    try {
      return judge(required().ofCalls(action), "call", asked);
    } catch (StateException fault) {
      return unreadable(fault);
    }
  }

  History required() {
    if (history == null) {
      throw new StateException(shown + " was not told where its history is kept.");
    }
    return history;
  }

  private static List<History.Past> others(List<History.Past> runs, @Nullable Digest plan) {
    List<History.Past> others = new ArrayList<>(runs);
    others.removeIf(run -> plan != null && plan.equals(run.plan()));
    return others;
  }

  /** The one decision; the tripwire asks it too. */
  private Verdict judge(List<History.Past> runs, String what, long asked) {
    if (runs.size() < NEEDED) {
      LOG.info(
          "{} knows {} earlier {}s, and {} are needed to say what is usual; until then its other limits hold alone.",
          shown,
          runs.size(),
          what,
          NEEDED);
      return Verdict.allow();
    }
    long usual = usual(runs);
    if (asked <= times * usual) {
      return Verdict.allow();
    }
    return Verdict.halt(
        Reason.of(
            safeguard,
            BlastRadiusLimit.OVER_LIMIT,
            shown
                + " finds usual "
                + usual
                + " a "
                + what
                + " over the last "
                + runs.size()
                + " "
                + what
                + "s, "
                + times
                + " times that is "
                + times * usual
                + ", "
                + asked
                + " asked. Find out why it grew; then split the "
                + what
                + (what.equals("run") ? ", or let people approve this very plan." : ".")));
  }

  /** The median; of an even number the lower one of the middle, for doubt counts against growth. */
  private static long usual(List<History.Past> runs) {
    return runs.stream().mapToLong(History.Past::count).sorted().toArray()[(runs.size() - 1) / 2];
  }

  Verdict unreadable(StateException fault) {
    LOG.warn("{} cannot use its history.", shown, fault);
    return Verdict.halt(
        Reason.of(
            safeguard,
            "history-unreadable",
            shown
                + " cannot read or write how much earlier runs touched, so nothing more is. Mend the state, then run again."));
  }

  /** One more than so many times the usual halts, whatever one wild run of the past has touched. */
  boolean trips() {
    List<History.Past> runs = new ArrayList<>();
    for (int i = 0; i < NEEDED; i++) {
      runs.add(new History.Past(null, i == 0 ? Terms.MOST : 7, Instant.EPOCH));
    }
    Verdict said = judge(runs, "run", times * 7 + 1);
    return said.level() == Verdict.Level.HALT
        && said.reasons().stream()
            .allMatch(reason -> Objects.equals(reason.code(), BlastRadiusLimit.OVER_LIMIT));
  }
}
