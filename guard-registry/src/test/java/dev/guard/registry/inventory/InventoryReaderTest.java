package dev.guard.registry.inventory;

import static dev.guard.registry.rig.StubServer.error;
import static dev.guard.registry.rig.StubServer.json;
import static dev.guard.registry.rig.StubServer.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.GuardConfigurationException;
import dev.guard.registry.Answer;
import dev.guard.registry.RegistryClient;
import dev.guard.registry.RegistryUnavailableException;
import dev.guard.registry.reference.ContentDigest;
import dev.guard.registry.rig.StepTime;
import dev.guard.registry.rig.StubServer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class InventoryReaderTest {
  private static final String INDEX = "application/vnd.oci.image.index.v1+json";
  private static final String IMAGE = "application/vnd.oci.image.manifest.v1+json";

  private final StubServer server = new StubServer();
  private final StepTime time = new StepTime();
  private final Map<String, StubServer.Answer> at = new ConcurrentHashMap<>();
  private final RegistryClient client = RegistryClient.at(server.uri()).time(time).build();

  InventoryReaderTest() {
    at.put(
        "/v2/_catalog?n=100", json(200, "{\"repositories\":[\"team/a\",\"team/b\",\"other/c\"]}"));
    at.put("/v2/", json(200, "{}"));
    server.answering(it -> Optional.ofNullable(at.get(it.target())));
    image("team/a", "v1", "a", "2026-01-01T00:00:00Z", "\"protected\":\"true\"");
    image("team/b", "v1", "b", "2026-01-02T00:00:00+02:00", "");
    tags("team/a", "v1");
    tags("team/b", "v1");
  }

  @AfterEach
  void close() {
    server.close();
  }

  private void tags(String repository, String... tags) {
    at.put(
        "/v2/" + repository + "/tags/list",
        json(200, "{\"tags\":[\"" + String.join("\",\"", tags) + "\"]}"));
  }

  private ContentDigest manifest(String repository, String tag, String type, String json) {
    ContentDigest digest = ContentDigest.of(json.getBytes(StandardCharsets.UTF_8));
    StubServer.Answer answer = text(200, type, json).with("Docker-Content-Digest", digest.text());
    at.put("/v2/" + repository + "/manifests/" + digest, answer);
    if (!tag.isEmpty()) {
      at.put("/v2/" + repository + "/manifests/" + tag, answer);
    }
    return digest;
  }

  private ContentDigest image(
      String repository, String tag, String content, String created, String labels) {
    String config =
        "{\"x\":\""
            + content
            + "\",\"created\":\""
            + created
            + "\",\"config\":{\"Labels\":{"
            + labels
            + "}}}";
    ContentDigest digest = ContentDigest.of(config.getBytes(StandardCharsets.UTF_8));
    at.put("/v2/" + repository + "/blobs/" + digest, text(200, "application/octet-stream", config));
    return manifest(
        repository,
        tag,
        IMAGE,
        "{\"schemaVersion\":2,\"mediaType\":\""
            + IMAGE
            + "\",\"config\":{\"mediaType\":\"application/vnd.oci.image.config.v1+json\",\"digest\":\""
            + digest
            + "\",\"size\":"
            + config.length()
            + "},\"layers\":[]}");
  }

  private ContentDigest index(String repository, String tag, ContentDigest... children) {
    StringBuilder list = new StringBuilder();
    for (ContentDigest child : children) {
      list.append(list.length() == 0 ? "" : ",")
          .append("{\"digest\":\"")
          .append(child)
          .append("\",\"size\":1}");
    }
    return manifest(
        repository,
        tag,
        INDEX,
        "{\"schemaVersion\":2,\"mediaType\":\"" + INDEX + "\",\"manifests\":[" + list + "]}");
  }

  private InventoryReader reader(String... patterns) {
    return InventoryReader.of(client, RepositoryPatterns.of(List.of(patterns))).time(time);
  }

  @Test
  void whatThePatternsName_isReadWithTagsConfigsAndLabels() {
    RegistryInventory inventory = reader("team/*").read();
    assertThat(inventory.repositories()).containsOnlyKeys("team/a", "team/b");
    assertThat(inventory.unread()).isEmpty();
    assertThat(inventory.population().size()).isEqualTo(2);
    RepositoryGraph graph = inventory.repository("team/a").orElseThrow();
    ImageManifest image = graph.manifests().get(graph.tags().get("v1"));
    assertThat(image.createdAt()).isEqualTo(Instant.parse("2026-01-01T00:00:00Z"));
    assertThat(image.labels()).containsEntry("protected", "true");
    RepositoryGraph b = inventory.repository("team/b").orElseThrow();
    assertThat(b.manifests().get(b.tags().get("v1")).createdAt())
        .isEqualTo(Instant.parse("2026-01-01T22:00:00Z"));
    assertThat(server.lines()).allMatch(it -> it.startsWith("GET ") || it.startsWith("HEAD "));
  }

  @Test
  void t14_aFailedCatalog_failsEverything() {
    at.put(
        "/v2/_catalog?n=100",
        json(200, "{\"repositories\":[\"team/a\"]}")
            .with("Link", "</v2/_catalog?last=a>; rel=next"));
    at.put("/v2/_catalog?last=a", error(500, "UNKNOWN"));
    assertThatThrownBy(() -> reader("team/*").read())
        .isInstanceOf(RegistryUnavailableException.class)
        .hasMessageContaining("list of repositories");
    at.put("/v2/_catalog?n=100", error(403, "DENIED"));
    assertThatThrownBy(() -> reader("*").read())
        .isInstanceOfSatisfying(
            RegistryUnavailableException.class,
            e -> assertThat(e.answer()).isEqualTo(Answer.DENIED));
  }

  @Test
  void t14_aRegistryThatDoesNotAnswer_failsEverything_alsoForPlainNames() {
    at.put("/v2/", error(503, "UNAVAILABLE"));
    assertThatThrownBy(() -> reader("team/a").read())
        .isInstanceOfSatisfying(
            RegistryUnavailableException.class,
            e -> assertThat(e.answer()).isEqualTo(Answer.UNKNOWN));
    at.put("/v2/", error(401, "UNAUTHORIZED"));
    assertThatThrownBy(() -> reader("team/a").read())
        .isInstanceOfSatisfying(
            RegistryUnavailableException.class,
            e -> assertThat(e.answer()).isEqualTo(Answer.DENIED));
  }

  @Test
  void h68_aRepositoryWithAFailedPage_isLeftOutAndNamed_andTheRestGoesOn() {
    at.put(
        "/v2/team/a/tags/list",
        json(200, "{\"tags\":[\"v1\"]}").with("Link", "</v2/team/a/tags/list?last=v1>; rel=next"));
    at.put("/v2/team/a/tags/list?last=v1", error(500, "UNKNOWN"));
    RegistryInventory inventory = reader("team/*").read();
    assertThat(inventory.repositories()).containsOnlyKeys("team/b");
    assertThat(inventory.unread()).containsOnlyKeys("team/a");
    assertThat(inventory.unread().get("team/a")).contains("500");
    assertThat(inventory.population().size()).isEqualTo(1);
  }

  @Test
  void aNamedRepositoryIsAbsent_onlyIfTheRegistryItselfSaysSo() {
    at.put("/v2/team/a/tags/list", error(404, "NAME_UNKNOWN"));
    at.put("/v2/_catalog?n=100", json(200, "{\"repositories\":[\"team/b\"]}"));
    RegistryInventory inventory = reader("team/a", "team/b").read();
    assertThat(inventory.absent()).containsExactly("team/a");
    assertThat(inventory.unread()).containsOnlyKeys("team/a");
    at.put("/v2/team/a/tags/list", text(404, "text/html", "<h1>not found</h1>"));
    assertThat(reader("team/a", "team/b").read().absent()).isEmpty();
    at.put("/v2/team/a/tags/list", error(403, "DENIED"));
    assertThat(reader("team/a", "team/b").read().absent()).isEmpty();
  }

  @Test
  void anUnreadableManifestChildConfigOrReferrersApi_leavesTheRepositoryOut() {
    ContentDigest child = image("team/a", "", "child", "", "");
    index("team/a", "multi", child);
    tags("team/a", "v1", "multi");
    assertThat(reader("team/a").read().unread()).isEmpty();
    for (String path :
        List.of(
            "/v2/team/a/manifests/multi",
            "/v2/team/a/manifests/" + child,
            "/v2/team/a/referrers/" + ContentDigest.ZERO)) {
      StubServer.Answer before = at.get(path);
      at.put(path, error(500, "UNKNOWN"));
      assertThat(reader("team/a").read().unread()).as(path).containsOnlyKeys("team/a");
      if (before == null) {
        at.remove(path);
      } else {
        at.put(path, before);
      }
    }
    at.keySet().stream()
        .filter(it -> it.startsWith("/v2/team/a/blobs/"))
        .toList()
        .forEach(path -> at.put(path, error(503, "UNAVAILABLE")));
    assertThat(reader("team/a").read().unread()).containsOnlyKeys("team/a");
  }

  @Test
  void aTagThatLeadsNowhere_leavesTheRepositoryOut() {
    tags("team/a", "v1", "dangling");
    at.put("/v2/team/a/manifests/dangling", error(404, "MANIFEST_UNKNOWN"));
    assertThat(reader("team/a").read().unread().get("team/a"))
        .contains("dangling")
        .contains("leads nowhere");
  }

  @Test
  void anUnsupportedManifest_keepsItsWholeRepository() {
    manifest(
        "team/a",
        "old",
        "application/vnd.docker.distribution.manifest.v1+prettyjws",
        "{\"schemaVersion\":1}");
    tags("team/a", "v1", "old");
    assertThat(reader("team/a").read().unread().get("team/a")).contains("unsupported");
    manifest("team/a", "old", IMAGE, "{\"schemaVersion\":2,\"mediaType\":\"" + INDEX + "\"}");
    assertThat(reader("team/a").read().unread()).containsOnlyKeys("team/a");
  }

  @Test
  void h48_aMissingChild_isKnownAsMissing() {
    ContentDigest lost = ContentDigest.of("lost".getBytes(StandardCharsets.UTF_8));
    at.put("/v2/team/a/manifests/" + lost, error(404, "MANIFEST_UNKNOWN"));
    ContentDigest index = index("team/a", "multi", lost);
    tags("team/a", "v1", "multi");
    RepositoryGraph graph = reader("team/a").read().repository("team/a").orElseThrow();
    assertThat(graph.missingChildren()).containsOnlyKeys(index);
    assertThat(graph.parentsOf(lost)).containsExactly(index);
  }

  @Test
  void h47_nestingIsFollowedToDepthEight_andNoDeeper() {
    ContentDigest inner = image("team/a", "", "deep", "", "");
    for (int i = 0; i < 8; i++) {
      inner = index("team/a", "deep" + i, inner);
    }
    tags("team/a", "deep7");
    assertThat(reader("team/a").read().repository("team/a").orElseThrow().manifests()).hasSize(9);
    index("team/a", "deep8", inner);
    tags("team/a", "deep8");
    assertThat(reader("team/a").read().unread().get("team/a")).contains("deeper");
  }

  @Test
  void readingAgain_asksForTagsAnew_andNotForManifestsItKnows() {
    InventoryReader reader = reader("team/a");
    reader.read();
    int before = server.asked().size();
    ContentDigest second = image("team/a", "v2", "second", "", "");
    tags("team/a", "v1", "v2");
    RepositoryGraph graph = reader.readOnly("team/a").repository("team/a").orElseThrow();
    assertThat(graph.tags()).containsEntry("v2", second);
    assertThat(server.lines().subList(before, server.lines().size()))
        .noneMatch(it -> it.startsWith("GET") && it.endsWith("/manifests/v1"));
    at.put("/v2/team/a/tags/list", error(500, "UNKNOWN"));
    assertThat(reader.readOnly("team/a").unread()).containsOnlyKeys("team/a");
  }

  @Test
  void severalRequestsAtATime_readTheSame() {
    for (int i = 0; i < 20; i++) {
      image("team/a", "t" + i, "content " + i, "", "");
    }
    tags(
        "team/a",
        java.util.stream.IntStream.range(0, 20).mapToObj(i -> "t" + i).toArray(String[]::new));
    ExecutorService threads = Executors.newFixedThreadPool(3);
    try {
      RegistryInventory parallel = reader("team/*").parallel(threads, 4).read();
      RegistryInventory plain = reader("team/*").read();
      assertThat(parallel.repository("team/a").orElseThrow().tags())
          .isEqualTo(plain.repository("team/a").orElseThrow().tags())
          .hasSize(20);
    } finally {
      threads.shutdownNow();
    }
    assertThatThrownBy(() -> reader("*").parallel(threads, 0))
        .isInstanceOf(GuardConfigurationException.class);
  }

  @Test
  void stampsBefore1980OrUnreadable_areNone() {
    for (String stamp : List.of("1970-01-01T00:00:00Z", "1979-12-31T23:59:59Z", "yesterday", "")) {
      image("team/a", "v1", "a", stamp, "");
      RepositoryGraph graph = reader("team/a").read().repository("team/a").orElseThrow();
      assertThat(graph.manifests().get(graph.tags().get("v1")).createdAt()).as(stamp).isNull();
    }
  }

  @Test
  void patterns_matchWholeNames_starsCrossSlashes() {
    assertThat(RepositoryPatterns.globMatches("team/*", "team/a/b")).isTrue();
    assertThat(RepositoryPatterns.globMatches("team/*", "xteam/a")).isFalse();
    assertThat(RepositoryPatterns.globMatches("*-prod-?", "a-prod-1")).isTrue();
    assertThat(RepositoryPatterns.globMatches("a*b*c", "aXbYcZ")).isFalse();
    assertThat(RepositoryPatterns.globMatches("*a".repeat(30), "a".repeat(2000) + "b")).isFalse();
    assertThat(RepositoryPatterns.globMatches("", "")).isTrue();
    assertThat(RepositoryPatterns.globMatches("*?", "")).isFalse();
  }
}
