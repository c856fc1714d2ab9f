package dev.guard.testkit.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.testkit.http.Request;
import dev.guard.testkit.http.Response;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Creates, changes, deletes and evicts, with the checks the API server makes before. */
final class ObjectChanges {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final Pattern NAME =
      Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");

  static final String MODIFIED =
      "the object has been modified; please apply your changes to the latest version and try again";
  private static final int LARGEST = 1024 * 1024;

  private final ClusterState state;

  ObjectChanges(ClusterState state) {
    this.state = state;
  }

  static JsonNode read(Request request) {
    try {
      return JSON.readTree(request.body());
    } catch (JsonProcessingException e) {
      return NODES.missingNode();
    } catch (IOException e) {
      throw new IllegalStateException("bytes in memory could not be read", e);
    }
  }

  /** Whether nothing is to be stored; null if what was asked is not a dry run at all. */
  private static @Nullable Boolean dryRun(List<String> values) {
    if (values.stream().anyMatch(it -> !it.equals("All"))) {
      return null;
    }
    return !values.isEmpty();
  }

  private static Response badDryRun(Kind kind, String name) {
    return Statuses.invalid(kind, name, "dryRun", "Unsupported value: supported values: \"All\"");
  }

  Response create(Request request, Place place) {
    JsonNode body = read(request);
    if (!(body instanceof ObjectNode) || !place.name().isEmpty()) {
      return Statuses.badRequest("the object provided is unrecognized");
    }
    ObjectNode object = ((ObjectNode) body).deepCopy();
    ObjectNode metadata = object.withObject("/metadata");
    Kind kind = place.kind();
    String name = metadata.path("name").asText("");
    if (name.isEmpty() && !metadata.path("generateName").asText("").isEmpty()) {
      name = state.newName(metadata.path("generateName").asText());
      metadata.put("name", name);
    }
    if (!NAME.matcher(name).matches()) {
      return Statuses.invalid(kind, name, "metadata.name", "Invalid value: \"" + name + "\"");
    }
    if (!metadata.path("resourceVersion").asText("").isEmpty()) {
      return Statuses.failure(
          500, "InternalError", "resourceVersion should not be set on objects to be created", null);
    }
    Response homeless = kind.namespaced() ? settle(place, name, metadata) : null;
    if (homeless != null) {
      return homeless;
    }
    Response invalid = validate(kind, name, object);
    if (invalid != null) {
      return invalid;
    }
    if (state.get(kind, place.namespace(), name) != null) {
      return Statuses.failure(
          409,
          "AlreadyExists",
          kind.qualified() + " \"" + name + "\" already exists",
          Statuses.about(kind, name));
    }
    Boolean dry = dryRun(request.queries("dryRun"));
    if (dry == null) {
      return badDryRun(kind, name);
    }
    metadata.remove("uid");
    ObjectNode drafted = state.drafted(kind, object, null);
    if (dry) {
      ((ObjectNode) drafted.path("metadata")).remove("resourceVersion");
      return Statuses.json(201, drafted);
    }
    return Statuses.json(201, state.store(kind, drafted));
  }

  /** Puts a new object into its namespace, or says why it cannot be there. */
  private @Nullable Response settle(Place place, String name, ObjectNode metadata) {
    String said = metadata.path("namespace").asText(place.namespace());
    if (place.namespace().isEmpty() || !said.equals(place.namespace())) {
      return Statuses.badRequest(
          "the namespace of the provided object does not match the namespace sent on the request");
    }
    metadata.put("namespace", place.namespace());
    Kind namespaces = Objects.requireNonNull(state.kind("v1", "Namespace"));
    ObjectNode home = state.get(namespaces, "", place.namespace());
    if (home == null) {
      return Statuses.notFound(namespaces, place.namespace());
    }
    if (home.path("metadata").has("deletionTimestamp")) {
      return Statuses.failure(
          403,
          "Forbidden",
          place.kind().qualified()
              + " \""
              + name
              + "\" is forbidden: unable to create new content in namespace "
              + place.namespace()
              + " because it is being terminated",
          Statuses.about(place.kind(), name));
    }
    return null;
  }

