package dev.guard.soak;

import dev.guard.GuardConfigurationException;
import dev.guard.Intent;
import dev.guard.Reason;
import dev.guard.Reservation;
import dev.guard.Safeguard;
import dev.guard.StateException;
import dev.guard.Target;
import dev.guard.Tripwire;
import dev.guard.Verdict;
import dev.guard.internal.Cause;
import dev.guard.soak.ObjectionBook.Noted;
import dev.guard.soak.Shard.Mark;
import dev.guard.state.ObservedClock;
import dev.guard.state.StateDocument.Change;
import dev.guard.state.StateStore;
import dev.guard.time.Time;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A target goes only after people had time to object: so long after its first proven announcement,
 * and while no objection to it stands.
 *
 * <pre>{@code
 * Guard guard = Guard.named("cleanup").soak(Soak.of(Duration.ofDays(7))).state(store)...build();
 * guard.announce(plan, items -> told(items));       // every day; starts the wait of what is new
 * guard.apply(plan, effect);                        // refuses what has not soaked, pending
 * }</pre>
 *
 * <p>The wait belongs to guard, action and target, not to a plan. It is the time that was observed:
 * whenever a plan, an announcement or a run begins, the time since the last such look is added, at
 * most 25 hours, and no more than the clocks agree on. So a clock that jumps counts for one look at
 * most, and a guard that nobody runs lets nothing ripen. A target that is found in use must be
 * announced anew, and so must one that comes back after it went. That a target is missing from a
 * plan changes nothing, for the scan may have been incomplete; but 30 days after it was ripe an
 * announcement that nobody repeated lapses. Objections are read at least every second. What cannot
 * be read refuses, and not as pending.
 *
 * <p>Thread-safe; the object that a guard uses is its own.
 */
public final class Soak implements Safeguard {
  /** Code of the reason that it was not announced long enough ago. */
  public static final String SOAKING = "soaking";

  /** Code of the reason that a person objects. */
  public static final String OBJECTED = "objected";

  /** Code of the reason that announcements or objections cannot be read. */
  public static final String UNREADABLE = "soak-unreadable";

  private static final String NAME = "soak";
  private static final Duration LAPSE = Duration.ofDays(30);
  private static final Duration LONGEST = Duration.ofDays(366);
  private static final Duration REMEMBERED = Duration.ofSeconds(1);
  private static final long DAY = Duration.ofDays(1).toMillis();
  private static final Logger LOG = LoggerFactory.getLogger(Soak.class);

  private final Duration length;
  private final Supplier<? extends Collection<Objection>> more;
  private final @Nullable Book book;

  /** What a guard keeps. */
  private record Book(
      String guard, StateStore store, Time time, ObservedClock clock, ObjectionBook objections) {}

  private final Map<String, Seen<Map<String, Mark>>> shards = new HashMap<>();
  private @Nullable Seen<Said> said;

  /** What was read, and when. */
  private record Seen<V>(V value, Instant at, long nanos) {}

  /** The objections, and the store's clock when they were read. */
  private record Said(List<Noted> objections, Instant now) {}

  private Soak(
      Duration length, Supplier<? extends Collection<Objection>> more, @Nullable Book book) {
    this.length = length;
    this.more = more;
    this.book = book;
  }

  /**
   * A wait of this length. A guard with a soak needs a store, because memory forgets.
   *
   * @param length more than nothing, at most 366 days
   * @return the soak
   * @throws GuardConfigurationException if it is not
   */
  public static Soak of(Duration length) {
    if (length.isZero() || length.isNegative() || length.compareTo(LONGEST) > 0) {
      throw new GuardConfigurationException(
          "A soak is longer than nothing and at most 366 days, but was "
              + length
              + ". A guard that needs none has none.");
    }
    return new Soak(length, List::of, null);
  }

  /**
   * This soak with objections from elsewhere besides, for example from a file that people edit.
   *
   * @param source what stands there now; asked at least every second; an exception refuses every
   *     target
   * @return a new soak
   */
  public Soak objectionsFrom(Supplier<? extends Collection<Objection>> source) {
    return new Soak(length, Objects.requireNonNull(source, "source"), book);
  }

