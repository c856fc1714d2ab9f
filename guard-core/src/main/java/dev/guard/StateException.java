package dev.guard;

import org.jspecify.annotations.Nullable;

/**
 * State could not be read or written, or a write's fate is unknown. What depends on it is refused.
 * Thread-safe.
 */
public final class StateException extends GuardException {
  private static final long serialVersionUID = 1L;

  /**
   * A fault of the state store before the act.
   *
   * @param message what is wrong and what to do next; no secret
   */
  public StateException(String message) {
    this(message, null);
  }

  /**
   * A fault of the state store before the act.
   *
   * @param message what is wrong and what to do next; no secret
   * @param cause what it came from, or null
   */
  public StateException(String message, @Nullable Throwable cause) {
    super(message, cause, false);
  }

  /**
   * A fault, saying whether the act may have happened.
   *
   * @param message what is wrong and what to do next; no secret
   * @param cause what it came from, or null
   * @param mayHaveRun false only if no byte of the act left the process
   */
  public StateException(String message, @Nullable Throwable cause, boolean mayHaveRun) {
    super(message, cause, mayHaveRun);
  }
}
