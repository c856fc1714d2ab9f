package dev.guard.testkit.cluster;

import dev.guard.testkit.http.Request;
import java.util.Locale;

/** What a path names: a kind, maybe a namespace, one object, and a subresource of it. */
record Place(Kind kind, String namespace, String name, String sub) {
  /** What an API server calls what a request wants here. */
  String verb(Request request) {
    return switch (request.method()) {
      case "GET", "HEAD" ->
          !name.isEmpty()
              ? "get"
              : request.query("watch").orElse("").matches("true|1") ? "watch" : "list";
      case "POST" -> "create";
      case "PUT" -> "update";
      case "PATCH" -> "patch";
      case "DELETE" -> name.isEmpty() ? "deletecollection" : "delete";
      default -> request.method().toLowerCase(Locale.ROOT);
    };
  }
}