  /**
   * This soak as that of one guard. Called when a guard is built.
   *
   * @param guard the guard's name
   * @param store where announcements and objections are kept
   * @param time where monotonic time comes from
   * @return the same soak, bound
   * @throws GuardConfigurationException if there is no store
   */
  public Soak bind(String guard, @Nullable StateStore store, Time time) {
    if (store == null) {
      throw new GuardConfigurationException(
          "Guard '"
              + guard
              + "' has a soak but no store, and memory forgets. Give it one with state(...).");
    }
    ObservedClock clock = ObservedClock.in(store, time, "soak-clock", guard);
    return new Soak(
        length, more, new Book(guard, store, time, clock, new ObjectionBook(store, guard)));
  }

  private Book book() {
    if (book == null) {
      throw new StateException("This soak is no guard's. Give it to one with soak(...).");
    }
    return book;
  }

  @Override
  public String name() {
    return NAME;
  }

  /** Adds the time since the last look. If that cannot be kept, nothing ripens meanwhile. */
  @Override
  public Verdict refresh() {
    try {
      book().clock().tick();
    } catch (StateException fault) {
      LOG.warn("The time that passed could not be kept, so it does not count.", fault);
    }
    return Verdict.allow();
  }

  @Override
  public boolean stale() {
    return book().clock().stale();
  }

  @Override
  public Verdict review(Intent intent) {
    Verdict all = Verdict.allow();
    try {
      Book of = book();
      long observed = of.clock().observed();
      Said said = said(of);
      Instant now = said.now();
      Map<Target, Objection> objected = objected(said, observed);
      for (Target target : intent.targets()) {
        Mark mark = mark(of, intent.action(), target);
        all = all.and(ripe(mark, observed, length, now)).and(kept(objected.get(target)));
      }
      return all;
    } catch (RuntimeException fault) { // whatever it is, what nobody can read may be a no
      LOG.warn("Announcements and objections could not be read: {}", why(fault));
      LOG.debug("This is where.", fault);
      return Verdict.refuse(
          Reason.of(
              NAME,
              UNREADABLE,
              "Whether it was announced and whether anybody objects could not be read ("
                  + why(fault)
                  + "), so it stays. Look into the state store and where objections are kept."));
    }
  }

  /** A store's own sentence says what to mend; whatever else was thrown may hold anything. */
  private static String why(RuntimeException fault) {
    return fault instanceof StateException ? String.valueOf(fault.getMessage()) : Cause.of(fault);
  }

  /** The one decision about the wait. */
  private static Verdict ripe(@Nullable Mark mark, long observed, Duration length, Instant now) {
    if (mark == null || lapsed(mark, observed, length)) {
      return Verdict.refuse(
          Reason.pending(
              NAME,
              SOAKING,
              "It was not announced yet, or not that anybody could prove. Announce the plan; it is free "
                  + shown(length)
                  + " later."));
    }
    long left = left(mark, observed, length);
    if (left <= 0) {
      return Verdict.allow();
    }
    return Verdict.refuse(
        Reason.pending(
            NAME,
            SOAKING,
            "It was announced"
                + mark.date().map(date -> " at " + date).orElse("")
                + ", and people have time to object: free at "
                + now.plusMillis(left).truncatedTo(ChronoUnit.SECONDS)
                + " at the earliest."));
  }

  private static boolean lapsed(Mark mark, long observed, Duration length) {
    return observed - mark.seen() > length.plus(LAPSE).toMillis();
  }

  private static Verdict kept(@Nullable Objection objection) {
    return objection == null
        ? Verdict.allow()
        : Verdict.refuse(
            Reason.pending(
                NAME,
                OBJECTED,
                objection.who()
                    + " objects"
                    + objection.until().map(until -> " until " + until).orElse("")
                    + ": "
                    + objection.why()));
  }

