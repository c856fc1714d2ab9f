package dev.guard.killswitch;

import dev.guard.GuardConfigurationException;
import dev.guard.Intent;
import dev.guard.Reason;
import dev.guard.Safeguard;
import dev.guard.Tripwire;
import dev.guard.Verdict;
import dev.guard.state.StateStore;
import dev.guard.time.Time;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How people stop a guard. Nothing starts after stop; at most the acts in flight finish.
 *
 * <pre>{@code
 * KillSwitch.file(Path.of("STOP"))                              // touch STOP stops it
 * KillSwitch.anyOf(KillSwitch.file(stop), KillSwitch.environment("CLEANUP_SWITCH"))
 * }</pre>
 *
 * <p>Every source is read at every question, or, if it was given a maximum age, when its last clean
 * answer is older than that; there is no poller that could die. RUN allows. PAUSE halts the run and
 * ends by itself. STOP halts and <em>latches</em>: the switch stays stopped, also when the source
 * says RUN again, until {@link #resume} by a person. A source that cannot be read, answers nothing,
 * or answers something unknown is STOP. If a guard has a state store the latch is kept there too,
 * survives restarts, and stops every process that shares the store; a latch that cannot be read is
 * STOP.
 *
 * <p>Thread-safe. One switch serves one guard; several switches may read the same file.
 */
public final class KillSwitch implements Safeguard {
  /** Code of the reason that somebody, or an unreadable source, says STOP. */
  public static final String STOPPED = "stopped";

  /** Code of the reason that somebody says PAUSE. */
  public static final String PAUSED = "paused";

  private static final String NAME = "kill-switch";
  private static final Duration SLICE = Duration.ofSeconds(1);

  private final List<CachedSource> sources;
  private final Latch latch = new Latch();
  private volatile Time time = Time.system();

  private KillSwitch(List<CachedSource> sources) {
    this.sources = List.copyOf(sources);
  }

  /** What a switch says. */
  public enum State {
    /** Go on. */
    RUN,
    /** Nothing new starts; lifted by the source alone. */
    PAUSE,
    /** Nothing new starts until a person resumes. */
    STOP
  }

  /**
   * One answer of a source. Immutable and thread-safe.
   *
   * @param state what it says
   * @param why a sentence for people, without secrets; empty for RUN
   */
  public record Reading(State state, String why) {
    private static final Reading RUN = new Reading(State.RUN, "");

    /** Checks. */
    public Reading {
      Objects.requireNonNull(state, "state");
      Objects.requireNonNull(why, "why");
      if (state != State.RUN && why.isBlank()) {
        throw new IllegalArgumentException("A switch that says " + state + " says why.");
      }
    }

    /**
     * Go on.
     *
     * @return always the same reading
     */
    public static Reading run() {
      return RUN;
    }

    /**
     * Nothing new starts for now.
     *
     * @param why a sentence
     * @return the reading
     */
    public static Reading pause(String why) {
      return new Reading(State.PAUSE, why);
    }

    /**
     * Nothing new starts until a person resumes.
     *
     * @param why a sentence
     * @return the reading
     */
    public static Reading stop(String why) {
      return new Reading(State.STOP, why);
    }
  }

  /**
   * Where a switch is read. Implementations are thread-safe, bound their own waiting, and answer
   * STOP or throw if they cannot tell: absent, unreadable and unexpected are never RUN.
   */
  public interface Source {
    /**
     * The source's name for people, for example {@code file STOP}.
     *
     * @return not blank
     */
    String name();

    /**
     * Reads the source now.
     *
     * @return the answer; null counts as STOP, and so does an exception
     */
    Reading read();
  }

  /**
   * Who stopped it, and why. Immutable and thread-safe.
   *
   * @param who the person, or the switch itself if a source said STOP
   * @param why a sentence
   * @param at when
   */
  public record Stop(String who, String why, Instant at) {}

  /**
   * Stops while a file exists. It runs only if the file is absent <em>and</em> its directory can be
   * listed: a directory that is missing, not mounted or not readable is STOP. Read with its
   * attributes, not following links, at every question: a dangling link stops too.
   *
   * @param file the file whose presence stops
   * @return the switch; add {@link #armedBy} where the directory is a mount that may be absent
   */
  public static KillSwitch file(Path file) {
    return of(new FileSource(file, null), Duration.ZERO);
  }

  /**
   * Stops unless an environment variable is absent or says RUN. Absent is RUN, because that is how
   * environment switches are used; {@code run}, {@code off}, {@code false}, {@code no} and {@code
   * 0} are RUN, {@code pause} is PAUSE, and everything else, also a blank value, is STOP. A process
   * does not see later changes of its environment.
   *
   * @param variable the variable's name; not blank
   * @return the switch
   */
  public static KillSwitch environment(String variable) {
    return environment(variable, System::getenv);
  }

  /**
   * As {@link #environment(String)}, asking another environment.
   *
   * @param variable the variable's name; not blank
   * @param environment answers a variable's value, or null if it is absent
   * @return the switch
   */
  public static KillSwitch environment(String variable, Environment environment) {
    return of(new EnvironmentSource(variable, environment), Duration.ZERO);
  }

  /** Answers the values of environment variables. Implementations are thread-safe. */
  @FunctionalInterface
  public interface Environment {
    /**
     * A variable's value.
     *
     * @param variable its name
     * @return the value, or null if it is absent
     */
    @Nullable String get(String variable);
  }

  /**
   * Asks a supplier at every question, for example a feature flag whose default is STOP.
   *
   * @param name the source's name for people; not blank
   * @param state answers the state; null or an exception is STOP
   * @return the switch
   */
  public static KillSwitch supplier(String name, Supplier<State> state) {
    return of(new SupplierSource(name, state), Duration.ZERO);
  }

  /**
   * Reads a source at every question.
   *
   * @param source the source
   * @return the switch
   */
  public static KillSwitch from(Source source) {
    return of(source, Duration.ZERO);
  }

  /**
   * Reads a source when its last clean answer is older than a maximum age. Only RUN is remembered;
   * the age counts from the beginning of the reading, by the longer of wall and monotonic clock.
   *
   * @param source the source, for example a ConfigMap
   * @param maxAge at most a minute; zero reads at every question
   * @return the switch
   */
  public static KillSwitch from(Source source, Duration maxAge) {
    if (maxAge.isNegative() || maxAge.compareTo(Duration.ofMinutes(1)) > 0) {
      throw new IllegalArgumentException(
          "A switch's maximum age is between zero and a minute, but was "
              + maxAge
              + ". Longer is not a stop.");
    }
    return of(source, maxAge);
  }

  /**
   * All these switches as one: any STOP wins, then any PAUSE.
   *
   * @param switches at least one
   * @return one switch with the sources of all; latches of the given switches are not taken over
   */
  public static KillSwitch anyOf(KillSwitch... switches) {
    List<CachedSource> all = new ArrayList<>();
    for (KillSwitch one : switches) {
      for (CachedSource source : one.sources) {
        all.add(source.fresh());
      }
    }
    if (all.isEmpty()) {
      throw new IllegalArgumentException(
          "A kill switch without a source could never stop. Give at least one.");
    }
    return new KillSwitch(all);
  }

  private static KillSwitch of(Source source, Duration maxAge) {
    String name = source.name();
    if (name == null || name.isBlank()) {
      throw new IllegalArgumentException("A kill switch's source needs a name.");
    }
    return new KillSwitch(List.of(new CachedSource(source, maxAge)));
  }

  /**
   * Requires a marker file to be readable besides: a mount that vanished takes the marker with it,
   * and that is STOP.
   *
   * @param marker a file that always exists where the switch's file would appear
   * @return a new switch
   * @throws IllegalArgumentException if this is not a file switch
   */
  public KillSwitch armedBy(Path marker) {
    if (sources.size() == 1 && sources.get(0).source() instanceof FileSource) {
      return of(((FileSource) sources.get(0).source()).armedBy(marker), Duration.ZERO);
    }
    throw new IllegalArgumentException(
        "Only a file switch is armed by a marker. Arm it before anyOf.");
  }

  /**
   * Tells the switch whose it is. Called when a guard is built; calling it again for the same guard
   * keeps the latch.
   *
   * @param guard the guard's name, under which the latch is kept
   * @param store where the latch is kept, or null to keep it in memory alone
   * @param clocks where time comes from
   * @throws GuardConfigurationException if it already is another guard's, or keeps its latch in
   *     another store
   */
  public synchronized void bind(String guard, @Nullable StateStore store, Time clocks) {
    this.time = Objects.requireNonNull(clocks, "time");
    latch.bind(guard, store);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Verdict review(Intent intent) {
    return look();
  }

  /** Reads everything anew, whatever its age. */
  @Override
  public Verdict refresh() {
    for (CachedSource source : sources) {
      source.forget();
    }
    return look();
  }

  private Verdict look() {
    Verdict latched = latch.verdict(time);
    if (!latched.allowed()) {
      return latched;
    }
    Verdict paused = Verdict.allow();
    for (int i = 0; i < sources.size(); i++) {
      CachedSource source = sources.get(i);
      Verdict verdict = judge(source.read(time), source.source());
      if (!verdict.allowed()) {
        if (isStop(verdict)) {
          return latch.trip(NAME, verdict, time);
        }
        paused = paused.and(verdict);
      }
    }
    return paused.and(latch.held()); // a stop may have come while the sources were read
  }

  /** The one decision about a reading; tripwires ask it too. */
  private static Verdict judge(@Nullable Reading reading, Source source) {
    if (reading == null) {
      return stopped(
          "the switch '"
              + source.name()
              + "' answered nothing, which is STOP. Mend the source, then resume.");
    }
    switch (reading.state()) {
      case RUN:
        return Verdict.allow();
      case PAUSE:
        return Verdict.halt(
            Reason.of(
                NAME, PAUSED, "the switch '" + source.name() + "' says PAUSE: " + reading.why()));
      default:
        return stopped("the switch '" + source.name() + "' says STOP: " + reading.why());
    }
  }

  static Verdict stopped(String sentence) {
    return Verdict.halt(Reason.of(NAME, STOPPED, sentence));
  }

  private static boolean isStop(Verdict verdict) {
    return verdict.reasons().get(0).code().equals(STOPPED);
  }

  @Override
  public List<Tripwire> tripwires() {
    List<Tripwire> wires = new ArrayList<>();
    wires.add(new Tripwire("STOP halts", () -> probe(() -> State.STOP)));
    wires.add(new Tripwire("PAUSE halts", () -> probe(() -> State.PAUSE)));
    wires.add(
        new Tripwire(
            "an unreadable source halts",
            () ->
                probe(
                    () -> {
                      throw new IllegalStateException("made up by the tripwire");
                    })));
    for (CachedSource source : sources) {
      if (source.source() instanceof FileSource) {
        FileSource file = (FileSource) source.source();
        wires.add(
            new Tripwire("a present file halts: " + file.name(), () -> trips(file.present())));
      }
      if (source.source() instanceof EnvironmentSource) {
        EnvironmentSource variable = (EnvironmentSource) source.source();
        wires.add(
            new Tripwire("a set variable halts: " + variable.name(), () -> trips(variable.set())));
      }
    }
    return List.copyOf(wires);
  }

  private boolean probe(Supplier<State> state) {
    return trips(new SupplierSource("tripwire", state));
  }

  /** A source of the tripwire's takes the way of all others, but has no latch to trip. */
  private boolean trips(Source source) {
    return judge(CachedSource.tripwire(source).read(time), source).level() == Verdict.Level.HALT;
  }

  /**
   * Stops it until a person resumes: in memory at once, and in the store if there is one.
   *
   * @param who who stops it; not blank
   * @param why why; not blank
   * @throws dev.guard.StateException if the store could not be written; this process is stopped
   *     nevertheless
   */
  public void stop(String who, String why) {
    latch.stop(new Stop(said("who stops", who), said("why it stops", why), time.now()));
  }

  /**
   * Lifts the latch. A source that still says STOP latches again at the next question. The caller
   * puts it on the record.
   *
   * @param who who resumes it; not blank
   * @param why why; not blank
   * @throws dev.guard.StateException if the store could not be read or written; then it stays
   *     stopped
   */
  public void resume(String who, String why) {
    latch.resume(said("who resumes", who), said("why it resumes", why), time.now());
    for (CachedSource source : sources) {
      source.forget();
    }
  }

  private static String said(String what, String value) {
    if (value.isBlank() || value.length() > 1000) {
      throw new IllegalArgumentException("Say " + what + ", in 1 to 1000 characters.");
    }
    return value;
  }

  /**
   * How often somebody resumed it, here or, with a store, in any process, as far as its last answer
   * has seen. Reads nothing. A guard proves its safeguards alive after each.
   *
   * @return a number that only rises
   */
  public long resumes() {
    return latch.resumes();
  }

  /**
   * What the switch says now, latch included. Reads everything anew and latches nothing.
   *
   * @return the strictest answer with its reason
   */
  public Reading reading() {
    Verdict latched = latch.verdict(time);
    if (!latched.allowed()) {
      return Reading.stop(latched.reasons().get(0).sentence());
    }
    Reading strictest = Reading.run();
    for (CachedSource source : sources) {
      source.forget();
      Verdict verdict = judge(source.read(time), source.source());
      if (!verdict.allowed()) {
        String sentence = verdict.reasons().get(0).sentence();
        if (isStop(verdict)) {
          return Reading.stop(sentence);
        }
        strictest = Reading.pause(sentence);
      }
    }
    return strictest;
  }

  /**
   * Whether nothing would start now.
   *
   * @return true if the switch says STOP
   */
  public boolean isStopped() {
    return reading().state() == State.STOP;
  }

  /**
   * Who stopped it, if it is latched.
   *
   * @return the stop that a person must lift, or empty
   */
  public Optional<Stop> latched() {
    return latch.current(time);
  }

  /**
   * Waits, asking the switch at least every second.
   *
   * @param length how long
   * @param clocks where time comes from
   * @return ALLOW after the whole time, or what the switch said as soon as it said something else
   */
  public Verdict waiting(Duration length, Time clocks) {
    long from = clocks.nanos();
    long all = length.toNanos();
    while (true) {
      Verdict verdict = look();
      long left = all - (clocks.nanos() - from);
      if (!verdict.allowed() || left <= 0) {
        return verdict;
      }
      try {
        clocks.sleep(left < SLICE.toNanos() ? Duration.ofNanos(left) : SLICE);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return Verdict.halt(Reason.of(NAME, "interrupted", "the wait was interrupted. Run again."));
      }
    }
  }

  @Override
  public String toString() {
    List<String> names = new ArrayList<>();
    for (CachedSource source : sources) {
      names.add(source.source().name());
    }
    return "KillSwitch of " + names;
  }
}
