package dev.guard.testkit.state;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGPoolingDataSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A PostgreSQL server of our own, with {@code fsync} and {@code synchronous_commit} on, that can be
 * stopped in the middle of everything and started again on the same files.
 */
final class RealPostgres implements AutoCloseable {
  private static final AtomicInteger POOLS = new AtomicInteger();
  private static @Nullable RealPostgres shared;

  private final Path home;
  private final int port;
  private final Map<String, String> settings;
  private @Nullable EmbeddedPostgres server;

  private RealPostgres(Path home, int port, Map<String, String> settings) {
    this.home = home;
    this.port = port;
    this.settings = settings;
  }

  /** The one that all tests use which do not stop it; it ends with this process. */
  static synchronized RealPostgres shared() {
    if (shared == null) {
      RealPostgres started = start();
      Runtime.getRuntime().addShutdownHook(new Thread(started::close));
      shared = started;
    }
    return shared;
  }

  static RealPostgres start() {
    return start(Map.of());
  }

  static RealPostgres start(Map<String, String> otherwise) {
    Map<String, String> settings = new TreeMap<>(Map.of("fsync", "on", "synchronous_commit", "on"));
    settings.putAll(otherwise);
    try (ServerSocket free = new ServerSocket(0)) {
      Path home = Files.createTempDirectory("guard-postgres-");
      int port = free.getLocalPort();
      free.close();
      RealPostgres started = new RealPostgres(home, port, settings);
      started.startServer();
      return started;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void startServer() throws IOException {
    EmbeddedPostgres.Builder builder =
        EmbeddedPostgres.builder()
            .setDataDirectory(home.resolve("data"))
            .setCleanDataDirectory(false)
            .setRegisterShutdownHook(false)
            .setPort(port)
            .setErrorRedirector(ProcessBuilder.Redirect.appendTo(home.resolve("err").toFile()))
            .setOutputRedirector(ProcessBuilder.Redirect.appendTo(home.resolve("log").toFile()));
    settings.forEach(builder::setServerConfig);
    server = builder.start();
  }

  /** Stops the server as a crash would: nothing is finished, nothing is flushed. */
  synchronized void crash() {
    try {
      String pid = Files.readAllLines(home.resolve("data/postmaster.pid")).get(0).strip();
      ProcessHandle postmaster = ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
      new ProcessBuilder("kill", "-QUIT", pid).start().waitFor();
      postmaster.onExit().get(30, TimeUnit.SECONDS);
      Objects.requireNonNull(server, "server").close();
      server = null;
    } catch (Exception e) {
      throw new IllegalStateException("The server did not stop.", e);
    }
  }

  synchronized void startAgain() {
    try {
      startServer();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A new, empty schema: to who looks there alone, as good as a database, and much cheaper. */
  String schema() {
    String name = "t" + UUID.randomUUID().toString().replace("-", "");
    execute("public", "create schema " + name);
    return name;
  }

  /** New connections each time, as without a pool. */
  PGSimpleDataSource plain(String schema) {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setServerNames(new String[] {"localhost"});
    source.setPortNumbers(new int[] {port});
    source.setDatabaseName("postgres");
    source.setCurrentSchema(schema);
    source.setUser("postgres");
    return source;
  }

  /** Connections that are used again. The driver's own small pool is enough for tests. */
  @SuppressWarnings("deprecation")
  DataSource pooled(String schema) {
    PGPoolingDataSource source = new PGPoolingDataSource();
    source.setDataSourceName("pool-" + POOLS.incrementAndGet());
    source.setServerNames(new String[] {"localhost"});
    source.setPortNumbers(new int[] {port});
    source.setDatabaseName("postgres");
    source.setCurrentSchema(schema);
    source.setUser("postgres");
    source.setMaxConnections(20);
    return source;
  }

  void execute(String schema, String sql) {
    try (Connection connection = plain(schema).getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The first column of the first row. */
  String ask(String schema, String sql) {
    try (Connection connection = plain(schema).getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return Objects.requireNonNull(row.getString(1));
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public synchronized void close() {
    try {
      if (server != null) {
        server.close();
        server = null;
      }
      Trash.delete(home);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
