package dev.guard.examples.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.examples.config.GuardConfig;
import dev.guard.examples.report.Style;
import dev.guard.examples.report.Text;
import dev.guard.internal.json.Json;
import dev.guard.killswitch.KillSwitch;
import dev.guard.state.StateStore;
import java.io.PrintStream;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code guard status}. */
@Command(
    name = "status",
    description = {
      "Says whether runs may start, and what is in doubt.",
      "Tells what the switch says now, who stopped it and why, and whether a run is under way. Reads only.",
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
    if (config.killSwitch().configMap() == null) { // needs no cluster for that, so it asks none
      try (KeptState state = KeptState.open(shell, config)) {
        return status(config, KillSwitch.file(config.killSwitch().file()), state);
      }
    }
    try (Session session = Session.open(shell, config)) {
      return status(config, session.killSwitch(), session.state());
    }
  }

  private int status(GuardConfig config, KillSwitch kill, KeptState state) {
    StateStore store = state.store();
    kill.bind(config.name(), store, shell.time());
    KillSwitch.Reading now = kill.reading();
    Optional<KillSwitch.Stop> latched = kill.latched();
    Optional<String> run = state.owner();
    int waiting = new HumanNotes(store, config.name()).waiting().size();
    long unsettled = Journal.unsettled(config, store).size();
    String shadow = DismissCommand.shown(config, store);
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
      shell.out().println(Json.line(json));
      return Exit.CLEAN.code();
    }
    show(config, now, latched, run, unsettled, waiting);
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
}
