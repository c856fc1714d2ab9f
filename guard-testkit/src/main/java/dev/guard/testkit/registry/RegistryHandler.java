package dev.guard.testkit.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.testkit.http.FakeServer;
import dev.guard.testkit.http.Request;
import dev.guard.testkit.http.Response;
import java.io.ByteArrayOutputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The wire behaviour of CNCF Distribution 2.8.2. Each answer here was compared with the real one;
 * {@link RegistryContract} keeps it so.
 */
final class RegistryHandler implements FakeServer.Handler {
  /** What may differ from the real one's defaults. */
  record Options(
      boolean deleteEnabled,
      boolean readOnly,
      boolean tagDeletion,
      int tagPage,
      boolean referrersApi,
      int referrersPage,
      boolean redirectBlobs,
      boolean mountRefused) {}

  private static final String COMPONENT = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
  private static final String NAME = "(" + COMPONENT + "(?:/" + COMPONENT + ")*)";
  private static final String TAG = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}";
  private static final String DIGEST = "[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[a-zA-Z0-9=_-]+";
  private static final Pattern MANIFEST =
      Pattern.compile("/v2/" + NAME + "/manifests/(" + TAG + "|" + DIGEST + ")");
  private static final Pattern TAGS = Pattern.compile("/v2/" + NAME + "/tags/list");
  private static final Pattern BLOB = Pattern.compile("/v2/" + NAME + "/blobs/(" + DIGEST + ")");
  private static final Pattern UPLOADS = Pattern.compile("/v2/" + NAME + "/blobs/uploads/");
  private static final Pattern UPLOAD =
      Pattern.compile("/v2/" + NAME + "/blobs/uploads/([A-Za-z0-9_-]+)");
  private static final Pattern REFERRERS =
      Pattern.compile("/v2/" + NAME + "/referrers/(" + DIGEST + ")");
  private static final Pattern SHA256 = Pattern.compile("sha256:[0-9a-f]{64}");
  private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d*)");
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final RegistryStore store;
  private final RegistryAuth auth;
  private final Options options;
  private final Map<String, ByteArrayOutputStream> uploads = new HashMap<>();
  private String base = "";
  private String blobStore = "";
  private int uploadCount;

  RegistryHandler(RegistryStore store, RegistryAuth auth, Options options) {
    this.store = store;
    this.auth = auth;
    this.options = options;
  }

  synchronized void servedAt(String registry, String blobs) {
    base = registry;
    blobStore = blobs;
  }

  @Override
  public synchronized Response handle(Request request) {
    return answer(request, false);
  }

  /** Without credentials and whatever is switched off: the hand of a test. */
  synchronized Response privileged(Request request) {
    return answer(request, true);
  }

  private Response answer(Request request, boolean privileged) {
    String path = request.path();
    if (auth.servesTokens() && path.equals("/token")) {
      return auth.token(request);
    }
    return route(request, path, privileged).with("Docker-Distribution-Api-Version", "registry/2.0");
  }

  private Response route(Request request, String path, boolean privileged) {
    if (path.equals("/v2")) {
      return Response.text(
              301, "text/html; charset=utf-8", "<a href=\"/v2/\">Moved Permanently</a>.\n\n")
          .with("Location", "/v2/");
    }
    String method = request.method();
    Matcher manifest = MANIFEST.matcher(path);
    Matcher tags = TAGS.matcher(path);
    Matcher blob = BLOB.matcher(path);
    Matcher newUpload = UPLOADS.matcher(path);
    Matcher upload = UPLOAD.matcher(path);
    Matcher referrers = REFERRERS.matcher(path);
    boolean served =
        path.equals("/v2/")
            || path.equals("/v2/_catalog")
            || manifest.matches()
            || tags.matches()
            || blob.matches()
            || newUpload.matches()
            || upload.matches()
            || (options.referrersApi && referrers.matches());
    if (!served) {
      return Response.text(404, "text/plain; charset=utf-8", "404 page not found\n")
          .with("X-Content-Type-Options", "nosniff");
    }
    if (!privileged) {
      Response refused = auth.check(request, scopes(request, path), base);
      if (refused != null) {
        return refused;
      }
    }
    boolean reads = method.equals("GET") || method.equals("HEAD");
    if (!reads && options.readOnly && !privileged) {
      return notAllowed("GET, HEAD");
    }
    if (path.equals("/v2/")) {
      return reads ? Response.json(200, "{}") : notAllowed("GET");
    }
    if (path.equals("/v2/_catalog")) {
      return method.equals("GET") ? catalog(request) : notAllowed("GET");
    }
    if (tags.matches()) {
      return method.equals("GET") ? tags(tags.group(1), request) : notAllowed("GET");
    }
    if (referrers.matches()) {
      return method.equals("GET")
          ? referrers(referrers.group(1), referrers.group(2), request)
          : notAllowed("GET");
    }
    if (newUpload.matches()) {
      return method.equals("POST") ? begin(newUpload.group(1), request) : notAllowed("POST");
    }
    if (upload.matches()) {
      return upload(upload.group(1), upload.group(2), request);
    }
    if (blob.matches()) {
      return blob(blob.group(1), blob.group(2), request, privileged);
    }
    manifest.matches();
    return manifest(manifest.group(1), manifest.group(2), request, privileged);
  }

  private static List<String> scopes(Request request, String path) {
    if (path.equals("/v2/")) {
      return List.of();
    }
    if (path.equals("/v2/_catalog")) {
      return List.of("registry:catalog:*");
    }
    Matcher any =
        Pattern.compile("/v2/" + NAME + "/(?:manifests|tags|blobs|referrers)/.*").matcher(path);
    if (!any.matches()) {
      return List.of();
    }
    String repository = "repository:" + any.group(1) + ":";
    List<String> scopes = new ArrayList<>();
    switch (request.method()) {
      case "GET", "HEAD" -> scopes.add(repository + "pull");
      case "DELETE" -> scopes.add(repository + "delete");
      default -> scopes.add(repository + "pull,push");
    }
    request.query("from").ifPresent(from -> scopes.add("repository:" + from + ":pull"));
    return scopes;
  }

  // ---- listings

  private Response catalog(Request request) {
    int n = number(request, 100);
    if (n > 1000) {
      return error(
          400,
          "PAGINATION_NUMBER_INVALID",
          "invalid number of results requested",
          NODES.objectNode().put("n", n));
    }
    String last = request.query("last").orElse("");
    List<String> after =
        store.repositories().stream()
            .filter(it -> RegistryStore.WALK.compare(it, last) > 0)
            .toList();
    List<String> shown = after.subList(0, Math.min(n, after.size()));
    // A full page links to the next if the walk came to any further directory, even to one that is
    // not listed: the last page may be empty.
    boolean more = n > 0 && shown.size() == n && store.anyAfter(shown.get(n - 1));
    return page("repositories", null, shown, more, n, "/v2/_catalog");
  }

  private Response tags(String name, Request request) {
    Map<String, String> tags = store.tags(name);
    if (tags == null) {
      return error(
          404,
          "NAME_UNKNOWN",
          "repository name not known to registry",
          NODES.objectNode().put("name", name));
    }
    if (options.tagPage > 0) {
      int n = Math.min(number(request, options.tagPage), options.tagPage);
      String last = request.query("last").orElse("");
      List<String> after = tags.keySet().stream().filter(it -> it.compareTo(last) > 0).toList();
      List<String> shown = after.subList(0, Math.min(n, after.size()));
      boolean more = n > 0 && shown.size() < after.size();
      return page("tags", name, shown, more, n, "/v2/" + name + "/tags/list");
    }
    ObjectNode answer = NODES.objectNode().put("name", name);
    List<String> all = RegistryStore.directoryOrder(tags);
    if (all.isEmpty()) {
      answer.putNull("tags");
    } else {
      ArrayNode list = answer.putArray("tags");
      all.forEach(list::add);
    }
    return Response.json(200, answer.toString());
  }

  private static int number(Request request, int normal) {
    try {
      int n = Integer.parseInt(request.query("n").orElse(""));
      return n < 0 ? normal : n;
    } catch (NumberFormatException e) {
      return normal;
    }
  }

  private static Response page(
      String key, @Nullable String name, List<String> shown, boolean more, int n, String path) {
    ObjectNode answer = NODES.objectNode();
    if (name != null) {
      answer.put("name", name);
    }
    ArrayNode list = answer.putArray(key);
    shown.forEach(list::add);
    Response response = Response.json(200, answer.toString());
    if (more) {
      String next =
          path
              + "?last="
              + URLEncoder.encode(shown.get(shown.size() - 1), StandardCharsets.UTF_8)
              + "&n="
              + n;
      response = response.with("Link", "<" + next + ">; rel=\"next\"");
    }
    return response;
  }

  private Response referrers(String name, String digest, Request request) {
    String type = request.query("artifactType").orElse("");
    List<ObjectNode> found = new ArrayList<>();
    store
        .manifests(name)
        .forEach(
            (each, manifest) -> {
              JsonNode json = RegistryStore.parse(manifest.bytes());
              if (json.path("subject").path("digest").asText().equals(digest)) {
                String artifact =
                    json.path("artifactType")
                        .asText(json.path("config").path("mediaType").asText(""));
                ObjectNode entry =
                    ImageSpec.descriptor(manifest.mediaType(), each, manifest.bytes().length);
                if (!artifact.isEmpty()) {
                  entry.put("artifactType", artifact);
                }
                if (json.path("annotations").isObject()) {
                  entry.set("annotations", json.path("annotations"));
                }
                if (type.isEmpty() || type.equals(artifact)) {
                  found.add(entry);
                }
              }
            });
    int from = Integer.parseInt(request.query("from").orElse("0"));
    int to =
        options.referrersPage > 0
            ? Math.min(found.size(), from + options.referrersPage)
            : found.size();
    ObjectNode index = NODES.objectNode().put("schemaVersion", 2);
    index.put("mediaType", Media.OCI_INDEX);
    ArrayNode list = index.putArray("manifests");
    found.subList(Math.min(from, to), to).forEach(list::add);
    Response response = Response.text(200, Media.OCI_INDEX, index.toString());
    if (!type.isEmpty()) {
      response = response.with("OCI-Filters-Applied", "artifactType");
    }
    if (to < found.size()) {
      String next = "/v2/" + name + "/referrers/" + digest + "?from=" + to;
      if (!type.isEmpty()) {
        next += "&artifactType=" + URLEncoder.encode(type, StandardCharsets.UTF_8);
      }
      response = response.with("Link", "<" + next + ">; rel=\"next\"");
    }
    return response;
  }

  // ---- manifests

  private Response manifest(String name, String reference, Request request, boolean privileged) {
    boolean digest = SHA256.matcher(reference).matches();
    boolean named = reference.contains(":");
    switch (request.method()) {
      case "GET", "HEAD":
        if (named && !digest) {
          return error(500, "UNKNOWN", "unknown error", NODES.objectNode());
        }
        return readManifest(name, reference, digest, request);
      case "PUT":
        return putManifest(name, reference, digest, request);
      case "DELETE":
        if (!options.deleteEnabled && !privileged) {
          return error(405, "UNSUPPORTED", "The operation is unsupported.", null);
        }
        if (digest) {
          return store.delete(name, reference, true)
              ? Response.of(202)
              : error(404, "MANIFEST_UNKNOWN", "manifest unknown", null);
        }
        if (options.tagDeletion && !named) {
          return store.untag(name, reference)
              ? Response.of(202)
              : error(
                  404,
                  "MANIFEST_UNKNOWN",
                  "manifest unknown",
                  NODES.objectNode().put("Tag", reference));
        }
        return error(400, "DIGEST_INVALID", "provided digest did not match uploaded content", null);
      default:
        return notAllowed("DELETE, GET, HEAD, PUT");
    }
  }

  private Response readManifest(String name, String reference, boolean byDigest, Request request) {
    String digest = byDigest ? reference : store.tag(name, reference);
    if (digest == null) {
      return error(
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
    if (type.equals(Media.OCI_INDEX) && !accepted.contains(type)) {
      return error(
          404,
          "MANIFEST_UNKNOWN",
          "OCI index found, but accept header does not support OCI indexes",
          null);
    }
    if (type.equals(Media.OCI_MANIFEST) && !accepted.contains(type)) {
      return error(
          404,
          "MANIFEST_UNKNOWN",
          "OCI manifest found, but accept header does not support OCI manifests",
          null);
    }
    if (!byDigest && type.equals(Media.DOCKER_LIST) && !accepted.contains(type)) {
      // Old clients get the image for amd64 instead, with its own digest.
      String child = amd64(found);
      if (child == null) {
        return error(404, "MANIFEST_UNKNOWN", "manifest unknown", null);
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
      return error(
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
    return error(
        404,
        "MANIFEST_UNKNOWN",
        "manifest unknown",
        NODES.objectNode().put("Name", name).put("Revision", digest));
  }

  private Response putManifest(String name, String reference, boolean byDigest, Request request) {
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
      return error(400, "MANIFEST_INVALID", "manifest invalid", NODES.objectNode());
    }
    boolean mismatch = byDigest && !Media.digest(request.body()).equals(reference);
    if (mismatch || (!byDigest && reference.contains(":"))) {
      return error(400, "DIGEST_INVALID", "provided digest did not match uploaded content", null);
    }
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
    if (!missing.isEmpty()) {
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
    String digest = store.put(name, byDigest ? null : reference, type, request.body());
    Response created =
        Response.of(201)
            .with("Docker-Content-Digest", digest)
            .with("Location", base + "/v2/" + name + "/manifests/" + digest);
    String subject = json.path("subject").path("digest").asText("");
    return options.referrersApi && !subject.isEmpty()
        ? created.with("OCI-Subject", subject)
        : created;
  }

  // ---- blobs

  private Response blob(String name, String digest, Request request, boolean privileged) {
    byte[] bytes = store.blob(name, digest);
    switch (request.method()) {
      case "GET", "HEAD":
        if (bytes == null) {
          return error(404, "BLOB_UNKNOWN", "blob unknown to registry", NODES.textNode(digest));
        }
        if (options.redirectBlobs) {
          return Response.of(307)
              .with("Location", blobStore + "/store/" + digest + "?signature=fake")
              .with("Docker-Content-Digest", digest);
        }
        return part(bytes, request)
            .with("Cache-Control", "max-age=31536000")
            .with("Docker-Content-Digest", digest)
            .with("Etag", "\"" + digest + "\"");
      case "DELETE":
        if (!options.deleteEnabled && !privileged) {
          return error(405, "UNSUPPORTED", "The operation is unsupported.", null);
        }
        return store.unlinkBlob(name, digest)
            ? Response.of(202)
            : error(404, "BLOB_UNKNOWN", "blob unknown to registry", null);
      default:
        return notAllowed("DELETE, GET, HEAD");
    }
  }

  /** What the blob store behind a redirect answers: it knows nothing of repositories. */
  synchronized Response redirected(Request request) {
    String digest = request.path().substring(request.path().lastIndexOf('/') + 1);
    for (String repository : store.repositories()) {
      byte[] bytes = store.blob(repository, digest);
      if (bytes != null) {
        return part(bytes, request);
      }
    }
    return Response.text(404, "application/xml", "<Error><Code>NoSuchKey</Code></Error>");
  }

  private static Response part(byte[] bytes, Request request) {
    Matcher range = RANGE.matcher(request.header("Range").orElse(""));
    if (!range.matches()) {
      return Response.bytes(200, "application/octet-stream", bytes).with("Accept-Ranges", "bytes");
    }
    int from = Integer.parseInt(range.group(1));
    if (from >= bytes.length) {
      return Response.text(416, "text/plain; charset=utf-8", "invalid range\n")
          .with("Content-Range", "bytes */" + bytes.length);
    }
    int to =
        range.group(2).isEmpty()
            ? bytes.length - 1
            : Math.min(Integer.parseInt(range.group(2)), bytes.length - 1);
    return Response.bytes(206, "application/octet-stream", Arrays.copyOfRange(bytes, from, to + 1))
        .with("Accept-Ranges", "bytes")
        .with("Content-Range", "bytes " + from + "-" + to + "/" + bytes.length);
  }

  private Response begin(String name, Request request) {
    String mount = request.query("mount").orElse("");
    String from = request.query("from").orElse("");
    if (!mount.isEmpty() && !options.mountRefused && store.mount(from, name, mount)) {
      return Response.of(201)
          .with("Docker-Content-Digest", mount)
          .with("Location", base + "/v2/" + name + "/blobs/" + mount);
    }
    String id = new UUID(0, ++uploadCount).toString();
    uploads.put(id, new ByteArrayOutputStream());
    store.touch(name);
    return accepted(name, id, 0);
  }

  private Response accepted(String name, String id, int size) {
    return Response.of(202)
        .with("Docker-Upload-Uuid", id)
        .with("Range", "0-" + Math.max(0, size - 1))
        .with("Location", base + "/v2/" + name + "/blobs/uploads/" + id + "?_state=s" + size);
  }

  private Response upload(String name, String id, Request request) {
    ByteArrayOutputStream upload = uploads.get(id);
    if (upload == null) {
      return error(404, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry", null);
    }
    switch (request.method()) {
      case "GET":
        return Response.of(204)
            .with("Docker-Upload-Uuid", id)
            .with("Range", "0-" + Math.max(0, upload.size() - 1));
      case "PATCH":
        upload.writeBytes(request.body());
        return accepted(name, id, upload.size());
      case "DELETE":
        uploads.remove(id);
        return Response.of(204);
      case "PUT":
        String digest = request.query("digest").orElse("");
        if (digest.isEmpty()) {
          return error(
              400,
              "DIGEST_INVALID",
              "provided digest did not match uploaded content",
              NODES.textNode("digest missing"));
        }
        upload.writeBytes(request.body());
        uploads.remove(id);
        byte[] bytes = upload.toByteArray();
        if (!Media.digest(bytes).equals(digest)) {
          return error(
              400, "DIGEST_INVALID", "provided digest did not match uploaded content", null);
        }
        store.putBlob(name, digest, bytes);
        return Response.of(201)
            .with("Docker-Content-Digest", digest)
            .with("Location", base + "/v2/" + name + "/blobs/" + digest);
      default:
        return notAllowed("DELETE, GET, HEAD, PATCH, PUT");
    }
  }

  // ---- words

  private static Response notAllowed(String methods) {
    return Response.text(405, "text/plain; charset=utf-8", "Method not allowed\n")
        .with("Allow", methods)
        .with("X-Content-Type-Options", "nosniff");
  }

  static Response unauthorized(List<String> scopes) {
    ArrayNode detail = NODES.arrayNode();
    for (String scope : scopes) {
      String[] parts = scope.split(":", 3);
      for (String action : parts[2].split(",", -1)) {
        detail
            .addObject()
            .put("Type", parts[0])
            .put("Class", "")
            .put("Name", parts[1])
            .put("Action", action);
      }
    }
    return error(
        401,
        "UNAUTHORIZED",
        "authentication required",
        scopes.isEmpty() ? NODES.nullNode() : detail);
  }

  private static Response error(
      int status, String code, String message, @Nullable JsonNode detail) {
    ObjectNode errors = NODES.objectNode();
    ObjectNode error = errors.putArray("errors").addObject();
    error.put("code", code).put("message", message);
    if (detail != null) {
      error.set("detail", detail);
    }
    return Response.json(status, errors.toString());
  }

  @Override
  public Response refusal(int status, Request request) {
    Response refusal =
        switch (status) {
          case 401 -> error(status, "UNAUTHORIZED", "authentication required", NODES.nullNode());
          case 403 -> error(status, "DENIED", "requested access to the resource is denied", null);
          case 404 -> error(status, "MANIFEST_UNKNOWN", "manifest unknown", null);
          case 405 -> error(status, "UNSUPPORTED", "The operation is unsupported.", null);
          case 429 -> error(status, "TOOMANYREQUESTS", "too many requests", null);
          case 503 -> error(status, "UNAVAILABLE", "service unavailable", null);
          case 400 ->
              error(
                  status, "DIGEST_INVALID", "provided digest did not match uploaded content", null);
          default -> error(status, "UNKNOWN", "unknown error", NODES.objectNode());
        };
    return refusal.with("Docker-Distribution-Api-Version", "registry/2.0");
  }
}
