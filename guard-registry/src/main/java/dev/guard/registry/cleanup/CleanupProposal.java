package dev.guard.registry.cleanup;

import dev.guard.Reason;
import dev.guard.Target;
import dev.guard.plan.Selection;
import dev.guard.registry.inventory.RegistryInventory;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What policy proposes for one inventory: the selection for {@code Guard.plan}, and why every other
 * manifest stays. Immutable.
 *
 * @param inventory what was read
 * @param selection what may go, roots first
 * @param kept why each other manifest that was read stays
 * @param withoutAge how many tagged images have no age from the configured source; they are never
 *     candidates
 * @param countingSinceInstant since when first sights are counted, or null if ages come from
 *     elsewhere or none is known
 * @param bytesFreed how many bytes become free if all of it goes, at most
 */
public record CleanupProposal(
    RegistryInventory inventory,
    Selection selection,
    Map<Target, Reason> kept,
    long withoutAge,
    @Nullable Instant countingSinceInstant,
    long bytesFreed) {
  /** Copies. */
  public CleanupProposal {
    kept = Map.copyOf(kept);
  }

  /**
   * Since when first sights are counted.
   *
   * @return the instant, or empty if ages come from elsewhere or none is known
   */
  public Optional<Instant> countingSince() {
    return Optional.ofNullable(countingSinceInstant);
  }
}
