package dev.guard.testkit.law;

import dev.guard.testkit.law.Law.Check;
import dev.guard.testkit.law.Law.Findings;
import dev.guard.testkit.scenario.Scenario.Answer;
import dev.guard.testkit.scenario.Scenario.Kind;
import dev.guard.testkit.scenario.Scenario.Source;
import dev.guard.testkit.scenario.Trace.Asked;
import dev.guard.testkit.scenario.Trace.Happened;
import dev.guard.testkit.scenario.Trace.Planned;
import dev.guard.testkit.scenario.Trace.What;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Law 11. */
final class EvidenceLaw implements Check {
  private static final long MOST_MILLIS = 60_000;

  @Override
  public void judge(Story story, Findings findings) {
    if (story.scenario.sources().isEmpty()) {
      return;
    }
    for (Asked one : story.trace.asked()) {
      List<Happened> acts = story.acts(one);
      Planned plan = one.plan();
      boolean applies = one.kind() == Kind.APPLY && plan != null;
      boolean blind = plan != null && plan.incomplete() && !plan.forged();
      if (applies && blind && !acts.isEmpty()) {
        findings.add(one.to(), acts.size() + " acts under a plan made from incomplete evidence.");
      }
      for (Happened act : acts) {
        if (applies) {
          listedAnew(story, findings, one, act);
        }
        fresh(story, findings, one, act);
        complete(story, findings, one, act);
        int since = applies ? one.from() - 1 : lastRead(story, act) - 1;
        if (!silent(story, act)
            && story.usedAt(act.id(), since)
            && story.events(act.id(), since, act.step(), Kind.FREED).isEmpty()) {
          findings.add(
              act.step(), act.id() + " was in use before it was judged, and was acted on.");
        }
      }
    }
  }

  /** A run lists anew when it begins; a single call may rely on a listing that is not too old. */
  private static int lastRead(Story story, Happened act) {
    int sources = story.scenario.sources().size();
    List<Happened> reads = story.all(What.SOURCE).filter(read -> read.step() < act.step()).toList();
    return reads.size() < sources ? 0 : reads.get(reads.size() - sources).step();
  }

  /**
   * Whether a source claims to be empty; if it never held anything, nobody can tell that it lies.
   */
  private static boolean silent(Story story, Happened act) {
    Map<String, String> last = new HashMap<>();
    story
        .all(What.SOURCE)
        .filter(read -> read.step() < act.step())
        .forEach(read -> last.put(read.who(), read.said()));
    return last.values().stream().anyMatch(said -> said.startsWith(Answer.EMPTY.name()));
  }

  private static void listedAnew(Story story, Findings findings, Asked run, Happened act) {
    for (Source source : story.scenario.sources()) {
      boolean read =
          story
              .all(What.SOURCE)
              .anyMatch(
                  r ->
                      r.move() == run.move()
                          && r.step() <= act.step()
                          && r.who().equals(source.name()));
      if (!read) {
        findings.add(
            act.step(), source.name() + " was not read by the run that acted on " + act.id() + ".");
      }
    }
  }

  /** The last listing before the item was judged is not older than a minute, by either clock. */
  private static void fresh(Story story, Findings findings, Asked run, Happened act) {
    Happened looked = null;
    Happened read = null;
    for (Happened one : story.trace.log()) {
      if (one.step() >= act.step()) {
        break;
      }
      if (one.what() == What.SOURCE) {
        read = one;
      }
      if (one.what() == What.FINGERPRINT && one.move() == run.move() && one.id().equals(act.id())) {
        looked = one;
      }
    }
    if (looked == null) {
      return;
    }
    if (read == null) {
      findings.add(act.step(), act.id() + " was acted on, and no source was ever read.");
      return;
    }
    boolean old =
        looked.wall() - read.wall() > MOST_MILLIS
            || looked.nanos() - read.nanos() > MOST_MILLIS * 1_000_000
            || looked.wall() < read.wall();
    if (old && read.step() < looked.step()) {
      findings.add(act.step(), act.id() + " was acted on by evidence older than a minute.");
    }
  }

  /**
   * What every source said when it was last read before the act; silence that used to be full is
   * none.
   */
  private static void complete(Story story, Findings findings, Asked run, Happened act) {
    Map<String, String> last = new HashMap<>();
    Map<String, Boolean> full = new HashMap<>();
    Map<String, Boolean> collapsed = new HashMap<>();
    // a store remembers over the end of a process what was full
    int built = story.scenario.surroundings().store() ? -1 : story.builtAt(run.move());
    for (Happened one : story.trace.log()) {
      if (one.what() != What.SOURCE || one.step() >= act.step() || one.move() <= built) {
        continue;
      }
      String answer = one.said().substring(0, one.said().indexOf(' '));
      boolean some = !one.said().endsWith(" 0");
      last.put(one.who(), answer);
      boolean empty = answer.equals(Answer.EMPTY.name());
      collapsed.put(one.who(), empty && full.getOrDefault(one.who(), false));
      if (answer.equals(Answer.COMPLETE.name()) && some && everythingComplete(story, one)) {
        full.put(one.who(), true);
      }
    }
    last.forEach(
        (source, answer) -> {
          boolean gap =
              !answer.equals(Answer.COMPLETE.name()) && !answer.equals(Answer.EMPTY.name());
          if (gap || collapsed.getOrDefault(source, false)) {
            findings.add(
                act.step(),
                act.id() + " was acted on, although " + source + " answered " + answer + ".");
          }
        });
  }

  /** Whether all sources that were read together with this one answered completely. */
  private static boolean everythingComplete(Story story, Happened read) {
    int sources = story.scenario.sources().size();
    List<Happened> reads = story.all(What.SOURCE).toList();
    int from = reads.indexOf(read) / sources * sources;
    for (Happened one : reads.subList(from, Math.min(reads.size(), from + sources))) {
      if (!one.said().startsWith(Answer.COMPLETE.name())) {
        return false;
      }
    }
    return true;
  }
}