  private static String shown(Duration length) {
    return length.toMillis() % DAY == 0 ? length.toDays() + " days" : length.toString();
  }

  private synchronized @Nullable Mark mark(Book of, String action, Target target) {
    String name = Shard.name(target);
    String key = Shard.key(of.guard(), action, name);
    Seen<Map<String, Mark>> seen = shards.get(key);
    if (seen == null || old(of, seen)) {
      Instant at = of.time().now();
      long nanos = of.time().nanos();
      seen = new Seen<>(Shard.in(of.store(), key).read().orElse(Map.of()), at, nanos);
      shards.put(key, seen);
    }
    return seen.value().get(name);
  }

  private synchronized Said said(Book of) {
    Seen<Said> seen = said;
    if (seen == null || old(of, seen)) {
      Instant at = of.time().now();
      long nanos = of.time().nanos();
      Instant now = of.store().now();
      List<Noted> all = new ArrayList<>(of.objections().read());
      for (Objection one : more.get()) {
        all.add(new Noted(one, Long.MIN_VALUE / 2)); // ended by the store's clock alone
      }
      seen = new Seen<>(new Said(List.copyOf(all), now), at, nanos);
      said = seen;
    }
    return seen.value();
  }

  private static boolean old(Book of, Seen<?> seen) {
    Duration wall = Duration.between(seen.at(), of.time().now());
    return wall.isNegative()
        || wall.compareTo(REMEMBERED) > 0
        || of.time().nanos() - seen.nanos() > REMEMBERED.toNanos();
  }

  private static Map<Target, Objection> objected(Said said, long observed) {
    Map<Target, Objection> all = new HashMap<>();
    for (Noted one : said.objections()) {
      if (one.holds(said.now(), observed)) {
        all.putIfAbsent(one.objection().target(), one.objection());
      }
    }
    return all;
  }

  /**
   * How long a target still waits.
   *
   * @param action what was announced
   * @param target the target
   * @return when it was announced and when it is free; empty if it must be announced first
   * @throws StateException if that cannot be read
   */
  public Optional<Wait> waiting(String action, Target target) {
    Book of = book();
    long observed = of.clock().observed();
    Instant now = said(of).now();
    Mark mark = mark(of, action, target);
    if (mark == null || lapsed(mark, observed, length)) {
      return Optional.empty();
    }
    return Optional.of(
        new Wait(mark.date(), now.plusMillis(Math.max(0, left(mark, observed, length)))));
  }

  /**
   * The wait of an announced target.
   *
   * @param announced when it was first announced, as the wall clock had it; empty if nobody noted
   * @param free when it is free at the earliest; now, if it is
   */
  public record Wait(Optional<Instant> announced, Instant free) {}

  private static long left(Mark mark, long observed, Duration length) {
    return length.toMillis() - Math.max(0, observed - mark.from());
  }

  /**
   * Starts the wait of those that are not waiting yet. Called when an announcement is on the
   * record.
   *
   * @param action what is announced
   * @param proven the targets whose announcement is proven, and no others
   * @throws StateException if it could not be kept; who was told then is told again
   */
  public void announced(String action, Collection<Target> proven) {
    Book of = book();
    long observed = of.clock().tick();
    long at = of.time().now().getEpochSecond();
    Map<String, List<String>> byShard = byShard(of, action, proven);
    byShard.forEach(
        (key, names) ->
            Shard.in(of.store(), key)
                .change(found -> marked(found.orElse(Map.of()), names, observed, at)));
    forget();
  }

  private Change<Map<String, Mark>, Boolean> marked(
      Map<String, Mark> before, List<String> names, long observed, long at) {
    Map<String, Mark> after = new TreeMap<>(before);
    after.values().removeIf(mark -> lapsed(mark, observed, length));
    for (String name : names) {
      Mark mark = after.get(name);
      if (mark == null || mark.from() > observed) { // the clock was lost and began anew
        after.put(name, new Mark(observed, observed, at));
      } else if (observed - mark.seen() >= DAY) {
        after.put(name, new Mark(mark.from(), observed, mark.at()));
      }
    }
    return after.equals(before) ? Change.none(false) : Change.to(after, true);
  }

