package dev.guard.testkit.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.testkit.http.FakeServer;
import dev.guard.testkit.http.Fault;
import dev.guard.testkit.http.LoggedRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A Kubernetes API server on loopback that answers as a real one did, fails as it is told to, and
 * can be looked into.
 *
 * <pre>{@code
 * try (FakeCluster cluster = FakeCluster.start("prod")) {
 *   cluster.put(KubeObject.deployment("shop", "api", 0, "registry.example/team/api:1.4"));
 *   cluster.kubeconfig(directory.resolve("kubeconfig"), "prod");
 *   cluster.deny("list", "apps", "replicasets");
 *   cluster.inject(Fault.on("GET", "/api/v1/pods").from(3).status(410));
 *   ...
 * }
 * }</pre>
 *
 * <p>What it does, and where that was seen. "Recorded" bodies are kept in {@code recorded/} beside
 * this class and compared field by field with its answers; they were taken from kube-apiserver
 * 1.26.
 *
 * <table>
 * <caption>Behaviours</caption>
 * <tr><th>behaviour</th><th>from</th></tr>
 * <tr><td>all pages of a list come from the first page's snapshot; tokens are opaque and bound to it
 *     </td><td>tried, 1.26</td></tr>
 * <tr><td>{@link #expireContinueTokens}: 410 {@code Expired} with another token in {@code
 *     metadata.continue}, which gives an inconsistent remainder</td><td>recorded</td></tr>
 * <tr><td>{@code resourceVersion=0} ignores {@code limit}; one from the future is 504 with {@code
 *     Retry-After}; an old one with {@code Exact} is 410; a token that is none is 400</td><td>tried,
 *     1.26</td></tr>
 * <tr><td>{@link #deny}: 403 naming user, verb, resource, group and scope</td><td>recorded</td></tr>
 * <tr><td>a wrong or missing token: 401 without {@code WWW-Authenticate}</td><td>recorded</td></tr>
 * <tr><td>a group that is not served: 404 in text</td><td>recorded</td></tr>
 * <tr><td>DELETE with a body ignores {@code ?dryRun=All} and deletes; {@code dryRun} in the body is
 *     honoured; another value is 422</td><td>tried, 1.26</td></tr>
 * <tr><td>preconditions of a DELETE: 409 naming both uids, or both versions</td><td>recorded</td></tr>
 * <tr><td>a stale PUT: 409</td><td>recorded</td></tr>
 * <tr><td>a PUT without a resourceVersion: 200, the last writer wins; a ConfigMap of more than 1 MiB:
 *     422</td><td>tried, 1.26</td></tr>
 * <tr><td>a PUT that changes nothing: 200, and the version stays</td><td>memory of the API server's
 *     sources</td></tr>
 * <tr><td>POST with a resourceVersion: 500; of a name that is taken: 409; into a namespace that is
 *     missing: 404, or terminating: 403</td><td>tried, 1.26</td></tr>
 * <tr><td>the image of a pod is anything but empty or padded (422)</td><td>tried, 1.26</td></tr>
 * <tr><td>an object with a finalizer, a bound pod, a namespace: DELETE is 200 and it stays until
 *     {@link #settle}</td><td>tried, 1.26</td></tr>
 * <tr><td>eviction against a budget: 429 with cause {@code DisruptionBudget}; its {@code dryRun}
 *     evicts nothing</td><td>recorded</td></tr>
 * <tr><td>{@code SelfSubjectAccessReview}: 201 with {@code allowed}</td><td>tried, 1.26</td></tr>
 * <tr><td>details the notes do not quote: the rest of the message of a 409 or 410, {@code details},
 *     words of 400, 404, 422</td><td>memory of the API server's sources</td></tr>
 * </table>
 *
 * <p>It does not watch, does not delete collections (405), runs no controllers, and its versions
 * and uids are decided by what was put in, in which order. It reads no clock; only the JDK's server
 * writes the {@code Date} header.
 *
 * <p>Thread-safe.
 */
public final class FakeCluster implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String USER = "reader";

  private final String name;
  private final String token;
  private final ClusterState state;
  private final ClusterHandler handler;
  private final FakeServer server;

  private FakeCluster(String name) {
    this.name = name;
    state = new ClusterState(name);
    token = "fake-" + state.uidOf("token");
    handler = new ClusterHandler(state, token, USER);
    for (String namespace : List.of("default", "kube-system", "kube-public")) {
      put(
          KubeObject.namespace(namespace)
              .with("/metadata/uid", state.uidOf("namespace " + namespace)));
    }
    put(KubeObject.node("node-1", "linux/amd64"));
    server = FakeServer.start(handler);
  }

  /**
   * Starts a cluster with the namespaces every cluster has and one node.
   *
   * @param name what tells it from others; it decides the uids
   * @return the running cluster
   */
  public static FakeCluster start(String name) {
    return new FakeCluster(Objects.requireNonNull(name, "name"));
  }

  /**
   * Where it listens.
   *
   * @return its address
   */
  public URI uri() {
    return server.uri();
  }

  /**
   * What tells it from others in its uids.
   *
   * @return the name
   */
  public String name() {
    return name;
  }

  /**
   * What identifies it: the uid of namespace kube-system.
   *
   * @return the uid
   */
  public String uid() {
    return state.uidOf("namespace kube-system");
  }

  /**
   * The bearer token it wants.
   *
   * @return the token
   */
  public String token() {
    return token;
  }

  /**
   * Serves one more kind, as a custom resource definition does.
   *
   * @param apiVersion group and version, for example {@code argoproj.io/v1alpha1}
   * @param plural the resource, for example {@code rollouts}
   * @param kind the kind, for example {@code Rollout}
   * @param namespaced whether its objects are in namespaces
   * @return this
   */
  public FakeCluster serve(String apiVersion, String plural, String kind, boolean namespaced) {
    int slash = apiVersion.indexOf('/');
    Kind served =
        new Kind(
            slash < 0 ? "" : apiVersion.substring(0, slash),
            apiVersion.substring(slash + 1),
            plural,
            kind,
            namespaced);
    synchronized (handler) {
      state.serve(served);
    }
    return this;
  }

  /**
   * Puts an object in, or in the place of one of the same name, behind the API: nothing is
   * validated, and a namespace that is missing is made.
   *
   * @param object the object
   * @return the object with the uid and version it has now
   * @throws IllegalArgumentException if its kind is not served
   */
  public KubeObject put(KubeObject object) {
    synchronized (handler) {
      Kind kind = state.kind(object.apiVersion(), object.kind());
      if (kind == null) {
        throw new IllegalArgumentException(
            object.apiVersion() + " " + object.kind() + " is not served; say serve first.");
      }
      Kind namespaces = Objects.requireNonNull(state.kind("v1", "Namespace"));
      if (kind.namespaced() && state.get(namespaces, "", object.namespace()) == null) {
        put(KubeObject.namespace(object.namespace()));
      }
      ObjectNode before = state.get(kind, object.namespace(), object.name());
      return new KubeObject(state.store(kind, state.drafted(kind, object.json(), before)));
    }
  }

  /**
   * Puts several objects in.
   *
   * @param objects the objects
   * @return this
   */
  public FakeCluster putAll(KubeObject... objects) {
    for (KubeObject object : objects) {
      put(object);
    }
    return this;
  }

  /**
   * Takes an object out, behind the API.
   *
   * @param kind its kind
   * @param namespace its namespace; empty for none
   * @param objectName its name
   * @return whether it was there
   */
  public boolean remove(String kind, String namespace, String objectName) {
    synchronized (handler) {
      return state.remove(kindOf(kind), namespace, objectName);
    }
  }

  /**
   * An object that is there.
   *
   * @param kind its kind
   * @param namespace its namespace; empty for none
   * @param objectName its name
   * @return the object, or empty
   */
  public Optional<KubeObject> get(String kind, String namespace, String objectName) {
    synchronized (handler) {
      return Optional.ofNullable(state.get(kindOf(kind), namespace, objectName))
          .map(KubeObject::new);
    }
  }

  /**
   * All objects of a kind, those that are terminating included, generated pods not.
   *
   * @param kind the kind
   * @return the objects, sorted by namespace and name
   */
  public List<KubeObject> objects(String kind) {
    synchronized (handler) {
      List<KubeObject> all = new ArrayList<>();
      state.all(kindOf(kind)).forEach(it -> all.add(new KubeObject(it)));
      return all;
    }
  }

  private Kind kindOf(String kind) {
    Kind found = state.kind(kind);
    if (found == null) {
      throw new IllegalArgumentException(kind + " is not served.");
    }
    return found;
  }

  /** Ends what is terminating: bound pods, namespaces and what they hold; finalizers hold on. */
  public void settle() {
    synchronized (handler) {
      state.settle();
    }
  }

  /**
   * Denies its user an act, everywhere.
   *
   * @param verb for example {@code list}; {@code *} for any
   * @param group the API group, empty for core; {@code *} for any
   * @param resource for example {@code replicasets}; {@code *} for any
   * @return this
   */
  public FakeCluster deny(String verb, String group, String resource) {
    return deny(verb, group, resource, "*");
  }

  /**
   * Denies its user an act in a namespace.
   *
   * @param verb for example {@code get}; {@code *} for any
   * @param group the API group, empty for core; {@code *} for any
   * @param resource for example {@code configmaps}; {@code *} for any
   * @param namespace the namespace; empty for acts on the whole cluster; {@code *} for any
   * @return this
   */
  public FakeCluster deny(String verb, String group, String resource, String namespace) {
    handler.deny(new ClusterHandler.Denial(verb, group, resource, namespace));
    return this;
  }

  /** Allows everything again. */
  public void allow() {
    handler.allow();
  }

  /** Forgets the snapshots lists are paged from, as etcd's compaction does. */
  public void expireContinueTokens() {
    synchronized (handler) {
      state.forgetSnapshots();
    }
  }

  /**
   * Adds synthetic running pods of 14.8 KB each to the list of all pods, made while they are read.
   * They are in that list alone.
   *
   * @param count how many
   * @param image the image of each by its number, from 0
   * @return this
   */
  public FakeCluster generatePods(long count, LongFunction<String> image) {
    synchronized (handler) {
      state.generate(new PodGenerator(count, image));
    }
    return this;
  }

  /**
   * Injects a fault.
   *
   * @param fault what goes wrong from now on
   */
  public void inject(Fault fault) {
    server.inject(fault);
  }

  /** Takes all faults away. */
  public void heal() {
    server.heal();
  }

  /**
   * All it was asked.
   *
   * @return a copy
   */
  public List<LoggedRequest> log() {
    return server.log();
  }

  /** Forgets what it was asked. */
  public void clearLog() {
    server.clearLog();
  }

  /**
   * Writes a kubeconfig for it, with its token, or adds its context to one written before. The file
   * is in JSON, which every reader of YAML reads; the first context written is the current one.
   *
   * @param file the file, made if it is missing
   * @param context the name of the context, replaced if it is there
   * @return the file
   */
  public Path kubeconfig(Path file, String context) {
    try {
      ObjectNode config =
          Files.isRegularFile(file)
              ? (ObjectNode) JSON.readTree(Files.readString(file))
              : JsonNodeFactory.instance
                  .objectNode()
                  .put("apiVersion", "v1")
                  .put("kind", "Config")
                  .put("current-context", context);
      named(config, "clusters", context).putObject("cluster").put("server", uri().toString());
      named(config, "users", context).putObject("user").put("token", token);
      named(config, "contexts", context)
          .putObject("context")
          .put("cluster", context)
          .put("user", context);
      Files.writeString(
          file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(config) + "\n");
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException("the kubeconfig " + file + " could not be written", e);
    }
  }

  private static ObjectNode named(ObjectNode config, String list, String context) {
    ArrayNode entries = config.withArrayProperty(list);
    for (int i = entries.size() - 1; i >= 0; i--) {
      @Nullable JsonNode entry = entries.get(i);
      if (entry != null && entry.path("name").asText().equals(context)) {
        entries.remove(i);
      }
    }
    return entries.addObject().put("name", context);
  }

  @Override
  public void close() {
    server.close();
  }

  @Override
  public String toString() {
    return "FakeCluster " + name + " " + uri();
  }
}
