package dev.guard.evidence;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.StateException;
import dev.guard.internal.json.Json;
import dev.guard.state.StateDocument;
import dev.guard.state.StateDocument.Change;
import dev.guard.state.StateStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The most references each source held on a day, of today and the day before: in memory, and in the
 * guard's store if it has one. Not thread-safe; its owner locks.
 */
final class Peaks {
  private static final String SCHEMA = "guard.peaks/1";
  private static final StateDocument.Form<TreeMap<LocalDate, Long>> FORM =
      new StateDocument.Form<>() {
        @Override
        public TreeMap<LocalDate, Long> read(byte[] json) {
          return parse(json);
        }

        @Override
        public byte[] write(TreeMap<LocalDate, Long> days) {
          ObjectNode node = Json.object();
          node.put("schema", SCHEMA);
          ObjectNode all = node.putObject("days");
          days.forEach((day, most) -> all.put(day.toString(), most));
          return Json.line(node).getBytes(StandardCharsets.UTF_8);
        }
      };

  private final Map<String, TreeMap<LocalDate, Long>> known = new HashMap<>();
  private final String guard;
  private final @Nullable StateStore store;

  Peaks(String guard, @Nullable StateStore store) {
    this.guard = guard;
    this.store = store;
  }

  /** These peaks as a guard's; what was seen before it was bound is kept. */
  Peaks of(String owner, @Nullable StateStore where) {
    Peaks bound = new Peaks(owner, where);
    bound.known.putAll(known);
    return bound;
  }

  /**
   * Remembers how much a source holds.
   *
   * @return the most it held before this, today or yesterday; 0 if nobody knows
   * @throws StateException if that cannot be read or kept
   */
  long before(String source, LocalDate today, long now) {
    TreeMap<LocalDate, Long> days = known.computeIfAbsent(source, absent -> new TreeMap<>());
    StateStore where = store;
    if (where != null) {
      TreeMap<LocalDate, Long> kept =
          StateDocument.in(where, StateStore.key("peaks", guard + "\n" + source), FORM)
              .change(found -> add(found.orElseGet(TreeMap::new), today, now));
      kept.forEach((day, most) -> days.merge(day, most, Math::max));
    }
    days.headMap(today.minusDays(1)).clear();
    long before = days.values().stream().mapToLong(Long::longValue).max().orElse(0);
    days.merge(today, now, Math::max);
    return before;
  }

  /** Answers what was there; writes only what it adds. */
  private static Change<TreeMap<LocalDate, Long>, TreeMap<LocalDate, Long>> add(
      TreeMap<LocalDate, Long> found, LocalDate today, long now) {
    TreeMap<LocalDate, Long> before = new TreeMap<>(found.tailMap(today.minusDays(1)));
    if (before.getOrDefault(today, -1L) >= now) {
      return Change.none(before);
    }
    TreeMap<LocalDate, Long> after = new TreeMap<>(before);
    after.put(today, now);
    return Change.to(after, before);
  }

  private static TreeMap<LocalDate, Long> parse(byte[] bytes) {
    try {
      JsonNode json = Json.read(bytes);
      if (!SCHEMA.equals(json.path("schema").asText())) {
        throw new IOException("another schema");
      }
      TreeMap<LocalDate, Long> days = new TreeMap<>();
      for (Map.Entry<String, JsonNode> day : json.path("days").properties()) {
        if (!day.getValue().canConvertToLong() || day.getValue().asLong() < 0) {
          throw new IOException("a count that is none");
        }
        days.put(LocalDate.parse(day.getKey()), day.getValue().asLong());
      }
      return days;
    } catch (IOException | DateTimeException fault) {
      throw new StateException(
          "What is kept of a source's references is not readable. Look into the state store.",
          fault);
    }
  }
}
