package dev.guard.registry.rig;

import dev.guard.Effect;
import dev.guard.Guard;
import dev.guard.Intent;
import dev.guard.Permit;
import dev.guard.Target;
import dev.guard.dryrun.DryRun;
import java.util.function.Function;

/** Permits as users get them: from a guard that executes. */
public final class Permits {
  private Permits() {}

  /** Runs one act under a guard with nothing in its way, and answers what the act answered. */
  public static <T> T allowed(String action, Target target, Function<Permit, T> act) {
    Guard guard =
        Guard.named("test")
            .dryRun(DryRun.unless(true))
            .unlimited("a test of the client alone")
            .unaudited("a test of the client alone")
            .build();
    Effect<T, RuntimeException> effect = act::apply;
    return guard.call(Intent.of(action, target).because("a test"), effect).orThrow();
  }
}
