package dev.guard.k8s;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.StateException;
import dev.guard.internal.json.Json;
import dev.guard.k8s.ClusterApi.Patience;
import dev.guard.state.StateStore;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * State in the ConfigMaps of one namespace, one a document, shared by all who reach that cluster.
 *
 * <pre>{@code
 * ConfigMapStore state = ConfigMapStore.at(prod, "guard");
 * Guard guard = Guard.named("cleanup").state(state) … .build();
 * }</pre>
 *
 * <p>Scope CLUSTER, durable, 256 KiB a document, no clock of its own. A document is created by POST
 * and replaced by a PUT that names resourceVersion and uid of the version it replaces; there is no
 * PUT without. Every read is a quorum read; no cache answers. A ConfigMap that somebody edited by
 * hand, or that is not Guard's, is a {@link StateException} that names it, and so is a namespace
 * that was deleted or is another than the one that was opened: it is never taken for one without
 * documents. A write whose answer does not come says {@code mayHaveRun()}; a write is sent once.
 * Nothing is ever deleted.
 *
 * <p>The identity needs {@code get}, {@code list}, {@code create} and {@code update} on configmaps
 * of that namespace; whoever has {@code update} there can say anything, so keep nothing else in it.
 * Thread-safe; the caller keeps the connection open.
 */
public final class ConfigMapStore implements StateStore {
  private static final int MAX_VALUE = 256 * 1024;
  private static final int MAX_ANSWER = 4 * 1024 * 1024;
  private static final int MAX_PAGE = 64 * 1024 * 1024;
  private static final int MAX_STATUS = 64 * 1024;
  private static final int PAGE = 20;
  private static final int MAX_PAGES = 10_000;
  private static final int MAX_TOKEN = 16_384;
  private static final int LONGEST_KEY = 200;
  private static final Pattern KEY = Pattern.compile("[a-z0-9][a-z0-9.-]*(/[a-z0-9][a-z0-9.-]*)*");
  private static final String REFUSED = " Until then what depends on it is refused.";

  private final ClusterConnection connection;
  private final String namespace;
  private final String path;
  private final ClusterApi api;
  private final ConfigMapWriter writer;
  private final String storeUid;

  private ConfigMapStore(ClusterConnection connection, String namespace, Patience patience) {
    this.connection = connection;
    this.namespace = namespace;
    this.path = "/api/v1/namespaces/" + namespace + "/configmaps";
    this.api = connection.patient(patience);
    this.writer = connection.configMaps(namespace, patience);
    this.storeUid = open();
  }

  /**
   * Opens the store in a namespace, which must be there. Reads the store's own ConfigMap, {@code
   * guard-state}, and creates it if there is none yet.
   *
   * @param connection the cluster it is in
   * @param namespace its namespace
   * @return the store
   * @throws IllegalArgumentException if Kubernetes allows no namespace of that name
   * @throws StateException if it cannot be read or created
   */
  public static ConfigMapStore at(ClusterConnection connection, String namespace) {
    return at(connection, namespace, Patience.STATE);
  }

  static ConfigMapStore at(ClusterConnection connection, String namespace, Patience patience) {
    if (!Plain.isName(namespace)) {
      throw new IllegalArgumentException(
          "A state store is named by a namespace as Kubernetes allows them.");
    }
    return new ConfigMapStore(connection, namespace, patience);
  }

  private String open() {
    Optional<StateMap> found = read(StateMap.MARKER);
    if (found.isEmpty()) {
      ObjectNode marker = StateMap.fresh(namespace, StateMap.MARKER, new byte[0]);
      // Empty if somebody else opened it first; the one that is there now counts.
      var unused = write(StateMap.MARKER, marker, false);
      found = read(StateMap.MARKER);
    }
    return found.map(StateMap::uid).orElseThrow(this::otherStore);
  }

  @Override
  public Optional<Versioned> get(String key) {
    Optional<StateMap> found = read(check(key));
    if (found.isEmpty()) {
      requireSameStore();
    }
    return found.map(map -> new Versioned(map.version(), map.value()));
  }

  @Override
  public Optional<String> compareAndSet(String key, @Nullable String expected, byte[] value) {
    check(key);
    if (value.length > MAX_VALUE) {
      throw new StateException(
          "A state document has at most "
              + MAX_VALUE
              + " bytes, but '"
              + key
              + "' would have "
              + value.length
              + ".");
    }
    if (expected == null) {
      return write(key, StateMap.fresh(namespace, key, value), false);
    }
    Optional<ObjectNode> map = StateMap.replacing(namespace, key, expected, value);
    return map.isEmpty() ? Optional.empty() : write(key, map.get(), true);
  }

