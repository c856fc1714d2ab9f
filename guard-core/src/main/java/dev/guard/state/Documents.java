package dev.guard.state;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.StateException;
import dev.guard.internal.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * A document in its file: version, write id, and the value, as JSON where it is JSON, so that a
 * person can read it. The bytes that come back are the bytes that went in.
 */
final class Documents {
  private Documents() {}

  /** A document as it stands in its file. */
  @SuppressWarnings("ArrayRecordComponent") // handed out once, compared never
  record Document(long version, String writeId, byte[] value) {
    String name() {
      return version + "-" + writeId;
    }
  }

  static byte[] write(Document document) {
    ObjectNode node = Json.object();
    node.put("schema", "guard.state/1");
    node.put("version", Long.toString(document.version()));
    node.put("writeId", document.writeId());
    JsonNode value = asJson(document.value());
    if (value == null) {
      node.put("base64", Base64.getEncoder().encodeToString(document.value()));
    } else {
      node.set("json", value);
    }
    return (Json.line(node) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /** Null unless writing it again gives the same bytes. */
  private static @Nullable JsonNode asJson(byte[] value) {
    JsonNode tree;
    try {
      tree = Json.read(value);
    } catch (IOException notJson) {
      return null;
    }
    return Arrays.equals(Json.line(tree).getBytes(StandardCharsets.UTF_8), value) ? tree : null;
  }

  static Document read(String key, byte[] file) {
    try {
      JsonNode node = Json.read(file);
      if (!"guard.state/1".equals(node.path("schema").asText())) {
        throw new IOException("another schema");
      }
      long version = Long.parseLong(node.path("version").asText());
      String writeId = node.path("writeId").asText();
      JsonNode json = node.get("json");
      JsonNode base64 = node.get("base64");
      if (writeId.isEmpty() || (json == null) == (base64 == null)) {
        throw new IOException("a field is missing");
      }
      byte[] value =
          json != null
              ? Json.line(json).getBytes(StandardCharsets.UTF_8)
              : Base64.getDecoder().decode(base64.asText());
      return new Document(version, writeId, value);
    } catch (IOException | IllegalArgumentException e) {
      throw new StateException(
          "The state document '"
              + key
              + "' is damaged. Restore it, or remove it knowing what it held; until then what depends on it is refused.",
          e);
    }
  }
}
