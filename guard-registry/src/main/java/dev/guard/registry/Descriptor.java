package dev.guard.registry;

import dev.guard.registry.reference.ContentDigest;
import java.util.Map;
import java.util.Objects;

/**
 * What one manifest says of another piece of content. Immutable.
 *
 * @param mediaType the media type; empty if none was given
 * @param digest the content's digest
 * @param size its size in bytes; 0 if none was given
 * @param platform the platform as {@code os/architecture[/variant]}; empty if none was given
 * @param artifactType the artifact's type; empty if none was given
 * @param annotations the annotations, as found
 */
public record Descriptor(
    String mediaType,
    ContentDigest digest,
    long size,
    String platform,
    String artifactType,
    Map<String, String> annotations) {
  /** Copies. */
  public Descriptor {
    Objects.requireNonNull(mediaType, "mediaType");
    Objects.requireNonNull(digest, "digest");
    annotations = Map.copyOf(annotations);
  }

  /**
   * Whether it is a build attestation rather than an image for a platform.
   *
   * @return true for BuildKit's attestation manifests and for the platform {@code unknown/unknown}
   */
  public boolean isAttestation() {
    return platform.startsWith("unknown/unknown")
        || annotations.getOrDefault("vnd.docker.reference.type", "").equals("attestation-manifest");
  }
}
