package dev.guard.testkit.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.testkit.http.FakeServer;
import dev.guard.testkit.http.Request;
import dev.guard.testkit.http.Response;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
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

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final ClusterState state;
  private final String token;
  private final String user;
  private final Discovery discovery;
  private final ObjectLists lists;
  private final ObjectChanges changes;
  private final List<Denial> denials = new ArrayList<>();

  ClusterHandler(ClusterState state, String token, String user) {
    this.state = state;
    this.token = token;
    this.user = user;
    discovery = new Discovery(state);
    lists = new ObjectLists(state);
    changes = new ObjectChanges(state);
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
    List<String> parts = parts(request);
    String root = parts.isEmpty() ? "" : parts.get(0);
    if (root.equals("api")) {
      return parts.size() == 1
          ? Discovery.versions()
          : within(request, parts.get(1), parts.subList(2, parts.size()));
    }
    if (root.equals("apis")) {
      return switch (parts.size()) {
        case 1 -> discovery.groups();
        case 2 -> discovery.group(parts.get(1));
        default ->
            within(request, parts.get(1) + "/" + parts.get(2), parts.subList(3, parts.size()));
      };
    }
    return Statuses.unserved();
  }

  private static List<String> parts(Request request) {
    return Arrays.stream(request.path().split("/")).filter(it -> !it.isEmpty()).toList();
  }

  /** Answers for one API version. */
  private Response within(Request request, String apiVersion, List<String> rest) {
    if (apiVersion.equals("authorization.k8s.io/v1")) {
      return rest.isEmpty() ? discovery.resources(apiVersion) : review(request, rest);
    }
    if (state.kinds().stream().noneMatch(it -> it.apiVersion().equals(apiVersion))) {
      return Statuses.unserved();
    }
    if (rest.isEmpty()) {
      return discovery.resources(apiVersion);
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

  private Response review(Request request, List<String> rest) {
    if (!request.method().equals("POST") || !rest.equals(List.of("selfsubjectaccessreviews"))) {
      return Statuses.noSuchResource();
    }
    JsonNode body = ObjectChanges.read(request);
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

  private boolean denied(String verb, Kind kind, String namespace) {
    return denials.stream().anyMatch(it -> it.covers(verb, kind, namespace));
  }

  private Response act(Request request, Place place) {
    String verb = place.verb(request);
    if (denied(verb, place.kind(), place.namespace())) {
      return Statuses.forbidden(user, verb, place.kind(), place.namespace(), place.name());
    }
    if (verb.equals("create")
        && place.kind().name().equals("Pod")
        && place.sub().equals("eviction")) {
      return changes.evict(request, place);
    }
    if (!place.sub().isEmpty() && !place.sub().equals("status")) {
      return Statuses.noSuchResource();
    }
    return switch (verb) {
      case "get" -> one(place);
      case "list" -> lists.list(request, place);
      case "create" -> changes.create(request, place);
      case "update" -> changes.update(request, place, false);
      case "patch" -> changes.update(request, place, true);
      case "delete" -> changes.delete(request, place);
      default ->
          Statuses.failure(
              405,
              "MethodNotAllowed",
              "the server does not allow this method on the requested resource",
              Statuses.details());
    };
  }

  private Response one(Place place) {
    ObjectNode found = state.get(place.kind(), place.namespace(), place.name());
    return found == null
        ? Statuses.notFound(place.kind(), place.name())
        : Statuses.json(200, found);
  }

  @Override
  public synchronized Response refusal(int status, Request request) {
    List<String> parts = parts(request);
    Place place = null;
    if (parts.size() > 2 && parts.get(0).equals("api")) {
      place = place(parts.get(1), parts.subList(2, parts.size()));
    } else if (parts.size() > 3 && parts.get(0).equals("apis")) {
      place = place(parts.get(1) + "/" + parts.get(2), parts.subList(3, parts.size()));
    }
    return switch (status) {
      case 401 -> Statuses.unauthorized();
      case 403 -> forbidden(request, place);
      case 404 ->
          place == null || place.name().isEmpty()
              ? Statuses.unserved()
              : Statuses.notFound(place.kind(), place.name());
      case 409 -> place == null ? Statuses.unserved() : contended(request, place);
      case 410 -> expired(request.query("continue"));
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

  private Response forbidden(Request request, @Nullable Place place) {
    return place == null
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
            user, place.verb(request), place.kind(), place.namespace(), place.name());
  }

  private static Response contended(Request request, Place place) {
    return request.method().equals("POST")
        ? Statuses.failure(
            409,
            "AlreadyExists",
            place.kind().qualified() + " already exists",
            Statuses.about(place.kind(), place.name()))
        : Statuses.conflict(
            place.kind().qualified(),
            Statuses.about(place.kind(), place.name()),
            place.name(),
            ObjectChanges.MODIFIED);
  }

  private static Response expired(Optional<String> cursor) {
    ContinueToken at = cursor.isEmpty() ? null : ContinueToken.parse(cursor.get());
    return Statuses.expired(
        (at == null
                ? ContinueToken.inconsistent("", 0)
                : ContinueToken.inconsistent(at.start(), at.offset()))
            .text());
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
