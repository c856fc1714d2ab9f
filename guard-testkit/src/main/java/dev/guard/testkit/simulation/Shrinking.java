package dev.guard.testkit.simulation;

import java.util.ArrayList;
import java.util.List;

/** Takes chunks of steps away, large ones first, as long as the same law stays broken. */
final class Shrinking {
  private static final int MOST_TRIES = 2000;

  private final String law;
  private Simulation.Result best;
  private int tries;

  Shrinking(Simulation.Result failed) {
    this.law = law(failed.violations().get(0));
    this.best = failed;
  }

  private static String law(String violation) {
    return violation.split(":", 2)[0];
  }

  Simulation.Result smallest() {
    boolean smaller = true;
    while (smaller && tries < MOST_TRIES) {
      smaller = false;
      for (int chunk = size() / 2; chunk >= 1; chunk = chunk / 2) {
        smaller |= without(chunk);
      }
      smaller |= shorter();
    }
    return best;
  }

  private int size() {
    return Script.parse(best.script()).events().size();
  }

  private boolean without(int chunk) {
    boolean smaller = false;
    int from = 0;
    while (from < size() && tries < MOST_TRIES) {
      Script script = Script.parse(best.script());
      List<Event> left = new ArrayList<>(script.events());
      left.subList(from, Math.min(left.size(), from + chunk)).clear();
      if (left.size() < script.events().size() && stillBroken(script.setup(), left)) {
        smaller = true;
      } else {
        from += chunk;
      }
    }
    return smaller;
  }

  /** Halves what is longer than it needs to be. */
  private boolean shorter() {
    boolean smaller = false;
    for (int i = 0; i < size() && tries < MOST_TRIES; i++) {
      Script script = Script.parse(best.script());
      Event event = script.events().get(i);
      if (event.kind() == Event.Kind.RUN && event.amount() > 1) {
        List<Event> other = new ArrayList<>(script.events());
        other.set(i, new Event(event.kind(), event.host(), event.amount() / 2));
        smaller |= stillBroken(script.setup(), other);
      }
    }
    return smaller;
  }

  private boolean stillBroken(Script.Setup setup, List<Event> events) {
    tries++;
    Simulation.Result now = Universe.play(new Script(setup, events));
    boolean broken = now.violations().stream().anyMatch(each -> law(each).equals(law));
    if (broken) {
      best = now;
    }
    return broken;
  }
}
