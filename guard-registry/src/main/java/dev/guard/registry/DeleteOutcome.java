package dev.guard.registry;

/**
 * What became of one deletion. Whatever the registry answered, it was looked at again afterwards:
 * nothing is called deleted that was not seen to be gone.
 */
public sealed interface DeleteOutcome
    permits DeleteOutcome.Deleted,
        DeleteOutcome.AlreadyGone,
        DeleteOutcome.RefusedByRegistry,
        DeleteOutcome.Unknown {

  /**
   * The manifest is gone, seen by asking again.
   *
   * @param note what was unusual on the way; empty if nothing
   */
  record Deleted(String note) implements DeleteOutcome {}

  /** It was gone before: another one deleted it. */
  record AlreadyGone() implements DeleteOutcome {}

  /**
   * The registry did nothing.
   *
   * @param status the HTTP status; 0 if we were refused before the request was sent
   * @param message a sentence for people
   */
  record RefusedByRegistry(int status, String message) implements DeleteOutcome {}

  /**
   * It cannot be told whether it was deleted. Not to be repeated blindly.
   *
   * @param message a sentence for people
   */
  record Unknown(String message) implements DeleteOutcome {}
}
