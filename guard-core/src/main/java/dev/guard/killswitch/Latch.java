package dev.guard.killswitch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.GuardConfigurationException;
import dev.guard.StateException;
import dev.guard.Verdict;
import dev.guard.internal.json.Json;
import dev.guard.killswitch.KillSwitch.Stop;
import dev.guard.state.StateStore;
import dev.guard.state.StateStore.Versioned;
import dev.guard.time.Time;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a switch stopped until a person resumes: in memory, and in a store if there is one. The
 * document counts stops and resumes; a stop in memory is lifted only by a resume that came after
 * it.
 */
final class Latch {
  private static final Logger LOG = LoggerFactory.getLogger(KillSwitch.class);
  private static final int TRIES = 50;

  /**
   * A stop of this process; {@code count} is the document's count when it was stored, or -1 if it
   * is not stored.
   */
  private record Held(Stop stop, Verdict verdict, long count) {}

  /** The document: how many stops and resumes there were, and the stop that is not lifted yet. */
  private record Page(@Nullable String version, long count, @Nullable Stop stop) {
    static final Page NONE = new Page(null, 0, null);
  }

  private volatile @Nullable StateStore store;
  private volatile String guard = "";
  private volatile @Nullable Held held;
  private volatile long resumes;
  private long counted;

  synchronized void bind(String name, @Nullable StateStore where) {
    if (!guard.isEmpty() && !guard.equals(name)) {
      throw new GuardConfigurationException(
          "The kill switch of guard '"
              + guard
              + "' cannot be that of guard '"
              + name
              + "' too. Make one switch for each; they may read the same file.");
    }
    if (!guard.isEmpty() && store != where) {
      throw new GuardConfigurationException(
          "The kill switch of guard '"
              + guard
              + "' keeps its latch in one store. Build its guards with the same state(...), or none.");
    }
    guard = name;
    store = where;
  }

  /** How often a stop was lifted, as far as this process has seen; asking reads nothing. */
  long resumes() {
    return resumes;
  }

  /** ALLOW if nothing is latched. */
  Verdict verdict(Time time) {
    if (store != null) {
      return stored(time);
    }
    return held();
  }

  /** What this process holds, without asking the store. */
  Verdict held() {
    Held now = held;
    return now == null ? Verdict.allow() : now.verdict;
  }

  private synchronized Verdict stored(Time time) {
    Page page;
    try {
      page = read();
    } catch (StateException fault) {
      LOG.warn(
          "The latch of the kill switch of guard '{}' cannot be read, which is STOP.",
          guard,
          fault);
      Held now = held;
      if (now == null || now.count >= 0) { // a resume may have come since, but nobody can tell
        now =
            hold(
                new Stop("kill-switch", "the latch could not be read", time.now()),
                unreadable(),
                -1);
      }
      return now.verdict;
    }
    Held now = held;
    Stop stop = page.stop;
    if (stop == null && page.count != counted) {
      counted = page.count;
      resumes++;
    }
    if (stop != null) {
      if (now == null || now.count < page.count) {
        now = hold(stop, verdict(stop), page.count);
      }
      return now.verdict;
    }
    if (now == null) {
      return Verdict.allow();
    }
    if (now.count >= 0 && now.count < page.count) { // a person resumed after this stop
      held = null;
      return Verdict.allow();
    }
    try {
      keep(now);
    } catch (StateException fault) {
      LOG.warn(
          "The stop of guard '{}' is not in the store yet; this process stays stopped.",
          guard,
          fault);
    }
    return now.verdict;
  }

  private Verdict unreadable() {
    return KillSwitch.stopped(
        "whether somebody stopped guard '"
            + guard
            + "' cannot be read from its state, which is STOP. Mend it, then resume.");
  }

  private Verdict verdict(Stop stop) {
    return KillSwitch.stopped(
        stop.who() + " stopped it at " + stop.at() + ": " + stop.why() + " A person must resume.");
  }

