package dev.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.audit.AuditRecord;
import dev.guard.audit.AuditRecord.Phase;
import dev.guard.audit.AuditSink;
import dev.guard.dryrun.DryRun;
import dev.guard.killswitch.KillSwitch;
import dev.guard.pace.Pace;
import dev.guard.plan.Candidate;
import dev.guard.plan.PermittedItem;
import dev.guard.plan.Plan;
import dev.guard.plan.PlanEffect;
import dev.guard.plan.PlanItem;
import dev.guard.plan.Report;
import dev.guard.plan.Report.Fate;
import dev.guard.plan.Selection;
import dev.guard.support.HandTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What ends a run before its plan is done: a stop, an interrupt, a broken safeguard, an error. */
class EndedRunTest {
  private static final Target A = Target.of("thing", "here", "a");
  private static final Target B = Target.of("thing", "here", "b");
  private static final Target C = Target.of("thing", "here", "c");
  private static final Target D = Target.of("thing", "here", "d");
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final HandTime time = new HandTime();
  private final List<AuditRecord> records = Collections.synchronizedList(new ArrayList<>());
  private final List<Target> touched = Collections.synchronizedList(new ArrayList<>());
  private final Breakable breakable = new Breakable();
  private volatile KillSwitch.State flag = KillSwitch.State.RUN;

  private GuardBuilder builder() {
    return builder(records::add);
  }

  private GuardBuilder builder(AuditSink sink) {
    return Guard.named("test")
        .dryRun(DryRun.off())
        .unlimited("limits are tested elsewhere")
        .killSwitch(KillSwitch.supplier("flag", () -> flag))
        .safeguard(breakable)
        .audit(sink)
        .time(time);
  }

  /** What one test interrupts is not the next one's. */
  @AfterEach
  void leaveNoInterrupt() {
    Thread.interrupted();
  }

  private static Plan plan(Guard guard) {
    return guard.plan(Selection.of("thing.delete", List.of(A, B, C, D)).because("a test"));
  }

  private void touch(PermittedItem item) {
    item.permit().redeem("thing.delete", item.target());
    touched.add(item.target());
  }

  private static void haltedBy(Report report, String code) {
    assertThat(report.halted().orElseThrow().reasons()).extracting(Reason::code).containsOnly(code);
  }

  private void endsOnTheRecord() {
    assertThat(records.get(records.size() - 1).action()).isEqualTo("run.end");
  }

  // --- a stop while the run waits ---------------------------------------------------------------

  private void stopAtSleep(int number, KillSwitch.State state) {
    time.onSleep =
        () -> {
          if (time.sleeps.size() == number) {
            flag = state;
          }
        };
  }

  @ParameterizedTest
  @EnumSource(
      value = KillSwitch.State.class,
      names = {"PAUSE", "STOP"})
  void law08_whoWaitsForItsPace_asksTheSwitchEverySecond(KillSwitch.State state) {
    Guard guard = builder().pace(Pace.of(1, Duration.ofHours(1), time)).build();
    Plan plan = plan(guard);
    stopAtSleep(5, state);
    Report report = guard.apply(plan, this::touch);
    assertThat(touched).containsExactly(A);
    haltedBy(report, state == KillSwitch.State.STOP ? KillSwitch.STOPPED : KillSwitch.PAUSED);
    assertThat(report.count(Fate.NOT_ATTEMPTED)).isEqualTo(3);
    assertThat(time.sleeps).hasSize(5).allMatch(sleep -> sleep.compareTo(SECOND) <= 0);
    endsOnTheRecord();
  }

  @Test
  void law08_aStopInTheLastMomentOfAWait_isSeenBeforeTheAct() {
    Guard guard = builder().pace(Pace.of(1, Duration.ofSeconds(5), time)).build();
    Plan plan = plan(guard);
    stopAtSleep(5, KillSwitch.State.STOP);
    Report report = guard.apply(plan, this::touch);
    assertThat(touched).containsExactly(A);
    haltedBy(report, KillSwitch.STOPPED);
  }

