package dev.guard.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.guard.registry.reference.ContentDigest;
import dev.guard.registry.rig.Permits;
import dev.guard.registry.rig.Pusher;
import dev.guard.testkit.registry.ImageSpec;
import dev.guard.testkit.registry.RealRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What the client says of a real CNCF Distribution registry. Each test has repositories of its own.
 */
class RealRegistryTest {
  private static @Nullable RealRegistry registry;

  @BeforeAll
  static void start() {
    assumeTrue(RealRegistry.installed());
    registry = RealRegistry.start();
  }

  @AfterAll
  static void stop() {
    if (registry != null) {
      registry.close();
    }
  }

  private static RealRegistry registry() {
    return Objects.requireNonNull(registry);
  }

  private final RegistryClient client = RegistryClient.at(registry().uri()).build();
  private final Pusher pusher = new Pusher(registry().publisher());

  private DeleteOutcome delete(RegistryClient by, String repository, ContentDigest digest) {
    return Permits.allowed(
        RegistryClient.DELETE,
        by.target(repository, digest),
        permit -> by.deleteManifest(permit, repository, digest));
  }

  @Test
  void h43_anOciIndex_hasItsOwnDigest_notItsChildsAndNo404() {
    ContentDigest amd = pusher.image("h43/app", "", ImageSpec.of("amd"));
    ContentDigest arm = pusher.image("h43/app", "", ImageSpec.of("arm"));
    ContentDigest index = pusher.index("h43/app", "v1", List.of(amd, arm));
    assertThat(client.head("h43/app", "v1").get()).isEqualTo(index);
    Manifest manifest = client.manifest("h43/app", "v1").get();
    assertThat(manifest.digest()).isEqualTo(index);
    assertThat(manifest.kind()).isEqualTo(Manifest.Kind.INDEX);
    assertThat(manifest.children()).extracting(Descriptor::digest).containsExactly(amd, arm);
  }

  @Test
  void h44_aDockerList_resolvesToTheListAndNotToAnImageInIt() {
    ContentDigest amd = pusher.image("h44/app", "", ImageSpec.of("amd").docker());
    ContentDigest list = pusher.dockerList("h44/app", "v1", List.of(amd));
    assertThat(client.head("h44/app", "v1").get()).isEqualTo(list);
    assertThat(client.manifest("h44/app", "v1").get().mediaType()).isEqualTo(Manifest.DOCKER_LIST);
  }

  @Test
  void h65_tagsOfARepositoryWhoseImagesAreAllGone_areNone() {
    ContentDigest image = pusher.image("h65/app", "v1", ImageSpec.of("x"));
    pusher.image("h65/app", "a", ImageSpec.of("x"));
    assertThat(client.tags("h65/app").get()).containsExactly("a", "v1");
    assertThat(delete(client, "h65/app", image)).isInstanceOf(DeleteOutcome.Deleted.class);
    assertThat(client.tags("h65/app").get()).isEmpty();
    assertThat(client.catalog().get()).contains("h65/app");
  }

  @Test
  void h66_aCatalogOfMoreThanAHundredRepositories_isSeenWhole() {
    for (int i = 0; i < 130; i++) {
      pusher.image("h66/r" + i, i % 2 == 0 ? "v1" : "", ImageSpec.of("x"));
    }
    assertThat(client.catalog().get().stream().filter(name -> name.startsWith("h66/")))
        .hasSize(130);
  }

  @Test
  void h69_whatIsNotThere_isAbsent() {
    pusher.image("h69/app", "v1", ImageSpec.of("x"));
    assertThat(client.manifest("h69/app", "v2").answer()).isEqualTo(Answer.ABSENT);
    assertThat(client.head("h69/app", ContentDigest.ZERO.text()).answer()).isEqualTo(Answer.ABSENT);
    assertThat(client.tags("h69/none").answer()).isEqualTo(Answer.ABSENT);
    assertThat(client.hasBlob("h69/app", ContentDigest.ZERO).answer()).isEqualTo(Answer.ABSENT);
  }

