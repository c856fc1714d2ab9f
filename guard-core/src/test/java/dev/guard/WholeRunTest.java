package dev.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.audit.AuditRecord;
import dev.guard.audit.AuditRecord.Phase;
import dev.guard.dryrun.DryRun;
import dev.guard.killswitch.KillSwitch;
import dev.guard.pace.Bulkhead;
import dev.guard.pace.Pace;
import dev.guard.plan.Candidate;
import dev.guard.plan.PermittedItem;
import dev.guard.plan.Plan;
import dev.guard.plan.PlanEffect;
import dev.guard.plan.PlanItem;
import dev.guard.plan.Report;
import dev.guard.plan.Report.Fate;
import dev.guard.plan.Selection;
import dev.guard.state.MemoryStateStore;
import dev.guard.support.HandTime;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What may go wrong around the acts of a run, and what it must not lead to. */
class WholeRunTest {
  private static final Target A = Target.of("thing", "here", "a");
  private static final Target B = Target.of("thing", "here", "b");
  private static final Target C = Target.of("thing", "here", "c");

  private final HandTime time = new HandTime();
  private final List<AuditRecord> records = Collections.synchronizedList(new ArrayList<>());
  private final List<Target> touched = Collections.synchronizedList(new ArrayList<>());
  private final Scripted scripted = new Scripted();

  private GuardBuilder builder() {
    return Guard.named("test")
        .dryRun(DryRun.off())
        .unlimited("limits are tested elsewhere")
        .safeguard(scripted)
        .audit(records::add)
        .time(time);
  }

  private static Plan plan(Guard guard) {
    return guard.plan(Selection.of("thing.delete", List.of(A, B, C)).because("a test"));
  }

  private void touch(PermittedItem item) {
    item.permit().redeem("thing.delete", item.target());
    touched.add(item.target());
  }

  private static Intent intent() {
    return Intent.of("thing.delete", A).because("a test");
  }

  @ParameterizedTest
  @EnumSource(
      value = Verdict.Level.class,
      names = {"SIMULATE", "REFUSE", "HALT"})
  void whoeverDoesNotAllowTheWholePlan_haltsItBeforeItsFirstAct(Verdict.Level level) {
    Guard guard = builder().build();
    Plan plan = plan(guard);
    scripted.ofAll = () -> says(level);
    Report report = guard.apply(plan, this::touch);
    assertThat(touched).isEmpty();
    assertThat(report.halt()).isNotNull();
    assertThat(report.count(Fate.NOT_ATTEMPTED)).isEqualTo(3);
  }

  @ParameterizedTest
  @EnumSource(
      value = Verdict.Level.class,
      names = {"SIMULATE", "REFUSE", "HALT"})
  void whoeverCouldNotReadItsSources_haltsTheRun(Verdict.Level level) {
    Guard guard = builder().build();
    Plan plan = plan(guard);
    scripted.ofSources = () -> says(level);
    Report report = guard.apply(plan, this::touch);
    assertThat(touched).isEmpty();
    assertThat(report.halt()).isNotNull();
  }

  private static Verdict says(Verdict.Level level) {
    Reason reason =
        level == Verdict.Level.SIMULATE
            ? Reason.pending("scripted", "said", "it said so")
            : Reason.of("scripted", "said", "it said so");
    return new Verdict(level, List.of(reason));
  }

  @Test
  void anExecutorThatRejects_costsSpeedAlone() {
    Guard guard =
        builder()
            .parallel(
                3,
                task -> {
                  throw new RejectedExecutionException("full");
                })
            .build();
    Report report = guard.apply(plan(guard), this::touch);
    assertThat(report.count(Fate.DONE)).isEqualTo(3);
    assertThat(touched).containsExactly(A, B, C);
  }

  @Test
  void aThreadThatComesAfterTheEnd_findsNothingToDo() {
    List<Runnable> late = new ArrayList<>();
    Guard guard = builder().parallel(3, late::add).build();
    Report report = guard.apply(plan(guard), this::touch);
    assertThat(report.count(Fate.DONE)).isEqualTo(3);
    late.forEach(Runnable::run);
    assertThat(late).hasSize(2);
    assertThat(touched).hasSize(3);
  }

