package dev.guard.examples.demo;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.internal.json.Json;
import java.util.List;

/**
 * What the demo counted, each number from the registry itself and none from a report. Immutable.
 *
 * @param naive the night without Guard
 * @param guarded the cleanup with Guard
 * @param limit the plan that was too large
 * @param actsAfterStop how many manifests went after the stop, beyond the act in flight
 * @param journal what the journal proves
 */
public record DemoResult(
    Naive naive, Guarded guarded, Limit limit, long actsAfterStop, Proof journal) {
  /**
   * The night without Guard.
   *
   * @param outage whether the scale-up found no image
   * @param deleted how many images went
   */
  public record Naive(boolean outage, long deleted) {}

  /**
   * The cleanup with Guard.
   *
   * @param outage whether anything declared can no longer be pulled
   * @param deleted how many images went
   * @param kept every image that is left, and why
   */
  public record Guarded(boolean outage, long deleted, List<Kept> kept) {
    /** Copies. */
    public Guarded {
      kept = List.copyOf(kept);
    }
  }

  /**
   * An image that is left.
   *
   * @param image repository and tag
   * @param why why
   */
  public record Kept(String image, String why) {}

  /**
   * The plan that was too large.
   *
   * @param planned how many would have gone
   * @param population how many there are
   * @param halted whether the run halted
   * @param deleted how many went
   */
  public record Limit(long planned, long population, boolean halted, long deleted) {}

  /**
   * What the journal proves.
   *
   * @param records how many records it holds
   * @param intact whether its chain is unbroken
   * @param forgeryFound whether a forged line in a copy was found
   */
  public record Proof(long records, boolean intact, boolean forgeryFound) {}

  /**
   * Whether everything came out as the story says.
   *
   * @return true if so
   */
  public boolean asTold() {
    return naive.outage()
        && naive.deleted() > 0
        && !guarded.outage()
        && guarded.deleted() > 0
        && limit.halted()
        && limit.deleted() == 0
        && actsAfterStop == 0
        && journal.intact()
        && journal.forgeryFound();
  }

  /**
   * For machines.
   *
   * @return JSON
   */
  public String toJson() {
    ObjectNode json = Json.object();
    json.putObject("naive").put("outage", naive.outage()).put("deleted", naive.deleted());
    ObjectNode part = json.putObject("guarded");
    part.put("outage", guarded.outage()).put("deleted", guarded.deleted());
    ArrayNode all = part.putArray("kept");
    guarded.kept().forEach(one -> all.addObject().put("image", one.image()).put("why", one.why()));
    json.putObject("limit")
        .put("planned", limit.planned())
        .put("population", limit.population())
        .put("halted", limit.halted())
        .put("deleted", limit.deleted());
    json.putObject("killSwitch").put("actsAfterStop", actsAfterStop);
    json.putObject("journal")
        .put("records", journal.records())
        .put("intact", journal.intact())
        .put("forgeryFound", journal.forgeryFound());
    return Json.line(json);
  }
}
