package dev.guard.testkit.registry;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.guard.testkit.http.FakeServer;
import dev.guard.testkit.http.Request;
import dev.guard.testkit.http.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The wire behaviour of CNCF Distribution 2.8.2. Each answer here was compared with the real one;
 * {@link RegistryContract} keeps it so.
 */
final class RegistryHandler implements FakeServer.Handler {
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
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final RegistryAuth auth;
  private final RegistryOptions options;
  private final RegistryLists lists;
  private final RegistryManifests manifests;
  private final RegistryBlobs blobs;
  private String base = "";
  private String blobStore = "";

  RegistryHandler(RegistryStore store, RegistryAuth auth, RegistryOptions options) {
    this.auth = auth;
    this.options = options;
    lists = new RegistryLists(store, options);
    manifests = new RegistryManifests(store, options, () -> base);
    blobs = new RegistryBlobs(store, options, () -> base, () -> blobStore);
  }

  synchronized void servedAt(String registry, String blobServer) {
    base = registry;
    blobStore = blobServer;
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
    boolean served =
        path.equals("/v2/")
            || path.equals("/v2/_catalog")
            || Stream.of(MANIFEST, TAGS, BLOB, UPLOADS, UPLOAD)
                .anyMatch(each -> each.matcher(path).matches())
            || (options.referrersApi() && REFERRERS.matcher(path).matches());
    if (!served) {
      return Response.text(404, "text/plain; charset=utf-8", "404 page not found\n")
          .with("X-Content-Type-RegistryOptions", "nosniff");
    }
    if (!privileged) {
      Response refused = auth.check(request, scopes(request, path), base);
      if (refused != null) {
        return refused;
      }
    }
    boolean reads = request.method().equals("GET") || request.method().equals("HEAD");
    if (!reads && options.readOnly() && !privileged) {
      return RegistryErrors.notAllowed("GET, HEAD");
    }
    if (path.equals("/v2/")) {
      return reads ? Response.json(200, "{}") : RegistryErrors.notAllowed("GET");
    }
    return served(request, path, privileged);
  }

  /** Answers for a path that is served, to somebody who may ask. */
  private Response served(Request request, String path, boolean privileged) {
    String method = request.method();
    if (path.equals("/v2/_catalog")) {
      return method.equals("GET") ? lists.catalog(request) : RegistryErrors.notAllowed("GET");
    }
    Matcher tags = TAGS.matcher(path);
    if (tags.matches()) {
      return method.equals("GET")
          ? lists.tags(tags.group(1), request)
          : RegistryErrors.notAllowed("GET");
    }
    Matcher referrers = REFERRERS.matcher(path);
    if (referrers.matches()) {
      return method.equals("GET")
          ? lists.referrers(referrers.group(1), referrers.group(2), request)
          : RegistryErrors.notAllowed("GET");
    }
    Matcher newUpload = UPLOADS.matcher(path);
    if (newUpload.matches()) {
      return method.equals("POST")
          ? blobs.begin(newUpload.group(1), request)
          : RegistryErrors.notAllowed("POST");
    }
    Matcher upload = UPLOAD.matcher(path);
    if (upload.matches()) {
      return blobs.upload(upload.group(1), upload.group(2), request);
    }
    Matcher blob = BLOB.matcher(path);
    if (blob.matches()) {
      return blobs.blob(blob.group(1), blob.group(2), request, privileged);
    }
    Matcher manifest = MANIFEST.matcher(path);
    if (!manifest.matches()) {
      throw new IllegalStateException("served, but by nobody: " + path);
    }
    return manifests.manifest(manifest.group(1), manifest.group(2), request, privileged);
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

  /** What the blob store behind a redirect answers: it knows nothing of repositories. */
  synchronized Response redirected(Request request) {
    return blobs.redirected(request);
  }

  @Override
  public Response refusal(int status, Request request) {
    Response refusal =
        switch (status) {
          case 401 ->
              RegistryErrors.error(
                  status, "UNAUTHORIZED", "authentication required", NODES.nullNode());
          case 403 ->
              RegistryErrors.error(
                  status, "DENIED", "requested access to the resource is denied", null);
          case 404 -> RegistryErrors.error(status, "MANIFEST_UNKNOWN", "manifest unknown", null);
          case 405 ->
              RegistryErrors.error(status, "UNSUPPORTED", "The operation is unsupported.", null);
          case 429 -> RegistryErrors.error(status, "TOOMANYREQUESTS", "too many requests", null);
          case 503 -> RegistryErrors.error(status, "UNAVAILABLE", "service unavailable", null);
          case 400 ->
              RegistryErrors.error(
                  status, "DIGEST_INVALID", "provided digest did not match uploaded content", null);
          default -> RegistryErrors.error(status, "UNKNOWN", "unknown error", NODES.objectNode());
        };
    return refusal.with("Docker-Distribution-Api-Version", "registry/2.0");
  }
}
