package dev.guard.examples.config;

/**
 * The configuration cannot be used. The message is one sentence that says where, what, and how to
 * mend it; no secret.
 */
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * A fault of the configuration.
   *
   * @param message one sentence; no secret
   */
  public ConfigException(String message) {
    super(message);
  }
}