  private static String check(String key) {
    if (key.length() > LONGEST_KEY || !KEY.matcher(key).matches()) {
      throw new IllegalArgumentException(
          "A state key is lower-case letters, digits, dots and dashes in parts between slashes, at most "
              + LONGEST_KEY
              + " characters, each part beginning with a letter or digit. Take StateStore.key for other names.");
    }
    return key;
  }

  /** A document as it is now; empty only if the server says, in its own words, that it is not. */
  private Optional<StateMap> read(String key) {
    String name = StateMap.nameOf(key);
    try {
      JsonNode map =
          api.document(path + "/" + name, "read configmap " + name, rule("get"), MAX_ANSWER);
      return map == null ? Optional.empty() : Optional.of(StateMap.read(map, namespace, key));
    } catch (Unreadable e) {
      throw failed(e.why(), e, false);
    } catch (OddAnswer e) {
      throw odd(name, e);
    } catch (InterruptedException e) {
      throw interrupted("read configmap " + name, e, false);
    }
  }

  /**
   * Whoever was told of an absence asks once more for the store's own ConfigMap: in a namespace
   * that was deleted, or another of the same name, it is not there with the same uid.
   */
  private void requireSameStore() {
    if (!read(StateMap.MARKER).map(StateMap::uid).orElse("").equals(storeUid)) {
      throw otherStore();
    }
  }

  private StateException otherStore() {
    return new StateException(
        what()
            + ": configmap "
            + StateMap.MARKER_NAME
            + " is not the one that was there when the state was opened: the namespace was emptied, or is another. Restore it, or start anew knowing what it held."
            + REFUSED);
  }

  /** Sends a write once; empty if the document is not as the write expects it. */
  private Optional<String> write(String key, ObjectNode map, boolean replace) {
    String name = StateMap.nameOf(key);
    String act = (replace ? "update" : "create") + " configmap " + name;
    long began = connection.time().nanos();
    try (Answer answer =
        api.within(began, replace ? writer.replace(name, map) : writer.create(map))) {
      if (answer.status() == (replace ? 200 : 201)) {
        return Optional.of(written(answer, key, map, act));
      }
      return refused(answer, act, replace);
    } catch (ConnectException e) {
      throw failed("cannot " + act + ": " + ClusterApi.words(e), e, false);
    } catch (IOException e) {
      throw failed(unknown(act, ClusterApi.words(e)), e, true);
    } catch (InterruptedException e) {
      throw interrupted(act, e, true);
    }
  }

  private static String unknown(String act, String why) {
    return "cannot tell whether it did " + act + ": " + why;
  }

  private String written(Answer answer, String key, ObjectNode map, String act) throws IOException {
    byte[] bytes = answer.body().readNBytes(MAX_ANSWER + 1);
    if (bytes.length > MAX_ANSWER) {
      throw failed(unknown(act, "the answer is larger than 4 MiB"), null, true);
    }
    try {
      StateMap stored = StateMap.read(Json.read(bytes), namespace, key);
      if (!stored.write().equals(StateMap.writeOf(map))) {
        throw failed(unknown(act, "the server answered with another write"), null, true);
      }
      return stored.version();
    } catch (OddAnswer e) {
      throw failed(unknown(act, String.valueOf(e.getMessage())), e, true);
    }
  }

  /** What an answer other than success means for a write. */
  private Optional<String> refused(Answer answer, String act, boolean replace) {
    JsonNode said = said(answer);
    String reason = said.path("reason").asText("");
    boolean ours = said.path("details").path("kind").asText("").equals("configmaps");
    String message = Plain.text(said.path("message").asText(""));
    String why = answer.status() + (message.isEmpty() ? "" : " " + message);
    switch (answer.status()) {
      case 409:
        if (reason.equals(replace ? "Conflict" : "AlreadyExists")) {
          return Optional.empty();
        }
        throw failed(unknown(act, why), null, true);
      case 404:
        if (replace && reason.equals("NotFound") && ours) {
          requireSameStore();
          return Optional.empty();
        }
        throw failed("cannot " + act + ": " + why + "; create namespace " + namespace, null, false);
      case 401:
        throw failed(
            "cannot " + act + ": 401, the credentials were rejected; renew them", null, false);
      case 403:
        throw failed(
            "cannot " + act + ": " + why + "; grant " + rule(replace ? "update" : "create"),
            null,
            false);
      case 429:
        throw failed("cannot " + act + ": 429, the server is too busy", null, false);
      case 400, 405, 413, 415, 422:
        throw failed("cannot " + act + ": " + why, null, false);
      default:
        throw failed(unknown(act, why), null, true);
    }
  }

