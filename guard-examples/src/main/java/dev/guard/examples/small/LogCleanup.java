package dev.guard.examples.small;

import dev.guard.Guard;
import dev.guard.Target;
import dev.guard.audit.JournalSink;
import dev.guard.blastradius.BlastRadiusLimit;
import dev.guard.dryrun.DryRun;
import dev.guard.killswitch.KillSwitch;
import dev.guard.plan.Plan;
import dev.guard.plan.Report;
import dev.guard.plan.Selection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/**
 * A plain {@code main}: deletes log files older than 30 days from one directory, guarded. Without
 * {@code --execute} it only says what it would do.
 */
public final class LogCleanup {
  private LogCleanup() {}

  /**
   * Runs the cleanup.
   *
   * @param args the directory, and {@code --execute} to delete for real
   * @throws IOException if the directory cannot be read
   */
  public static void main(String[] args) throws IOException {
    boolean execute = List.of(args).contains("--execute");
    Path dir = Path.of(args[0]).toRealPath();
    Instant old = dev.guard.time.Time.system().now().minus(Duration.ofDays(30));
    System.out.println(clean(dir, dir.resolveSibling("guard"), old, execute).counts());
  }

  static Report clean(Path dir, Path home, Instant old, boolean execute) throws IOException {
    List<Path> all = files(dir);
    List<Target> targets =
        all.stream()
            .filter(file -> modified(file).isBefore(old))
            .map(file -> Target.of("file", dir.toString(), file.getFileName().toString()))
            .toList();
    try (JournalSink journal = JournalSink.at(home.resolve("journal"))) {
      Guard guard =
          Guard.named("log-cleanup")
              .dryRun(DryRun.unless(execute))
              .killSwitch(KillSwitch.file(home.resolve("STOP")))
              .blastRadius(BlastRadiusLimit.perPlan(50).percent(60))
              .audit(journal)
              .build();
      Plan plan =
          guard.plan(
              Selection.of("file.delete", targets).outOf(all.size()).because("older than 30 days"));
      return guard.apply(plan, item -> Files.delete(dir.resolve(item.target().id())));
    }
  }

  private static List<Path> files(Path dir) throws IOException {
    try (Stream<Path> files = Files.list(dir)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private static Instant modified(Path file) {
    try {
      return Files.getLastModifiedTime(file).toInstant();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException("The age of " + file + " cannot be read.", e);
    }
  }
}
