package dev.guard.registry;

import com.fasterxml.jackson.databind.JsonNode;
import dev.guard.internal.json.Json;
import dev.guard.registry.reference.ContentDigest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A manifest exactly as the registry sent it, its digest verified against the bytes, and what it
 * says. Never serialised anew. Immutable; the bytes are copied out.
 */
public final class Manifest {
  /** The sort of a manifest. */
  public enum Kind {
    /** An OCI index or a Docker manifest list. */
    INDEX,
    /** An image, or an artifact in the shape of one. */
    IMAGE,
    /** Anything else, also schema 1: not understood, therefore kept, and its repository with it. */
    UNSUPPORTED
  }

  static final String OCI_INDEX = "application/vnd.oci.image.index.v1+json";
  static final String OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
  static final String DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json";
  static final String DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
  static final String OCI_ARTIFACT = "application/vnd.oci.artifact.manifest.v1+json";

  /** Every media type we know, in one header; less makes a registry lie about what it has. */
  static final String ACCEPT =
      String.join(
          ", ",
          OCI_INDEX,
          OCI_MANIFEST,
          DOCKER_LIST,
          DOCKER_MANIFEST,
          OCI_ARTIFACT,
          "application/vnd.docker.distribution.manifest.v1+prettyjws");

  private static final int MAX_ENTRIES = 10_000;
  private static final int MAX_ANNOTATIONS = 100;

  private final byte[] bytes;
  private final ContentDigest digest;
  private final String mediaType;
  private final Kind kind;
  private final List<Descriptor> children;
  private final List<Descriptor> layers;
  private final @Nullable Descriptor config;
  private final @Nullable Descriptor subject;
  private final String artifactType;

  private Manifest(
      byte[] bytes,
      ContentDigest digest,
      String mediaType,
      Kind kind,
      List<Descriptor> children,
      List<Descriptor> layers,
      @Nullable Descriptor config,
      @Nullable Descriptor subject,
      String artifactType) {
    this.bytes = bytes;
    this.digest = digest;
    this.mediaType = mediaType;
    this.kind = kind;
    this.children = List.copyOf(children);
    this.layers = List.copyOf(layers);
    this.config = config;
    this.subject = subject;
    this.artifactType = artifactType;
  }

  /**
   * Reads a manifest whose digest was verified. What cannot be understood becomes {@link
   * Kind#UNSUPPORTED}.
   */
  /**
   * A manifest from bytes that were kept.
   *
   * @param bytes exactly as a registry sent them
   * @param mediaType its media type
   * @return the manifest; its digest is that of the bytes
   */
  public static Manifest of(byte[] bytes, String mediaType) {
    return of(bytes.clone(), ContentDigest.of(bytes), mediaType);
  }

  static Manifest of(byte[] bytes, ContentDigest digest, String contentType) {
    try {
      JsonNode json = Json.read(bytes);
      String inside = json.path("mediaType").asText("");
      String mediaType = contentType.isEmpty() ? inside : contentType;
      boolean agrees = inside.isEmpty() || inside.equals(mediaType);
      Descriptor subject =
          json.path("subject").isObject() ? descriptor(json.path("subject")) : null;
      String artifactType = json.path("artifactType").asText("");
      if (agrees && (mediaType.equals(OCI_INDEX) || mediaType.equals(DOCKER_LIST))) {
        return new Manifest(
            bytes,
            digest,
            mediaType,
            Kind.INDEX,
            descriptors(json.path("manifests")),
            List.of(),
            null,
            subject,
            artifactType);
      }
      if (agrees && (mediaType.equals(OCI_MANIFEST) || mediaType.equals(DOCKER_MANIFEST))) {
        return new Manifest(
            bytes,
            digest,
            mediaType,
            Kind.IMAGE,
            List.of(),
            descriptors(json.path("layers")),
            descriptor(json.path("config")),
            subject,
            artifactType);
      }
      if (agrees && mediaType.equals(OCI_ARTIFACT)) {
        return new Manifest(
            bytes,
            digest,
            mediaType,
            Kind.IMAGE,
            List.of(),
            json.has("blobs") ? descriptors(json.path("blobs")) : List.of(),
            null,
            subject,
            artifactType);
      }
      return unsupported(bytes, digest, mediaType);
    } catch (IOException e) {
      return unsupported(bytes, digest, contentType);
    }
  }

  private static Manifest unsupported(byte[] bytes, ContentDigest digest, String mediaType) {
    return new Manifest(
        bytes,
        digest,
        Shown.text(mediaType),
        Kind.UNSUPPORTED,
        List.of(),
        List.of(),
        null,
        null,
        "");
  }

  static List<Descriptor> descriptors(JsonNode array) throws IOException {
    if (!array.isArray() || array.size() > MAX_ENTRIES) {
      throw new IOException("a list of descriptors is missing or over-long");
    }
    List<Descriptor> all = new ArrayList<>();
    for (JsonNode one : array) {
      all.add(descriptor(one));
    }
    return all;
  }

  private static Descriptor descriptor(JsonNode json) throws IOException {
    Optional<ContentDigest> digest = ContentDigest.parse(json.path("digest").asText(""));
    if (digest.isEmpty()) {
      throw new IOException("a descriptor has no digest");
    }
    JsonNode platform = json.path("platform");
    String name = "";
    if (platform.isObject()) {
      name = platform.path("os").asText("") + "/" + platform.path("architecture").asText("");
      String variant = platform.path("variant").asText("");
      name = variant.isEmpty() ? name : name + "/" + variant;
    }
    Map<String, String> annotations = new TreeMap<>();
    for (Map.Entry<String, JsonNode> field : json.path("annotations").properties()) {
      if (annotations.size() < MAX_ANNOTATIONS) {
        annotations.put(field.getKey(), field.getValue().asText(""));
      }
    }
    return new Descriptor(
        json.path("mediaType").asText(""),
        digest.get(),
        Math.max(0, json.path("size").asLong(0)),
        name,
        json.path("artifactType").asText(""),
        annotations);
  }

  /**
   * The exact bytes.
   *
   * @return a copy
   */
  public byte[] bytes() {
    return bytes.clone();
  }

  /**
   * How many bytes the manifest itself has.
   *
   * @return the size
   */
  public int size() {
    return bytes.length;
  }

  /**
   * The digest of the bytes.
   *
   * @return verified, never taken from a header alone
   */
  public ContentDigest digest() {
    return digest;
  }

  /**
   * The media type, without parameters.
   *
   * @return as the registry said
   */
  public String mediaType() {
    return mediaType;
  }

  /**
   * The sort of manifest.
   *
   * @return the kind
   */
  public Kind kind() {
    return kind;
  }

  /**
   * The manifests an index names, attestations included.
   *
   * @return empty unless an index
   */
  public List<Descriptor> children() {
    return children;
  }

  /**
   * The layers or blobs.
   *
   * @return empty for an index
   */
  public List<Descriptor> layers() {
    return layers;
  }

  /**
   * The config, whose digest some runtimes report as the image's id.
   *
   * @return the config, or empty if it has none
   */
  public Optional<Descriptor> config() {
    return Optional.ofNullable(config);
  }

  /**
   * The manifest this one refers to: what a signature signs.
   *
   * @return the subject, or empty
   */
  public Optional<Descriptor> subject() {
    return Optional.ofNullable(subject);
  }

  /**
   * The artifact's type.
   *
   * @return empty if none was given
   */
  public String artifactType() {
    return artifactType;
  }

  @Override
  public String toString() {
    return kind + " " + digest;
  }
}
