package dev.guard.evidence;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.GuardConfigurationException;
import dev.guard.StateException;
import dev.guard.internal.json.Json;
import dev.guard.state.StateStore;
import dev.guard.state.StateStore.Versioned;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which sources ever held references: in memory, and in the guard's store if it has one, so that a
 * new process knows it too. Written once a source. Not thread-safe; its owner locks.
 */
final class SeenFull {
  private static final String SCHEMA = "guard.seen-full/1";

  private final Map<String, Long> counts = new HashMap<>();
  private final Set<String> written = new HashSet<>();
  private final String guard;
  private final @Nullable StateStore store;

  SeenFull(String guard, @Nullable StateStore store) {
    this.guard = guard;
    this.store = store;
  }

  /** This memory as a guard's. */
  SeenFull of(String owner, @Nullable StateStore where) {
    if (!guard.isEmpty() && !guard.equals(owner)) {
      throw new GuardConfigurationException(
          "The check of use of guard '"
              + guard
              + "' cannot be that of guard '"
              + owner
              + "' too. Make one for each.");
    }
    SeenFull bound = new SeenFull(owner, where);
    bound.counts.putAll(counts);
    return bound;
  }

  /**
   * Remembers that a source holds references.
   *
   * @throws StateException if it could not be stored, so that a later process would not know
   */
  void note(String source, long references) {
    counts.put(source, references);
    if (store == null || !written.add(source) || stored(source) > 0) {
      return;
    }
    ObjectNode json = Json.object();
    json.put("schema", SCHEMA);
    json.put("source", source);
    json.put("references", references);
    if (store.compareAndSet(key(source), null, Json.canonical(json)).isEmpty()
        && stored(source) == 0) {
      written.remove(source);
      throw new StateException(
          "That '" + source + "' held references could not be stored. Try again.");
    }
  }

  /**
   * How many references a source held when it was last known to hold any.
   *
   * @return 0 if it never did
   * @throws StateException if that cannot be read
   */
  long before(String source) {
    Long known = counts.get(source);
    return known == null ? stored(source) : known;
  }

  private long stored(String source) {
    if (store == null) {
      return 0;
    }
    Optional<Versioned> document = store.get(key(source));
    return document.isEmpty() ? 0 : parse(document.get().value());
  }

  private String key(String source) {
    return StateStore.key("seen-full", guard + "\n" + source);
  }

  private static long parse(byte[] value) {
    try {
      JsonNode json = Json.read(value);
      JsonNode references = json.path("references");
      if (!json.path("schema").asText("").equals(SCHEMA)
          || !references.canConvertToLong()
          || references.asLong() < 1) {
        throw new IOException("another schema");
      }
      return references.asLong();
    } catch (IOException fault) {
      throw new StateException(
          "What is kept of a source's references is not readable. Look into the state store.",
          fault);
    }
  }
}
