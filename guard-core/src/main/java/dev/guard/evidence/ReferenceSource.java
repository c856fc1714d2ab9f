package dev.guard.evidence;

/**
 * Reads every reference it can see: a cluster, a list in Git, a static file. A source that fails
 * answers with an incomplete snapshot or throws; either blocks the run. Implementations are
 * thread-safe.
 */
public interface ReferenceSource {
  /**
   * The source's name, unique within an {@link InUseCheck}.
   *
   * @return not blank
   */
  String name();

  /**
   * Reads everything anew.
   *
   * @return the snapshot
   */
  ReferenceSnapshot read();
}
