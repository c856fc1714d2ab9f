package dev.guard.blastradius;

import dev.guard.Batch;
import dev.guard.Digest;
import dev.guard.GuardConfigurationException;
import dev.guard.Intent;
import dev.guard.Population;
import dev.guard.Reason;
import dev.guard.Reservation;
import dev.guard.Safeguard;
import dev.guard.Target;
import dev.guard.Tripwire;
import dev.guard.Verdict;
import dev.guard.state.Fence;
import dev.guard.state.StateStore;
import dev.guard.time.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How much may be touched: a count per plan, per call and per sliding window, a percent of all
 * there is, how much must be left, and no more than so many times the usual. Targets are counted,
 * not intents.
 *
 * <pre>{@code
 * BlastRadiusLimit.perPlan(50).percent(10)                               // the stricter of both
 * BlastRadiusLimit.perPlan(50).per(Duration.ofDays(1), 200).in(store)    // and never more than 200 in any 24 hours
 * }</pre>
 *
 * <p>Zero means none, never unlimited. A percent is rounded down: 10 % of 9 is 0. A percent or a
 * floor needs a complete population, from the plan, the intent, or {@link #outOf}; without one, or
 * with an empty one, it halts. A limit that begins with {@link #perPlan} builds without {@link
 * #outOf}, because its plans bring the population, and then halts a single call that brings none; a
 * limit for {@link #singleCalls} only does not build without. A plan over a limit halts before its
 * first act; it is never cut to size, and there is no option for that. A single call is a plan of
 * one.
 *
 * <p>People may approve one plan beyond its limit, by its digest; the windows and a limit of zero
 * stand nevertheless.
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
  public static final String OVER_LIMIT = Reason.OVER_LIMIT;

  /** Code of the reason that a sliding window has no room now. */
  public static final String WINDOW_USED_UP = "window-used-up";

  /** Code of the reason that a percent or a floor has no population to go by. */
  public static final String POPULATION_MISSING = "population-missing";

  /** Code of the reason that a limit for single calls was asked about a plan. */
  public static final String NO_PLANS = "no-plans";

  private final Terms terms;
  private final Judge judge;
  private final @Nullable Blocks book;
  private final @Nullable Growth growth;
  private final String key;

  private BlastRadiusLimit(Terms terms) {
    this.terms = terms;
    this.judge = new Judge(terms);
    this.key = terms.key("");
    StateStore store = terms.store;
    this.book =
        store == null
            ? null
            : new Blocks(
                new WindowBook(
                    terms.name(), terms.shown(), terms.windows, store, terms.time, terms.epoch),
                terms.block,
                terms.time);
    this.growth = terms.times == Terms.NONE ? null : new Growth(terms, history(terms));
  }

  private static @Nullable History history(Terms terms) {
    StateStore where = terms.store == null ? terms.historyStore : terms.store;
    return where == null ? null : new History(where, terms.scope(), terms.epoch);
  }

  /**
   * At most so many targets in one plan, and in one single call.
   *
   * @param most 0 to a thousand million; zero means none
   * @return the limit
   * @throws GuardConfigurationException if it is negative, or so large that it could never refuse
   */
  public static BlastRadiusLimit perPlan(long most) {
    Terms terms = new Terms();
    terms.perPlan = Terms.count("limit per plan", most);
    return new BlastRadiusLimit(terms);
  }

  /**
   * At most so many targets in one single call, and no plan at all: a plan halts. Such a limit has
   * no plan to bring a population, so with a percent or a floor it needs {@link #outOf}, or no
   * guard builds with it.
   *
   * @param most 0 to a thousand million; zero means none
   * @return the limit
   * @throws GuardConfigurationException if it is negative, or so large that it could never refuse
   */
  public static BlastRadiusLimit singleCalls(long most) {
    Terms terms = new Terms();
    terms.perCall = Terms.count("limit per call", most);
    return new BlastRadiusLimit(terms);
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
    Terms terms = new Terms();
    terms.unlimited = why;
    return new BlastRadiusLimit(terms);
  }

  /**
   * And at most this percent of the population, rounded down.
   *
   * @param most from 0, which means none, to less than 100; decimals are exact as written
   * @return a stricter limit
   * @throws GuardConfigurationException if it is negative, not a number, or 100 or more
   */
  public BlastRadiusLimit percent(double most) {
    noDimension("a percent");
    Terms next = limited();
    next.percent(most);
    return new BlastRadiusLimit(next);
  }

  /**
   * And at most so many targets in one intent.
   *
   * @param most 0 to a thousand million; zero means none
   * @return a stricter limit
   */
  public BlastRadiusLimit perCall(long most) {
    Terms next = limited();
    next.perCall = Terms.count("limit per call", most);
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
          terms.shown() + " takes a window of 1 second to 366 days, but was given " + length + ".");
    }
    return new Windowed(this, new WindowBook.Window(length, Terms.count("limit per window", most)));
  }

  /** A window that still lacks its store. Immutable and thread-safe. */
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
      Terms next = limit.limited();
      if (next.store != null && next.store != store) {
        throw new GuardConfigurationException(
            limit.terms.shown() + " keeps all its windows in one store.");
      }
      List<WindowBook.Window> windows = new ArrayList<>(next.windows);
      for (WindowBook.Window other : windows) {
        if (other.length().equals(window.length())) {
          throw new GuardConfigurationException(
              limit.terms.shown() + " has a window of " + window.length() + " already.");
        }
      }
      windows.add(window);
      next.windows = List.copyOf(windows);
      next.store = store;
      return new BlastRadiusLimit(next);
    }
  }

  /**
   * And no more than so many times what is usual: the median of what the last 32 runs of the same
   * action really touched (done, failed or in doubt), all runs of one plan together; of single
   * calls, of what the last calls touched. As long as fewer than five are known there is no usual,
   * and the other limits hold alone. A run that touched nothing is not counted, so the usual is at
   * least one. Kept in the store of the limit's windows, or else in the guard's; people may approve
   * one plan beyond it, by its digest.
   *
   * @param times 1 to 1000
   * @return a stricter limit; a guard without a store does not build with it
   * @throws GuardConfigurationException if it is out of range, or the limit counts by a label
   */
  public BlastRadiusLimit noMoreThanTimesUsual(int times) {
    if (times < 1 || times > 1000) {
      throw new GuardConfigurationException(
          terms.shown()
              + " takes 1 to 1000 times the usual, but was given "
              + times
              + ". For nothing at all, say perPlan(0).");
    }
    if (terms.dimension != null) {
      throw new GuardConfigurationException(
          terms.shown()
              + " counts by label '"
              + terms.dimension
              + "', and there is no usual per value. Give it a second limit.");
    }
    Terms next = limited();
    next.times = times;
    return new BlastRadiusLimit(next);
  }

  /**
   * Counts for every value of a label alone: {@code perPlan(5).forEach("namespace")} is five of
   * each namespace. Give the guard a second, plain limit to bound the sum. A target without the
   * label is refused.
   *
   * @param label the label's name; not blank
   * @return the limit per value
   * @throws GuardConfigurationException if a percent, a floor or a usual is set: there is none of
   *     them per value
   */
  public BlastRadiusLimit forEach(String label) {
    if (label.isBlank()) {
      throw new GuardConfigurationException(terms.shown() + " cannot count by a blank label.");
    }
    if (terms.percent != null || terms.floor != Terms.NONE || terms.times != Terms.NONE) {
      throw new GuardConfigurationException(
          terms.shown()
              + " has a percent, a floor or a usual, and there is none of them per '"
              + label
              + "'. Give it a second limit.");
    }
    Terms next = limited();
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
    if (least < 1 || least > Terms.MOST) {
      throw new GuardConfigurationException(
          terms.shown()
              + " keeps at least 1 to "
              + Terms.MOST
              + ", but was given "
              + least
              + ": a floor of zero keeps nothing.");
    }
    noDimension("a floor");
    Terms next = limited();
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
    Terms next = limited();
    next.all = Objects.requireNonNull(all, "population");
    return new BlastRadiusLimit(next);
  }

  /**
   * Draws from the windows' store in blocks, and spends them in this process: for stores that take
   * milliseconds a write. A block is spent while a bucket lasts, a 128th of the shortest window;
   * what is left goes back then or when a run ends. What a process held that died stays drawn, so
   * others may be refused what nobody used.
   *
   * @param size how many at once; 1, the default, to 10,000
   * @return the same limit, drawing in blocks
   * @throws GuardConfigurationException if there is no window, or the size is out of range
   */
  public BlastRadiusLimit inBlocksOf(int size) {
    if (terms.windows.isEmpty() || size < 1 || size > 10_000) {
      throw new GuardConfigurationException(
          terms.shown()
              + " draws its windows in blocks of 1 to 10,000, but was given "
              + size
              + (terms.windows.isEmpty() ? ", and has no window." : "."));
    }
    Terms next = limited();
    next.block = size;
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
    Terms next = terms.copy();
    next.label = label;
    return new BlastRadiusLimit(next);
  }

  /**
   * This limit as that of one guard, whose name is part of its budget's. Called when a guard is
   * built.
   *
   * @param guard the guard's name
   * @param clocks where monotonic time comes from
   * @param epoch the epoch of the guard's present run, if there is one: a run that somebody else
   *     took over from draws nothing any more
   * @return the same limit, bound
   * @throws GuardConfigurationException if it is for {@link #singleCalls} only and needs a
   *     population, but nothing says of how many
   */
  public BlastRadiusLimit bind(String guard, Time clocks, Supplier<Optional<Fence>> epoch) {
    return bind(guard, null, clocks, epoch);
  }

  /**
   * As {@link #bind(String, Time, Supplier)}, for a guard that has a store.
   *
   * @param guard the guard's name
   * @param store where its history is kept if it has no windows; null if there is no store
   * @param clocks where monotonic time comes from
   * @param epoch the epoch of the guard's present run, if there is one
   * @return the same limit, bound
   * @throws GuardConfigurationException as the other does, and if it is bounded by the usual, but
   *     there is no store
   */
  public BlastRadiusLimit bind(
      String guard, @Nullable StateStore store, Time clocks, Supplier<Optional<Fence>> epoch) {
    if (terms.times != Terms.NONE && terms.store == null && store == null) {
      throw new GuardConfigurationException(
          terms.shown()
              + " is bounded by what is usual, and memory forgets what was. Give the guard a store with state(...).");
    }
    if (terms.callsOnly() && terms.needsPopulation() && terms.all == null) {
      throw new GuardConfigurationException(
          terms.shown()
              + " takes a percent or keeps a floor of single calls, which no plan brings a population for. Give it one with outOf(...), or begin it with perPlan(...).");
    }
    Terms next = terms.copy();
    next.guard = guard;
    next.historyStore = store;
    next.time = Objects.requireNonNull(clocks, "time");
    next.epoch = Objects.requireNonNull(epoch, "epoch");
    return new BlastRadiusLimit(next);
  }

  /**
   * Whether this is {@link #unlimited}.
   *
   * @return true if it can refuse nothing
   */
  public boolean isUnlimited() {
    return terms.unlimited != null;
  }

  /**
   * How much of its windows is used now, over all who share the store. Draws nothing.
   *
   * @return one for each window; none if it has no windows, or counts them for each value of a
   *     label
   * @throws dev.guard.StateException if the store cannot be read
   */
  public List<Budget> budgets() {
    return book == null || terms.dimension != null ? List.of() : book.budgets(key);
  }

  private Terms limited() {
    if (isUnlimited()) {
      throw new GuardConfigurationException(
          "What is unlimited takes no limits. Begin with perPlan(...).");
    }
    return terms.copy();
  }

  private void noDimension(String what) {
    if (terms.dimension != null) {
      throw new GuardConfigurationException(
          terms.shown()
              + " counts by label '"
              + terms.dimension
              + "', for which "
              + what
              + " has no population. Give it a second limit.");
    }
  }

  @Override
  public String name() {
    return terms.name();
  }

  /**
   * The same limit while one plan is applied: what is touched then is what will be usual later.
   *
   * @param action the plan's action
   * @param plan the plan
   * @return a safeguard of the same name
   */
  public Safeguard of(String action, Digest plan) {
    return growth == null ? this : new OfPlan(this, growth, action, plan);
  }

  @Override
  public Verdict review(Intent intent) {
    Verdict verdict = reviewOfPlan(intent);
    return growth == null
        ? verdict
        : verdict.and(growth.ofCall(intent.action(), intent.targets().size()));
  }

  /** One item of a plan; how much is usual is asked of the plan alone. */
  Verdict reviewOfPlan(Intent intent) {
    if (isUnlimited()) {
      return Verdict.allow();
    }
    List<Target> targets = intent.targets();
    String dimension = terms.dimension;
    if (dimension == null) {
      int asked = targets.size();
      Verdict verdict =
          judge
              .whole(asked, judge.population(intent.population().orElse(null)))
              .and(judge.perCall(asked));
      return book == null ? verdict : verdict.and(book.room(key, asked));
    }
    Target first = targets.get(0);
    if (targets.size() == 1) {
      return ofValue(first.labels().get(dimension), 1, first);
    }
    Counts counts = Counts.of(dimension, targets);
    Target unlabelled = counts.unlabelled();
    if (unlabelled != null) {
      return judge.unlabelled(unlabelled);
    }
    Verdict verdict = Verdict.allow();
    for (Map.Entry<String, Long> count : counts.byValue().entrySet()) {
      verdict = verdict.and(ofValue(count.getKey(), count.getValue(), first));
    }
    return verdict;
  }

  private Verdict ofValue(@Nullable String value, long asked, Target example) {
    Verdict verdict = judge.ofValue(value, asked, example);
    return value == null || book == null
        ? verdict
        : verdict.and(book.room(terms.key(value), asked));
  }

  @Override
  public Verdict reviewAll(Batch batch) {
    if (isUnlimited()) {
      return Verdict.allow();
    }
    Verdict verdict = judge.plans();
    if (terms.dimension == null) {
      verdict =
          verdict.and(
              lifted(
                  batch,
                  judge
                      .whole(batch.targetsInAll(), judge.population(batch.population()))
                      .and(usual(batch))));
      return book == null ? verdict : verdict.and(book.roomForAll(key, batch.targets()));
    }
    Counts now = Counts.ofAll(terms.dimension, batch.intents());
    Target unlabelled = now.unlabelled();
    if (unlabelled != null) {
      return Verdict.halt(judge.unlabelled(unlabelled).reasons().get(0));
    }
    Counts before = Counts.ofAll(terms.dimension, batch.before());
    for (Map.Entry<String, Long> count : now.byValue().entrySet()) {
      String value = count.getKey();
      verdict =
          verdict.and(lifted(batch, judge.perPlan(count.getValue() + before.of(value), value)));
      if (book != null) {
        verdict = verdict.and(book.roomForAll(terms.key(value), count.getValue()));
      }
    }
    return verdict;
  }

  private Verdict usual(Batch batch) {
    return growth == null
        ? Verdict.allow()
        : growth.ofPlan(batch.action(), batch.plan(), batch.targetsInAll());
  }

  /** What people approved beyond the limit of one plan; windows and unknowns stay as they are. */
  private static Verdict lifted(Batch batch, Verdict said) {
    if (!batch.overLimitApproved()) {
      return said;
    }
    List<Reason> rest =
        said.reasons().stream().filter(reason -> !reason.code().equals(OVER_LIMIT)).toList();
    return rest.isEmpty() ? Verdict.allow() : new Verdict(said.level(), rest);
  }

  @Override
  public Reservation reserve(Intent intent) {
    Growth usual = growth;
    if (usual == null) {
      return draw(intent);
    }
    String action = intent.action();
    int asked = intent.targets().size();
    Verdict verdict = usual.readOfCall(action, asked);
    if (!verdict.allowed()) {
      return new Reservation.Denied(verdict);
    }
    Reservation drawn = draw(intent);
    return drawn instanceof Reservation.Denied
        ? drawn
        : Counted.of(drawn, () -> usual.required().call(action, asked));
  }

  /** Draws from the windows alone. */
  Reservation draw(Intent intent) {
    Blocks windows = book;
    if (windows == null) {
      return Reservation.none();
    }
    Counts counts = Counts.of(terms.dimension, intent.targets());
    Target unlabelled = counts.unlabelled();
    return unlabelled != null
        ? new Reservation.Denied(judge.unlabelled(unlabelled))
        : Drawn.from(windows, terms, counts);
  }

  /** Gives back what was drawn ahead and not spent. */
  @Override
  public void ended() {
    if (book != null) {
      book.giveBackAll();
    }
  }

  @Override
  public List<Tripwire> tripwires() {
    if (isUnlimited()) {
      return List.of(
          new Tripwire(
              "a limit of zero would refuse", () -> !perPlan(0).judge.whole(1, null).allowed()));
    }
    List<Tripwire> wires = new ArrayList<>(judge.tripwires());
    Blocks windows = book;
    if (windows != null) {
      wires.add(new Tripwire("a full window refuses", windows::trips));
    }
    Growth usual = growth;
    if (usual != null) {
      wires.add(new Tripwire("one more than so many times the usual halts", usual::trips));
    }
    return List.copyOf(wires);
  }

  @Override
  public String toString() {
    return terms.toString();
  }
}
