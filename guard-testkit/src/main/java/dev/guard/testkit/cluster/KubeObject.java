package dev.guard.testkit.cluster;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * A Kubernetes object as plain JSON, made of what a test cares for. Immutable; images are written
 * as they are given, well-formed or not.
 *
 * <pre>{@code
 * cluster.put(KubeObject.deployment("shop", "api", 0, "registry.example/team/api:1.4"));
 * cluster.put(KubeObject.pod("shop", "api-x", "registry.example/team/api:1.4")
 *     .running("registry.example/team/api@sha256:…").initContainer("registry.example/init:1"));
 * }</pre>
 */
public final class KubeObject {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final ObjectNode node;

  KubeObject(ObjectNode node) {
    this.node = node.deepCopy();
  }

  /**
   * An object from JSON.
   *
   * @param json the text; an object with {@code apiVersion}, {@code kind} and {@code metadata.name}
   * @return the object
   * @throws IllegalArgumentException if it is not
   */
  public static KubeObject parse(String json) {
    JsonNode parsed;
    try {
      parsed = JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("An object is written in JSON.", e);
    }
    if (!(parsed instanceof ObjectNode)
        || parsed.path("apiVersion").asText("").isEmpty()
        || parsed.path("kind").asText("").isEmpty()
        || parsed.path("metadata").path("name").asText("").isEmpty()) {
      throw new IllegalArgumentException(
          "An object has apiVersion, kind and metadata.name, unlike " + json);
    }
    return new KubeObject((ObjectNode) parsed);
  }

  private static KubeObject of(String apiVersion, String kind, String namespace, String name) {
    ObjectNode node = NODES.objectNode().put("apiVersion", apiVersion).put("kind", kind);
    ObjectNode metadata = node.putObject("metadata").put("name", name);
    if (!namespace.isEmpty()) {
      metadata.put("namespace", namespace);
    }
    return new KubeObject(node);
  }

  private static ObjectNode podSpec(String... images) {
    ObjectNode spec = NODES.objectNode();
    ArrayNode containers = spec.putArray("containers");
    for (int i = 0; i < images.length; i++) {
      containers.addObject().put("name", "c" + i).put("image", images[i]);
    }
    return spec;
  }

  private static ObjectNode template(String name, String... images) {
    ObjectNode template = NODES.objectNode();
    template.putObject("metadata").putObject("labels").put("app", name);
    template.set("spec", podSpec(images));
    return template;
  }

  private KubeObject workload(String... images) {
    ObjectNode copy = json();
    ObjectNode spec = copy.withObject("/spec");
    spec.putObject("selector").putObject("matchLabels").put("app", name());
    spec.set("template", template(name(), images));
    return new KubeObject(copy);
  }

  private KubeObject put(String key, int value) {
    ObjectNode copy = json();
    copy.withObject("/spec").put(key, value);
    return new KubeObject(copy);
  }

  /**
   * A Deployment.
   *
   * @param namespace its namespace
   * @param name its name
   * @param replicas how many, 0 included
   * @param images the images of its containers
   * @return the object
   */
  public static KubeObject deployment(
      String namespace, String name, int replicas, String... images) {
    return of("apps/v1", "Deployment", namespace, name).put("replicas", replicas).workload(images);
  }

  /**
   * A StatefulSet.
   *
   * @param namespace its namespace
   * @param name its name
   * @param replicas how many, 0 included
   * @param images the images of its containers
   * @return the object
   */
  public static KubeObject statefulSet(
      String namespace, String name, int replicas, String... images) {
    return of("apps/v1", "StatefulSet", namespace, name).put("replicas", replicas).workload(images);
  }

  /**
   * A DaemonSet.
   *
   * @param namespace its namespace
   * @param name its name
   * @param images the images of its containers
   * @return the object
   */
  public static KubeObject daemonSet(String namespace, String name, String... images) {
    return of("apps/v1", "DaemonSet", namespace, name).workload(images);
  }

  /**
   * A ReplicaSet; see {@link #ownedBy} for one of a Deployment.
   *
   * @param namespace its namespace
   * @param name its name
   * @param replicas how many, 0 included
   * @param images the images of its containers
   * @return the object
   */
  public static KubeObject replicaSet(
      String namespace, String name, int replicas, String... images) {
    return of("apps/v1", "ReplicaSet", namespace, name).put("replicas", replicas).workload(images);
  }

