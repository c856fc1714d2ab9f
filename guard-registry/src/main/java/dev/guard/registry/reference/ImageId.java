package dev.guard.registry.reference;

import java.util.Objects;

/**
 * An image id as a container runtime reports it in a pod's status. It is not a name: depending on
 * the runtime it carries the digest of a manifest, or of a config, or nothing. It has its own
 * parser because the parser of names would read {@code sha256:<hex>} as a repository {@code
 * docker.io/library/sha256} and so protect nothing.
 *
 * <p>Whatever is none of the known forms is {@link Unreadable}: unknown, which protects.
 *
 * <pre>{@code
 * if (ImageId.parse(status) instanceof ImageId.OfConfig id) {
 *   id.config();
 * }
 * }</pre>
 */
public sealed interface ImageId
    permits ImageId.None, ImageId.OfManifest, ImageId.OfConfig, ImageId.Unreadable {

  /**
   * The text as it was found.
   *
   * @return the input of the parser, unchanged
   */
  String raw();

  /**
   * No id yet: the container has not started, or its image cannot be pulled.
   *
   * @param raw the empty text
   */
  record None(String raw) implements ImageId {
    /** Checks that nothing is null. */
    public None {
      Objects.requireNonNull(raw, "raw");
    }
  }

  /**
   * {@code repo@sha256:D}, with or without {@code docker-pullable://}: the digest of an index or of
   * a platform's manifest. The repository is whatever name the node knew first and may be another
   * one than the pod asked for.
   *
   * @param raw the text as found
   * @param reference the repository and digest as a reference
   * @param digest the manifest's digest
   */
  record OfManifest(String raw, ImageReference reference, ContentDigest digest) implements ImageId {
    /** Checks that nothing is null. */
    public OfManifest {
      Objects.requireNonNull(raw, "raw");
      Objects.requireNonNull(reference, "reference");
      Objects.requireNonNull(digest, "digest");
    }
  }

  /**
   * {@code docker://sha256:C}, {@code sha256:C} or 64 bare hexadecimal digits: the digest of the
   * image's config.
   *
   * @param raw the text as found
   * @param config the config's digest
   */
  record OfConfig(String raw, ContentDigest config) implements ImageId {
    /** Checks that nothing is null. */
    public OfConfig {
      Objects.requireNonNull(raw, "raw");
      Objects.requireNonNull(config, "config");
    }
  }

  /**
   * None of the known forms.
   *
   * @param raw the text as found
   */
  record Unreadable(String raw) implements ImageId {
    /** Checks that nothing is null. */
    public Unreadable {
      Objects.requireNonNull(raw, "raw");
    }
  }

  /**
   * Parses an image id. Never fails: what is not understood is {@link Unreadable}.
   *
   * @param text the text as found in a container status
   * @return its form
   */
  static ImageId parse(String text) {
    Objects.requireNonNull(text, "text");
    if (text.isEmpty()) {
      return new None(text);
    }
    if (text.length() > ImageReference.MAX_LENGTH) {
      return new Unreadable(text);
    }
    String rest = text;
    for (String scheme : new String[] {"docker-pullable://", "docker://"}) {
      if (rest.startsWith(scheme)) {
        rest = rest.substring(scheme.length());
        break;
      }
    }
    if (ImageReference.digestFault(rest) == null) {
      return new OfConfig(text, new ContentDigest(rest));
    }
    if (rest.length() == 64 && ImageReference.isLowerHex(rest, 0)) {
      return new OfConfig(text, new ContentDigest("sha256:" + rest));
    }
    if (rest.indexOf('@') > 0 && ImageReference.parse(rest) instanceof ImageReference reference) {
      return reference
          .digest()
          .<ImageId>map(digest -> new OfManifest(text, reference, digest))
          .orElseGet(() -> new Unreadable(text));
    }
    return new Unreadable(text);
  }
}