  @Test
  void whatChangesWhileTheRunWaitsForItsPace_isSkipped() {
    Guard guard = builder().pace(Pace.of(1, Duration.ofHours(1), time)).build();
    Fingerprint then = new Fingerprint(Map.of("tags", "1"));
    Plan plan =
        guard.plan(
            Selection.ofCandidates(
                    "thing.delete",
                    List.of(Candidate.of(A).marked(then), Candidate.of(B).marked(then)))
                .because("a test"));
    long began = time.nanos();
    Report report =
        guard.apply(
            plan,
            new PlanEffect() {
              @Override
              public Optional<Fingerprint> fingerprint(PlanItem item) {
                boolean waited = time.nanos() - began >= Duration.ofMinutes(59).toNanos();
                return Optional.of(waited ? new Fingerprint(Map.of("tags", "2")) : then);
              }

              @Override
              public void act(PermittedItem item) {
                touch(item);
              }
            });
    assertThat(touched).containsExactly(A);
    assertThat(report.entries().get(1).outcome()).isEqualTo(Fate.SKIPPED);
  }

  @Test
  void aSinkThatFailsInItsOwnWay_isAJournalThatFailed() {
    List<Throwable> faults =
        List.of(
            new UncheckedIOException(new java.io.IOException("disk gone")),
            new IllegalStateException("closed"),
            new StackOverflowError());
    for (Throwable fault : faults) {
      touched.clear();
      Guard guard =
          Guard.named("test")
              .dryRun(DryRun.off())
              .unlimited("limits are tested elsewhere")
              .audit(
                  record -> {
                    if (record.phase() == Phase.OUTCOME) {
                      WholeRunTest.<RuntimeException>sneak(fault);
                    }
                  })
              .build();
      Report report = guard.apply(plan(guard), this::touch);
      assertThat(touched).containsExactly(A);
      assertThat(report.entries().get(0).outcome()).isEqualTo(Fate.IN_DOUBT);
      assertThat(report.count(Fate.NOT_ATTEMPTED)).isEqualTo(2);
      assertThat(guard.run(intent(), permit -> touched.add(A)))
          .as("what is in doubt is not tried again")
          .isInstanceOf(Outcome.Refused.class);
      Intent another = Intent.of("thing.delete", B).because("a test");
      assertThatThrownBy(() -> guard.run(another, permit -> {}))
          .isInstanceOf(AuditException.class)
          .satisfies(thrown -> assertThat(((AuditException) thrown).mayHaveRun()).isTrue());
    }
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <X extends Throwable> void sneak(Throwable fault) throws X {
    throw (X) fault;
  }

  private static final class Mute extends RuntimeException {
    private static final long serialVersionUID = 1L;

    @Override
    public String getMessage() {
      throw new IllegalStateException("not even a message");
    }
  }

  @Test
  void anExceptionThatCannotEvenSayWhy_isRecordedAndThrown() {
    Guard guard = builder().build();
    assertThatThrownBy(
            () ->
                guard.run(
                    intent(),
                    permit -> {
                      throw new Mute();
                    }))
        .isInstanceOf(Mute.class);
    AuditRecord last = records.get(records.size() - 1);
    assertThat(last.outcome()).isEqualTo("FAILED");
    assertThat(last.error()).isEqualTo(Mute.class.getName());
  }

  @Test
  void aListenerThatThrowsAnError_changesNothing() {
    Guard guard =
        builder()
            .listener(
                new GuardListener() {
                  @Override
                  public void settled(
                      String name, Intent intent, Reservation.Settlement settlement) {
                    throw new AssertionError("a listener's own");
                  }
                })
            .build();
    Report report = guard.apply(plan(guard), this::touch);
    assertThat(report.count(Fate.DONE)).isEqualTo(3);
    assertThat(report.halt()).isNull();
  }

  @Test
  void aSecondRunInTheMiddleOfTheFirst_isLockedOut() {
    Guard guard = builder().build();
    Plan plan = plan(guard);
    List<Report> second = new ArrayList<>();
    Report first =
        guard.apply(
            plan,
            item -> {
              second.add(guard.apply(plan, this::touch));
              touch(item);
            });
    assertThat(first.count(Fate.DONE)).isEqualTo(3);
    assertThat(touched).containsExactly(A, B, C);
    assertThat(second)
        .allSatisfy(
            report ->
                assertThat(report.halted().orElseThrow().reasons())
                    .anySatisfy(reason -> assertThat(reason.code()).isEqualTo("run-locked")));
  }

  @Test
  void aSinkThatRemembersNothing_doesNotMakeACompletedPlanRunAgain() {
    Guard guard = builder().build();
    Plan plan = plan(guard);
    assertThat(guard.apply(plan, this::touch).count(Fate.DONE)).isEqualTo(3);
    Report again = guard.apply(plan, this::touch);
    assertThat(again.count(Fate.SKIPPED)).isEqualTo(3);
    assertThat(touched).hasSize(3);
  }

  @Test
  void aSwitchThatAnswersTooLateAtTheLastLook_halts() {
    List<String> looks = new ArrayList<>();
    KillSwitch slow =
        KillSwitch.supplier(
            "slow",
            () -> {
              looks.add("look");
              if (looks.size() == 2) {
                time.pass(Duration.ofMinutes(40));
              }
              return KillSwitch.State.RUN;
            });
    Guard guard = builder().killSwitch(slow).build();
    looks.clear();
    Outcome<Void> outcome = guard.run(intent(), permit -> touched.add(A));
    assertThat(outcome).isInstanceOf(Outcome.Refused.class);
    assertThat(((Outcome.Refused<Void>) outcome).verdict().level()).isEqualTo(Verdict.Level.HALT);
    assertThat(touched).isEmpty();
  }

  @Test
  void aReservationThatComesTooLate_isGivenBack() {
    Guard guard = builder().build();
    scripted.reserving = () -> time.pass(Duration.ofHours(1));
    Outcome<Void> outcome = guard.run(intent(), permit -> touched.add(A));
    assertThat(outcome).isInstanceOf(Outcome.Refused.class);
    assertThat(touched).isEmpty();
    assertThat(scripted.settled).containsExactly(Reservation.Settlement.NOT_RUN);
  }

  @Test
  void whoSaysNotRunWhilePreparing_isNotAskedToAct() {
    Guard guard = builder().build();
    Outcome<Integer> outcome =
        guard.call(
            intent(),
            new Effect<Integer, RuntimeException>() {
              @Override
              public Integer act(Permit permit) {
                touched.add(A);
                return 1;
              }

              @Override
              public Optional<String> prepare(Permit permit) {
                permit.notRun();
                return Optional.of("undo");
              }
            });
    assertThat(outcome).isInstanceOf(Outcome.Refused.class);
    assertThat(touched).isEmpty();
    assertThat(records.get(records.size() - 1).outcome()).isEqualTo("SKIPPED");
  }

  @Test
  void aPlanThatExpiresWhileTheRunGoesOn_endsIt() {
    Guard guard =
        builder().pace(Pace.of(1, Duration.ofHours(16), time)).planLife(Duration.ofDays(1)).build();
    Report report = guard.apply(plan(guard), this::touch);
    assertThat(touched).containsExactly(A, B);
    assertThat(report.halted().orElseThrow().reasons())
        .anySatisfy(reason -> assertThat(reason.code()).isEqualTo("plan-expired"));
    assertThat(report.count(Fate.NOT_ATTEMPTED)).isEqualTo(1);
  }

  @Test
  void whoFindsNoPlaceInABulkheadOrNoToken_waitsForOne() {
    for (Safeguard narrow : List.of(Bulkhead.of(1), Pace.of(1, Duration.ofMinutes(1), time))) {
      touched.clear();
      ExecutorService threads = Executors.newFixedThreadPool(4);
      try {
        // Each thread's waiting moves the one clock of all.
        GuardBuilder builder =
            builder()
                .parallel(4, threads)
                .reviewDeadline(Duration.ofDays(1))
                .permitLife(Duration.ofDays(1))
                .planLife(Duration.ofDays(9));
        Guard guard =
            narrow instanceof Pace pace
                ? builder.pace(pace).build()
                : builder.safeguard(narrow).build();
        List<Target> many = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
          many.add(Target.of("thing", "here", "t" + i));
        }
        Plan plan = guard.plan(Selection.of("thing.delete", many).because("a test"));
        Report report = guard.apply(plan, this::touch);
        assertThat(report.count(Fate.DONE)).as(narrow.name()).isEqualTo(12);
        assertThat(touched).containsExactlyInAnyOrderElementsOf(many);
      } finally {
        threads.shutdown();
      }
    }
  }

