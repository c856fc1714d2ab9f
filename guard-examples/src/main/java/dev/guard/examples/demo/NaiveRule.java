package dev.guard.examples.demo;

import dev.guard.examples.demo.DemoWorld.Image;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/**
 * What the nightly job of the story did, and nothing of the library: delete every image that nobody
 * pulled in 30 days. Only the young ones were pulled; everything that runs, runs from a cache.
 */
final class NaiveRule {
  static final String ACCEPT =
      "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json";

  private NaiveRule() {}

  static void run(URI registry, DemoWorld world) throws IOException {
    HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    for (Image image : world.images()) {
      if (image.use() != DemoWorld.Use.YOUNG) {
        URI manifest = registry.resolve("/v2/" + image.repository() + "/manifests/" + image.tag());
        String digest =
            send(
                    http,
                    HttpRequest.newBuilder(manifest)
                        .header("Accept", ACCEPT)
                        .method("HEAD", HttpRequest.BodyPublishers.noBody()))
                .headers()
                .firstValue("Docker-Content-Digest")
                .orElseThrow(
                    () ->
                        new IOException("The demo's registry does not know " + image.name() + "."));
        send(
            http,
            HttpRequest.newBuilder(
                    registry.resolve("/v2/" + image.repository() + "/manifests/" + digest))
                .DELETE());
      }
    }
  }

  private static HttpResponse<Void> send(HttpClient http, HttpRequest.Builder request)
      throws IOException {
    try {
      return http.send(request.build(), HttpResponse.BodyHandlers.discarding());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("The demo was interrupted.", e);
    }
  }
}
