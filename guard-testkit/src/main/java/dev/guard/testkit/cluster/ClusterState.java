package dev.guard.testkit.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The objects of a fake cluster and the snapshots lists are paged from. An object that is stored is
 * never changed, only replaced, so that a snapshot is a list of them. Guarded by the handler.
 */
final class ClusterState {
  /** One list as it was at its first page. */
  record Snapshot(long version, List<ObjectNode> stored, @Nullable PodGenerator generated) {
    long size() {
      return stored.size() + (generated == null ? 0 : generated.count());
    }
  }

  static final String CREATED = "2026-01-01T00:00:00Z";
  private static final int MOST_SNAPSHOTS = 200;

  private final String name;
  private final Map<String, Kind> kinds = new LinkedHashMap<>();
  private final Map<Kind, NavigableMap<String, ObjectNode>> objects = new LinkedHashMap<>();
  private final Map<String, Snapshot> snapshots = new LinkedHashMap<>();
  private @Nullable PodGenerator generated;
  private long version = 100;
  private int created;

  ClusterState(String name) {
    this.name = name;
    Kind.BUILT_IN.forEach(this::serve);
  }

  void serve(Kind kind) {
    kinds.put(kind.apiVersion() + "/" + kind.plural(), kind);
    objects.putIfAbsent(kind, new TreeMap<>());
  }

  List<Kind> kinds() {
    return List.copyOf(kinds.values());
  }

  @Nullable Kind resource(String apiVersion, String plural) {
    return kinds.get(apiVersion + "/" + plural);
  }

  @Nullable Kind kind(String kindName) {
    return kinds.values().stream()
        .filter(it -> it.name().equals(kindName))
        .findFirst()
        .orElse(null);
  }

  @Nullable Kind kind(String apiVersion, String kindName) {
    return kinds.values().stream()
        .filter(it -> it.name().equals(kindName) && it.apiVersion().equals(apiVersion))
        .findFirst()
        .orElse(null);
  }

  void generate(PodGenerator pods) {
    generated = pods;
    version++;
  }

  long version() {
    return version;
  }

  String newName(String prefix) {
    return prefix + String.format(java.util.Locale.ROOT, "%05d", created);
  }

  /** The key in the store; as in etcd, lists are sorted by it. */
  static String key(Kind kind, String namespace, String objectName) {
    return kind.namespaced() ? namespace + "/" + objectName : objectName;
  }

  static String key(Kind kind, JsonNode object) {
    JsonNode metadata = object.path("metadata");
    return key(kind, metadata.path("namespace").asText(""), metadata.path("name").asText(""));
  }

  @Nullable ObjectNode get(Kind kind, String namespace, String objectName) {
    return of(kind).get(key(kind, namespace, objectName));
  }

  private NavigableMap<String, ObjectNode> of(Kind kind) {
    return Objects.requireNonNull(objects.get(kind));
  }

  /** What an object would be stored as, without storing it. */
  ObjectNode drafted(Kind kind, ObjectNode object, @Nullable ObjectNode before) {
    ObjectNode node = object.deepCopy();
    node.put("apiVersion", kind.apiVersion()).put("kind", kind.name());
    ObjectNode metadata = node.withObject("/metadata");
    if (!kind.namespaced()) {
      metadata.remove("namespace");
    }
    String uid =
        before == null
            ? metadata.path("uid").asText("")
            : before.path("metadata").path("uid").asText();
    metadata.put("uid", uid.isEmpty() ? uidOf("object-" + created) : uid);
    metadata.put(
        "creationTimestamp",
        before == null
            ? metadata.path("creationTimestamp").asText(CREATED)
            : before.path("metadata").path("creationTimestamp").asText());
    metadata.put("resourceVersion", Long.toString(version + 1));
    return node;
  }

  String uidOf(String what) {
    return UUID.nameUUIDFromBytes((name + "/" + what).getBytes(StandardCharsets.UTF_8)).toString();
  }

  ObjectNode store(Kind kind, ObjectNode drafted) {
    version++;
    created++;
    of(kind).put(key(kind, drafted), drafted);
    return drafted;
  }

  boolean remove(Kind kind, String namespace, String objectName) {
    boolean was = of(kind).remove(key(kind, namespace, objectName)) != null;
    if (was) {
      version++;
    }
    return was;
  }

  List<ObjectNode> all(Kind kind) {
    return new ArrayList<>(of(kind).values());
  }

  /** Ends what is terminating: objects without finalizers, namespaces with what they hold. */
  void settle() {
    for (Kind kind : kinds.values()) {
      for (ObjectNode object : all(kind)) {
        JsonNode metadata = object.path("metadata");
        if (metadata.has("deletionTimestamp") && metadata.path("finalizers").isEmpty()) {
          if (kind.name().equals("Namespace")) {
            String namespace = metadata.path("name").asText();
            for (Kind held : kinds.values()) {
              if (held.namespaced()) {
                of(held).keySet().removeIf(key -> key.startsWith(namespace + "/"));
              }
            }
          }
          remove(kind, metadata.path("namespace").asText(""), metadata.path("name").asText());
        }
      }
    }
  }

  /** What a list shows now. */
  Snapshot now(Kind kind, String namespace, java.util.function.Predicate<JsonNode> selected) {
    List<ObjectNode> found = new ArrayList<>();
    for (ObjectNode object : of(kind).values()) {
      if ((namespace.isEmpty()
              || object.path("metadata").path("namespace").asText().equals(namespace))
          && selected.test(object)) {
        found.add(object);
      }
    }
    boolean load = kind.name().equals("Pod") && namespace.isEmpty();
    return new Snapshot(version, List.copyOf(found), load ? generated : null);
  }

  void keep(String key, Snapshot snapshot) {
    snapshots.put(key, snapshot);
    if (snapshots.size() > MOST_SNAPSHOTS) {
      snapshots.remove(snapshots.keySet().iterator().next());
    }
  }

  @Nullable Snapshot kept(String key) {
    return snapshots.get(key);
  }

  /** As etcd's compaction does. */
  void forgetSnapshots() {
    snapshots.clear();
  }
}
