package dev.guard.examples.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.Digest;
import dev.guard.StateException;
import dev.guard.examples.config.GuardConfig;
import dev.guard.examples.config.GuardConfig.VoicesPart;
import dev.guard.examples.report.Style;
import dev.guard.examples.report.Text;
import dev.guard.internal.json.Json;
import dev.guard.killswitch.KillSwitch;
import dev.guard.plan.Approval;
import dev.guard.plan.Approvals;
import dev.guard.soak.Objection;
import dev.guard.soak.Soak;
import dev.guard.state.StateStore;
import dev.guard.time.Time;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code guard status}. */
@Command(
    name = "status",
    description = {
      "Says whether runs may start, and what is in doubt.",
      "Tells what the switch says now, who stopped it and why, whether a run is under way, and who objects to what, and who approved which plan. Reads only.",
      ""
    },
    footerHeading = "%nExamples%n",
    footer = {
      "  guard status",
      "  guard status --json | jq -r .switch",
      "",
      "Exit codes: 0 answered, 1 the journal is gone, 2 usage, 4 the state cannot be read."
    })
final class StatusCommand implements Callable<Integer> {
  private final Shell shell;

  @Mixin final Common common = new Common();

  StatusCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    GuardConfig config = common.read(shell);
    boolean elsewhere =
        config.killSwitch().configMap() != null || !config.voices().equals(VoicesPart.NOWHERE);
    if (!elsewhere) { // needs no registry and no cluster for that, so it asks none
      try (KeptState state = KeptState.open(shell, config)) {
        return status(
            config, KillSwitch.file(config.killSwitch().file()), state, List::of, List::of);
      }
    }
    try (Session session = Session.open(shell, config)) {
      return status(
          config,
          session.killSwitch(),
          session.state(),
          () -> session.people().objections(),
          () -> session.people().approvals(shell.time().now()));
    }
  }

  /** Who says no, or why that cannot be known. */
  private record Noes(List<Objection> objections, @Nullable String unreadable) {
    static Noes of(
        GuardConfig config, StateStore store, Time time, Supplier<List<Objection>> elsewhere) {
      Duration wait = config.people().soak();
      if (wait == null) {
        return new Noes(List.of(), null);
      }
      try {
        Soak soak = Soak.of(wait).objectionsFrom(elsewhere).bind(config.name(), store, time);
        return new Noes(soak.objections(), null);
      } catch (StateException fault) {
        return new Noes(List.of(), String.valueOf(fault.getMessage()));
      }
    }

    void into(ObjectNode json) {
      json.put("objectionsUnreadable", unreadable);
      ArrayNode all = json.putArray("objections");
      for (Objection one : objections) {
        ObjectNode no = all.addObject();
        no.put("scope", one.target().scope()).put("id", one.target().id());
        no.put("who", one.who()).put("why", one.why());
        no.put("until", one.until().map(Instant::toString).orElse(null));
      }
    }
  }

  /** Who approved what, or why that cannot be known. */
  private record Yeses(int needed, List<Approval> approvals, @Nullable String unreadable) {
    static Yeses of(GuardConfig config, StateStore store, Supplier<List<Approval>> elsewhere) {
      int needed = config.people().approvals();
      try {
        Approvals approvals = Session.approvals(config).alsoFrom(elsewhere);
        return new Yeses(needed, approvals.bind(config.name(), store).standing(), null);
      } catch (StateException fault) {
        return new Yeses(needed, List.of(), String.valueOf(fault.getMessage()));
      }
    }

    private Map<Digest, List<Approval>> byPlan() {
      Map<Digest, List<Approval>> all = new LinkedHashMap<>();
      approvals.forEach(one -> all.computeIfAbsent(one.plan(), any -> new ArrayList<>()).add(one));
      return all;
    }

    private int missing(List<Approval> given) {
      return Math.max(0, needed - given.size());
    }

    void into(ObjectNode json) {
      json.put("approvalsUnreadable", unreadable);
      ArrayNode all = json.putArray("approvals");
      byPlan()
          .forEach(
              (digest, given) -> {
                ObjectNode plan = all.addObject();
                plan.put("plan", digest.text())
                    .put("needed", needed)
                    .put("missing", missing(given));
                ArrayNode people = plan.putArray("people");
                given.forEach(one -> Standing.into(people.addObject(), one));
              });
    }

    void print(PrintStream out, Style style) {
      if (unreadable != null) {
        out.println(
            "  approvals  "
                + style.bad("cannot be read, so no plan counts as approved")
                + "  "
                + Text.clean(unreadable));
      }
      byPlan()
          .forEach(
              (digest, given) -> {
                out.println(
                    "  approved   plan "
                        + Text.brief(digest.text())
                        + (missing(given) == 0
                            ? ""
                            : ", " + Text.count(missing(given), "more approval") + " needed"));
                given.forEach(one -> out.println("             by " + Standing.said(one)));
              });
    }
  }

  private int status(
      GuardConfig config,
      KillSwitch kill,
      KeptState state,
      Supplier<List<Objection>> elsewhere,
      Supplier<List<Approval>> approvedElsewhere) {
    StateStore store = state.store();
    kill.bind(config.name(), store, shell.time());
    KillSwitch.Reading now = kill.reading();
    Optional<KillSwitch.Stop> latched = kill.latched();
    Optional<String> run = state.owner();
    int waiting = new HumanNotes(store, config.name()).waiting().size();
    long unsettled = Journal.unsettled(config, store).size();
    String shadow = DismissCommand.shown(config, store);
    Noes noes = Noes.of(config, store, shell.time(), elsewhere);
    Yeses yeses = Yeses.of(config, store, approvedElsewhere);
    if (common.json) {
      ObjectNode json = Json.object();
      json.put("guard", config.name());
      json.put("switch", now.state().name());
      json.put("why", now.state() == KillSwitch.State.RUN ? null : now.why());
      if (latched.isPresent()) {
        json.putObject("latched")
            .put("who", latched.get().who())
            .put("why", latched.get().why())
            .put("at", latched.get().at().toString());
      } else {
        json.putNull("latched");
      }
      json.put("run", run.orElse(null));
      json.put("unsettled", unsettled);
      json.put("notesWaiting", waiting);
      json.put("shadow", shadow);
      noes.into(json);
      yeses.into(json);
      shell.out().println(Json.line(json));
      return Exit.CLEAN.code();
    }
    show(config, now, latched, run, unsettled, waiting);
    show(noes);
    yeses.print(shell.out(), shell.style());
    if (shadow != null) {
      shell.out().println("  shadow     " + Text.clean(shadow));
    }
    if (now.state() == KillSwitch.State.STOP) {
      Style style = shell.style();
      shell
          .out()
          .println(
              style.bold("Next     ")
                  + style.command("guard resume --why '…'")
                  + "  once the cause is mended");
    }
    return Exit.CLEAN.code();
  }

  private void show(
      GuardConfig config,
      KillSwitch.Reading now,
      Optional<KillSwitch.Stop> latched,
      Optional<String> run,
      long unsettled,
      int waiting) {
    PrintStream out = shell.out();
    Style style = shell.style();
    out.println(style.bold("Guard " + config.name()));
    String word =
        now.state() == KillSwitch.State.RUN
            ? style.good("RUN")
            : now.state() == KillSwitch.State.PAUSE ? style.warn("PAUSE") : style.bad("STOP");
    out.println(
        "  switch     "
            + word
            + (now.state() == KillSwitch.State.RUN ? "" : "  " + Text.clean(now.why())));
    latched.ifPresent(
        stop ->
            out.println(
                "  stopped    "
                    + Text.minute(stop.at())
                    + " by "
                    + Text.clean(stop.who())
                    + ": "
                    + Text.clean(stop.why())));
    out.println("  run        " + run.map(Text::clean).orElse("none"));
    out.println(
        "  in doubt   "
            + (unsettled == 0
                ? "nothing"
                : style.bad(Text.count(unsettled, "target")) + "  guard audit unsettled"));
    if (waiting > 0) {
      out.println(
          "  waiting    "
              + Text.count(waiting, "note")
              + " of people, for the next run to put into the journal");
    }
  }

  private void show(Noes noes) {
    PrintStream out = shell.out();
    String unreadable = noes.unreadable();
    if (unreadable != null) {
      out.println(
          "  objections "
              + shell.style().bad("cannot be read, so every image is refused")
              + "  "
              + Text.clean(unreadable));
    }
    for (Objection one : noes.objections()) {
      out.println(
          "  kept       "
              + Text.clean(one.target().scope())
              + " "
              + Text.brief(one.target().id())
              + "  "
              + Text.clean(one.who())
              + " objects"
              + one.until().map(until -> " until " + Text.minute(until)).orElse("")
              + ": "
              + Text.clean(one.why()));
    }
  }
}
