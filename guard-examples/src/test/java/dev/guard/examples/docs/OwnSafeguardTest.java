package dev.guard.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.Guard;
import dev.guard.GuardBuilder;
import dev.guard.Intent;
import dev.guard.Outcome;
import dev.guard.Reason;
import dev.guard.Safeguard;
import dev.guard.Target;
import dev.guard.Tripwire;
import dev.guard.Verdict;
import dev.guard.blastradius.BlastRadiusLimit;
import dev.guard.dryrun.DryRun;
import dev.guard.testkit.ManualTime;
import dev.guard.testkit.RecordingSink;
import dev.guard.time.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** The safeguard of docs/writing-a-safeguard.md, and its test. */
class OwnSafeguardTest {
  private static final Target ROW = Target.of("row", "db/orders", "4711");

  private final ManualTime time = ManualTime.at(Instant.parse("2026-03-01T02:00:00Z"));
  private final RecordingSink sink = new RecordingSink();

  static final class FreshBackup implements Safeguard {
    private static final Duration MOST = Duration.ofHours(24);

    private final Supplier<Instant> lastBackup;
    private final Time time;
    private volatile Instant last = Instant.MIN;

    FreshBackup(Supplier<Instant> lastBackup, Time time) {
      this.lastBackup = lastBackup;
      this.time = time;
    }

    @Override
    public String name() {
      return "fresh-backup";
    }

    @Override
    public Verdict refresh() {
      last = lastBackup.get(); // throws if the backup system cannot be asked: that halts
      return Verdict.allow();
    }

    @Override
    public boolean stale() {
      return tooOld(last, time.now());
    }

    @Override
    public Verdict review(Intent intent) {
      return tooOld(last, time.now())
          ? Verdict.refuse(
              Reason.of(name(), "no-backup", "The last backup is of " + last + ". Make one."))
          : Verdict.allow();
    }

    private static boolean tooOld(Instant last, Instant now) {
      return last.isAfter(now) || last.isBefore(now.minus(MOST));
    }

    @Override
    public List<Tripwire> tripwires() {
      Instant now = Instant.EPOCH.plus(MOST);
      return List.of(
          new Tripwire("an old backup", () -> tooOld(now.minus(MOST).minusNanos(1), now)),
          new Tripwire("a backup from the future", () -> tooOld(now.plusNanos(1), now)));
    }
  }

  private GuardBuilder guard() {
    return Guard.named("row-cleanup")
        .dryRun(DryRun.off())
        .blastRadius(BlastRadiusLimit.perPlan(50))
        .audit(sink)
        .time(time);
  }

  @Test
  void anOldBackup_refuses_andABrokenBackupSystem_halts() {
    List<Instant> backups = new ArrayList<>(List.of(time.now().minus(Duration.ofHours(23))));
    Guard guard = guard().safeguard(new FreshBackup(() -> backups.get(0), time)).build();
    Intent intent = Intent.of("row.delete", ROW).because("orphaned");
    assertThat(guard.run(intent, permit -> {})).isInstanceOf(Outcome.Done.class);

    time.tick(Duration.ofHours(2));
    assertThat(guard.review(intent).level()).isEqualTo(Verdict.Level.REFUSE);

    backups.clear();
    assertThat(((Outcome.Refused<Void>) guard.run(intent, permit -> {})).verdict().level())
        .isEqualTo(Verdict.Level.HALT);
  }
}
