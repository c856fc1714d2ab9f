package dev.guard.registry;

import java.util.Objects;

/** A registry could not be read at all, so nothing may be concluded from it. */
public final class RegistryUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Answer answer;

  /**
   * A failed reading.
   *
   * @param message what could not be read, and why; no secret
   * @param answer what the registry's answer says; {@link Answer#DENIED} means that the credentials
   *     were rejected
   */
  public RegistryUnavailableException(String message, Answer answer) {
    super(message);
    this.answer = Objects.requireNonNull(answer, "answer");
  }

  /**
   * What the registry's answer says.
   *
   * @return never PRESENT
   */
  public Answer answer() {
    return answer;
  }
}
