package dev.guard.testkit.simulation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.guard.Digest;
import dev.guard.Target;
import dev.guard.audit.AuditRecord;
import dev.guard.audit.AuditRecord.Phase;
import dev.guard.audit.JournalSink;
import dev.guard.plan.Plan;
import dev.guard.plan.PlanItem;
import dev.guard.plan.Report;
import dev.guard.plan.Report.Fate;
import dev.guard.testkit.crash.CrashFs;
import dev.guard.testkit.law.Law;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Judges every step by what really happened: which acts reached their targets, what the store
 * holds, and what is on the platters. It never takes the guard's word.
 */
final class Judge {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What was drawn of the window and not given back. */
  static final class Draw {
    final long at;
    boolean deed;
    boolean givenBack;

    Draw(long at) {
      this.at = at;
    }

    boolean counts() {
      return deed || !givenBack;
    }
  }

  /** What the model knows of one host's journal. */
  private static final class Kept {
    final Set<Target> open = new HashSet<>();
    final Set<Target> maybe = new HashSet<>();
    final Set<String> done = new HashSet<>();
    final Map<String, Integer> acted = new HashMap<>();
  }

  private final Universe universe;
  private final Script.Setup setup;
  private final List<Kept> journals = new ArrayList<>();
  private final List<Draw> draws = new ArrayList<>();
  private final Map<String, Long> clockOfWrite = new HashMap<>();
  private final Map<String, Draw> givingBack = new HashMap<>();
  private final Set<String> found = new LinkedHashSet<>();
  private long leaseEpoch;
  private long resumes;

  Judge(Universe universe, Script.Setup setup) {
    this.universe = universe;
    this.setup = setup;
    for (int i = 0; i < setup.hosts(); i++) {
      journals.add(new Kept());
    }
  }

  List<String> found() {
    return List.copyOf(found);
  }

  void violation(Law law, String sentence) {
    violation(law.name(), sentence);
  }

  private void violation(String law, String sentence) {
    found.add(law + ": " + sentence);
  }

  /** Nothing but what the engine declares may come out of it. */
  void unexpected(Throwable thrown) {
    violation("ENGINE", "it threw " + thrown + " at " + thrown.getStackTrace()[0]);
  }

  long resumes() {
    return resumes;
  }

  // ---- the store

  /** A host was told what the store holds. */
  void read(@Nullable Doing doing, String key, String value) {
    if (doing == null) {
      return;
    }
    if (latchOfRun(doing, key) && value.contains("\"state\":\"stop\"")) {
      universe.host(doing.host).sawStop("the latch of the store");
    }
    doing.lastGet = universe.now();
  }

  /** A person who stops or resumes looks at the latch, and is not stopped by it. */
  private static boolean latchOfRun(Doing doing, String key) {
    return !doing.person && key.startsWith("guard/latch/");
  }

  void unread(@Nullable Doing doing, String key) {
    if (doing != null && latchOfRun(doing, key)) {
      universe.host(doing.host).sawStop("a latch that cannot be read");
    }
  }

  /** The clock by which a write was made up, which may reach the store much later. */
  void writing(@Nullable Doing doing, String value) {
    if (doing != null && value.contains("guard.window/1")) {
      clockOfWrite.put(value, doing.lastGet);
      if (doing.draw != null) {
        givingBack.put(value, doing.draw);
      }
    }
  }

  /** What really came into the store. */
  void written(int host, String before, String value) {
    if (value.contains("guard.window/1")) {
      window(universe.host(host).doing(), before, value);
    } else if (value.contains("guard.run-lease/1")) {
      JsonNode term = json(value).path("value");
      long epoch = term.path("epoch").asLong();
      Doing doing = universe.host(host).doing();
      if (epoch > leaseEpoch) {
        leaseEpoch = epoch;
        if (doing != null && !term.path("released").asBoolean()) {
          doing.epoch = epoch;
        }
      }
    } else if (value.contains("guard.latch/1") && value.contains("\"state\":\"run\"")) {
      resumes++;
    }
  }