  /** The image of a pod must be there and not padded; that is all the API server asks of it. */
  private static @Nullable Response validate(Kind kind, String name, ObjectNode object) {
    if (kind.name().equals("ConfigMap")) {
      return validateConfigMap(kind, name, object);
    }
    if (!kind.name().equals("Pod")) {
      return null;
    }
    for (String list : List.of("containers", "initContainers", "ephemeralContainers")) {
      int i = 0;
      for (JsonNode container : object.path("spec").path(list)) {
        String image = container.path("image").asText("");
        String field = "spec." + list + "[" + i++ + "].image";
        if (image.isEmpty()) {
          return Statuses.invalid(kind, name, field, "Required value");
        }
        if (!image.equals(image.strip())) {
          return Statuses.invalid(
              kind,
              name,
              field,
              "Invalid value: \"" + image + "\": must not have leading or trailing whitespace");
        }
      }
    }
    return null;
  }

  /** Data are text, binary data Base64, and both together at most 1 MiB. */
  private static @Nullable Response validateConfigMap(Kind kind, String name, ObjectNode object) {
    long size = 0;
    for (Map.Entry<String, JsonNode> each : object.path("data").properties()) {
      if (!each.getValue().isTextual()) {
        return Statuses.badRequest("json: cannot unmarshal into Go struct field ConfigMap.data");
      }
      size += each.getValue().textValue().getBytes(StandardCharsets.UTF_8).length;
    }
    for (Map.Entry<String, JsonNode> each : object.path("binaryData").properties()) {
      try {
        size += each.getValue().isTextual() ? each.getValue().binaryValue().length : LARGEST + 1;
      } catch (IOException e) {
        return Statuses.badRequest("illegal base64 data in ConfigMap.binaryData");
      }
    }
    return size <= LARGEST
        ? null
        : Statuses.invalid(kind, name, "[]", "Too long: must have at most " + LARGEST + " bytes");
  }

  Response update(Request request, Place place, boolean patch) {
    Kind kind = place.kind();
    ObjectNode before = state.get(kind, place.namespace(), place.name());
    if (before == null) {
      return Statuses.notFound(kind, place.name());
    }
    JsonNode body = read(request);
    if (!(body instanceof ObjectNode)) {
      return Statuses.badRequest("the object provided is unrecognized");
    }
    if (patch
        && !request.header("Content-Type").orElse("").contains("merge-patch+json")
        && !request.header("Content-Type").orElse("").contains("strategic-merge-patch+json")) {
      return Statuses.failure(
          415, "UnsupportedMediaType", "the fake merges patches only", Statuses.details());
    }
    ObjectNode object = patch ? before.deepCopy() : ((ObjectNode) body).deepCopy();
    if (patch) {
      merge(object, (ObjectNode) body);
    }
    ObjectNode metadata = object.withObject("/metadata");
    if (!metadata.path("name").asText("").equals(place.name())) {
      return Statuses.badRequest(
          "the name of the object ("
              + metadata.path("name").asText("")
              + ") does not match the name on the URL ("
              + place.name()
              + ")");
    }
    Response stale = stale(place, before, body.path("metadata"));
    if (stale != null) {
      return stale;
    }
    metadata.put("namespace", place.namespace());
    Response invalid = validate(kind, place.name(), object);
    if (invalid != null) {
      return invalid;
    }
    Boolean dry = dryRun(request.queries("dryRun"));
    if (dry == null) {
      return badDryRun(kind, place.name());
    }
    ObjectNode drafted = state.drafted(kind, object, before);
    if (dry) {
      ((ObjectNode) drafted.path("metadata"))
          .set("resourceVersion", before.path("metadata").path("resourceVersion"));
      return Statuses.json(200, drafted);
    }
    if (isLike(drafted, before)) {
      return Statuses.json(200, before);
    }
    ObjectNode stored = state.store(kind, drafted);
    if (stored.path("metadata").has("deletionTimestamp")
        && stored.path("metadata").path("finalizers").isEmpty()) {
      state.remove(kind, place.namespace(), place.name());
    }
    return Statuses.json(200, stored);
  }

