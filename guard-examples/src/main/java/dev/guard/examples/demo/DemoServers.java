package dev.guard.examples.demo;

import dev.guard.examples.demo.DemoWorld.Image;
import dev.guard.testkit.cluster.FakeCluster;
import dev.guard.testkit.cluster.KubeObject;
import dev.guard.testkit.registry.FakeRegistry;
import dev.guard.testkit.registry.ImageSpec;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/** The shop's registry and its cluster, on loopback, with a fresh copy of the world in them. */
final class DemoServers implements AutoCloseable {
  private static final String CONTEXT = "prod";

  private final FakeRegistry registry;
  private final FakeCluster cluster;
  private final Path kubeconfig;
  private final HttpClient node =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private DemoServers(FakeRegistry registry, FakeCluster cluster, Path kubeconfig) {
    this.registry = registry;
    this.cluster = cluster;
    this.kubeconfig = kubeconfig;
  }

  /** Starts both, and puts the world into them. */
  static DemoServers start(DemoWorld world, Path room) {
    FakeRegistry registry = FakeRegistry.start();
    FakeCluster cluster = FakeCluster.start(CONTEXT);
    DemoServers servers = new DemoServers(registry, cluster, room.resolve("kubeconfig"));
    for (Image image : world.images()) {
      registry
          .publisher()
          .push(
              image.repository(), image.tag(), ImageSpec.of(image.name()).created(image.created()));
      servers.declare(image);
    }
    cluster.kubeconfig(servers.kubeconfig, CONTEXT);
    return servers;
  }

  private void declare(Image image) {
    String name = registry.host() + "/" + image.name();
    String space = image.namespace();
    switch (image.use()) {
      case MAINTENANCE, SCALED_TO_ZERO ->
          cluster.put(KubeObject.deployment(space, image.workload(), 0, name));
      case RUNNING -> {
        cluster.put(KubeObject.deployment(space, image.workload(), 2, name));
        cluster.put(KubeObject.pod(space, image.workload() + "-x", name));
      }
      case SUSPENDED -> cluster.put(KubeObject.cronJob(space, image.workload(), true, name));
      case ROLLBACK ->
          cluster.put(KubeObject.replicaSet(space, image.workload() + "-old", 0, name));
      default -> {
        // Nothing declares it.
      }
    }
  }

  URI registry() {
    return registry.uri();
  }

  Path kubeconfig() {
    return kubeconfig;
  }

  String context() {
    return CONTEXT;
  }

  /** What the registry's own store holds, as {@code repository:tag}. */
  Set<String> images() {
    Set<String> images = new TreeSet<>();
    for (String repository : registry.repositories()) {
      for (String tag : registry.tags(repository).keySet()) {
        images.add(repository + ":" + tag);
      }
    }
    return images;
  }

  /** Pulls as a node with an empty cache does: the manifest, then every blob it names. */
  boolean canPull(Image image) throws IOException {
    String base = "/v2/" + image.repository();
    HttpResponse<String> manifest = get(base + "/manifests/" + image.tag());
    if (manifest.statusCode() != 200) {
      return false;
    }
    for (String part : manifest.body().split("\"digest\":\"", -1)) {
      if (part.startsWith("sha256:")
          && get(base + "/blobs/" + part.substring(0, part.indexOf('"'))).statusCode() != 200) {
        return false;
      }
    }
    return true;
  }

  private HttpResponse<String> get(String path) throws IOException {
    try {
      return node.send(
          HttpRequest.newBuilder(registry.uri().resolve(path))
              .header("Accept", NaiveRule.ACCEPT)
              .build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("The demo was interrupted.", e);
    }
  }

  @Override
  public void close() {
    registry.close();
    cluster.close();
  }
}
