package dev.guard.registry.cleanup;

/** The registry did not delete what a plan wanted gone. Nothing was changed. */
public final class RegistryRefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final int status;

  /**
   * A refusal.
   *
   * @param message what the registry said
   * @param status the HTTP status; 0 if nothing was sent
   */
  public RegistryRefusedException(String message, int status) {
    super(message);
    this.status = status;
  }

  /**
   * The HTTP status.
   *
   * @return 0 if nothing was sent
   */
  public int status() {
    return status;
  }
}
