package dev.guard.soak;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.StateException;
import dev.guard.Target;
import dev.guard.internal.json.Json;
import dev.guard.state.StateDocument;
import dev.guard.state.StateDocument.Change;
import dev.guard.state.StateStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The objections of one guard, in one document. An unreadable one throws. Thread-safe. */
final class ObjectionBook {
  private static final String SCHEMA = "guard.objections/1";
  private static final int MOST = 2000;

  private final StateDocument<List<Noted>> document;

  ObjectionBook(StateStore store, String guard) {
    this.document = StateDocument.in(store, StateStore.key("objections", guard), new Form());
  }

  /**
   * An objection, and the observed time when it was raised.
   *
   * @param objection what was said
   * @param from milliseconds
   */
  record Noted(Objection objection, long from) {
    /** It ends by the later of the store's clock and the observed one: a jump ends nothing. */
    boolean holds(Instant now, long observed) {
      Instant end = objection.end();
      return end == null
          || now.isBefore(end)
          || observed - from < Duration.between(objection.at(), end).toMillis();
    }
  }

  List<Noted> read() {
    return document.read().orElse(List.of());
  }

  /** One person has one say of a target: the last. What has ended is forgotten. */
  void add(Objection objection, Instant now, long observed) {
    document.change(
        found -> {
          List<Noted> all = new ArrayList<>();
          for (Noted one : found.orElse(List.of())) {
            Objection old = one.objection();
            boolean replaced =
                old.target().equals(objection.target()) && old.who().equals(objection.who());
            if (!replaced && one.holds(now, observed)) {
              all.add(one);
            }
          }
          if (all.size() >= MOST) {
            throw new StateException(
                "There are " + MOST + " objections already. Protect what shall stay instead.");
          }
          all.add(new Noted(objection, observed));
          return Change.to(List.copyOf(all), true);
        });
  }

  boolean remove(Target target) {
    return document.change(
        found -> {
          List<Noted> rest = new ArrayList<>(found.orElse(List.of()));
          return rest.removeIf(one -> one.objection().target().equals(target))
              ? Change.to(List.copyOf(rest), true)
              : Change.none(false);
        });
  }

  private static final class Form implements StateDocument.Form<List<Noted>> {
    @Override
    public List<Noted> read(byte[] bytes) {
      try {
        JsonNode json = Json.read(bytes);
        if (!SCHEMA.equals(json.path("schema").asText()) || !json.path("objections").isArray()) {
          throw new IOException("another schema");
        }
        List<Noted> all = new ArrayList<>();
        for (JsonNode one : json.path("objections")) {
          all.add(new Noted(objection(one), Json.natural(one.path("from"))));
        }
        return List.copyOf(all);
      } catch (IOException | DateTimeException | IllegalArgumentException fault) {
        throw new StateException(
            "The objections are not readable. Look into the state store.", fault);
      }
    }

    private static Objection objection(JsonNode one) {
      return new Objection(
          Target.of(
              one.path("kind").asText(""), one.path("scope").asText(""), one.path("id").asText("")),
          one.path("who").asText(""),
          one.path("why").asText(""),
          Instant.parse(one.path("at").asText("")),
          one.has("until") ? Instant.parse(one.path("until").asText("")) : null);
    }

    @Override
    public byte[] write(List<Noted> value) {
      ObjectNode json = Json.object();
      json.put("schema", SCHEMA);
      ArrayNode all = json.putArray("objections");
      for (Noted one : value) {
        Objection objection = one.objection();
        ObjectNode node = all.addObject();
        node.put("kind", objection.target().kind());
        node.put("scope", objection.target().scope());
        node.put("id", objection.target().id());
        node.put("who", objection.who());
        node.put("why", objection.why());
        node.put("at", objection.at().toString());
        objection.until().ifPresent(until -> node.put("until", until.toString()));
        node.put("from", one.from());
      }
      return Json.line(json).getBytes(StandardCharsets.UTF_8);
    }
  }
}
