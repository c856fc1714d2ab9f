package dev.guard.testkit.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.testkit.http.FakeServer;
import dev.guard.testkit.http.Request;
import dev.guard.testkit.http.Response;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the API server answers. One lock for all. */
final class ClusterHandler implements FakeServer.Handler {
  /** What nobody may do; {@code *} stands for any. */
  record Denial(String verb, String group, String resource, String namespace) {
    boolean covers(String askedVerb, Kind kind, String askedNamespace) {
      return matches(verb, askedVerb)
          && matches(group, kind.group())
          && matches(resource, kind.plural())
          && matches(namespace, askedNamespace);
    }

    private static boolean matches(String pattern, String asked) {
      return pattern.equals("*") || pattern.equals(asked);
    }
  }

  /** Where a continue token stands. */
  private record Token(long version, String start, long offset) {
    String text() {
      ObjectNode node = NODES.objectNode();
      node.put("v", "meta.k8s.io/v1").put("rv", version).put("start", start).put("o", offset);
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString(node.toString().getBytes(StandardCharsets.UTF_8));
    }

    static @Nullable Token parse(String text) {
      try {
        JsonNode node = JSON.readTree(Base64.getUrlDecoder().decode(text));
        return node.path("v").asText("").equals("meta.k8s.io/v1") && node.path("rv").isNumber()
            ? new Token(
                node.path("rv").asLong(), node.path("start").asText(""), node.path("o").asLong())
            : null;
      } catch (IllegalArgumentException | IOException e) {
        return null;
      }
    }
  }

  /** What a path names. */
  private record Place(Kind kind, String namespace, String name, String sub) {}

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final long INCONSISTENT = -1;
  private static final Pattern NAME =
      Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");

  private final ClusterState state;
  private final String token;
  private final String user;
  private final List<Denial> denials = new ArrayList<>();

  ClusterHandler(ClusterState state, String token, String user) {
    this.state = state;
    this.token = token;
    this.user = user;
  }

  synchronized void deny(Denial denial) {
    denials.add(denial);
  }

  synchronized void allow() {
    denials.clear();
  }

  @Override
  public synchronized Response handle(Request request) {
    if (!request.header("Authorization").orElse("").equals("Bearer " + token)) {
      return Statuses.unauthorized();
    }
    String path = request.path();
    List<String> parts = Arrays.stream(path.split("/")).filter(it -> !it.isEmpty()).toList();
    if (path.equals("/version")) {
      return Statuses.json(
          200,
          NODES
              .objectNode()
              .put("major", "1")
              .put("minor", "26")
              .put("gitVersion", "v1.26.0")
              .put("platform", "linux/amd64"));
    }
    if (path.equals("/healthz") || path.equals("/readyz") || path.equals("/livez")) {
      return Response.text(200, "text/plain; charset=utf-8", "ok");
    }
    if (parts.isEmpty()) {
      return Statuses.unserved();
    }
    String apiVersion;
    List<String> rest;
    if (parts.get(0).equals("api")) {
      if (parts.size() == 1) {
        return versions();
      }
      apiVersion = parts.get(1);
      rest = parts.subList(2, parts.size());
    } else if (parts.get(0).equals("apis")) {
      if (parts.size() == 1) {
        return groups();
      }
      if (parts.size() == 2) {
        return group(parts.get(1));
      }
      apiVersion = parts.get(1) + "/" + parts.get(2);
      rest = parts.subList(3, parts.size());
    } else {
      return Statuses.unserved();
    }
    if (apiVersion.equals("authorization.k8s.io/v1")) {
      return rest.isEmpty() ? resources(apiVersion) : review(request, rest);
    }
    if (state.kinds().stream().noneMatch(it -> it.apiVersion().equals(apiVersion))) {
      return Statuses.unserved();
    }
    if (rest.isEmpty()) {
      return resources(apiVersion);
    }
    Place place = place(apiVersion, rest);
    return place == null ? Statuses.noSuchResource() : act(request, place);
  }

