package dev.guard.testkit.cluster;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.testkit.http.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What the API server says it serves. */
final class Discovery {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final ClusterState state;

  Discovery(ClusterState state) {
    this.state = state;
  }

  static Response versions() {
    ObjectNode answer = NODES.objectNode().put("kind", "APIVersions");
    answer.putArray("versions").add("v1");
    answer.putArray("serverAddressByClientCIDRs");
    return Statuses.json(200, answer);
  }

  private ObjectNode groupNode(String name) {
    ObjectNode group = NODES.objectNode().put("name", name);
    ArrayNode versions = group.putArray("versions");
    List<String> served =
        name.equals("authorization.k8s.io")
            ? List.of("v1")
            : state.kinds().stream()
                .filter(it -> it.group().equals(name))
                .map(Kind::version)
                .distinct()
                .toList();
    for (String version : served) {
      versions.addObject().put("groupVersion", name + "/" + version).put("version", version);
    }
    group.set("preferredVersion", versions.path(0).deepCopy());
    return group;
  }

  private List<String> groupNames() {
    List<String> names =
        new ArrayList<>(
            state.kinds().stream()
                .map(Kind::group)
                .filter(it -> !it.isEmpty())
                .distinct()
                .toList());
    names.add("authorization.k8s.io");
    return names;
  }

  Response groups() {
    ObjectNode answer = NODES.objectNode().put("kind", "APIGroupList").put("apiVersion", "v1");
    ArrayNode list = answer.putArray("groups");
    groupNames().forEach(name -> list.add(groupNode(name)));
    return Statuses.json(200, answer);
  }

  Response group(String name) {
    if (!groupNames().contains(name)) {
      return Statuses.unserved();
    }
    ObjectNode answer = groupNode(name);
    answer.put("kind", "APIGroup").put("apiVersion", "v1");
    return Statuses.json(200, answer);
  }

  Response resources(String apiVersion) {
    ObjectNode answer = NODES.objectNode().put("kind", "APIResourceList");
    answer.put("apiVersion", "v1").put("groupVersion", apiVersion);
    ArrayNode list = answer.putArray("resources");
    if (apiVersion.equals("authorization.k8s.io/v1")) {
      list.addObject()
          .put("name", "selfsubjectaccessreviews")
          .put("singularName", "")
          .put("namespaced", false)
          .put("kind", "SelfSubjectAccessReview")
          .putArray("verbs")
          .add("create");
    }
    for (Kind kind : state.kinds()) {
      if (kind.apiVersion().equals(apiVersion)) {
        ArrayNode verbs =
            list.addObject()
                .put("name", kind.plural())
                .put("singularName", kind.name().toLowerCase(Locale.ROOT))
                .put("namespaced", kind.namespaced())
                .put("kind", kind.name())
                .putArray("verbs");
        List.of("create", "delete", "get", "list", "patch", "update").forEach(verbs::add);
      }
    }
    return Statuses.json(200, answer);
  }
}
