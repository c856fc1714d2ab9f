package dev.guard.examples.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.GuardConfigurationException;
import dev.guard.StateException;
import dev.guard.examples.config.GuardConfig;
import dev.guard.examples.report.Style;
import dev.guard.internal.Cause;
import dev.guard.internal.json.Json;
import dev.guard.killswitch.KillSwitch;
import dev.guard.state.FileStateStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code guard stop}. */
@Command(
    name = "stop",
    description = {
      "Stops every run before its next act, until somebody resumes.",
      "Creates the stop file first, whatever else works: neither the journal nor a cluster is needed.",
      ""
    },
    footerHeading = "%nExamples%n",
    footer = {
      "  guard stop --why 'alerts since 02:10'",
      "  touch STOP     the same without Guard, and without a name on the record",
      "",
      "Exit codes: 0 stopped, 2 usage, 4 could not be stopped, 5 stopped, but who and why could not be kept."
    })
final class StopCommand implements Callable<Integer> {
  private final Shell shell;

  @Mixin final Common common = new Common();

  @Mixin final Statement statement = new Statement();

  StopCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    GuardConfig config = common.read(shell);
    String who = statement.who(shell);
    String why = statement.why();
    Instant now = shell.time().now();
    Path file = config.killSwitch().file();
    String noFile = create(file, who, why, now);
    String noState = latch(config, who, why, now);
    if (noFile != null && noState != null) {
      throw new CommandException(Exit.REFUSED, "NOT STOPPED. " + noFile + " " + noState);
    }
    if (common.json) {
      ObjectNode json = Json.object();
      json.put("stopped", true);
      json.put("file", noFile == null ? file.toString() : null);
      json.put("who", who);
      json.put("why", why);
      json.put("recorded", noState == null);
      shell.out().println(Json.line(json));
    } else {
      Style style = shell.style();
      shell
          .out()
          .println(style.bad("Stopped") + "  guard " + config.name() + ": nothing new starts.");
      if (noFile == null) {
        shell.out().println(style.dim("  stop file  ") + file);
      }
      shell.out().println(style.dim("  resume     ") + style.command("guard resume --why '…'"));
    }
    if (noFile != null || noState != null) {
      shell.err().println("guard: " + (noFile != null ? noFile : noState));
      return Exit.PARTLY.code();
    }
    return Exit.CLEAN.code();
  }

  /** Null if the file stands there now; else what went wrong. */
  private @Nullable String create(Path file, String who, String why, Instant now) {
    try {
      Files.write(
          file,
          (who + " stopped at " + now + ": " + why + "\n").getBytes(StandardCharsets.UTF_8),
          StandardOpenOption.CREATE_NEW,
          StandardOpenOption.WRITE);
      return null;
    } catch (FileAlreadyExistsException e) {
      return null;
    } catch (IOException e) {
      return "The stop file "
          + file
          + " could not be created ("
          + Cause.of(e)
          + "). Check its directory.";
    }
  }

  private @Nullable String latch(GuardConfig config, String who, String why, Instant now) {
    try {
      FileStateStore store = FileStateStore.at(config.state(), shell.time());
      KillSwitch kill = KillSwitch.file(config.killSwitch().file());
      kill.bind(config.name(), store, shell.time());
      kill.stop(who, why);
      new HumanNotes(store, config.name()).add("stop", who, why, now);
      return null;
    } catch (StateException | GuardConfigurationException e) {
      return "Who and why could not be kept: " + e.getMessage();
    }
  }
}
