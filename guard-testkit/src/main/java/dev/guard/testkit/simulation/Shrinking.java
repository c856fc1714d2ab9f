package dev.guard.testkit.simulation;

/** Takes chunks of steps away, large ones first, as long as the same law stays broken. */
final class Shrinking {
  private static final int MOST_TRIES = 2000;

  private final String law;
  private Part best;
  private Simulation.Result result;
  private int tries;

  Shrinking(Part broken, Simulation.Result result) {
    this.law = law(result.violations().get(0));
    this.best = broken;
    this.result = result;
  }

  private static String law(String violation) {
    return violation.split(":", 2)[0];
  }

  Simulation.Result smallest() {
    boolean smaller = true;
    while (smaller && tries < MOST_TRIES) {
      smaller = false;
      for (int chunk = Math.max(1, best.size() / 2); chunk >= 1; chunk = chunk / 2) {
        smaller |= without(chunk);
      }
      smaller |= shorter();
    }
    return result;
  }

  private boolean without(int chunk) {
    boolean smaller = false;
    int from = 0;
    while (from < best.size() && tries < MOST_TRIES) {
      if (stillBroken(best.without(from, Math.min(best.size(), from + chunk)))) {
        smaller = true;
      } else {
        from += chunk;
      }
    }
    return smaller;
  }

  /** Lets steps do less than they need to. */
  private boolean shorter() {
    boolean smaller = false;
    for (Part part : best.shorter()) {
      smaller |= tries < MOST_TRIES && stillBroken(part);
    }
    return smaller;
  }

  private boolean stillBroken(Part part) {
    tries++;
    Simulation.Result now = part.play();
    boolean broken = now.violations().stream().anyMatch(each -> law(each).equals(law));
    if (broken) {
      best = part;
      result = now;
    }
    return broken;
  }
}
