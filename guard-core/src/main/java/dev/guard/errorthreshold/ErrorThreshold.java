package dev.guard.errorthreshold;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.GuardConfigurationException;
import dev.guard.Intent;
import dev.guard.Reason;
import dev.guard.Reservation;
import dev.guard.Safeguard;
import dev.guard.StateException;
import dev.guard.Tripwire;
import dev.guard.Verdict;
import dev.guard.internal.json.Json;
import dev.guard.state.StateStore;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * When failures stop a guard until a person resets it: when so many percent of the last acts
 * failed, or have no known outcome, the run halts and stays halted.
 *
 * <pre>
 * {@code Guard.named("cleanup").errorThreshold(ErrorThreshold.of(50, 10))   // half of the last ten}
 * </pre>
 *
 * <p>An act that did not run counts neither way. With a state store on the guard the halt is kept
 * there, survives restarts and holds for every process that shares the store; the count itself is
 * in memory. A store that cannot be read halts. Nothing but {@link #reset} lifts it: a breaker that
 * closes by itself would try again on whatever broke. Thread-safe.
 */
public final class ErrorThreshold implements Safeguard {
  /** Code of the reason that too many acts failed. */
  public static final String TRIPPED = "error-threshold";

  private static final String NAME = "error-threshold";
  private static final int ATTEMPTS = 20;

  private final float percent;
  private final int last;
  private final boolean fromTheFirst;
  private final String shown;
  private final CircuitBreaker breaker;
  private volatile @Nullable StateStore store;
  private volatile String guard = "";

  private ErrorThreshold(float percent, int last, boolean fromTheFirst, String shown) {
    this.percent = percent;
    this.last = last;
    this.fromTheFirst = fromTheFirst;
    this.shown = shown;
    this.breaker = breaker();
  }

  private CircuitBreaker breaker() {
    CircuitBreaker made =
        CircuitBreaker.of(
            NAME,
            CircuitBreakerConfig.custom()
                .slidingWindowType(CircuitBreakerConfig.SlidingWindowType.COUNT_BASED)
                .slidingWindowSize(last)
                .minimumNumberOfCalls(last)
                .failureRateThreshold(percent)
                .slowCallRateThreshold(100)
                .slowCallDurationThreshold(Duration.ofDays(3650))
                .waitDurationInOpenState(Duration.ofDays(3650))
                .automaticTransitionFromOpenToHalfOpenEnabled(false)
                .build());
    begin(made);
    return made;
  }

  /**
   * A count of failures starts on a window full of successes, so that it counts from the first act.
   */
  private void begin(CircuitBreaker made) {
    for (int i = 0; fromTheFirst && i < last; i++) {
      made.onSuccess(0, TimeUnit.NANOSECONDS);
    }
  }

  /**
   * Halts at so many failures among the last hundred acts, or among as many if it is more than
   * that, counted from the first act on.
   *
   * @param most 1 to 10,000; the act that makes it full is the last
   * @return the threshold
   */
  public static ErrorThreshold failures(int most) {
    if (most < 1 || most > 10_000) {
      throw new IllegalArgumentException(
          "An error threshold is 1 to 10,000 failures, but was " + most + ".");
    }
    int last = Math.max(100, most);
    return new ErrorThreshold(
        most * 100.0f / last, last, true, most + " or more of the last " + last + " acts failed");
  }

  /**
   * Halts when so many percent of the last acts failed.
   *
   * @param percent at least 1, at most 100
   * @param last of how many acts; 1 to 10,000; before that many acts ended nothing is halted
   * @return the threshold
   */
  public static ErrorThreshold of(int percent, int last) {
    if (percent < 1 || percent > 100) {
      throw new IllegalArgumentException(
          "An error threshold is 1 to 100 percent, but was " + percent + ".");
    }
    if (last < 1 || last > 10_000) {
      throw new IllegalArgumentException(
          "An error threshold looks at 1 to 10,000 acts, but was " + last + ".");
    }
    return new ErrorThreshold(
        percent, last, false, percent + " % or more of the last " + last + " acts failed");
  }

  /**
   * Tells the threshold whose it is. Called when a guard is built.
   *
   * @param owner the guard's name
   * @param where where the halt is kept, or null to keep it in memory alone
   * @throws GuardConfigurationException if it already is another guard's
   */
  public synchronized void bind(String owner, @Nullable StateStore where) {
    if (!guard.isEmpty() && !guard.equals(owner)) {
      throw new GuardConfigurationException(
          "The error threshold of guard '"
              + guard
              + "' cannot be that of guard '"
              + owner
              + "' too. Make one for each.");
    }
    this.guard = owner;
    this.store = where;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Verdict review(Intent intent) {
    return decide(breaker.getState() == CircuitBreaker.State.OPEN || kept());
  }

  private Verdict decide(boolean tripped) {
    if (!tripped) {
      return Verdict.allow();
    }
    return Verdict.halt(
        Reason.of(NAME, TRIPPED, shown + ". Find out why, then reset the threshold by name."));
  }

  private boolean kept() {
    StateStore where = store;
    if (where == null) {
      return false;
    }
    Optional<StateStore.Versioned> document = where.get(key());
    return document.isPresent() && tripped(document.get().value());
  }

  private static boolean tripped(byte[] value) {
    try {
      JsonNode state = Json.read(value).get("tripped");
      if (state == null || !state.isBoolean()) {
        throw new StateException(
            "The document of the error threshold does not say whether it tripped. Restore or remove it.");
      }
      return state.booleanValue();
    } catch (IOException e) {
      throw new StateException(
          "The document of the error threshold is " + e.getMessage() + ". Restore or remove it.",
          e);
    }
  }

  @Override
  public Reservation reserve(Intent intent) {
    return (Reservation.Held) this::settle;
  }

  private void settle(Reservation.Settlement how) {
    if (how == Reservation.Settlement.NOT_RUN) {
      return;
    }
    if (count(breaker, how) && store != null) {
      keep(true, "the threshold itself", "failures");
    }
  }

  /** Counts one end; true if the threshold is tripped now. */
  private static boolean count(CircuitBreaker counter, Reservation.Settlement how) {
    if (how == Reservation.Settlement.DONE) {
      counter.onSuccess(0, TimeUnit.NANOSECONDS);
    } else {
      counter.onError(0, TimeUnit.NANOSECONDS, new IllegalStateException("the act failed"));
    }
    return counter.getState() == CircuitBreaker.State.OPEN;
  }

  /**
   * Lifts the halt. The caller puts it on the record.
   *
   * @param who who resets it; not blank
   * @param why why; not blank
   * @throws StateException if the store could not be written; then it stays halted
   */
  public void reset(String who, String why) {
    if (who.isBlank() || why.isBlank()) {
      throw new IllegalArgumentException("A reset names who and why.");
    }
    if (store != null) {
      keep(false, who, why);
    }
    breaker.reset();
    begin(breaker);
  }

  private void keep(boolean tripped, String who, String why) {
    StateStore where = store;
    if (where == null) {
      return;
    }
    ObjectNode document = Json.object();
    document.put("tripped", tripped);
    document.put("who", who);
    document.put("why", why);
    document.put("at", where.now().toString());
    byte[] value = Json.line(document).getBytes(StandardCharsets.UTF_8);
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      String version = where.get(key()).map(StateStore.Versioned::version).orElse(null);
      if (where.compareAndSet(key(), version, value).isPresent()) {
        return;
      }
    }
    throw new StateException(
        "The error threshold of guard '"
            + guard
            + "' could not be written: others kept changing it. Try again.");
  }

  private String key() {
    return StateStore.key("error-threshold", guard);
  }

  @Override
  public List<Tripwire> tripwires() {
    return List.of(
        new Tripwire("failures trip it", this::failuresTrip),
        new Tripwire("tripped halts", () -> decide(true).level() == Verdict.Level.HALT));
  }

  private boolean failuresTrip() {
    CircuitBreaker probe = breaker();
    boolean tripped = false;
    for (int i = 0; i < last; i++) {
      tripped = count(probe, Reservation.Settlement.UNKNOWN);
    }
    return tripped;
  }
}
