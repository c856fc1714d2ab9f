package dev.guard.testkit.registry;

import java.util.List;
import java.util.Objects;

/**
 * A manifest that was pushed.
 *
 * @param repository where to
 * @param digest its digest
 * @param mediaType its media type
 * @param size the length of the manifest in bytes
 * @param config the digest of its configuration; empty for an index
 * @param layers the digests of its layers, in order; empty for an index
 * @param platform {@code os/architecture[/variant]}; empty for an index or an artifact
 */
public record Pushed(
    String repository,
    String digest,
    String mediaType,
    int size,
    String config,
    List<String> layers,
    String platform) {
  /** Copies the layers. */
  public Pushed {
    Objects.requireNonNull(repository, "repository");
    Objects.requireNonNull(digest, "digest");
    Objects.requireNonNull(mediaType, "mediaType");
    Objects.requireNonNull(config, "config");
    Objects.requireNonNull(platform, "platform");
    layers = List.copyOf(layers);
  }

  /**
   * The reference a workload would use for exactly this manifest.
   *
   * @param host the registry's host, with a port if it needs one
   * @return {@code host/repository@digest}
   */
  public String at(String host) {
    return host + "/" + repository + "@" + digest;
  }
}
