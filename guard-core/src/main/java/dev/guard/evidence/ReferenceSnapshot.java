package dev.guard.evidence;

import java.time.Instant;
import java.util.List;

/**
 * What one source found in one reading: complete, or incomplete with what is missing. An incomplete
 * snapshot's references still protect; its silence proves nothing. Immutable and thread-safe.
 */
public sealed interface ReferenceSnapshot
    permits ReferenceSnapshot.Complete, ReferenceSnapshot.Incomplete {
  /**
   * Which source was read.
   *
   * @return its name
   */
  String source();

  /**
   * When the reading began; evidence is as old as this.
   *
   * @return the instant
   */
  Instant began();

  /**
   * What was found.
   *
   * @return the references
   */
  List<Reference> references();

  /**
   * Everything was read.
   *
   * @param source which source
   * @param began when the reading began
   * @param references what was found
   */
  record Complete(String source, Instant began, List<Reference> references)
      implements ReferenceSnapshot {
    /** Copies. */
    public Complete {
      references = List.copyOf(references);
    }
  }

  /**
   * Something could not be read.
   *
   * @param source which source
   * @param began when the reading began
   * @param references what was found nevertheless
   * @param gaps what could not be read, one sentence each; at least one
   */
  record Incomplete(String source, Instant began, List<Reference> references, List<String> gaps)
      implements ReferenceSnapshot {
    /** Copies. */
    public Incomplete {
      references = List.copyOf(references);
      gaps = List.copyOf(gaps);
      if (gaps.isEmpty()) {
        throw new IllegalArgumentException(
            "An incomplete snapshot says what is missing. Name at least one gap.");
      }
    }
  }
}
