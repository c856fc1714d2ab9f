package dev.guard.state;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.StateException;
import dev.guard.internal.json.Json;
import dev.guard.state.StateDocument.Change;
import dev.guard.time.Time;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How much time a guard has watched pass, added up in capped ticks over all processes of a store.
 * It never runs backwards, and no jump of a clock moves it by more than one tick. Thread-safe.
 *
 * <pre>{@code
 * ObservedClock clock = ObservedClock.in(store, time, "soak-clock", "cleanup");
 * long begun = clock.tick();
 * boolean over = clock.tick() - begun >= Duration.ofDays(7).toMillis();
 * }</pre>
 */
public final class ObservedClock {
  /** The most one tick counts: a daily job that is an hour late loses nothing. */
  public static final Duration CAP = Duration.ofHours(25);

  private static final Duration OFTEN = Duration.ofMinutes(10);

  private final StateStore store;
  private final Time time;
  private final StateDocument<Reading> document;
  private @Nullable Long tickedNanos;
  private Instant tickedAt = Instant.EPOCH;
  private @Nullable Reading last;

  private ObservedClock(StateStore store, Time time, String kind, String guard) {
    this.store = store;
    this.time = time;
    this.document = StateDocument.in(store, StateStore.key(kind, guard), new Form(kind));
  }

  /**
   * A clock of one guard.
   *
   * @param store where it is kept
   * @param time where monotonic time comes from
   * @param kind which of its clocks; lower-case letters and dashes
   * @param guard the guard's name
   * @return the clock
   */
  public static ObservedClock in(StateStore store, Time time, String kind, String guard) {
    return new ObservedClock(store, time, kind, guard);
  }

  /**
   * What it shows.
   *
   * @param observed milliseconds watched so far
   * @param at the store's clock when it was last moved
   * @param owed milliseconds that were counted before the clock was set back, and do not count
   *     again: else two hosts whose clocks differ would count the difference each time they take
   *     turns
   */
  private record Reading(long observed, Instant at, long owed) {
    Reading after(Instant now, @Nullable Duration monotonic) {
      Duration wall = Duration.between(at, now);
      if (wall.isNegative()) {
        long again = counted(wall.negated(), null).toMillis();
        return new Reading(observed, now, Math.addExact(owed, again));
      }
      long counted = counted(wall, monotonic).toMillis();
      long paid = Math.min(owed, counted);
      return new Reading(Math.addExact(observed, counted - paid), now, owed - paid);
    }
  }

  /** How much of a step counts: the least of both clocks and the cap, and never less than none. */
  static Duration counted(Duration wall, @Nullable Duration monotonic) {
    Duration least = monotonic != null && monotonic.compareTo(wall) < 0 ? monotonic : wall;
    least = least.compareTo(CAP) > 0 ? CAP : least;
    return least.isNegative() ? Duration.ZERO : least;
  }

  /**
   * Moves it.
   *
   * @return milliseconds watched so far
   * @throws StateException if it could not be read or kept
   */
  public synchronized long tick() {
    long nanos = time.nanos();
    Instant wall = time.now();
    Long before = tickedNanos;
    Duration monotonic = before == null ? null : Duration.ofNanos(nanos - before);
    Reading moved =
        document.change(
            found -> {
              Instant now = store.now();
              Reading next =
                  found.map(old -> old.after(now, monotonic)).orElse(new Reading(0, now, 0));
              return Change.to(next, next);
            });
    tickedNanos = nanos;
    tickedAt = wall;
    last = moved;
    return moved.observed();
  }

  /**
   * What it showed when this process last looked; the truth may be later, never earlier.
   *
   * @return milliseconds
   * @throws StateException if nobody looked yet and it cannot be read
   */
  public synchronized long observed() {
    Reading known = last;
    return known != null ? known.observed() : document.read().map(Reading::observed).orElse(0L);
  }

  /**
   * Whether it was not moved by this process for some minutes.
   *
   * @return true if it is time for a tick
   */
  public synchronized boolean stale() {
    Long before = tickedNanos;
    if (before == null) {
      return true;
    }
    Duration wall = Duration.between(tickedAt, time.now());
    return wall.isNegative()
        || wall.compareTo(OFTEN) > 0
        || time.nanos() - before > OFTEN.toNanos();
  }

  private static final class Form implements StateDocument.Form<Reading> {
    private final String schema;

    private Form(String kind) {
      this.schema = "guard." + kind + "/1";
    }

    @Override
    public Reading read(byte[] bytes) {
      try {
        JsonNode json = Json.read(bytes);
        if (!schema.equals(json.path("schema").asText())) {
          throw new IOException("another schema");
        }
        return new Reading(
            Json.natural(json.path("observed")),
            Instant.parse(json.path("at").asText("")),
            json.has("owed") ? Json.natural(json.path("owed")) : 0);
      } catch (IOException | DateTimeException fault) {
        throw new StateException(
            "The clock in document " + schema + " is not readable. Look into the state store.",
            fault);
      }
    }

    @Override
    public byte[] write(Reading value) {
      ObjectNode json = Json.object();
      json.put("schema", schema);
      json.put("observed", value.observed());
      json.put("at", value.at().toString());
      json.put("owed", value.owed());
      return Json.line(json).getBytes(StandardCharsets.UTF_8);
    }
  }
}