  /**
   * A ControllerRevision as StatefulSets and DaemonSets keep them for rollback.
   *
   * @param namespace its namespace
   * @param name its name
   * @param revision its number
   * @param images the images of the template it holds
   * @return the object
   */
  public static KubeObject controllerRevision(
      String namespace, String name, int revision, String... images) {
    ObjectNode copy = of("apps/v1", "ControllerRevision", namespace, name).json();
    ObjectNode template = template(name, images);
    template.put("$patch", "replace");
    copy.putObject("data").putObject("spec").set("template", template);
    copy.put("revision", revision);
    return new KubeObject(copy);
  }

  /**
   * A Job.
   *
   * @param namespace its namespace
   * @param name its name
   * @param images the images of its containers
   * @return the object
   */
  public static KubeObject job(String namespace, String name, String... images) {
    return of("batch/v1", "Job", namespace, name)
        .workload(images)
        .with("/spec/template/spec/restartPolicy", "Never");
  }

  /**
   * A CronJob.
   *
   * @param namespace its namespace
   * @param name its name
   * @param suspended whether it is suspended
   * @param images the images of its containers
   * @return the object
   */
  public static KubeObject cronJob(
      String namespace, String name, boolean suspended, String... images) {
    ObjectNode copy = of("batch/v1", "CronJob", namespace, name).json();
    ObjectNode spec = copy.putObject("spec");
    spec.put("schedule", "0 3 * * *").put("suspend", suspended);
    spec.putObject("jobTemplate").putObject("spec").set("template", template(name, images));
    return new KubeObject(copy);
  }

  /**
   * A pod without a status; see {@link #running}.
   *
   * @param namespace its namespace
   * @param name its name
   * @param images the images of its containers
   * @return the object
   */
  public static KubeObject pod(String namespace, String name, String... images) {
    ObjectNode copy = of("v1", "Pod", namespace, name).json();
    copy.withObject("/metadata").putObject("labels").put("app", name);
    copy.set("spec", podSpec(images));
    copy.putObject("status").put("phase", "Pending");
    return new KubeObject(copy);
  }

  /**
   * A PodTemplate.
   *
   * @param namespace its namespace
   * @param name its name
   * @param images the images of its containers
   * @return the object
   */
  public static KubeObject podTemplate(String namespace, String name, String... images) {
    ObjectNode copy = of("v1", "PodTemplate", namespace, name).json();
    copy.set("template", template(name, images));
    return new KubeObject(copy);
  }

  /**
   * A ReplicationController.
   *
   * @param namespace its namespace
   * @param name its name
   * @param replicas how many, 0 included
   * @param images the images of its containers
   * @return the object
   */
  public static KubeObject replicationController(
      String namespace, String name, int replicas, String... images) {
    return of("v1", "ReplicationController", namespace, name)
        .put("replicas", replicas)
        .workload(images);
  }

  /**
   * A ConfigMap.
   *
   * @param namespace its namespace
   * @param name its name
   * @param data its data
   * @return the object
   */
  public static KubeObject configMap(String namespace, String name, Map<String, String> data) {
    ObjectNode copy = of("v1", "ConfigMap", namespace, name).json();
    ObjectNode values = copy.putObject("data");
    data.forEach(values::put);
    return new KubeObject(copy);
  }

  /**
   * A namespace.
   *
   * @param name its name
   * @return the object
   */
  public static KubeObject namespace(String name) {
    return of("v1", "Namespace", "", name).with("/status/phase", "Active");
  }

  /**
   * A node.
   *
   * @param name its name
   * @param platform {@code os/architecture}
   * @param images the names of images it has cached
   * @return the object
   */
  public static KubeObject node(String name, String platform, String... images) {
    String[] parts = platform.split("/", -1);
    ObjectNode copy = of("v1", "Node", "", name).json();
    ObjectNode status = copy.putObject("status");
    status
        .putObject("nodeInfo")
        .put("operatingSystem", parts[0])
        .put("architecture", parts[parts.length - 1]);
    ArrayNode cached = status.putArray("images");
    for (String image : images) {
      cached.addObject().put("sizeBytes", 1).putArray("names").add(image);
    }
    return new KubeObject(copy);
  }

