package dev.guard.examples.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.guard.Digest;
import dev.guard.internal.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Looks at what a registry holds as any node would; knows nothing of Guard. */
public final class Looker {
  private static final String ACCEPT =
      "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json, "
          + "application/vnd.docker.distribution.manifest.v2+json, "
          + "application/vnd.docker.distribution.manifest.list.v2+json";

  private final URI registry;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  /** Looks into a registry. */
  public Looker(URI registry) {
    this.registry = registry;
  }

  /** The status of a manifest by tag or digest. */
  public int status(String repository, String reference) {
    return get(repository, "manifests/" + reference).statusCode();
  }

  /** Whether an image can be pulled as a node pulls it: manifest, children, every blob. */
  public boolean pulls(String repository, String reference) {
    HttpResponse<byte[]> manifest = get(repository, "manifests/" + reference);
    if (manifest.statusCode() != 200) {
      return false;
    }
    JsonNode json = json(manifest);
    for (JsonNode child : json.path("manifests")) {
      if (!pulls(repository, child.path("digest").asText())) {
        return false;
      }
    }
    List<String> blobs = new ArrayList<>();
    json.path("layers").forEach(layer -> blobs.add(layer.path("digest").asText()));
    if (json.has("config")) {
      blobs.add(json.path("config").path("digest").asText());
    }
    for (String blob : blobs) {
      HttpResponse<byte[]> answer = get(repository, "blobs/" + blob);
      if (answer.statusCode() != 200 || !Digest.of(answer.body()).text().equals(blob)) {
        return false;
      }
    }
    return true;
  }

  /** The tags of a repository. */
  public Set<String> tags(String repository) {
    Set<String> tags = new TreeSet<>();
    json(get(repository, "tags/list")).path("tags").forEach(tag -> tags.add(tag.asText()));
    return tags;
  }

  private HttpResponse<byte[]> get(String repository, String path) {
    try {
      return http.send(
          HttpRequest.newBuilder(registry.resolve("/v2/" + repository + "/" + path))
              .header("Accept", ACCEPT)
              .GET()
              .build(),
          HttpResponse.BodyHandlers.ofByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static JsonNode json(HttpResponse<byte[]> answer) {
    try {
      return Json.read(answer.body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
