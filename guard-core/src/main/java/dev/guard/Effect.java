package dev.guard;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The caller's code that performs an act and returns a value. It runs at most once, on the caller's
 * thread, with a permit in hand; whatever it throws reaches the caller with its own type. Confined
 * to that thread, unless calls of several threads share it.
 *
 * <pre>{@code Outcome<Integer> n = guard.call(intent, permit -> dao.purge());}</pre>
 *
 * @param <T> what it returns
 * @param <X> what it throws
 */
@FunctionalInterface
public interface Effect<T, X extends Exception> {
  /**
   * Performs the act.
   *
   * @param permit the proof that it is allowed; adapters redeem it
   * @return the act's value, or null
   * @throws X if the act failed; what was reserved stays spent unless {@link Permit#notRun} was
   *     called
   */
  @Nullable T act(Permit permit) throws X;

  /**
   * Saves what an undo would need, before the act. It may only {@link Permit#check} the permit.
   *
   * @param permit the proof that the act is allowed
   * @return a reference to the saved material, made durable in the journal before the act; empty if
   *     there is none
   * @throws X if it could not be saved; then the act does not run
   */
  default Optional<String> prepare(Permit permit) throws X {
    return Optional.empty();
  }

  /**
   * An effect without a value.
   *
   * @param <X> what it throws
   */
  @FunctionalInterface
  interface Action<X extends Exception> {
    /**
     * Performs the act.
     *
     * @param permit the proof that it is allowed; adapters redeem it
     * @throws X if the act failed; what was reserved stays spent unless {@link Permit#notRun} was
     *     called
     */
    void act(Permit permit) throws X;

    /**
     * Saves what an undo would need, before the act. It may only {@link Permit#check} the permit.
     *
     * @param permit the proof that the act is allowed
     * @return a reference to the saved material; empty if there is none
     * @throws X if it could not be saved; then the act does not run
     */
    default Optional<String> prepare(Permit permit) throws X {
      return Optional.empty();
    }
  }

  /**
   * An effect throws an exception marked with this to say that it cannot know whether the act
   * happened: a time-out, a cut connection. The target is then recorded in doubt, not failed.
   */
  interface OutcomeUnknown {}
}
