package dev.guard.examples.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.examples.report.PlanText;
import dev.guard.examples.report.PlanView;
import dev.guard.internal.json.Json;
import dev.guard.plan.Plan;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code guard plan show}. */
@Command(
    name = "show",
    description = {
      "Shows a plan file: what would go, what is kept, and why.",
      "Deletes nothing, and needs no configuration. With one it also says who approved the plan, who objects, and when its images are free. A plan that was altered is refused.",
      ""
    },
    footerHeading = "%nExamples%n",
    footer = {
      "  guard plan show plan.json",
      "  guard plan show plan.json --html report.html",
      "",
      "Exit codes: 0 shown, 2 unreadable or altered."
    })
final class PlanShow implements Callable<Integer> {
  private final Shell shell;

  @Mixin final Common common = new Common();

  @Parameters(paramLabel = "PLAN", description = "The plan file.")
  @SuppressWarnings("NullAway.Init")
  Path file;

  @Option(names = "--html", paramLabel = "FILE", description = "Also write the plan as a page.")
  @Nullable Path html;

  PlanShow(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    Plan plan = Plan.read(shell.resolve(file));
    Instant now = shell.time().now();
    if (html != null) {
      new Outputs(null, shell.resolve(html)).check();
      Output.page(shell.resolve(html), plan, now);
    }
    Standing standing = configured() ? Standing.of(shell, () -> common.read(shell), plan) : null;
    if (common.json) {
      shell.out().println(standing == null ? plan.toJson() : json(plan, standing));
      return Exit.CLEAN.code();
    }
    PlanText.print(PlanView.of(plan, now), now, shell.out(), shell.style());
    if (standing != null) {
      standing.print(shell.out(), shell.style());
    }
    return Exit.CLEAN.code();
  }

  /** Whether somebody named a configuration, or there is one. */
  private boolean configured() {
    return common.config != null
        || !shell.environment().getOrDefault("GUARD_CONFIG", "").isEmpty()
        || Files.exists(common.file(shell));
  }

  private static String json(Plan plan, Standing standing) {
    try {
      ObjectNode json = (ObjectNode) Json.read(plan.toJson());
      standing.into(json.putObject("people"));
      return Json.line(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