  private void window(@Nullable Doing doing, String before, String value) {
    Draw held = givingBack.get(value);
    if (held != null) {
      held.givenBack = true;
    }
    if (doing == null) {
      return;
    }
    if (held == null) {
      universe
          .host(doing.host)
          .drawn(Objects.requireNonNullElse(clockOfWrite.get(value), universe.now()));
    }
    long epoch = before.isEmpty() ? 0 : json(before).path("epoch").asLong();
    if (doing.plan != null && doing.epoch > 0 && epoch > doing.epoch) {
      violation(
          Law.LAW_7,
          "a run of epoch " + doing.epoch + " wrote the window, which was in epoch " + epoch);
    }
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // ---- the window

  /** Everybody holds what one act will use. */
  void reserved(Doing doing) {
    Draw draw = new Draw(universe.host(doing.host).drawnAt());
    doing.draw = draw;
    draws.add(draw);
    count();
  }

  /** The act is over; what is drawn from now on is the next one's. */
  void over(Doing doing) {
    doing.settled = doing.draw;
    doing.draw = null;
  }

  /** What the last act drew is free again, also if only in this process. */
  void givenBack(Doing doing) {
    Draw draw = doing.settled;
    if (draw != null) {
      draw.givenBack = true;
    }
  }

  /** Drawn = done + failed + in doubt + held, in every window that ends with a draw. */
  private void count() {
    long length = Duration.ofMinutes(setup.minutes()).toMillis();
    if (!setup.ownClock()) {
      length -= length / 1000; // by the host's own clock, which runs a little fast or slow
    }
    for (Draw last : draws) {
      int drawn = 0;
      for (Draw draw : draws) {
        if (draw.counts() && draw.at <= last.at && draw.at > last.at - length) {
          drawn++;
        }
      }
      if (last.counts() && drawn > setup.perWindow()) {
        violation(
            none(setup.perWindow(), Law.LAW_7),
            drawn + " were drawn within a window that allows " + setup.perWindow());
      }
    }
  }

  /** Of a limit of zero the law is that it means none. */
  private static Law none(int limit, Law other) {
    return limit == 0 ? Law.LAW_4 : other;
  }

  // ---- the journal

  void appending(int host, AuditRecord record) {
    Kept kept = journals.get(host);
    if (record.phase() == Phase.INTENDED) {
      kept.maybe.addAll(record.targets());
    } else if (record.phase() == Phase.OUTCOME && !"IN_DOUBT".equals(record.outcome())) {
      kept.maybe.addAll(record.targets());
    }
  }

  /** A record was acknowledged, so it is durable and is obeyed. */
  void appended(int host, @Nullable Doing doing, AuditRecord record) {
    Kept kept = journals.get(host);
    if (record.phase() == Phase.INTENDED) {
      for (Target target : record.targets()) {
        if (kept.open.contains(target) && doing != null) {
          doing.doubted.add(target.id());
        }
      }
      kept.open.addAll(record.targets());
      kept.maybe.removeAll(record.targets());
    } else if (record.phase() == Phase.OUTCOME) {
      kept.maybe.removeAll(record.targets());
      if (!"IN_DOUBT".equals(record.outcome())) {
        kept.open.removeAll(record.targets());
      }
      for (Target target : record.targets()) {
        if ("DONE".equals(record.outcome()) && record.plan() != null) {
          kept.done.add(record.plan() + " " + target.id());
        }
        if (doing != null) {
          doing.outcomes.put(record.run() + " " + target.id(), String.valueOf(record.outcome()));
        }
      }
    }
  }

  /** A journal was opened after whatever happened: what was acknowledged must be there. */
  void opened(int host, JournalSink journal) {
    Kept kept = journals.get(host);
    Set<Target> listed = journal.inDoubt(Life.GUARD);
    for (Target target : kept.open) {
      if (!listed.contains(target) && !kept.maybe.contains(target)) {
        violation(Law.LAW_9, "an INTENDED of " + target.id() + " is neither settled nor in doubt");
      }
    }
    for (Target target : listed) {
      if (!kept.open.contains(target) && !kept.maybe.contains(target)) {
        violation(Law.LAW_9, "the outcome of " + target.id() + " was durable and is lost");
      }
    }
    kept.open.clear();
    kept.open.addAll(listed);
    kept.maybe.clear();
  }

  /** No disk of these loses what was durable, so a journal that does not open lost it itself. */
  void unopened(int host, RuntimeException fault) {
    violation(Law.LAW_9, "the journal of host " + host + " does not open: " + fault.getMessage());
  }

  // ---- the act

  /** An act reaches its target. Everything that must hold of it is looked at here. */
  void deed(Doing doing, Thing thing, boolean touched, CrashFs disk, Path journal) {
    String id = thing.id();
    doing.deeds.add(id);
    Draw draw = doing.draw;
    if (draw == null) {
      violation(Law.LAW_7, id + " was acted on, and nothing was drawn for it");
    } else {
      draw.deed = true;
      count();
    }
    if (doing.dry) {
      violation(Law.LAW_1, "a dry run acted on " + id);
    }
    if (!doing.proven && doing.plan != null) {
      violation(Law.LAW_14, "a run acted without a proof that its safeguards are alive, on " + id);
    }
    intended(doing, thing, disk, journal);
    allowed(doing, thing);
    if (doing.plan != null) {
      planned(doing, doing.plan, thing);
    }
    thing.deeds++;
    if (touched && id.startsWith("t")) {
      thing.gone = true;
    }
  }

  private void intended(Doing doing, Thing thing, CrashFs disk, Path journal) {
    boolean durable = false;
    for (Map.Entry<Path, byte[]> file : disk.platter().entrySet()) {
      if (file.getKey().startsWith(journal)
          && file.getKey().toString().endsWith(".jsonl")
          && new String(file.getValue(), StandardCharsets.UTF_8)
              .lines()
              .anyMatch(
                  line ->
                      line.contains("\"phase\":\"INTENDED\"")
                          && line.contains("\"run\":\"" + universe.host(doing.host).run() + "\"")
                          && line.contains("\"id\":\"" + thing.id() + "\""))) {
        durable = true;
      }
    }
    if (!durable) {
      violation(Law.LAW_9, thing.id() + " was acted on without an INTENDED on the platter");
    }
    if (doing.doubted.contains(thing.id())) {
      violation(Law.LAW_9, thing.id() + " was in doubt and was acted on again");
    }
  }

  private void allowed(Doing doing, Thing thing) {
    Host host = universe.host(doing.host);
    if (doing.stopped != null) {
      violation(Law.LAW_8, thing.id() + " was acted on by a run that had seen " + doing.stopped);
    } else if (host.stoppedSince(resumes)) {
      violation(Law.LAW_8, thing.id() + " was acted on, and nobody had resumed");
    }
    if (doing.lastSwitch < doing.lastPrepared) {
      violation(Law.LAW_8, "the switch was not read before " + thing.id() + " was acted on");
    }
    Doing.Said said = doing.protection.get(thing.id());
    if (said != Doing.Said.FREE) {
      violation(
          said == Doing.Said.THREW ? Law.LAW_3 : Law.LAW_10,
          thing.id() + " was acted on, and its protection said " + said);
    }
    host.evidence(doing, thing).ifPresent(why -> violation(Law.LAW_11, why));
  }

  private void planned(Doing doing, Plan plan, Thing thing) {
    Optional<PlanItem> item =
        plan.items().stream().filter(one -> one.target().equals(thing.target())).findFirst();
    if (item.isEmpty() || !item.get().wouldGo()) {
      violation(Law.LAW_6, thing.id() + " was acted on, and the plan does not let it go");
    } else if (!Optional.ofNullable(doing.marks.get(thing.id())).equals(item.get().fingerprint())) {
      violation(Law.LAW_6, thing.id() + " is not what was planned, and was acted on");
    }
    Kept kept = journals.get(doing.host);
    String key = plan.digest().text() + " " + thing.id();
    if (kept.done.contains(key) || thing.gone) {
      violation(Law.LAW_16, thing.id() + " was done already, and was acted on again");
    }
    if (doing.epoch == 0 || doing.epoch != leaseEpoch) {
      violation(
          Law.LAW_7,
          "a run of epoch "
              + doing.epoch
              + " acted on "
              + thing.id()
              + " when epoch "
              + leaseEpoch
              + " had begun");
    }
    // one act more of a target whose last one failed counts once
    kept.acted.putIfAbsent(key, 1);
    long acted =
        kept.acted.keySet().stream().filter(one -> one.startsWith(plan.digest().text())).count();
    if (acted > setup.perPlan()) {
      violation(
          none(setup.perPlan(), Law.LAW_5),
          acted + " were acted on under a plan that may have " + setup.perPlan());
    }
  }

  /** A permit that went on being good. */
  void redeemedAgain(Thing thing) {
    violation(Law.LAW_15, "a permit for " + thing.id() + " was redeemed twice, or for another");
  }

  // ---- the report

  void reported(Doing doing, Plan plan, Report report) {
    Kept kept = journals.get(doing.host);
    Set<String> seen = new HashSet<>();
    for (Report.Entry entry : report.entries()) {
      String id = entry.target().id();
      seen.add(id);
      String written = doing.outcomes.get(report.run() + " " + id);
      Fate fate = entry.outcome();
      boolean open = kept.open.contains(entry.target());
      boolean known = fate == Fate.DONE || fate == Fate.FAILED;
      if (known != ("DONE".equals(written) || "FAILED".equals(written))
          || (known && !fate.name().equals(written))) {
        violation(Law.LAW_17, id + " is reported as " + fate + ", and recorded as " + written);
      }
      if (doing.deeds.contains(id) && open && fate != Fate.IN_DOUBT) {
        violation(Law.LAW_17, id + " is reported as " + fate + ", and is in doubt");
      }
      if (fate == Fate.DONE && !doing.deeds.contains(id)) {
        violation(Law.LAW_17, id + " is reported as DONE, and nothing was done");
      }
    }
    if (!seen.containsAll(doing.deeds) || seen.size() != plan.items().size()) {
      violation(Law.LAW_6, "the report does not name what the plan names");
    }
    Digest digest = plan.digest();
    boolean complete =
        plan.items().stream()
            .allMatch(
                item ->
                    !item.wouldGo()
                        || kept.done.contains(digest.text() + " " + item.target().id()));
    if (complete && doing.deeds.isEmpty() && report.executed()) {
      boolean locked =
          report.halted().isPresent()
              && report.halted().get().reasons().stream()
                  .anyMatch(reason -> reason.code().equals("run-locked"));
      boolean journal =
          report.halted().isPresent()
              && report.halted().get().reasons().stream()
                  .anyMatch(reason -> reason.code().equals("journal-failed"));
      if (report.halted().isPresent() && !locked && !journal) {
        violation(Law.LAW_16, "a completed plan was halted: " + report.halted().get());
      }
    }
  }
}
