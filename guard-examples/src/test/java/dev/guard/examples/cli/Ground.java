package dev.guard.examples.cli;

import dev.guard.testkit.ManualTime;
import dev.guard.testkit.cluster.FakeCluster;
import dev.guard.testkit.cluster.KubeObject;
import dev.guard.testkit.http.FakeServer;
import dev.guard.testkit.http.Fault;
import dev.guard.testkit.http.LoggedRequest;
import dev.guard.testkit.registry.FakeRegistry;
import dev.guard.testkit.registry.Publisher;
import dev.guard.testkit.registry.RealRegistry;
import dev.guard.time.Time;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A registry, clusters, a configuration and a command line that knows them, with a clock of its
 * own.
 */
final class Ground implements AutoCloseable {
  static final Instant NOW = Instant.parse("2026-03-01T02:00:00Z");
  static final Instant LONG_AGO = Instant.parse("2025-06-01T00:00:00Z");

  /** A deletion that is not the harmless probe of the capability. */
  static final String REAL_DELETE = "/manifests/sha256:(?!0{64})";

  final Path directory;
  final ManualTime time = ManualTime.at(NOW);
  final Publisher push;
  final Looker look;
  final Wire registry;
  final Cli cli;
  private final List<AutoCloseable> closing = new ArrayList<>();
  private final Map<String, Seat> clusters = new LinkedHashMap<>();
  private volatile @Nullable Runnable hook;
  private @Nullable FakeRegistry fake;

  /** A server whose log and faults a test may reach. */
  record Wire(
      URI uri,
      Consumer<Fault> injecting,
      Runnable healing,
      Supplier<List<LoggedRequest>> logging,
      Runnable forgetting) {
    void inject(Fault fault) {
      injecting.accept(fault);
    }

    void heal() {
      healing.run();
    }

    List<LoggedRequest> log() {
      return logging.get();
    }

    static Wire of(FakeServer server) {
      return new Wire(server.uri(), server::inject, server::heal, server::log, server::clearLog);
    }

    static Wire of(FakeRegistry fake) {
      return new Wire(fake.uri(), fake::inject, fake::heal, fake::log, fake::clearLog);
    }
  }

  private Ground(
      Path directory, Wire registry, URI direct, Publisher push, AutoCloseable... closing) {
    this.directory = directory;
    this.registry = registry;
    this.push = push;
    this.look = new Looker(direct);
    this.closing.addAll(List.of(closing));
    this.cli = new Cli(directory, new Hooked());
    cluster("prod");
  }

  static Ground fake(Path directory) {
    return fake(directory, FakeRegistry.start());
  }

  /** A registry of the test's own making; closed with this. */
  static Ground fake(Path directory, FakeRegistry fake) {
    Ground ground = new Ground(directory, Wire.of(fake), fake.uri(), fake.publisher(), fake);
    ground.fake = fake;
    return ground;
  }

  /** Before the real registry stands a proxy that remembers every request. */
  static Ground real(Path directory, RealRegistry real) {
    FakeServer proxy = FakeServer.proxy(real.uri());
    return new Ground(directory, Wire.of(proxy), real.uri(), real.publisher(), proxy);
  }

  /** The test's clock, which also lets a test strike in the middle of a run. */
  private final class Hooked implements Time {
    @Override
    public Instant now() {
      look();
      return time.now();
    }

    @Override
    public long nanos() {
      look();
      return time.nanos();
    }

    @Override
    public void sleep(Duration length) throws InterruptedException {
      time.sleep(length);
    }

    private void look() {
      Runnable now = hook;
      if (now != null) {
        now.run();
      }
    }
  }

  /** Does something once, as soon as so many manifests were deleted. */
  void whenDeleted(int count, Runnable action) {
    when(() -> deletions() >= count, action);
  }

  /** Does something once, as soon as the registry was asked for a manifest. */
  void whenListed(Runnable action) {
    when(
        () -> registry.log().stream().anyMatch(one -> one.target().contains("/manifests/")),
        action);
  }

