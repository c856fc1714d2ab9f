package dev.guard;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How many things of the kind there are in all, which a percent limit is a percent of. An empty or
 * incomplete population is not small: it is unknown, and a percent limit refuses on it. Immutable
 * and thread-safe.
 *
 * @param size how many were counted; not negative
 * @param incompleteBecause why the count cannot be trusted, or null if it is complete
 */
public record Population(long size, @Nullable String incompleteBecause) {
  /** Checks. */
  public Population {
    if (size < 0) {
      throw new IllegalArgumentException("A population cannot be negative, but was " + size + ".");
    }
  }

  /**
   * A complete count. Zero counts as incomplete: an empty population is a blind observer more often
   * than an empty world.
   *
   * @param size how many there are
   * @return the population
   */
  public static Population of(long size) {
    return new Population(
        size, size == 0 ? "the population is empty, and empty is not safe" : null);
  }

  /**
   * A count that could not be completed.
   *
   * @param size how many were counted before it broke off
   * @param why what could not be read; not blank
   * @return the population
   */
  public static Population incomplete(long size, String why) {
    return new Population(size, Words.text("reason of an incomplete population", why));
  }

  /**
   * Whether a percent may be taken of it.
   *
   * @return true if everything was counted and there is something
   */
  public boolean complete() {
    return incompleteBecause == null;
  }

  /**
   * Why it is incomplete.
   *
   * @return the reason, or empty if it is complete
   */
  public Optional<String> gap() {
    return Optional.ofNullable(incompleteBecause);
  }
}
