package dev.guard;

/**
 * A safeguard refused or halted; nothing ran. Thread-safe; carries the verdict with all reasons.
 */
public final class GuardRefusedException extends GuardException {
  private static final long serialVersionUID = 1L;

  private final transient Verdict verdict;

  /**
   * A refusal.
   *
   * @param message the sentence for people
   * @param verdict the verdict with all reasons
   */
  public GuardRefusedException(String message, Verdict verdict) {
    super(message, null, false);
    this.verdict = verdict;
  }

  /**
   * What the safeguards said.
   *
   * @return the verdict with all reasons
   */
  public Verdict verdict() {
    return verdict;
  }
}
