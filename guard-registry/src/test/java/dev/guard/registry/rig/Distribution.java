package dev.guard.registry.rig;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;

/**
 * A real CNCF Distribution registry on loopback. Several may share one directory with different
 * settings.
 */
public final class Distribution implements AutoCloseable {
  private static final Path BINARY = Path.of("/usr/bin/docker-registry");

  private final Path root;
  private final Process process;
  private final URI uri;

  private Distribution(Path root, Process process, URI uri) {
    this.root = root;
    this.process = process;
    this.uri = uri;
  }

  /**
   * Starts one; without the binary the test is skipped with a loud line, or fails if real parts are
   * required.
   */
  public static Distribution start(Path root, String settings) {
    if (!Files.isExecutable(BINARY)) {
      if ("required".equals(System.getProperty("guard.real"))) {
        throw new AssertionError(
            "docker-registry is not installed, but -Dguard.real=required. apt-get install docker-registry");
      }
      System.err.println(
          "SKIPPED: docker-registry is not installed; nothing was tried against a real registry");
      Assumptions.abort("docker-registry is not installed");
    }
    try {
      int port;
      try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        port = free.getLocalPort();
      }
      Path config =
          Files.writeString(
              Files.createTempFile(root, "registry", ".yml"),
              "version: 0.1\nlog: {level: error, accesslog: {disabled: true}}\nstorage:\n  filesystem: {rootdirectory: "
                  + root.resolve("data")
                  + "}\n"
                  + settings
                  + "\nhttp: {addr: \"127.0.0.1:"
                  + port
                  + "\"}\n");
      Process process =
          new ProcessBuilder(BINARY.toString(), "serve", config.toString())
              .redirectErrorStream(true)
              .redirectOutput(root.resolve("registry-" + port + ".log").toFile())
              .start();
      URI uri = URI.create("http://127.0.0.1:" + port);
      Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .pollInterval(Duration.ofMillis(50))
          .until(() -> ready(uri));
      return new Distribution(root, process, uri);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static Distribution start(Path root) {
    return start(root, "  delete: {enabled: true}");
  }

  private static boolean ready(URI uri) {
    try {
      HttpURLConnection connection =
          (HttpURLConnection) uri.resolve("/v2/").toURL().openConnection();
      return connection.getResponseCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  public URI uri() {
    return uri;
  }

  public Path root() {
    return root;
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
