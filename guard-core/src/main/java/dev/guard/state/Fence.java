package dev.guard.state;

import dev.guard.GuardConfigurationException;

/**
 * Who writes, and in which epoch. The epoch grows whenever somebody else takes over; a document
 * that carries a higher one refuses the writes of those before. Immutable.
 *
 * @param epoch one or more
 * @param holder who writes, for people; not blank
 */
public record Fence(long epoch, String holder) {
  /** Checks the bounds. */
  public Fence {
    if (epoch < 1 || holder.isBlank()) {
      throw new GuardConfigurationException("A fence has an epoch of one or more, and a holder.");
    }
  }

  /**
   * Whether a document of this fence may be written by another.
   *
   * @param writer who wants to write
   * @return true if its epoch is higher, or it is the same
   */
  public boolean admits(Fence writer) {
    return writer.epoch > epoch || writer.equals(this);
  }
}
