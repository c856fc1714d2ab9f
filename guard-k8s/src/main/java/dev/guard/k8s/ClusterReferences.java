package dev.guard.k8s;

import dev.guard.evidence.ReferenceSnapshot;
import dev.guard.evidence.ReferenceSource;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Every image reference that one cluster's core workloads hold: what is <em>declared</em>, whether
 * or not it runs. Read are pods of every phase (containers, init and ephemeral containers, image
 * volumes, and what the node reports in the status), Deployments and StatefulSets also at zero
 * replicas, DaemonSets, ReplicaSets and ControllerRevisions kept for rollback,
 * ReplicationControllers, PodTemplates, Jobs, and CronJobs also when suspended, in all namespaces.
 *
 * <pre>{@code
 * try (ClusterConnection prod = ClusterConnection.open(Path.of("kubeconfig"), "prod-eu")) {
 *   ReferenceSnapshot snapshot = ClusterReferences.of(prod).uid("5f0c…").read();
 * }
 * }</pre>
 *
 * <p>Lists are consistent (never from a cache), paged, and read token by token, so memory does not
 * grow with the number of pods. Pods are read first and once more last, because there is no
 * snapshot over several kinds. A list whose snapshot the server lost (410) is begun anew, at most
 * three times; the continuation the server then offers is not consistent and is never used. An
 * answer 429 or 5xx is asked for twice more.
 *
 * <p>The snapshot is incomplete, with one sentence naming cluster and kind for each gap, whenever
 * there is doubt: a kind that is forbidden (with the missing rule), rejected credentials, an
 * unreachable or silent server, half a page, an answer that is not this list, an object without the
 * template its kind must have, an image that is not a text. It never throws for what a cluster
 * does. References found nevertheless are kept, for they still protect.
 *
 * <p>Values are passed on as they stand; a missing or empty image is no reference and no gap. Of a
 * text that is beyond doubt a reference, at most 20 places are kept for each kind, declared and
 * reported ones apart, and the last says how many more there are; of any other text every place is
 * kept. An id that a node reports where a name belongs has the form IDENTITY.
 *
 * <p>Thread-safe; each {@link #read()} is a fresh reading with at most one request in flight.
 */
public final class ClusterReferences implements ReferenceSource {
  private static final Duration BUDGET = Duration.ofMinutes(10);

  private final ClusterConnection connection;
  private final @Nullable String uid;
  private final Duration budget;

  private ClusterReferences(ClusterConnection connection, @Nullable String uid, Duration budget) {
    this.connection = connection;
    this.uid = uid;
    this.budget = budget;
  }

  /**
   * The references of the cluster behind a connection. The caller keeps the connection open as long
   * as this is used.
   *
   * @param connection the connection
   * @return a source named like the connection's context; one reading may take up to ten minutes
   */
  public static ClusterReferences of(ClusterConnection connection) {
    return new ClusterReferences(connection, null, BUDGET);
  }

  /**
   * The same, but a reading is complete only if the cluster is the expected one.
   *
   * @param uid the uid of namespace {@code kube-system}; not blank
   * @return a new source
   */
  public ClusterReferences uid(String uid) {
    if (uid.isBlank()) {
      throw new IllegalArgumentException(
          "A cluster's uid is the uid of its namespace kube-system. Leave it out rather than blank.");
    }
    return new ClusterReferences(connection, uid, budget);
  }

  /**
   * The same, with another limit to how long one reading may take. It is looked at between pages; a
   * single page is bounded by the connection's own time-outs.
   *
   * @param budget more than zero; default ten minutes
   * @return a new source
   */
  public ClusterReferences within(Duration budget) {
    if (budget.isZero() || budget.isNegative()) {
      throw new IllegalArgumentException("A reading needs time: give more than zero.");
    }
    return new ClusterReferences(connection, uid, budget);
  }

  @Override
  public String name() {
    return connection.context();
  }

  @Override
  public ReferenceSnapshot read() {
    return new ClusterReading(
            connection.context(), connection.lists(), connection.time(), budget, uid)
        .read();
  }

  @Override
  public String toString() {
    return "references of cluster " + name();
  }
}
