package dev.guard.soak;

import dev.guard.Digest;
import dev.guard.GuardConfigurationException;
import dev.guard.Intent;
import dev.guard.Reason;
import dev.guard.Safeguard;
import dev.guard.StateException;
import dev.guard.Target;
import dev.guard.Tripwire;
import dev.guard.Verdict;
import dev.guard.state.Fence;
import dev.guard.state.StateDocument;
import dev.guard.state.StateDocument.Change;
import dev.guard.state.StateStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A guard stays a dry run until so many clean runs were counted, also where the caller said
 * execute. Each run remembers what would have gone; what would have gone and is later found in use,
 * or objected to, is a false positive: the count begins again, and nothing is counted until a
 * person dismisses it.
 *
 * <pre>{@code
 * Guard guard = Guard.named("cleanup").dryRun(DryRun.unless(execute)).shadow(Shadow.cleanRuns(5)).state(store)...build();
 * }</pre>
 *
 * <p>A run is clean if it was not halted, something would have gone, nothing could not be read, and
 * no false positive is open. It is counted once for each plan, and at most once an hour. Runs of a
 * caller who did not say execute count nothing. Whether the guard has graduated is read when it is
 * built, so the run after the last clean one is the first that acts. What cannot be read is a dry
 * run. Single calls are simulated, and count nothing.
 *
 * <p>Immutable and thread-safe.
 */
public final class Shadow implements Safeguard {
  /** Code of the reason that too few clean runs were counted. */
  public static final String IN_SHADOW = "in-shadow";

  /** Code of the reason that it would have gone and is needed or objected to. */
  public static final String FALSE_POSITIVE = "false-positive";

  private static final String NAME = "shadow";
  private static final Logger LOG = LoggerFactory.getLogger(Shadow.class);

  private final int needed;
  private final Duration apart;
  private final @Nullable Kept kept;

  /** What a guard keeps. */
  private record Kept(
      StateStore store,
      StateDocument<ShadowBook> document,
      Supplier<Optional<Fence>> epoch,
      boolean executing,
      Verdict verdict) {}

  private Shadow(int needed, Duration apart, @Nullable Kept kept) {
    this.needed = needed;
    this.apart = apart;
    this.kept = kept;
  }

  /**
   * What would have gone, and must not have.
   *
   * @param action what would have been done
   * @param target to what
   * @param what why it must not
   * @param at when that was found
   */
  public record FalsePositive(String action, Target target, String what, Instant at) {
    /** Checks. */
    public FalsePositive {
      Objects.requireNonNull(action, "action");
      Objects.requireNonNull(target, "target");
      Objects.requireNonNull(what, "what");
      Objects.requireNonNull(at, "at");
    }
  }

  /**
   * How far a guard is.
   *
   * @param needed how many clean runs it needs
   * @param clean how many were counted
   * @param falsePositives what nobody dismissed yet
   * @param since when it graduated, or null if it did not yet
   */
  public record Status(
      int needed, long clean, List<FalsePositive> falsePositives, @Nullable Instant since) {
    /** Copies. */
    public Status {
      falsePositives = List.copyOf(falsePositives);
    }

    /**
     * When it graduated.
     *
     * @return empty while it is in shadow
     */
    public Optional<Instant> graduated() {
      return Optional.ofNullable(since);
    }

    @Override
    public String toString() {
      StringBuilder text =
          new StringBuilder()
              .append(clean)
              .append(" of ")
              .append(needed)
              .append(needed == 1 ? " clean run" : " clean runs");
      if (!falsePositives.isEmpty()) {
        FalsePositive first = falsePositives.get(0);
        text.append(", ")
            .append(falsePositives.size())
            .append(falsePositives.size() == 1 ? " false positive: " : " false positives: ")
            .append(first.target())
            .append(' ')
            .append(first.what());
      }
      return text.append(since == null ? "" : ", graduated at " + since).toString();
    }
  }

  /**
   * What a run in shadow came to.
   *
   * @param status how far the guard is now
   * @param found the false positives that this run found
   * @param counted whether the run was counted as clean
   */
  public record Ended(Status status, List<FalsePositive> found, boolean counted) {
    /** Copies. */
    public Ended {
      found = List.copyOf(found);
    }