  private @Nullable Place place(String apiVersion, List<String> rest) {
    List<String> parts = rest;
    String namespace = "";
    boolean within =
        parts.get(0).equals("namespaces")
            && parts.size() > 2
            && !parts.get(2).equals("status")
            && !parts.get(2).equals("finalize");
    if (within) {
      namespace = parts.get(1);
      parts = parts.subList(2, parts.size());
    }
    Kind kind = state.resource(apiVersion, parts.get(0));
    if (kind == null || (kind.namespaced() != within && (within || parts.size() > 1))) {
      return null;
    }
    return new Place(
        kind,
        namespace,
        parts.size() > 1 ? parts.get(1) : "",
        parts.size() > 2 ? parts.get(2) : "");
  }

  // ---- discovery

  private static Response versions() {
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

  private Response groups() {
    ObjectNode answer = NODES.objectNode().put("kind", "APIGroupList").put("apiVersion", "v1");
    ArrayNode list = answer.putArray("groups");
    groupNames().forEach(name -> list.add(groupNode(name)));
    return Statuses.json(200, answer);
  }

  private Response group(String name) {
    if (!groupNames().contains(name)) {
      return Statuses.unserved();
    }
    ObjectNode answer = groupNode(name);
    answer.put("kind", "APIGroup").put("apiVersion", "v1");
    return Statuses.json(200, answer);
  }

  private Response resources(String apiVersion) {
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

  private Response review(Request request, List<String> rest) {
    if (!request.method().equals("POST") || !rest.equals(List.of("selfsubjectaccessreviews"))) {
      return Statuses.noSuchResource();
    }
    JsonNode body = read(request);
    if (!(body instanceof ObjectNode)) {
      return Statuses.badRequest("the body of a review is JSON");
    }
    JsonNode asked = body.path("spec").path("resourceAttributes");
    Kind kind =
        new Kind(asked.path("group").asText(""), "v1", asked.path("resource").asText(""), "", true);
    boolean allowed =
        !denied(asked.path("verb").asText(""), kind, asked.path("namespace").asText(""));
    ObjectNode answer = ((ObjectNode) body).deepCopy();
    answer.put("kind", "SelfSubjectAccessReview").put("apiVersion", "authorization.k8s.io/v1");
    answer.putObject("status").put("allowed", allowed);
    return Statuses.json(201, answer);
  }

  // ---- objects

  private boolean denied(String verb, Kind kind, String namespace) {
    return denials.stream().anyMatch(it -> it.covers(verb, kind, namespace));
  }

  private static String verb(Request request, Place place) {
    return switch (request.method()) {
      case "GET", "HEAD" ->
          !place.name.isEmpty()
              ? "get"
              : request.query("watch").orElse("").matches("true|1") ? "watch" : "list";
      case "POST" -> "create";
      case "PUT" -> "update";
      case "PATCH" -> "patch";
      case "DELETE" -> place.name.isEmpty() ? "deletecollection" : "delete";
      default -> request.method().toLowerCase(Locale.ROOT);
    };
  }

  private Response act(Request request, Place place) {
    String verb = verb(request, place);
    if (denied(verb, place.kind, place.namespace)) {
      return Statuses.forbidden(user, verb, place.kind, place.namespace, place.name);
    }
    if (verb.equals("create") && place.kind.name().equals("Pod") && place.sub.equals("eviction")) {
      return evict(request, place);
    }
    if (!place.sub.isEmpty() && !place.sub.equals("status")) {
      return Statuses.noSuchResource();
    }
    return switch (verb) {
      case "get" -> one(place);
      case "list" -> list(request, place);
      case "create" -> create(request, place);
      case "update" -> update(request, place, false);
      case "patch" -> update(request, place, true);
      case "delete" -> delete(request, place);
      default ->
          Statuses.failure(
              405,
              "MethodNotAllowed",
              "the server does not allow this method on the requested resource",
              Statuses.details());
    };
  }

  private Response one(Place place) {
    ObjectNode found = state.get(place.kind, place.namespace, place.name);
    return found == null ? Statuses.notFound(place.kind, place.name) : Statuses.json(200, found);
  }

  private Response list(Request request, Place place) {
    Predicate<JsonNode> selected;
    long limit;
    try {
      selected =
          labels(request.query("labelSelector").orElse(""))
              .and(fields(request.query("fieldSelector").orElse("")));
      limit = Long.parseLong(request.query("limit").orElse("0"));
    } catch (IllegalArgumentException e) {
      return Statuses.badRequest(Objects.requireNonNullElse(e.getMessage(), "bad query"));
    }
    String cursor = request.query("continue").orElse("");
    String version = request.query("resourceVersion").orElse("");
    String match = request.query("resourceVersionMatch").orElse("");
    String query =
        place.kind.qualified()
            + "|"
            + place.namespace
            + "|"
            + request.query("labelSelector").orElse("")
            + "|"
            + request.query("fieldSelector").orElse("");
    if (!cursor.isEmpty()) {
      return next(place, query, selected, limit, cursor);
    }
    if (!version.isEmpty() && !version.equals("0")) {
      Response refused = versioned(version, match);
      if (refused != null) {
        return refused;
      }
    }
    ClusterState.Snapshot snapshot = state.now(place.kind, place.namespace, selected);
    // From the watch cache the limit is ignored, and no token is given.
    long most = version.equals("0") && match.isEmpty() ? 0 : limit;
    if (most > 0 && snapshot.size() > most) {
      state.keep(query + "|" + snapshot.version(), snapshot);
    }
    return page(place.kind, snapshot, 0, most, snapshot.version());
  }

  private @Nullable Response versioned(String version, String match) {
    long asked;
    try {
      asked = Long.parseLong(version);
    } catch (NumberFormatException e) {
      return Statuses.badRequest("invalid resource version \"" + version + "\"");
    }
    if (asked > state.version()) {
      ObjectNode details = Statuses.details().put("retryAfterSeconds", 1);
      details
          .putArray("causes")
          .addObject()
          .put("reason", "ResourceVersionTooLarge")
          .put("message", "Too large resource version");
      return Statuses.failure(
              504,
              "Timeout",
              "Too large resource version: " + asked + ", current: " + state.version(),
              details)
          .with("Retry-After", "1");
    }
    if (match.equals("Exact") && asked < state.version()) {
      return Statuses.failure(
          410, "Expired", "The resourceVersion for the provided list is too old.", null);
    }
    return null;
  }

  private Response next(
      Place place, String query, Predicate<JsonNode> selected, long limit, String cursor) {
    Token at = Token.parse(cursor);
    if (at == null) {
      return Statuses.badRequest("continue key is not valid: illegal base64 data or JSON");
    }
    if (at.version == INCONSISTENT) {
      ClusterState.Snapshot now = state.now(place.kind, place.namespace, selected);
      long from = at.offset;
      if (from <= now.stored().size()) {
        from =
            now.stored().stream()
                .filter(it -> ClusterState.key(place.kind, it).compareTo(at.start) <= 0)
                .count();
      }
      state.keep(query + "|" + now.version(), now);
      return page(place.kind, now, from, limit, now.version());
    }
    ClusterState.Snapshot snapshot = state.kept(query + "|" + at.version);
    if (snapshot == null) {
      return Statuses.expired(new Token(INCONSISTENT, at.start, at.offset).text());
    }
    return page(place.kind, snapshot, at.offset, limit, at.version);
  }

  private Response page(
      Kind kind, ClusterState.Snapshot snapshot, long from, long limit, long version) {
    long to = limit > 0 ? Math.min(snapshot.size(), from + limit) : snapshot.size();
    ObjectNode metadata = NODES.objectNode().put("resourceVersion", Long.toString(version));
    if (to < snapshot.size()) {
      metadata.put("continue", new Token(version, keyBefore(kind, snapshot, to), to).text());
      metadata.put("remainingItemCount", snapshot.size() - to);
    }
    String head =
        "{\"kind\":\""
            + kind.name()
            + "List\",\"apiVersion\":\""
            + kind.apiVersion()
            + "\",\"metadata\":"
            + metadata
            + ",\"items\":[";
    PodGenerator generator = snapshot.generated();
    if (generator == null) {
      StringBuilder all = new StringBuilder(head);
      for (long i = from; i < to; i++) {
        all.append(i == from ? "" : ",").append(item(snapshot.stored().get((int) i)));
      }
      return Response.text(200, "application/json", all.append("]}").toString())
          .with("Cache-Control", "no-cache, private");
    }
    return Response.stream(
        200,
        "application/json",
        out -> {
          out.write(head.getBytes(StandardCharsets.UTF_8));
          for (long i = from; i < to; i++) {
            if (i > from) {
              out.write(',');
            }
            write(out, snapshot, generator, i);
          }
          out.write("]}".getBytes(StandardCharsets.UTF_8));
        });
  }

  private static void write(
      OutputStream out, ClusterState.Snapshot snapshot, PodGenerator generator, long index)
      throws IOException {
    int stored = snapshot.stored().size();
    out.write(
        index < stored
            ? item(snapshot.stored().get((int) index)).toString().getBytes(StandardCharsets.UTF_8)
            : generator.pod(index - stored, snapshot.version()));
  }

  /** As in real lists, items of built-in kinds do not repeat kind and apiVersion. */
  private static ObjectNode item(ObjectNode object) {
    ObjectNode item = object.deepCopy();
    item.remove("kind");
    item.remove("apiVersion");
    return item;
  }

  private static String keyBefore(Kind kind, ClusterState.Snapshot snapshot, long index) {
    int stored = snapshot.stored().size();
    PodGenerator generator = snapshot.generated();
    if (index - 1 < stored || generator == null) {
      return ClusterState.key(kind, snapshot.stored().get((int) index - 1));
    }
    long number = index - 1 - stored;
    return generator.namespace(number) + "/" + generator.name(number);
  }

  private static Predicate<JsonNode> labels(String selector) {
    Predicate<JsonNode> all = object -> true;
    for (String term : selector.split(",", -1)) {
      if (term.isBlank()) {
        continue;
      }
      String[] sides = term.split("!=|==|=", 2);
      if (sides.length == 1) {
        if (!term.matches("[A-Za-z0-9._/-]+")) {
          throw new IllegalArgumentException("unable to parse requirement: " + term);
        }
        all = all.and(object -> object.path("metadata").path("labels").has(term));
        continue;
      }
      boolean not = term.contains("!=");
      all =
          all.and(
              object ->
                  object
                          .path("metadata")
                          .path("labels")
                          .path(sides[0].strip())
                          .asText("")
                          .equals(sides[1].strip())
                      != not);
    }
    return all;
  }

  private static Predicate<JsonNode> fields(String selector) {
    Predicate<JsonNode> all = object -> true;
    for (String term : selector.split(",", -1)) {
      if (term.isBlank()) {
        continue;
      }
      String[] sides = term.split("!=|==|=", 2);
      if (sides.length == 1
          || !List.of("metadata.name", "metadata.namespace", "spec.nodeName", "status.phase")
              .contains(sides[0])) {
        throw new IllegalArgumentException("field label not supported: " + sides[0]);
      }
      boolean not = term.contains("!=");
      String pointer = "/" + sides[0].replace('.', '/');
      all = all.and(object -> object.at(pointer).asText("").equals(sides[1]) != not);
    }
    return all;
  }

  private static JsonNode read(Request request) {
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

  private Response create(Request request, Place place) {
    JsonNode body = read(request);
    if (!(body instanceof ObjectNode) || !place.name.isEmpty()) {
      return Statuses.badRequest("the object provided is unrecognized");
    }
    ObjectNode object = ((ObjectNode) body).deepCopy();
    ObjectNode metadata = object.withObject("/metadata");
    Kind kind = place.kind;
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
    if (kind.namespaced()) {
      String said = metadata.path("namespace").asText(place.namespace);
      if (place.namespace.isEmpty() || !said.equals(place.namespace)) {
        return Statuses.badRequest(
            "the namespace of the provided object does not match the namespace sent on the request");
      }
      metadata.put("namespace", place.namespace);
      Kind namespaces = Objects.requireNonNull(state.kind("v1", "Namespace"));
      ObjectNode home = state.get(namespaces, "", place.namespace);
      if (home == null) {
        return Statuses.notFound(namespaces, place.namespace);
      }
      if (home.path("metadata").has("deletionTimestamp")) {
        return Statuses.failure(
            403,
            "Forbidden",
            kind.qualified()
                + " \""
                + name
                + "\" is forbidden: unable to create new content in namespace "
                + place.namespace
                + " because it is being terminated",
            Statuses.about(kind, name));
      }
    }
    Response invalid = validate(kind, name, object);
    if (invalid != null) {
      return invalid;
    }
    if (state.get(kind, place.namespace, name) != null) {
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

  /** The image of a pod must be there and not padded; that is all the API server asks. */
  private static @Nullable Response validate(Kind kind, String name, ObjectNode object) {
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

  private Response update(Request request, Place place, boolean patch) {
    Kind kind = place.kind;
    ObjectNode before = state.get(kind, place.namespace, place.name);
    if (before == null) {
      return Statuses.notFound(kind, place.name);
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
    if (!metadata.path("name").asText("").equals(place.name)) {
      return Statuses.badRequest(
          "the name of the object ("
              + metadata.path("name").asText("")
              + ") does not match the name on the URL ("
              + place.name
              + ")");
    }
    JsonNode sent = ((ObjectNode) body).path("metadata");
    String version = sent.path("resourceVersion").asText("");
    String current = before.path("metadata").path("resourceVersion").asText();
    if (!version.isEmpty() && !version.equals(current)) {
      return Statuses.conflict(
          kind.qualified(),
          Statuses.about(kind, place.name),
          place.name,
          "the object has been modified; please apply your changes to the latest version and try"
              + " again");
    }
    String uid = sent.path("uid").asText("");
    String currentUid = before.path("metadata").path("uid").asText();
    if (!uid.isEmpty() && !uid.equals(currentUid)) {
      return Statuses.conflict(
          kind.qualified(),
          Statuses.about(kind, place.name),
          place.name,
          "Precondition failed: UID in precondition: "
              + uid
              + ", UID in object meta: "
              + currentUid);
    }
    metadata.put("namespace", place.namespace);
    Response invalid = validate(kind, place.name, object);
    if (invalid != null) {
      return invalid;
    }
    Boolean dry = dryRun(request.queries("dryRun"));
    if (dry == null) {
      return badDryRun(kind, place.name);
    }
    ObjectNode drafted = state.drafted(kind, object, before);
    if (dry) {
      ((ObjectNode) drafted.path("metadata")).put("resourceVersion", current);
      return Statuses.json(200, drafted);
    }
    ObjectNode stored = state.store(kind, drafted);
    if (stored.path("metadata").has("deletionTimestamp")
        && stored.path("metadata").path("finalizers").isEmpty()) {
      state.remove(kind, place.namespace, place.name);
    }
    return Statuses.json(200, stored);
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

  private Response delete(Request request, Place place) {
    Kind kind = place.kind;
    ObjectNode found = state.get(kind, place.namespace, place.name);
    if (found == null) {
      return Statuses.notFound(kind, place.name);
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
      return badDryRun(kind, place.name);
    }
    Response conflict = preconditions(kind, found, options.path("preconditions"));
    if (conflict != null) {
      return conflict;
    }
    String uid = found.path("metadata").path("uid").asText();
    boolean namespace = kind.name().equals("Namespace");
    long grace =
        kind.name().equals("Pod") && !found.path("spec").path("nodeName").asText("").isEmpty()
            ? options.path("gracePeriodSeconds").asLong(30)
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
        state.remove(kind, place.namespace, place.name);
      }
    }
    return stays || kind.name().equals("Pod")
        ? Statuses.json(200, after)
        : Statuses.success(kind, place.name, uid);
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

  private Response evict(Request request, Place place) {
    ObjectNode pod = state.get(place.kind, place.namespace, place.name);
    if (pod == null) {
      return Statuses.notFound(place.kind, place.name);
    }
    JsonNode options = read(request).path("deleteOptions");
    Response conflict = preconditions(place.kind, pod, options.path("preconditions"));
    if (conflict != null) {
      return conflict;
    }
    for (ObjectNode budget :
        state.all(Objects.requireNonNull(state.kind("policy/v1", "PodDisruptionBudget")))) {
      boolean selects = budget.path("metadata").path("namespace").asText().equals(place.namespace);
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
    List<String> dry = new ArrayList<>();
    options.path("dryRun").forEach(it -> dry.add(it.asText()));
    dry.addAll(request.queries("dryRun"));
    Boolean dryRun = dryRun(dry);
    if (dryRun == null) {
      return badDryRun(place.kind, place.name);
    }
    if (!dryRun) {
      state.remove(place.kind, place.namespace, place.name);
    }
    ObjectNode status = NODES.objectNode().put("kind", "Status").put("apiVersion", "v1");
    status.putObject("metadata");
    return Statuses.json(201, status.put("status", "Success").put("code", 201));
  }

  // ---- injected statuses

  @Override
  public synchronized Response refusal(int status, Request request) {
    List<String> parts =
        Arrays.stream(request.path().split("/")).filter(it -> !it.isEmpty()).toList();
    Place place = null;
    if (parts.size() > 2 && parts.get(0).equals("api")) {
      place = place(parts.get(1), parts.subList(2, parts.size()));
    } else if (parts.size() > 3 && parts.get(0).equals("apis")) {
      place = place(parts.get(1) + "/" + parts.get(2), parts.subList(3, parts.size()));
    }
    Optional<String> cursor = request.query("continue");
    Token at = cursor.isEmpty() ? null : Token.parse(cursor.get());
    return switch (status) {
      case 401 -> Statuses.unauthorized();
      case 403 ->
          place == null
              ? Statuses.failure(
                  403,
                  "Forbidden",
                  "forbidden: User \""
                      + user
                      + "\" cannot "
                      + request.method().toLowerCase(Locale.ROOT)
                      + " path \""
                      + request.path()
                      + "\"",
                  Statuses.details())
              : Statuses.forbidden(
                  user, verb(request, place), place.kind, place.namespace, place.name);
      case 404 ->
          place == null || place.name.isEmpty()
              ? Statuses.unserved()
              : Statuses.notFound(place.kind, place.name);
      case 410 ->
          Statuses.expired(
              at == null
                  ? new Token(INCONSISTENT, "", 0).text()
                  : new Token(INCONSISTENT, at.start, at.offset).text());
      case 429 ->
          Statuses.failure(
                  429,
                  "TooManyRequests",
                  "too many requests, please try again later",
                  Statuses.details().put("retryAfterSeconds", 1))
              .with("Retry-After", "1");
      case 503 ->
          Statuses.failure(
              503,
              "ServiceUnavailable",
              "the server is currently unable to handle the request",
              Statuses.details());
      case 504 ->
          Statuses.failure(
              504,
              "Timeout",
              "the server was unable to return a response in the time allotted",
              Statuses.details());
      default -> Statuses.failure(status, "InternalError", "an injected fault", null);
    };
  }

  @Override
  public Response withoutNextPage(Response response) {
    try {
      JsonNode body = JSON.readTree(response.body());
      if (body.path("metadata") instanceof ObjectNode) {
        ((ObjectNode) body.path("metadata")).remove(List.of("continue", "remainingItemCount"));
      }
      return response.withBody(JSON.writeValueAsBytes(body));
    } catch (IOException e) {
      return response;
    }
  }
}