  /** The server's Status document; without one, the status code alone speaks. */
  private static JsonNode said(Answer answer) {
    try {
      JsonNode tree = Json.read(answer.body().readNBytes(MAX_STATUS));
      return tree.path("kind").asText().equals("Status") ? tree : Json.object();
    } catch (IOException e) {
      return Json.object();
    }
  }

  @Override
  public List<String> keys(String prefix) {
    for (int attempt = 1; ; attempt++) {
      try {
        List<String> keys = listed(prefix);
        requireSameStore();
        return keys;
      } catch (Unreadable e) {
        if (e.scope() != Unreadable.Scope.EXPIRED || attempt == 3) {
          throw failed(e.why(), e, false);
        }
      } catch (InterruptedException e) {
        throw interrupted("list configmaps", e, false);
      }
    }
  }

  private List<String> listed(String prefix) throws Unreadable, InterruptedException {
    String first =
        path + "?labelSelector=guard.dev%2Fstate%3D" + StateMap.DOCUMENT + "&limit=" + PAGE;
    List<String> keys = new ArrayList<>();
    Set<String> tokens = new HashSet<>();
    String token = "";
    do {
      String next =
          token.isEmpty()
              ? first
              : first + "&continue=" + URLEncoder.encode(token, StandardCharsets.UTF_8);
      JsonNode page = api.document(next, "list configmaps", rule("list"), MAX_PAGE);
      token = page(page, prefix, keys);
      if (!token.isEmpty() && (!tokens.add(token) || tokens.size() > MAX_PAGES)) {
        throw failed("cannot list configmaps: the server's pages do not end", null, false);
      }
    } while (!token.isEmpty());
    return keys.stream().sorted().distinct().toList();
  }

  /** Takes the keys of a page, and says how to go on; empty at the end. */
  private String page(@Nullable JsonNode page, String prefix, List<String> keys) {
    if (page == null
        || !page.path("kind").asText().equals("ConfigMapList")
        || !page.path("items").isArray()
        || !page.path("metadata").isObject()) {
      throw failed("cannot list configmaps: the answer is not a list of them", null, false);
    }
    for (JsonNode item : page.path("items")) {
      try {
        String key = StateMap.item(item, namespace).key();
        if (key.startsWith(prefix)) {
          keys.add(key);
        }
      } catch (OddAnswer e) {
        throw odd(Plain.text(item.path("metadata").path("name").asText("")), e);
      }
    }
    String token = page.path("metadata").path("continue").asText("");
    boolean more = page.path("metadata").path("remainingItemCount").asLong(0) != 0;
    if (token.length() > MAX_TOKEN || (token.isEmpty() && more)) {
      throw failed(
          "cannot list configmaps: the answer says more remain, but not how to go on", null, false);
    }
    return token;
  }

  /** The local clock: an API server tells none. */
  @Override
  public Instant now() {
    return connection.time().now();
  }

  /** Scope CLUSTER, durable, values of 256 KiB, no clock of its own. */
  @Override
  public Capabilities capabilities() {
    return new Capabilities(Scope.CLUSTER, true, MAX_VALUE, false);
  }

  private String what() {
    return "The state in namespace " + namespace + " of cluster " + connection.context();
  }

  private String rule(String verb) {
    return verb + " on configmaps in namespace " + namespace;
  }

  private StateException failed(String why, @Nullable Throwable cause, boolean mayHaveRun) {
    return new StateException(what() + ": " + why + "." + REFUSED, cause, mayHaveRun);
  }

  private StateException odd(String name, OddAnswer why) {
    return failed(
        "cannot use configmap " + name + ": " + why.getMessage() + "; restore it", why, false);
  }

  private StateException interrupted(String act, InterruptedException e, boolean mayHaveRun) {
    Thread.currentThread().interrupt();
    return failed(
        mayHaveRun ? unknown(act, "interrupted") : "cannot " + act + ": interrupted",
        e,
        mayHaveRun);
  }

  @Override
  public String toString() {
    return "configmaps of " + connection.context() + "/" + namespace;
  }
}
