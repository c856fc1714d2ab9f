package dev.guard.blastradius;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.GuardConfigurationException;
import dev.guard.Reason;
import dev.guard.StateException;
import dev.guard.Verdict;
import dev.guard.internal.json.Json;
import dev.guard.state.Fence;
import dev.guard.state.StateStore;
import dev.guard.state.StateStore.Versioned;
import dev.guard.time.Time;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sliding windows in a store: one document for each budget, holding for each window the ends of its
 * buckets and how much was drawn in them. All windows of a limit change in one compare-and-set.
 *
 * <p>Two times are used, so that every doubt counts against the caller. A draw is stamped with the
 * latest time anybody has seen; it is forgotten by the earliest time that can be meant.
 */
final class WindowBook {
  private static final Logger LOG = LoggerFactory.getLogger(BlastRadiusLimit.class);
  private static final String SCHEMA = "guard.window/1";
  private static final int TRIES = 200;
  private static final int WRITES = 64;
  private static final int BUCKETS = 128;
  private static final int MOST_ENTRIES = 100_000;
  private static final long LATEST = Instant.parse("9999-01-01T00:00:00Z").toEpochMilli();

  private final String safeguard;
  private final String shown;
  private final List<Window> windows;
  private final StateStore store;
  private final Time time;
  private final Supplier<Optional<Fence>> epoch;
  private final boolean ownClock;
  private final long anchorMillis;
  private final long anchorNanos;

  WindowBook(
      String safeguard,
      String shown,
      List<Window> windows,
      StateStore store,
      Time time,
      Supplier<Optional<Fence>> epoch) {
    this.epoch = epoch;
    this.safeguard = safeguard;
    this.shown = shown;
    this.windows = windows;
    this.store = store;
    this.time = time;
    this.ownClock = store.capabilities().ownClock();
    this.anchorMillis = ownClock ? 0 : store.now().toEpochMilli();
    this.anchorNanos = time.nanos();
  }

  /** A length and how much may be drawn within it. */
  record Window(Duration length, long most) {
    long width() {
      return Math.max(1, length.toMillis() / BUCKETS);
    }

    @Override
    public String toString() {
      return most + " per " + shownLength();
    }

    String shownLength() {
      return length.toString().substring(1).replace("T", "").toLowerCase(Locale.ROOT);
    }
  }

  /**
   * What came of drawing: ALLOW with the buckets drawn from, or a denial.
   *
   * @param until the reading of the monotonic clock at which the first of its buckets ends
   */
  record Draw(Verdict verdict, String key, long count, Map<Window, Long> ends, long until) {
    static Draw denied(Verdict verdict, String key) {
      return new Draw(verdict, key, 0, Map.of(), 0);
    }

    /** A part of it. */
    Draw of(long part) {
      return new Draw(verdict, key, part, ends, until);
    }

    boolean sameBuckets(Draw other) {
      return ends.equals(other.ends);
    }
  }

  /** The two times of one look at the clocks. */
  private record Clock(long latest, long earliest) {}

  /**
   * The document. Windows are known by their length in milliseconds; each holds bucket ends and
   * counts.
   */
  private static final class Page {
    @Nullable String version;
    long high;
    @Nullable Fence fence;
    Set<String> writes = new LinkedHashSet<>();
    TreeMap<Long, TreeMap<Long, Long>> windows = new TreeMap<>();

    /** A window that was not kept so far begins with what the longest other one remembers. */
    TreeMap<Long, Long> of(Window window) {
      long length = window.length().toMillis();
      TreeMap<Long, Long> known = windows.get(length);
      if (known == null) {
        known = windows.isEmpty() ? new TreeMap<>() : new TreeMap<>(windows.lastEntry().getValue());
        windows.put(length, known);
      }
      return known;
    }
  }

  /** Whether one intent finds room: ALLOW, REFUSE "free again at", or HALT if it cannot be told. */
  Verdict room(String key, long asked) {
    return look(key, asked, false);
  }

  /** How much of each window is used now. */
  List<Budget> budgets(String key) {
    Page page = read(key);
    long now = clock(page).earliest;
    return windows.stream()
        .map(window -> new Budget(window.length, used(window, page.of(window), now), window.most))
        .toList();
  }

