package dev.guard.examples.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.examples.config.GuardConfig;
import dev.guard.examples.report.Style;
import dev.guard.examples.report.Text;
import dev.guard.internal.json.Json;
import dev.guard.rollout.RolloutStatus;
import dev.guard.rollout.RolloutStatus.State;
import dev.guard.rollout.StagedRollout;
import java.io.PrintStream;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code guard rollout status}. */
@Command(
    name = "status",
    description = {"Says where the rollout stands. Asks nobody and moves nothing.", ""},
    footerHeading = "%nExamples%n",
    footer = {
      "  guard rollout status --json",
      "",
      "Exit codes: 0 told, also if there is none, 2 usage, 3 state unreadable."
    })
final class RolloutShow implements Callable<Integer> {
  private final Shell shell;

  @Mixin final Common common = new Common();

  RolloutShow(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    GuardConfig config = common.read(shell);
    try (KeptState state = KeptState.open(shell, config)) {
      Optional<RolloutStatus> status = stages(shell, config, state).status();
      if (common.json) {
        shell.out().println(Json.line(json(status.orElse(null))));
      } else if (status.isEmpty()) {
        shell.out().println("No plan of guard " + config.name() + " was ever rolled out.");
      } else {
        show(status.get());
      }
    }
    return Exit.CLEAN.code();
  }

  /** The stages of the configuration, with what the state knows of them. */
  static StagedRollout stages(Shell shell, GuardConfig config, KeptState state) {

    return Session.stages(config, "")
        .bind(config.name(), state.store(), shell.time(), Optional::empty);
  }

  static ObjectNode json(@Nullable RolloutStatus status) {
    ObjectNode json = Json.object();
    if (status == null) {
      json.putNull("plan");
      return json;
    }
    json.put("plan", status.plan().text());
    json.put("state", status.state().name());
    json.put("stage", status.stage());
    json.put("baking", status.baking());
    json.put("leftSeconds", status.left().toSeconds());
    json.put("who", status.who());
    json.put("why", status.why());
    json.put("at", status.at().toString());
    ArrayNode stages = json.putArray("stages");
    status
        .steps()
        .forEach(
            step -> stages.addObject().put("name", step.name()).put("targets", step.targets()));
    return json;
  }

  private void show(RolloutStatus status) {
    PrintStream out = shell.out();
    Style style = shell.style();
    String word = status.state().name();
    out.println(
        style.bold("Rollout  ")
            + (status.state() == State.RUNNING || status.state() == State.DONE
                ? style.good(word)
                : style.bad(word))
            + "  since "
            + Text.minute(status.at())
            + " by "
            + Text.clean(status.who())
            + ": "
            + Text.clean(status.why()));
    out.println("  plan       " + status.plan());
    for (int i = 0; i < status.steps().size(); i++) {
      out.println("  stage      " + row(status, i));
    }
    if (status.state() == State.PAUSED || status.state() == State.HALTED) {
      out.println(
          style.bold(Next.WORD)
              + style.command("guard rollout resume --why '…'")
              + "  or "
              + style.command("guard rollout abort --why '…'"));
    }
  }

  private static String row(RolloutStatus status, int number) {
    RolloutStatus.Step step = status.steps().get(number);
    String where = "closed";
    if (number < status.step() || status.state() == State.DONE) {
      where = "over";
    } else if (number == status.step()) {
      where = status.baking() ? "complete, bakes " + bakes(status) : "open";
    }
    return Text.clean(step.name()) + "  " + Text.count(step.targets(), "image") + "  " + where;
  }

  private static String bakes(RolloutStatus status) {
    return status.left().isZero() ? "no longer" : Text.length(status.left()) + " more at least";
  }
}