  @Test
  void anErrorInTheMiddle_endsTheRunOnTheRecord_andIsThrown() {
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      for (GuardBuilder builder : List.of(builder(), builder().parallel(2, threads))) {
        records.clear();
        touched.clear();
        Guard guard = builder.continueAfterFailures().build();
        Plan plan = plan(guard);
        assertThatThrownBy(
                () ->
                    guard.apply(
                        plan,
                        item -> {
                          touch(item);
                          throw new NoClassDefFoundError("of the effect's");
                        }))
            .isInstanceOf(NoClassDefFoundError.class);
        assertThat(records.get(records.size() - 1).action()).isEqualTo("run.end");
        assertThat(records)
            .filteredOn(record -> record.phase() == Phase.OUTCOME)
            .hasSameSizeAs(touched);
        assertThat(touched.size()).isLessThan(3);
      }
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void anInterruptedEffect_endsTheRun_andLeavesTheThreadInterrupted() {
    Guard guard = builder().continueAfterFailures().build();
    Report report =
        guard.apply(
            plan(guard),
            item -> {
              touch(item);
              throw new InterruptedException();
            });
    assertThat(Thread.interrupted()).isTrue();
    assertThat(touched).containsExactly(A);
    assertThat(report.halted().orElseThrow().reasons())
        .anySatisfy(reason -> assertThat(reason.code()).isEqualTo("interrupted"));
  }

  @Test
  void afterAResumeInAnotherProcess_everySafeguardIsProvenAnew() {
    MemoryStateStore store = MemoryStateStore.create(time);
    KillSwitch here = KillSwitch.supplier("flag", () -> KillSwitch.State.RUN);
    Guard guard = builder().killSwitch(here).state(store).build();
    assertThat(guard.run(intent(), permit -> touched.add(A))).isInstanceOf(Outcome.Done.class);
    KillSwitch there = KillSwitch.supplier("flag", () -> KillSwitch.State.RUN);
    there.bind("test", store, time);
    there.stop("ada", "looks wrong");
    there.resume("ada", "it was not");
    scripted.alive = false;
    Outcome<Void> outcome = guard.run(intent(), permit -> touched.add(B));
    assertThat(((Outcome.Refused<Void>) outcome).verdict().reasons())
        .anySatisfy(reason -> assertThat(reason.code()).isEqualTo("not-alive"));
    scripted.alive = true;
    assertThat(guard.run(intent(), permit -> touched.add(C))).isInstanceOf(Outcome.Done.class);
    assertThat(touched).containsExactly(A, C);
  }

  @Test
  void aSwitch_keepsItsLatchInOneStore() {
    KillSwitch one = KillSwitch.supplier("flag", () -> KillSwitch.State.RUN);
    MemoryStateStore store = MemoryStateStore.create(time);
    assertThat(builder().killSwitch(one).state(store).build().name()).isEqualTo("test");
    GuardBuilder forgetful = builder().killSwitch(one);
    assertThatThrownBy(forgetful::build).isInstanceOf(GuardConfigurationException.class);
    assertThat(builder().killSwitch(one).state(store).build().name()).isEqualTo("test");
  }

  @Test
  void aPopulationSmallerThanWhatWasSelected_wasCountedBlindly() {
    Guard guard = builder().build();
    Plan plan =
        guard.plan(Selection.of("thing.delete", List.of(A, B, C)).outOf(2).because("a test"));
    assertThat(plan.verdict().level()).isEqualTo(Verdict.Level.HALT);
    assertThat(guard.apply(plan, this::touch).halt()).isNotNull();
    assertThat(touched).isEmpty();
  }

  @Test
  void aRefusal_saysWhatOnHowManyOfWhatAndWhy() {
    Guard guard =
        Guard.named("test")
            .dryRun(DryRun.off())
            .blastRadius(dev.guard.blastradius.BlastRadiusLimit.perPlan(1).named("prod"))
            .audit(records::add)
            .build();
    Outcome<Void> outcome =
        guard.run(
            Intent.of("registry.delete", List.of(A, B)).because("a test"),
            permit -> touched.add(A));
    assertThatThrownBy(outcome::orThrow)
        .isInstanceOf(GuardRefusedException.class)
        .hasMessage(
            "Refused registry.delete on 2 things: blast radius 'prod' allows 1 per plan, 2 asked."
                + " Split the plan or raise the limit.");
  }

  /** Answers what it is told to. */
  private static final class Scripted implements Safeguard {
    private Supplier<Verdict> ofAll = Verdict::allow;
    private Supplier<Verdict> ofSources = Verdict::allow;
    private Runnable reserving = () -> {};
    private boolean alive = true;
    private final List<Reservation.Settlement> settled =
        Collections.synchronizedList(new ArrayList<>());

    @Override
    public String name() {
      return "scripted";
    }

    @Override
    public Verdict review(Intent intent) {
      return Verdict.allow();
    }

    @Override
    public Verdict reviewAll(Batch batch) {
      return ofAll.get();
    }

    @Override
    public Verdict refresh() {
      return ofSources.get();
    }

    @Override
    public Reservation reserve(Intent intent) {
      reserving.run();
      return (Reservation.Held) settled::add;
    }

    @Override
    public List<Tripwire> tripwires() {
      return List.of(Tripwire.of(() -> alive));
    }
  }
}
