package dev.guard.state;

import dev.guard.GuardConfigurationException;
import java.time.Duration;
import java.util.Optional;

/**
 * Keeps two runs of one guard apart. A store that can do this by itself implements it besides
 * {@link StateStore}; for all others there is {@link RunLease}. Implementations are thread-safe.
 */
public interface RunLock {
  /**
   * Takes the lock if nobody holds it. Does not wait.
   *
   * @param name the guard's name
   * @param owner who takes it, for people
   * @param purpose what for, for people
   * @return the held lock, or empty if another run holds it
   * @throws dev.guard.StateException if it cannot be told
   */
  Optional<Held> tryLock(String name, String owner, String purpose);

  /**
   * Who holds the lock, as far as the document beside it says.
   *
   * @param name the guard's name
   * @return the owner, what for and since when, for people
   * @throws dev.guard.StateException if it cannot be told
   */
  Optional<String> owner(String name);

  /**
   * Frees a lock whose owner will not come back, for people who know that.
   *
   * @param name the guard's name
   * @return who held it; empty if nobody did
   * @throws dev.guard.GuardConfigurationException if it cannot be stuck, which is the default: a
   *     lock of the operating system ends with its process
   * @throws dev.guard.StateException if it could not be read or written
   */
  default Optional<String> release(String name) {
    throw new GuardConfigurationException(
        "The run lock of '"
            + name
            + "' ends with the process that holds it. Find that process and end it.");
  }

  /** A lock that is held until closed, or until it is lost. Thread-safe. */
  interface Held extends AutoCloseable {
    /**
     * Whether the lock will be held for a while yet; prolongs it if that is due. Asked before each
     * act and in every wait.
     *
     * @param needed how long the act may take
     * @return false if somebody else may begin meanwhile, or if it cannot be told; then nothing new
     *     starts. By default true: a lock of the operating system ends with its process alone
     */
    default boolean holds(Duration needed) {
      return true;
    }

    /**
     * The epoch in which this run writes.
     *
     * @return empty for a lock that nobody can take over
     */
    default Optional<Fence> fence() {
      return Optional.empty();
    }

    /**
     * Whether this run took over from one that never ended.
     *
     * @return true if the owner before did not give it back
     */
    default boolean takenOver() {
      return false;
    }

    @Override
    void close();
  }
}
