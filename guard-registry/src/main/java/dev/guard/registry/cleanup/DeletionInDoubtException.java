package dev.guard.registry.cleanup;

import dev.guard.Effect;

/**
 * A deletion was sent, and nobody can tell what became of it. It is not repeated; somebody has to
 * look.
 */
public final class DeletionInDoubtException extends Exception implements Effect.OutcomeUnknown {
  private static final long serialVersionUID = 1L;

  /**
   * A doubt.
   *
   * @param message what is known
   */
  public DeletionInDoubtException(String message) {
    super(message);
  }
}
