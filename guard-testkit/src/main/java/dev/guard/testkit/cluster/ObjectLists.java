package dev.guard.testkit.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.testkit.http.Request;
import dev.guard.testkit.http.Response;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Lists of objects, whole or in pages: a page belongs to the list as it was when its first page was
 * asked for.
 */
final class ObjectLists {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final ClusterState state;

  ObjectLists(ClusterState state) {
    this.state = state;
  }

  Response list(Request request, Place place) {
    Predicate<JsonNode> selected;
    long limit;
    try {
      selected =
          Selectors.labels(request.query("labelSelector").orElse(""))
              .and(Selectors.fields(request.query("fieldSelector").orElse("")));
      limit = Long.parseLong(request.query("limit").orElse("0"));
    } catch (IllegalArgumentException e) {
      return Statuses.badRequest(Objects.requireNonNullElse(e.getMessage(), "bad query"));
    }
    String cursor = request.query("continue").orElse("");
    String version = request.query("resourceVersion").orElse("");
    String match = request.query("resourceVersionMatch").orElse("");
    String query =
        place.kind().qualified()
            + "|"
            + place.namespace()
            + "|"
            + request.query("labelSelector").orElse("")
            + "|"
            + request.query("fieldSelector").orElse("");
    if (!cursor.isEmpty()) {
      return next(place, query, selected, limit, cursor);
    }
    if (!version.isEmpty() && !version.equals("0")) {
      Response refused = versioned(version, match);
      if (refused != null) {
        return refused;
      }
    }
    ClusterState.Snapshot snapshot = state.now(place.kind(), place.namespace(), selected);
    // From the watch cache the limit is ignored, and no token is given.
    long most = version.equals("0") && match.isEmpty() ? 0 : limit;
    if (most > 0 && snapshot.size() > most) {
      state.keep(query + "|" + snapshot.version(), snapshot);
    }
    return page(place.kind(), snapshot, 0, most, snapshot.version());
  }

  private @Nullable Response versioned(String version, String match) {
    long asked;
    try {
      asked = Long.parseLong(version);
    } catch (NumberFormatException e) {
      return Statuses.badRequest("invalid resource version \"" + version + "\"");
    }
    if (asked > state.version()) {
      ObjectNode details = Statuses.details().put("retryAfterSeconds", 1);
      details
          .putArray("causes")
          .addObject()
          .put("reason", "ResourceVersionTooLarge")
          .put("message", "Too large resource version");
      return Statuses.failure(
              504,
              "Timeout",
              "Too large resource version: " + asked + ", current: " + state.version(),
              details)
          .with("Retry-After", "1");
    }
    if (match.equals("Exact") && asked < state.version()) {
      return Statuses.failure(
          410, "Expired", "The resourceVersion for the provided list is too old.", null);
    }
    return null;
  }

  private Response next(
      Place place, String query, Predicate<JsonNode> selected, long limit, String cursor) {
    ContinueToken at = ContinueToken.parse(cursor);
    if (at == null) {
      return Statuses.badRequest("continue key is not valid: illegal base64 data or JSON");
    }
    if (at.isInconsistent()) {
      ClusterState.Snapshot now = state.now(place.kind(), place.namespace(), selected);
      long from = at.offset();
      if (from <= now.stored().size()) {
        from =
            now.stored().stream()
                .filter(it -> ClusterState.key(place.kind(), it).compareTo(at.start()) <= 0)
                .count();
      }
      state.keep(query + "|" + now.version(), now);
      return page(place.kind(), now, from, limit, now.version());
    }
    ClusterState.Snapshot snapshot = state.kept(query + "|" + at.version());
    if (snapshot == null) {
      return Statuses.expired(ContinueToken.inconsistent(at.start(), at.offset()).text());
    }
    return page(place.kind(), snapshot, at.offset(), limit, at.version());
  }

  private Response page(
      Kind kind, ClusterState.Snapshot snapshot, long from, long limit, long version) {
    long to = limit > 0 ? Math.min(snapshot.size(), from + limit) : snapshot.size();
    ObjectNode metadata = NODES.objectNode().put("resourceVersion", Long.toString(version));
    if (to < snapshot.size()) {
      metadata.put(
          "continue", new ContinueToken(version, keyBefore(kind, snapshot, to), to).text());
      metadata.put("remainingItemCount", snapshot.size() - to);
    }
    String head =
        "{\"kind\":\""
            + kind.name()
            + "List\",\"apiVersion\":\""
            + kind.apiVersion()
            + "\",\"metadata\":"
            + metadata
            + ",\"items\":[";
    PodGenerator generator = snapshot.generated();
    if (generator == null) {
      StringBuilder all = new StringBuilder(head);
      for (long i = from; i < to; i++) {
        all.append(i == from ? "" : ",").append(item(snapshot.stored().get((int) i)));
      }
      return Response.text(200, "application/json", all.append("]}").toString())
          .with("Cache-Control", "no-cache, private");
    }
    return Response.stream(
        200,
        "application/json",
        out -> {
          out.write(head.getBytes(StandardCharsets.UTF_8));
          for (long i = from; i < to; i++) {
            if (i > from) {
              out.write(',');
            }
            write(out, snapshot, generator, i);
          }
          out.write("]}".getBytes(StandardCharsets.UTF_8));
        });
  }

  private static void write(
      OutputStream out, ClusterState.Snapshot snapshot, PodGenerator generator, long index)
      throws IOException {
    int stored = snapshot.stored().size();
    out.write(
        index < stored
            ? item(snapshot.stored().get((int) index)).toString().getBytes(StandardCharsets.UTF_8)
            : generator.pod(index - stored, snapshot.version()));
  }

  /** As in real lists, items of built-in kinds do not repeat kind and apiVersion. */
  private static ObjectNode item(ObjectNode object) {
    ObjectNode item = object.deepCopy();
    item.remove("kind");
    item.remove("apiVersion");
    return item;
  }

  private static String keyBefore(Kind kind, ClusterState.Snapshot snapshot, long index) {
    int stored = snapshot.stored().size();
    PodGenerator generator = snapshot.generated();
    if (index - 1 < stored || generator == null) {
      return ClusterState.key(kind, snapshot.stored().get((int) index - 1));
    }
    long number = index - 1 - stored;
    return generator.namespace(number) + "/" + generator.name(number);
  }
}
