package dev.guard;

import org.jspecify.annotations.Nullable;

/**
 * A plan may not be applied: it is expired, altered, made by or for somebody else, unreadable, or
 * lacks an approval. Nothing was touched. Thread-safe.
 */
public final class PlanRejectedException extends GuardException {
  private static final long serialVersionUID = 1L;

  /**
   * A rejected plan.
   *
   * @param message what is wrong and what to do next; no secret
   */
  public PlanRejectedException(String message) {
    this(message, null);
  }

  /**
   * A rejected plan.
   *
   * @param message what is wrong and what to do next; no secret
   * @param cause what it came from, or null
   */
  public PlanRejectedException(String message, @Nullable Throwable cause) {
    super(message, cause, false);
  }
}
