package dev.guard.testkit.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.testkit.http.Request;
import dev.guard.testkit.http.Response;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reading, writing and deleting manifests. */
final class RegistryManifests {
  private static final Pattern SHA256 = Pattern.compile("sha256:[0-9a-f]{64}");
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final RegistryStore store;
  private final RegistryOptions options;
  private final Supplier<String> base;

  RegistryManifests(RegistryStore store, RegistryOptions options, Supplier<String> base) {
    this.store = store;
    this.options = options;
    this.base = base;
  }

  Response manifest(String name, String reference, Request request, boolean privileged) {
    boolean digest = SHA256.matcher(reference).matches();
    boolean named = reference.contains(":");
    switch (request.method()) {
      case "GET", "HEAD":
        if (named && !digest) {
          return RegistryErrors.error(500, "UNKNOWN", "unknown error", NODES.objectNode());
        }
        return read(name, reference, digest, request);
      case "PUT":
        return put(name, reference, digest, request);
      case "DELETE":
        if (!options.deleteEnabled() && !privileged) {
          return RegistryErrors.error(405, "UNSUPPORTED", "The operation is unsupported.", null);
        }
        if (digest) {
          return store.delete(name, reference, true)
              ? Response.of(202)
              : RegistryErrors.error(404, "MANIFEST_UNKNOWN", "manifest unknown", null);
        }
        if (options.tagDeletion() && !named) {
          return store.untag(name, reference)
              ? Response.of(202)
              : RegistryErrors.error(
                  404,
                  "MANIFEST_UNKNOWN",
                  "manifest unknown",
                  NODES.objectNode().put("Tag", reference));
        }
        return RegistryErrors.error(
            400, "DIGEST_INVALID", "provided digest did not match uploaded content", null);
      default:
        return RegistryErrors.notAllowed("DELETE, GET, HEAD, PUT");
    }
  }

  private Response read(String name, String reference, boolean byDigest, Request request) {
    String digest = byDigest ? reference : store.tag(name, reference);
    if (digest == null) {
      return RegistryErrors.error(
          404, "MANIFEST_UNKNOWN", "manifest unknown", NODES.objectNode().put("Tag", reference));
    }
    if (request.header("If-None-Match").orElse("").equals("\"" + digest + "\"")) {
      return Response.of(304);
    }
    RegistryStore.Manifest found = store.manifest(name, digest);
    if (found == null) {
      return unknownRevision(name, digest);
    }
    Set<String> accepted = accepted(request);
    String type = found.mediaType();
    if (!accepted.contains(type)
        && (type.equals(Media.OCI_INDEX) || type.equals(Media.OCI_MANIFEST))) {
      String one = type.equals(Media.OCI_INDEX) ? "OCI index" : "OCI manifest";
      String all = type.equals(Media.OCI_INDEX) ? "OCI indexes" : "OCI manifests";
      return RegistryErrors.error(
          404, "MANIFEST_UNKNOWN", one + " found, but accept header does not support " + all, null);
    }
    if (!byDigest && type.equals(Media.DOCKER_LIST) && !accepted.contains(type)) {
      // Old clients get the image for amd64 instead, with its own digest.
      String child = amd64(found);
      if (child == null) {
        return RegistryErrors.error(404, "MANIFEST_UNKNOWN", "manifest unknown", null);
      }
      found = store.manifest(name, child);
      if (found == null) {
        return unknownRevision(name, child);
      }
      digest = child;
      type = found.mediaType();
    }
    if (!byDigest && type.equals(Media.DOCKER_MANIFEST) && !accepted.contains(type)) {
      // Still older ones: a conversion to schema 1, which our configurations do not allow.
      return RegistryErrors.error(
          400, "MANIFEST_INVALID", "manifest invalid", NODES.objectNode().put("Offset", 1));
    }
    return Response.bytes(200, type, found.bytes())
        .with("Docker-Content-Digest", digest)
        .with("Etag", "\"" + digest + "\"");
  }

  private static @Nullable String amd64(RegistryStore.Manifest list) {
    for (JsonNode child : RegistryStore.parse(list.bytes()).path("manifests")) {
      if (child.path("platform").path("architecture").asText().equals("amd64")
          && child.path("platform").path("os").asText().equals("linux")) {
        return child.path("digest").asText();
      }
    }
    return null;
  }

  private static Set<String> accepted(Request request) {
    Set<String> accepted = new LinkedHashSet<>();
    for (String each : request.header("Accept").orElse("").split(",", -1)) {
      accepted.add(each.split(";", 2)[0].strip());
    }
    return accepted;
  }

  private static Response unknownRevision(String name, String digest) {
    return RegistryErrors.error(
        404,
        "MANIFEST_UNKNOWN",
        "manifest unknown",
        NODES.objectNode().put("Name", name).put("Revision", digest));
  }

  private Response put(String name, String reference, boolean byDigest, Request request) {
    String type =
        request.header("Content-Type").orElse("").split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    JsonNode json = RegistryStore.parse(request.body());
    String said = json.path("mediaType").asText("");
    boolean fits =
        Media.MANIFESTS.contains(type)
            && json.isObject()
            && (said.equals(type) || (said.isEmpty() && type.startsWith("application/vnd.oci.")))
            && (Media.isIndex(type) ? json.path("manifests").isArray() : json.has("config"));
    if (!fits) {
      return RegistryErrors.error(400, "MANIFEST_INVALID", "manifest invalid", NODES.objectNode());
    }
    boolean mismatch = byDigest && !Media.digest(request.body()).equals(reference);
    if (mismatch || (!byDigest && reference.contains(":"))) {
      return RegistryErrors.error(
          400, "DIGEST_INVALID", "provided digest did not match uploaded content", null);
    }
    ArrayNode missing = missing(name, type, json);
    if (!missing.isEmpty()) {
      return incomplete(missing);
    }
    String digest = store.put(name, byDigest ? null : reference, type, request.body());
    Response created =
        Response.of(201)
            .with("Docker-Content-Digest", digest)
            .with("Location", base.get() + "/v2/" + name + "/manifests/" + digest);
    String subject = json.path("subject").path("digest").asText("");
    return options.referrersApi() && !subject.isEmpty()
        ? created.with("OCI-Subject", subject)
        : created;
  }

  /** The digests a manifest names and the repository does not hold. */
  private ArrayNode missing(String name, String type, JsonNode json) {
    ArrayNode missing = NODES.arrayNode();
    if (Media.isIndex(type)) {
      for (JsonNode child : json.path("manifests")) {
        String digest = child.path("digest").asText("");
        if (store.manifest(name, digest) == null) {
          missing.add(digest);
        }
      }
    } else {
      List<JsonNode> parts = new ArrayList<>();
      json.path("layers").forEach(parts::add);
      parts.add(json.path("config"));
      for (JsonNode part : parts) {
        String digest = part.path("digest").asText("");
        if (store.blob(name, digest) == null) {
          missing.add(digest);
        }
      }
    }
    return missing;
  }

  private static Response incomplete(ArrayNode missing) {
    ObjectNode errors = NODES.objectNode();
    ArrayNode list = errors.putArray("errors");
    for (JsonNode digest : missing) {
      list.addObject()
          .put("code", "MANIFEST_BLOB_UNKNOWN")
          .put("message", "blob unknown to registry")
          .set("detail", digest);
    }
    return Response.json(400, errors.toString());
  }
}
