package dev.guard.registry.inventory;

import dev.guard.registry.Manifest;
import dev.guard.registry.reference.ContentDigest;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One manifest of a repository and what it says. Immutable.
 *
 * @param digest its digest
 * @param mediaType its media type
 * @param kind index or image
 * @param size its own size in bytes
 * @param children what an index names; empty for an image
 * @param blobs config and layers with their sizes; empty for an index
 * @param configDigest the config's digest, or null
 * @param subjectDigest what it refers to, or null
 * @param createdAt the image's own {@code created} stamp, or null if it has none that can be
 *     believed
 * @param labels the config's labels, or null if they could not be read: then whatever asks for a
 *     label must assume the worst
 */
public record ImageManifest(
    ContentDigest digest,
    String mediaType,
    Manifest.Kind kind,
    long size,
    List<Child> children,
    List<Blob> blobs,
    @Nullable ContentDigest configDigest,
    @Nullable ContentDigest subjectDigest,
    @Nullable Instant createdAt,
    @Nullable Map<String, String> labels) {

  /**
   * A manifest named by an index.
   *
   * @param digest its digest
   * @param platform {@code os/architecture[/variant]}, or empty
   * @param attestation true if it is a build attestation, no image for a platform
   */
  public record Child(ContentDigest digest, String platform, boolean attestation) {}

  /**
   * A blob of an image.
   *
   * @param digest its digest
   * @param size its size in bytes
   */
  public record Blob(ContentDigest digest, long size) {}

  /** Copies. */
  public ImageManifest {
    Objects.requireNonNull(digest, "digest");
    Objects.requireNonNull(mediaType, "mediaType");
    Objects.requireNonNull(kind, "kind");
    children = List.copyOf(children);
    blobs = List.copyOf(blobs);
    labels = labels == null ? null : Map.copyOf(labels);
  }

  /**
   * The config's digest, which some runtimes report as the image's id.
   *
   * @return the digest, or empty
   */
  public Optional<ContentDigest> config() {
    return Optional.ofNullable(configDigest);
  }

  /**
   * What it refers to.
   *
   * @return the subject, or empty
   */
  public Optional<ContentDigest> subject() {
    return Optional.ofNullable(subjectDigest);
  }

  /**
   * Whether it is an index.
   *
   * @return true for an OCI index or a Docker manifest list
   */
  public boolean isIndex() {
    return kind == Manifest.Kind.INDEX;
  }
}