  /**
   * An object of any kind; the cluster must {@linkplain FakeCluster#serve serve} it.
   *
   * @param apiVersion group and version
   * @param kind its kind
   * @param namespace its namespace; empty for none
   * @param name its name
   * @param spec its {@code spec}, in JSON
   * @return the object
   */
  public static KubeObject custom(
      String apiVersion, String kind, String namespace, String name, String spec) {
    return of(apiVersion, kind, namespace, name).withJson("/spec", spec);
  }

  /**
   * Adds an init container.
   *
   * @param image its image
   * @return the object
   */
  public KubeObject initContainer(String image) {
    return inPodSpec("initContainers", NODES.objectNode().put("image", image));
  }

  /**
   * Adds a native sidecar: an init container that is always restarted.
   *
   * @param image its image
   * @return the object
   */
  public KubeObject sidecar(String image) {
    return inPodSpec(
        "initContainers", NODES.objectNode().put("image", image).put("restartPolicy", "Always"));
  }

  /**
   * Adds an ephemeral container.
   *
   * @param image its image
   * @return the object
   */
  public KubeObject ephemeralContainer(String image) {
    return inPodSpec("ephemeralContainers", NODES.objectNode().put("image", image));
  }

  /**
   * Adds a volume that is an image.
   *
   * @param reference the image
   * @return the object
   */
  public KubeObject imageVolume(String reference) {
    ObjectNode volume = NODES.objectNode();
    volume.putObject("image").put("reference", reference).put("pullPolicy", "IfNotPresent");
    return inPodSpec("volumes", volume);
  }

  private KubeObject inPodSpec(String list, ObjectNode entry) {
    ObjectNode copy = json();
    String path =
        switch (kind()) {
          case "Pod" -> "/spec";
          case "CronJob" -> "/spec/jobTemplate/spec/template/spec";
          case "PodTemplate" -> "/template/spec";
          case "ControllerRevision" -> "/data/spec/template/spec";
          default -> "/spec/template/spec";
        };
    ArrayNode entries = copy.withObject(path).withArrayProperty(list);
    entry.put("name", list.substring(0, 1) + entries.size());
    entries.add(entry);
    return new KubeObject(copy);
  }

  /**
   * Makes a pod running: its status says for each container what its runtime runs.
   *
   * @param imageIds the {@code imageID} of each container in order, in any form; an empty one for a
   *     container that waits
   * @return the pod
   */
  public KubeObject running(String... imageIds) {
    ObjectNode copy = json();
    copy.withObject("/spec").put("nodeName", "node-1");
    ObjectNode status = copy.withObject("/status").put("phase", "Running");
    ArrayNode statuses = status.putArray("containerStatuses");
    for (int i = 0; i < imageIds.length; i++) {
      JsonNode container = node.path("spec").path("containers").path(i);
      ObjectNode one =
          statuses
              .addObject()
              .put("name", container.path("name").asText("c" + i))
              .put("image", container.path("image").asText(""))
              .put("imageID", imageIds[i]);
      if (imageIds[i].isEmpty()) {
        one.putObject("state").putObject("waiting").put("reason", "ContainerCreating");
      } else {
        one.put("containerID", "containerd://" + "0".repeat(64));
        one.putObject("state").putObject("running");
      }
    }
    return new KubeObject(copy);
  }

  /**
   * Sets the phase of a pod.
   *
   * @param phase for example {@code Failed}
   * @return the pod
   */
  public KubeObject phase(String phase) {
    return with("/status/phase", phase);
  }

  /**
   * Makes another object its controller.
   *
   * @param owner the owner, as {@link FakeCluster#put} returned it
   * @return the object
   */
  public KubeObject ownedBy(KubeObject owner) {
    ObjectNode copy = json();
    copy.withObject("/metadata")
        .putArray("ownerReferences")
        .addObject()
        .put("apiVersion", owner.node.path("apiVersion").asText())
        .put("kind", owner.kind())
        .put("name", owner.name())
        .put("uid", owner.uid())
        .put("controller", true);
    return new KubeObject(copy);
  }

  /**
   * Adds a label.
   *
   * @param key its key
   * @param value its value
   * @return the object
   */
  public KubeObject label(String key, String value) {
    ObjectNode copy = json();
    copy.withObject("/metadata").withObjectProperty("labels").put(key, value);
    return new KubeObject(copy);
  }

