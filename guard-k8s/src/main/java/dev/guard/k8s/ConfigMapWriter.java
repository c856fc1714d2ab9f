package dev.guard.k8s;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.internal.json.Json;
import dev.guard.k8s.ClusterApi.Patience;
import io.fabric8.kubernetes.client.http.HttpRequest;
import java.io.IOException;

/**
 * The one place in this module that writes, and all it can write is ConfigMaps of one namespace:
 * one is created by POST, or replaced by a PUT that names the version it replaces. Each request is
 * sent once: neither fabric8, whose back-off is off, nor the JDK's client sends a POST or a PUT
 * again of which a byte has left. Thread-safe.
 */
final class ConfigMapWriter {
  private static final String JSON = "application/json";

  private final Fabric8Reader server;
  private final String path;
  private final Patience patience;

  /**
   * For one namespace.
   *
   * @param namespace a name as {@link Plain#isName} knows it
   */
  ConfigMapWriter(Fabric8Reader server, String namespace, Patience patience) {
    this.server = server;
    this.path = "/api/v1/namespaces/" + namespace + "/configmaps";
    this.patience = patience;
  }

  /**
   * Creates a ConfigMap.
   *
   * @throws java.net.ConnectException if no connection was made, so that nothing was sent
   * @throws IOException if no answer came; it may have been created
   */
  Answer create(ObjectNode map) throws IOException, InterruptedException {
    return send("POST", path, map);
  }

  /**
   * Replaces a ConfigMap, if it still has the version that the new one names.
   *
   * @throws IllegalStateException if it names none: the server would take that for "whatever is
   *     there", and the last writer would win
   * @throws java.net.ConnectException if no connection was made, so that nothing was sent
   * @throws IOException if no answer came; it may have been replaced
   */
  Answer replace(String name, ObjectNode map) throws IOException, InterruptedException {
    if (map.path("metadata").path("resourceVersion").asText("").isBlank()) {
      throw new IllegalStateException("A ConfigMap is never replaced without its resourceVersion.");
    }
    return send("PUT", path + "/" + name, map);
  }

  private Answer send(String method, String target, ObjectNode map)
      throws IOException, InterruptedException {
    HttpRequest request =
        server.request(target, patience.toHeaders()).method(method, JSON, Json.line(map)).build();
    return server.exchange(request, patience.toHeaders(), patience.idle());
  }
}
