package dev.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.audit.AuditRecord;
import dev.guard.audit.AuditRecord.Phase;
import dev.guard.audit.JournalReader;
import dev.guard.audit.JournalSink;
import dev.guard.audit.Reconciler;
import dev.guard.audit.Reconciler.Finding;
import dev.guard.blastradius.BlastRadiusLimit;
import dev.guard.dryrun.DryRun;
import dev.guard.plan.Plan;
import dev.guard.plan.Report;
import dev.guard.plan.Report.Fate;
import dev.guard.plan.Selection;
import dev.guard.state.FileStateStore;
import dev.guard.state.MemoryStateStore;
import dev.guard.state.RunLease;
import dev.guard.state.RunLock;
import dev.guard.support.HandTime;
import dev.guard.support.TestStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an earlier run left in doubt, and what two runs of one guard do to each other. */
class RecoveryTest {
  private static final Target A = Target.of("thing", "here", "a");
  private static final Target B = Target.of("thing", "here", "b");
  private static final Target C = Target.of("thing", "here", "c");

  @TempDir Path directory;

  private final HandTime time = new HandTime();
  private final TestStore store = new TestStore(time, true);
  private final List<Target> touched = new ArrayList<>();
  private final List<Target> asked = new ArrayList<>();

  private static final class TimedOut extends RuntimeException implements Effect.OutcomeUnknown {
    private static final long serialVersionUID = 1L;
  }

  private GuardBuilder builder(JournalSink journal) {
    return builder(journal, 4);
  }

  private GuardBuilder builder(JournalSink journal, int perDay) {
    return Guard.named("test")
        .dryRun(DryRun.off())
        .blastRadius(BlastRadiusLimit.perPlan(10).per(Duration.ofDays(1), perDay).in(store))
        .continueAfterFailures()
        .audit(journal)
        .state(store)
        .time(time);
  }

  private Reconciler says(Supplier<Finding> finding) {
    return (target, action) -> {
      asked.add(target);
      assertThat(action).isEqualTo("thing.delete");
      return finding.get();
    };
  }

  private static Plan plan(Guard guard) {
    return guard.plan(Selection.of("thing.delete", List.of(A, B, C)).because("a test"));
  }

  private JournalSink journal() {
    return JournalSink.in(directory.resolve("journal")).open();
  }

  /** A run in which nobody learns what became of B. */
  private Plan cutShort() {
    try (JournalSink journal = journal()) {
      Guard guard = builder(journal).build();
      Plan plan = plan(guard);
      Report report =
          guard.apply(
              plan,
              item -> {
                touched.add(item.target());
                if (item.target().equals(B)) {
                  throw new TimedOut();
                }
              });
      assertThat(fates(report)).containsExactly(Fate.DONE, Fate.IN_DOUBT, Fate.DONE);
      return plan;
    }
  }

  private static List<Fate> fates(Report report) {
    return report.entries().stream().map(Report.Entry::outcome).toList();
  }

  private Report again(Plan plan, Supplier<Finding> finding, DryRun mode) {
    try (JournalSink journal = journal()) {
      return builder(journal)
          .dryRun(mode)
          .reconciler(says(finding))
          .build()
          .apply(plan, item -> touched.add(item.target()));
    }
  }

  @Test
  void whatWasDone_isLearnedAndNotRepeated() {
    Plan plan = cutShort();
    Report report = again(plan, () -> Finding.DONE, DryRun.off());
    assertThat(asked).containsExactly(B);
    assertThat(touched).containsExactly(A, B, C);
    assertThat(fates(report)).containsExactly(Fate.SKIPPED, Fate.SKIPPED, Fate.SKIPPED);
    AuditRecord learned = last(Phase.OUTCOME);
    assertThat(learned.targets()).containsExactly(B);
    assertThat(learned.outcome()).isEqualTo("DONE");
    assertThat(learned.reasons().get(0).code()).isEqualTo(Reason.RECONCILED);
    again(plan, () -> Finding.DONE, DryRun.off());
    assertThat(asked).as("what is settled is not asked again").containsExactly(B);
  }

  @Test
  void whatWasNotDone_isDoneNow_andWhatItDrewStaysDrawn() {
    Plan plan = cutShort();
    Report report = again(plan, () -> Finding.NOT_DONE, DryRun.off());
    assertThat(fates(report)).containsExactly(Fate.SKIPPED, Fate.DONE, Fate.SKIPPED);
    assertThat(touched).containsExactly(A, B, C, B);
    try (JournalSink journal = journal()) {
      Guard guard = builder(journal).build();
      assertThat(guard.review(Intent.of("thing.delete", A).because("x")).level())
          .as("three and one more were drawn of four")
          .isEqualTo(Verdict.Level.REFUSE);
    }
  }

