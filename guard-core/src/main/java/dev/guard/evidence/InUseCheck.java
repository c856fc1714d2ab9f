package dev.guard.evidence;

import dev.guard.GuardConfigurationException;
import dev.guard.Intent;
import dev.guard.Reason;
import dev.guard.Safeguard;
import dev.guard.StateException;
import dev.guard.Target;
import dev.guard.Tripwire;
import dev.guard.Verdict;
import dev.guard.internal.Cause;
import dev.guard.state.StateStore;
import dev.guard.time.Time;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Refuses what something needs, what may be needed, and what cannot be told.
 *
 * <pre>{@code
 * InUseCheck.of(interpreter, List.of(prodEu, prodUs), Time.system())
 * }</pre>
 *
 * <p>Every source is listed anew when a plan or run begins, and whenever the last complete listing
 * began more than the maximum age ago. In use is REFUSE, naming the place. Unknown is REFUSE. A
 * source that throws, answers incompletely, or is empty although it ever held references makes the
 * evidence incomplete (a guard with a state store remembers that from run to run; see {@link
 * #mayBeEmpty}), and so does a reference that could not be understood: HALT, naming what could not
 * be read. What an incomplete listing did find still protects; its silence proves nothing.
 * Thread-safe; one thread lists while others wait.
 */
public final class InUseCheck implements Safeguard {
  /** Code of the reason that use cannot be told. */
  public static final String UNKNOWN = "evidence-unknown";

  /** The longest maximum age. */
  public static final Duration OLDEST = Duration.ofMinutes(15);

  private static final String NAME = "in-use";
  private static final int SHOWN = 3;
  private static final int SHOWN_GAPS = 20;
  private static final int MAY_FALL_BY = 60;
  private static final int FEW = 10;
  private static final Logger LOG = LoggerFactory.getLogger(InUseCheck.class);

  private final Interpreter interpreter;
  private final List<ReferenceSource> sources;
  private final Time time;
  private final Duration maxAge;
  private final Set<String> mayBeEmpty;
  private final int mayFallBy;
  private SeenFull seen = new SeenFull("", null);
  private Peaks peaks = new Peaks("", null);
  private volatile long begun;
  private volatile Listing listing;

  private InUseCheck(
      Interpreter interpreter,
      List<ReferenceSource> sources,
      Time time,
      Duration maxAge,
      Set<String> mayBeEmpty,
      int mayFallBy) {
    this.interpreter = interpreter;
    this.mayFallBy = mayFallBy;
    this.mayBeEmpty = Set.copyOf(mayBeEmpty);
    this.sources = List.copyOf(sources);
    this.time = time;
    this.maxAge = maxAge;
    this.listing = Listing.NONE;
  }

  /** One reading of everything. */
  private record Listing(
      long number,
      List<ReferenceSnapshot> snapshots,
      Interpreter.@Nullable Usage usage,
      List<String> gaps,
      Instant began,
      long beganNanos) {
    static final Listing NONE =
        new Listing(0, List.of(), null, List.of("nothing has been read yet"), Instant.EPOCH, 0);
  }

  /**
   * A check over these sources, whose listings are good for one minute.
   *
   * @param interpreter knows what references mean
   * @param sources every consumer there is; at least one, names unique
   * @param time where time comes from
   * @return the check
   * @throws IllegalArgumentException if there is no source, or a name is blank or stands twice
   */
  public static InUseCheck of(Interpreter interpreter, List<ReferenceSource> sources, Time time) {
    if (sources.isEmpty()) {
      throw new IllegalArgumentException(
          "Evidence of use needs at least one source: none never means unused.");
    }
    Set<String> names = new HashSet<>();
    for (ReferenceSource source : sources) {
      if (source.name().isBlank() || !names.add(source.name())) {
        throw new IllegalArgumentException(
            "Every source of evidence needs a name of its own, but '"
                + source.name()
                + "' is blank or stands twice.");
      }
    }
    return new InUseCheck(interpreter, sources, time, Duration.ofMinutes(1), Set.of(), MAY_FALL_BY);
  }

  /**
   * This check with another maximum age.
   *
   * @param age how long ago the last complete listing may have begun; positive, at most {@link
   *     #OLDEST}
   * @return a new check that has read nothing yet
   */
  public InUseCheck maxAge(Duration age) {
    if (age.isNegative() || age.isZero() || age.compareTo(OLDEST) > 0) {
      throw new IllegalArgumentException(
          "Evidence may be at most "
              + OLDEST
              + " old, and more than nothing, but was "
              + age
              + ".");
    }
    return new InUseCheck(interpreter, sources, time, age, mayBeEmpty, mayFallBy);
  }

  /**
   * This check, believing some sources also when they are empty after they held references. A
   * cluster never is; a table of reservations may be.
   *
   * @param names names of sources of this check
   * @return a new check that has read nothing yet
   * @throws IllegalArgumentException if a name is none of a source of this check
   */
  public InUseCheck mayBeEmpty(Collection<String> names) {
    Set<String> all = new HashSet<>(mayBeEmpty);
    for (String one : names) {
      if (sources.stream().noneMatch(source -> source.name().equals(one))) {
        throw new IllegalArgumentException(
            "There is no source of evidence named '" + one + "' that could be empty.");
      }
      all.add(one);
    }
    return new InUseCheck(interpreter, sources, time, maxAge, all, mayFallBy);
  }

  /**
   * This check, suspecting the observer when a source holds fewer references than the most it held
   * today or yesterday by more than this. Sources that held fewer than ten are not judged so. A
   * fall that stays is believed after the day that follows.
   *
   * @param percent 1 to 100, by default 60; 100 suspects nobody
   * @return a new check that has read nothing yet
   */
  public InUseCheck mayFallBy(int percent) {
    if (percent < 1 || percent > 100) {
      throw new IllegalArgumentException(
          "References may fall by 1 to 100 percent, but was " + percent + ".");
    }
    return new InUseCheck(interpreter, sources, time, maxAge, mayBeEmpty, percent);
  }

  /**
   * Who is asked.
   *
   * @return the names of its sources, sorted
   */
  public List<String> sources() {
    return sources.stream().map(ReferenceSource::name).sorted().toList();
  }

  /**
   * Tells the check whose it is. Called when a guard is built.
   *
   * @param guard the guard's name, under which it is kept which sources ever held references
   * @param store where that is kept, or null to keep it in memory alone
   * @throws GuardConfigurationException if it already is another guard's
   */
  public synchronized void bind(String guard, @Nullable StateStore store) {
    this.seen = seen.of(guard, store);
    this.peaks = peaks.of(guard, store);
  }

  @Override
  public String name() {
    return NAME;
  }

  /**
   * Lists every source anew. Who waits while another thread lists takes the listing that began
   * after it asked, if there is one.
   */
  @Override
  public Verdict refresh() {
    return incomplete(list(begun).gaps());
  }

  private synchronized Listing list(long asked) {
    if (listing.number() > asked) {
      return listing;
    }
    long number = begun + 1;
    begun = number;
    Instant began = time.now();
    long beganNanos = time.nanos();
    List<ReferenceSnapshot> snapshots = new ArrayList<>();
    List<String> gaps = new ArrayList<>();
    for (ReferenceSource source : sources) {
      ReferenceSnapshot snapshot = read(source, began);
      snapshots.add(snapshot);
      gaps.addAll(gaps(snapshot));
    }
    Interpreter.Usage usage = null;
    try {
      usage = interpret(interpreter, snapshots);
      gaps.addAll(usage.gaps());
    } catch (Throwable fault) { // whatever it is, what cannot be interpreted may mean anything
      LOG.warn("The references could not be interpreted.", fault);
      gaps.add("the references could not be interpreted (" + Cause.of(fault) + ")");
    }
    Instant oldest = began;
    for (ReferenceSnapshot snapshot : snapshots) {
      oldest = snapshot.began().isBefore(oldest) ? snapshot.began() : oldest;
    }
    listing =
        new Listing(number, List.copyOf(snapshots), usage, List.copyOf(gaps), oldest, beganNanos);
    return listing;
  }

  private static ReferenceSnapshot read(ReferenceSource source, Instant began) {
    try {
      ReferenceSnapshot snapshot = source.read();
      if (snapshot == null) {
        return missing(source, began, "answered nothing");
      }
      if (!snapshot.source().equals(source.name())) {
        return missing(source, began, "answered in the name of '" + snapshot.source() + "'");
      }
      return snapshot;
    } catch (Throwable fault) { // whatever it is, a source that cannot be read is incomplete
      LOG.warn("Source '{}' could not be read.", source.name(), fault);
      return missing(source, began, "failed (" + Cause.of(fault) + ")");
    }
  }

  private static ReferenceSnapshot missing(ReferenceSource source, Instant began, String what) {
    return new ReferenceSnapshot.Incomplete(
        source.name(), began, List.of(), List.of(source.name() + " " + what));
  }

  private List<String> gaps(ReferenceSnapshot snapshot) {
    if (snapshot instanceof ReferenceSnapshot.Incomplete) {
      return ((ReferenceSnapshot.Incomplete) snapshot).gaps();
    }
    String source = snapshot.source();
    if (mayBeEmpty.contains(source)) {
      return List.of();
    }
    try {
      if (!snapshot.references().isEmpty()) {
        seen.note(source, snapshot.references().size());
        return fallen(source, snapshot.references().size());
      }
      long before = seen.before(source);
      return before == 0
          ? List.of()
          : List.of(
              source
                  + " is empty, and held "
                  + before
                  + " references before; if that is right, it is no source of evidence any more:"
                  + " take it out of the configuration");
    } catch (StateException fault) {
      LOG.warn("Whether source '{}' ever held references cannot be told.", source, fault);
      return List.of(source + " may have held more before, which its guard's state cannot tell");
    }
  }

  /** A sudden fall is more often a blind eye than a quiet night. */
  private List<String> fallen(String source, long now) {
    LocalDate today = LocalDate.ofInstant(time.now(), ZoneOffset.UTC);
    long before = peaks.before(source, today, now);
    boolean fell = before >= FEW && now * 100 < before * (100 - mayFallBy);
    return fell
        ? List.of(
            "the references of "
                + source
                + " fell from "
                + before
                + " to "
                + now
                + " since yesterday, by more than "
                + mayFallBy
                + " %: suspect the observer, or wait a day")
        : List.of();
  }

  private static Interpreter.Usage interpret(
      Interpreter interpreter, List<ReferenceSnapshot> snapshots) {
    List<Reference> all = new ArrayList<>();
    for (ReferenceSnapshot snapshot : snapshots) {
      all.addAll(snapshot.references());
    }
    return interpreter.interpret(all);
  }

  private static Verdict incomplete(List<String> gaps) {
    if (gaps.isEmpty()) {
      return Verdict.allow();
    }
    List<Reason> reasons = new ArrayList<>();
    for (String gap : gaps.subList(0, Math.min(SHOWN_GAPS, gaps.size()))) {
      reasons.add(incomplete(gap));
    }
    if (gaps.size() > SHOWN_GAPS) {
      reasons.add(incomplete((gaps.size() - SHOWN_GAPS) + " more gaps"));
    }
    return new Verdict(Verdict.Level.HALT, reasons);
  }

  private static Reason incomplete(String gap) {
    return Reason.of(
        NAME,
        Reason.EVIDENCE_INCOMPLETE,
        "The evidence is incomplete, so nothing may go: " + gap + ".");
  }

  /**
   * By the longer of both clocks, so that neither a jump nor a suspended machine makes old evidence
   * young.
   */
  @Override
  public boolean stale() {
    return old(listing);
  }

  private boolean old(Listing last) {
    if (last.usage() == null) {
      return true;
    }
    Duration wall = Duration.between(last.began(), time.now());
    Duration monotonic = Duration.ofNanos(time.nanos() - last.beganNanos());
    return wall.isNegative() || wall.compareTo(maxAge) > 0 || monotonic.compareTo(maxAge) > 0;
  }

  @Override
  public Verdict review(Intent intent) {
    Listing now = fresh();
    Verdict all = Verdict.allow();
    if (now.usage() != null && old(now)) {
      all = unknown("listing takes longer than the " + maxAge + " that evidence may be old");
    }
    for (int i = 0; i < intent.targets().size(); i++) {
      all = all.and(judge(now.usage(), now.gaps(), intent.targets().get(i)));
    }
    return now.gaps().isEmpty() ? all : all.and(Verdict.halt(incomplete(now.gaps().get(0))));
  }

  /** The last listing, or a new one if that is too old. */
  private Listing fresh() {
    Listing now = listing;
    return old(now) ? list(now.number()) : now;
  }

  /**
   * The one decision: what an interpretation says of a target, and whether its silence may be
   * believed.
   */
  private static Verdict judge(
      Interpreter.@Nullable Usage usage, List<String> gaps, Target target) {
    Evidence evidence = usage == null ? null : usage.of(target);
    if (evidence instanceof Evidence.InUse) {
      return inUse((Evidence.InUse) evidence);
    }
    if (!gaps.isEmpty()) {
      return unknown("not everything could be read: " + gaps.get(0));
    }
    if (evidence instanceof Evidence.NotInUse) {
      return Verdict.allow();
    }
    return unknown(
        evidence instanceof Evidence.Unknown
            ? ((Evidence.Unknown) evidence).why()
            : "nothing was answered");
  }

  private static Verdict inUse(Evidence.InUse use) {
    Verdict all = Verdict.allow();
    for (String place : use.places().subList(0, Math.min(SHOWN, use.places().size()))) {
      String more = use.total() > 1 ? ", one of " + use.total() + " places" : "";
      all =
          all.and(
              Verdict.refuse(
                  Reason.of(NAME, Reason.IN_USE, "It is in use by " + place + more + ".")
                      .at(place)));
    }
    return all;
  }

  private static Verdict unknown(String why) {
    return Verdict.refuse(
        Reason.of(NAME, UNKNOWN, "Whether it is in use cannot be told, so it stays: " + why + "."));
  }

  /**
   * What the sources say of a target, for explanations; lists first if the last listing is too old.
   *
   * @param target the target
   * @return the evidence; UNKNOWN if nothing complete was listed and nothing found
   */
  public Evidence explain(Target target) {
    Listing now = fresh();
    Evidence evidence = now.usage() == null ? null : now.usage().of(target);
    if (evidence instanceof Evidence.InUse) {
      return evidence;
    }
    if (!now.gaps().isEmpty()) {
      return new Evidence.Unknown(now.gaps().get(0));
    }
    return evidence == null ? new Evidence.Unknown("nothing has been read yet") : evidence;
  }

  /**
   * What every source found when it was last listed.
   *
   * @return one snapshot per source; empty before the first listing
   */
  public List<ReferenceSnapshot> snapshots() {
    return listing.snapshots();
  }

  /**
   * What could not be read or understood when it was last listed.
   *
   * @return one sentence each; empty if everything was
   */
  public List<String> gaps() {
    return listing.gaps();
  }

  /**
   * A made-up reference must be found, through the real matching; and silence of an incomplete
   * listing must not count.
   */
  @Override
  public List<Tripwire> tripwires() {
    return List.of(
        new Tripwire(
            "a made-up reference is found",
            () -> {
              Interpreter.Probe probe = interpreter.probe();
              Interpreter.Usage usage = interpreter.interpret(List.of(probe.reference()));
              return has(judge(usage, List.of(), probe.target()), Reason.IN_USE);
            }),
        new Tripwire(
            "an incomplete listing's silence protects",
            () -> {
              Interpreter.Probe probe = interpreter.probe();
              Interpreter.Usage silent = interpreter.interpret(List.of());
              return has(
                  judge(silent, List.of("made up by the tripwire"), probe.target()), UNKNOWN);
            }));
  }

  private static boolean has(Verdict verdict, String code) {
    return verdict.level().compareTo(Verdict.Level.REFUSE) >= 0
        && verdict.reasons().stream().anyMatch(reason -> reason.code().equals(code));
  }
}
