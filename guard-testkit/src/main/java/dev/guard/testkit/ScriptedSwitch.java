package dev.guard.testkit;

import dev.guard.killswitch.KillSwitch;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A source of a kill switch that says what it is told, also what no source should say. Thread-safe.
 *
 * <pre>{@code
 * ScriptedSwitch source = new ScriptedSwitch();
 * Guard guard = Guard.named("cleanup").killSwitch(KillSwitch.from(source)). … .build();
 * source.say(ScriptedSwitch.Says.STOP);
 * }</pre>
 */
public final class ScriptedSwitch implements KillSwitch.Source {
  /** What a source can say. */
  public enum Says {
    /** Go on. */
    RUN,
    /** Nothing new starts for now. */
    PAUSE,
    /** Nothing new starts until a person resumes. */
    STOP,
    /** It throws. */
    THROWS,
    /** It answers null. */
    NOTHING
  }

  private volatile Says says = Says.RUN;

  /** A source that says RUN. */
  public ScriptedSwitch() {}

  /**
   * Changes what it says.
   *
   * @param now what it says from now on
   */
  public void say(Says now) {
    says = Objects.requireNonNull(now, "says");
  }

  /**
   * What it says.
   *
   * @return now
   */
  public Says says() {
    return says;
  }

  @Override
  public String name() {
    return "scripted";
  }

  @Override
  @SuppressWarnings("NullAway") // a source that breaks its contract is what this is for
  public KillSwitch.Reading read() {
    switch (says) {
      case RUN:
        return KillSwitch.Reading.run();
      case PAUSE:
        return KillSwitch.Reading.pause("told to pause");
      case STOP:
        return KillSwitch.Reading.stop("told to stop");
      case THROWS:
        throw new IllegalStateException("told to throw");
      default:
        return nothing();
    }
  }

  private static KillSwitch.@Nullable Reading nothing() {
    return null;
  }
}
