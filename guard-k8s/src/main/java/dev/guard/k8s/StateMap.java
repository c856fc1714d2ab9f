package dev.guard.k8s;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.Digest;
import dev.guard.internal.Ids;
import dev.guard.internal.json.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One document as a ConfigMap, and back. What is not exactly as it was written here does not come
 * back, but throws.
 *
 * @param key the document's key, or {@link #MARKER} for the store's own ConfigMap
 * @param value the document's bytes
 * @param uid the ConfigMap's uid
 * @param resourceVersion its version, opaque
 * @param write the id of the write that made this version
 */
@SuppressWarnings("ArrayRecordComponent") // handed on once, compared never
record StateMap(String key, byte[] value, String uid, String resourceVersion, String write) {
  static final String LABEL = "guard.dev/state";
  static final String DOCUMENT = "document";
  static final String STORE = "store";

  /** The key that no document can have. */
  static final String MARKER = "";

  static final String MARKER_NAME = "guard-state";
  private static final String PREFIX = MARKER_NAME + "-";
  private static final String KEY = "guard.dev/key";
  private static final String SHA = "guard.dev/sha256";
  private static final String WRITE = "guard.dev/write";
  private static final String VALUE = "value";

  /** The name of a document's ConfigMap. */
  static String nameOf(String key) {
    return key.equals(MARKER) ? MARKER_NAME : PREFIX + Digest.of(key).hex();
  }

  /** The version as the store tells it: another object of the same name has another. */
  String version() {
    return resourceVersion + " " + uid;
  }

  /** A ConfigMap that is yet to be created. */
  static ObjectNode fresh(String namespace, String key, byte[] value) {
    ObjectNode map = Json.object().put("apiVersion", "v1").put("kind", "ConfigMap");
    ObjectNode metadata = map.putObject("metadata");
    metadata.put("name", nameOf(key)).put("namespace", namespace);
    metadata.putObject("labels").put(LABEL, key.equals(MARKER) ? STORE : DOCUMENT);
    // The write's id makes each version's content another: an API server gives no new version to
    // an object that is replaced by its like.
    metadata
        .putObject("annotations")
        .put(KEY, key)
        .put(SHA, Digest.of(value).hex())
        .put(WRITE, Ids.write());
    Optional<String> text = text(value);
    if (text.isPresent()) {
      map.putObject("data").put(VALUE, text.get());
    } else {
      map.putObject("binaryData").put(VALUE, value);
    }
    return map;
  }

  /** A ConfigMap that is to replace one version; empty if the version was never this store's. */
  static Optional<ObjectNode> replacing(
      String namespace, String key, String version, byte[] value) {
    int gap = version.indexOf(' ');
    if (gap < 1 || gap == version.length() - 1 || version.indexOf(' ', gap + 1) >= 0) {
      return Optional.empty();
    }
    ObjectNode map = fresh(namespace, key, value);
    ((ObjectNode) map.path("metadata"))
        .put("resourceVersion", version.substring(0, gap))
        .put("uid", version.substring(gap + 1));
    return Optional.of(map);
  }

  /** The id of the write that a ConfigMap of ours is. */
  static String writeOf(JsonNode map) {
    return map.path("metadata").path("annotations").path(WRITE).asText("");
  }

  /** The bytes as text that people can read in the ConfigMap, if they are such text. */
  private static Optional<String> text(byte[] value) {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString();
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
    boolean plain = text.chars().allMatch(c -> c == '\n' || (c >= ' ' && c < 0x7f) || c >= 0xa0);
    return plain ? Optional.of(text) : Optional.empty();
  }

  /**
   * Reads a ConfigMap of which the key is known.
   *
   * @throws OddAnswer if it is another, or not as this store writes them
   */
  static StateMap read(JsonNode map, String namespace, String key) throws OddAnswer {
    if (!map.path("kind").asText().equals("ConfigMap")
        || !map.path("apiVersion").asText().equals("v1")) {
      throw new OddAnswer("the server answered with something else than a ConfigMap");
    }
    StateMap read = item(map, namespace);
    if (!read.key().equals(key)) {
      throw new OddAnswer("it is of another key");
    }
    return read;
  }

  /** Reads a ConfigMap as it stands in a list, without its kind. */
  static StateMap item(JsonNode map, String namespace) throws OddAnswer {
    JsonNode metadata = map.path("metadata");
    JsonNode annotations = metadata.path("annotations");
    String uid = metadata.path("uid").asText("");
    String version = metadata.path("resourceVersion").asText("");
    if (!metadata.path("namespace").asText().equals(namespace) || isOdd(uid) || isOdd(version)) {
      throw new OddAnswer("the server answered with something else than a ConfigMap of it");
    }
    String key = annotations.path(KEY).asText("");
    String label = key.equals(MARKER) ? STORE : DOCUMENT;
    if (!annotations.path(KEY).isTextual()
        || !metadata.path("labels").path(LABEL).asText("").equals(label)
        || !metadata.path("name").asText("").equals(nameOf(key))) {
      throw new OddAnswer("it is not one that Guard wrote, or its labels were changed by hand");
    }
    if (!metadata.path("deletionTimestamp").isMissingNode()
        && !metadata.path("deletionTimestamp").isNull()) {
      throw new OddAnswer("it is being deleted");
    }
    byte[] value = value(map);
    if (!Digest.of(value).hex().equals(annotations.path(SHA).asText(""))) {
      throw new OddAnswer("its value was changed by hand, for its SHA-256 is another");
    }
    return new StateMap(key, value, uid, version, annotations.path(WRITE).asText(""));
  }

  private static boolean isOdd(String text) {
    return text.isBlank() || text.length() > 200 || text.indexOf(' ') >= 0;
  }

  private static byte[] value(JsonNode map) throws OddAnswer {
    JsonNode text = only(map.path("data"));
    JsonNode bytes = only(map.path("binaryData"));
    if (text != null && text.isTextual() && map.path("binaryData").isEmpty()) {
      return text.textValue().getBytes(StandardCharsets.UTF_8);
    }
    if (bytes != null && bytes.isTextual() && map.path("data").isEmpty()) {
      try {
        return bytes.binaryValue();
      } catch (IOException e) {
        throw new OddAnswer("its binaryData are not Base64");
      }
    }
    throw new OddAnswer("its data were changed by hand: there must be one entry, 'value'");
  }

  private static @Nullable JsonNode only(JsonNode entries) {
    return entries.size() == 1 ? entries.get(VALUE) : null;
  }
}
