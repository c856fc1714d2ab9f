package dev.guard;

import org.jspecify.annotations.Nullable;

/**
 * What Guard itself has to complain about. The caller's own exceptions are never wrapped in it.
 * Messages say what, how many, who, allowed and asked, and what to do next; they carry no secret.
 * Thread-safe: its own state never changes.
 */
public abstract sealed class GuardException extends RuntimeException
    permits GuardRefusedException,
        PlanRejectedException,
        AuditException,
        StateException,
        GuardConfigurationException {
  private static final long serialVersionUID = 1L;

  private final boolean mayHaveRun;

  GuardException(String message, @Nullable Throwable cause, boolean mayHaveRun) {
    super(message, cause);
    this.mayHaveRun = mayHaveRun;
  }

  /**
   * Whether the act may have happened before this was thrown.
   *
   * @return false only if no byte of the act left the process
   */
  public final boolean mayHaveRun() {
    return mayHaveRun;
  }
}
