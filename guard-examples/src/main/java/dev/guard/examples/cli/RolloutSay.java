package dev.guard.examples.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.Digest;
import dev.guard.examples.config.GuardConfig;
import dev.guard.examples.report.Style;
import dev.guard.internal.json.Json;
import dev.guard.plan.Plan;
import dev.guard.rollout.RolloutStatus;
import dev.guard.rollout.StagedRollout;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/**
 * What a person says to a rollout. It counts before the next act; the journal has it by the next
 * run.
 */
abstract class RolloutSay implements Callable<Integer> {
  private final Shell shell;

  @Mixin final Common common = new Common();

  @Mixin final Statement statement = new Statement();

  RolloutSay(Shell shell) {
    this.shell = shell;
  }

  /** What is said, done and noted. */
  abstract Digest say(StagedRollout stages, Says says);

  /** The word for what was done. */
  abstract String done();

  /** Who says it, and where it is noted. */
  record Says(Shell shell, HumanNotes notes, String who, String why) {
    void note(String action, String what) {
      notes.add(action, who, what, shell.time().now());
    }
  }

  @Override
  public Integer call() {
    GuardConfig config = common.read(shell);
    String who = statement.who(shell);
    String why = statement.why();
    Digest plan;
    try (KeptState state = KeptState.open(shell, config)) {
      StagedRollout stages = RolloutShow.stages(shell, config, state);
      HumanNotes notes = new HumanNotes(state.store(), config.name());
      plan = say(stages, new Says(shell, notes, who, why));
    }
    if (common.json) {
      ObjectNode json = Json.object();
      json.put("plan", plan.text()).put("done", done()).put("who", who).put("why", why);
      shell.out().println(Json.line(json));
    } else {
      Style style = shell.style();
      shell.out().println(style.good(done()) + "  the rollout of plan " + plan);
    }
    return Exit.CLEAN.code();
  }

  /** {@code guard rollout pause}. */
  @Command(
      name = "pause",
      description = {
        "Pauses the rollout before its next act, until somebody resumes it. Waits go on counting.",
        ""
      },
      footerHeading = "%nExamples%n",
      footer = {
        "  guard rollout pause --why 'a release is under way'",
        "",
        "Exit codes: 0 paused, 2 usage, or nothing is under way, 3 state unreadable."
      })
  static final class Pause extends RolloutSay {
    Pause(Shell shell) {
      super(shell);
    }

    @Override
    Digest say(StagedRollout stages, Says says) {
      RolloutStatus status = stages.pause(says.who(), says.why());
      if (status.state() != RolloutStatus.State.PAUSED) {
        throw new CommandException(
            Exit.USAGE,
            "The rollout is " + status.state() + " and cannot be paused: " + status.why() + ".");
      }
      says.note("pause-rollout", "plan " + status.plan() + ": " + says.why());
      return status.plan();
    }

    @Override
    String done() {
      return "Paused";
    }
  }

  /** {@code guard rollout resume}. */
  @Command(
      name = "resume",
      description = {
        "Lets a paused or halted rollout go on. A gate that halted it is asked again.",
        ""
      },
      footerHeading = "%nExamples%n",
      footer = {
        "  guard rollout resume --why 'the release is out'",
        "",
        "Exit codes: 0 resumed, 2 usage, or nothing is under way, 3 state unreadable."
      })
  static final class Resume extends RolloutSay {
    Resume(Shell shell) {
      super(shell);
    }

    @Override
    Digest say(StagedRollout stages, Says says) {
      says.note("resume-rollout", "plan " + stages.underWay().plan() + ": " + says.why());
      return stages.resume(says.who(), says.why()).plan();
    }

    @Override
    String done() {
      return "Resumed";
    }
  }

  /** {@code guard rollout abort}. */
  @Command(
      name = "abort",
      description = {
        "Aborts a rollout for good, before its next act: nothing of its plan goes any more.",
        "Without a plan it is the one that is under way or was last; a plan can be named before it begins.",
        ""
      },
      footerHeading = "%nExamples%n",
      footer = {
        "  guard rollout abort --why 'errors in dev'",
        "  guard rollout abort plan.json --why 'never this one'",
        "",
        "Exit codes: 0 aborted, 2 usage, or there is none, 3 state unreadable."
      })
  static final class Abort extends RolloutSay {
    private final Shell home;

    @Parameters(
        paramLabel = "PLAN",
        arity = "0..1",
        description = "A plan file, or a plan's digest, sha256:…")
    @Nullable String plan;

    Abort(Shell shell) {
      super(shell);
      this.home = shell;
    }

    @Override
    Digest say(StagedRollout stages, Says says) {
      Digest aborted = stages.abort(named(), says.who(), says.why());
      says.note("abort-rollout", "plan " + aborted + ": " + says.why());
      return aborted;
    }

    private @Nullable Digest named() {
      String given = plan;
      if (given == null) {
        return null;
      }
      if (!given.startsWith("sha256:")) {
        return Plan.read(home.resolve(Path.of(given))).digest();
      }
      try {
        return new Digest(given);
      } catch (IllegalArgumentException e) {
        throw new CommandException(
            Exit.USAGE, "A plan's digest is sha256: and 64 lower-case hexadecimal digits.");
      }
    }

    @Override
    String done() {
      return "Aborted";
    }
  }
}
