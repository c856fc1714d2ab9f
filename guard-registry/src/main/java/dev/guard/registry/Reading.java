package dev.guard.registry;

import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What came of one question to a registry: the {@link Answer}, the value if it is {@link
 * Answer#PRESENT}, a sentence for people, and the registry's own warnings, which are shown and
 * never acted on. Immutable.
 *
 * @param <T> what was asked for
 */
public final class Reading<T> {
  private final Answer answer;
  private final @Nullable T value;
  private final String detail;
  private final List<String> warnings;

  private Reading(Answer answer, @Nullable T value, String detail, List<String> warnings) {
    this.answer = Objects.requireNonNull(answer, "answer");
    this.value = value;
    this.detail = detail;
    this.warnings = List.copyOf(warnings);
  }

  static <T> Reading<T> present(T value, List<String> warnings) {
    return new Reading<>(Answer.PRESENT, Objects.requireNonNull(value, "value"), "", warnings);
  }

  static <T> Reading<T> not(Answer answer, String detail) {
    return not(answer, detail, List.of());
  }

  static <T> Reading<T> not(Answer answer, String detail, List<String> warnings) {
    if (answer == Answer.PRESENT) {
      throw new IllegalArgumentException("A present answer has a value.");
    }
    return new Reading<>(answer, null, detail, warnings);
  }

  <U> Reading<U> as() {
    return not(answer, detail, warnings);
  }

  /**
   * What the registry's answer says.
   *
   * @return the answer
   */
  public Answer answer() {
    return answer;
  }

  /**
   * Whether there is a value.
   *
   * @return true if the answer is {@link Answer#PRESENT}
   */
  public boolean isPresent() {
    return answer == Answer.PRESENT;
  }

  /**
   * The value.
   *
   * @return the value, or empty unless {@link Answer#PRESENT}
   */
  public Optional<T> value() {
    return Optional.ofNullable(value);
  }

  /**
   * The value of a present answer.
   *
   * @return the value
   * @throws NoSuchElementException if the answer is not {@link Answer#PRESENT}
   */
  public T get() {
    if (value == null) {
      throw new NoSuchElementException("The answer is " + answer + ": " + detail);
    }
    return value;
  }

  /**
   * Why there is no value, for people.
   *
   * @return a sentence without secrets; empty if there is a value
   */
  public String detail() {
    return detail;
  }

  /**
   * The registry's own warnings ({@code Warning: 299}).
   *
   * @return the texts, shortened and without control characters
   */
  public List<String> warnings() {
    return warnings;
  }

  @Override
  public String toString() {
    return detail.isEmpty() ? answer.toString() : answer + ": " + detail;
  }
}