  /**
   * Ends the wait of targets that something needs: they must be announced anew.
   *
   * @param action what was proposed
   * @param targets those that were found in use
   * @throws StateException if it could not be kept
   */
  @Override
  public void foundInUse(String action, Collection<Target> targets) {
    Book of = book();
    byShard(of, action, targets)
        .forEach(
            (key, names) ->
                Shard.in(of.store(), key)
                    .change(
                        found -> {
                          Map<String, Mark> rest = new TreeMap<>(found.orElse(Map.of()));
                          return rest.keySet().removeAll(names)
                              ? Change.to(rest, true)
                              : Change.none(false);
                        }));
    forget();
  }

  /**
   * What is done uses its announcement up: whatever comes back under the same identity, put back by
   * an undo or pushed anew, is announced anew.
   */
  @Override
  public Reservation reserve(Intent intent) {
    return (Reservation.Held)
        how -> {
          if (how == Reservation.Settlement.DONE) {
            foundInUse(intent.action(), intent.targets());
          }
        };
  }

  private static Map<String, List<String>> byShard(
      Book of, String action, Collection<Target> targets) {
    Map<String, List<String>> byShard = new TreeMap<>();
    for (Target target : targets) {
      String name = Shard.name(target);
      byShard
          .computeIfAbsent(Shard.key(of.guard(), action, name), key -> new ArrayList<>())
          .add(name);
    }
    return byShard;
  }

  private synchronized void forget() {
    shards.clear();
    said = null;
  }

  /**
   * Keeps an objection. It counts at once, for every action. The caller puts it on the record.
   *
   * @param target what stays
   * @param who who objects; replaces what the same person said of the same target before
   * @param why why
   * @param until when it ends, by the later of the store's clock and observed time; null until
   *     somebody withdraws it
   * @return the objection
   * @throws StateException if it could not be kept
   */
  public Objection object(Target target, String who, String why, @Nullable Instant until) {
    Book of = book();
    Instant now = of.store().now();
    Objection objection = new Objection(target, who, why, now, until);
    of.objections().add(objection, now, of.clock().tick());
    forget();
    return objection;
  }

  /**
   * Forgets every objection to a target that was raised with {@link #object}. The caller puts it on
   * the record. The target's wait goes on.
   *
   * @param target the target
   * @return whether there was any
   * @throws StateException if it could not be kept
   */
  public boolean withdraw(Target target) {
    boolean removed = book().objections().remove(target);
    forget();
    return removed;
  }

  /**
   * The objections that hold now.
   *
   * @return in the order in which they were raised
   * @throws StateException if they cannot be read
   */
  public List<Objection> objections() {
    Book of = book();
    long observed = of.clock().observed();
    Said now = said(of);
    return now.objections().stream()
        .filter(one -> one.holds(now.now(), observed))
        .map(Noted::objection)
        .toList();
  }

  @Override
  public List<Tripwire> tripwires() {
    Instant now = Instant.EPOCH;
    Target bait = Target.of("tripwire", "tripwire", "tripwire");
    Objection no = new Objection(bait, "tripwire", "tripwire", now, null);
    return List.of(
        new Tripwire(
            "what nobody announced is refused", () -> says(ripe(null, 0, length, now), SOAKING)),
        new Tripwire(
            "what was just announced is refused",
            () ->
                says(
                    ripe(new Mark(0, 0, Mark.UNKNOWN), length.toMillis() - 1, length, now),
                    SOAKING)),
        new Tripwire("an objection refuses", () -> says(kept(no), OBJECTED)));
  }

  private static boolean says(Verdict verdict, String code) {
    return verdict.level() == Verdict.Level.REFUSE
        && Optional.of(verdict.reasons().get(0).code()).filter(code::equals).isPresent();
  }

  @Override
  public String toString() {
    return "soak of " + shown(length);
  }
}
