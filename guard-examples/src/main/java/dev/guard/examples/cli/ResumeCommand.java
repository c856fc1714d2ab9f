package dev.guard.examples.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.examples.config.GuardConfig;
import dev.guard.examples.report.Style;
import dev.guard.internal.json.Json;
import dev.guard.killswitch.KillSwitch;
import dev.guard.state.StateStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code guard resume}. */
@Command(
    name = "resume",
    description = {
      "Lets runs start again.",
      "Removes the stop file and the latch; who and why go on the record. A ConfigMap that says stop is not touched: it stops the next run again.",
      ""
    },
    footerHeading = "%nExamples%n",
    footer = {
      "  guard resume --why 'alerts were a dashboard'",
      "",
      "Exit codes: 0 resumed, 2 usage, 4 still stopped."
    })
final class ResumeCommand implements Callable<Integer> {
  private final Shell shell;

  @Mixin final Common common = new Common();

  @Mixin final Statement statement = new Statement();

  ResumeCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    GuardConfig config = common.read(shell);
    String who = statement.who(shell);
    String why = statement.why();
    try (KeptState state = KeptState.open(shell, config)) {
      return resumed(config, state.store(), who, why);
    }
  }

  private int resumed(GuardConfig config, StateStore store, String who, String why) {
    Path file = config.killSwitch().file();
    KillSwitch kill = KillSwitch.file(file);
    kill.bind(config.name(), store, shell.time());
    kill.resume(who, why); // first what can fail; until the file is gone too, nothing runs
    remove(file);
    if (kill.latched().isPresent()) { // a run saw the file in between
      kill.resume(who, why);
    }
    new HumanNotes(store, config.name()).add("resume", who, why, shell.time().now());
    KillSwitch.Reading now = kill.reading();
    boolean stopped = now.state() != KillSwitch.State.RUN;
    if (common.json) {
      ObjectNode json = Json.object();
      json.put("stopped", stopped);
      json.put("who", who);
      json.put("why", why);
      shell.out().println(Json.line(json));
    } else {
      Style style = shell.style();
      shell
          .out()
          .println(
              stopped
                  ? style.bad("Still stopped") + "  " + now.why()
                  : style.good("Resumed") + "  guard " + config.name() + ": the next run may act.");
    }
    GuardConfig.ConfigMapPart map = config.killSwitch().configMap();
    if (map != null && !common.json) {
      shell
          .out()
          .println(
              "The ConfigMap "
                  + map.name()
                  + " is another switch and was not touched; guard status says what it says.");
    }
    return (stopped ? Exit.REFUSED : Exit.CLEAN).code();
  }

  private static void remove(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new CommandException(
          Exit.REFUSED,
          "Still stopped: the stop file "
              + file
              + " could not be removed. Check its directory's rights.");
    }
  }
}