    /**
     * Whether nothing is missing any more.
     *
     * @return true if the guard may graduate
     */
    public boolean ripe() {
      return status.clean() >= status.needed() && status.falsePositives().isEmpty();
    }
  }

  /**
   * So many clean runs. A guard with a shadow needs a store, because memory forgets.
   *
   * @param runs 1 to 1000
   * @return the shadow
   * @throws GuardConfigurationException if it is out of range
   */
  public static Shadow cleanRuns(int runs) {
    if (runs < 1 || runs > 1000) {
      throw new GuardConfigurationException(
          "A shadow takes 1 to 1000 clean runs, but was given "
              + runs
              + ". A guard that needs none has none.");
    }
    return new Shadow(runs, Duration.ofHours(1), null);
  }

  /**
   * Counted runs are at least so far apart, by the store's clock.
   *
   * @param least not negative, at most 366 days; by default an hour
   * @return a new shadow
   * @throws GuardConfigurationException if it is out of range
   */
  public Shadow apart(Duration least) {
    if (least.isNegative() || least.compareTo(Duration.ofDays(366)) > 0) {
      throw new GuardConfigurationException(
          "Clean runs are 0 seconds to 366 days apart, but were given " + least + ".");
    }
    return new Shadow(needed, least, kept);
  }

  /**
   * This shadow as that of one guard. Called when a guard is built; reads how far it is.
   *
   * @param guard the guard's name
   * @param store where it is kept
   * @param epoch the epoch of the guard's present run, if there is one
   * @param executing whether the caller said execute; what a rehearsal sees is not kept
   * @return the same shadow, bound
   * @throws GuardConfigurationException if there is no store
   */
  public Shadow bind(
      String guard,
      @Nullable StateStore store,
      Supplier<Optional<Fence>> epoch,
      boolean executing) {
    if (store == null) {
      throw new GuardConfigurationException(
          "Guard '"
              + guard
              + "' has a shadow but no store, and memory forgets. Give it one with state(...).");
    }
    StateDocument<ShadowBook> document =
        StateDocument.in(store, StateStore.key("shadow", guard), new ShadowBook.Form());
    return new Shadow(needed, apart, new Kept(store, document, epoch, executing, now(document)));
  }

  private Verdict now(StateDocument<ShadowBook> document) {
    try {
      return judge(document.read().orElse(ShadowBook.EMPTY));
    } catch (StateException fault) {
      LOG.warn("What was seen in shadow cannot be read, so it is a dry run.", fault);
      return Verdict.simulate(
          Reason.pending(
              NAME,
              IN_SHADOW,
              "How many clean runs there were cannot be read, so it stays a dry run. Look into the state store."));
    }
  }

  /** The one decision; the tripwire asks it too. */
  private Verdict judge(ShadowBook book) {
    return book.graduated() != null
        ? Verdict.allow()
        : Verdict.simulate(
            Reason.pending(
                NAME,
                IN_SHADOW,
                "It is in shadow: " + status(book) + ". Until then nothing goes."));
  }

  private Status status(ShadowBook book) {
    return new Status(
        needed, Math.min(needed, book.clean()), book.falsePositives(), book.graduated());
  }

  private Kept kept() {
    if (kept == null) {
      throw new StateException("This shadow is no guard's. Give it to one with shadow(...).");
    }
    return kept;
  }

  /**
   * Whether it makes its guard a dry run.
   *
   * @return true until the guard that was built after the last clean run
   */
  public boolean isOn() {
    return kept == null || !kept.verdict().allowed();
  }

  /**
   * Whether its runs are counted.
   *
   * @return true in shadow, if the caller said execute
   */
  public boolean counts() {
    return isOn() && kept().executing();
  }

  /**
   * How far the guard is now.
   *
   * @return what the store says
   * @throws StateException if that cannot be read
   */
  public Status status() {
    return status(kept().document().read().orElse(ShadowBook.EMPTY));
  }