  @Test
  void whatCannotBeTold_staysInDoubt() {
    Plan plan = cutShort();
    List<Supplier<Finding>> silent =
        List.of(
            () -> Finding.UNKNOWN,
            () -> null,
            () -> {
              throw new IllegalStateException("the registry does not answer");
            });
    for (Supplier<Finding> one : silent) {
      assertThat(fates(again(plan, one, DryRun.off())))
          .containsExactly(Fate.SKIPPED, Fate.IN_DOUBT, Fate.SKIPPED);
    }
    assertThat(touched).containsExactly(A, B, C);
  }

  @Test
  void aRehearsal_asksNobody() {
    Plan plan = cutShort();
    again(plan, () -> Finding.DONE, DryRun.on());
    assertThat(asked).isEmpty();
  }

  @Test
  void anActUnderWay_isNotAskedAbout() {
    try (JournalSink journal = journal()) {
      Guard guard = builder(journal).reconciler(says(() -> Finding.NOT_DONE)).build();
      Intent intent = Intent.of("thing.delete", A).because("a test");
      List<Outcome<Void>> inner = new ArrayList<>();
      guard.run(intent, permit -> inner.add(guard.run(intent, again -> touched.add(A))));
      assertThat(asked).isEmpty();
      assertThat(touched).isEmpty();
      assertThat(inner).singleElement().isInstanceOf(Outcome.Refused.class);
    }
  }

  @Test
  void aSingleCall_settlesItsOwnTargetAlone() {
    cutShort();
    try (JournalSink journal = journal()) {
      Guard guard = builder(journal).reconciler(says(() -> Finding.NOT_DONE)).build();
      assertThat(guard.run(Intent.of("thing.delete", A).because("x"), permit -> {}))
          .isInstanceOf(Outcome.Done.class);
      assertThat(asked).isEmpty();
    }
  }

  // ---- two runs

  @Test
  void inAStoreWithoutALockOfItsOwn_aLeaseKeepsRunsApart() throws Exception {
    try (JournalSink journal = journal();
        JournalSink another = JournalSink.in(directory.resolve("another")).open()) {
      Guard one = builder(journal).build();
      Guard two = builder(another).build();
      Plan plan = plan(two);
      List<Report> reports = new ArrayList<>();
      one.apply(plan(one), item -> reports.add(two.apply(plan, x -> touched.add(x.target()))));
      assertThat(touched).isEmpty();
      assertThat(reports.get(0).halted().orElseThrow().reasons())
          .singleElement()
          .satisfies(
              reason -> {
                assertThat(reason.code()).isEqualTo("run-locked");
                assertThat(reason.sentence()).contains("apply of plan sha256:");
              });
      assertThat(two.apply(plan, item -> touched.add(item.target())).halted()).isPresent();
    }
  }

  @Test
  void h86_aRunThatLosesItsLease_endsBeforeItsNextAct_andDrawsNothingMore() {
    try (JournalSink journal = journal()) {
      Guard guard = builder(journal).build();
      Report report =
          guard.apply(
              plan(guard),
              item -> {
                touched.add(item.target());
                RunLease.in(store, time).release("test");
              });
      assertThat(touched).containsExactly(A);
      assertThat(fates(report)).startsWith(Fate.DONE);
      assertThat(report.halted().orElseThrow().reasons())
          .anySatisfy(reason -> assertThat(reason.code()).isEqualTo(Reason.LEASE_LOST));
    }
  }

  @Test
  void h86_t28_aPausedHolder_isRefusedWhenAHigherEpochHasDrawn() {
    try (JournalSink journal = journal();
        JournalSink another = JournalSink.in(directory.resolve("another")).open()) {
      Guard old = builder(journal, 40).build();
      Guard next = builder(another, 40).build();
      Plan plan = plan(next);
      Report report =
          old.apply(
              plan(old),
              item -> {
                touched.add(item.target());
                time.pass(Duration.ofMinutes(16));
                next.apply(plan, x -> {});
              });
      assertThat(touched).containsExactly(A);
      assertThat(report.halted().orElseThrow().reasons())
          .singleElement()
          .satisfies(
              reason -> {
                assertThat(reason.code()).isEqualTo(Reason.LEASE_LOST);
                assertThat(reason.sentence()).contains("epoch 2").contains("epoch 1");
              });
    }
  }

