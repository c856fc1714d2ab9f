package dev.guard.testkit.cluster;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.testkit.http.Response;
import org.jspecify.annotations.Nullable;

/** The API server's refusals, in its words. */
final class Statuses {
  static final String EXPIRED =
      "The provided continue parameter is too old to display a consistent list result. You can start"
          + " a new list without the continue parameter, or use the continue token in this response"
          + " to retrieve the remainder of the results. Continuing with the provided token results"
          + " in an inconsistent list - objects that were created, modified, or deleted between the"
          + " time the first chunk was returned and now may show up in the list.";

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private Statuses() {}

  static Response json(int status, ObjectNode body) {
    return Response.text(status, "application/json", body.toString())
        .with("Cache-Control", "no-cache, private");
  }

  static ObjectNode details() {
    return NODES.objectNode();
  }

  static ObjectNode body(int code, String reason, String message, @Nullable ObjectNode details) {
    ObjectNode status = NODES.objectNode();
    status.put("kind", "Status").put("apiVersion", "v1");
    status.putObject("metadata");
    status.put("status", "Failure").put("message", message).put("reason", reason);
    if (details != null) {
      status.set("details", details);
    }
    return status.put("code", code);
  }

  static Response failure(int code, String reason, String message, @Nullable ObjectNode details) {
    return json(code, body(code, reason, message, details));
  }

  static ObjectNode about(Kind kind, String name) {
    ObjectNode details = NODES.objectNode();
    if (!name.isEmpty()) {
      details.put("name", name);
    }
    if (!kind.group().isEmpty()) {
      details.put("group", kind.group());
    }
    return details.put("kind", kind.plural());
  }

  static Response unserved() {
    return Response.text(404, "text/plain; charset=utf-8", "404 page not found\n")
        .with("X-Content-Type-Options", "nosniff");
  }

  static Response noSuchResource() {
    return failure(
        404, "NotFound", "the server could not find the requested resource", NODES.objectNode());
  }

  static Response notFound(Kind kind, String name) {
    return failure(
        404, "NotFound", kind.qualified() + " \"" + name + "\" not found", about(kind, name));
  }

  static Response unauthorized() {
    return failure(401, "Unauthorized", "Unauthorized", null);
  }

  static Response forbidden(String user, String verb, Kind kind, String namespace, String name) {
    String subject = kind.qualified() + (name.isEmpty() ? "" : " \"" + name + "\"");
    String where =
        namespace.isEmpty() ? "at the cluster scope" : "in the namespace \"" + namespace + "\"";
    return failure(
        403,
        "Forbidden",
        subject
            + " is forbidden: User \""
            + user
            + "\" cannot "
            + verb
            + " resource \""
            + kind.plural()
            + "\" in API group \""
            + kind.group()
            + "\" "
            + where,
        about(kind, name));
  }

  static Response conflict(String subject, ObjectNode details, String name, String why) {
    return failure(
        409,
        "Conflict",
        "Operation cannot be fulfilled on " + subject + " \"" + name + "\": " + why,
        details);
  }

  static Response expired(String alternative) {
    ObjectNode body = body(410, "Expired", EXPIRED, null);
    body.withObject("/metadata").put("continue", alternative);
    return json(410, body);
  }

  static Response badRequest(String message) {
    return failure(400, "BadRequest", message, null);
  }

  static Response invalid(Kind kind, String name, String field, String why) {
    ObjectNode details = NODES.objectNode().put("name", name);
    if (!kind.group().isEmpty()) {
      details.put("group", kind.group());
    }
    details.put("kind", kind.name());
    details
        .putArray("causes")
        .addObject()
        .put("reason", "FieldValueInvalid")
        .put("message", why)
        .put("field", field);
    return failure(
        422,
        "Invalid",
        kind.qualifiedKind() + " \"" + name + "\" is invalid: " + field + ": " + why,
        details);
  }

  static Response success(Kind kind, String name, String uid) {
    ObjectNode status = NODES.objectNode();
    status.put("kind", "Status").put("apiVersion", "v1");
    status.putObject("metadata");
    status.put("status", "Success");
    status.set("details", about(kind, name).put("uid", uid));
    return json(200, status);
  }
}