  @Test
  void h41_deletingWhereItIsOff_isACapabilityAndNothingChanges() {
    ContentDigest image = pusher.image("h41/app", "v1", ImageSpec.of("x"));
    Path root = registry().root();
    try (RealRegistry off = RealRegistry.builder().root(root).deleteDisabled().start();
        RealRegistry readOnly = RealRegistry.builder().root(root).readOnly().start()) {
      RegistryClient refusing = RegistryClient.at(off.uri()).build();
      assertThat(refusing.probeDelete("h41/app").get()).isEqualTo(DeleteCapability.DISABLED);
      assertThat(delete(refusing, "h41/app", image))
          .isInstanceOf(DeleteOutcome.RefusedByRegistry.class);
      RegistryClient reading = RegistryClient.at(readOnly.uri()).build();
      assertThat(reading.probeDelete("h41/app").get()).isEqualTo(DeleteCapability.READ_ONLY);
      assertThat(delete(reading, "h41/app", image))
          .isInstanceOf(DeleteOutcome.RefusedByRegistry.class);
    }
    assertThat(client.head("h41/app", "v1").get()).isEqualTo(image);
  }

  @Test
  void h42_theProbe_findsDeletionEnabled_andDeletesNothing() {
    ContentDigest image = pusher.image("h42/app", "v1", ImageSpec.of("x"));
    assertThat(client.probeDelete("h42/app").get()).isEqualTo(DeleteCapability.ENABLED);
    assertThat(client.head("h42/app", "v1").get()).isEqualTo(image);
  }

  @Test
  void h54_ofManyDeletionsOfOneDigest_oneDeletesAndTheRestFindItGone() throws Exception {
    ContentDigest image = pusher.image("h54/app", "v1", ImageSpec.of("x"));
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<DeleteOutcome>> all = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        all.add(threads.submit(() -> delete(client, "h54/app", image)));
      }
      List<DeleteOutcome> outcomes = new ArrayList<>();
      for (Future<DeleteOutcome> one : all) {
        outcomes.add(one.get());
      }
      assertThat(outcomes)
          .allMatch(
              it -> it instanceof DeleteOutcome.Deleted || it instanceof DeleteOutcome.AlreadyGone)
          .anyMatch(it -> it instanceof DeleteOutcome.Deleted);
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void h58_theSameDigestInTwoRepositories_isTwoThings() {
    ContentDigest a = pusher.image("h58/a", "v1", ImageSpec.of("same"));
    ContentDigest b = pusher.image("h58/b", "v1", ImageSpec.of("same"));
    assertThat(a).isEqualTo(b);
    assertThat(delete(client, "h58/a", a)).isInstanceOf(DeleteOutcome.Deleted.class);
    Manifest left = client.manifest("h58/b", "v1").get();
    assertThat(left.digest()).isEqualTo(b);
    for (Descriptor layer : left.layers()) {
      assertThat(client.hasBlob("h58/b", layer.digest()).isPresent()).isTrue();
    }
  }

  @Test
  void h50_distributionHasNoReferrersApi_soTheFallbackTagCounts() {
    ContentDigest image = pusher.image("h50/app", "v1", ImageSpec.of("x"));
    assertThat(client.servesReferrers("h50/app").get()).isFalse();
    assertThat(client.referrers("h50/app", image).get()).isEmpty();
    ContentDigest signature = pusher.referrer("h50/app", image, "signature");
    assertThat(client.referrers("h50/app", image).get())
        .extracting(Descriptor::digest)
        .containsExactly(signature);
    assertThat(client.manifest("h50/app", signature.text()).get().subject().orElseThrow().digest())
        .isEqualTo(image);
  }

  @Test
  void aConfigBlob_isReadWithItsDigestVerified() {
    pusher.image("blob/app", "v1", ImageSpec.of("x").label("team", "a"));
    ContentDigest config = client.manifest("blob/app", "v1").get().config().orElseThrow().digest();
    assertThat(new String(client.blob("blob/app", config).get(), StandardCharsets.UTF_8))
        .contains("\"team\":\"a\"");
  }
}
