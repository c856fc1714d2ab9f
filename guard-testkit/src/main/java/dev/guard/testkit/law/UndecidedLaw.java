package dev.guard.testkit.law;

import dev.guard.testkit.ScriptedSafeguard.Says;
import dev.guard.testkit.law.Law.Check;
import dev.guard.testkit.law.Law.Findings;
import dev.guard.testkit.scenario.Scenario.Kind;
import dev.guard.testkit.scenario.Scenario.Scripted;
import dev.guard.testkit.scenario.Trace.Asked;
import dev.guard.testkit.scenario.Trace.Happened;
import dev.guard.testkit.scenario.Trace.What;
import java.util.Set;

/** Law 3. */
final class UndecidedLaw implements Check {
  private static final Set<String> UNDECIDED = Set.of("THROWS", "NULL", "LATE");

  @Override
  public void judge(Story story, Findings findings) {
    for (Happened act : story.acts()) {
      if (story.undecided(act.id(), act.move())) {
        findings.add(
            act.step(), act.id() + " was acted on, although a safeguard is undecided of it.");
      }
      if (story.scenario.thing(act.id()).unreadable()) {
        findings.add(
            act.step(), act.id() + " was acted on, although its protection is unreadable.");
      }
    }
    for (Happened one : story.trace.log()) {
      if (one.what() == What.REVIEW && Says.valueOf(one.said()).undecided()) {
        halted(story, findings, one);
      }
      if (one.what() == What.WHOLE && Says.valueOf(one.said()).undecided()) {
        halted(story, findings, one);
      }
      // nobody holds a reading of sources to a deadline: a large cluster takes minutes
      if (one.what() == What.REFRESH
          && Says.valueOf(one.said()).undecided()
          && !one.said().equals(Says.LATE.name())) {
        halted(story, findings, one);
      }
      if (one.what() == What.RESERVE && UNDECIDED.contains(one.said().split(" ", 2)[0])) {
        halted(story, findings, one);
      }
    }
    for (Asked one : story.trace.asked()) {
      if (one.kind() == Kind.CALL && one.error() == null) {
        named(story, findings, one);
      }
    }
  }

  /** HALT: nothing more in this run, and the answer names who was undecided. */
  private static void halted(Story story, Findings findings, Happened undecided) {
    for (Happened act : story.acts()) {
      if (act.move() == undecided.move() && act.step() > undecided.step()) {
        findings.add(
            act.step(),
            act.id()
                + " was acted on after "
                + undecided.who()
                + " was undecided ("
                + undecided.said()
                + ").");
      }
    }
    Asked asked = story.asked(undecided.move());
    if (asked != null && asked.error() == null && !story.journalFailed(asked)) {
      if (!"HALT".equals(asked.level()) || !asked.names().contains(undecided.who())) {
        findings.add(
            undecided.step(),
            undecided.who()
                + " was undecided ("
                + undecided.said()
                + "), but "
                + asked.kind()
                + " says "
                + asked.level()
                + " of "
                + asked.names()
                + ".");
      }
    }
  }

  private static void named(Story story, Findings findings, Asked call) {
    for (Scripted safeguard : story.scenario.safeguards()) {
      boolean undecided = safeguard.of(String.valueOf(call.id()), call.move()).undecided();
      if (undecided && (!"HALT".equals(call.level()) || !call.names().contains(safeguard.name()))) {
        findings.add(
            call.to(),
            safeguard.name()
                + " is undecided of "
                + call.id()
                + ", but the call says "
                + call.level()
                + ".");
      }
    }
  }
}
