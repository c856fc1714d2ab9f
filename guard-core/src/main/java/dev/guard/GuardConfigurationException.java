package dev.guard;

import org.jspecify.annotations.Nullable;

/**
 * A guard is wired wrongly: a limit that can never fire, a missing sink, a blank name. Thrown while
 * building, before anything runs. Thread-safe.
 */
public final class GuardConfigurationException extends GuardException {
  private static final long serialVersionUID = 1L;

  /**
   * A wiring fault.
   *
   * @param message what is wrong and what to do next; no secret
   */
  public GuardConfigurationException(String message) {
    this(message, null);
  }

  /**
   * A wiring fault.
   *
   * @param message what is wrong and what to do next; no secret
   * @param cause what it came from, or null
   */
  public GuardConfigurationException(String message, @Nullable Throwable cause) {
    super(message, cause, false);
  }
}