  /** Whether a whole plan finds room: ALLOW, or HALT. */
  Verdict roomForAll(String key, long asked) {
    return look(key, asked, true);
  }

  private Verdict look(String key, long asked, boolean plan) {
    try {
      Page page = read(key);
      Clock clock = clock(page);
      Verdict verdict = Verdict.allow();
      for (Window window : windows) {
        verdict = verdict.and(judge(window, page.of(window), asked, clock.earliest, plan));
      }
      return verdict;
    } catch (StateException fault) {
      return unreadable(fault);
    }
  }

  /** The one decision about a window; the tripwire asks it too. */
  private Verdict judge(
      Window window, TreeMap<Long, Long> buckets, long asked, long now, boolean plan) {
    long used = used(window, buckets, now);
    if (asked <= window.most - used) {
      return Verdict.allow();
    }
    String what = shown + " allows " + window + ", ";
    if (plan) {
      return Verdict.halt(
          Reason.of(
              safeguard,
              BlastRadiusLimit.OVER_LIMIT,
              what
                  + Math.max(0, window.most - used)
                  + " are left, "
                  + asked
                  + " asked. "
                  + (asked > window.most
                      ? "Split the plan, for it is more than the whole window."
                      : "Split the plan, or plan again at "
                          + free(window, buckets, asked, now)
                          + ".")));
    }
    return Verdict.refuse(
        Reason.of(
            safeguard,
            BlastRadiusLimit.WINDOW_USED_UP,
            what
                + used
                + " are used up, "
                + asked
                + " asked. "
                + (asked > window.most
                    ? "Ask for less, for it is more than the whole window."
                    : "Free again at " + free(window, buckets, asked, now) + ".")));
  }

  /** A run that somebody else took over from draws nothing any more. */
  private Verdict inEpoch(Page page) {
    Fence mine = epoch.get().orElse(null);
    Fence theirs = page.fence;
    if (mine == null || theirs == null || theirs.admits(mine)) {
      return Verdict.allow();
    }
    return Verdict.halt(
        Reason.of(
            safeguard,
            Reason.LEASE_LOST,
            shown
                + " is drawn in epoch "
                + theirs.epoch()
                + " now, and this run is of epoch "
                + mine.epoch()
                + ": another run has taken over. This one ends here."));
  }

  private static long used(Window window, TreeMap<Long, Long> buckets, long now) {
    long used = 0;
    for (Map.Entry<Long, Long> bucket : buckets.entrySet()) {
      if (now < bucket.getKey() + window.length().toMillis()) {
        used += bucket.getValue();
      }
    }
    return used;
  }

  private static String free(Window window, TreeMap<Long, Long> buckets, long asked, long now) {
    long used = used(window, buckets, now);
    for (Map.Entry<Long, Long> bucket : buckets.entrySet()) {
      long until = bucket.getKey() + window.length().toMillis();
      if (now < until) {
        used -= bucket.getValue();
        if (asked <= window.most - used) {
          return Instant.ofEpochMilli(until).toString();
        }
      }
    }
    return "a time that cannot be told";
  }

  /**
   * Draws from all windows, or from none.
   *
   * @param least how many are needed
   * @param most how many are taken if there is room
   */
  synchronized Draw draw(String key, long least, long most) {
    long asked = time.nanos();
    Map<String, Draw> tried = new LinkedHashMap<>();
    try {
      for (int i = 0; i < TRIES; i++) {
        Page page = read(key);
        for (Map.Entry<String, Draw> earlier : tried.entrySet()) {
          if (page.writes.contains(earlier.getKey())) { // its fate was unknown, and it had arrived
            return earlier.getValue();
          }
        }
        Clock clock = clock(page);
        long count = Math.max(least, Math.min(most, left(page, clock.earliest)));
        Verdict verdict = inEpoch(page);
        for (Window window : windows) {
          verdict = verdict.and(judge(window, page.of(window), least, clock.earliest, false));
        }
        if (!verdict.allowed()) {
          return Draw.denied(verdict, key);
        }
        Map<Window, Long> ends = stamped(page, clock, count);
        Draw drawn = new Draw(Verdict.allow(), key, count, ends, until(asked, clock, ends));
        String id = UUID.randomUUID().toString().substring(0, 18);
        if (write(key, page, clock, id)) {
          return drawn;
        }
        tried.put(id, drawn);
      }
    } catch (StateException fault) {
      return Draw.denied(unreadable(fault), key);
    }
    return Draw.denied(
        Verdict.refuse(
            Reason.of(
                safeguard,
                "state-contended",
                shown + " could not draw its window, because too many draw at once. Try again.")),
        key);
  }

