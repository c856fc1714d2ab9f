package dev.guard.registry;

import java.util.List;

/** What became of putting a manifest back. */
public sealed interface RestoreOutcome {
  /**
   * It is there again, byte for byte, and was read back.
   *
   * @param tagsTaken tags that name another image by now and were left to it
   */
  record Restored(List<String> tagsTaken) implements RestoreOutcome {
    /** Copies. */
    public Restored {
      tagsTaken = List.copyOf(tagsTaken);
    }
  }

  /**
   * Nothing was sent: what it is made of is not there any more, or could not be asked for.
   *
   * @param message what is lacking
   */
  record Impossible(String message) implements RestoreOutcome {}

  /**
   * The registry said no.
   *
   * @param message its words
   */
  record Failed(String message) implements RestoreOutcome {}

  /**
   * It cannot be told.
   *
   * @param message what went wrong
   */
  record Unknown(String message) implements RestoreOutcome {}
}
