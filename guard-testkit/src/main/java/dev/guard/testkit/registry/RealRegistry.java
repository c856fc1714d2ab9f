package dev.guard.testkit.registry;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The real CNCF Distribution registry (Debian's {@code docker-registry}), started on loopback with
 * a configuration and a directory of its own; whatever the system runs is left alone.
 *
 * <pre>{@code
 * assumeTrue(RealRegistry.installed());
 * try (RealRegistry registry = RealRegistry.start()) {
 *   registry.publisher().push("team/app", "v1", ImageSpec.of("app 1"));
 *   registry.garbageCollect(false);
 * }
 * }</pre>
 *
 * <p>Several registries may share one {@linkplain #root directory} with different settings. A
 * process that is still there when the JVM ends is ended with it. Not thread-safe, but what it
 * serves is.
 */
public final class RealRegistry implements AutoCloseable {
  /** The one user of a registry made with {@link Builder#basic}. */
  public static final String USER = "guard";

  /** That user's password. */
  public static final String PASSWORD = "guard-test";

  private static final String BCRYPT =
      "$2b$05$t0ShBUhgg/BBIT3tGMjOQ.lwc55EcGwKyDdfvDDSz.jLh.wb/Wbqy";
  private static final String BINARY = "docker-registry";
  private static final Logger LOG = LoggerFactory.getLogger(RealRegistry.class);

  private final Builder how;
  private final Path directory;
  private final Path root;
  private @Nullable Process process;
  private int port;

  private RealRegistry(Builder how) {
    this.how = how;
    try {
      directory = Files.createTempDirectory("real-registry");
      Path shared = how.root;
      root = shared == null ? Files.createDirectory(directory.resolve("data")) : shared;
    } catch (IOException e) {
      throw new UncheckedIOException("no directory for a registry", e);
    }
    Runtime.getRuntime().addShutdownHook(new Thread(this::kill, "end-docker-registry"));
  }

  /**
   * Whether the binary is installed. If not, says so loudly; where the system property {@code
   * guard.real} is {@code required}, that is an error, so that no build passes by skipping.
   *
   * @return whether a registry can be started
   * @throws IllegalStateException if it is required and missing
   */
  public static boolean installed() {
    return installed(places(), "required".equals(System.getProperty("guard.real")));
  }

  static boolean installed(List<String> places, boolean required) {
    if (binary(places).isPresent()) {
      return true;
    }
    String hint = BINARY + " is not installed (apt-get install docker-registry)";
    if (required) {
      throw new IllegalStateException(hint + ", and guard.real=required forbids skipping.");
    }
    LOG.warn("SKIPPED: {}. Nothing is proven against the real registry.", hint);
    return false;
  }

  private static List<String> places() {
    List<String> places = new ArrayList<>();
    places.addAll(List.of(Optional.ofNullable(System.getenv("PATH")).orElse("").split(":", -1)));
    places.addAll(List.of("/usr/bin", "/usr/local/bin"));
    return places;
  }

  private static Optional<Path> binary(List<String> places) {
    return places.stream()
        .filter(place -> !place.isEmpty())
        .map(place -> Path.of(place, BINARY))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /**
   * Starts a registry with deletion enabled and an empty directory.
   *
   * @return the running registry, ready to answer
   * @throws IllegalStateException if it is not installed or does not start
   */
  public static RealRegistry start() {
    return builder().start();
  }

  /**
   * Describes a registry.
   *
   * @return the description, as yet as {@link #start()} makes it
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Where it listens; the same after a restart.
   *
   * @return its address, without {@code /v2}
   */
  public URI uri() {
    return URI.create("http://127.0.0.1:" + port);
  }

  /**
   * Its name in image references.
   *
   * @return {@code 127.0.0.1:port}
   */
  public String host() {
    return uri().getAuthority();
  }

  /**
   * Where its data is.
   *
   * @return the root directory of its storage
   */
  public Path root() {
    return root;
  }

  /**
   * Pushes into it, with its user's credentials if it wants any.
   *
   * @return a publisher
   */
  public Publisher publisher() {
    return how.basic ? Publisher.to(uri(), USER, PASSWORD) : Publisher.to(uri());
  }

  /**
   * Collects garbage, as operators do it: the registry is stopped, the tool is run, the registry is
   * started again.
   *
   * @param untagged also remove untagged manifests ({@code -m})
   * @return what the tool printed
   */
  public String garbageCollect(boolean untagged) {
    stop();
    String output = garbageCollectRunning(untagged);
    up();
    return output;
  }

  /**
   * Collects garbage beneath the running registry, as operators should not: with a cache it then
   * answers from memory for what is gone.
   *
   * @param untagged also remove untagged manifests ({@code -m})
   * @return what the tool printed
   */
  public String garbageCollectRunning(boolean untagged) {
    List<String> command = new ArrayList<>(List.of(path(), "garbage-collect"));
    if (untagged) {
      command.add("-m");
    }
    command.add(directory.resolve("config.yml").toString());
    Path output = directory.resolve("garbage-collect.log");
    try {
      Process collector =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      if (!collector.waitFor(2, TimeUnit.MINUTES)) {
        collector.destroyForcibly();
        throw new IllegalStateException("garbage-collect did not end");
      }
      String said = Files.readString(output);
      if (collector.exitValue() != 0) {
        throw new IllegalStateException("garbage-collect failed: " + said);
      }
      return said;
    } catch (IOException e) {
      throw new UncheckedIOException("garbage-collect could not run", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted in garbage-collect", e);
    }
  }

  /** Stops it and starts it again, at the same address and on the same data. */
  public void restart() {
    stop();
    up();
  }

  /** Stops it; its data stays until {@link #close}. */
  public void stop() {
    Process running = process;
    if (running == null) {
      return;
    }
    running.destroy();
    try {
      if (!running.waitFor(10, TimeUnit.SECONDS)) {
        kill();
        running.waitFor(10, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      kill();
      Thread.currentThread().interrupt();
    }
    process = null;
  }

  private void kill() {
    Process running = process;
    if (running != null) {
      running.destroyForcibly();
    }
  }

  /** Stops it and removes its data, unless the directory was given to it. */
  @Override
  public void close() {
    stop();
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    } catch (IOException e) {
      LOG.warn("{} could not be removed", directory, e);
    }
  }

  private static String path() {
    return binary(places())
        .orElseThrow(() -> new IllegalStateException(BINARY + " is not installed."))
        .toString();
  }

  private void up() {
    String said = "";
    for (int attempt = 0; attempt < 5; attempt++) {
      if (port == 0 || attempt > 0) {
        port = freePort();
      }
      try {
        Path config = directory.resolve("config.yml");
        Files.writeString(config, config());
        if (how.basic) {
          Files.writeString(directory.resolve("htpasswd"), USER + ":" + BCRYPT + "\n");
        }
        Path output = directory.resolve("registry.log");
        Process started =
            new ProcessBuilder(path(), "serve", config.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
                .start();
        process = started;
        if (answers(started)) {
          return;
        }
        stop();
        said = Files.readString(output);
      } catch (IOException e) {
        throw new UncheckedIOException(BINARY + " could not be started", e);
      }
    }
    throw new IllegalStateException(BINARY + " did not start: " + said);
  }

  private boolean answers(Process started) {
    HttpClient client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    HttpRequest ping =
        HttpRequest.newBuilder(URI.create(uri() + "/v2/")).timeout(Duration.ofSeconds(5)).build();
    try {
      for (int i = 0; i < 1000; i++) {
        if (started.waitFor(20, TimeUnit.MILLISECONDS)) {
          return false;
        }
        try {
          int status = client.send(ping, HttpResponse.BodyHandlers.discarding()).statusCode();
          if (status == 200 || status == 401) {
            return true;
          }
        } catch (IOException e) {
          LOG.debug("{} does not answer yet", uri(), e);
        }
      }
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a registry started", e);
    }
  }

  private static int freePort() {
    try (ServerSocket socket =
        new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException("no free port on loopback", e);
    }
  }

  private String config() {
    StringBuilder config = new StringBuilder();
    config.append("version: 0.1\n");
    config.append("log: {level: warn, accesslog: {disabled: true}}\n");
    config.append("storage:\n");
    config.append("  filesystem: {rootdirectory: ").append(quoted(root)).append("}\n");
    config.append("  delete: {enabled: ").append(how.deleteEnabled).append("}\n");
    if (how.readOnly) {
      config.append("  maintenance: {readonly: {enabled: true}}\n");
    }
    if (how.cache) {
      config.append("  cache: {blobdescriptor: inmemory}\n");
    }
    config.append("http: {addr: \"127.0.0.1:").append(port).append("\"}\n");
    if (how.basic) {
      config
          .append("auth: {htpasswd: {realm: guard, path: ")
          .append(quoted(directory.resolve("htpasswd")))
          .append("}}\n");
    }
    return config.toString();
  }

  private static String quoted(Path path) {
    return "'" + path.toAbsolutePath().toString().replace("'", "''") + "'";
  }

  @Override
  public String toString() {
    return "RealRegistry " + uri();
  }

  /** How a real registry is configured. Not thread-safe. */
  public static final class Builder {
    private boolean deleteEnabled = true;
    private boolean readOnly;
    private boolean basic;
    private boolean cache;
    private @Nullable Path root;

    private Builder() {}

    /**
     * Switches deletion off, as it is unless an operator switches it on.
     *
     * @return this
     */
    public Builder deleteDisabled() {
      deleteEnabled = false;
      return this;
    }

    /**
     * Puts it into maintenance: reads only.
     *
     * @return this
     */
    public Builder readOnly() {
      readOnly = true;
      return this;
    }

    /**
     * Wants Basic authentication of {@link RealRegistry#USER}.
     *
     * @return this
     */
    public Builder basic() {
      basic = true;
      return this;
    }

    /**
     * Caches descriptors in memory, as most installations do.
     *
     * @return this
     */
    public Builder cache() {
      cache = true;
      return this;
    }

    /**
     * Uses the data of another registry, or keeps the data after it is closed.
     *
     * @param directory an existing directory
     * @return this
     */
    public Builder root(Path directory) {
      root = Objects.requireNonNull(directory, "directory");
      return this;
    }

    /**
     * Starts it and waits until it answers.
     *
     * @return the running registry
     * @throws IllegalStateException if it is not installed or does not start
     */
    public RealRegistry start() {
      RealRegistry registry = new RealRegistry(this);
      try {
        registry.up();
      } catch (RuntimeException e) {
        registry.close();
        throw e;
      }
      return registry;
    }
  }
}
