package dev.guard.examples.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.Target;
import dev.guard.examples.config.GuardConfig;
import dev.guard.examples.report.Style;
import dev.guard.examples.report.Table;
import dev.guard.examples.report.Text;
import dev.guard.internal.json.Json;
import java.io.PrintStream;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code guard audit unsettled}. */
@Command(
    name = "unsettled",
    description = {
      "Names the targets of which nobody knows what became.",
      "An act on them was recorded as intended, and no outcome followed. Such a target is never acted on again blindly: the next apply asks the registry first. Reads only.",
      ""
    },
    footerHeading = "%nExamples%n",
    footer = {
      "  guard audit unsettled",
      "  guard audit unsettled --json",
      "",
      "Exit codes: 0 none, 1 the journal is gone, 2 usage, 4 the journal cannot be read, 6 there are some."
    })
final class AuditUnsettled implements Callable<Integer> {
  private final Shell shell;

  @Mixin final Common common = new Common();

  AuditUnsettled(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    GuardConfig config = common.read(shell);
    Journal.mustExist(config, shell);
    Set<Target> open;
    try (KeptState state = KeptState.open(shell, config)) {
      open = Journal.unsettled(config, state.store());
    }
    Exit exit = open.isEmpty() ? Exit.CLEAN : Exit.IN_DOUBT;
    if (common.json) {
      ObjectNode json = Json.object();
      ArrayNode targets = json.putArray("unsettled");
      open.forEach(target -> targets.add(Output.json(target)));
      shell.out().println(Json.line(json));
      return exit.code();
    }
    PrintStream out = shell.out();
    Style style = shell.style();
    if (open.isEmpty()) {
      out.println(style.good("Settled") + "  every act has its outcome");
      return exit.code();
    }
    out.println(style.bad("In doubt") + "  " + Text.count(open.size(), "target"));
    Table table = new Table("  ", "WHERE", "TAGS", "ID");
    open.forEach(
        target -> table.row(target.scope(), target.labels().getOrDefault("tags", ""), target.id()));
    table.print(out, style);
    out.println(
        style.bold("Next     ")
            + "the next 'guard images apply --execute' asks the registry what became of each");
    return exit.code();
  }
}