  /**
   * Adds an annotation.
   *
   * @param key its key
   * @param value its value
   * @return the object
   */
  public KubeObject annotation(String key, String value) {
    ObjectNode copy = json();
    copy.withObject("/metadata").withObjectProperty("annotations").put(key, value);
    return new KubeObject(copy);
  }

  /**
   * Adds a finalizer: deleted, it stays until the finalizer is gone.
   *
   * @param finalizer its name
   * @return the object
   */
  public KubeObject finalizer(String finalizer) {
    ObjectNode copy = json();
    copy.withObject("/metadata").withArrayProperty("finalizers").add(finalizer);
    return new KubeObject(copy);
  }

  /**
   * Sets a text anywhere.
   *
   * @param pointer where, as a JSON pointer; objects on the way are made, and numbers step into
   *     arrays that are there
   * @param value the text
   * @return the object
   */
  public KubeObject with(String pointer, String value) {
    return set(pointer, NODES.textNode(value));
  }

  /**
   * Sets any value anywhere.
   *
   * @param pointer where, as for {@link #with}
   * @param json the value, in JSON
   * @return the object
   */
  public KubeObject withJson(String pointer, String json) {
    try {
      return set(pointer, JSON.readTree(json));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("A value is written in JSON, unlike " + json, e);
    }
  }

  /**
   * Takes a value away.
   *
   * @param pointer where, as for {@link #with}
   * @return the object
   */
  public KubeObject without(String pointer) {
    ObjectNode copy = json();
    JsonPointer at = JsonPointer.compile(pointer);
    if (copy.at(at.head()) instanceof ObjectNode) {
      ((ObjectNode) copy.at(at.head())).remove(at.last().getMatchingProperty());
    }
    return new KubeObject(copy);
  }

  private KubeObject set(String pointer, JsonNode value) {
    JsonPointer at = JsonPointer.compile(pointer);
    ObjectNode copy = json();
    JsonNode parent = copy.at(at.head());
    if (parent instanceof ArrayNode) {
      ((ArrayNode) parent).set(at.last().getMatchingIndex(), value);
    } else if (parent instanceof ObjectNode) {
      ((ObjectNode) parent).set(at.last().getMatchingProperty(), value);
    } else {
      copy.withObject(at.head()).set(at.last().getMatchingProperty(), value);
    }
    return new KubeObject(copy);
  }

  /**
   * Its kind.
   *
   * @return for example {@code Deployment}
   */
  public String kind() {
    return node.path("kind").asText();
  }

  /**
   * Its namespace.
   *
   * @return the namespace, empty if it has none
   */
  public String namespace() {
    return node.path("metadata").path("namespace").asText("");
  }

  /**
   * Its name.
   *
   * @return the name
   */
  public String name() {
    return node.path("metadata").path("name").asText();
  }

  /**
   * Its uid.
   *
   * @return the uid, empty as long as no cluster gave it one
   */
  public String uid() {
    return node.path("metadata").path("uid").asText("");
  }

  /**
   * Its resourceVersion.
   *
   * @return the version, empty as long as no cluster gave it one
   */
  public String resourceVersion() {
    return node.path("metadata").path("resourceVersion").asText("");
  }

  /**
   * A value in it, as text.
   *
   * @param pointer where, as a JSON pointer
   * @return the text of a scalar; empty if there is none
   */
  public String text(String pointer) {
    return node.at(pointer).asText("");
  }

  /**
   * The fields of an object in it whose values are text.
   *
   * @param pointer where, for example {@code /data}
   * @return the fields; empty if there is no object
   */
  public Map<String, String> texts(String pointer) {
    Map<String, String> found = new TreeMap<>();
    for (Map.Entry<String, JsonNode> each : node.at(pointer).properties()) {
      found.put(each.getKey(), each.getValue().asText(""));
    }
    return found;
  }

  String apiVersion() {
    return node.path("apiVersion").asText();
  }

  ObjectNode json() {
    return node.deepCopy();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof KubeObject && ((KubeObject) other).node.equals(node);
  }

  @Override
  public int hashCode() {
    return Objects.hash(node);
  }

  /** Its JSON. */
  @Override
  public String toString() {
    return node.toString();
  }
}