  /** Whether two objects differ in nothing but their version; then nothing is written. */
  private static boolean isLike(ObjectNode one, ObjectNode other) {
    ObjectNode same = one.deepCopy();
    same.withObject("/metadata")
        .set("resourceVersion", other.path("metadata").path("resourceVersion"));
    return same.equals(other);
  }

  /** Whether a change was made for another version of the object, or for another object. */
  private static @Nullable Response stale(Place place, ObjectNode before, JsonNode sent) {
    Kind kind = place.kind();
    String version = sent.path("resourceVersion").asText("");
    String current = before.path("metadata").path("resourceVersion").asText();
    if (!version.isEmpty() && !version.equals(current)) {
      return Statuses.conflict(
          kind.qualified(), Statuses.about(kind, place.name()), place.name(), MODIFIED);
    }
    String uid = sent.path("uid").asText("");
    String currentUid = before.path("metadata").path("uid").asText();
    if (!uid.isEmpty() && !uid.equals(currentUid)) {
      return Statuses.conflict(
          kind.qualified(),
          Statuses.about(kind, place.name()),
          place.name(),
          "Precondition failed: UID in precondition: "
              + uid
              + ", UID in object meta: "
              + currentUid);
    }
    return null;
  }

  private static void merge(ObjectNode into, ObjectNode patch) {
    for (Map.Entry<String, JsonNode> each : patch.properties()) {
      JsonNode value = each.getValue();
      if (value.isNull()) {
        into.remove(each.getKey());
      } else if (value instanceof ObjectNode && into.path(each.getKey()) instanceof ObjectNode) {
        merge((ObjectNode) into.path(each.getKey()), (ObjectNode) value);
      } else {
        into.set(each.getKey(), value);
      }
    }
  }

  Response delete(Request request, Place place) {
    Kind kind = place.kind();
    ObjectNode found = state.get(kind, place.namespace(), place.name());
    if (found == null) {
      return Statuses.notFound(kind, place.name());
    }
    JsonNode options = NODES.objectNode();
    List<String> dry = request.queries("dryRun");
    if (request.body().length > 0) {
      // A body replaces the query as a whole: a dry run asked for in the query alone is not one.
      options = read(request);
      if (!(options instanceof ObjectNode)) {
        return Statuses.badRequest("the body of a deletion is DeleteOptions");
      }
      dry = new ArrayList<>();
      for (JsonNode each : options.path("dryRun")) {
        dry.add(each.asText());
      }
    }
    Boolean dryRun = dryRun(dry);
    if (dryRun == null) {
      return badDryRun(kind, place.name());
    }
    Response conflict = preconditions(kind, found, options.path("preconditions"));
    if (conflict != null) {
      return conflict;
    }
    return deleted(place, found, options.path("gracePeriodSeconds").asLong(30), dryRun);
  }

  /** An object goes at once, or stays as terminating: running pods, namespaces, finalizers. */
  private Response deleted(Place place, ObjectNode found, long podGrace, boolean dryRun) {
    Kind kind = place.kind();
    String uid = found.path("metadata").path("uid").asText();
    boolean namespace = kind.name().equals("Namespace");
    long grace =
        kind.name().equals("Pod") && !found.path("spec").path("nodeName").asText("").isEmpty()
            ? podGrace
            : 0;
    boolean stays = grace > 0 || namespace || !found.path("metadata").path("finalizers").isEmpty();
    ObjectNode after = found.deepCopy();
    if (stays) {
      after
          .withObject("/metadata")
          .put("deletionTimestamp", ClusterState.CREATED)
          .put("deletionGracePeriodSeconds", grace);
      if (namespace) {
        after.withObject("/status").put("phase", "Terminating");
      }
    }
    if (!dryRun) {
      if (stays) {
        after = state.store(kind, state.drafted(kind, after, found));
      } else {
        state.remove(kind, place.namespace(), place.name());
      }
    }
    return stays || kind.name().equals("Pod")
        ? Statuses.json(200, after)
        : Statuses.success(kind, place.name(), uid);
  }

