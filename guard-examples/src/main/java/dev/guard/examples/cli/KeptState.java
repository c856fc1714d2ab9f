package dev.guard.examples.cli;

import dev.guard.GuardConfigurationException;
import dev.guard.examples.config.GuardConfig;
import dev.guard.examples.config.GuardConfig.SharedStatePart;
import dev.guard.examples.config.SecretReference;
import dev.guard.k8s.ClusterConnection;
import dev.guard.k8s.ConfigMapStore;
import dev.guard.state.BlobStore;
import dev.guard.state.FileStateStore;
import dev.guard.state.PostgresStore;
import dev.guard.state.RunLease;
import dev.guard.state.RunLock;
import dev.guard.state.StateStore;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * What is kept between runs, where the configuration says: in the state directory, in ConfigMaps or
 * in a database. What an undo needs is in the directory where the documents are in ConfigMaps,
 * which hold no blobs. Closed by whoever opened it.
 */
final class KeptState implements AutoCloseable {
  private static final int CONNECT_SECONDS = 10;

  private final GuardConfig config;
  private final @Nullable ClusterConnection connection;
  private final StateStore store;
  private final BlobStore blobs;
  private final RunLock lock;

  private KeptState(
      GuardConfig config,
      @Nullable ClusterConnection connection,
      StateStore store,
      BlobStore blobs,
      RunLock lock) {
    this.config = config;
    this.connection = connection;
    this.store = store;
    this.blobs = blobs;
    this.lock = lock;
  }

  /**
   * Opens it.
   *
   * @throws GuardConfigurationException if there is no such context, or the address is none
   * @throws dev.guard.StateException if it cannot be read
   */
  static KeptState open(Shell shell, GuardConfig config) {
    SharedStatePart shared = config.sharedState();
    if (shared instanceof SharedStatePart.Maps) {
      return maps(shell, config, (SharedStatePart.Maps) shared);
    }
    if (shared instanceof SharedStatePart.Database) {
      PostgresStore database = PostgresStore.on(source(shell, (SharedStatePart.Database) shared));
      return new KeptState(config, null, database, database, RunLease.in(database, shell.time()));
    }
    FileStateStore files = FileStateStore.at(config.state(), shell.time());
    return new KeptState(config, null, files, files, files);
  }

  private static KeptState maps(Shell shell, GuardConfig config, SharedStatePart.Maps maps) {
    ClusterConnection cluster =
        ClusterConnection.open(Session.kubeconfig(shell, config), maps.context(), shell.time());
    try {
      StateStore store = ConfigMapStore.at(cluster, maps.namespace());
      return new KeptState(
          config,
          cluster,
          store,
          FileStateStore.at(config.state(), shell.time()),
          RunLease.in(store, shell.time()));
    } catch (RuntimeException e) {
      cluster.close();
      throw e;
    }
  }

  private static PGSimpleDataSource source(Shell shell, SharedStatePart.Database database) {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setConnectTimeout(CONNECT_SECONDS);
    source.setApplicationName("guard");
    try {
      source.setURL(database.url());
    } catch (IllegalArgumentException e) {
      throw new GuardConfigurationException(
          "The driver does not understand the address of state. Write it as in"
              + " jdbc:postgresql://db.example.com:5432/guard.");
    }
    SecretReference username = database.username();
    SecretReference password = database.password();
    if (username != null) {
      source.setUser(username.fetch(shell.environment()));
    }
    if (password != null) {
      source.setPassword(password.fetch(shell.environment()));
    }
    return source;
  }

  StateStore store() {
    return store;
  }

  BlobStore blobs() {
    return blobs;
  }

  RunLock lock() {
    return lock;
  }

  /** Whose run is under way. */
  Optional<String> owner() {
    return lock.owner(config.name());
  }

  @Override
  public void close() {
    if (connection != null) {
      connection.close();
    }
  }
}
