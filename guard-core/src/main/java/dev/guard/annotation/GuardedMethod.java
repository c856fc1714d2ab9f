package dev.guard.annotation;

import dev.guard.Effect;
import dev.guard.Guard;
import dev.guard.Intent;
import dev.guard.Outcome;
import dev.guard.Permit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One guarded method, wired.
 *
 * @param label class and method, for people
 * @param returnsOutcome whether it returns an outcome rather than nothing
 */
record GuardedMethod(
    String label,
    Guard guard,
    String action,
    String because,
    TargetParameter parameter,
    boolean returnsOutcome) {
  private static final Logger LOG = LoggerFactory.getLogger(GuardedMethod.class);

  @Nullable Object call(@Nullable Object[] arguments, GuardedMethods.Body body) throws Throwable {
    @Nullable Object[] judged = arguments.clone();
    Intent intent =
        Intent.of(action, parameter.targets(label, judged)).because(because); // copies into judged
    Running running = new Running(judged, body);
    Outcome<Object> outcome;
    try {
      outcome = guard.<Object, Exception>call(intent, running);
    } catch (NotDone notDone) {
      return notDone.outcome;
    }
    if (returnsOutcome) {
      return outcome;
    }
    if (outcome instanceof Outcome.Simulated<Object> simulated) {
      LOG.info("Simulated {}: {}", intent, simulated.verdict());
      return null;
    }
    outcome.orThrow();
    return null;
  }

  @Override
  public String toString() {
    return label;
  }

  /** The method's body as an effect. */
  private final class Running implements Effect<Object, Exception> {
    private final @Nullable Object[] arguments;
    private final GuardedMethods.Body body;

    private Running(@Nullable Object[] arguments, GuardedMethods.Body body) {
      this.arguments = arguments;
      this.body = body;
    }

    @Override
    public @Nullable Object act(Permit permit) throws Exception {
      Object result = run();
      if (!returnsOutcome) {
        return null;
      }
      if (result instanceof Outcome.Done<?> done) {
        return done.result();
      }
      if (result instanceof Outcome<?> other) {
        throw new NotDone(label, other);
      }
      throw new IllegalStateException(
          label + " returned null. A guarded method returns Outcome.done(value), also of null.");
    }

    private @Nullable Object run() throws Exception {
      try {
        return body.run(arguments);
      } catch (Exception | Error own) {
        throw own;
      } catch (Throwable other) {
        throw new IllegalStateException(
            label + " threw what is neither exception nor error", other);
      }
    }
  }

  /**
   * The body says that it was refused or simulated itself. Whether it did something before, nobody
   * can say, so it counts as failed; but to its caller it is an answer, not a fault.
   */
  private static final class NotDone extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Outcome<?> outcome;

    private NotDone(String label, Outcome<?> outcome) {
      super(
          label + " returned " + outcome.getClass().getSimpleName() + ", not Done",
          null,
          false,
          false);
      this.outcome = outcome;
    }
  }
}