  /**
   * Told what a run in shadow came to.
   *
   * @param action what would have been done
   * @param plan the plan
   * @param gone what would have gone
   * @param against what is in use or objected to, and why
   * @param clean whether nothing went wrong in it
   * @return what it comes to
   * @throws StateException if it could not be kept
   */
  public Ended ran(
      String action,
      Digest plan,
      Collection<Target> gone,
      Map<Target, String> against,
      boolean clean) {
    Instant now = kept().store().now();
    return fenced()
        .change(
            found -> {
              ShadowBook book = found.orElse(ShadowBook.EMPTY);
              return book.graduated() == null
                  ? seen(book, action, plan, gone, against, clean, now)
                  : Change.none(new Ended(status(book), List.of(), false));
            });
  }

  private Change<ShadowBook, Ended> seen(
      ShadowBook book,
      String action,
      Digest plan,
      Collection<Target> gone,
      Map<Target, String> against,
      boolean clean,
      Instant now) {
    Set<String> watched = new TreeSet<>(book.watched());
    List<FalsePositive> open = new ArrayList<>(book.falsePositives());
    List<FalsePositive> found = new ArrayList<>();
    against.forEach(
        (target, what) -> {
          String name = ShadowBook.name(action, target);
          boolean known =
              open.stream()
                  .anyMatch(one -> one.action().equals(action) && one.target().equals(target));
          if (!known && open.size() < ShadowBook.MOST_FALSE_POSITIVES && watched.remove(name)) {
            FalsePositive one = new FalsePositive(action, target, what, now);
            open.add(one);
            found.add(one);
          }
        });
    Set<String> more = new TreeSet<>(watched);
    gone.forEach(target -> more.add(ShadowBook.name(action, target)));
    boolean room = more.size() <= ShadowBook.MOST_WATCHED;
    Instant last = book.lastAt();
    boolean counted =
        clean
            && room
            && !gone.isEmpty()
            && open.isEmpty()
            && !plan.equals(book.lastPlan())
            && (last == null || !now.isBefore(last.plus(apart)));
    long before = open.isEmpty() ? book.clean() : 0;
    ShadowBook next =
        new ShadowBook(
            counted ? before + 1 : before,
            counted ? plan : book.lastPlan(),
            counted ? now : last,
            room ? more : watched,
            List.copyOf(open),
            null);
    return Change.to(next, new Ended(status(next), found, counted));
  }

  /**
   * Lets the guard go. The caller puts it on the record first.
   *
   * @throws StateException if nothing says that it is ripe, or it could not be kept
   */
  public void graduate() {
    Instant now = kept().store().now();
    fenced()
        .change(
            found -> {
              ShadowBook book = found.orElse(ShadowBook.EMPTY);
              if (book.graduated() != null) {
                return Change.none(true);
              }
              if (book.clean() < needed || !book.falsePositives().isEmpty()) {
                throw new StateException("It is in shadow: " + status(book) + ".");
              }
              return Change.to(book.graduatedAt(now), true);
            });
  }

  /**
   * Takes a person's word that a false positive is none, or is understood. The caller puts it on
   * the record first. Runs are counted again, from none.
   *
   * @param target what would have gone
   * @return whether it was one
   * @throws StateException if it could not be kept
   */
  public boolean dismiss(Target target) {
    return kept()
        .document()
        .change(
            found -> {
              ShadowBook book = found.orElse(ShadowBook.EMPTY);
              ShadowBook rest = book.without(target);
              return rest.falsePositives().size() == book.falsePositives().size()
                  ? Change.none(false)
                  : Change.to(rest, true);
            });
  }

  private StateDocument<ShadowBook> fenced() {
    Kept mine = kept();
    return mine.epoch().get().map(mine.document()::fencedBy).orElse(mine.document());
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Verdict review(Intent intent) {
    return kept == null ? judge(ShadowBook.EMPTY) : kept.verdict();
  }

  /** What has graduated must still have: whose state was put back begins anew. */
  @Override
  public Verdict refresh() {
    if (isOn() || now(kept().document()).allowed()) {
      return Verdict.allow();
    }
    return Verdict.halt(
        Reason.of(
            NAME,
            IN_SHADOW,
            "This guard had graduated when it was built, and the state store does not say so any more. Build it anew, and find out who changed the state."));
  }

  @Override
  public List<Tripwire> tripwires() {
    return List.of(
        new Tripwire(
            "a guard in shadow simulates",
            () -> judge(ShadowBook.EMPTY).level() == Verdict.Level.SIMULATE));
  }

  @Override
  public String toString() {
    return "shadow until " + needed + " clean runs";
  }
}