  private static @Nullable Response preconditions(
      Kind kind, ObjectNode found, JsonNode preconditions) {
    String name = found.path("metadata").path("name").asText();
    ObjectNode details = Statuses.about(kind, name).put("kind", kind.name());
    String uid = preconditions.path("uid").asText("");
    String hasUid = found.path("metadata").path("uid").asText();
    if (!uid.isEmpty() && !uid.equals(hasUid)) {
      return Statuses.conflict(
          kind.qualifiedKind(),
          details,
          name,
          "the UID in the precondition ("
              + uid
              + ") does not match the UID in record ("
              + hasUid
              + "). The object might have been deleted and then recreated");
    }
    String version = preconditions.path("resourceVersion").asText("");
    String hasVersion = found.path("metadata").path("resourceVersion").asText();
    if (!version.isEmpty() && !version.equals(hasVersion)) {
      return Statuses.conflict(
          kind.qualifiedKind(),
          details,
          name,
          "the ResourceVersion in the precondition ("
              + version
              + ") does not match the ResourceVersion in record ("
              + hasVersion
              + "). The object might have been modified");
    }
    return null;
  }

  Response evict(Request request, Place place) {
    ObjectNode pod = state.get(place.kind(), place.namespace(), place.name());
    if (pod == null) {
      return Statuses.notFound(place.kind(), place.name());
    }
    JsonNode options = read(request).path("deleteOptions");
    Response conflict = preconditions(place.kind(), pod, options.path("preconditions"));
    if (conflict != null) {
      return conflict;
    }
    Response spent = spentBudget(place.namespace(), pod);
    if (spent != null) {
      return spent;
    }
    List<String> dry = new ArrayList<>();
    options.path("dryRun").forEach(it -> dry.add(it.asText()));
    dry.addAll(request.queries("dryRun"));
    Boolean dryRun = dryRun(dry);
    if (dryRun == null) {
      return badDryRun(place.kind(), place.name());
    }
    if (!dryRun) {
      state.remove(place.kind(), place.namespace(), place.name());
    }
    ObjectNode status = NODES.objectNode().put("kind", "Status").put("apiVersion", "v1");
    status.putObject("metadata");
    return Statuses.json(201, status.put("status", "Success").put("code", 201));
  }

  /** The refusal of the first disruption budget that selects the pod and has nothing left. */
  private @Nullable Response spentBudget(String namespace, ObjectNode pod) {
    for (ObjectNode budget :
        state.all(Objects.requireNonNull(state.kind("policy/v1", "PodDisruptionBudget")))) {
      boolean selects = budget.path("metadata").path("namespace").asText().equals(namespace);
      for (Map.Entry<String, JsonNode> label :
          budget.at("/spec/selector/matchLabels").properties()) {
        selects &=
            pod.path("metadata").path("labels").path(label.getKey()).equals(label.getValue());
      }
      JsonNode status = budget.path("status");
      if (selects && status.path("disruptionsAllowed").asInt(0) < 1) {
        ObjectNode details = Statuses.details();
        details
            .putArray("causes")
            .addObject()
            .put("reason", "DisruptionBudget")
            .put(
                "message",
                "The disruption budget "
                    + budget.path("metadata").path("name").asText()
                    + " needs "
                    + status.path("desiredHealthy").asInt(0)
                    + " healthy pods and has "
                    + status.path("currentHealthy").asInt(0)
                    + " currently");
        return Statuses.failure(
            429,
            "TooManyRequests",
            "Cannot evict pod as it would violate the pod's disruption budget.",
            details);
      }
    }
    return null;
  }
}
