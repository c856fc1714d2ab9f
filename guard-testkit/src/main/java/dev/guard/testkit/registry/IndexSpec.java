package dev.guard.testkit.registry;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * An index (multi-arch image) to push, of manifests pushed before. The same specification is the
 * same bytes. Immutable.
 *
 * <pre>{@code
 * Pushed amd = publisher.push("team/app", ImageSpec.of("app 1 amd"));
 * Pushed arm = publisher.push("team/app", ImageSpec.of("app 1 arm").platform("linux/arm64"));
 * publisher.push("team/app", "v1", IndexSpec.oci().add(amd).add(arm));
 * }</pre>
 */
public final class IndexSpec {
  private record Child(Pushed manifest, String platform, Map<String, String> annotations) {}

  private final String mediaType;
  private final List<Child> children;
  private final Map<String, String> annotations;

  private IndexSpec(String mediaType, List<Child> children, Map<String, String> annotations) {
    this.mediaType = mediaType;
    this.children = children;
    this.annotations = annotations;
  }

  /**
   * An empty OCI index.
   *
   * @return the index
   */
  public static IndexSpec oci() {
    return new IndexSpec(Media.OCI_INDEX, List.of(), Map.of());
  }

  /**
   * An empty Docker manifest list.
   *
   * @return the list
   */
  public static IndexSpec dockerList() {
    return new IndexSpec(Media.DOCKER_LIST, List.of(), Map.of());
  }

  /**
   * Adds a child for the platform its image was made for.
   *
   * @param child an image, or an index, which then is nested
   * @return the index
   */
  public IndexSpec add(Pushed child) {
    return add(child, child.platform());
  }

  /**
   * Adds a child for a platform.
   *
   * @param child the child
   * @param platform {@code os/architecture[/variant]}; empty for none
   * @return the index
   */
  public IndexSpec add(Pushed child, String platform) {
    return plus(new Child(child, platform, Map.of()));
  }

  /**
   * Adds an attestation as BuildKit does: platform unknown/unknown, and annotations that name the
   * image it is about.
   *
   * @param attestation the attestation's manifest
   * @param about the image
   * @return the index
   */
  public IndexSpec attestation(Pushed attestation, Pushed about) {
    Map<String, String> told = new LinkedHashMap<>();
    told.put("vnd.docker.reference.digest", about.digest());
    told.put("vnd.docker.reference.type", "attestation-manifest");
    return plus(new Child(attestation, "unknown/unknown", told));
  }

  /**
   * Adds an annotation.
   *
   * @param key its key
   * @param value its value
   * @return the index
   */
  public IndexSpec annotation(String key, String value) {
    Map<String, String> more = new LinkedHashMap<>(annotations);
    more.put(key, value);
    return new IndexSpec(mediaType, children, more);
  }

  private IndexSpec plus(Child child) {
    Objects.requireNonNull(child.manifest, "child");
    List<Child> more = new ArrayList<>(children);
    more.add(child);
    return new IndexSpec(mediaType, List.copyOf(more), annotations);
  }

  String mediaType() {
    return mediaType;
  }

  byte[] bytes() {
    ObjectNode index = JsonNodeFactory.instance.objectNode();
    index.put("schemaVersion", 2).put("mediaType", mediaType);
    ArrayNode list = index.putArray("manifests");
    for (Child child : children) {
      ObjectNode entry =
          ImageSpec.descriptor(
              child.manifest.mediaType(), child.manifest.digest(), child.manifest.size());
      if (!child.platform.isEmpty()) {
        String[] parts = child.platform.split("/", -1);
        ObjectNode platform =
            entry.putObject("platform").put("architecture", parts[1]).put("os", parts[0]);
        if (parts.length > 2) {
          platform.put("variant", parts[2]);
        }
      }
      if (!child.annotations.isEmpty()) {
        ObjectNode told = entry.putObject("annotations");
        child.annotations.forEach(told::put);
      }
      list.add(entry);
    }
    if (!annotations.isEmpty()) {
      ObjectNode told = index.putObject("annotations");
      annotations.forEach(told::put);
    }
    return index.toString().getBytes(StandardCharsets.UTF_8);
  }
}
