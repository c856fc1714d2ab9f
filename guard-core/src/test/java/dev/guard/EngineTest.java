package dev.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.guard.audit.AuditRecord;
import dev.guard.audit.AuditRecord.Phase;
import dev.guard.audit.AuditSink;
import dev.guard.dryrun.DryRun;
import dev.guard.plan.Candidate;
import dev.guard.plan.PermittedItem;
import dev.guard.plan.Plan;
import dev.guard.plan.PlanEffect;
import dev.guard.plan.PlanItem;
import dev.guard.plan.Report;
import dev.guard.plan.Report.Fate;
import dev.guard.plan.Selection;
import dev.guard.time.Time;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The order of a call, and what becomes of it when any step fails. */
class EngineTest {
  private final List<String> events = Collections.synchronizedList(new ArrayList<>());
  private final Clock clock = new Clock();
  private final Sink sink = new Sink();
  private final Scripted scripted = new Scripted("scripted");
  private static final Target A = Target.of("thing", "here", "a");
  private static final Target B = Target.of("thing", "here", "b");
  private static final Target C = Target.of("thing", "here", "c");

  private GuardBuilder builder() {
    return Guard.named("test")
        .dryRun(DryRun.off())
        .unlimited("limits are tested elsewhere")
        .safeguard(scripted)
        .audit(sink)
        .time(clock)
        .actor("tester");
  }

  private static Intent intent() {
    return Intent.of("thing.delete", A).because("a test");
  }

  @Test
  void aSingleCall_runsItsStepsInTheOneOrderThereIs() {
    Outcome<Integer> outcome =
        builder()
            .build()
            .call(
                intent(),
                new Effect<Integer, RuntimeException>() {
                  @Override
                  public Integer act(Permit permit) {
                    permit.redeem("thing.delete", A);
                    events.add("act");
                    return 42;
                  }

                  @Override
                  public Optional<String> prepare(Permit permit) {
                    permit.check("thing.delete", A);
                    events.add("prepare");
                    return Optional.of("undo-1");
                  }
                });
    assertThat(outcome.orThrow()).isEqualTo(42);
    assertThat(events)
        .containsExactly(
            "review",
            "reserve",
            "INTENDED",
            "prepare",
            "PREPARED",
            "act",
            "settle DONE",
            "OUTCOME DONE");
    assertThat(sink.records.get(1).undo()).isEqualTo("undo-1");
  }

  @Test
  void t22_whateverASafeguardDoesInsteadOfAnswering_halts() {
    List<Runnable> faults =
        List.of(
            () -> scripted.fault = new IllegalStateException("broken"),
            () -> scripted.fault = new AssertionError("broken"),
            () -> scripted.fault = new StackOverflowError(),
            () -> scripted.answersNull = true,
            () -> scripted.late = Duration.ofSeconds(31));
    for (Runnable fault : faults) {
      Guard guard = builder().build();
      fault.run();
      Outcome<Void> outcome = guard.run(intent(), permit -> events.add("act"));
      assertThat(outcome).isInstanceOf(Outcome.Refused.class);
      Verdict verdict = ((Outcome.Refused<Void>) outcome).verdict();
      assertThat(verdict.level()).isEqualTo(Verdict.Level.HALT);
      assertThat(verdict.reasons())
          .anySatisfy(r -> assertThat(r.safeguard()).isEqualTo("scripted"));
      scripted.reset();
    }
    assertThat(events).doesNotContain("act");
  }

  @Test
  void aFaultWhileReserving_deniesAndGivesTheOthersBack() {
    Scripted first = new Scripted("a-first");
    Guard guard = builder().safeguard(first).build();
    scripted.reserveFault = new IllegalStateException("broken");
    Outcome<Void> outcome = guard.run(intent(), permit -> events.add("act"));
    assertThat(outcome).isInstanceOf(Outcome.Refused.class);
    assertThat(events).contains("settle NOT_RUN").doesNotContain("act", "INTENDED");
  }