  /**
   * Draws from every window of the document, also from those that only others are configured with:
   * they, or this limit when it has them again, rely on it.
   */
  private Map<Window, Long> stamped(Page page, Clock clock, long count) {
    Map<Window, Long> ends = new LinkedHashMap<>();
    List<Window> all = new ArrayList<>(windows);
    for (long length : page.windows.keySet()) {
      if (!isConfigured(length)) {
        all.add(new Window(Duration.ofMillis(length), Terms.MOST));
      }
    }
    for (Window window : all) {
      long end = (clock.latest / window.width() + 1) * window.width();
      page.of(window).merge(end, count, Long::sum);
      ends.put(window, end);
    }
    return ends;
  }

  private boolean isConfigured(long length) {
    return windows.stream().anyMatch(window -> window.length().toMillis() == length);
  }

  /** How much all windows have left. */
  private long left(Page page, long now) {
    long left = Terms.MOST;
    for (Window window : windows) {
      left = Math.min(left, window.most - used(window, page.of(window), now));
    }
    return left;
  }

  /**
   * When the first bucket ends, by the monotonic clock: counted from before the store was asked,
   * and a thousandth early, for clocks do not run alike.
   */
  private long until(long asked, Clock clock, Map<Window, Long> ends) {
    long first = first(ends);
    long millis = Math.max(0, first - clock.latest);
    return asked + (millis - millis / 1000) * 1_000_000;
  }

  /** Whether, by a wall clock of this host, none of its buckets has ended. */
  boolean before(Draw draw) {
    return ownClock || clock(new Page()).latest < first(draw.ends);
  }

  /** The end of the first bucket of a window that is configured here. */
  private long first(Map<Window, Long> ends) {
    long first = Long.MAX_VALUE;
    for (Window window : windows) {
      first = Math.min(first, ends.getOrDefault(window, 0L));
    }
    return first;
  }

  /**
   * Gives back what surely did not run. If it is unknown whether that was stored, it is not tried
   * again.
   */
  synchronized void giveBack(Draw draw) {
    String id = UUID.randomUUID().toString().substring(0, 18);
    for (int i = 0; i < TRIES; i++) {
      Page page = read(draw.key);
      if (!inEpoch(page).allowed()) {
        LOG.warn("{} of {} is not given back: another run has taken over.", draw.count, shown);
        return;
      }
      for (Map.Entry<Window, Long> end : draw.ends.entrySet()) {
        page.of(end.getKey())
            .computeIfPresent(
                end.getValue(), (at, drawn) -> drawn > draw.count ? drawn - draw.count : null);
      }
      Optional<String> version =
          store.compareAndSet(draw.key, page.version, bytes(page, clock(page), id));
      if (version.isPresent()) {
        return;
      }
    }
    LOG.warn(
        "{} of {} could not be given back, because too many write at once; it stays spent.",
        draw.count,
        shown);
  }

  /**
   * False if somebody else wrote meanwhile, or if it is unknown whether this was written: read
   * again.
   */
  private boolean write(String key, Page page, Clock clock, String id) {
    try {
      return store.compareAndSet(key, page.version, bytes(page, clock, id)).isPresent();
    } catch (StateException fault) {
      if (!fault.mayHaveRun()) {
        throw fault;
      }
      LOG.warn("Whether a draw of {} was stored is unknown; reading it again.", shown, fault);
      return false;
    }
  }