  @Test
  void t28_aLockMustOutliveTheLongestAct_andAMinuteMore() {
    List<Duration> asked = new ArrayList<>();
    RunLock lock =
        new RunLock() {
          @Override
          public Optional<Held> tryLock(String name, String owner, String purpose) {
            return Optional.of(
                new Held() {
                  @Override
                  public boolean holds(Duration needed) {
                    asked.add(needed);
                    return true;
                  }

                  @Override
                  public void close() {}
                });
          }

          @Override
          public Optional<String> owner(String name) {
            return Optional.empty();
          }
        };
    try (JournalSink journal = journal()) {
      Guard guard = builder(journal).runLock(lock).permitLife(Duration.ofMinutes(7)).build();
      guard.apply(plan(guard), item -> touched.add(item.target()));
    }
    assertThat(touched).containsExactly(A, B, C);
    assertThat(asked).hasSize(6).containsOnly(Duration.ofMinutes(8));
  }

  /** Else every run would begin, and end without an act. */
  @Test
  void aLeaseShorterThanAnAct_doesNotBuild() {
    try (JournalSink journal = journal()) {
      RunLease lease = RunLease.in(MemoryStateStore.create(time), time);
      Duration life = Duration.ofMinutes(4);
      assertThatThrownBy(
              () ->
                  builder(journal)
                      .runLock(lease.lasting(Duration.ofMinutes(5)))
                      .permitLife(life)
                      .build())
          .isInstanceOf(GuardConfigurationException.class)
          .hasMessageContaining("a run lease of PT5M is no longer than an act may take, PT5M");
      builder(journal).runLock(lease.lasting(Duration.ofMinutes(6))).permitLife(life).build();
    }
  }

  /** Else the first would write in the epoch of the second, and then in none. */
  @Test
  void h86_oneGuardRunsOnce_alsoWhenAPersonFreedItsLease() {
    try (JournalSink journal = journal()) {
      Guard guard = builder(journal, 40).build();
      Plan plan = plan(guard);
      List<Report> reports = new ArrayList<>();
      Report first =
          guard.apply(
              plan,
              item -> {
                touched.add(item.target());
                guard.releaseRun("ada", "it looks dead");
                reports.add(guard.apply(plan, again -> touched.add(again.target())));
              });
      assertThat(reports)
          .singleElement()
          .satisfies(
              report ->
                  assertThat(report.halted().orElseThrow().reasons())
                      .singleElement()
                      .satisfies(reason -> assertThat(reason.code()).isEqualTo("run-locked")));
      assertThat(touched).containsExactly(A);
      assertThat(first.halted().orElseThrow().reasons())
          .anySatisfy(reason -> assertThat(reason.code()).isEqualTo(Reason.LEASE_LOST));
    }
  }

  @Test
  void severalHostsWithoutSharedState_doNotBuild_unlessNothingActs() {
    GuardBuilder twins =
        Guard.named("twins").dryRun(DryRun.off()).unlimited("x").unaudited("x").replicas(3);
    assertThatThrownBy(twins::build)
        .isInstanceOf(GuardConfigurationException.class)
        .hasMessageContaining("3 hosts");
    assertThatThrownBy(() -> twins.state(MemoryStateStore.create(time)).build())
        .isInstanceOf(GuardConfigurationException.class);
    assertThatThrownBy(() -> twins.state(FileStateStore.at(directory.resolve("s"))).build())
        .isInstanceOf(GuardConfigurationException.class);
    assertThat(twins.dryRun(DryRun.on()).build().isDryRun()).isTrue();
    for (int bad : new int[] {0, -1, 10_001}) {
      assertThatThrownBy(() -> Guard.named("x").replicas(bad))
          .isInstanceOf(GuardConfigurationException.class);
    }
  }

  @Test
  void aPersonFreesAStuckRun_onTheRecord() {
    try (JournalSink journal = journal()) {
      Guard guard = builder(journal).build();
      RunLease.in(store, time).tryLock("test", "grace on host-7", "apply of plan x");
      assertThat(guard.apply(plan(guard), item -> {}).halted()).isPresent();
      assertThatThrownBy(() -> guard.releaseRun("ada", " "))
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(guard.releaseRun("ada", "host-7 is off").orElseThrow())
          .contains("grace on host-7");
      assertThat(guard.apply(plan(guard), item -> {}).halted()).isEmpty();
      assertThat(guard.releaseRun("ada", "again")).isEmpty();
    }
    assertThat(last(Phase.HUMAN).because()).isEqualTo("again");
  }

  private AuditRecord last(Phase phase) {
    List<AuditRecord> found = new ArrayList<>();
    JournalReader.at(directory.resolve("journal"))
        .forEach(
            entry -> {
              if (entry.record().phase() == phase) {
                found.add(entry.record());
              }
            });
    return found.get(found.size() - 1);
  }
}