  /** Stops because a source said so; the verdict is the source's. */
  synchronized Verdict trip(String who, Verdict verdict, Time time) {
    Held now = held;
    if (now == null) {
      now = hold(new Stop(who, verdict.reasons().get(0).sentence(), time.now()), verdict, -1);
      LOG.warn("Guard '{}' stopped: {}", guard, verdict.reasons().get(0).sentence());
    }
    try {
      keep(now);
    } catch (StateException fault) {
      LOG.warn(
          "The stop of guard '{}' could not be stored; this process stays stopped.", guard, fault);
    }
    return verdict;
  }

  synchronized void stop(Stop stop) {
    Held now = hold(stop, verdict(stop), -1);
    keep(now);
  }

  private Held hold(Stop stop, Verdict verdict, long count) {
    Held now = new Held(stop, verdict, count);
    held = now;
    return now;
  }

  /** Puts a stop of this process into the store, unless one stands there. */
  private void keep(Held now) {
    StateStore where = store;
    if (where == null || now.count >= 0) {
      return;
    }
    Page page = change(now.stop, true);
    hold(now.stop, now.verdict, page.count);
  }

  synchronized void resume(String who, String why, Instant at) {
    if (store != null) {
      change(new Stop(who, why, at), false);
    }
    held = null;
    resumes++;
    LOG.info("Guard '{}' resumed by {}: {}", guard, who, why);
  }

  Optional<Stop> current(Time time) {
    if (verdict(time).allowed()) {
      return Optional.empty();
    }
    Held now = held;
    return now == null ? Optional.empty() : Optional.of(now.stop);
  }

  /** Writes a stop, or the resume that lifts it. */
  private Page change(Stop by, boolean stopping) {
    for (int i = 0; i < TRIES; i++) {
      Page page = stopping ? read() : readForResume();
      if (stopping && page.stop != null) {
        return page;
      }
      Page next = new Page(page.version, page.count + 1, stopping ? by : null);
      Optional<String> version = store().compareAndSet(key(), page.version, write(next, by));
      if (version.isPresent()) {
        return next;
      }
    }
    throw new StateException(
        "The latch of guard '"
            + guard
            + "' is written by too many at once. Try again; until then it stays stopped.");
  }

  private StateStore store() {
    StateStore where = store;
    if (where == null) {
      throw new IllegalStateException("No store.");
    }
    return where;
  }

  private String key() {
    return StateStore.key("latch", guard);
  }

  private Page read() {
    Optional<Versioned> document = store().get(key());
    return document.isEmpty() ? Page.NONE : parse(document.get());
  }

  /**
   * A person may resume over a document that nobody can read any more; it counts on from the time.
   */
  private Page readForResume() {
    Optional<Versioned> document = store().get(key());
    if (document.isEmpty()) {
      return Page.NONE;
    }
    try {
      return parse(document.get());
    } catch (StateException corrupt) {
      LOG.warn(
          "The latch of guard '{}' is unreadable and is written anew by the resume.",
          guard,
          corrupt);
      return new Page(document.get().version(), store().now().toEpochMilli(), null);
    }
  }

  private Page parse(Versioned document) {
    try {
      JsonNode json = Json.read(document.value());
      String state = json.path("state").asText();
      JsonNode count = json.path("count");
      if (!json.path("schema").asText().equals("guard.latch/1")
          || !count.isIntegralNumber()
          || count.asLong() < 0) {
        throw corrupt(null);
      }
      Stop stop =
          new Stop(
              json.path("who").asText(),
              json.path("why").asText(),
              Instant.parse(json.path("at").asText()));
      switch (state) {
        case "run":
          return new Page(document.version(), count.asLong(), null);
        case "stop":
          return new Page(document.version(), count.asLong(), stop);
        default:
          throw corrupt(null);
      }
    } catch (IOException | DateTimeException fault) {
      throw corrupt(fault);
    }
  }

  private StateException corrupt(@Nullable Throwable cause) {
    return new StateException(
        "The latch of guard '" + guard + "' is not a document of guard. Resume to write it anew.",
        cause);
  }

  private static byte[] write(Page page, Stop by) {
    ObjectNode json = Json.object();
    json.put("schema", "guard.latch/1");
    json.put("state", page.stop == null ? "run" : "stop");
    json.put("count", page.count);
    json.put("who", by.who());
    json.put("why", by.why());
    json.put("at", by.at().toString());
    return Json.canonical(json);
  }
}
