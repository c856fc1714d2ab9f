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

  /** For example {@code Refused image.delete on 120 manifests: blast radius allows 50 …}. */
  static GuardRefusedException of(String what, Intent intent, Verdict verdict) {
    int targets = intent.targets().size();
    StringBuilder message =
        new StringBuilder(what)
            .append(' ')
            .append(intent.action())
            .append(" on ")
            .append(targets)
            .append(' ')
            .append(intent.targets().get(0).kind())
            .append(targets == 1 ? ":" : "s:");
    verdict.reasons().forEach(reason -> message.append(' ').append(reason.sentence()));
    return new GuardRefusedException(message.toString(), verdict);
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
