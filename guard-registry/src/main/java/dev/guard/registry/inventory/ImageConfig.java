package dev.guard.registry.inventory;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.guard.internal.json.Json;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a config says of its image: when it was made, and its labels. Names of fields are matched as
 * Go matches them, whatever their case, because that is how builders and runtimes read them. What
 * cannot be understood is unknown, never empty: an unknown label may protect.
 *
 * @param created when it was made, or null if nobody knows
 * @param labels its labels, or null if nobody knows
 */
record ImageConfig(@Nullable Instant created, @Nullable Map<String, String> labels) {
  private static final Instant EARLIEST = Instant.parse("1980-01-01T00:00:00Z");

  /** A config that is there and cannot be read. */
  static final ImageConfig UNKNOWN = new ImageConfig(null, null);

  /** No config at all. */
  static final ImageConfig NONE = new ImageConfig(null, Map.of());

  /** Whether a media type is that of an image's config. */
  static boolean isOne(String mediaType) {
    return mediaType.equals("application/vnd.oci.image.config.v1+json")
        || mediaType.equals("application/vnd.docker.container.image.v1+json");
  }

  /**
   * Reads a config of any type, for labels may stand in one whose type nobody knows; only an
   * image's own has an age.
   *
   * @param mediaType what the manifest says it is
   * @param bytes its verified bytes
   */
  static ImageConfig read(String mediaType, byte[] bytes) {
    JsonNode json;
    try {
      json = Json.read(bytes);
    } catch (IOException e) {
      return UNKNOWN; // verified bytes, but no JSON
    }
    return new ImageConfig(isOne(mediaType) ? created(json) : null, labels(json));
  }

  private static @Nullable Instant created(JsonNode json) {
    JsonNode field = field(json, "created");
    if (field == null || !field.isTextual()) {
      return null;
    }
    try {
      Instant at = OffsetDateTime.parse(field.asText()).toInstant();
      return at.isBefore(EARLIEST) ? null : at;
    } catch (DateTimeException e) {
      return null;
    }
  }

  private static @Nullable Map<String, String> labels(JsonNode json) {
    JsonNode config = field(json, "config");
    if (config != null && config.isNull()) {
      return Map.of();
    }
    JsonNode all =
        config == null ? null : config.isMissingNode() ? config : field(config, "Labels");
    if (all == null) {
      return null;
    }
    if (all.isMissingNode() || all.isNull()) {
      return Map.of();
    }
    if (!all.isObject()) {
      return null;
    }
    Map<String, String> labels = new TreeMap<>();
    for (Map.Entry<String, JsonNode> label : all.properties()) {
      if (!label.getValue().isTextual()) {
        return null;
      }
      labels.put(label.getKey(), label.getValue().asText());
    }
    return labels;
  }

  /** A field in any case; missing if there is none, null if it cannot be told which is meant. */
  private static @Nullable JsonNode field(JsonNode object, String name) {
    if (!object.isObject()) {
      return null;
    }
    JsonNode found = MissingNode.getInstance();
    for (Map.Entry<String, JsonNode> field : object.properties()) {
      if (field.getKey().equalsIgnoreCase(name)) {
        if (!found.isMissingNode()) {
          return null;
        }
        found = field.getValue();
      }
    }
    return found;
  }
}
