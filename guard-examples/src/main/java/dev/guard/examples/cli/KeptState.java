package dev.guard.examples.cli;

import dev.guard.GuardConfigurationException;
import dev.guard.examples.config.GuardConfig;
import dev.guard.examples.config.GuardConfig.StateMapsPart;
import dev.guard.k8s.ClusterConnection;
import dev.guard.k8s.ConfigMapStore;
import dev.guard.state.BlobStore;
import dev.guard.state.FileStateStore;
import dev.guard.state.RunLease;
import dev.guard.state.RunLock;
import dev.guard.state.StateStore;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is kept between runs, where the configuration says: documents in the state directory or in
 * ConfigMaps, what an undo needs always in the directory. Closed by whoever opened it.
 */
final class KeptState implements AutoCloseable {
  private final Shell shell;
  private final GuardConfig config;
  private final @Nullable ClusterConnection connection;
  private final StateStore store;
  private final RunLock lock;

  private KeptState(Shell shell, GuardConfig config) {
    this.shell = shell;
    this.config = config;
    StateMapsPart shared = config.sharedState();
    if (shared == null) {
      FileStateStore files = FileStateStore.at(config.state(), shell.time());
      connection = null;
      store = files;
      lock = files;
      return;
    }
    ClusterConnection cluster =
        ClusterConnection.open(Session.kubeconfig(shell, config), shared.context(), shell.time());
    try {
      store = ConfigMapStore.at(cluster, shared.namespace());
    } catch (RuntimeException e) {
      cluster.close();
      throw e;
    }
    connection = cluster;
    lock = RunLease.in(store, shell.time());
  }

  /**
   * Opens it.
   *
   * @throws GuardConfigurationException if there is no such context
   * @throws dev.guard.StateException if it cannot be read
   */
  static KeptState open(Shell shell, GuardConfig config) {
    return new KeptState(shell, config);
  }

  StateStore store() {
    return store;
  }

  /** ConfigMaps hold no blobs. */
  BlobStore blobs() {
    return store instanceof BlobStore
        ? (BlobStore) store
        : FileStateStore.at(config.state(), shell.time());
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