  private void when(BooleanSupplier reached, Runnable action) {
    AtomicBoolean done = new AtomicBoolean();
    hook =
        () -> {
          if (reached.getAsBoolean() && done.compareAndSet(false, true)) {
            action.run();
          }
        };
  }

  /** The fake registry's inside. */
  FakeRegistry registryStore() {
    return Objects.requireNonNull(fake, "this ground has a real registry");
  }

  String host() {
    return registry.uri().getAuthority();
  }

  /** How many deletions the registry accepted. */
  int deletions() {
    return (int)
        registry.log().stream()
            .filter(one -> one.method().equals("DELETE") && one.status() == 202)
            .count();
  }

  /** Every request to registry and clusters that could change something. */
  List<LoggedRequest> writes() {
    List<LoggedRequest> all = new ArrayList<>(registry.log());
    clusters.values().forEach(seat -> all.addAll(seat.log()));
    return all.stream().filter(LoggedRequest::isWrite).toList();
  }

  void clearLogs() {
    registry.forgetting().run();
    clusters.values().forEach(Seat::clearLog);
  }

  Seat cluster(String context) {
    return clusters.computeIfAbsent(context, Seat::start);
  }

  /** Writes guard.yaml and kubeconfig; names and values in pairs change it. */
  void configure(String... changes) throws IOException {
    Map<String, String> values = new TreeMap<>();
    values.put("repositories", "[\"*\"]");
    values.put("age", "{from: created, atLeast: 30d}");
    values.put("limits", "{perPlan: 50, percent: 99}");
    values.put("soak", "none");
    values.put("approvals", "none");
    for (int i = 0; i < changes.length; i += 2) {
      values.put(changes[i], changes[i + 1]);
    }
    StringBuilder yaml = new StringBuilder("name: image-cleanup\n");
    yaml.append("registry: {url: \"")
        .append(registry.uri())
        .append("\", credentials: none}\nclusters:\n");
    clusters.forEach(
        (context, seat) ->
            yaml.append("  - {context: ")
                .append(context)
                .append(seat.uid == null ? "" : ", uid: \"" + seat.uid + "\"")
                .append("}\n"));
    yaml.append("kubeconfig: kubeconfig\npolicy:\n");
    for (String key : List.of("repositories", "age", "keepLast", "protect")) {
      String value = values.remove(key);
      if (value != null) {
        yaml.append("  ").append(key).append(": ").append(value).append('\n');
      }
    }
    String map = values.remove("configMap");
    if (map != null) {
      yaml.append("switch: {configMap: ").append(map).append("}\n");
    }
    values.forEach((key, value) -> yaml.append(key).append(": ").append(value).append('\n'));
    Files.writeString(directory.resolve("guard.yaml"), yaml);
    Path kubeconfig = directory.resolve("kubeconfig");
    clusters.forEach((context, seat) -> seat.fake.kubeconfig(kubeconfig, context));
  }

  /** One cluster. */
  static final class Seat {
    final FakeCluster fake;
    private @Nullable String uid;

    private Seat(FakeCluster fake) {
      this.fake = fake;
    }

    static Seat start(String context) {
      return new Seat(FakeCluster.start(context));
    }

    KubeObject put(KubeObject object) {
      return fake.put(object);
    }

    boolean remove(String kind, String namespace, String name) {
      return fake.remove(kind, namespace, name);
    }

    void inject(Fault fault) {
      fake.inject(fault);
    }

    void forbid(String resource) {
      fake.deny("list", "*", resource);
    }

    void expectUid(String expected) {
      uid = expected;
    }

    List<LoggedRequest> log() {
      return fake.log();
    }

    void clearLog() {
      fake.clearLog();
    }

    void close() {
      fake.close();
    }
  }

  @Override
  public void close() {
    hook = null;
    clusters.values().forEach(Seat::close);
    for (AutoCloseable one : closing) {
      try {
        one.close();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
