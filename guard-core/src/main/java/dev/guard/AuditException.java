package dev.guard;

import org.jspecify.annotations.Nullable;

/**
 * The journal could not be written, made durable, opened or read. Without a durable record nothing
 * runs, and after a failed write the sink stays closed for good. Thread-safe.
 */
public final class AuditException extends GuardException {
  private static final long serialVersionUID = 1L;

  /**
   * A fault of the journal before the act.
   *
   * @param message what is wrong and what to do next; no secret
   */
  public AuditException(String message) {
    this(message, null);
  }

  /**
   * A fault of the journal before the act.
   *
   * @param message what is wrong and what to do next; no secret
   * @param cause what it came from, or null
   */
  public AuditException(String message, @Nullable Throwable cause) {
    super(message, cause, false);
  }

  /**
   * A fault, saying whether the act may have happened.
   *
   * @param message what is wrong and what to do next; no secret
   * @param cause what it came from, or null
   * @param mayHaveRun false only if no byte of the act left the process
   */
  public AuditException(String message, @Nullable Throwable cause, boolean mayHaveRun) {
    super(message, cause, mayHaveRun);
  }
}
