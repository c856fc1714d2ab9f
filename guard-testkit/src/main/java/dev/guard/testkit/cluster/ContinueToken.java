package dev.guard.testkit.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Where a paged list goes on. */
record ContinueToken(long version, String start, long offset) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final long INCONSISTENT = -1;

  /** A token for the rest of a list as it is now, whatever changed since its first page. */
  static ContinueToken inconsistent(String start, long offset) {
    return new ContinueToken(INCONSISTENT, start, offset);
  }

  boolean isInconsistent() {
    return version == INCONSISTENT;
  }

  String text() {
    ObjectNode node = NODES.objectNode();
    node.put("v", "meta.k8s.io/v1").put("rv", version).put("start", start).put("o", offset);
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(node.toString().getBytes(StandardCharsets.UTF_8));
  }

  static @Nullable ContinueToken parse(String text) {
    try {
      JsonNode node = JSON.readTree(Base64.getUrlDecoder().decode(text));
      return node.path("v").asText("").equals("meta.k8s.io/v1") && node.path("rv").isNumber()
          ? new ContinueToken(
              node.path("rv").asLong(), node.path("start").asText(""), node.path("o").asLong())
          : null;
    } catch (IllegalArgumentException | IOException e) {
      return null;
    }
  }
}
