package dev.guard.testkit.law;

import dev.guard.testkit.law.Law.Check;
import dev.guard.testkit.law.Law.Findings;
import dev.guard.testkit.scenario.Scenario.Kind;
import dev.guard.testkit.scenario.Scenario.Scripted;
import dev.guard.testkit.scenario.Trace.Asked;
import dev.guard.testkit.scenario.Trace.Happened;
import dev.guard.testkit.scenario.Trace.What;

/** Law 14. */
final class AliveLaw implements Check {
  @Override
  public void judge(Story story, Findings findings) {
    for (Scripted safeguard : story.scenario.safeguards()) {
      if (story.trace.notBuilt() == null && (safeguard.hollow() || dead(safeguard, 0))) {
        findings.add(
            0, "The guard was built although " + safeguard.name() + " is not proven alive.");
      }
      for (Asked one : story.trace.asked()) {
        boolean builds = one.kind() == Kind.RESTART || one.kind() == Kind.PROTECT;
        if (dead(safeguard, one.move())
            && one.error() == null
            && (builds || one.kind() == Kind.RESUME)) {
          findings.add(
              one.to(), one.kind() + " went well although " + safeguard.name() + " is dead.");
        }
        acts(story, findings, safeguard, one);
      }
    }
  }

  private static boolean dead(Scripted safeguard, int move) {
    Integer from = safeguard.dead();
    return from != null && from <= move;
  }

  private static void acts(Story story, Findings findings, Scripted safeguard, Asked one) {
    for (Happened act : story.acts(one)) {
      if (one.kind() == Kind.APPLY && dead(safeguard, one.move())) {
        findings.add(
            act.step(), act.id() + " was acted on although " + safeguard.name() + " is dead.");
      }
      if (one.kind() == Kind.APPLY && !proven(story, safeguard, act)) {
        findings.add(
            act.step(),
            act.id() + " was acted on by a run that did not prove " + safeguard.name() + " alive.");
      }
      if (one.kind() == Kind.CALL && refusedToResume(story, safeguard, one)) {
        findings.add(
            act.step(),
            act.id() + " was acted on after a resume found " + safeguard.name() + " dead.");
      }
    }
  }

  private static boolean proven(Story story, Scripted safeguard, Happened act) {
    return story
        .all(What.PROVE)
        .anyMatch(
            p ->
                p.move() == act.move()
                    && p.step() <= act.step()
                    && p.who().equals(safeguard.name()));
  }

  /** A stopped guard whose resume failed stays stopped. */
  private static boolean refusedToResume(Story story, Scripted safeguard, Asked call) {
    boolean stopped = false;
    boolean refused = false;
    for (Asked one : story.trace.asked()) {
      if (one.move() >= call.move()) {
        break;
      }
      if (one.kind() == Kind.STOP) {
        stopped = true;
      }
      if (one.kind() == Kind.RESUME) {
        refused = stopped && dead(safeguard, one.move());
        stopped = refused;
      }
      if (one.kind() == Kind.RESTART || one.kind() == Kind.PROTECT) {
        stopped = false;
        refused = false;
      }
    }
    return refused;
  }
}
