package dev.guard.testkit.law;

import dev.guard.testkit.ScriptedSafeguard.Says;
import dev.guard.testkit.law.Law.Check;
import dev.guard.testkit.law.Law.Findings;
import dev.guard.testkit.scenario.Scenario.Scripted;
import dev.guard.testkit.scenario.Trace.Compared;
import dev.guard.testkit.scenario.Trace.Happened;
import dev.guard.testkit.scenario.Trace.Said;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Law 2. */
final class OrderLaw implements Check {
  @Override
  public void judge(Story story, Findings findings) {
    for (Compared one : story.trace.compared()) {
      compare(story, findings, one);
    }
    reservations(story, findings);
  }

  private static void compare(Story story, Findings findings, Compared one) {
    Said given = one.orders().get(0);
    for (Said other : one.orders()) {
      if (!other.equals(given)) {
        findings.add(
            0,
            "Of " + one.id() + " the order of safeguards matters: " + given + " or " + other + ".");
      }
    }
    without(findings, one, given);
    reasons(story, findings, one, given);
  }

  /** Adding a safeguard lowers no verdict and hides no reason. */
  private static void without(Findings findings, Compared one, Said given) {
    one.without()
        .forEach(
            (name, fewer) -> {
              if (fewer.level() > given.level()) {
                findings.add(
                    0,
                    "Of "
                        + one.id()
                        + " adding "
                        + name
                        + " lowers the verdict from "
                        + fewer.level()
                        + " to "
                        + given.level()
                        + ".");
              }
              if (!given.reasons().containsAll(fewer.reasons())) {
                findings.add(0, "Of " + one.id() + " adding " + name + " hides reasons.");
              }
            });
  }

  /** Reasons are listed by safeguard, none is missing, and the strictest decides. */
  private static void reasons(Story story, Findings findings, Compared one, Said given) {
    List<String> names = new ArrayList<>();
    for (String reason : given.reasons()) {
      names.add(reason.substring(0, reason.indexOf('/')));
    }
    List<String> sorted = new ArrayList<>(names);
    sorted.sort(String::compareTo);
    if (!names.equals(sorted)) {
      findings.add(
          0, "The reasons of " + one.id() + " are not listed by safeguard: " + names + ".");
    }
    for (Scripted safeguard : story.scenario.safeguards()) {
      Says says = safeguard.of(one.id(), one.move());
      if (says != Says.ALLOW && !names.contains(safeguard.name())) {
        findings.add(0, "Of " + one.id() + " the reason of " + safeguard.name() + " is missing.");
      }
      if (given.level() < level(says)) {
        findings.add(
            0,
            "Of "
                + one.id()
                + " "
                + safeguard.name()
                + " says "
                + says
                + ", but the verdict is "
                + given.level()
                + ".");
      }
    }
  }

  private static int level(Says says) {
    switch (says) {
      case ALLOW:
        return 0;
      case SIMULATE:
        return 1;
      case REFUSE:
      case REFUSE_PENDING:
        return 2;
      default:
        return 3;
    }
  }

  /** A denial leaves all others as before, and everything held is settled once. */
  private static void reservations(Story story, Findings findings) {
    Map<String, String> open = new HashMap<>();
    boolean denied = false;
    for (Happened one : story.trace.log()) {
      switch (one.what()) {
        case RESERVE:
          String[] held = one.said().split(" ", 2);
          if (held.length == 2) {
            open.put(held[1], one.id());
          }
          denied = denied || !held[0].equals("HOLDS");
          break;
        case SETTLE:
          String[] said = one.said().split(" ", 2);
          if (open.remove(said[1]) == null) {
            findings.add(one.step(), said[1] + " was settled " + said[0] + ", but is not open.");
          }
          if (denied && !said[0].equals("NOT_RUN")) {
            findings.add(one.step(), "After a denial " + said[1] + " was settled " + said[0] + ".");
          }
          denied = denied && !open.isEmpty();
          break;
        case ACT:
          if (denied) {
            findings.add(one.step(), one.id() + " was acted on after a denied reservation.");
          }
          break;
        case REVIEW:
        case FINGERPRINT:
          denied = false;
          if (!open.isEmpty()) {
            findings.add(one.step(), open.keySet() + " was never settled.");
            open.clear();
          }
          break;
        default:
      }
    }
    if (!open.isEmpty()) {
      findings.add(0, open.keySet() + " was never settled.");
    }
  }
}
