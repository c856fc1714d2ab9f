package dev.guard.registry.cleanup;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.Digest;
import dev.guard.StateException;
import dev.guard.internal.json.Json;
import dev.guard.registry.Manifest;
import dev.guard.state.BlobStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * What is kept of a manifest before it is deleted: its bytes as the registry sent them, and its
 * tags.
 */
record SavedImage(String repository, Manifest manifest, List<String> tags) {
  private static final String SCHEMA = "guard.image-undo/1";

  /** Keeps it; the reference finds it again. */
  String keepIn(BlobStore blobs) {
    ObjectNode json = Json.object();
    json.put("schema", SCHEMA);
    json.put("repository", repository);
    json.put("digest", manifest.digest().text());
    json.put("mediaType", manifest.mediaType());
    ArrayNode list = json.putArray("tags");
    tags.forEach(list::add);
    json.put("manifest", Base64.getEncoder().encodeToString(manifest.bytes()));
    return blobs.put(Json.canonical(json)).text();
  }

  /** What a reference names; whatever is not exactly that is an error. */
  static SavedImage from(BlobStore blobs, String reference) {
    try {
      byte[] kept =
          blobs
              .get(new Digest(reference))
              .orElseThrow(() -> new IOException("it was never kept, or somebody removed it"));
      JsonNode json = Json.read(kept);
      if (!json.path("schema").asText().equals(SCHEMA)) {
        throw new IOException("another schema");
      }
      Manifest manifest =
          Manifest.of(
              Base64.getDecoder().decode(json.path("manifest").asText()),
              json.path("mediaType").asText());
      if (!manifest.digest().text().equals(json.path("digest").asText())) {
        throw new IOException("its bytes are not those of its digest");
      }
      List<String> tags = new ArrayList<>();
      json.path("tags").forEach(tag -> tags.add(tag.asText()));
      return new SavedImage(json.path("repository").asText(), manifest, List.copyOf(tags));
    } catch (IOException | IllegalArgumentException fault) {
      throw new StateException(
          "What was saved to undo a deletion ("
              + reference
              + ") cannot be read: "
              + fault.getMessage()
              + ". Look into the state store.",
          fault);
    }
  }
}
