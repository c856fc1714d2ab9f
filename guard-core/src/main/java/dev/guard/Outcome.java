package dev.guard;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What came of a single call: done, simulated, or refused. The effect's own exception is not an
 * outcome: it is thrown, with its own type. Immutable; as thread-safe as the value that the effect
 * returned.
 *
 * @param <T> what the effect returns
 */
public sealed interface Outcome<T> permits Outcome.Done, Outcome.Simulated, Outcome.Refused {
  /**
   * The effect's value, or an exception if the effect did not run.
   *
   * @return the value; null if the effect returned null
   * @throws GuardRefusedException with all reasons, unless the outcome is {@link Done}
   */
  @Nullable T orThrow();

  /**
   * The effect's value, if it ran and returned one.
   *
   * @return the value
   */
  default Optional<T> value() {
    return Optional.empty();
  }

  /**
   * An outcome that is done.
   *
   * @param value what the effect returned, or null
   * @param <T> its type
   * @return the outcome
   */
  static <T> Outcome<T> done(@Nullable T value) {
    return new Done<>(value);
  }

  /**
   * The act ran, once.
   *
   * @param result what the effect returned, or null
   * @param <T> its type
   */
  record Done<T>(@Nullable T result) implements Outcome<T> {
    @Override
    public @Nullable T orThrow() {
      return result;
    }

    @Override
    public Optional<T> value() {
      return Optional.ofNullable(result);
    }
  }

  /**
   * A dry run went through everything but the act.
   *
   * @param intent what was proposed
   * @param verdict what the safeguards said
   * @param <T> what the effect would have returned
   */
  record Simulated<T>(Intent intent, Verdict verdict) implements Outcome<T> {
    @Override
    public @Nullable T orThrow() {
      throw GuardRefusedException.of("Simulated", intent, verdict);
    }
  }

  /**
   * The act did not run.
   *
   * @param intent what was proposed
   * @param verdict what the safeguards said, with all reasons
   * @param <T> what the effect would have returned
   */
  record Refused<T>(Intent intent, Verdict verdict) implements Outcome<T> {
    @Override
    public @Nullable T orThrow() {
      throw GuardRefusedException.of("Refused", intent, verdict);
    }
  }
}
