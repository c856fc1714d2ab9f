package dev.guard.blastradius;

import dev.guard.Batch;
import dev.guard.GuardConfigurationException;
import dev.guard.Intent;
import dev.guard.Population;
import dev.guard.Reason;
import dev.guard.Reservation;
import dev.guard.Safeguard;
import dev.guard.Target;
import dev.guard.Tripwire;
import dev.guard.Verdict;
import dev.guard.state.StateStore;
import dev.guard.time.Time;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How much may be touched: a count per plan, per call and per sliding window, a percent of all
 * there is, and how much must be left. Targets are counted, not intents.
 *
 * <pre>{@code
 * BlastRadiusLimit.perPlan(50).percent(10)                               // the stricter of both
 * BlastRadiusLimit.perPlan(50).per(Duration.ofDays(1), 200).in(store)    // and never more than 200 in any 24 hours
 * }</pre>
 *
 * <p>Zero means none, never unlimited. A percent is rounded down: 10 % of 9 is 0. A percent or a
 * floor needs a complete population, from the plan, the intent, or {@link #outOf}; without one, or
 * with an empty one, it halts. A plan over a limit halts before its first act; it is never cut to
 * size, and there is no option for that. A single call is a plan of one.
 *
 * <p>A window is drawn before the act. What was done, failed or is in doubt stays spent; only an
 * act that surely did not run is given back. A window counts each draw from the end of a bucket of
 * a 128th of its length, so it rounds against the caller. Elapsed time is the smaller of monotonic
 * and wall clock within a process, and the store's clock across processes; a clock that steps back
 * frees nothing, but a store's clock that is wrong when a process begins cannot be seen. A document
 * that cannot be read halts. Everything of one guard and one limit name that shares a store shares
 * the budget.
 *
 * <p>Immutable and thread-safe.
 */
public final class BlastRadiusLimit implements Safeguard {
  /** Code of the reason that more was asked than is allowed. */
  public static final String OVER_LIMIT = "over-limit";

  /** Code of the reason that a sliding window has no room now. */
  public static final String WINDOW_USED_UP = "window-used-up";

  /** Code of the reason that a percent or a floor has no population to go by. */
  public static final String POPULATION_MISSING = "population-missing";

  private static final long MOST = 1_000_000_000L;
  private static final long NONE = -1;
  private static final BigInteger HUNDRED = BigInteger.valueOf(100);
  private static final Population MISSING = Population.incomplete(0, "nobody said of how many");
  private static final Population EMPTY = Population.of(0);
  private static final Logger LOG = LoggerFactory.getLogger(BlastRadiusLimit.class);

  private final Parts parts;
  private final String shown;
  private final @Nullable WindowBook book;
  private final String key;

  private BlastRadiusLimit(Parts parts) {
    this.parts = parts;
    this.shown = parts.label.isEmpty() ? "blast radius" : "blast radius '" + parts.label + "'";
    this.key = key("");
    StateStore store = parts.store;
    this.book =
        store == null ? null : new WindowBook(name(), shown, parts.windows, store, parts.time);
  }

  /** Everything that is configured. */
  private static final class Parts implements Cloneable {
    String guard = "";
    String label = "";
    @Nullable String unlimited;
    long perPlan;
    long perCall = NONE;
    long floor = NONE;
    @Nullable BigDecimal percent;
    BigInteger percentUnscaled = BigInteger.ZERO;
    BigInteger percentDivisor = HUNDRED;
    List<WindowBook.Window> windows = List.of();
    @Nullable StateStore store;
    @Nullable String dimension;
    @Nullable Supplier<Population> all;
    Time time = Time.system();

    Parts copy() {
      try {
        return (Parts) clone();
      } catch (CloneNotSupportedException e) {
        throw new IllegalStateException("Parts are cloneable.", e);
      }
    }
  }

  /**
   * At most so many targets in one plan, and in one single call.
   *
   * @param most 0 to a thousand million; zero means none
   * @return the limit
   * @throws GuardConfigurationException if it is negative, or so large that it could never refuse
   */
  public static BlastRadiusLimit perPlan(long most) {
    Parts parts = new Parts();
    parts.perPlan = count("limit per plan", most);
    return new BlastRadiusLimit(parts);
  }

  /**
   * States that there is no limit, and why.
   *
   * @param why why; not blank
   * @return a limit that allows everything
   */
  public static BlastRadiusLimit unlimited(String why) {
    if (why.isBlank()) {
      throw new GuardConfigurationException(
          "Say why there is no blast radius limit: blank never means unlimited.");
    }
    Parts parts = new Parts();
    parts.unlimited = why;
    return new BlastRadiusLimit(parts);
  }

  /**
   * And at most this percent of the population, rounded down.
   *
   * @param most from 0, which means none, to less than 100; decimals are exact as written
   * @return a stricter limit
   * @throws GuardConfigurationException if it is negative, not a number, or 100 or more
   */
  public BlastRadiusLimit percent(double most) {
    if (!(most >= 0 && most < 100)) {
      throw new GuardConfigurationException(
          shown
              + " takes a percent from 0 to less than 100, but was given "
              + most
              + ". Zero means none.");
    }
    noDimension("a percent");
    Parts next = limited();
    BigDecimal exact = BigDecimal.valueOf(most).stripTrailingZeros();
    next.percent = exact;
    int scale = Math.max(0, exact.scale());
    next.percentUnscaled = exact.setScale(scale).unscaledValue();
    next.percentDivisor = HUNDRED.multiply(BigInteger.TEN.pow(scale));
    return new BlastRadiusLimit(next);
  }

  /**
   * And at most so many targets in one intent.
   *
   * @param most 0 to a thousand million; zero means none
   * @return a stricter limit
   */
  public BlastRadiusLimit perCall(long most) {
    Parts next = limited();
    next.perCall = count("limit per call", most);
    return new BlastRadiusLimit(next);
  }

  /**
   * And at most so many targets in any window of this length. The window needs a store, because
   * memory forgets.
   *
   * @param length from a second to 366 days
   * @param most 0 to a thousand million; zero means none
   * @return the beginning of a stricter limit; it needs {@link Windowed#in}
   */
  public Windowed per(Duration length, long most) {
    if (length.compareTo(Duration.ofSeconds(1)) < 0 || length.compareTo(Duration.ofDays(366)) > 0) {
      throw new GuardConfigurationException(
          shown + " takes a window of 1 second to 366 days, but was given " + length + ".");
    }
    return new Windowed(this, new WindowBook.Window(length, count("limit per window", most)));
  }

  /** A window that still lacks its store. */
  public static final class Windowed {
    private final BlastRadiusLimit limit;
    private final WindowBook.Window window;

    private Windowed(BlastRadiusLimit limit, WindowBook.Window window) {
      this.limit = limit;
      this.window = window;
    }

    /**
     * Keeps the window in a store.
     *
     * @param store where; the same for all windows of one limit
     * @return a stricter limit
     */
    public BlastRadiusLimit in(StateStore store) {
      Objects.requireNonNull(store, "store");
      Parts next = limit.limited();
      if (next.store != null && next.store != store) {
        throw new GuardConfigurationException(limit.shown + " keeps all its windows in one store.");
      }
      List<WindowBook.Window> windows = new ArrayList<>(next.windows);
      for (WindowBook.Window other : windows) {
        if (other.length().equals(window.length())) {
          throw new GuardConfigurationException(
              limit.shown + " has a window of " + window.length() + " already.");
        }
      }
      windows.add(window);
      next.windows = List.copyOf(windows);
      next.store = store;
      return new BlastRadiusLimit(next);
    }
  }

  /**
   * Counts for every value of a label alone: {@code perPlan(5).forEach("namespace")} is five of
   * each namespace. Give the guard a second, plain limit to bound the sum. A target without the
   * label is refused.
   *
   * @param label the label's name; not blank
   * @return the limit per value
   * @throws GuardConfigurationException if a percent or a floor is set: there is no population per
   *     value
   */
  public BlastRadiusLimit forEach(String label) {
    if (label.isBlank()) {
      throw new GuardConfigurationException(shown + " cannot count by a blank label.");
    }
    if (parts.percent != null || parts.floor != NONE) {
      throw new GuardConfigurationException(
          shown
              + " has a percent or a floor, and there is no population per '"
              + label
              + "'. Give it a second limit.");
    }
    Parts next = limited();
    next.dimension = label;
    return new BlastRadiusLimit(next);
  }

  /**
   * And so many of the population must be left.
   *
   * @param least at least 1
   * @return a stricter limit
   */
  public BlastRadiusLimit keepAtLeast(long least) {
    if (least < 1 || least > MOST) {
      throw new GuardConfigurationException(
          shown
              + " keeps at least 1 to "
              + MOST
              + ", but was given "
              + least
              + ": a floor of zero keeps nothing.");
    }
    noDimension("a floor");
    Parts next = limited();
    next.floor = least;
    return new BlastRadiusLimit(next);
  }

  /**
   * Where the population comes from if neither plan nor intent brings one.
   *
   * @param all counts at every question; null, an exception or an incomplete count halts
   * @return the limit with a source of its population
   */
  public BlastRadiusLimit outOf(Supplier<Population> all) {
    Parts next = limited();
    next.all = Objects.requireNonNull(all, "population");
    return new BlastRadiusLimit(next);
  }

  /**
   * The limit's name in messages, and that of its budget in the store.
   *
   * @param label not blank
   * @return the named limit
   */
  public BlastRadiusLimit named(String label) {
    if (label.isBlank() || label.length() > 200) {
      throw new GuardConfigurationException(
          "The name of a blast radius limit has 1 to 200 characters and is not blank.");
    }
    Parts next = parts.copy();
    next.label = label;
    return new BlastRadiusLimit(next);
  }

  /**
   * This limit as that of one guard, whose name is part of its budget's. Called when a guard is
   * built.
   *
   * @param guard the guard's name
   * @param clocks where monotonic time comes from
   * @return the same limit, bound
   */
  public BlastRadiusLimit bind(String guard, Time clocks) {
    Parts next = parts.copy();
    next.guard = guard;
    next.time = Objects.requireNonNull(clocks, "time");
    return new BlastRadiusLimit(next);
  }

  /**
   * Whether this is {@link #unlimited}.
   *
   * @return true if it can refuse nothing
   */
  public boolean isUnlimited() {
    return parts.unlimited != null;
  }

  private Parts limited() {
    if (isUnlimited()) {
      throw new GuardConfigurationException(
          "What is unlimited takes no limits. Begin with perPlan(...).");
    }
    return parts.copy();
  }

  private void noDimension(String what) {
    if (parts.dimension != null) {
      throw new GuardConfigurationException(
          shown
              + " counts by label '"
              + parts.dimension
              + "', for which "
              + what
              + " has no population. Give it a second limit.");
    }
  }

  private static long count(String what, long most) {
    if (most < 0 || most > MOST) {
      throw new GuardConfigurationException(
          "A "
              + what
              + " is 0 to "
              + MOST
              + ", but was "
              + most
              + ": negative means nothing, and more could never refuse. Say unlimited(\"why\") if that is meant.");
    }
    return most;
  }

  @Override
  public String name() {
    return parts.label.isEmpty() ? "blast-radius" : "blast-radius " + parts.label;
  }

  @Override
  public Verdict review(Intent intent) {
    if (isUnlimited()) {
      return Verdict.allow();
    }
    List<Target> targets = intent.targets();
    String dimension = parts.dimension;
    if (dimension == null) {
      int asked = targets.size();
      Verdict verdict = judge(asked, population(intent.population().orElse(null)));
      verdict = verdict.and(call(asked));
      return book == null ? verdict : verdict.and(book.room(key, asked));
    }
    if (targets.size() == 1) {
      return one(targets.get(0).labels().get(dimension), 1, dimension, targets.get(0), book);
    }
    Map<String, Long> counts = new TreeMap<>();
    for (Target target : targets) {
      String value = target.labels().get(dimension);
      if (value == null) {
        return unlabelled(dimension, target);
      }
      counts.merge(value, 1L, Long::sum);
    }
    Verdict verdict = Verdict.allow();
    for (Map.Entry<String, Long> count : counts.entrySet()) {
      verdict = verdict.and(one(count.getKey(), count.getValue(), dimension, targets.get(0), book));
    }
    return verdict;
  }

  private Verdict call(long asked) {
    return asked > parts.perCall && parts.perCall != NONE ? overCall(asked) : Verdict.allow();
  }

  private Verdict one(
      @Nullable String value,
      long asked,
      String dimension,
      Target target,
      @Nullable WindowBook windows) {
    if (value == null) {
      return unlabelled(dimension, target);
    }
    Verdict verdict = Verdict.allow();
    if (asked > parts.perPlan) {
      verdict = overPlan(asked, value);
    }
    verdict = verdict.and(call(asked));
    return windows == null ? verdict : verdict.and(windows.room(key(value), asked));
  }

  @Override
  public Verdict reviewAll(Batch batch) {
    if (isUnlimited()) {
      return Verdict.allow();
    }
    String dimension = parts.dimension;
    if (dimension == null) {
      long asked = batch.targets();
      Verdict verdict = judge(batch.targetsInAll(), population(batch.population()));
      return book == null ? verdict : verdict.and(book.roomForAll(key, asked));
    }
    Map<String, Long> counts = new TreeMap<>();
    for (Intent intent : batch.intents()) {
      for (Target target : intent.targets()) {
        String value = target.labels().get(dimension);
        if (value == null) {
          return Verdict.halt(unlabelled(dimension, target).reasons().get(0));
        }
        counts.merge(value, 1L, Long::sum);
      }
    }
    Map<String, Long> before = new TreeMap<>();
    for (Intent intent : batch.before()) {
      for (Target target : intent.targets()) {
        before.merge(target.labels().getOrDefault(dimension, ""), 1L, Long::sum);
      }
    }
    Verdict verdict = Verdict.allow();
    for (Map.Entry<String, Long> count : counts.entrySet()) {
      long inAll = count.getValue() + before.getOrDefault(count.getKey(), 0L);
      if (inAll > parts.perPlan) {
        verdict = verdict.and(overPlan(inAll, count.getKey()));
      }
      if (book != null) {
        verdict = verdict.and(book.roomForAll(key(count.getKey()), count.getValue()));
      }
    }
    return verdict;
  }

  /** The one decision about a number of targets; plans, single calls and tripwires all ask it. */
  private Verdict judge(long asked, @Nullable Population all) {
    Verdict verdict = asked > parts.perPlan ? overPlan(asked, null) : Verdict.allow();
    if (all == null) {
      return verdict;
    }
    if (!all.complete()) {
      return verdict.and(incomplete(all));
    }
    if (parts.percent != null && asked > allowedOf(all.size())) {
      verdict = verdict.and(overPercent(asked, all.size()));
    }
    if (parts.floor != NONE && all.size() - asked < parts.floor) {
      verdict = verdict.and(belowFloor(asked, all.size()));
    }
    return verdict;
  }

  /** Null if no population is needed; incomplete if it is and nobody has it. */
  private @Nullable Population population(@Nullable Population given) {
    if (parts.percent == null && parts.floor == NONE) {
      return null;
    }
    if (given != null) {
      return given.size() == 0 && given.complete() ? EMPTY : given;
    }
    Supplier<Population> all = parts.all;
    if (all == null) {
      return MISSING;
    }
    try {
      Population counted = all.get();
      if (counted == null) {
        return Population.incomplete(0, "its source answered nothing");
      }
      return counted.size() == 0 && counted.complete() ? EMPTY : counted;
    } catch (Throwable fault) { // whatever it is, what could not be counted is not complete
      LOG.warn("The population of {} could not be counted.", shown, fault);
      return Population.incomplete(
          0, "it could not be counted (" + fault.getClass().getSimpleName() + ")");
    }
  }

  @SuppressWarnings("ReferenceEquality") // only the very one that says that nobody told
  private Verdict incomplete(Population all) {
    if (all.equals(MISSING)) {
      return Verdict.halt(
          Reason.of(
              name(),
              POPULATION_MISSING,
              shown
                  + " takes a percent or keeps a floor, but nobody said of how many. Give the population."));
    }
    return Verdict.halt(
        Reason.of(
            name(),
            Reason.EVIDENCE_INCOMPLETE,
            shown
                + " needs a complete population, but "
                + all.gap().orElse("it is incomplete")
                + ". Count again, completely."));
  }

  /** {@code floor(percent × population / 100)}, exactly. */
  private long allowedOf(long size) {
    BigInteger unscaled = parts.percentUnscaled;
    BigInteger divisor = parts.percentDivisor;
    if (unscaled.bitLength() + (64 - Long.numberOfLeadingZeros(size)) < 63
        && divisor.bitLength() < 63) {
      return unscaled.longValue() * size / divisor.longValue();
    }
    return unscaled.multiply(BigInteger.valueOf(size)).divide(divisor).longValue();
  }

  private Verdict overPlan(long asked, @Nullable String value) {
    return over(
        shown
            + " allows "
            + parts.perPlan
            + " per plan"
            + (value == null ? "" : " for each " + parts.dimension)
            + ", "
            + asked
            + " asked"
            + (value == null ? "" : " for '" + value + "'")
            + ". Split the plan or raise the limit.");
  }

  private Verdict overPercent(long asked, long size) {
    return over(
        shown
            + " allows "
            + allowedOf(size)
            + " per plan ("
            + shownPercent()
            + " % of "
            + size
            + " is "
            + allowedOf(size)
            + "), "
            + asked
            + " asked. Split the plan or raise the limit.");
  }

  private String shownPercent() {
    return parts.percent == null ? "" : parts.percent.toPlainString();
  }

  private Verdict overCall(long asked) {
    return over(
        shown
            + " allows "
            + parts.perCall
            + " per call, "
            + asked
            + " asked. Split the call or raise the limit.");
  }

  private Verdict belowFloor(long asked, long size) {
    return over(
        shown
            + " keeps at least "
            + parts.floor
            + ", but "
            + asked
            + " of "
            + size
            + " asked would leave "
            + (size - asked)
            + ". Ask for less or lower the floor.");
  }

  private Verdict over(String sentence) {
    return Verdict.halt(Reason.of(name(), OVER_LIMIT, sentence));
  }

  private Verdict unlabelled(String dimension, Target target) {
    return Verdict.refuse(
        Reason.of(
            name(),
            "label-missing",
            shown
                + " counts by label '"
                + dimension
                + "', which this "
                + target.kind()
                + " does not have. Label it, or count by something it has."));
  }

  @Override
  public Reservation reserve(Intent intent) {
    WindowBook windows = book;
    if (windows == null) {
      return Reservation.none();
    }
    Map<String, Long> counts = new TreeMap<>();
    String dimension = parts.dimension;
    for (Target target : intent.targets()) {
      String value = dimension == null ? "" : target.labels().get(dimension);
      if (value == null) {
        return new Reservation.Denied(unlabelled(String.valueOf(dimension), target));
      }
      counts.merge(value, 1L, Long::sum);
    }
    Drawn drawn = new Drawn(windows);
    for (Map.Entry<String, Long> count : counts.entrySet()) {
      WindowBook.Draw draw;
      try {
        draw = windows.draw(key(count.getKey()), count.getValue());
      } catch (RuntimeException fault) {
        drawn.giveBackAfter(fault);
        throw fault;
      }
      if (!draw.verdict().allowed()) {
        drawn.settle(Reservation.Settlement.NOT_RUN);
        return new Reservation.Denied(draw.verdict());
      }
      drawn.draws.add(draw);
    }
    return drawn;
  }

  /** What was drawn for one intent, one draw for each value it counts by. */
  private static final class Drawn implements Reservation.Held {
    private final WindowBook book;
    private final List<WindowBook.Draw> draws = new ArrayList<>();
    private final AtomicBoolean settled = new AtomicBoolean();

    Drawn(WindowBook book) {
      this.book = book;
    }

    @Override
    public void settle(Settlement how) {
      if (!settled.compareAndSet(false, true)) {
        throw new IllegalStateException(
            "A reservation is settled once, but was settled again as " + how + ".");
      }
      if (how == Settlement.NOT_RUN) {
        for (WindowBook.Draw draw : draws) {
          book.giveBack(draw);
        }
      }
    }

    void giveBackAfter(RuntimeException fault) {
      try {
        settle(Settlement.NOT_RUN);
      } catch (RuntimeException second) { // what could not be given back stays spent
        fault.addSuppressed(second);
      }
    }
  }

  private String key(String value) {
    String scope =
        parts.guard.length() + ":" + parts.guard + parts.label.length() + ":" + parts.label;
    String dimension =
        parts.dimension == null ? "" : parts.dimension.length() + ":" + parts.dimension + value;
    return StateStore.key("window", scope + dimension);
  }

  @Override
  public List<Tripwire> tripwires() {
    if (isUnlimited()) {
      return List.of(
          new Tripwire("a limit of zero would refuse", () -> !perPlan(0).judge(1, null).allowed()));
    }
    List<Tripwire> wires = new ArrayList<>();
    long tooMany = parts.perPlan + 1;
    String dimension = parts.dimension;
    if (dimension == null) {
      wires.add(
          new Tripwire(
              "one more than the plan limit halts",
              () -> says(judge(tooMany, null), overPlan(tooMany, null))));
    } else {
      Target made = Target.of("tripwire", "tripwire", "tripwire");
      wires.add(
          new Tripwire(
              "one more than the limit per value halts",
              () ->
                  says(
                      one("tripwire", tooMany, dimension, made, null),
                      overPlan(tooMany, "tripwire"))));
      wires.add(
          new Tripwire(
              "a target without the label is refused",
              () -> says(one(null, 0, dimension, made, null), unlabelled(dimension, made))));
    }
    if (parts.percent != null) {
      wires.add(
          new Tripwire(
              "one more than the percent halts",
              () -> {
                long asked = allowedOf(1000) + 1;
                return asked <= 1000
                    && says(judge(asked, Population.of(1000)), overPercent(asked, 1000));
              }));
      wires.add(
          new Tripwire(
              "an empty population halts", () -> halts(judge(1, population(Population.of(0))))));
    }
    if (parts.floor != NONE) {
      long size = parts.floor + 1;
      wires.add(
          new Tripwire(
              "one less than the floor halts",
              () -> says(judge(2, Population.of(size)), belowFloor(2, size))));
    }
    if (parts.perCall != NONE) {
      wires.add(
          new Tripwire(
              "one more than the call limit halts",
              () -> says(call(parts.perCall + 1), overCall(parts.perCall + 1))));
    }
    WindowBook windows = book;
    if (windows != null) {
      wires.add(new Tripwire("a full window refuses", windows::trips));
    }
    return List.copyOf(wires);
  }

  private static boolean says(Verdict verdict, Verdict expected) {
    return verdict.level().compareTo(expected.level()) >= 0
        && verdict.reasons().containsAll(expected.reasons());
  }

  private static boolean halts(Verdict verdict) {
    return verdict.level() == Verdict.Level.HALT;
  }

  @Override
  public String toString() {
    if (isUnlimited()) {
      return "BlastRadiusLimit: unlimited, because " + parts.unlimited;
    }
    return "BlastRadiusLimit: "
        + parts.perPlan
        + " per plan"
        + (parts.percent == null ? "" : ", " + shownPercent() + " %")
        + (parts.perCall == NONE ? "" : ", " + parts.perCall + " per call")
        + (parts.floor == NONE ? "" : ", keep at least " + parts.floor)
        + (parts.windows.isEmpty() ? "" : ", " + parts.windows)
        + (parts.dimension == null ? "" : ", for each " + parts.dimension);
  }
}
