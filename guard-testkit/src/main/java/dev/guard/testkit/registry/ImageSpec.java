package dev.guard.testkit.registry;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A single image to push, told by what a test cares for. The same specification is the same bytes,
 * anywhere and at any time. Immutable.
 *
 * <pre>{@code
 * ImageSpec.of("api 1.4").created(Instant.parse("2026-01-01T00:00:00Z"))
 *     .label("team", "shop").layer("base", 4096).platform("linux/arm64");
 * }</pre>
 */
public final class ImageSpec {
  private record Layer(String content, int size) {
    byte[] bytes() {
      byte[] seed = (content + "\n").getBytes(StandardCharsets.UTF_8);
      byte[] bytes = new byte[size];
      for (int i = 0; i < size; i++) {
        bytes[i] = seed[i % seed.length];
      }
      return bytes;
    }
  }

  private static final class Draft {
    private boolean docker;
    private @Nullable String created;
    private String platform = "linux/amd64";
    private final Map<String, String> labels = new LinkedHashMap<>();
    private final Map<String, String> annotations = new LinkedHashMap<>();
    private final List<Layer> layers = new ArrayList<>();
    private @Nullable String artifactType;
    private @Nullable Pushed subject;

    private Draft copy() {
      Draft copy = new Draft();
      copy.docker = docker;
      copy.created = created;
      copy.platform = platform;
      copy.labels.putAll(labels);
      copy.annotations.putAll(annotations);
      copy.layers.addAll(layers);
      copy.artifactType = artifactType;
      copy.subject = subject;
      return copy;
    }
  }

  private final Draft draft;

  private ImageSpec(Draft draft) {
    this.draft = draft;
  }

  /**
   * An OCI image for linux/amd64 with one layer of 1 KiB, without a creation time.
   *
   * @param content what tells its layer, and so its digest, from others
   * @return the image
   */
  public static ImageSpec of(String content) {
    return empty().layer(content, 1024);
  }

  /**
   * An OCI image for linux/amd64 without layers and without a creation time.
   *
   * @return the image
   */
  public static ImageSpec empty() {
    return new ImageSpec(new Draft());
  }

  private ImageSpec with(Consumer<Draft> change) {
    Draft changed = draft.copy();
    change.accept(changed);
    return new ImageSpec(changed);
  }

  /**
   * Says when it was made.
   *
   * @param when written as {@link Instant#toString} writes it
   * @return the image
   */
  public ImageSpec created(Instant when) {
    return with(it -> it.created = when.toString());
  }

  /**
   * Writes any text where the creation time stands.
   *
   * @param text the text, well-formed or not
   * @return the image
   */
  public ImageSpec createdText(String text) {
    Objects.requireNonNull(text, "text");
    return with(it -> it.created = text);
  }

  /**
   * Adds a label of its configuration.
   *
   * @param key its key
   * @param value its value
   * @return the image
   */
  public ImageSpec label(String key, String value) {
    return with(it -> it.labels.put(key, value));
  }

  /**
   * Adds an annotation of its manifest.
   *
   * @param key its key
   * @param value its value
   * @return the image
   */
  public ImageSpec annotation(String key, String value) {
    return with(it -> it.annotations.put(key, value));
  }

  /**
   * Adds a layer.
   *
   * @param content what it is filled with, again and again; the same content and size is the same
   *     blob
   * @param size its size in bytes, not negative
   * @return the image
   */
  public ImageSpec layer(String content, int size) {
    if (size < 0) {
      throw new IllegalArgumentException("A layer has no negative size: " + size);
    }
    return with(it -> it.layers.add(new Layer(content, size)));
  }

  /**
   * Says what it runs on.
   *
   * @param platform {@code os/architecture} or {@code os/architecture/variant}
   * @return the image
   */
  public ImageSpec platform(String platform) {
    if (platform.split("/", -1).length < 2) {
      throw new IllegalArgumentException("A platform is os/architecture, not " + platform);
    }
    return with(it -> it.platform = platform);
  }

  /**
   * Uses Docker's media types.
   *
   * @return the image
   */
  public ImageSpec docker() {
    return with(it -> it.docker = true);
  }

  /**
   * Makes it an artifact: an empty configuration, and a type.
   *
   * @param type the artifact type
   * @return the artifact
   */
  public ImageSpec artifact(String type) {
    Objects.requireNonNull(type, "type");
    return with(it -> it.artifactType = type);
  }

  /**
   * Makes it refer to a manifest.
   *
   * @param subject which
   * @return the image
   */
  public ImageSpec subject(Pushed subject) {
    Objects.requireNonNull(subject, "subject");
    return with(it -> it.subject = subject);
  }

  String platform() {
    return draft.artifactType == null ? draft.platform : "";
  }

  String mediaType() {
    return draft.docker ? Media.DOCKER_MANIFEST : Media.OCI_MANIFEST;
  }

  @Nullable Pushed subject() {
    return draft.subject;
  }

  @Nullable String artifactType() {
    return draft.artifactType;
  }

  Map<String, String> annotations() {
    return Collections.unmodifiableMap(draft.annotations);
  }

  List<byte[]> layers() {
    return draft.layers.stream().map(Layer::bytes).toList();
  }

  byte[] config() {
    if (draft.artifactType != null) {
      return "{}".getBytes(StandardCharsets.UTF_8);
    }
    ObjectNode config = JsonNodeFactory.instance.objectNode();
    if (draft.created != null) {
      config.put("created", draft.created);
    }
    String[] platform = draft.platform.split("/", -1);
    config.put("architecture", platform[1]).put("os", platform[0]);
    if (platform.length > 2) {
      config.put("variant", platform[2]);
    }
    ObjectNode run = config.putObject("config");
    if (!draft.labels.isEmpty()) {
      ObjectNode labels = run.putObject("Labels");
      draft.labels.forEach(labels::put);
    }
    ArrayNode ids = config.putObject("rootfs").put("type", "layers").putArray("diff_ids");
    layers().forEach(layer -> ids.add(Media.digest(layer)));
    return config.toString().getBytes(StandardCharsets.UTF_8);
  }

  byte[] manifest(byte[] config, List<byte[]> layers) {
    ObjectNode manifest = JsonNodeFactory.instance.objectNode();
    manifest.put("schemaVersion", 2).put("mediaType", mediaType());
    if (draft.artifactType != null) {
      manifest.put("artifactType", draft.artifactType);
    }
    String configType =
        draft.artifactType != null
            ? Media.OCI_EMPTY
            : draft.docker ? Media.DOCKER_CONFIG : Media.OCI_CONFIG;
    manifest.set("config", descriptor(configType, Media.digest(config), config.length));
    ArrayNode list = manifest.putArray("layers");
    for (byte[] layer : layers) {
      list.add(
          descriptor(
              draft.docker ? Media.DOCKER_LAYER : Media.OCI_LAYER,
              Media.digest(layer),
              layer.length));
    }
    if (draft.subject != null) {
      manifest.set(
          "subject",
          descriptor(draft.subject.mediaType(), draft.subject.digest(), draft.subject.size()));
    }
    if (!draft.annotations.isEmpty()) {
      ObjectNode annotations = manifest.putObject("annotations");
      draft.annotations.forEach(annotations::put);
    }
    return manifest.toString().getBytes(StandardCharsets.UTF_8);
  }

  static ObjectNode descriptor(String type, String digest, long size) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("mediaType", type)
        .put("digest", digest)
        .put("size", size);
  }
}
