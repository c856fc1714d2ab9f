package dev.guard.registry.rig;

import dev.guard.Effect;
import dev.guard.Guard;
import dev.guard.Intent;
import dev.guard.Outcome;
import dev.guard.Permit;
import dev.guard.Reservation;
import dev.guard.Safeguard;
import dev.guard.Target;
import dev.guard.Tripwire;
import dev.guard.Verdict;
import dev.guard.dryrun.DryRun;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;

/** Permits as users get them: from a guard that executes. */
public final class Permits {
  private Permits() {}

  /**
   * Runs one act under a guard with nothing in its way, and answers how its reservation was
   * settled.
   */
  public static Reservation.Settlement settled(String action, Target target, Consumer<Permit> act) {
    AtomicReference<Reservation.Settlement> seen = new AtomicReference<>();
    Safeguard watching =
        new Safeguard() {
          @Override
          public String name() {
            return "watching";
          }

          @Override
          public Verdict review(Intent intent) {
            return Verdict.allow();
          }

          @Override
          public Reservation reserve(Intent intent) {
            return (Reservation.Held) seen::set;
          }

          @Override
          public List<Tripwire> tripwires() {
            return List.of(Tripwire.of(() -> true));
          }
        };
    Guard guard =
        Guard.named("test")
            .dryRun(DryRun.unless(true))
            .unlimited("a test of the client alone")
            .unaudited("a test of the client alone")
            .safeguard(watching)
            .build();
    Effect.Action<RuntimeException> effect = act::accept;
    Outcome<Void> outcome = guard.run(Intent.of(action, target).because("a test"), effect);
    return Objects.requireNonNull(seen.get(), () -> "nothing was settled: " + outcome);
  }

  /**
   * Runs one act under a guard with nothing in its way, and answers what the act answered, also if
   * it says that it did nothing.
   */
  public static <T> T allowed(String action, Target target, Function<Permit, T> act) {
    Guard guard =
        Guard.named("test")
            .dryRun(DryRun.unless(true))
            .unlimited("a test of the client alone")
            .unaudited("a test of the client alone")
            .build();
    AtomicReference<T> answer = new AtomicReference<>();
    Outcome<Void> outcome =
        guard.run(
            Intent.of(action, target).because("a test"), permit -> answer.set(act.apply(permit)));
    return Objects.requireNonNull(answer.get(), () -> "the act did not run: " + outcome);
  }
}
