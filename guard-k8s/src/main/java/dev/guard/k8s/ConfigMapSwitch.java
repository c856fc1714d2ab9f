package dev.guard.k8s;

import com.fasterxml.jackson.databind.JsonNode;
import dev.guard.killswitch.KillSwitch;
import dev.guard.killswitch.KillSwitch.Reading;

/**
 * A kill switch in a ConfigMap: key {@code state} of its data says {@code run}, {@code pause} or
 * {@code stop}.
 *
 * <pre>{@code
 * KillSwitch.from(ConfigMapSwitch.at(prod, "guard", "guard-switch"), Duration.ofSeconds(1))
 * }</pre>
 *
 * <p>Only an explicit {@code run} lets anything run. A ConfigMap that is missing, being deleted,
 * forbidden, unreadable or not reachable within seconds, a missing key, and any other text are
 * STOP, each with a sentence why. Surrounding white space is ignored, upper and lower case are told
 * apart.
 *
 * <p>Every {@link #read()} is one GET that no cache answers, without retries; it ends within about
 * ten seconds whatever the server does. How long an answer may be used is the {@link KillSwitch}'s
 * business. The identity needs {@code get} on this one ConfigMap. Thread-safe; the caller keeps the
 * connection open.
 */
public final class ConfigMapSwitch implements KillSwitch.Source {
  private final ClusterConnection connection;
  private final String namespace;
  private final String map;

  private ConfigMapSwitch(ClusterConnection connection, String namespace, String map) {
    this.connection = connection;
    this.namespace = namespace;
    this.map = map;
  }

  /**
   * The switch in one ConfigMap.
   *
   * @param connection the cluster it is in
   * @param namespace its namespace
   * @param name its name
   * @return the source for {@link KillSwitch#from(KillSwitch.Source)}
   */
  public static ConfigMapSwitch at(ClusterConnection connection, String namespace, String name) {
    if (!Plain.isName(namespace) || !Plain.isName(name)) {
      throw new IllegalArgumentException(
          "A ConfigMap is named by a namespace and a name as Kubernetes allows them.");
    }
    return new ConfigMapSwitch(connection, namespace, name);
  }

  @Override
  public String name() {
    return "configmap " + connection.context() + "/" + namespace + "/" + map;
  }

  @Override
  public Reading read() {
    String what = "configmap " + namespace + "/" + map;
    try {
      JsonNode answer =
          connection
              .quick()
              .document(
                  "/api/v1/namespaces/" + namespace + "/configmaps/" + map,
                  what,
                  "get on configmaps in namespace " + namespace);
      return answer == null
          ? Reading.stop("there is no " + what + "; create it with data.state: run")
          : judge(answer, what);
    } catch (Unreadable e) {
      return Reading.stop(e.why());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Reading.stop("reading " + what + " was interrupted");
    }
  }

  private Reading judge(JsonNode answer, String what) {
    JsonNode metadata = answer.path("metadata");
    if (!answer.path("kind").asText().equals("ConfigMap")
        || !answer.path("apiVersion").asText().equals("v1")
        || !metadata.path("name").asText().equals(map)
        || !metadata.path("namespace").asText().equals(namespace)) {
      return Reading.stop("the server answered with something else than " + what);
    }
    if (!metadata.path("deletionTimestamp").isMissingNode()
        && !metadata.path("deletionTimestamp").isNull()) {
      return Reading.stop(what + " is being deleted");
    }
    JsonNode state = answer.path("data").path("state");
    if (!state.isTextual()) {
      return Reading.stop(what + " has no data.state; write run, pause or stop");
    }
    return switch (state.textValue().strip()) {
      case "run" -> Reading.run();
      case "pause" -> Reading.pause(what + " says pause");
      case "stop" -> Reading.stop(what + " says stop");
      default ->
          Reading.stop(
              what
                  + " says '"
                  + Plain.text(state.textValue().strip())
                  + "', which is none of run, pause and stop");
    };
  }

  @Override
  public String toString() {
    return name();
  }
}
