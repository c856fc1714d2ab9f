package dev.guard.testkit.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.guard.testkit.http.Fault;
import dev.guard.testkit.http.LoggedRequest;
import dev.guard.testkit.http.Request;
import dev.guard.testkit.http.Response;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FakeRegistryTest {
  private static final String ZERO = "sha256:" + "0".repeat(64);
  private static final HttpClient CLIENT =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .followRedirects(HttpClient.Redirect.NEVER)
          .build();

  private static Response send(FakeRegistry registry, Request request) {
    return Publisher.send(CLIENT, registry.uri().toString(), null, request);
  }

  private static Response get(FakeRegistry registry, String target) {
    return send(registry, Request.of("GET", target).with("Accept", Media.ALL));
  }

  // ---- what is there

  @Test
  void itIsCountedFromTheInside() {
    try (FakeRegistry registry = FakeRegistry.start()) {
      Publisher publisher = registry.publisher();
      Pushed one = publisher.push("a/b", "v1", ImageSpec.of("one").layer("base", 100));
      publisher.tag(one, "stable");
      Pushed two = publisher.push("a/c", ImageSpec.of("two").layer("base", 100));
      assertThat(registry.repositories()).containsExactly("a/b", "a/c");
      assertThat(registry.manifests("a/b")).containsExactly(one.digest());
      assertThat(registry.tags("a/b"))
          .containsEntry("v1", one.digest())
          .containsEntry("stable", one.digest())
          .hasSize(2);
      assertThat(registry.tags("a/c")).isEmpty();
      assertThat(registry.manifestCount()).isEqualTo(2);
      assertThat(registry.tagCount()).isEqualTo(2);
      assertThat(registry.blobCount()).as("2 configs, 2 layers, 1 shared").isEqualTo(5);
      assertThat(registry.bytes()).isGreaterThan(2 * 1024 + 100).isLessThan(4096);
      assertThat(registry.has(one)).isTrue();
      assertThat(registry.has("a/b", two.digest())).isFalse();
      assertThat(Media.digest(registry.manifest("a/b", one.digest()))).isEqualTo(one.digest());
      assertThat(registry.log()).as("a publisher leaves no trace").isEmpty();
      registry.untag("a/b", "v1");
      registry.setTag("a/b", "dangling", ZERO);
      assertThat(registry.tags("a/b")).containsOnlyKeys("stable", "dangling");
      assertThat(get(registry, "/v2/a/b/manifests/dangling").status()).isEqualTo(404);
      registry.loseManifest("a/b", one.digest());
      assertThat(get(registry, "/v2/a/b/manifests/stable").status()).isEqualTo(404);
      assertThat(get(registry, "/v2/a/b/tags/list").text()).contains("stable");
      registry.loseBlob(two.layers().get(0));
      assertThat(get(registry, "/v2/a/c/blobs/" + two.layers().get(0)).status()).isEqualTo(404);
      assertThat(get(registry, "/v2/a/c/manifests/" + two.digest()).status()).isEqualTo(200);
      assertThatThrownBy(() -> registry.manifest("a/b", ZERO))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void theSameSpecificationIsTheSameBytes() {
    ImageSpec spec =
        ImageSpec.of("x")
            .created(Instant.parse("2026-01-01T00:00:00Z"))
            .label("protected", "true")
            .platform("linux/arm/v7")
            .annotation("a", "b");
    try (FakeRegistry one = FakeRegistry.start();
        FakeRegistry two = FakeRegistry.start()) {
      Pushed a = one.publisher().push("a", "v1", spec);
      Pushed b = two.publisher().push("b", "v2", spec);
      assertThat(b.digest()).isEqualTo(a.digest());
      assertThat(b.config()).isEqualTo(a.config());
      assertThat(two.publisher().push("b", "v3", spec.label("more", "")).digest())
          .isNotEqualTo(a.digest());
      JsonNode config = RegistryStore.parse(get(one, "/v2/a/blobs/" + a.config()).body());
      assertThat(config.path("created").asText()).isEqualTo("2026-01-01T00:00:00Z");
      assertThat(config.at("/config/Labels/protected").asText()).isEqualTo("true");
      assertThat(config.path("variant").asText()).isEqualTo("v7");
      assertThat(config.at("/rootfs/diff_ids").size()).isEqualTo(1);
    }
  }

  @Test
  void aCopyGoesItsOwnWay() {
    try (FakeRegistry world = FakeRegistry.start()) {
      Pushed image = world.publisher().push("a", "v1", ImageSpec.of("x"));
      try (FakeRegistry copy = world.copy()) {
        assertThat(copy.has(image)).isTrue();
        Request delete = Request.of("DELETE", "/v2/a/manifests/" + image.digest());
        assertThat(send(copy, delete).status()).isEqualTo(202);
        assertThat(copy.manifestCount()).isZero();
        assertThat(world.manifestCount()).isEqualTo(1);
        assertThat(world.tags("a")).containsKey("v1");
      }
    }
  }

  @Test
  void referrersAreListedUnderTheFallbackTag() {
    try (FakeRegistry registry = FakeRegistry.start()) {
      Publisher publisher = registry.publisher();
      Pushed image = publisher.push("a", "v1", ImageSpec.of("x"));
      Pushed sbom = publisher.referrer(image, "application/vnd.example.sbom", "sbom");
      Pushed signature = publisher.referrer(image, "application/vnd.example.sig", "sig");
      Pushed cosign = publisher.cosign(image, "sig");
      String fallback = image.digest().replace(':', '-');
      assertThat(registry.tags("a"))
          .containsOnlyKeys("v1", fallback, fallback + ".sig")
          .containsEntry(fallback + ".sig", cosign.digest());
      JsonNode index =
          RegistryStore.parse(registry.manifest("a", registry.tags("a").get(fallback)));
      assertThat(index.path("manifests").findValuesAsText("digest"))
          .containsExactly(sbom.digest(), signature.digest());
      assertThat(index.at("/manifests/0/artifactType").asText())
          .isEqualTo("application/vnd.example.sbom");
      JsonNode manifest = RegistryStore.parse(registry.manifest("a", sbom.digest()));
      assertThat(manifest.at("/subject/digest").asText()).isEqualTo(image.digest());
    }
  }

  @Test
  void garbageCollectionTakesWhatIsUnreferenced_andWithMTheChildrenOfLivingIndexes() {
    try (FakeRegistry registry = FakeRegistry.start()) {
      Publisher publisher = registry.publisher();
      Pushed child = publisher.push("a", ImageSpec.of("child"));
      Pushed index = publisher.push("a", "v1", IndexSpec.oci().add(child));
      Pushed gone = publisher.push("a", "v0", ImageSpec.of("gone"));
      send(registry, Request.of("DELETE", "/v2/a/manifests/" + gone.digest()));
      registry.garbageCollect(false);
      assertThat(registry.blobCount()).isEqualTo(2);
      assertThat(registry.has(child)).isTrue();
      registry.garbageCollect(true);
      assertThat(registry.has(index)).isTrue();
      assertThat(registry.has(child)).as("as 2.8.2").isFalse();
      assertThat(registry.blobCount()).isZero();
    }
  }

  // ---- how it may differ

  @Test
  void readOnly_refusesEveryWriteInText() {
    try (FakeRegistry registry = FakeRegistry.builder().readOnly().start()) {
      Pushed image = registry.publisher().push("a", "v1", ImageSpec.of("x"));
      for (String method : List.of("DELETE", "PUT")) {
        Response answer = send(registry, Request.of(method, "/v2/a/manifests/" + image.digest()));
        assertThat(answer.status()).isEqualTo(405);
        assertThat(answer.header("Allow")).contains("GET, HEAD");
        assertThat(answer.header("Content-Type").orElse("")).startsWith("text/plain");
      }
      assertThat(send(registry, Request.of("POST", "/v2/a/blobs/uploads/")).status())
          .isEqualTo(405);
      assertThat(registry.has(image)).isTrue();
      assertThat(get(registry, "/v2/a/manifests/v1").status()).isEqualTo(200);
    }
  }

  @Test
  void tagsMayBeDeletedAndPagedAsBy3x() {
    try (FakeRegistry registry = FakeRegistry.builder().tagDeletion().tagPages(2).start()) {
      Pushed image = registry.publisher().push("a/b", "t3", ImageSpec.of("x"));
      for (String tag : List.of("t1", "t5", "t2", "t4")) {
        registry.publisher().tag(image, tag);
      }
      List<String> tags = new ArrayList<>();
      String next = "/v2/a/b/tags/list?n=100";
      int pages = 0;
      while (!next.isEmpty()) {
        Response page = get(registry, next);
        pages++;
        RegistryStore.parse(page.body()).path("tags").forEach(it -> tags.add(it.asText()));
        String link = page.header("Link").orElse("");
        next = link.isEmpty() ? "" : link.substring(1, link.indexOf('>'));
      }
      assertThat(tags).containsExactly("t1", "t2", "t3", "t4", "t5");
      assertThat(pages).isEqualTo(3);
      Request untag = Request.of("DELETE", "/v2/a/b/manifests/t1");
      assertThat(send(registry, untag).status()).isEqualTo(202);
      assertThat(send(registry, untag).status()).isEqualTo(404);
      assertThat(registry.tags("a/b")).hasSize(4);
      assertThat(registry.has(image)).isTrue();
    }
  }

  @Test
  void aReferrersApiIsServedAndPaged() {
    try (FakeRegistry registry = FakeRegistry.builder().referrersApi(2).start()) {
      Publisher publisher = registry.publisher();
      Pushed image = publisher.push("a", "v1", ImageSpec.of("x"));
      Set<String> expected = new java.util.TreeSet<>();
      for (int i = 0; i < 3; i++) {
        expected.add(publisher.referrer(image, "type/" + i % 2, "r" + i).digest());
      }
      assertThat(registry.tags("a")).as("no fallback tag is needed").containsOnlyKeys("v1");
      Response first = get(registry, "/v2/a/referrers/" + image.digest());
      assertThat(first.header("Content-Type")).contains(Media.OCI_INDEX);
      String link = first.header("Link").orElse("");
      Response second = get(registry, link.substring(1, link.indexOf('>')));
      assertThat(second.header("Link")).isEmpty();
      Set<String> found = new java.util.TreeSet<>();
      for (Response page : List.of(first, second)) {
        found.addAll(RegistryStore.parse(page.body()).path("manifests").findValuesAsText("digest"));
      }
      assertThat(found).isEqualTo(expected);
      Response filtered =
          get(registry, "/v2/a/referrers/" + image.digest() + "?artifactType=type/1");
      assertThat(filtered.header("OCI-Filters-Applied")).contains("artifactType");
      assertThat(RegistryStore.parse(filtered.body()).path("manifests").size()).isEqualTo(1);
      Response none = get(registry, "/v2/a/referrers/" + ZERO);
      assertThat(none.status()).isEqualTo(200);
      assertThat(RegistryStore.parse(none.body()).path("manifests").size()).isZero();
    }
  }

  @Test
  void blobsMayBeElsewhere() {
    try (FakeRegistry registry = FakeRegistry.builder().redirectBlobs().start()) {
      Pushed image = registry.publisher().push("a", "v1", ImageSpec.of("x"));
      Response answer = get(registry, "/v2/a/blobs/" + image.config());
      assertThat(answer.status()).isEqualTo(307);
      String location = answer.header("Location").orElse("");
      assertThat(location).startsWith(registry.blobStore().uri().toString());
      Response blob =
          Publisher.send(CLIENT, "", null, Request.of("GET", location).with("Range", "bytes=0-0"));
      assertThat(blob.status()).isEqualTo(206);
      assertThat(registry.blobStore().log()).hasSize(1);
      registry.loseBlob(image.config());
      assertThat(Publisher.send(CLIENT, "", null, Request.of("GET", location)).status())
          .isEqualTo(404);
    }
  }

  @Test
  void aMountMayBeRefused() {
    try (FakeRegistry registry = FakeRegistry.builder().mountRefused().start()) {
      Pushed image = registry.publisher().push("a", "v1", ImageSpec.of("x"));
      String mount = "/v2/b/blobs/uploads/?mount=" + image.config() + "&from=a";
      assertThat(send(registry, Request.of("POST", mount)).status()).isEqualTo(202);
      assertThat(get(registry, "/v2/b/blobs/" + image.config()).status()).isEqualTo(404);
    }
  }

  // ---- who may

  private static String basic(String user, String password) {
    return "Basic "
        + Base64.getEncoder()
            .encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void basicIsChallengedAsTheRealOneDoes() {
    try (FakeRegistry registry = FakeRegistry.builder().basic("joe", "pass").start()) {
      Response ping = get(registry, "/v2/");
      assertThat(ping.status()).isEqualTo(401);
      assertThat(ping.header("WWW-Authenticate")).contains("Basic realm=\"guard\"");
      assertThat(ping.text())
          .isEqualTo(
              "{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"authentication"
                  + " required\",\"detail\":null}]}");
      Request request = Request.of("GET", "/v2/");
      assertThat(send(registry, request.with("Authorization", basic("joe", "no"))).status())
          .isEqualTo(401);
      assertThat(send(registry, request.with("Authorization", basic("joe", "pass"))).status())
          .isEqualTo(200);
      assertThat(Publisher.to(registry.uri(), "joe", "pass").push("a", ImageSpec.of("x")))
          .matches(registry::has);
    }
  }

  @Test
  void bearerIsChallengedAsTheRealOneDoes() {
    try (FakeRegistry registry =
        FakeRegistry.builder().bearer("joe", "pass", "pull", "catalog").start()) {
      String realm = "Bearer realm=\"" + registry.uri() + "/token\",service=\"fake-registry\"";
      assertThat(challenge(registry, Request.of("GET", "/v2/"))).isEqualTo(realm);
      assertThat(challenge(registry, Request.of("GET", "/v2/_catalog")))
          .isEqualTo(realm + ",scope=\"registry:catalog:*\"");
      assertThat(challenge(registry, Request.of("GET", "/v2/d/l/tags/list")))
          .isEqualTo(realm + ",scope=\"repository:d/l:pull\"");
      assertThat(challenge(registry, Request.of("DELETE", "/v2/d/l/manifests/" + ZERO)))
          .isEqualTo(realm + ",scope=\"repository:d/l:delete\"");
      assertThat(challenge(registry, Request.of("PUT", "/v2/d/l/manifests/v1")))
          .isEqualTo(realm + ",scope=\"repository:d/l:pull,push\"");
      assertThat(challenge(registry, Request.of("GET", "/v2/").with("Authorization", "Bearer x")))
          .isEqualTo(realm + ",error=\"invalid_token\"");
      Response answer = send(registry, Request.of("DELETE", "/v2/d/l/manifests/" + ZERO));
      assertThat(answer.text())
          .contains(
              "\"detail\":[{\"Type\":\"repository\",\"Class\":\"\",\"Name\":\"d/l\",\"Action\":\"delete\"}]");
    }
  }

  private static String challenge(FakeRegistry registry, Request request) {
    Response answer = send(registry, request);
    assertThat(answer.status()).isEqualTo(401);
    return answer.header("WWW-Authenticate").orElse("");
  }

  @Test
  void aTokenMayGrantLessThanAsked() {
    try (FakeRegistry registry =
        FakeRegistry.builder().bearer("joe", "pass", "pull", "catalog").start()) {
      Pushed image = registry.publisher().push("a", "v1", ImageSpec.of("x"));
      String scope = "/token?service=fake-registry&scope=repository:a:pull,delete";
      Response answer =
          send(registry, Request.of("GET", scope).with("Authorization", basic("joe", "pass")));
      assertThat(answer.status()).isEqualTo(200);
      String token = RegistryStore.parse(answer.body()).path("token").asText();
      Request read = Request.of("GET", "/v2/a/tags/list");
      assertThat(send(registry, read.with("Authorization", "Bearer " + token)).status())
          .isEqualTo(200);
      Request delete =
          Request.of("DELETE", "/v2/a/manifests/" + image.digest())
              .with("Authorization", "Bearer " + token);
      assertThat(challenge(registry, delete))
          .endsWith(",scope=\"repository:a:delete\",error=\"insufficient_scope\"");
      assertThat(registry.tokenRequests())
          .containsExactly(
              new TokenRequest(
                  "joe",
                  "",
                  List.of("repository:a:pull,delete"),
                  List.of("repository:a:pull"),
                  200));
      Response wrong =
          send(registry, Request.of("GET", scope).with("Authorization", basic("joe", "x")));
      assertThat(wrong.status()).isEqualTo(401);
      Response form =
          send(
              registry,
              Request.of("POST", "/token")
                  .with("Content-Type", "application/x-www-form-urlencoded")
                  .with(
                      ("grant_type=refresh_token&refresh_token=refresh-joe-pass"
                              + "&service=fake-registry&scope=registry%3Acatalog%3A*")
                          .getBytes(StandardCharsets.UTF_8)));
      String access = RegistryStore.parse(form.body()).path("access_token").asText();
      Request catalog = Request.of("GET", "/v2/_catalog");
      assertThat(send(registry, catalog.with("Authorization", "Bearer " + access)).status())
          .isEqualTo(200);
      assertThat(registry.tokenRequests().get(2).grantType()).isEqualTo("refresh_token");
      assertThat(registry.log().toString()).doesNotContain(access, "refresh-joe");
    }
  }

  @Test
  void tokensExpire() {
    try (FakeRegistry registry =
        FakeRegistry.builder().anonymous("pull").tokensLastFor(2).expiresIn(60).start()) {
      registry.publisher().push("a", "v1", ImageSpec.of("x"));
      String target = "/token?service=fake-registry&scope=repository:a:pull";
      JsonNode answer = RegistryStore.parse(get(registry, target).body());
      assertThat(answer.path("expires_in").asInt()).isEqualTo(60);
      Request read =
          Request.of("GET", "/v2/a/tags/list")
              .with("Authorization", "Bearer " + answer.path("token").asText());
      assertThat(send(registry, read).status()).isEqualTo(200);
      assertThat(send(registry, read).status()).isEqualTo(200);
      assertThat(challenge(registry, read)).endsWith(",error=\"invalid_token\"");
      Request again =
          Request.of("GET", "/v2/a/tags/list")
              .with(
                  "Authorization",
                  "Bearer "
                      + RegistryStore.parse(get(registry, target).body()).path("token").asText());
      registry.expireTokens();
      assertThat(send(registry, again).status()).isEqualTo(401);
    }
  }

  // ---- what goes wrong

  @Test
  void faultsSpeakTheRegistrysLanguage() {
    try (FakeRegistry registry = FakeRegistry.start()) {
      Pushed image = registry.publisher().push("a", "v1", ImageSpec.of("x"));
      registry.inject(Fault.on("GET", "/tags/list").nth(1).status(403));
      registry.inject(Fault.on("GET", "/tags/list").nth(2).tooManyRequests("1"));
      registry.inject(Fault.on("GET", "/manifests/v1").header("Docker-Content-Digest", ZERO));
      registry.inject(Fault.on("GET", "/manifests/sha256").corrupt());
      registry.inject(Fault.on("DELETE", "/manifests/").afterEffect().status(500));
      assertThat(get(registry, "/v2/a/tags/list").text()).contains("\"DENIED\"");
      assertThat(get(registry, "/v2/a/tags/list").text()).contains("\"TOOMANYREQUESTS\"");
      assertThat(get(registry, "/v2/a/tags/list").status()).isEqualTo(200);
      assertThat(get(registry, "/v2/a/manifests/v1").header("Docker-Content-Digest"))
          .contains(ZERO);
      Response corrupted = get(registry, "/v2/a/manifests/" + image.digest());
      assertThat(corrupted.body()).hasSize(image.size());
      assertThat(Media.digest(corrupted.body())).isNotEqualTo(image.digest());
      Request delete = Request.of("DELETE", "/v2/a/manifests/" + image.digest());
      assertThat(send(registry, delete).status()).isEqualTo(500);
      assertThat(registry.has(image)).as("H53: an error, and it is gone").isFalse();
      assertThat(registry.log())
          .extracting(LoggedRequest::status)
          .containsExactly(403, 429, 200, 200, 200, 500);
      registry.heal();
      assertThat(send(registry, delete).status()).isEqualTo(404);
    }
  }

  @Test
  void linksMayLoopOrLeadAway() {
    try (FakeRegistry registry = FakeRegistry.start()) {
      registry.publisher().push("a", "v1", ImageSpec.of("x"));
      registry.inject(Fault.on("GET", "_catalog").nth(1).loopPage());
      registry.inject(Fault.on("GET", "_catalog").nth(2).pageAt("http://other.example/v2/x"));
      assertThat(get(registry, "/v2/_catalog?n=5").header("Link"))
          .contains("</v2/_catalog?n=5>; rel=\"next\"");
      assertThat(get(registry, "/v2/_catalog").header("Link"))
          .contains("<http://other.example/v2/x>; rel=\"next\"");
      assertThat(get(registry, "/v2/_catalog").header("Link")).isEmpty();
    }
  }
}
