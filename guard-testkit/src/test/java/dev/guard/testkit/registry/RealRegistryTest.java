package dev.guard.testkit.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.guard.testkit.http.Request;
import dev.guard.testkit.http.Response;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RealRegistryTest {
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @BeforeEach
  void installed() {
    assumeTrue(RealRegistry.installed());
  }

  private static Response send(URI registry, Request request) {
    return Publisher.send(CLIENT, registry.toString(), null, request.with("Accept", Media.ALL));
  }

  private static int status(RealRegistry registry, String target) {
    return send(registry.uri(), Request.of("GET", target)).status();
  }

  @Test
  void garbageCollectionDoesToTheRealOneWhatItDoesToTheFake() {
    try (RealRegistry real = RealRegistry.start();
        FakeRegistry fake = FakeRegistry.start()) {
      URI address = real.uri();
      Pushed child = ImageOf.child(real.publisher());
      assertThat(ImageOf.child(fake.publisher())).isEqualTo(child);
      Pushed gone = real.publisher().push("a", "v0", ImageSpec.of("gone"));
      fake.publisher().push("a", "v0", ImageSpec.of("gone"));
      Request delete = Request.of("DELETE", "/v2/a/manifests/" + gone.digest());
      assertThat(send(real.uri(), delete).status()).isEqualTo(202);
      assertThat(send(fake.uri(), delete).status()).isEqualTo(202);
      real.garbageCollect(false);
      fake.garbageCollect(false);
      same(real, fake, "/v2/a/blobs/" + gone.config(), 404);
      same(real, fake, "/v2/a/manifests/" + child.digest(), 200);
      same(real, fake, "/v2/a/blobs/" + child.config(), 200);
      assertThat(real.garbageCollect(true)).contains("blobs marked");
      fake.garbageCollect(true);
      same(real, fake, "/v2/a/manifests/v1", 200);
      same(real, fake, "/v2/a/manifests/" + child.digest(), 404);
      same(real, fake, "/v2/a/blobs/" + child.config(), 404);
      assertThat(real.uri()).as("after restarts").isEqualTo(address);
    }
  }

  /** An index with one child, so that both registries get the same. */
  private static final class ImageOf {
    static Pushed child(Publisher publisher) {
      Pushed child = publisher.push("a", ImageSpec.of("child"));
      publisher.push("a", "v1", IndexSpec.oci().add(child));
      return child;
    }
  }

  private static void same(RealRegistry real, FakeRegistry fake, String target, int status) {
    assertThat(status(real, target)).as(target).isEqualTo(status);
    assertThat(send(fake.uri(), Request.of("GET", target)).status())
        .as("fake " + target)
        .isEqualTo(status);
  }

  @Test
  void severalServeOneDirectory(@TempDir Path root) {
    try (RealRegistry open = RealRegistry.builder().root(root).start();
        RealRegistry off = RealRegistry.builder().root(root).deleteDisabled().start();
        RealRegistry reading = RealRegistry.builder().root(root).readOnly().start();
        RealRegistry closed = RealRegistry.builder().root(root).basic().start()) {
      Pushed image = open.publisher().push("a", "v1", ImageSpec.of("x"));
      Request delete = Request.of("DELETE", "/v2/a/manifests/" + image.digest());
      Response disabled = send(off.uri(), delete);
      assertThat(disabled.status()).isEqualTo(405);
      assertThat(disabled.header("Content-Type").orElse("")).startsWith("application/json");
      Response readOnly = send(reading.uri(), delete);
      assertThat(readOnly.status()).isEqualTo(405);
      assertThat(readOnly.header("Allow")).contains("GET, HEAD");
      assertThat(status(closed, "/v2/a/manifests/v1")).isEqualTo(401);
      assertThat(closed.publisher().push("b", "v1", ImageSpec.of("y"))).isNotNull();
      assertThat(status(open, "/v2/b/manifests/v1")).isEqualTo(200);
      assertThat(open.root()).isEqualTo(root);
    }
    assertThat(root).as("a directory that was given stays").isNotEmptyDirectory();
  }

  @Test
  void withACache_garbageCollectedBeneathIt_anUndoLooksDoneAndIsNot() {
    try (RealRegistry registry = RealRegistry.builder().cache().start()) {
      Pushed image = registry.publisher().push("a", "v1", ImageSpec.of("x"));
      byte[] saved = send(registry.uri(), Request.of("GET", "/v2/a/manifests/v1")).body();
      status(registry, "/v2/a/blobs/" + image.layers().get(0));
      send(registry.uri(), Request.of("DELETE", "/v2/a/manifests/" + image.digest()));
      registry.garbageCollectRunning(false);
      assertThat(registry.publisher().manifest("a", "v1", image.mediaType(), saved).status())
          .isEqualTo(201);
      Response layer;
      try {
        layer = send(registry.uri(), Request.of("GET", "/v2/a/blobs/" + image.layers().get(0)));
      } catch (UncheckedIOException e) {
        assertThat(e).hasMessageContaining("content-length"); // announced, and not there
        return;
      }
      assertThat(layer.status()).isNotEqualTo(200);
    }
  }

  @Test
  void closingLeavesNothing() {
    RealRegistry registry = RealRegistry.start();
    Path root = registry.root();
    registry.restart();
    assertThat(status(registry, "/v2/")).isEqualTo(200);
    registry.close();
    assertThat(Files.exists(root)).isFalse();
    Assertions.assertThatThrownBy(() -> status(registry, "/v2/"))
        .isInstanceOf(UncheckedIOException.class);
  }
}
