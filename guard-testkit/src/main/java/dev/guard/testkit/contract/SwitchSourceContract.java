package dev.guard.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.guard.Intent;
import dev.guard.Target;
import dev.guard.killswitch.KillSwitch;
import dev.guard.killswitch.KillSwitch.Reading;
import dev.guard.killswitch.KillSwitch.Source;
import dev.guard.killswitch.KillSwitch.State;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What a {@link KillSwitch.Source} does, as tests: JUnit 5 runs them in every class that implements
 * this.
 *
 * <pre>{@code
 * class OurFlagTest implements SwitchSourceContract {
 *   public Source source() { return OurFlag.at(server.url()); }
 *   public void say(State state) { server.set(state); }
 *   public void breakIt() { server.stop(); }
 * }
 * }</pre>
 */
public interface SwitchSourceContract {
  /**
   * The source, the same in all of one test.
   *
   * @return the source, of a system that works
   */
  Source source();

  /**
   * Makes the system behind the source say something. It also mends what {@link #breakIt} broke.
   *
   * @param state one of {@link #states}
   * @throws Exception if the test cannot go on
   */
  void say(State state) throws Exception;

  /**
   * Makes the system behind the source unreadable.
   *
   * @throws Exception if the test cannot go on
   */
  void breakIt() throws Exception;

  /**
   * What the system can say.
   *
   * @return RUN and STOP among them; by default all
   */
  default List<State> states() {
    return List.of(State.values());
  }

  /** People learn which switch it was. */
  @Test
  default void hasAName() {
    assertFalse(source().name().isBlank(), "a source has a name");
  }

  /** What the system says is what is read, and why it holds back is said. */
  @Test
  default void saysWhatItsSystemSays() throws Exception {
    Source source = source();
    for (State state : states()) {
      say(state);
      Reading reading = source.read();
      assertNotNull(reading, "a source answers");
      assertEquals(state, reading.state());
    }
  }

  /** Every reading is a new one: a source that remembers RUN cannot stop anything. */
  @Test
  default void readsAnew() throws Exception {
    Source source = source();
    for (int round = 0; round < 3; round++) {
      say(State.RUN);
      assertEquals(State.RUN, source.read().state());
      say(State.STOP);
      assertEquals(State.STOP, source.read().state(), "it was RUN a moment ago");
    }
  }

  /** Unreadable is never RUN, also right after RUN was read. */
  @Test
  default void unreadableIsNotRun() throws Exception {
    Source source = source();
    say(State.RUN);
    assertEquals(State.RUN, source.read().state());
    breakIt();
    KillSwitch killSwitch = KillSwitch.from(source);
    Intent intent = Intent.of("contract.probe", Target.of("probe", "contract", "1")).because("x");
    assertFalse(killSwitch.review(intent).allowed(), "it cannot be read, and lets go on");
    assertEquals(State.STOP, killSwitch.reading().state());
  }

  /** A source that was mended is read again. */
  @Test
  default void canBeMended() throws Exception {
    Source source = source();
    breakIt();
    say(State.RUN);
    assertEquals(State.RUN, source.read().state());
  }
}
