package dev.guard.testkit.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.testkit.http.Request;
import dev.guard.testkit.http.Response;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The catalog, tags and referrers of a registry. */
final class RegistryLists {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final RegistryStore store;
  private final RegistryOptions options;

  RegistryLists(RegistryStore store, RegistryOptions options) {
    this.store = store;
    this.options = options;
  }

  Response catalog(Request request) {
    int n = number(request, 100);
    if (n > 1000) {
      return RegistryErrors.error(
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

  Response tags(String name, Request request) {
    Map<String, String> tags = store.tags(name);
    if (tags == null) {
      return RegistryErrors.error(
          404,
          "NAME_UNKNOWN",
          "repository name not known to registry",
          NODES.objectNode().put("name", name));
    }
    if (options.tagPage() > 0) {
      int n = Math.min(number(request, options.tagPage()), options.tagPage());
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

  Response referrers(String name, String digest, Request request) {
    String type = request.query("artifactType").orElse("");
    List<ObjectNode> found = referringTo(name, digest, type);
    int from = Integer.parseInt(request.query("from").orElse("0"));
    int to =
        options.referrersPage() > 0
            ? Math.min(found.size(), from + options.referrersPage())
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

  private List<ObjectNode> referringTo(String name, String digest, String type) {
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
    return found;
  }
}
