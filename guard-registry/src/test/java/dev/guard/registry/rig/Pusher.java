package dev.guard.registry.rig;

import dev.guard.registry.RegistryClient;
import dev.guard.registry.reference.ContentDigest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Pushes small images to a registry, without docker. */
public final class Pusher {
  public static final String INDEX = "application/vnd.oci.image.index.v1+json";
  public static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";
  public static final String DOCKER_LIST =
      "application/vnd.docker.distribution.manifest.list.v2+json";
  public static final String DOCKER_MANIFEST =
      "application/vnd.docker.distribution.manifest.v2+json";

  private final HttpClient http = HttpClient.newHttpClient();
  private final URI registry;

  public Pusher(URI registry) {
    this.registry = registry;
  }

  /** What an image is made of; equal content has equal digests. */
  public record Image(String content, String created, Map<String, String> labels) {
    public static Image of(String content) {
      return new Image(content, "2026-01-01T00:00:00Z", Map.of());
    }

    public Image created(String stamp) {
      return new Image(content, stamp, labels);
    }

    public Image label(String name, String value) {
      return new Image(content, created, Map.of(name, value));
    }
  }

  /** Pushes an image under a tag, or untagged if the tag is empty. */
  public ContentDigest image(String repository, String tag, Image image) {
    return put(repository, tag, MANIFEST, manifest(repository, image, MANIFEST, ""));
  }

  public ContentDigest dockerImage(String repository, String tag, Image image) {
    return put(repository, tag, DOCKER_MANIFEST, manifest(repository, image, DOCKER_MANIFEST, ""));
  }

  /** Pushes what refers to a subject. */
  public ContentDigest referrer(
      String repository, String tag, String content, ContentDigest subject) {
    String more =
        ",\"artifactType\":\"example/signature\",\"subject\":{\"mediaType\":\""
            + MANIFEST
            + "\",\"digest\":\""
            + subject
            + "\",\"size\":1}";
    return put(repository, tag, MANIFEST, manifest(repository, Image.of(content), MANIFEST, more));
  }

  /** Pushes an index of manifests that are there already. */
  public ContentDigest index(String repository, String tag, List<ContentDigest> children) {
    return index(repository, tag, INDEX, MANIFEST, children);
  }

  public ContentDigest index(
      String repository, String tag, String type, String childType, List<ContentDigest> children) {
    String[] platforms = {"linux/amd64", "linux/arm64", "unknown/unknown"};
    StringBuilder list = new StringBuilder();
    for (int i = 0; i < children.size(); i++) {
      String[] platform = platforms[i % 3].split("/");
      list.append(i == 0 ? "" : ",")
          .append("{\"mediaType\":\"")
          .append(childType)
          .append("\",\"digest\":\"")
          .append(children.get(i))
          .append("\",\"size\":")
          .append(size(repository, children.get(i)))
          .append(",\"platform\":{\"os\":\"")
          .append(platform[0])
          .append("\",\"architecture\":\"")
          .append(platform[1])
          .append("\"}}");
    }
    String json =
        "{\"schemaVersion\":2,\"mediaType\":\"" + type + "\",\"manifests\":[" + list + "]}";
    return put(repository, tag, type, json);
  }

  private int size(String repository, ContentDigest digest) {
    return RegistryClient.at(registry).build().manifest(repository, digest.text()).get().size();
  }

  private String manifest(String repository, Image image, String type, String more) {
    boolean docker = type.equals(DOCKER_MANIFEST);
    String labels =
        image.labels().entrySet().stream()
            .map(label -> "\"" + label.getKey() + "\":\"" + label.getValue() + "\"")
            .collect(Collectors.joining(","));
    String config =
        "{\"created\":\""
            + image.created()
            + "\",\"architecture\":\"amd64\",\"os\":\"linux\",\"config\":{\"Labels\":{"
            + labels
            + "}},\"x\":\""
            + image.content()
            + "\"}";
    ContentDigest configDigest = blob(repository, config);
    String layer = "layer of " + image.content();
    ContentDigest layerDigest = blob(repository, layer);
    return "{\"schemaVersion\":2,\"mediaType\":\""
        + type
        + "\",\"config\":{\"mediaType\":\""
        + (docker
            ? "application/vnd.docker.container.image.v1+json"
            : "application/vnd.oci.image.config.v1+json")
        + "\",\"digest\":\""
        + configDigest
        + "\",\"size\":"
        + config.length()
        + "},\"layers\":[{\"mediaType\":\""
        + (docker
            ? "application/vnd.docker.image.rootfs.diff.tar.gzip"
            : "application/vnd.oci.image.layer.v1.tar")
        + "\",\"digest\":\""
        + layerDigest
        + "\",\"size\":"
        + layer.length()
        + "}]"
        + more
        + "}";
  }

  private ContentDigest blob(String repository, String content) {
    byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
    ContentDigest digest = ContentDigest.of(bytes);
    HttpResponse<String> begun =
        send(
            HttpRequest.newBuilder(registry.resolve("/v2/" + repository + "/blobs/uploads/"))
                .POST(HttpRequest.BodyPublishers.noBody()),
            202);
    String location = begun.headers().firstValue("Location").orElseThrow();
    URI to = registry.resolve(location + (location.contains("?") ? "&" : "?") + "digest=" + digest);
    send(
        HttpRequest.newBuilder(to)
            .header("Content-Type", "application/octet-stream")
            .PUT(HttpRequest.BodyPublishers.ofByteArray(bytes)),
        201);
    return digest;
  }

  /** Pushes a manifest's bytes under a tag, or by digest if the tag is empty. */
  public ContentDigest put(String repository, String tag, String type, String json) {
    ContentDigest digest = ContentDigest.of(json.getBytes(StandardCharsets.UTF_8));
    String reference = tag.isEmpty() ? digest.text() : tag;
    send(
        HttpRequest.newBuilder(registry.resolve("/v2/" + repository + "/manifests/" + reference))
            .header("Content-Type", type)
            .PUT(HttpRequest.BodyPublishers.ofString(json)),
        201);
    return digest;
  }

  private HttpResponse<String> send(HttpRequest.Builder request, int expected) {
    try {
      HttpResponse<String> answer =
          http.send(request.build(), HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() != expected) {
        throw new IllegalStateException(
            answer.statusCode() + " for " + answer.uri() + ": " + answer.body());
      }
      return answer;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