  @Test
  void h99_whenIntendedCannotBeMadeDurable_nothingRunsAndNothingIsSpent() {
    Guard guard = builder().build();
    sink.failAt = Phase.INTENDED;
    assertThatThrownBy(() -> guard.run(intent(), permit -> events.add("act")))
        .isInstanceOf(AuditException.class)
        .satisfies(e -> assertThat(((GuardException) e).mayHaveRun()).isFalse());
    assertThat(events).doesNotContain("act").contains("settle NOT_RUN");
  }

  @Test
  void whenTheOutcomeCannotBeMadeDurable_theCallerLearnsThatItMayHaveRun() {
    Guard guard = builder().build();
    sink.failAt = Phase.OUTCOME;
    assertThatThrownBy(() -> guard.run(intent(), permit -> events.add("act")))
        .isInstanceOf(AuditException.class)
        .satisfies(e -> assertThat(((GuardException) e).mayHaveRun()).isTrue());
    assertThat(events).contains("act", "settle DONE");
  }

  @Test
  void theEffectsOwnException_passesWithItsType_andStaysSpent() {
    Guard guard = builder().build();
    IOException mine = new IOException("disk gone, password=hunter2");
    Throwable thrown =
        catchThrowable(
            () ->
                guard.<IOException>run(
                    intent(),
                    permit -> {
                      throw mine;
                    }));
    assertThat(thrown).isSameAs(mine);
    assertThat(events).contains("settle UNKNOWN", "OUTCOME FAILED");
    assertThat(sink.last().error()).contains("disk gone").doesNotContain("hunter2");
  }

  @Test
  void anEffectThatSaidNotRun_givesBack() {
    Guard guard = builder().build();
    assertThatThrownBy(
            () ->
                guard.run(
                    intent(),
                    permit -> {
                      permit.notRun();
                      throw new IllegalStateException("refused before a byte left");
                    }))
        .isInstanceOf(IllegalStateException.class);
    assertThat(events).contains("settle NOT_RUN", "OUTCOME FAILED");
  }

  @Test
  void anEffectThatSaidNotRunAndReturns_isRefused_neverDone() {
    Outcome<Integer> outcome =
        builder()
            .build()
            .call(
                intent(),
                permit -> {
                  permit.notRun();
                  return 7;
                });
    assertThat(outcome).isInstanceOf(Outcome.Refused.class);
    assertThatThrownBy(outcome::orThrow).hasMessageContaining("nothing was done");
    assertThat(events).contains("settle NOT_RUN", "OUTCOME SKIPPED");
  }

  private static final class TimedOut extends RuntimeException implements Effect.OutcomeUnknown {
    private static final long serialVersionUID = 1L;
  }

  @Test
  void anOutcomeNobodyKnows_isInDoubt_andTheTargetIsRefusedUntilSettled() {
    Guard guard = builder().build();
    assertThatThrownBy(
            () ->
                guard.run(
                    intent(),
                    permit -> {
                      throw new TimedOut();
                    }))
        .isInstanceOf(TimedOut.class);
    assertThat(events).contains("settle UNKNOWN", "OUTCOME IN_DOUBT");
    Outcome<Void> again = guard.run(intent(), permit -> events.add("act"));
    assertThat(again).isInstanceOf(Outcome.Refused.class);
    assertThat(events).doesNotContain("act");
  }

  @Test
  void whenPrepareFails_theActDoesNotRunAndNothingIsSpent() {
    Guard guard = builder().build();
    assertThatThrownBy(
            () ->
                guard.call(
                    intent(),
                    new Effect<Integer, IOException>() {
                      @Override
                      public Integer act(Permit permit) {
                        events.add("act");
                        return 1;
                      }

                      @Override
                      public Optional<String> prepare(Permit permit) throws IOException {
                        throw new IOException("no room");
                      }
                    }))
        .isInstanceOf(IOException.class);
    assertThat(events).doesNotContain("act").contains("settle NOT_RUN", "OUTCOME FAILED");
  }

