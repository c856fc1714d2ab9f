package dev.guard.registry;

/** Whether a repository's manifests can be deleted by us, learned by a harmless question. */
public enum DeleteCapability {
  /** Deleting by digest works. */
  ENABLED,
  /** The registry was configured not to delete. */
  DISABLED,
  /** The registry is in read-only mode. */
  READ_ONLY,
  /** We have no right to delete, or the credentials are bad. */
  UNAUTHORISED,
  /** It cannot be told. */
  UNKNOWN
}
