package dev.guard.testkit;

import dev.guard.Intent;
import dev.guard.Reason;
import dev.guard.Reservation;
import dev.guard.Safeguard;
import dev.guard.Tripwire;
import dev.guard.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A safeguard that answers what it is told, also what no safeguard should: it throws, answers
 * nothing, or answers too late. Thread-safe.
 *
 * <pre>{@code
 * ScriptedSafeguard moody = ScriptedSafeguard.named("moody");
 * moody.say(ScriptedSafeguard.Says.THROWS);
 * }</pre>
 */
public final class ScriptedSafeguard implements Safeguard {
  /** What a safeguard can say. */
  public enum Says {
    /** Nothing speaks against it. */
    ALLOW,
    /** Everything but the act. */
    SIMULATE,
    /** Not this target, for good. */
    REFUSE,
    /** Not this target yet. */
    REFUSE_PENDING,
    /** Nothing more in this run. */
    HALT,
    /** A RuntimeException. */
    THROWS,
    /** An Error. */
    THROWS_ERROR,
    /** Null. */
    NOTHING,
    /** ALLOW, after {@link ScriptedSafeguard#LATE}. */
    LATE;

    /**
     * Whether this is no decision.
     *
     * @return true if it must halt because it is undecided
     */
    public boolean undecided() {
      return compareTo(HALT) > 0;
    }
  }

  /** How long {@link Says#LATE} takes: more than a guard waits by default. */
  public static final Duration LATE = Duration.ofSeconds(31);

  private final String name;
  private final @Nullable ManualTime time;
  private final List<Intent> asked = Collections.synchronizedList(new ArrayList<>());
  private volatile Says says = Says.ALLOW;
  private volatile boolean alive = true;

  private ScriptedSafeguard(String name, @Nullable ManualTime time) {
    this.name = Objects.requireNonNull(name, "name");
    this.time = time;
  }

  /**
   * A safeguard that allows.
   *
   * @param name its name
   * @return the safeguard
   */
  public static ScriptedSafeguard named(String name) {
    return new ScriptedSafeguard(name, null);
  }

  /**
   * This safeguard on a clock, which {@link Says#LATE} needs.
   *
   * @param clock the guard's clock
   * @return a new safeguard that allows
   */
  public ScriptedSafeguard on(ManualTime clock) {
    return new ScriptedSafeguard(name, clock);
  }

  /**
   * Changes what it says.
   *
   * @param now what it says from now on
   * @return this safeguard
   */
  public ScriptedSafeguard say(Says now) {
    says = Objects.requireNonNull(now, "says");
    return this;
  }

  /**
   * Lets its tripwire trip no more, or again.
   *
   * @param isAlive false makes it a safeguard that can never veto
   */
  public void alive(boolean isAlive) {
    alive = isAlive;
  }

  /**
   * What it was asked.
   *
   * @return in order
   */
  public List<Intent> asked() {
    synchronized (asked) {
      return List.copyOf(asked);
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Verdict review(Intent intent) {
    asked.add(intent);
    return answer(says, name, time);
  }

  /**
   * Says something, as a safeguard's answer.
   *
   * @param what what to say
   * @param name in whose name
   * @param clock what passes if the answer is late; null lets it be on time
   * @return the verdict; null for {@link Says#NOTHING}
   */
  @SuppressWarnings("NullAway") // a safeguard that breaks its contract is what this is for
  public static Verdict answer(Says what, String name, @Nullable ManualTime clock) {
    switch (what) {
      case SIMULATE:
        return Verdict.simulate(Reason.of(name, "told", "told to simulate"));
      case REFUSE:
        return Verdict.refuse(Reason.of(name, "told", "told to refuse"));
      case REFUSE_PENDING:
        return Verdict.refuse(Reason.pending(name, "told", "told to wait"));
      case HALT:
        return Verdict.halt(Reason.of(name, "told", "told to halt"));
      case THROWS:
        throw new IllegalStateException("told to throw");
      case THROWS_ERROR:
        throw new AssertionError("told to throw an error");
      case NOTHING:
        return nothing();
      case LATE:
        if (clock != null) {
          clock.tickMonotonic(LATE);
        }
        return Verdict.allow();
      default:
        return Verdict.allow();
    }
  }

  private static @Nullable Verdict nothing() {
    return null;
  }

  @Override
  public Reservation reserve(Intent intent) {
    return Reservation.none();
  }

  @Override
  public List<Tripwire> tripwires() {
    return List.of(new Tripwire("told to be alive", () -> alive));
  }
}
