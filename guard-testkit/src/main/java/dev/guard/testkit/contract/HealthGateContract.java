package dev.guard.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.guard.rollout.Gate;
import dev.guard.rollout.Gate.Answer;
import dev.guard.rollout.Gate.Result;
import org.junit.jupiter.api.Test;

/**
 * What a {@link Gate} does, as tests: JUnit 5 runs them in every class that implements this.
 *
 * <pre>{@code
 * class ErrorRateTest implements HealthGateContract {
 *   public Gate healthy() { return ErrorRate.of(serving(errors(0))); }
 *   public Gate unhealthy() { return ErrorRate.of(serving(errors(50))); }
 *   public Gate unreadable() { return ErrorRate.of(nobodyServes()); }
 * }
 * }</pre>
 */
public interface HealthGateContract {
  /**
   * A gate whose system is well.
   *
   * @return the gate
   * @throws Exception if the test cannot go on
   */
  Gate healthy() throws Exception;

  /**
   * A gate whose system is not well.
   *
   * @return the gate
   * @throws Exception if the test cannot go on
   */
  Gate unhealthy() throws Exception;

  /**
   * A gate that cannot learn how its system is: nothing answers, or nothing was measured.
   *
   * @return the gate
   * @throws Exception if the test cannot go on
   */
  Gate unreadable() throws Exception;

  /** Health opens the gate, every time it is asked. */
  @Test
  default void healthPasses() throws Exception {
    Gate gate = healthy();
    for (int i = 0; i < 3; i++) {
      assertEquals(Result.PASS, gate.ask().result());
    }
  }

  /** Ill health fails, every time it is asked, and says why. */
  @Test
  default void illHealthFails() throws Exception {
    Gate gate = unhealthy();
    for (int i = 0; i < 3; i++) {
      Answer answer = gate.ask();
      assertEquals(Result.FAIL, answer.result());
      assertFalse(answer.why().isBlank());
    }
  }

  /** What cannot be told is not health: INCONCLUSIVE, ERROR, or an exception. */
  @Test
  default void notKnowingIsNotPassing() throws Exception {
    Gate gate = unreadable();
    Answer answer;
    try {
      answer = gate.ask();
    } catch (Exception cannotTell) { // which halts
      return;
    }
    assertNotNull(answer, "a gate answers or throws");
    assertNotEquals(Result.PASS, answer.result(), "nothing is known, and the gate opens");
    assertFalse(answer.why().isBlank());
  }
}
