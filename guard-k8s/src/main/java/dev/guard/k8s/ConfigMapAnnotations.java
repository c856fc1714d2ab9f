package dev.guard.k8s;

import com.fasterxml.jackson.databind.JsonNode;
import dev.guard.StateException;
import java.util.Map;
import java.util.TreeMap;

/**
 * What people wrote as annotations on one ConfigMap.
 *
 * <pre>{@code
 * Map<String, String> said = ConfigMapAnnotations.at(prod, "guard", "guard-people").read();
 * }</pre>
 *
 * <p>Every {@link #read()} is one GET that no cache answers, without retries; it ends within about
 * ten seconds whatever the server does. A ConfigMap that is missing, being deleted, forbidden or
 * not reachable is an exception and never an empty answer: somebody's word may stand there. The
 * identity needs {@code get} on this one ConfigMap. Thread-safe; the caller keeps the connection
 * open.
 */
public final class ConfigMapAnnotations {
  private final ClusterConnection connection;
  private final String namespace;
  private final String map;

  private ConfigMapAnnotations(ClusterConnection connection, String namespace, String map) {
    this.connection = connection;
    this.namespace = namespace;
    this.map = map;
  }

  /**
   * The annotations of one ConfigMap.
   *
   * @param connection the cluster it is in
   * @param namespace its namespace
   * @param name its name
   * @return the reader
   * @throws IllegalArgumentException if Kubernetes allows no such name
   */
  public static ConfigMapAnnotations at(
      ClusterConnection connection, String namespace, String name) {
    if (!Plain.isName(namespace) || !Plain.isName(name)) {
      throw new IllegalArgumentException(
          "A ConfigMap is named by a namespace and a name as Kubernetes allows them.");
    }
    return new ConfigMapAnnotations(connection, namespace, name);
  }

  /**
   * Reads them now.
   *
   * @return all annotations by key, sorted; empty if there are none
   * @throws StateException if they could not be read, or there is no such ConfigMap
   */
  public Map<String, String> read() {
    String what = "configmap " + namespace + "/" + map;
    try {
      JsonNode answer =
          connection
              .quick()
              .document(
                  "/api/v1/namespaces/" + namespace + "/configmaps/" + map,
                  what,
                  "get on configmaps in namespace " + namespace);
      if (answer == null) {
        throw new StateException(
            "There is no " + what + ", and somebody's word may have stood there. Create it.");
      }
      return annotations(answer, what);
    } catch (Unreadable e) {
      throw new StateException(
          "What people wrote on " + what + " cannot be read: " + e.why() + ".", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StateException("Reading " + what + " was interrupted.", e);
    }
  }

  private Map<String, String> annotations(JsonNode answer, String what) {
    JsonNode metadata = answer.path("metadata");
    JsonNode deleted = metadata.path("deletionTimestamp");
    if (!answer.path("kind").asText().equals("ConfigMap")
        || !metadata.path("name").asText().equals(map)
        || !metadata.path("namespace").asText().equals(namespace)
        || !(deleted.isMissingNode() || deleted.isNull())) {
      throw new StateException(
          "The server answered with something else than a living " + what + ".");
    }
    Map<String, String> found = new TreeMap<>();
    for (Map.Entry<String, JsonNode> one : metadata.path("annotations").properties()) {
      if (!one.getValue().isTextual()) {
        throw new StateException("An annotation of " + what + " is no text.");
      }
      found.put(one.getKey(), one.getValue().textValue());
    }
    return found;
  }

  @Override
  public String toString() {
    return "configmap " + connection.context() + "/" + namespace + "/" + map;
  }
}
