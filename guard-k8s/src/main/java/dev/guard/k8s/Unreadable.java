package dev.guard.k8s;

import org.jspecify.annotations.Nullable;

/**
 * Why something could not be read from a cluster, as a sentence fragment without the cluster's
 * name.
 */
final class Unreadable extends Exception {
  private static final long serialVersionUID = 1L;

  /** What follows from it. */
  enum Scope {
    /** This list cannot be read; others may. */
    LIST,
    /** The list must be begun anew: its snapshot on the server is gone. */
    EXPIRED,
    /** Nothing more can be read from this cluster now. */
    CLUSTER
  }

  private final Scope scope;

  Unreadable(Scope scope, String message) {
    this(scope, message, null);
  }

  Unreadable(Scope scope, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.scope = scope;
  }

  Scope scope() {
    return scope;
  }

  /** The message; never null. */
  String why() {
    String message = getMessage();
    return message == null ? "it cannot be told why" : message;
  }
}
