package dev.guard.evidence;

import java.util.List;

/** A three-valued answer with provenance. {@link Unknown} protects. Immutable and thread-safe. */
public sealed interface Evidence permits Evidence.InUse, Evidence.NotInUse, Evidence.Unknown {
  /**
   * Something needs the target.
   *
   * @param places where; at least one, the first few of possibly many
   * @param total how many places in all
   */
  record InUse(List<String> places, long total) implements Evidence {
    /** Copies. */
    public InUse {
      places = List.copyOf(places);
      if (places.isEmpty()) {
        throw new IllegalArgumentException("Evidence of use names at least one place.");
      }
    }
  }

  /**
   * Every declared source was read completely, and none needs the target.
   *
   * @param sources how many sources were read
   * @param references how many references they held
   */
  record NotInUse(int sources, long references) implements Evidence {}

  /**
   * It cannot be told.
   *
   * @param why what is missing
   */
  record Unknown(String why) implements Evidence {}
}