  private byte[] bytes(Page page, Clock clock, String id) {
    ObjectNode json = Json.object();
    json.put("schema", SCHEMA);
    json.put("high", Math.max(page.high, clock.latest));
    Fence writer = epoch.get().orElse(page.fence);
    if (writer != null) {
      json.put("epoch", Long.toString(writer.epoch()));
      json.put("holder", writer.holder());
    }
    page.writes.add(id);
    Iterator<String> oldest = page.writes.iterator();
    while (page.writes.size() > WRITES) {
      oldest.next();
      oldest.remove();
    }
    ArrayNode writes = json.putArray("writes");
    page.writes.forEach(writes::add);
    ObjectNode all = json.putObject("windows");
    page.windows.forEach(
        (length, buckets) -> {
          ArrayNode list = Json.object().arrayNode();
          buckets.forEach(
              (end, drawn) -> {
                if (clock.earliest < end + length) {
                  list.addArray().add(end.longValue()).add(drawn.longValue());
                }
              });
          if (!list.isEmpty() || isConfigured(length)) {
            all.set(Long.toString(length), list);
          }
        });
    return Json.canonical(json);
  }

  private Page read(String key) {
    Optional<Versioned> document = store.get(key);
    Page page = new Page();
    if (document.isEmpty()) {
      return page;
    }
    try {
      parse(document.get(), page);
      return page;
    } catch (IOException
        | DateTimeException
        | NumberFormatException
        | ArithmeticException
        | GuardConfigurationException fault) {
      throw new StateException(
          shown + " has a window document that is not one of guard's. Look at it, then remove it.",
          fault);
    }
  }

  private static void parse(Versioned document, Page page) throws IOException {
    JsonNode json = Json.read(document.value());
    if (!json.path("schema").asText().equals(SCHEMA)) {
      throw new IOException("another schema");
    }
    page.version = document.version();
    page.high = number(json.path("high"), LATEST);
    if (json.has("epoch")) {
      page.fence =
          new Fence(Long.parseLong(json.path("epoch").asText()), json.path("holder").asText());
    }
    for (JsonNode write : json.path("writes")) {
      page.writes.add(write.asText());
    }
    JsonNode all = json.path("windows");
    if (!all.isObject()) {
      throw new IOException("no windows");
    }
    int entries = 0;
    for (Map.Entry<String, JsonNode> field : all.properties()) {
      TreeMap<Long, Long> buckets = new TreeMap<>();
      if (!field.getValue().isArray()) {
        throw new IOException("a window that is no list");
      }
      for (JsonNode bucket : field.getValue()) {
        if (bucket.size() != 2 || ++entries > MOST_ENTRIES) {
          throw new IOException("a bucket that is no pair, or too many of them");
        }
        buckets.merge(
            number(bucket.path(0), LATEST), number(bucket.path(1), LATEST), Math::addExact);
      }
      long length = Long.parseLong(field.getKey());
      if (length <= 0 || length > Duration.ofDays(366).toMillis()) {
        throw new IOException("a window of impossible length");
      }
      page.windows.put(length, buckets);
    }
  }

  private static long number(JsonNode node, long most) throws IOException {
    if (!node.isIntegralNumber()
        || !node.canConvertToLong()
        || node.asLong() < 0
        || node.asLong() > most) {
      throw new IOException("a number that is none");
    }
    return node.asLong();
  }

  /**
   * A store without a clock of its own tells this machine's wall clock, which may jump: the
   * monotonic one bounds it.
   */
  private Clock clock(Page page) {
    long wall = store.now().toEpochMilli();
    if (ownClock) {
      return new Clock(Math.max(wall, page.high), wall);
    }
    long steady = anchorMillis + (time.nanos() - anchorNanos) / 1_000_000;
    return new Clock(Math.max(Math.max(wall, steady), page.high), Math.min(wall, steady));
  }

  private Verdict unreadable(StateException fault) {
    LOG.warn("{} cannot use its window.", shown, fault);
    return Verdict.halt(
        Reason.of(
            safeguard,
            "window-unreadable",
            shown
                + " cannot read or write how much was drawn, so nothing more is. Mend the state, then run again."));
  }

  /** Every full window must refuse one more, also at the last moment that counts. */
  boolean trips() {
    List<Window> all = new ArrayList<>(windows);
    for (Window window : all) {
      TreeMap<Long, Long> full = new TreeMap<>();
      full.put(window.width(), window.most);
      long last = window.width() + window.length().toMillis() - 1;
      if (judge(window, full, 1, last, false).allowed()
          || judge(window, full, 1, last, true).allowed()) {
        return false;
      }
    }
    return !all.isEmpty();
  }
}
