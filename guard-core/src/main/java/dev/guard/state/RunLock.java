package dev.guard.state;

import java.util.Optional;

/**
 * Keeps two runs of one guard apart. A store that can do this implements it besides {@link
 * StateStore}. The lock is released by the operating system when its process dies; the document
 * beside it only names the owner. Implementations are thread-safe.
 */
public interface RunLock {
  /**
   * Takes the lock if nobody holds it. Does not wait.
   *
   * @param name the guard's name
   * @param owner who takes it, for people
   * @return the held lock, or empty if another run holds it
   * @throws dev.guard.StateException if it cannot be told
   */
  Optional<Held> tryLock(String name, String owner);

  /**
   * Who holds the lock, as far as the document beside it says.
   *
   * @param name the guard's name
   * @return the owner and since when, for people
   */
  Optional<String> owner(String name);

  /** A lock that is held until closed, by any thread; closing twice does nothing. Thread-safe. */
  interface Held extends AutoCloseable {
    @Override
    void close();
  }
}
