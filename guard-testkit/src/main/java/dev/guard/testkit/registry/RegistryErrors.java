package dev.guard.testkit.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.testkit.http.Response;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The refusals of CNCF Distribution, in its words. */
final class RegistryErrors {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private RegistryErrors() {}

  static Response notAllowed(String methods) {
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

  static Response error(int status, String code, String message, @Nullable JsonNode detail) {
    ObjectNode errors = NODES.objectNode();
    ObjectNode error = errors.putArray("errors").addObject();
    error.put("code", code).put("message", message);
    if (detail != null) {
      error.set("detail", detail);
    }
    return Response.json(status, errors.toString());
  }
}
