package dev.guard.examples.cloud;

import dev.guard.Guard;
import dev.guard.GuardBuilder;
import dev.guard.Population;
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
import dev.guard.protection.Protection;
import dev.guard.undo.Undo;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Deletes volumes that nothing needs from a made-up cloud, and restores them. Without {@code
 * --execute} it only says what it would do.
 */
@Command(
    name = "volume-cleanup",
    description = {
      "Deletes volumes of a made-up cloud that nothing needs, after a snapshot; --undo restores them.",
      "Without --execute it is a rehearsal. The cloud is kept in a file below --home.",
      ""
    },
    footer = {
      "",
      "Exit codes: 0 done, 2 usage, 3 something could not be read, 4 refused or halted, 5 partly failed, 6 in doubt."
    })
public final class VolumeCleanup implements Callable<Integer> {
  static final String NAME = "volume-cleanup";

  private final Shell shell;

  @Mixin private final ExampleOptions options = new ExampleOptions();

  @Option(
      names = "--scope",
      paramLabel = "ACCOUNT/REGION",
      defaultValue = "shop/eu-1",
      description = "Which part of the cloud; default ${DEFAULT-VALUE}.")
  private String scope = "";

  @Option(
      names = "--days",
      defaultValue = "14",
      description = "Attached to nothing for so many days; default ${DEFAULT-VALUE}.")
  private int days;

  @Option(
      names = "--trap",
      paramLabel = "TRAP",
      description = "What the cloud does wrong: ${COMPLETION-CANDIDATES}.")
  private List<FakeCloud.Trap> traps = List.of();

  private VolumeCleanup(Shell shell) {
    this.shell = shell;
  }

  /**
   * Runs one cleanup and ends the process with its exit code.
   *
   * @param arguments {@code --help} says which
   */
  public static void main(String[] arguments) {
    System.exit(run(Shell.system(), arguments));
  }

  static int run(Shell shell, String... arguments) {
    return ExampleLine.run(shell, new VolumeCleanup(shell), arguments);
  }

  @Override
  public Integer call() throws IOException {
    if (scope.isBlank()) {
      throw new IllegalArgumentException(
          "--scope says which part of the cloud; blank never means everything.");
    }
    Path where = options.home(shell, Path.of("cloud.guard"));
    try (Home home = Home.at(where, shell.time())) {
      Path file = where.resolve("cloud.json");
      FakeCloud cloud = FakeCloud.read(file, shell.time(), traps);
      Show show = new Show(shell.out(), shell.style());
      Optional<String> run = options.undo();
      VolumeEffects effects = new VolumeEffects(cloud, scope);
      try {
        return run.isPresent()
            ? undo(run.get(), effects, home, show)
            : clean(cloud, effects, home, show);
      } finally {
        cloud.write(file); // what happened in the cloud happened, whatever became of the run
      }
    }
  }

  private int clean(CloudApi cloud, VolumeEffects effects, Home home, Show show) {
    Guard guard = guard(common(home, effects), cloud, home);
    Plan plan = guard.plan(select(cloud));
    show.plan(plan);
    Report report = guard.apply(plan, effects.deleting());
    show.report(report);
    show.journal(home.journal().directory(), report.run());
    if (report.count(Report.Fate.DONE) > 0) {
      show.next("--undo " + report.run(), "says what an undo would restore");
    } else if (guard.isDryRun() && !plan.wouldGo().isEmpty()) {
      show.next("--execute", "deletes what still may go, each after a snapshot");
    }
    return Show.exit(plan, report);
  }

  private Guard guard(GuardBuilder common, CloudApi cloud, Home home) {
    return common
        .protection(Protection.labels(Map.of(Volume.TAG + "keep", "true")))
        .inUse(
            InUseCheck.of(
                CloudUse.interpreter(), CloudUse.sources(cloud, shell.time()), shell.time()))
        .blastRadius(
            BlastRadiusLimit.perPlan(10).percent(25).per(Duration.ofDays(1), 10).in(home.state()))
        .build();
  }

  private GuardBuilder common(Home home, VolumeEffects effects) {
    return Guard.named(NAME)
        .dryRun(DryRun.unless(options.execute(), shell.environment()::get))
        .killSwitch(KillSwitch.file(home.stopFile()))
        .reconciler(effects.reconciler())
        .continueAfterFailures()
        .audit(home.journal())
        .state(home.state())
        .actor(shell.user())
        .time(shell.time());
  }

  private int undo(String run, VolumeEffects effects, Home home, Show show) {
    Undo undo = Undo.of(JournalReader.at(home.journal().directory()), NAME, run);
    show.undo(undo, run);
    Guard guard =
        common(home, effects).unlimited("an undo is bounded by what its run deleted").build();
    Plan plan =
        guard.plan(
            undo.selection(VolumeEffects.RESTORE, it -> it.marked(VolumeEffects.notRestored())));
    Report report = guard.apply(plan, effects.restoring(undo));
    show.report(report);
    show.journal(home.journal().directory(), report.run());
    return Show.exit(plan, report);
  }

  /** Old and unattached is only what makes a candidate; whether it goes is the safeguards' word. */
  private Selection select(CloudApi cloud) {
    if (days < 1 || days > 3_650) {
      throw new IllegalArgumentException(
          "--days is from 1 to 3650: zero would choose what was detached a moment ago.");
    }
    Listing<Volume> volumes = Listing.of(CloudUse.VOLUMES, cloud::volumes, Volume::id);
    Instant before = shell.time().now().minus(Duration.ofDays(days));
    List<Candidate> candidates =
        volumes.items().stream()
            .filter(volume -> !volume.attached())
            .filter(volume -> Instant.parse(volume.detached()).isBefore(before))
            .map(
                volume ->
                    Candidate.of(volume.target(scope))
                        .marked(volume.fingerprint())
                        .because(
                            volume.gigabytes()
                                + " GB, detached since "
                                + Text.minute(Instant.parse(volume.detached()))))
            .toList();
    Population all =
        volumes.gaps().isEmpty()
            ? Population.of(volumes.items().size())
            : Population.incomplete(volumes.items().size(), volumes.gaps().get(0));
    return Selection.ofCandidates(VolumeEffects.DELETE, candidates)
        .outOf(all)
        .unread(volumes.gaps())
        .because("attached to nothing for " + days + " days");
  }
}
