package dev.guard.examples.logs;

import dev.guard.Guard;
import dev.guard.GuardBuilder;
import dev.guard.audit.JournalReader;
import dev.guard.blastradius.BlastRadiusLimit;
import dev.guard.dryrun.DryRun;
import dev.guard.evidence.InUseCheck;
import dev.guard.examples.cli.Shell;
import dev.guard.examples.report.Text;
import dev.guard.examples.show.ExampleLine;
import dev.guard.examples.show.ExampleOptions;
import dev.guard.examples.show.Home;
import dev.guard.examples.show.Show;
import dev.guard.killswitch.KillSwitch;
import dev.guard.plan.Candidate;
import dev.guard.plan.Plan;
import dev.guard.plan.Report;
import dev.guard.plan.Selection;
import dev.guard.undo.Undo;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.PatternSyntaxException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Rotates logs: moves old files of a directory tree that no process has open to a quarantine, and
 * back again. Without {@code --execute} it only says what it would do.
 */
@Command(
    name = "log-rotation",
    description = {
      "Moves old log files that no process has open to a quarantine; --undo moves them back.",
      "Without --execute it is a rehearsal. Symbolic links are never followed.",
      ""
    },
    footer = {
      "",
      "Exit codes: 0 done, 2 usage, 3 something could not be read, 4 refused or halted, 5 partly failed, 6 in doubt."
    })
public final class LogRotation implements Callable<Integer> {
  static final String NAME = "log-rotation";

  private final Shell shell;
  private final OpenFiles open;

  @Mixin private final ExampleOptions options = new ExampleOptions();

  @Parameters(paramLabel = "DIR", description = "The tree, for example /var/log/shop.")
  @SuppressWarnings("NullAway.Init")
  private Path directory;

  @Option(
      names = "--match",
      paramLabel = "GLOB",
      description = "Which names are logs, for example '*.log.*'. Nothing by default.")
  private String match = "";

  @Option(
      names = "--days",
      defaultValue = "30",
      description = "Not written to for so many days; default ${DEFAULT-VALUE}.")
  private int days;

  @Option(
      names = "--bytes",
      defaultValue = "1",
      description = "At least so large; default ${DEFAULT-VALUE}.")
  private long bytes;

  @Option(
      names = "--at-most",
      defaultValue = "50",
      description = "The limit of one plan, and never more than half of the tree; default 50.")
  private long atMost;

  private LogRotation(Shell shell, OpenFiles open) {
    this.shell = shell;
    this.open = open;
  }

  /**
   * Runs one rotation and ends the process with its exit code.
   *
   * @param arguments {@code --help} says which
   */
  public static void main(String[] arguments) {
    Shell shell = Shell.system();
    System.exit(run(shell, OpenFiles.ofThisMachine(shell.time()), arguments));
  }

  static int run(Shell shell, OpenFiles open, String... arguments) {
    return ExampleLine.run(shell, new LogRotation(shell, open), arguments);
  }

  @Override
  public Integer call() throws IOException {
    LogTree tree = LogTree.at(shell.resolve(directory));
    Path beside = tree.root().resolveSibling(tree.root().getFileName() + ".guard");
    Path where = options.home(shell, beside);
    Quarantine quarantine = Quarantine.of(tree, where.resolve("quarantine"));
    try (Home home = Home.at(where, shell.time())) {
      Show show = new Show(shell.out(), shell.style());
      return options.undo().isPresent()
          ? undo(options.undo().get(), quarantine, home, show)
          : rotate(tree, quarantine, home, show);
    }
  }

  private int rotate(LogTree tree, Quarantine quarantine, Home home, Show show) throws IOException {
    Selection selection = select(tree);
    Guard guard =
        common(home, quarantine)
            .blastRadius(BlastRadiusLimit.perPlan(atMost).percent(50))
            .inUse(InUseCheck.of(open, List.of(open), shell.time()).mayFallBy(100))
            .build();
    Plan plan = guard.plan(selection);
    show.plan(plan);
    Report report = guard.apply(plan, quarantine.moving());
    show.report(report);
    show.journal(home.journal().directory(), report.run());
    if (report.count(Report.Fate.DONE) > 0) {
      show.next("--undo " + report.run(), "says what an undo would move back");
    } else if (guard.isDryRun() && !plan.wouldGo().isEmpty()) {
      show.next("--execute", "moves what still may go to " + quarantine.directory());
    }
    return Show.exit(plan, report);
  }

  private int undo(String run, Quarantine quarantine, Home home, Show show) {
    Undo undo = Undo.of(JournalReader.at(home.journal().directory()), NAME, run);
    show.undo(undo, run);
    Guard guard =
        common(home, quarantine).unlimited("an undo is bounded by what its run moved").build();
    Plan plan =
        guard.plan(undo.selection(Quarantine.RETURN, it -> it.marked(Quarantine.returnable())));
    Report report = guard.apply(plan, quarantine.returning(undo));
    show.report(report);
    show.journal(home.journal().directory(), report.run());
    return Show.exit(plan, report);
  }

  private GuardBuilder common(Home home, Quarantine quarantine) {
    return Guard.named(NAME)
        .dryRun(DryRun.unless(options.execute(), shell.environment()::get))
        .killSwitch(KillSwitch.file(home.stopFile()))
        .reconciler(quarantine.reconciler())
        .continueAfterFailures()
        .audit(home.journal())
        .state(home.state())
        .actor(shell.user())
        .time(shell.time());
  }

  /** Every regular file is part of the population; candidates are the old and large ones. */
  private Selection select(LogTree tree) throws IOException {
    PathMatcher logs = logs();
    if (days < 1 || days > 36_500 || bytes < 1) {
      throw new IllegalArgumentException(
          "--days is from 1 to 36500 and --bytes at least 1: zero would choose everything.");
    }
    LogTree.Scan scan = tree.scan();
    Instant old = shell.time().now().minus(Duration.ofDays(days));
    List<LogFile> chosen =
        scan.files().stream()
            .filter(file -> logs.matches(Path.of(file.path().name())))
            .filter(file -> Instant.parse(file.modified()).isBefore(old))
            .filter(file -> file.size() >= bytes)
            .toList();
    List<Candidate> candidates =
        chosen.stream()
            .map(
                file ->
                    Candidate.of(file.target(tree.root().toString()))
                        .marked(file.fingerprint())
                        .because(
                            Text.bytes(file.size())
                                + ", last written "
                                + Text.minute(Instant.parse(file.modified()))))
            .toList();
    return Selection.ofCandidates(Quarantine.MOVE, candidates)
        .outOf(scan.files().size())
        .unread(scan.unread())
        .facts(
            Map.of("tree", tree.root().toString(), "symbolic links passed by", "" + scan.links()))
        .because(match + " not written to for " + days + " days, at least " + bytes + " bytes");
  }

  private PathMatcher logs() {
    if (match.isBlank()) {
      throw new IllegalArgumentException(
          "--match says which names are logs, for example --match '*.log.*'. Unset or blank never means everything.");
    }
    try {
      return FileSystems.getDefault().getPathMatcher("glob:" + match);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException("--match is no pattern: " + e.getDescription() + ".", e);
    }
  }
}
