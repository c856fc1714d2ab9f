package dev.guard.state;

import dev.guard.GuardConfigurationException;
import dev.guard.StateException;
import dev.guard.internal.Ids;
import dev.guard.state.StateDocument.Change;
import dev.guard.time.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A run lock for stores that have none of their own: a document that its owner renews, and that
 * somebody else takes over when it was not renewed for its whole term.
 *
 * <pre>{@code
 * RunLease lease = RunLease.in(PostgresStore.on(source), Time.system()).lasting(Duration.ofMinutes(15));
 * }</pre>
 *
 * <p>Each owner has an epoch, one more than the one before. What a run writes into the state
 * carries it, and a lower one is refused there. The target's system knows nothing of epochs, so
 * acts are kept apart by time: the owner starts none unless its term, counted by its own clocks
 * from before it asked for it, outlives the act; whichever of its clocks ran further counts.
 *
 * <p>With a store that has a clock of its own, everybody's term is read off that clock. With
 * others, a taker must have seen no change for a whole term itself, or the owner's wall clock must
 * be a term and {@link #SKEW} behind the taker's: hosts whose clocks differ by more than that are a
 * stated non-guarantee. A document that cannot be read is an error, never a free lock. Renewed on
 * the run's own thread; there is no other. Thread-safe.
 */
public final class RunLease implements RunLock {
  /** How far apart the wall clocks of two hosts may be. */
  public static final Duration SKEW = Duration.ofMinutes(10);

  private static final Logger LOG = LoggerFactory.getLogger(RunLease.class);
  private static final Duration TERM = Duration.ofMinutes(15);

  private final StateStore store;
  private final Time time;
  private final Duration term;
  private final Map<String, Watched> watched = new HashMap<>();

  /** A term of another owner, and since when this object has seen it unchanged. */
  private record Watched(LeaseTerm term, long nanos) {}

  private RunLease(StateStore store, Time time, Duration term) {
    this.store = Objects.requireNonNull(store, "store");
    this.time = Objects.requireNonNull(time, "time");
    this.term = term;
  }

  /**
   * A lease of fifteen minutes in a store.
   *
   * @param store where it is kept, shared by all who may run
   * @param time the clocks of this host
   * @return the lease
   */
  public static RunLease in(StateStore store, Time time) {
    return new RunLease(store, time, TERM);
  }

  /**
   * The same with another term.
   *
   * @param length a minute to a day; long enough for the longest act and then some
   * @return a new lease
   */
  public RunLease lasting(Duration length) {
    if (length.compareTo(Duration.ofMinutes(1)) < 0 || length.compareTo(Duration.ofDays(1)) > 0) {
      throw new GuardConfigurationException(
          "A lease lasts a minute to a day, but was given " + length + ".");
    }
    return new RunLease(store, time, length);
  }

  /**
   * How long a term is.
   *
   * @return the length
   */
  public Duration term() {
    return term;
  }

  private StateDocument<LeaseTerm> document(String name) {
    return StateDocument.in(store, StateStore.key("run-lease", name), LeaseTerm.FORM);
  }

  @Override
  public synchronized Optional<Held> tryLock(String name, String owner, String purpose) {
    StateDocument<LeaseTerm> document = document(name);
    String holder = Ids.write();
    Instant localNow = time.now();
    long localNanos = time.nanos();
    Taken taken =
        document.change(
            found -> {
              LeaseTerm now = found.orElse(null);
              if (now != null && !free(name, now)) {
                return Change.none(new Taken(null, false));
              }
              LeaseTerm mine =
                  LeaseTerm.next(epoch(now), holder, owner, purpose, store.now(), term);
              return Change.to(mine, new Taken(mine, now != null && !now.released()));
            });
    LeaseTerm mine = taken.term;
    if (mine == null) {
      return Optional.empty();
    }
    watched.remove(name);
    return Optional.of(
        new Run(
            store, document, mine.fence(), taken.over, new Term(time, term, localNow, localNanos)));
  }

  /**
   * One more than the last one. Where the lease was lost but windows were not, a time in seconds:
   * it is beyond every epoch that was counted up, so that no window takes this run for a dead one.
   */
  private long epoch(@Nullable LeaseTerm before) {
    if (before != null) {
      return Math.addExact(before.fence().epoch(), 1);
    }
    return store.keys("guard/window/").isEmpty() ? 1 : Math.max(1, store.now().getEpochSecond());
  }

  private record Taken(@Nullable LeaseTerm term, boolean over) {}

  /** Whether nobody can be acting under this term any more. */
  private boolean free(String name, LeaseTerm now) {
    if (now.released()) {
      return true;
    }
    Duration wall = Duration.between(now.renewed(), store.now());
    if (store.capabilities().ownClock()) {
      return wall.compareTo(now.length()) > 0;
    }
    if (wall.compareTo(now.length().plus(SKEW)) > 0) {
      return true;
    }
    Watched seen = watched.get(name);
    if (seen == null || !seen.term.equals(now)) {
      watched.put(name, new Watched(now, time.nanos()));
      return false;
    }
    return time.nanos() - seen.nanos > now.length().toNanos();
  }

  @Override
  public Optional<String> owner(String name) {
    return document(name)
        .read()
        .filter(term -> !term.released())
        .map(term -> term.shown(store.now()));
  }

  /**
   * Frees a lease whose owner will not come back, for people who know that. The owner's epoch is
   * over: should it live after all, it learns so before its next act or write.
   *
   * @param name the guard's name
   * @return who held it, as {@link #owner} said; empty if nobody did
   * @throws StateException if it could not be read or written
   */
  @Override
  public Optional<String> release(String name) {
    return document(name)
        .change(
            found ->
                found
                    .filter(term -> !term.released())
                    .map(
                        term ->
                            Change.to(
                                term.broken(store.now()), Optional.of(term.shown(store.now()))))
                    .orElseGet(() -> Change.none(Optional.empty())));
  }

  /** What is left of a term by this host's clocks, whichever ran further. */
  private record Term(Time time, Duration length, Instant askedAt, long askedNanos) {
    Duration left() {
      Duration wall = Duration.between(askedAt, time.now());
      Duration steady = Duration.ofNanos(time.nanos() - askedNanos);
      Duration gone = wall.compareTo(steady) > 0 ? wall : steady;
      return gone.isNegative() ? Duration.ZERO : length.minus(gone);
    }
  }

  /** A held lease. */
  private static final class Run implements Held {
    private final StateStore store;
    private final StateDocument<LeaseTerm> document;
    private final boolean over;
    private final Fence mine;
    private Term term;
    private boolean lost;
    private boolean closed;

    Run(StateStore store, StateDocument<LeaseTerm> document, Fence mine, boolean over, Term term) {
      this.store = store;
      this.document = document;
      this.mine = mine;
      this.over = over;
      this.term = term;
    }

    @Override
    public boolean takenOver() {
      return over;
    }

    @Override
    public synchronized Optional<Fence> fence() {
      return Optional.of(mine);
    }

    /**
     * Looks each time, so that a person's release is seen before the next act, and renews when a
     * third of the term is over.
     */
    @Override
    public synchronized boolean holds(Duration needed) {
      if (lost || closed) {
        return false;
      }
      Duration left = term.left();
      boolean due =
          left.compareTo(needed) < 0
              || left.compareTo(term.length().multipliedBy(2).dividedBy(3)) < 0;
      boolean told = due ? renew() : look();
      return told && !lost && term.left().compareTo(needed) >= 0;
    }

    /** False if it cannot be told: somebody may have freed the lease, and another run begun. */
    private boolean look() {
      try {
        lost = document.read().filter(now -> !now.released() && now.fence().equals(mine)).isEmpty();
        return true;
      } catch (StateException fault) {
        LOG.warn("The lease could not be read, so nothing new starts under it.", fault);
        return false;
      }
    }

    private boolean renew() {
      Term next = new Term(term.time, term.length, term.time.now(), term.time.nanos());
      try {
        boolean renewed =
            document.change(
                found ->
                    found
                        .filter(now -> !now.released() && now.fence().equals(mine))
                        .map(now -> Change.to(now.renewed(store.now()), true))
                        .orElseGet(() -> Change.none(false)));
        lost = !renewed;
        term = renewed ? next : term;
        return true;
      } catch (StateException fault) {
        LOG.warn("The lease could not be renewed, so nothing new starts under it.", fault);
        return false;
      }
    }

    @Override
    public synchronized void close() {
      if (closed) {
        return;
      }
      closed = true;
      try {
        document.change(
            found ->
                found
                    .filter(now -> !now.released() && now.fence().equals(mine))
                    .map(now -> Change.to(now.released(store.now()), true))
                    .orElseGet(() -> Change.none(false)));
      } catch (StateException fault) { // the run is over, and its report must not be lost for this
        LOG.warn("The lease could not be given back; it ends with its term.", fault);
      }
    }
  }
}