  @Test
  void aPermit_isBoundToActionTargetTimeAndOneUse() {
    Guard guard = builder().permitLife(Duration.ofSeconds(10)).build();
    List<Permit> kept = new ArrayList<>();
    guard.run(
        intent(),
        permit -> {
          kept.add(permit);
          assertThatThrownBy(() -> permit.redeem("thing.create", A))
              .isInstanceOf(GuardRefusedException.class);
          assertThatThrownBy(() -> permit.redeem("thing.delete", B))
              .isInstanceOf(GuardRefusedException.class);
          permit.redeem("thing.delete", A);
          assertThatThrownBy(() -> permit.redeem("thing.delete", A))
              .isInstanceOf(GuardRefusedException.class);
        });
    assertThatThrownBy(() -> kept.get(0).check("thing.delete", A))
        .isInstanceOf(GuardRefusedException.class);
    guard.run(
        Intent.of("thing.delete", B).because("late"),
        permit -> {
          clock.step(Duration.ofSeconds(11));
          assertThatThrownBy(() -> permit.redeem("thing.delete", B))
              .isInstanceOf(GuardRefusedException.class)
              .hasMessageContaining("too late");
        });
  }

  @Test
  void aGuardWithoutLimitOrSinkOrTripwire_doesNotBuild() {
    assertThatThrownBy(() -> Guard.named("x").audit(sink).build())
        .isInstanceOf(GuardConfigurationException.class)
        .hasMessageContaining("no limit");
    assertThatThrownBy(() -> Guard.named("x").unlimited("test").build())
        .isInstanceOf(GuardConfigurationException.class)
        .hasMessageContaining("no sink");
    scripted.wires = List.of();
    assertThatThrownBy(() -> builder().build())
        .isInstanceOf(GuardConfigurationException.class)
        .hasMessageContaining("no tripwire");
    scripted.wires = List.of(new Tripwire("dead", () -> false));
    assertThatThrownBy(() -> builder().build())
        .isInstanceOf(GuardConfigurationException.class)
        .hasMessageContaining("not alive");
    assertThatThrownBy(() -> Guard.named(" ")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aGuardIsADryRun_unlessToldOtherwise() {
    Guard guard =
        Guard.named("test").unlimited("test").safeguard(scripted).audit(sink).time(clock).build();
    assertThat(guard.isDryRun()).isTrue();
    Outcome<Void> outcome = guard.run(intent(), permit -> events.add("act"));
    assertThat(outcome).isInstanceOf(Outcome.Simulated.class);
    assertThat(events).containsExactly("review", "DECISION SIMULATE");
  }

  private Plan plan(Guard guard, Target... targets) {
    return guard.plan(Selection.of("thing.delete", List.of(targets)).outOf(10).because("a test"));
  }

  @Test
  void t15_aFailureInTheMiddle_reportsDoneFailedAndNotAttempted() {
    Guard guard = builder().build();
    Report report =
        guard.apply(
            plan(guard, A, B, C),
            item -> {
              if (item.target().equals(B)) {
                throw new IOException("no");
              }
            });
    assertThat(report.entries())
        .extracting(Report.Entry::outcome)
        .containsExactly(Fate.DONE, Fate.FAILED, Fate.NOT_ATTEMPTED);
    assertThat(sink.fates()).containsExactly("DONE", "FAILED");
  }

  @Test
  void aCompletedPlan_appliedAgain_performsNothing() {
    Guard guard = builder().build();
    Plan plan = plan(guard, A, B);
    AtomicInteger acts = new AtomicInteger();
    guard.apply(plan, item -> acts.incrementAndGet());
    scripted.verdict = Verdict.halt(Reason.of("scripted", "stopped", "Stopped."));
    Report again = guard.apply(plan, item -> acts.incrementAndGet());
    assertThat(acts).hasValue(2);
    assertThat(again.halted()).isEmpty();
    assertThat(again.entries()).extracting(Report.Entry::outcome).containsOnly(Fate.SKIPPED);
  }

  @Test
  void aChild_goesOnlyAfterItsParentIsDone() {
    Guard guard = builder().continueAfterFailures().build();
    Plan plan =
        guard.plan(
            Selection.ofCandidates(
                    "thing.delete",
                    List.of(Candidate.of(A), Candidate.of(B).after(List.of(A)), Candidate.of(C)))
                .outOf(10)
                .because("a test"));
    Report report =
        guard.apply(
            plan,
            item -> {
              if (item.target().equals(A)) {
                throw new IOException("no");
              }
            });
    assertThat(report.entries())
        .extracting(Report.Entry::outcome)
        .containsExactly(Fate.FAILED, Fate.SKIPPED, Fate.DONE);
  }

  @Test
  void t20_aChangedFingerprint_isSkipped_andAnUnreadableOneRefused() {
    Guard guard = builder().build();
    Fingerprint then = Fingerprint.of("uid", "1");
    Plan plan =
        guard.plan(
            Selection.ofCandidates(
                    "thing.delete",
                    List.of(
                        Candidate.of(A).marked(then),
                        Candidate.of(B).marked(then),
                        Candidate.of(C).marked(then)))
                .outOf(10)
                .because("a test"));
    Report report =
        guard.apply(
            plan,
            new PlanEffect() {
              @Override
              public void act(PermittedItem item) {
                events.add("act");
              }

              @Override
              public Optional<Fingerprint> fingerprint(PlanItem item) throws IOException {
                if (item.target().equals(A)) {
                  return Optional.of(Fingerprint.of("uid", "2"));
                }
                if (item.target().equals(B)) {
                  return Optional.empty();
                }
                throw new IOException("unreadable");
              }
            });
    assertThat(report.entries())
        .extracting(Report.Entry::outcome)
        .containsExactly(Fate.SKIPPED, Fate.SKIPPED, Fate.REFUSED);
    assertThat(events).doesNotContain("act");
  }

  @Test
  void aPlanWithFingerprints_isNotAppliedByAnEffectThatCannotReadThem() {
    Guard guard = builder().build();
    Plan plan =
        guard.plan(
            Selection.ofCandidates(
                    "thing.delete", List.of(Candidate.of(A).marked(Fingerprint.of("uid", "1"))))
                .outOf(10)
                .because("a test"));
    Report report = guard.apply(plan, item -> events.add("act"));
    assertThat(report.halted()).isPresent();
    assertThat(events).doesNotContain("act");
  }

  @Test
  void aPlan_survivesItsFile_andAnAlteredForeignOrExpiredOneIsRejected() {
    Guard guard = builder().build();
    Plan plan = plan(guard, A, B);
    byte[] file = plan.toJson().getBytes(java.nio.charset.StandardCharsets.UTF_8);
    assertThat(Plan.parse(file)).isEqualTo(plan);
    assertThat(Plan.parse(file).items()).isEqualTo(plan.items());
    String altered = plan.toJson().replace("\"id\":\"b\"", "\"id\":\"x\"");
    assertThatThrownBy(() -> Plan.parse(altered.getBytes(java.nio.charset.StandardCharsets.UTF_8)))
        .isInstanceOf(PlanRejectedException.class);
    Guard other = Guard.named("other").unlimited("t").audit(sink).time(clock).build();
    assertThatThrownBy(() -> other.apply(plan, item -> {}))
        .isInstanceOf(PlanRejectedException.class);
    clock.step(Duration.ofHours(24));
    assertThatThrownBy(() -> guard.apply(plan, item -> {}))
        .isInstanceOf(PlanRejectedException.class);
  }

  @Test
  void inParallel_everyTargetIsActedOnOnce_andParentsComeFirst() {
    List<Candidate> many = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      Target root = Target.of("thing", "here", "root-" + i);
      many.add(Candidate.of(root));
      many.add(Candidate.of(Target.of("thing", "here", "child-" + i)).after(List.of(root)));
    }
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      Guard guard = builder().parallel(4, threads).build();
      List<String> acted = Collections.synchronizedList(new ArrayList<>());
      Plan plan =
          guard.plan(Selection.ofCandidates("thing.delete", many).outOf(1000).because("a test"));
      Report report = guard.apply(plan, item -> acted.add(item.target().id()));
      assertThat(report.count(Fate.DONE)).isEqualTo(80);
      assertThat(acted).doesNotHaveDuplicates().hasSize(80);
      for (int i = 0; i < 40; i++) {
        assertThat(acted.indexOf("root-" + i)).isLessThan(acted.indexOf("child-" + i));
      }
    } finally {
      threads.shutdown();
    }
  }

