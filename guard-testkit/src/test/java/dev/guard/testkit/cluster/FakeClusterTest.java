package dev.guard.testkit.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.guard.testkit.http.Fault;
import dev.guard.testkit.http.LoggedRequest;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FakeClusterTest {
  private final FakeCluster cluster = FakeCluster.start("test");
  private final Api api = new Api(cluster);

  @AfterEach
  void close() {
    cluster.close();
  }

  private static List<String> names(JsonNode list) {
    List<String> names = new ArrayList<>();
    list.path("items").forEach(item -> names.add(item.at("/metadata/name").asText()));
    return names;
  }

  private void pods(int from, int to) {
    for (int i = from; i < to; i++) {
      cluster.put(KubeObject.pod("a", "p" + i, "img:" + i));
    }
  }

  // ---- lists

  @Test
  void pagesComeFromTheFirstPagesSnapshot() {
    pods(0, 5);
    JsonNode first = api.get("/api/v1/pods?limit=2").json();
    assertThat(names(first)).containsExactly("p0", "p1");
    assertThat(first.at("/metadata/remainingItemCount").asLong()).isEqualTo(3);
    cluster.remove("Pod", "a", "p3");
    cluster.put(KubeObject.pod("a", "p9", "new"));
    String next = first.at("/metadata/continue").asText();
    JsonNode rest = api.get("/api/v1/pods?limit=10&continue=" + next).json();
    assertThat(names(rest)).containsExactly("p2", "p3", "p4");
    assertThat(rest.path("metadata").has("continue")).isFalse();
    assertThat(rest.at("/metadata/resourceVersion"))
        .isEqualTo(first.at("/metadata/resourceVersion"));
    assertThat(names(api.get("/api/v1/pods").json())).containsExactly("p0", "p1", "p2", "p4", "p9");
  }

  @Test
  void theTokenOfA410LeadsToAnInconsistentRemainder() {
    pods(0, 5);
    String token = api.get("/api/v1/pods?limit=2").json().at("/metadata/continue").asText();
    cluster.expireContinueTokens();
    cluster.remove("Pod", "a", "p0");
    cluster.put(KubeObject.pod("a", "p9", "new"));
    JsonNode expired = api.get("/api/v1/pods?limit=2&continue=" + token).json();
    String other = expired.at("/metadata/continue").asText();
    JsonNode rest = api.get("/api/v1/pods?limit=10&continue=" + other).json();
    assertThat(names(rest)).containsExactly("p2", "p3", "p4", "p9");
    assertThat(rest.at("/metadata/resourceVersion").asLong())
        .isGreaterThan(102); // of another moment than the first page
  }

  @Test
  void aListFromTheCacheIgnoresTheLimit() {
    pods(0, 5);
    JsonNode all = api.get("/api/v1/pods?limit=2&resourceVersion=0").json();
    assertThat(names(all)).hasSize(5);
    assertThat(all.path("metadata").has("continue")).isFalse();
  }

  @Test
  void otherVersionsAreRefusedAsTheRealOneDoes() {
    Api.Got future =
        api.get("/api/v1/pods?resourceVersion=999999&resourceVersionMatch=NotOlderThan");
    assertThat(future.status()).isEqualTo(504);
    assertThat(future.headers().firstValue("Retry-After")).contains("1");
    assertThat(future.json().at("/details/causes/0/reason").asText())
        .isEqualTo("ResourceVersionTooLarge");
    Api.Got past = api.get("/api/v1/pods?resourceVersion=1&resourceVersionMatch=Exact");
    assertThat(past.status()).isEqualTo(410);
    assertThat(past.json().path("reason").asText()).isEqualTo("Expired");
    assertThat(api.get("/api/v1/pods?continue=garbage").status()).isEqualTo(400);
    assertThat(api.get("/api/v1/pods?limit=x").status()).isEqualTo(400);
  }

  @Test
  void selectorsSelect() {
    cluster.put(KubeObject.pod("a", "x", "i").label("tier", "web"));
    cluster.put(KubeObject.pod("b", "y", "i").label("tier", "db"));
    assertThat(names(api.get("/api/v1/pods?labelSelector=tier%3Dweb").json())).containsExactly("x");
    assertThat(names(api.get("/api/v1/pods?labelSelector=tier%21%3Dweb").json()))
        .containsExactly("y");
    assertThat(names(api.get("/api/v1/pods?fieldSelector=metadata.namespace%3Db").json()))
        .containsExactly("y");
    assertThat(names(api.get("/api/v1/namespaces/a/pods").json())).containsExactly("x");
    assertThat(api.get("/api/v1/pods?fieldSelector=spec.color%3Dred").status()).isEqualTo(400);
  }

  @Test
  void aLargeListIsStreamedPageByPage() {
    cluster.put(KubeObject.pod("a", "kept", "kept:1"));
    cluster.generatePods(1_000, i -> "registry.example/team/app:" + i % 7);
    int seen = 0;
    String next = "";
    do {
      Api.Got got = api.get("/api/v1/pods?limit=400" + (next.isEmpty() ? "" : "&continue=" + next));
      JsonNode page = got.json();
      seen += page.path("items").size();
      if (next.isEmpty()) {
        assertThat(page.at("/items/0/spec/containers/0/image").asText()).isEqualTo("kept:1");
        assertThat(page.at("/items/5").toString()).hasSize(14_800);
        assertThat(page.at("/items/5/spec/containers").size()).isEqualTo(3);
        assertThat(page.at("/items/5/status/containerStatuses/2/imageID").asText())
            .matches("registry.example/team/app@sha256:[0-9a-f]{64}");
        assertThat(page.at("/metadata/remainingItemCount").asInt()).isEqualTo(601);
      }
      next = page.at("/metadata/continue").asText("");
    } while (!next.isEmpty());
    assertThat(seen).isEqualTo(1_001);
  }

  // ---- reading

  @Test
  void everyKindIsDiscoveredAndListed() {
    List<String> served = new ArrayList<>();
    for (JsonNode resource : api.get("/api/v1").json().path("resources")) {
      served.add(resource.path("name").asText());
    }
    List<String> groups = new ArrayList<>();
    for (JsonNode group : api.get("/apis").json().path("groups")) {
      groups.add(group.path("name").asText());
      String version = group.at("/preferredVersion/groupVersion").asText();
      for (JsonNode resource : api.get("/apis/" + version).json().path("resources")) {
        served.add(resource.path("name").asText());
      }
    }
    assertThat(groups)
        .contains("apps", "batch", "authorization.k8s.io", "apiextensions.k8s.io", "policy");
    assertThat(served)
        .contains(
            "pods",
            "deployments",
            "statefulsets",
            "daemonsets",
            "replicasets",
            "controllerrevisions",
            "replicationcontrollers",
            "podtemplates",
            "jobs",
            "cronjobs",
            "configmaps",
            "namespaces",
            "nodes",
            "customresourcedefinitions",
            "selfsubjectaccessreviews");
    assertThat(api.get("/api").json().at("/versions/0").asText()).isEqualTo("v1");
    assertThat(api.get("/version").json().path("major").asText()).isEqualTo("1");
    assertThat(api.get("/apis/none").type()).startsWith("text/plain");
    assertThat(api.get("/api/v1/things").json().path("reason").asText()).isEqualTo("NotFound");
    assertThat(api.get("/version").headers().firstValue("Date")).isPresent();
  }

  @Test
  void aKindMayBeAdded() {
    cluster.serve("argoproj.io/v1alpha1", "rollouts", "Rollout", true);
    cluster.put(
        KubeObject.custom(
            "argoproj.io/v1alpha1",
            "Rollout",
            "shop",
            "api",
            "{\"workloadRef\":{\"kind\":\"Deployment\",\"name\":\"api\"}}"));
    assertThat(names(api.get("/apis/argoproj.io/v1alpha1/rollouts").json())).containsExactly("api");
    assertThatThrownBy(() -> cluster.put(KubeObject.custom("x/v1", "Y", "", "z", "{}")))
        .hasMessageContaining("not served");
  }

  @Test
  void kubeSystemTellsClustersApart() {
    String uid = api.get("/api/v1/namespaces/kube-system").json().at("/metadata/uid").asText();
    assertThat(uid).isEqualTo(cluster.uid());
    try (FakeCluster other = FakeCluster.start("other");
        FakeCluster same = FakeCluster.start("test")) {
      assertThat(other.uid()).isNotEqualTo(uid);
      assertThat(same.uid()).isEqualTo(uid);
    }
  }

  @Test
  void reviewsSayWhatIsDenied() {
    cluster.deny("list", "apps", "replicasets").deny("delete", "*", "*", "kube-system");
    assertThat(allowed("list", "apps", "replicasets", "")).isFalse();
    assertThat(allowed("list", "apps", "deployments", "")).isTrue();
    assertThat(allowed("delete", "", "pods", "kube-system")).isFalse();
    assertThat(allowed("delete", "", "pods", "shop")).isTrue();
    cluster.allow();
    assertThat(allowed("list", "apps", "replicasets", "")).isTrue();
  }

  private boolean allowed(String verb, String group, String resource, String namespace) {
    Api.Got got =
        api.send(
            "POST",
            "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
            "{\"spec\":{\"resourceAttributes\":{\"verb\":\""
                + verb
                + "\",\"group\":\""
                + group
                + "\",\"resource\":\""
                + resource
                + "\",\"namespace\":\""
                + namespace
                + "\"}}}");
    assertThat(got.status()).isEqualTo(201);
    return got.json().at("/status/allowed").asBoolean();
  }

  @Test
  void denialNamesTheNamespaceAndTheObject() {
    cluster.deny("get", "", "configmaps", "guard");
    assertThat(api.get("/api/v1/namespaces/guard/configmaps/s").json().path("message").asText())
        .isEqualTo(
            "configmaps \"s\" is forbidden: User \"reader\" cannot get resource \"configmaps\" in"
                + " API group \"\" in the namespace \"guard\"");
  }

  // ---- writing

  private static final String CONFIG_MAPS = "/api/v1/namespaces/guard/configmaps";

  private static String configMap(String extra, String value) {
    return "{\"metadata\":{\"name\":\"c\"" + extra + "},\"data\":{\"k\":\"" + value + "\"}}";
  }

  @Test
  void objectsAreCreatedUpdatedAndDeleted() {
    assertThat(api.send("POST", CONFIG_MAPS, configMap("", "1")).status()).isEqualTo(404);
    cluster.put(KubeObject.namespace("guard"));
    Api.Got created = api.send("POST", CONFIG_MAPS, configMap("", "1"));
    assertThat(created.status()).isEqualTo(201);
    assertThat(created.json().path("kind").asText()).isEqualTo("ConfigMap");
    String uid = created.json().at("/metadata/uid").asText();
    String version = created.json().at("/metadata/resourceVersion").asText();
    assertThat(uid).isNotEmpty();
    assertThat(api.send("POST", CONFIG_MAPS, configMap("", "1")).json().path("reason").asText())
        .isEqualTo("AlreadyExists");
    assertThat(api.send("POST", CONFIG_MAPS, configMap(",\"resourceVersion\":\"1\"", "1")).status())
        .isEqualTo(500);
    Api.Got updated =
        api.send(
            "PUT", CONFIG_MAPS + "/c", configMap(",\"resourceVersion\":\"" + version + "\"", "2"));
    assertThat(updated.status()).isEqualTo(200);
    assertThat(updated.json().at("/metadata/uid").asText()).isEqualTo(uid);
    assertThat(updated.json().at("/metadata/resourceVersion").asText()).isNotEqualTo(version);
    Api.Got patched =
        api.send(
            "PATCH",
            CONFIG_MAPS + "/c",
            "{\"data\":{\"k\":null,\"l\":\"3\"}}",
            "application/merge-patch+json");
    assertThat(patched.json().path("data").toString()).isEqualTo("{\"l\":\"3\"}");
    assertThat(api.send("DELETE", CONFIG_MAPS + "/c", "").json().path("status").asText())
        .isEqualTo("Success");
    assertThat(api.get(CONFIG_MAPS + "/c").status()).isEqualTo(404);
    assertThat(api.send("PUT", CONFIG_MAPS + "/c", configMap("", "2")).status()).isEqualTo(404);
    assertThat(api.send("DELETE", CONFIG_MAPS, "").status()).isEqualTo(405);
  }

  @Test
  void dryRunsStoreNothing() {
    cluster.put(KubeObject.configMap("guard", "kept", Map.of("k", "1")));
    assertThat(api.send("POST", CONFIG_MAPS + "?dryRun=All", configMap("", "1")).status())
        .isEqualTo(201);
    assertThat(
            api.send(
                    "PUT",
                    CONFIG_MAPS + "/kept?dryRun=All",
                    "{\"metadata\":{\"name\":\"kept\"},\"data\":{\"k\":\"2\"}}")
                .json()
                .at("/data/k")
                .asText())
        .isEqualTo("2");
    assertThat(api.send("POST", CONFIG_MAPS + "?dryRun=true", configMap("", "1")).status())
        .isEqualTo(422);
    assertThat(cluster.objects("ConfigMap")).hasSize(1);
    assertThat(cluster.get("ConfigMap", "guard", "kept").orElseThrow().text("/data/k"))
        .isEqualTo("1");
  }

  @Test
  void aDeletionWithABodyTakesItsDryRunFromTheBodyAlone() {
    String path = CONFIG_MAPS + "/c";
    KubeObject object = KubeObject.configMap("guard", "c", Map.of());
    cluster.put(object);
    assertThat(api.send("DELETE", path, "{\"dryRun\":[\"All\"]}").status()).isEqualTo(200);
    assertThat(cluster.get("ConfigMap", "guard", "c")).isPresent();
    assertThat(api.send("DELETE", path + "?dryRun=All", "").status()).isEqualTo(200);
    assertThat(cluster.get("ConfigMap", "guard", "c")).isPresent();
    assertThat(api.send("DELETE", path, "{\"dryRun\":[\"yes\"]}").status()).isEqualTo(422);
    assertThat(cluster.get("ConfigMap", "guard", "c")).isPresent();
    assertThat(
            api.send("DELETE", path + "?dryRun=All", "{\"propagationPolicy\":\"Background\"}")
                .status())
        .isEqualTo(200);
    assertThat(cluster.get("ConfigMap", "guard", "c")).as("really deleted").isEmpty();
  }

  @Test
  void preconditionsThatHoldLetItGo() {
    KubeObject pod = cluster.put(KubeObject.pod("x", "a", "i"));
    assertThat(
            api.send(
                    "DELETE",
                    "/api/v1/namespaces/x/pods/a",
                    "{\"preconditions\":{\"uid\":\""
                        + pod.uid()
                        + "\",\"resourceVersion\":\""
                        + pod.resourceVersion()
                        + "\"}}")
                .status())
        .isEqualTo(200);
    assertThat(cluster.get("Pod", "x", "a")).isEmpty();
    assertThat(cluster.put(KubeObject.pod("x", "a", "i")).uid()).isNotEqualTo(pod.uid());
  }

  @Test
  void deletedIsNotGone() {
    cluster.put(KubeObject.configMap("x", "held", Map.of()).finalizer("example.com/hold"));
    cluster.put(KubeObject.pod("x", "bound", "i").running("i@sha256:" + "0".repeat(64)));
    cluster.put(KubeObject.configMap("gone", "c", Map.of()));
    for (String path :
        List.of("/api/v1/namespaces/x/configmaps/held", "/api/v1/namespaces/x/pods/bound")) {
      assertThat(api.send("DELETE", path, "").json().at("/metadata/deletionTimestamp").asText())
          .isNotEmpty();
      assertThat(api.get(path).status()).isEqualTo(200);
    }
    assertThat(
            api.send("DELETE", "/api/v1/namespaces/gone", "").json().at("/status/phase").asText())
        .isEqualTo("Terminating");
    assertThat(api.send("POST", "/api/v1/namespaces/gone/configmaps", configMap("", "1")).status())
        .isEqualTo(403);
    cluster.settle();
    assertThat(cluster.get("Pod", "x", "bound")).isEmpty();
    assertThat(cluster.get("Namespace", "", "gone")).isEmpty();
    assertThat(cluster.get("ConfigMap", "gone", "c")).isEmpty();
    assertThat(cluster.get("ConfigMap", "x", "held")).as("held by its finalizer").isPresent();
    api.send(
        "PATCH",
        "/api/v1/namespaces/x/configmaps/held",
        "{\"metadata\":{\"finalizers\":null}}",
        "application/merge-patch+json");
    assertThat(cluster.get("ConfigMap", "x", "held")).isEmpty();
  }

  @Test
  void evictionsWithinTheBudgetAndDryRuns() {
    cluster.put(KubeObject.pod("x", "a", "i"));
    String eviction = "/api/v1/namespaces/x/pods/a/eviction";
    assertThat(api.send("POST", eviction, "{\"deleteOptions\":{\"dryRun\":[\"All\"]}}").status())
        .isEqualTo(201);
    assertThat(cluster.get("Pod", "x", "a")).isPresent();
    assertThat(api.send("POST", eviction, "{}").status()).isEqualTo(201);
    assertThat(cluster.get("Pod", "x", "a")).isEmpty();
    assertThat(api.send("POST", eviction, "{}").status()).isEqualTo(404);
  }

  @ParameterizedTest
  @ValueSource(strings = {"UPPER/Case:1", "http://r/a:1", "${IMAGE}", "r/a@sha256:short"})
  void anyImageIsAcceptedInAPod(String image) {
    cluster.put(KubeObject.namespace("x"));
    assertThat(create(image)).isEqualTo(201);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " r/a", "r/a "})
  void butAnEmptyOrPaddedOne(String image) {
    cluster.put(KubeObject.namespace("x"));
    assertThat(create(image)).isEqualTo(422);
    assertThat(cluster.put(KubeObject.pod("x", "p", image)).text("/spec/containers/0/image"))
        .as("behind the API anything goes")
        .isEqualTo(image);
  }

  private int create(String image) {
    return api.send("POST", "/api/v1/namespaces/x/pods", KubeObject.pod("x", "p", image).toString())
        .status();
  }

  // ---- faults

  @Test
  void a410OnPageN_onceOrAlways() {
    pods(0, 6);
    cluster.inject(Fault.on("GET", "/api/v1/pods.*continue=").nth(2).status(410));
    String second = api.get("/api/v1/pods?limit=2").json().at("/metadata/continue").asText();
    Api.Got page = api.get("/api/v1/pods?limit=2&continue=" + second);
    assertThat(page.status()).isEqualTo(200);
    String third = page.json().at("/metadata/continue").asText();
    Api.Got expired = api.get("/api/v1/pods?limit=2&continue=" + third);
    assertThat(expired.status()).isEqualTo(410);
    assertThat(expired.json().path("reason").asText()).isEqualTo("Expired");
    assertThat(expired.json().at("/metadata/continue").asText()).isNotEmpty();
    assertThat(api.get("/api/v1/pods?limit=2&continue=" + third).status()).isEqualTo(200);
    cluster.heal();
    cluster.inject(Fault.on("GET", "continue=").status(410));
    assertThat(api.get("/api/v1/pods?limit=2&continue=" + third).status()).isEqualTo(410);
    assertThat(api.get("/api/v1/pods?limit=2&continue=" + third).status()).isEqualTo(410);
  }

  @Test
  void unauthorizedFromNowOn() {
    cluster.inject(Fault.on("*", "/").from(2).status(401));
    assertThat(api.get("/api/v1/pods").status()).isEqualTo(200);
    assertThat(api.get("/api/v1/pods").json().path("reason").asText()).isEqualTo("Unauthorized");
    assertThat(api.get("/version").status()).isEqualTo(401);
  }

  @Test
  void brokenPages() {
    pods(0, 4);
    cluster.inject(Fault.on("GET", "/api/v1/pods").nth(1).truncate(40));
    cluster.inject(Fault.on("GET", "/api/v1/nodes").cut());
    assertThatThrownBy(() -> api.get("/api/v1/pods")).isInstanceOf(UncheckedIOException.class);
    assertThatThrownBy(() -> api.get("/api/v1/nodes")).isInstanceOf(UncheckedIOException.class);
    assertThat(cluster.log()).anyMatch(it -> it.status() == 0);
    assertThat(names(api.get("/api/v1/pods").json())).hasSize(4);
    cluster.inject(Fault.on("GET", "/api/v1/pods\\?limit").losePage());
    JsonNode lost = api.get("/api/v1/pods?limit=2").json();
    assertThat(names(lost)).hasSize(2);
    assertThat(lost.path("metadata").has("continue")).isFalse();
    cluster.generatePods(50, i -> "i:" + i);
    cluster.inject(Fault.on("GET", "/api/v1/pods\\?big").truncate(100_000));
    assertThatThrownBy(() -> api.get("/api/v1/pods?big")).isInstanceOf(UncheckedIOException.class);
  }

  @Test
  void otherStatusesSpeakTheClustersLanguage() {
    cluster.inject(Fault.on("GET", "/daemonsets").status(403));
    cluster.inject(Fault.on("GET", "/jobs").tooManyRequests("7"));
    cluster.inject(Fault.on("GET", "/nodes").status(503));
    cluster.inject(Fault.on("GET", "/version").delay(Duration.ofMillis(5)).status(500));
    assertThat(api.get("/apis/apps/v1/daemonsets").json().path("message").asText())
        .startsWith("daemonsets.apps is forbidden: User \"reader\" cannot list");
    Api.Got many = api.get("/apis/batch/v1/jobs");
    assertThat(many.status()).isEqualTo(429);
    assertThat(many.headers().firstValue("Retry-After")).contains("7");
    assertThat(api.get("/api/v1/nodes").json().path("reason").asText())
        .isEqualTo("ServiceUnavailable");
    assertThat(api.get("/version").status()).isEqualTo(500);
  }

  @Test
  void theLogHoldsRequestsAndNoToken() {
    api.get("/api/v1/pods?limit=1");
    cluster.put(KubeObject.namespace("guard"));
    api.send("POST", CONFIG_MAPS, configMap("", "1"));
    List<LoggedRequest> log = cluster.log();
    assertThat(log)
        .extracting(LoggedRequest::toString)
        .containsExactly("GET /api/v1/pods?limit=1 -> 200", "POST " + CONFIG_MAPS + " -> 201");
    assertThat(log.get(0).header("Authorization")).isEqualTo("Bearer");
    assertThat(log.get(0).isWrite()).isFalse();
    assertThat(log.get(1).isWrite()).isTrue();
    assertThat(log.get(1).body()).contains("\"k\":\"1\"");
    assertThat(log.toString()).doesNotContain(cluster.token());
    cluster.clearLog();
    assertThat(cluster.log()).isEmpty();
  }

  @Test
  void severalClustersShareAKubeconfig(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("config");
    try (FakeCluster other = FakeCluster.start("other")) {
      cluster.kubeconfig(file, "one");
      other.kubeconfig(file, "two");
      other.kubeconfig(file, "two");
      JsonNode config = Api.JSON.readTree(Files.readString(file));
      assertThat(config.path("current-context").asText()).isEqualTo("one");
      assertThat(config.path("contexts").size()).isEqualTo(2);
      assertThat(config.at("/clusters/0/cluster/server").asText())
          .isEqualTo(cluster.uri().toString());
      assertThat(config.at("/clusters/1/cluster/server").asText())
          .isEqualTo(other.uri().toString());
      assertThat(config.at("/users/1/user/token").asText()).isEqualTo(other.token());
    }
  }
}
