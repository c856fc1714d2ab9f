package dev.guard.registry.cleanup;

import static dev.guard.registry.rig.StubServer.error;
import static dev.guard.registry.rig.StubServer.json;
import static dev.guard.registry.rig.StubServer.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.evidence.ImagePresence.Presence;
import dev.guard.evidence.Reference;
import dev.guard.registry.RegistryClient;
import dev.guard.registry.cleanup.ImageFinding.Kind;
import dev.guard.registry.cleanup.ImageFinding.Severity;
import dev.guard.registry.reference.ContentDigest;
import dev.guard.registry.rig.StepTime;
import dev.guard.registry.rig.StubServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ImageCheckTest {
  private static final String INDEX = "application/vnd.oci.image.index.v1+json";
  private static final String IMAGE = "application/vnd.oci.image.manifest.v1+json";

  private final StubServer server = new StubServer();
  private final StepTime time = new StepTime();
  private final Map<String, StubServer.Answer> at = new ConcurrentHashMap<>();
  private final RegistryClient client = RegistryClient.at(server.uri()).time(time).build();
  private final ImageCheck check =
      ImageCheck.of(client, ImageNames.of(client.host())).confirming(time, Duration.ofSeconds(30));

  ImageCheckTest() {
    at.put("/v2/app/tags/list", json(200, "{\"tags\":[]}"));
    server.answering(
        it ->
            Optional.of(
                at.getOrDefault(
                    it.target(),
                    error(
                        404,
                        it.target().contains("/blobs/") ? "BLOB_UNKNOWN" : "MANIFEST_UNKNOWN"))));
  }

  @AfterEach
  void close() {
    server.close();
  }

  private Reference name(String tag) {
    return new Reference(
        "prod",
        "Deployment/shop/api",
        "spec.image",
        client.host() + "/app" + tag,
        Reference.Form.NAME,
        "replicas 0");
  }

  private ContentDigest manifest(String tag, String type, String json) {
    ContentDigest digest = ContentDigest.of(json.getBytes(StandardCharsets.UTF_8));
    at.put("/v2/app/manifests/" + digest, text(200, type, json));
    if (!tag.isEmpty()) {
      at.put("/v2/app/manifests/" + tag, text(200, type, json));
    }
    return digest;
  }

  private ContentDigest image(String tag, String layer, boolean withLayer) {
    ContentDigest digest = ContentDigest.of(layer.getBytes(StandardCharsets.UTF_8));
    if (withLayer) {
      at.put("/v2/app/blobs/" + digest, text(206, "application/octet-stream", "x"));
    }
    String config = "\"config\":{\"mediaType\":\"c\",\"digest\":\"" + digest + "\",\"size\":1}";
    return manifest(
        tag,
        IMAGE,
        "{\"schemaVersion\":2,\"mediaType\":\"" + IMAGE + "\"," + config + ",\"layers\":[]}");
  }

  private ContentDigest index(String tag, ContentDigest amd, ContentDigest arm) {
    return manifest(
        tag,
        INDEX,
        "{\"schemaVersion\":2,\"mediaType\":\""
            + INDEX
            + "\",\"manifests\":["
            + child(amd, "amd64")
            + ","
            + child(arm, "arm64")
            + "]}");
  }

  private static String child(ContentDigest digest, String architecture) {
    return "{\"mediaType\":\""
        + IMAGE
        + "\",\"digest\":\""
        + digest
        + "\",\"size\":1,\"platform\":{\"os\":\"linux\",\"architecture\":\""
        + architecture
        + "\"}}";
  }

  @Test
  void aWholeImage_isNoFinding_andIsPresent() {
    ContentDigest amd = image("v1", "a", true);
    index("multi", amd, image("", "b", true));
    ImageCheck.Result result = check.check(List.of(name(":v1"), name(":multi"), name("@" + amd)));
    assertThat(result.findings()).isEmpty();
    assertThat(result.complete()).isTrue();
    assertThat(result.checked()).isEqualTo(3);
    assertThat(check.of(client.host() + "/app:multi")).isEqualTo(Presence.PRESENT);
  }

  @Test
  void whatIsMissing_isCalledSoOnlyAfterTwoMoreLooks_oncePerReference() {
    ImageCheck.Result result = check.check(List.of(name(":gone"), name(":gone")));
    assertThat(result.findings()).hasSize(1);
    ImageFinding finding = result.findings().get(0);
    assertThat(finding.kind()).isEqualTo(Kind.MISSING);
    assertThat(finding.severity()).isEqualTo(Severity.HIGH);
    assertThat(finding.total()).isEqualTo(2);
    assertThat(finding.where().get(0)).contains("prod/Deployment/shop/api").contains("replicas 0");
    assertThat(result.complete()).isTrue();
    assertThat(time.slept()).containsExactly(Duration.ofSeconds(30), Duration.ofSeconds(30));
    assertThat(server.lines().stream().filter(it -> it.endsWith("/manifests/gone"))).hasSize(3);
    assertThat(check.of(client.host() + "/app:gone")).isEqualTo(Presence.MISSING);
  }

  @Test
  void whatIsBackAtTheSecondLook_isNoFinding() {
    int[] asked = {0};
    server.answering(
        it -> {
          if (it.target().endsWith("/manifests/v1") && ++asked[0] == 2) {
            image("v1", "a", true);
          }
          return Optional.of(at.getOrDefault(it.target(), error(404, "MANIFEST_UNKNOWN")));
        });
    assertThat(check.check(List.of(name(":v1"))).findings()).isEmpty();
  }

  @Test
  void h69_whatCannotBeTold_isUnknown_neverMissing() {
    for (StubServer.Answer answer :
        List.of(
            error(403, "DENIED"),
            error(500, "UNKNOWN"),
            text(404, "text/html", "<html>"),
            StubServer.cut())) {
      at.put("/v2/app/manifests/v1", answer);
      ImageCheck.Result result = check.check(List.of(name(":v1")));
      assertThat(result.findings()).hasSize(1).allMatch(it -> it.kind() == Kind.UNKNOWN);
      assertThat(result.complete()).isFalse();
    }
    assertThat(check.of(client.host() + "/app:v1")).isEqualTo(Presence.UNKNOWN);
    assertThat(check.check(List.of(name(":$X"))).complete()).isFalse();
  }

  @Test
  void h64_anIndexWithoutAChild_isBroken_asBadAsThePlatformMatters() {
    ContentDigest lost = ContentDigest.of("lost".getBytes(StandardCharsets.UTF_8));
    ContentDigest index = index("v1", image("", "a", true), lost);
    ImageFinding finding = check.check(List.of(name(":v1"))).findings().get(0);
    assertThat(finding.kind()).isEqualTo(Kind.BROKEN_INDEX);
    assertThat(finding.severity()).isEqualTo(Severity.HIGH);
    assertThat(finding.digest()).contains(index);
    assertThat(finding.detail()).contains("linux/arm64");
    ImageCheck amdOnly = check.platforms(Set.of("linux/amd64"));
    assertThat(amdOnly.check(List.of(name(":v1"))).findings().get(0).severity())
        .isEqualTo(Severity.LOW);
    assertThat(amdOnly.of(client.host() + "/app:v1")).isEqualTo(Presence.PRESENT);
    assertThat(check.of(client.host() + "/app:v1")).isEqualTo(Presence.MISSING);
  }

  @Test
  void anImageWithoutABlob_isBroken_andOneWhoseBlobCannotBeReadUnknown() {
    image("v1", "a", false);
    assertThat(check.check(List.of(name(":v1"))).findings().get(0).kind())
        .isEqualTo(Kind.BROKEN_BLOBS);
    ContentDigest blob = ContentDigest.of("a".getBytes(StandardCharsets.UTF_8));
    at.put("/v2/app/blobs/" + blob, text(200, "application/octet-stream", ""));
    assertThat(check.check(List.of(name(":v1"))).findings().get(0).kind()).isEqualTo(Kind.UNKNOWN);
    index("multi", image("", "a", true), image("", "b", false));
    assertThat(check.check(List.of(name(":multi"))).findings().get(0).kind())
        .isEqualTo(Kind.BROKEN_BLOBS);
  }

  @Test
  void referencesToOtherRegistries_andRuntimesIds_areLeftAlone() {
    Reference elsewhere =
        new Reference("prod", "Pod/a/b", "spec", "other.io/app:v1", Reference.Form.NAME, "");
    Reference identity =
        new Reference(
            "prod", "Pod/a/b", "status", "sha256:" + "0".repeat(64), Reference.Form.IDENTITY, "");
    ImageCheck.Result result = check.check(List.of(elsewhere, identity));
    assertThat(result.elsewhere()).isEqualTo(1);
    assertThat(result.hosts()).containsExactly("other.io");
    assertThat(result.complete()).as("no reference names this registry").isFalse();
    assertThat(result.checked()).isZero();
    assertThat(result.findings()).isEmpty();
    assertThat(server.asked()).isEmpty();
    assertThat(check.of("other.io/app:v1")).isEqualTo(Presence.UNKNOWN);
  }
}
