package dev.guard.examples.cli;

import dev.guard.Guard;
import dev.guard.Verdict;
import dev.guard.examples.config.GuardConfig;
import dev.guard.examples.report.PlanText;
import dev.guard.examples.report.PlanView;
import dev.guard.examples.report.Style;
import dev.guard.plan.Plan;
import dev.guard.registry.cleanup.ImageCleanup;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code guard images plan}. */
@Command(
    name = "plan",
    description = {
      "Says what would go and what is kept, and why. Deletes nothing.",
      "Shows where the limits stand. Reads the registry and every cluster anew; writes the plan, first sights and a record to the journal.",
      "A plan over its limit is written as well, for people to look at; it cannot be applied unless they approve it.",
      ""
    },
    footerHeading = "%nExamples%n",
    footer = {
      "  guard images plan -o plan.json --html report.html",
      "  guard images plan --json | jq .plan.items",
      "",
      "Exit codes: 0 within limits, 2 usage, 3 evidence incomplete, 4 over a limit or stopped, 5 parts of the registry could not be read and are left out."
    })
final class ImagesPlan implements Callable<Integer> {
  private final Shell shell;

  @Mixin final Common common = new Common();

  @Mixin final Person person = new Person();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "Write the plan file, which 'guard images apply' takes.")
  @Nullable Path output;

  @Option(names = "--html", paramLabel = "FILE", description = "Also write the plan as a page.")
  @Nullable Path html;

  ImagesPlan(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    GuardConfig config = common.read(shell);
    new Outputs(
            output == null ? null : shell.resolve(output),
            html == null ? null : shell.resolve(html))
        .check(common.file(shell), config);
    Channels channels = Channels.open(shell, config);
    String who = person.name(shell);
    try (Session session = Session.open(shell, config);
        Progress progress = new Progress(shell, common.json)) {
      progress.says("asking registry and clusters");
      session.preflight(true);
      try (Journal journal = Journal.open(shell, session)) {
        progress.says("reading the registry");
        ImageCleanup cleanup = session.cleanup(session.store());
        Plan plan = make(session, cleanup, who, journal, progress);
        progress.ends();
        channels.halted("a plan", plan.verdict(), shell.err());
        return show(plan);
      }
    }
  }

  static Plan make(
      Session session, ImageCleanup cleanup, String who, Journal journal, Progress progress) {
    dev.guard.plan.Selection selection = session.selection(cleanup.propose());
    progress.says("reading the clusters");
    Guard guard = session.guard(false, Verdict.allow(), who, journal.sink(), cleanup, progress);
    return guard.plan(selection);
  }

  private int show(Plan plan) {
    Instant now = shell.time().now();
    Path file = output;
    if (file != null) {
      Output.plan(shell.resolve(file), plan);
    }
    if (html != null) {
      Output.page(shell.resolve(html), plan, now);
    }
    Exit exit = Fates.of(plan);
    if (common.json) {
      shell.out().println(plan.toJson());
      return exit.code();
    }
    PlanView view = PlanView.of(plan, now);
    PlanText.print(view, now, shell.out(), shell.style());
    next(view, file);
    return exit.code();
  }

  private void next(PlanView view, @Nullable Path file) {
    PrintStream out = shell.out();
    Style style = shell.style();
    if (html != null) {
      out.println(style.dim("Page     ") + html);
    }
    if (!view.halts().isEmpty()) {
      out.println(style.bold(Next.WORD) + Next.after(view.plan(), style));
    } else if (view.going().isEmpty()) {
      out.println(
          style.bold("Next     ")
              + "nothing to do; 'guard images explain REF' says why an image stays");
    } else if (file == null) {
      out.println(
          style.bold("Next     ")
              + style.command("guard images plan -o plan.json")
              + "  keeps the plan for review and apply");
    } else {
      out.println(style.bold(Next.WORD) + Next.with(view.plan(), file, style));
    }
  }
}
