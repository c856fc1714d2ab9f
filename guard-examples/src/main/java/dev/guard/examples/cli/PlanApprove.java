package dev.guard.examples.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.examples.config.GuardConfig;
import dev.guard.examples.report.Style;
import dev.guard.examples.report.Text;
import dev.guard.internal.json.Json;
import dev.guard.plan.Approval;
import dev.guard.plan.Approvals;
import dev.guard.plan.Plan;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code guard plan approve}. */
@Command(
    name = "approve",
    description = {
      "Says yes to exactly this plan.",
      "Read it first with 'guard plan show'. Whoever made it cannot approve it. It is void when the plan expires, when its bytes change, and when what protects changes.",
      "A plan over its limit goes with it too: its count, percent and floor are lifted, and nothing else.",
      ""
    },
    footerHeading = "%nExamples%n",
    footer = {
      "  guard plan approve plan.json --why 'looked at every line'",
      "",
      "Exit codes: 0 approved, 2 usage, an unusable plan, or its planner, 4 it could not be kept."
    })
final class PlanApprove implements Callable<Integer> {
  private final Shell shell;

  @Mixin final Common common = new Common();

  @Mixin final Statement statement = new Statement();

  @Parameters(paramLabel = "PLAN", description = "A file that 'guard images plan -o' wrote.")
  @SuppressWarnings("NullAway.Init")
  Path file;

  PlanApprove(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    GuardConfig config = common.read(shell);
    String who = statement.who(shell);
    String why = statement.why();
    Plan plan = Plan.read(shell.resolve(file));
    if (!plan.header().guard().equals(config.name())) {
      throw new CommandException(
          Exit.USAGE,
          "The plan "
              + file
              + " was made by guard '"
              + plan.header().guard()
              + "', but this configuration is '"
              + config.name()
              + "'. Name that one's with --config.");
    }
    try (KeptState state = KeptState.open(shell, config)) {
      Approvals approvals = Session.approvals(config).bind(config.name(), state.store());
      approvals.approval(plan, who, why); // what refuses it, refuses it before it is noted
      new HumanNotes(state.store(), config.name())
          .add("approve", who, "plan " + plan.digest() + ": " + why, shell.time().now());
      Approval given = approvals.approve(plan, who, why);
      return show(config, plan, given, approvals);
    }
  }

  private int show(GuardConfig config, Plan plan, Approval given, Approvals approvals) {
    int count = approvals.valid(plan).size();
    boolean over = Approvals.isOver(plan);
    int needed = Math.max(config.people().approvals(), over ? 1 : 0);
    if (common.json) {
      ObjectNode json = Json.object();
      json.put("plan", plan.digest().text()).put("who", given.who()).put("why", given.why());
      json.put("expires", given.expires().toString());
      json.put("given", count).put("needed", needed).put("overLimit", over);
      shell.out().println(Json.line(json));
      return Exit.CLEAN.code();
    }
    Style style = shell.style();
    shell
        .out()
        .println(
            style.good("Approved")
                + " by "
                + Text.clean(given.who())
                + ": "
                + Text.count(plan.wouldGo().size(), "image")
                + (over ? ", over the limit" : "")
                + ", until "
                + Text.minute(given.expires())
                + ".");
    shell
        .out()
        .println(
            style.bold(Next.WORD)
                + (count < needed
                    ? Text.count(needed - count, "more approval") + " by somebody else"
                    : style.command("guard images apply " + file + " --execute")));
    return Exit.CLEAN.code();
  }
}
