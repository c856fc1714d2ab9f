package dev.guard.examples.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.examples.config.GuardConfig;
import dev.guard.examples.report.Style;
import dev.guard.examples.report.Text;
import dev.guard.internal.json.Json;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code guard release}. */
@Command(
    name = "release",
    description = {
      "Frees the run lock of a run that will not come back.",
      "Look at 'guard status' first: it says who runs, what for and since when. Who frees it and why goes on the record before it is free.",
      "Should that run live after all, it learns so before its next act. A lock in a state directory ends with its process and is not freed here.",
      ""
    },
    footerHeading = "%nExamples%n",
    footer = {
      "  guard release --why 'node-7 burnt down'",
      "",
      "Exit codes: 0 free, 2 usage, or a lock that ends with its process, 3 state unreadable."
    })
final class ReleaseCommand implements Callable<Integer> {
  private final Shell shell;

  @Mixin final Common common = new Common();

  @Mixin final Statement statement = new Statement();

  ReleaseCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    GuardConfig config = common.read(shell);
    String who = statement.who(shell);
    String why = statement.why();
    if (config.sharedState() == null) {
      throw new CommandException(
          Exit.USAGE,
          "The run lock in "
              + config.state()
              + " ends with the process that holds it. Find that process and end it.");
    }
    Optional<String> held;
    try (KeptState state = KeptState.open(shell, config)) {
      // On the record first: whoever takes over afterwards finds the note waiting.
      new HumanNotes(state.store(), config.name()).add("release-run", who, why, shell.time().now());
      held = state.lock().release(config.name());
    }
    if (common.json) {
      ObjectNode json = Json.object();
      json.put("held", held.orElse(null)).put("who", who).put("why", why);
      shell.out().println(Json.line(json));
    } else {
      Style style = shell.style();
      shell
          .out()
          .println(
              style.good("Free")
                  + "  guard "
                  + config.name()
                  + ": "
                  + held.map(one -> "it was held by " + Text.clean(one)).orElse("nobody held it")
                  + ".");
    }
    return Exit.CLEAN.code();
  }
}
