package dev.guard.rollout;

import java.util.Objects;

/**
 * The health check that opens the next stage. Asked when a stage has baked, once a run at most; an
 * exception counts as {@link Result#ERROR}. Implementations are thread-safe, and quick or bounded
 * by a time-out of their own.
 *
 * <pre>{@code
 * Gate healthy = () -> errors() < 10 ? Gate.Answer.pass() : Gate.Answer.fail("too many errors");
 * }</pre>
 */
@FunctionalInterface
public interface Gate {
  /**
   * Asks.
   *
   * @return the answer; never null
   * @throws Exception if it cannot be told, which halts as {@link Result#ERROR} does
   */
  Answer ask() throws Exception;

  /** What a gate can say. */
  enum Result {
    /** All is well: the next stage opens. */
    PASS,
    /** Something is wrong: the rollout halts until a person resumes or aborts it. */
    FAIL,
    /** It cannot be told yet: the rollout waits, up to a bound, and then halts. */
    INCONCLUSIVE,
    /** The check itself is broken: the rollout halts. */
    ERROR
  }

  /**
   * What a gate said, and why. Immutable and thread-safe.
   *
   * @param result one of four
   * @param why for people; not blank unless it is PASS
   */
  record Answer(Result result, String why) {
    /** Checks. */
    public Answer {
      Objects.requireNonNull(result, "result");
      if (why.isBlank() && result != Result.PASS) {
        throw new IllegalArgumentException("A gate that says " + result + " says why.");
      }
    }

    /**
     * All is well.
     *
     * @return the answer
     */
    public static Answer pass() {
      return new Answer(Result.PASS, "");
    }

    /**
     * Something is wrong.
     *
     * @param why what; not blank
     * @return the answer
     */
    public static Answer fail(String why) {
      return new Answer(Result.FAIL, why);
    }

    /**
     * It cannot be told yet.
     *
     * @param why what is missing; not blank
     * @return the answer
     */
    public static Answer inconclusive(String why) {
      return new Answer(Result.INCONCLUSIVE, why);
    }

    /**
     * The check itself is broken.
     *
     * @param why how; not blank
     * @return the answer
     */
    public static Answer error(String why) {
      return new Answer(Result.ERROR, why);
    }
  }
}