  @Test
  void law08_whoWaitsForAPlace_asksTheSwitchEverySecond() {
    breakable.reserving = Reservation.Denied.of(Reason.pending("breakable", "full", "Full."));
    Guard guard = builder().build();
    Plan plan = plan(guard);
    stopAtSleep(5, KillSwitch.State.STOP);
    Report report = guard.apply(plan, this::touch);
    assertThat(touched).isEmpty();
    assertThat(report.halted().orElseThrow().reasons())
        .extracting(Reason::code)
        .contains(KillSwitch.STOPPED);
    assertThat(report.count(Fate.NOT_ATTEMPTED)).isEqualTo(4);
    assertThat(time.sleeps).hasSize(5);
  }

  @Test
  void whatIsUsedUpForGood_isNotWaitedFor() {
    breakable.reserving = Reservation.Denied.of(Reason.of("breakable", "used", "Used up."));
    Guard guard = builder().build();
    Report report = guard.apply(plan(guard), this::touch);
    assertThat(time.sleeps).isEmpty();
    assertThat(touched).isEmpty();
    assertThat(report.count(Fate.REFUSED)).isEqualTo(4);
  }

  // --- a safeguard that breaks ------------------------------------------------------------------

  /** Everything the engine asks of a safeguard in a run. */
  enum Question {
    REVIEW,
    REVIEW_ALL,
    REFRESH,
    STALE,
    TRIPWIRES,
    TRIPWIRE,
    RESERVE
  }

