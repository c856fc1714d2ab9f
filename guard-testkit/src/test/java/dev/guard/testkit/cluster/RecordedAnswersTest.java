package dev.guard.testkit.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The fake says what a real API server was recorded to say: every field of a recording, value by
 * value; an ellipsis in it stands for what was not recorded.
 */
class RecordedAnswersTest {
  private final FakeCluster cluster = FakeCluster.start("recorded");
  private final Api api = new Api(cluster);

  @AfterEach
  void close() {
    cluster.close();
  }

  private static String recorded(String file) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(FakeCluster.class.getResourceAsStream("recorded/" + file), file)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static void same(String file, Api.Got got) throws IOException {
    JsonNode expected = new ObjectMapper().readTree(recorded(file));
    assertThat(got.status()).isEqualTo(expected.path("code").asInt());
    assertThat(got.type()).isEqualTo("application/json");
    same("", expected, got.json());
    assertThat(got.json().path("kind").asText()).isEqualTo("Status");
    assertThat(got.json().path("status").asText()).isEqualTo("Failure");
  }

  private static void same(String at, JsonNode expected, JsonNode got) {
    if (expected.isObject()) {
      for (Map.Entry<String, JsonNode> field : expected.properties()) {
        same(at + "/" + field.getKey(), field.getValue(), got.path(field.getKey()));
      }
    } else if (expected.isArray()) {
      assertThat(got.size()).as(at).isEqualTo(expected.size());
      for (int i = 0; i < expected.size(); i++) {
        same(at + "/" + i, expected.get(i), got.get(i));
      }
    } else if (expected.isTextual() && expected.asText().contains("…")) {
      assertThat(got.isTextual()).as(at).isTrue();
      assertThat(got.asText())
          .as(at)
          .matches(Pattern.quote(expected.asText()).replace("…", "\\E.*\\Q"))
          .isNotEmpty();
    } else {
      assertThat(got).as(at).isEqualTo(expected);
    }
  }

  @Test
  void anExpiredToken() throws IOException {
    for (int i = 0; i < 3; i++) {
      cluster.put(KubeObject.pod("a", "p" + i, "i"));
    }
    String token = api.get("/api/v1/pods?limit=1").json().at("/metadata/continue").asText();
    cluster.expireContinueTokens();
    Api.Got got = api.get("/api/v1/pods?limit=1&continue=" + token);
    same("list-expired-410.json", got);
    assertThat(got.json().at("/metadata/continue").asText()).isNotEmpty().isNotEqualTo(token);
  }

  @Test
  void aDeniedList() throws IOException {
    cluster.deny("list", "apps", "replicasets");
    same("list-forbidden-403.json", api.get("/apis/apps/v1/replicasets"));
    assertThat(api.get("/apis/apps/v1/deployments").status()).isEqualTo(200);
  }

  @Test
  void aGroupThatIsNotServed() throws IOException {
    Api.Got got = api.get("/apis/example.com/v1/things");
    assertThat(got.status()).isEqualTo(404);
    assertThat(got.type()).startsWith("text/plain");
    assertThat(got.text().strip()).isEqualTo(recorded("unserved-group-404.txt"));
  }

  @Test
  void anotherUid() throws IOException {
    cluster.put(KubeObject.pod("x", "a", "i"));
    Api.Got got =
        api.send(
            "DELETE", "/api/v1/namespaces/x/pods/a", "{\"preconditions\":{\"uid\":\"wrong\"}}");
    same("delete-uid-conflict-409.json", got);
    assertThat(cluster.get("Pod", "x", "a")).isPresent();
  }

  @Test
  void anotherVersion() throws IOException {
    KubeObject pod = KubeObject.pod("x", "a", "i");
    while (!cluster.put(pod).resourceVersion().equals("250")) {
      pod = pod.label("round", pod.text("/metadata/labels/round") + "x");
    }
    same(
        "delete-version-conflict-409.json",
        api.send(
            "DELETE",
            "/api/v1/namespaces/x/pods/a",
            "{\"preconditions\":{\"resourceVersion\":\"246\"}}"));
    assertThat(cluster.get("Pod", "x", "a")).isPresent();
  }

  @Test
  void aStaleUpdate() throws IOException {
    KubeObject old = cluster.put(KubeObject.configMap("x", "c", Map.of("a", "1")));
    cluster.put(old.with("/data/a", "2"));
    same(
        "stale-put-409.json", api.send("PUT", "/api/v1/namespaces/x/configmaps/c", old.toString()));
    assertThat(cluster.get("ConfigMap", "x", "c").orElseThrow().text("/data/a")).isEqualTo("2");
  }

  @Test
  void anEvictionAgainstABudget() throws IOException {
    cluster.put(KubeObject.pod("x", "a", "i"));
    cluster.put(
        KubeObject.custom(
                "policy/v1",
                "PodDisruptionBudget",
                "x",
                "p",
                "{\"selector\":{\"matchLabels\":{\"app\":\"a\"}}}")
            .withJson(
                "/status", "{\"disruptionsAllowed\":0,\"desiredHealthy\":1,\"currentHealthy\":1}"));
    same("eviction-429.json", api.send("POST", "/api/v1/namespaces/x/pods/a/eviction", "{}"));
    assertThat(cluster.get("Pod", "x", "a")).isPresent();
  }

  @Test
  void aWrongToken() throws IOException {
    Api.Got got = new Api(cluster, "wrong").get("/api/v1/pods");
    same("unauthorized-401.json", got);
    assertThat(got.headers().firstValue("WWW-Authenticate")).isEmpty();
    same("unauthorized-401.json", new Api(cluster, "").get("/version"));
  }
}
