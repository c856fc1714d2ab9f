package dev.guard.testkit.law;

import dev.guard.testkit.law.Law.Check;
import dev.guard.testkit.law.Law.Findings;
import dev.guard.testkit.scenario.Scenario.Kind;
import dev.guard.testkit.scenario.Trace.Asked;
import dev.guard.testkit.scenario.Trace.Happened;
import dev.guard.testkit.scenario.Trace.What;

/** Law 8. */
final class StopLaw implements Check {
  @Override
  public void judge(Story story, Findings findings) {
    waits(story, findings);
    for (Happened act : story.acts()) {
      String says = story.switchAt(act.step() - 1);
      if (!says.equals("RUN")) {
        findings.add(act.step(), act.id() + " was started although the switch says " + says + ".");
      }
      String seen = seen(story, act);
      if (seen != null) {
        findings.add(act.step(), act.id() + " was started after the guard had seen " + seen + ".");
      }
    }
  }

  /** A wait asks the switch at least every second. */
  private static void waits(Story story, Findings findings) {
    boolean asked = false;
    for (Happened one : story.trace.log()) {
      if (one.what() == What.SWITCH) {
        asked = true;
      }
      if (one.what() == What.WAIT) {
        if (!asked) {
          findings.add(one.step(), "A wait began without a look at the switch.");
        }
        if (Long.parseLong(one.said()) > 1000) {
          findings.add(one.step(), "A wait of " + one.said() + " ms asked nobody.");
        }
        asked = false;
      }
    }
  }

  /** What the guard saw and nobody lifted since. */
  private static @org.jspecify.annotations.Nullable String seen(Story story, Happened act) {
    String latched = null;
    int from = 0;
    for (Asked one : story.trace.asked()) {
      if (one.move() > act.move()) {
        break;
      }
      int until = one.move() == act.move() ? act.step() - 1 : one.to();
      // a store keeps the latch over the end of a process
      boolean forgets = !story.scenario.surroundings().store();
      boolean anew = one.kind() == Kind.RESTART || one.kind() == Kind.PROTECT;
      boolean lifts = one.kind() == Kind.RESUME || (anew && forgets);
      if (lifts && one.error() == null) {
        latched = null;
        from = one.to();
      }
      if (one.kind() == Kind.STOP) {
        latched = "a person's STOP";
      }
      if (!story.events(null, Math.max(from, one.from() - 1), until, Kind.STOPPED).isEmpty()) {
        latched = "another person's STOP";
      }
      String read = read(story, one, from, until, one.move() == act.move());
      latched = read == null ? latched : read;
    }
    return latched;
  }

  /** STOP is seen for good; PAUSE only for the run that saw it. */
  private static @org.jspecify.annotations.Nullable String read(
      Story story, Asked during, int from, int until, boolean sameRun) {
    String seen = null;
    for (Happened one : story.trace.log()) {
      if (one.what() == What.SWITCH
          && one.move() == during.move()
          && one.step() > from
          && one.step() <= until
          && !one.said().equals("RUN")
          && (sameRun || !one.said().equals("PAUSE"))) {
        seen = one.said();
      }
    }
    return seen;
  }
}
