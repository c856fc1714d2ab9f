package dev.guard.soak;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.Digest;
import dev.guard.StateException;
import dev.guard.Target;
import dev.guard.internal.json.Json;
import dev.guard.soak.Shadow.FalsePositive;
import dev.guard.state.StateDocument;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What is remembered of the runs in shadow. Immutable.
 *
 * @param clean how many clean runs were counted since the last false positive
 * @param lastPlan the plan of the last counted run
 * @param lastAt when that was
 * @param watched what would have gone, by the digests of action and identity
 * @param falsePositives what nobody dismissed yet
 * @param graduated when the guard graduated
 */
record ShadowBook(
    long clean,
    @Nullable Digest lastPlan,
    @Nullable Instant lastAt,
    Set<String> watched,
    List<FalsePositive> falsePositives,
    @Nullable Instant graduated) {
  static final ShadowBook EMPTY = new ShadowBook(0, null, null, Set.of(), List.of(), null);

  /** More false positives than these are found again once some were dismissed. */
  static final int MOST_FALSE_POSITIVES = 100;

  /** What would have gone; beyond this nothing is counted. */
  static final int MOST_WATCHED = 5000;

  /** The name of a target among what is watched; no name can forge another's. */
  static String name(String action, Target target) {
    return Digest.of(action + "\n" + target.identity()).hex().substring(0, 32);
  }

  ShadowBook graduatedAt(Instant now) {
    return new ShadowBook(clean, lastPlan, lastAt, Set.of(), List.of(), now);
  }

  ShadowBook without(Target target) {
    List<FalsePositive> rest = new ArrayList<>(falsePositives);
    rest.removeIf(one -> one.target().equals(target));
    return new ShadowBook(clean, lastPlan, lastAt, watched, rest, graduated);
  }

  static final class Form implements StateDocument.Form<ShadowBook> {
    private static final String SCHEMA = "guard.shadow/1";

    @Override
    public ShadowBook read(byte[] bytes) {
      try {
        JsonNode json = Json.read(bytes);
        if (!SCHEMA.equals(json.path("schema").asText())
            || !json.path("watched").isArray()
            || !json.path("falsePositives").isArray()) {
          throw new IOException("another schema");
        }
        Set<String> watched = new TreeSet<>();
        json.path("watched").forEach(one -> watched.add(one.asText()));
        List<FalsePositive> found = new ArrayList<>();
        for (JsonNode one : json.path("falsePositives")) {
          found.add(falsePositive(one));
        }
        return new ShadowBook(
            Json.natural(json.path("clean")),
            json.has("lastPlan") ? new Digest(json.path("lastPlan").asText()) : null,
            at(json, "lastAt"),
            watched,
            List.copyOf(found),
            at(json, "graduated"));
      } catch (IOException | IllegalArgumentException | DateTimeException fault) {
        throw new StateException(
            "What was seen in shadow is not readable. Look into the state store.", fault);
      }
    }

    private static @Nullable Instant at(JsonNode json, String field) {
      return json.has(field) ? Instant.parse(json.path(field).asText()) : null;
    }

    private static FalsePositive falsePositive(JsonNode one) {
      return new FalsePositive(
          one.path("action").asText(),
          Target.of(
              one.path("kind").asText(""), one.path("scope").asText(""), one.path("id").asText("")),
          one.path("what").asText(),
          Instant.parse(one.path("at").asText("")));
    }

    @Override
    public byte[] write(ShadowBook book) {
      ObjectNode json = Json.object();
      json.put("schema", SCHEMA);
      json.put("clean", book.clean());
      if (book.lastPlan() != null) {
        json.put("lastPlan", book.lastPlan().text());
      }
      if (book.lastAt() != null) {
        json.put("lastAt", book.lastAt().toString());
      }
      if (book.graduated() != null) {
        json.put("graduated", book.graduated().toString());
      }
      ArrayNode watched = json.putArray("watched");
      book.watched().forEach(watched::add);
      ArrayNode found = json.putArray("falsePositives");
      for (FalsePositive one : book.falsePositives()) {
        found
            .addObject()
            .put("action", one.action())
            .put("kind", one.target().kind())
            .put("scope", one.target().scope())
            .put("id", one.target().id())
            .put("what", one.what())
            .put("at", one.at().toString());
      }
      return Json.line(json).getBytes(StandardCharsets.UTF_8);
    }
  }
}
