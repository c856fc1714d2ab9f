package dev.guard.registry.cleanup;

import dev.guard.registry.Manifest;
import dev.guard.registry.inventory.ImageManifest;
import dev.guard.registry.inventory.RegistryInventory;
import dev.guard.registry.inventory.RepositoryGraph;
import dev.guard.registry.reference.ContentDigest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Draws a repository for a test: manifests by short names, which stand for their digests. */
final class Graph {
  static final Instant OLD = Instant.parse("2026-01-01T00:00:00Z");

  private final String repository;
  private final Map<String, ContentDigest> tags = new LinkedHashMap<>();
  private final Map<ContentDigest, ImageManifest> manifests = new LinkedHashMap<>();

  Graph(String repository) {
    this.repository = repository;
  }

  static ContentDigest digest(String name) {
    return ContentDigest.of(name.getBytes(StandardCharsets.UTF_8));
  }

  Graph image(String name, @Nullable Instant created, String... tagged) {
    return labelled(name, created, Map.of(), "", tagged);
  }

  Graph labelled(
      String name,
      @Nullable Instant created,
      @Nullable Map<String, String> labels,
      String subject,
      String... tagged) {
    return add(
        new ImageManifest(
            digest(name),
            "application/vnd.oci.image.manifest.v1+json",
            Manifest.Kind.IMAGE,
            10,
            List.of(),
            List.of(
                new ImageManifest.Blob(digest("config of " + name), 5),
                new ImageManifest.Blob(digest("base layer"), 1000),
                new ImageManifest.Blob(digest("layer of " + name), 100)),
            digest("config of " + name),
            subject.isEmpty() ? null : digest(subject),
            created,
            labels),
        tagged);
  }

  Graph referrer(String name, String subject, String... tagged) {
    return labelled(name, null, Map.of(), subject, tagged);
  }

  Graph index(String name, List<String> children, String... tagged) {
    return indexOf(name, children, "", tagged);
  }

  Graph indexOf(String name, List<String> children, String subject, String... tagged) {
    List<ImageManifest.Child> all = new ArrayList<>();
    for (String child : children) {
      boolean attestation = child.startsWith("attestation");
      all.add(
          new ImageManifest.Child(
              digest(child), attestation ? "unknown/unknown" : "linux/amd64", attestation));
    }
    return add(
        new ImageManifest(
            digest(name),
            "application/vnd.oci.image.index.v1+json",
            Manifest.Kind.INDEX,
            20,
            all,
            List.of(),
            null,
            subject.isEmpty() ? null : digest(subject),
            null,
            Map.of()),
        tagged);
  }

  private Graph add(ImageManifest manifest, String... tagged) {
    manifests.put(manifest.digest(), manifest);
    for (String tag : tagged) {
      tags.put(tag, manifest.digest());
    }
    return this;
  }

  RepositoryGraph build() {
    return RepositoryGraph.of(repository, tags, manifests);
  }

  RegistryInventory inventory() {
    return RegistryInventory.of(
        "r.io", Instant.parse("2026-06-01T00:00:00Z"), List.of(build()), Map.of());
  }
}
