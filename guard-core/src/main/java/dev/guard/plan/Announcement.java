package dev.guard.plan;

import dev.guard.Digest;
import dev.guard.Target;
import dev.guard.Verdict;
import java.util.List;
import java.util.Set;

/**
 * What became of an announcement: who was to be told of, and what is proven. Immutable.
 *
 * @param plan the plan that was announced
 * @param asked the items that would go when it was announced; only these were told
 * @param proven the targets among them whose announcement is proven; only their wait began
 * @param verdict what was said of the announcement as a whole; if it is a HALT, or SIMULATE in a
 *     dry run, nobody was told and no wait began
 */
public record Announcement(Digest plan, List<PlanItem> asked, Set<Target> proven, Verdict verdict) {
  /** Copies. */
  public Announcement {
    asked = List.copyOf(asked);
    proven = Set.copyOf(proven);
  }
}