  /** Says what it is told to say. */
  private final class Scripted implements Safeguard {
    private final String name;
    private Verdict verdict = Verdict.allow();
    private Throwable fault;
    private Throwable reserveFault;
    private boolean answersNull;
    private Duration late = Duration.ZERO;
    private List<Tripwire> wires = List.of(Tripwire.of(() -> true));

    Scripted(String name) {
      this.name = name;
    }

    void reset() {
      fault = null;
      answersNull = false;
      late = Duration.ZERO;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public Verdict review(Intent intent) {
      events.add("review");
      clock.step(late);
      if (fault != null) {
        EngineTest.<RuntimeException>sneak(fault);
      }
      return answersNull ? null : verdict;
    }

    @Override
    public Reservation reserve(Intent intent) {
      if (reserveFault != null) {
        EngineTest.<RuntimeException>sneak(reserveFault);
      }
      events.add("reserve");
      return (Reservation.Held) how -> events.add("settle " + how);
    }

    @Override
    public List<Tripwire> tripwires() {
      return wires;
    }
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <X extends Throwable> void sneak(Throwable thrown) throws X {
    throw (X) thrown;
  }

  /** Keeps records in memory and fails where it is told to. */
  private final class Sink implements AuditSink, AuditSink.Memory {
    private final List<AuditRecord> records = Collections.synchronizedList(new ArrayList<>());
    private Phase failAt;

    @Override
    public void append(AuditRecord record) {
      if (record.phase() == failAt) {
        throw new AuditException("The disk is full.");
      }
      if (!record.targets().isEmpty()) {
        events.add(record.phase() + (record.outcome() == null ? "" : " " + record.outcome()));
      }
      records.add(record);
    }

    AuditRecord last() {
      return records.get(records.size() - 1);
    }

    List<String> fates() {
      return records.stream()
          .filter(r -> r.phase() == Phase.OUTCOME)
          .map(AuditRecord::outcome)
          .toList();
    }

    @Override
    public Optional<Memory> memory() {
      return Optional.of(this);
    }

    @Override
    public Set<Target> inDoubt(String guard) {
      Set<Target> doubt = new java.util.HashSet<>();
      synchronized (records) {
        for (AuditRecord record : records) {
          if (record.phase() == Phase.INTENDED) {
            doubt.addAll(record.targets());
          } else if (record.phase() == Phase.OUTCOME && !"IN_DOUBT".equals(record.outcome())) {
            doubt.removeAll(record.targets());
          }
        }
      }
      return doubt;
    }

    @Override
    public Set<Target> spent(Digest plan) {
      Set<Target> spent = new java.util.HashSet<>(done(plan));
      spent.addAll(inDoubt("test"));
      return spent;
    }

    @Override
    public Set<Target> done(Digest plan) {
      Set<Target> done = new java.util.HashSet<>();
      for (AuditRecord record : records) {
        if (record.phase() == Phase.OUTCOME
            && "DONE".equals(record.outcome())
            && plan.text().equals(record.plan())) {
          done.addAll(record.targets());
        }
      }
      return done;
    }
  }

  /** Steps by hand. */
  private static final class Clock implements Time {
    private Instant now = Instant.parse("2026-11-22T23:00:00Z");
    private long nanos;

    void step(Duration by) {
      now = now.plus(by);
      nanos += by.toNanos();
    }

    @Override
    public Instant now() {
      return now;
    }

    @Override
    public long nanos() {
      return nanos;
    }

    @Override
    public void sleep(Duration length) {
      step(length);
    }
  }
}
