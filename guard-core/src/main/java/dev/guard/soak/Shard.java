package dev.guard.soak;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.Digest;
import dev.guard.StateException;
import dev.guard.Target;
import dev.guard.internal.json.Json;
import dev.guard.state.StateDocument;
import dev.guard.state.StateStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Which targets of one action were announced: one of 64 documents, so that none grows too large for
 * a small store. A target is in it by the digest of its identity, which no name can forge.
 */
final class Shard {
  private static final String SCHEMA = "guard.soak/1";
  private static final long MOST_SECONDS = 253_402_300_799L; // the end of the year 9999

  private Shard() {}

  /**
   * An announced target.
   *
   * @param from the observed time at its first proven announcement, in milliseconds
   * @param seen the observed time when it was last announced or first, in milliseconds
   * @param at the second of the wall clock at which it was first announced, for people, or {@link
   *     #UNKNOWN}; nothing is decided by it
   */
  record Mark(long from, long seen, long at) {
    static final long UNKNOWN = -1;

    /** When it was first announced, as the wall clock had it. */
    Optional<Instant> date() {
      return at < 0 || at > MOST_SECONDS
          ? Optional.empty()
          : Optional.of(Instant.ofEpochSecond(at));
    }
  }

  /** The name of a target within its document. */
  static String name(Target target) {
    return Digest.of(target.identity()).hex();
  }

  /** The key of the document in which a target stands. */
  static String key(String guard, String action, String name) {
    int number = Integer.parseInt(name.substring(0, 2), 16) >> 2;
    return StateStore.key("soak", guard + "\n" + action + "\n" + number);
  }

  static StateDocument<Map<String, Mark>> in(StateStore store, String key) {
    return StateDocument.in(store, key, new Form());
  }

  private static final class Form implements StateDocument.Form<Map<String, Mark>> {
    @Override
    public Map<String, Mark> read(byte[] bytes) {
      try {
        JsonNode json = Json.read(bytes);
        if (!SCHEMA.equals(json.path("schema").asText()) || !json.path("marks").isObject()) {
          throw new IOException("another schema");
        }
        Map<String, Mark> marks = new TreeMap<>();
        for (Map.Entry<String, JsonNode> one : json.path("marks").properties()) {
          JsonNode mark = one.getValue();
          marks.put(
              one.getKey(),
              new Mark(
                  Json.natural(mark.path("from")),
                  Json.natural(mark.path("seen")),
                  mark.has("at") ? Json.natural(mark.path("at")) : Mark.UNKNOWN));
        }
        return marks;
      } catch (IOException fault) {
        throw new StateException(
            "What was announced is not readable. Look into the state store.", fault);
      }
    }

    @Override
    public byte[] write(Map<String, Mark> marks) {
      ObjectNode json = Json.object();
      json.put("schema", SCHEMA);
      ObjectNode all = json.putObject("marks");
      marks.forEach(
          (name, mark) -> {
            ObjectNode one = all.putObject(name).put("from", mark.from()).put("seen", mark.seen());
            mark.date().ifPresent(date -> one.put("at", date.getEpochSecond()));
          });
      return Json.line(json).getBytes(StandardCharsets.UTF_8);
    }
  }
}