  @ParameterizedTest
  @EnumSource(Question.class)
  void law03_whateverASafeguardThrows_haltsTheRun_namingIt(Question question) {
    for (Throwable fault :
        List.of(new IllegalStateException("broken"), new NoClassDefFoundError("broken"))) {
      records.clear();
      Guard guard = builder().continueAfterFailures().build();
      Plan plan = plan(guard);
      breakable.breakAt(question, fault);
      Report report = guard.apply(plan, this::touch);
      breakable.mend();
      assertThat(touched).isEmpty();
      assertThat(report.count(Fate.NOT_ATTEMPTED)).isEqualTo(4);
      assertThat(report.halted().orElseThrow().level()).isEqualTo(Verdict.Level.HALT);
      assertThat(report.halted().orElseThrow().reasons())
          .anySatisfy(
              reason -> {
                assertThat(reason.safeguard()).isEqualTo("breakable");
                assertThat(reason.sentence()).contains(fault.toString());
              });
      endsOnTheRecord();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Question.class,
      names = {"REVIEW", "REFRESH", "STALE", "RESERVE"})
  void law03_whateverASafeguardThrowsInASingleCall_refusesIt(Question question) {
    Guard guard = builder().build();
    breakable.stale = true; // so that a call refreshes
    breakable.breakAt(question, new IllegalStateException("broken"));
    Outcome<Void> outcome =
        guard.run(Intent.of("thing.delete", A).because("a test"), permit -> touched.add(A));
    assertThat(outcome).isInstanceOf(Outcome.Refused.class);
    assertThat(((Outcome.Refused<Void>) outcome).verdict().level()).isEqualTo(Verdict.Level.HALT);
    assertThat(touched).isEmpty();
  }

  @Test
  void law14_aSafeguardThatCannotProveItselfAlive_isNotResumed() {
    Guard guard = builder().build();
    guard.stop("ada", "looks wrong");
    breakable.breakAt(Question.TRIPWIRES, new IllegalStateException("broken"));
    assertThatThrownBy(() -> guard.resume("ada", "it was not"))
        .isInstanceOf(GuardConfigurationException.class)
        .hasMessageContaining("breakable");
    breakable.mend();
    assertThat(guard.apply(plan(guard), this::touch).count(Fate.DONE)).isZero();
  }

  // --- an error of the effect -------------------------------------------------------------------

  /** The parts of an effect beside its act. */
  enum Part {
    PROBE,
    FINGERPRINT,
    PREPARE,
    REHEARSE
  }

  /** Throws in one of its parts. */
  private final class Broken implements PlanEffect {
    private final Part part;
    private final Throwable fault;

    Broken(Part part, Throwable fault) {
      this.part = part;
      this.fault = fault;
    }

    private void at(Part here) {
      if (part == here) {
        EndedRunTest.<RuntimeException>sneak(fault);
      }
    }

    @Override
    public Verdict probe(Plan plan) {
      at(Part.PROBE);
      return Verdict.allow();
    }

    @Override
    public Optional<Fingerprint> fingerprint(PlanItem item) {
      at(Part.FINGERPRINT);
      return item.fingerprint();
    }

    @Override
    public Optional<String> prepare(PermittedItem item) {
      at(Part.PREPARE);
      return Optional.empty();
    }

    @Override
    public void rehearse(PlanItem item, RehearsalPermit permit) {
      at(Part.REHEARSE);
    }

    @Override
    public void act(PermittedItem item) {
      touch(item);
    }
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <X extends Throwable> void sneak(Throwable fault) throws X {
    throw (X) fault;
  }

  private GuardBuilder builder(Part part) {
    return builder()
        .dryRun(part == Part.REHEARSE ? DryRun.on() : DryRun.off())
        .continueAfterFailures();
  }

  private static Plan marked(Guard guard) {
    Fingerprint mark = new Fingerprint(Map.of("uid", "1"));
    return guard.plan(
        Selection.ofCandidates(
                "thing.delete", List.of(Candidate.of(A).marked(mark), Candidate.of(B).marked(mark)))
            .because("a test"));
  }

  @ParameterizedTest
  @EnumSource(Part.class)
  void anErrorOfTheEffect_isThrownWhenTheEndIsOnTheRecord(Part part) {
    Guard guard = builder(part).build();
    Plan plan = marked(guard);
    Error mine = new NoClassDefFoundError("of the effect's");
    assertThatThrownBy(() -> guard.apply(plan, new Broken(part, mine))).isSameAs(mine);
    assertThat(touched).isEmpty();
    endsOnTheRecord();
    assertThat(records.get(records.size() - 1).reasons())
        .anySatisfy(reason -> assertThat(reason.sentence()).contains("of the effect's"));
  }

  @ParameterizedTest
  @EnumSource(Part.class)
  void anInterruptInAnyPartOfTheEffect_startsNothingMore_andIsKept(Part part) {
    Guard guard = builder(part).build();
    Report report = guard.apply(marked(guard), new Broken(part, new InterruptedException()));
    assertThat(Thread.interrupted()).isTrue();
    assertThat(touched).isEmpty();
    assertThat(report.halted()).isPresent();
    assertThat(report.entries().get(1).outcome()).isEqualTo(Fate.NOT_ATTEMPTED);
    endsOnTheRecord();
  }

  // --- an interrupt in a parallel run -----------------------------------------------------------

  @Test
  void anInterruptWhileTheRunWaits_endsIt_andIsKept() {
    Guard guard = builder().pace(Pace.of(1, Duration.ofHours(1), time)).build();
    Plan plan = plan(guard);
    time.onSleep = () -> Thread.currentThread().interrupt();
    Report report = guard.apply(plan, this::touch);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(touched).containsExactly(A);
    haltedBy(report, "interrupted");
    assertThat(time.sleeps).hasSize(1);
  }

  @Test
  void theCallerOfAParallelRunInterrupted_startsNothing_andWaitsForTheActsInFlight()
      throws Exception {
    Thread caller = Thread.currentThread();
    CountDownLatch both = new CountDownLatch(2);
    CountDownLatch callersActIsOver = new CountDownLatch(1);
    AtomicBoolean over = new AtomicBoolean();
    AtomicBoolean overBeforeTheAct = new AtomicBoolean();
    AtomicReference<Thread> other = new AtomicReference<>();
    Guard guard =
        builder(
                record -> {
                  records.add(record);
                  if (record.phase() == Phase.OUTCOME && Thread.currentThread() == caller) {
                    callersActIsOver.countDown();
                  }
                })
            .parallel(2, task -> started(other, task))
            .build();
    Report report =
        guard.apply(
            plan(guard),
            item -> {
              both.countDown();
              both.await();
              if (Thread.currentThread() == caller) {
                caller.interrupt();
              } else {
                callersActIsOver.await();
                while (caller.getState() != Thread.State.WAITING && !over.get()) {
                  Thread.onSpinWait();
                }
                overBeforeTheAct.set(over.get());
              }
              touch(item);
            });
    over.set(true);
    boolean kept = Thread.interrupted();
    other.get().join();
    assertThat(kept).isTrue();
    assertThat(overBeforeTheAct).as("the run was over while an act was in flight").isFalse();
    assertThat(touched).hasSize(2);
    assertThat(report.count(Fate.DONE)).isEqualTo(2);
    assertThat(report.count(Fate.NOT_ATTEMPTED)).isEqualTo(2);
    haltedBy(report, "interrupted");
    endsOnTheRecord();
  }

  @Test
  void aHelperOfAParallelRunInterrupted_startsNothing_andKeepsItsInterrupt() throws Exception {
    Thread caller = Thread.currentThread();
    CountDownLatch both = new CountDownLatch(2);
    AtomicBoolean kept = new AtomicBoolean();
    AtomicReference<Thread> helper = new AtomicReference<>();
    Guard guard =
        builder()
            .parallel(
                2,
                task ->
                    started(
                        helper,
                        () -> {
                          task.run();
                          kept.set(Thread.currentThread().isInterrupted());
                        }))
            .build();
    Report report =
        guard.apply(
            plan(guard),
            item -> {
              both.countDown();
              both.await();
              if (Thread.currentThread() == caller) {
                helper.get().join(); // it has drawn the rest, and started none of it
              } else {
                Thread.currentThread().interrupt();
              }
              touch(item);
            });
    assertThat(kept).isTrue();
    assertThat(touched).hasSize(2);
    assertThat(report.count(Fate.DONE)).isEqualTo(2);
    assertThat(report.count(Fate.NOT_ATTEMPTED)).isEqualTo(2);
    haltedBy(report, "interrupted");
    endsOnTheRecord();
  }

  private static void started(AtomicReference<Thread> holder, Runnable task) {
    Thread thread = new Thread(task, "helper");
    holder.set(thread);
    thread.start();
  }

  /** Allows everything, until one of its answers is an exception. */
  private static final class Breakable implements Safeguard {
    private volatile Question at;
    private volatile Throwable fault;
    private volatile boolean stale;
    private volatile Reservation reserving = Reservation.none();

    void breakAt(Question question, Throwable thrown) {
      fault = thrown;
      at = question;
    }

    void mend() {
      at = null;
    }

    private void ask(Question question) {
      if (at == question) {
        EndedRunTest.<RuntimeException>sneak(fault);
      }
    }

    @Override
    public String name() {
      return "breakable";
    }

    @Override
    public Verdict review(Intent intent) {
      ask(Question.REVIEW);
      return Verdict.allow();
    }

    @Override
    public Verdict reviewAll(Batch batch) {
      ask(Question.REVIEW_ALL);
      return Verdict.allow();
    }

    @Override
    public Verdict refresh() {
      ask(Question.REFRESH);
      return Verdict.allow();
    }

    @Override
    public boolean stale() {
      ask(Question.STALE);
      return stale;
    }

    @Override
    public Reservation reserve(Intent intent) {
      ask(Question.RESERVE);
      return reserving;
    }

    @Override
    public List<Tripwire> tripwires() {
      ask(Question.TRIPWIRES);
      return List.of(
          Tripwire.of(
              () -> {
                ask(Question.TRIPWIRE);
                return true;
              }));
    }
  }
}
