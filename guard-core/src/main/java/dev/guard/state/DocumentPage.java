package dev.guard.state;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.StateException;
import dev.guard.internal.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What stands in a document beside its value: how many writes there were, the ids of the last ones,
 * and whose epoch it is.
 */
record DocumentPage(
    long serial, List<String> writes, @Nullable Fence fence, @Nullable JsonNode value) {
  /** No document. */
  static final DocumentPage NONE = new DocumentPage(0, List.of(), null, null);

  private static final String SCHEMA = "guard.document/1";
  private static final int REMEMBERED = 64;
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9-]{1,64}");

  /** The value, or null if there is no document. */
  byte @Nullable [] json() {
    return value == null ? null : Json.line(value).getBytes(StandardCharsets.UTF_8);
  }

  /** The page after one more write. */
  DocumentPage next(byte[] json, String id, @Nullable Fence writer) {
    if (!ID.matcher(id).matches() || writes.contains(id)) {
      throw new IllegalArgumentException(
          "A write id is 1 to 64 letters, digits and dashes, and never given twice.");
    }
    List<String> ids = new ArrayList<>(writes);
    ids.add(id);
    try {
      return new DocumentPage(
          serial + 1,
          List.copyOf(ids.subList(Math.max(0, ids.size() - REMEMBERED), ids.size())),
          writer == null ? fence : writer,
          Json.read(json));
    } catch (IOException e) {
      throw new IllegalArgumentException("A document's form wrote what is not JSON.", e);
    }
  }

  /** Whether the writes that followed another page, and that page's own, are all remembered. */
  boolean remembersWhatCameAfter(DocumentPage before) {
    long since = serial - before.serial;
    if (since < 1) {
      return false;
    }
    if (before.writes.isEmpty()) {
      return since <= writes.size();
    }
    return since < writes.size()
        && writes
            .get(writes.size() - 1 - (int) since)
            .equals(before.writes.get(before.writes.size() - 1));
  }

  byte[] write() {
    ObjectNode node = Json.object();
    node.put("schema", SCHEMA);
    node.put("serial", Long.toString(serial));
    ArrayNode ids = node.putArray("writes");
    writes.forEach(ids::add);
    if (fence != null) {
      node.put("epoch", Long.toString(fence.epoch()));
      node.put("holder", fence.holder());
    }
    node.set("value", value);
    return Json.line(node).getBytes(StandardCharsets.UTF_8);
  }

  static DocumentPage read(String key, byte[] bytes) {
    try {
      JsonNode node = Json.read(bytes);
      JsonNode value = node.get("value");
      if (!SCHEMA.equals(node.path("schema").asText()) || value == null) {
        throw new IOException("another schema, or no value");
      }
      long serial = Long.parseLong(node.path("serial").asText());
      List<String> writes = new ArrayList<>();
      for (JsonNode id : node.path("writes")) {
        writes.add(id.asText());
      }
      if (serial < 1
          || writes.size() != Math.min(serial, REMEMBERED)
          || !writes.stream().allMatch(id -> ID.matcher(id).matches())) {
        throw new IOException("the writes are not those of its serial");
      }
      return new DocumentPage(serial, List.copyOf(writes), fence(node), value);
    } catch (IOException | RuntimeException e) {
      throw damaged(key, e);
    }
  }

  private static @Nullable Fence fence(JsonNode node) throws IOException {
    JsonNode epoch = node.get("epoch");
    JsonNode holder = node.get("holder");
    if (epoch == null && holder == null) {
      return null;
    }
    if (epoch == null || holder == null) {
      throw new IOException("half a fence");
    }
    return new Fence(Long.parseLong(epoch.asText()), holder.asText());
  }

  static StateException damaged(String key, Exception cause) {
    return new StateException(
        "The state document '"
            + key
            + "' is not one of guard's, or damaged. Look at it, then restore or remove it knowing what it held; until then what depends on it is refused.",
        cause);
  }
}
