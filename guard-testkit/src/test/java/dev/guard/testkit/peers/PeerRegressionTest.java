package dev.guard.testkit.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.Fingerprint;
import dev.guard.Guard;
import dev.guard.GuardBuilder;
import dev.guard.GuardConfigurationException;
import dev.guard.GuardListener;
import dev.guard.GuardRefusedException;
import dev.guard.Intent;
import dev.guard.Outcome;
import dev.guard.Permit;
import dev.guard.PlanRejectedException;
import dev.guard.Population;
import dev.guard.Reason;
import dev.guard.RehearsalPermit;
import dev.guard.Reservation;
import dev.guard.Safeguard;
import dev.guard.Target;
import dev.guard.Tripwire;
import dev.guard.Verdict;
import dev.guard.audit.AuditRecord.Phase;
import dev.guard.blastradius.BlastRadiusLimit;
import dev.guard.dryrun.DryRun;
import dev.guard.evidence.Evidence;
import dev.guard.evidence.InUseCheck;
import dev.guard.evidence.Interpreter;
import dev.guard.evidence.Reference;
import dev.guard.evidence.ReferenceSnapshot;
import dev.guard.evidence.ReferenceSource;
import dev.guard.killswitch.KillSwitch;
import dev.guard.pace.ChangeWindow;
import dev.guard.plan.Candidate;
import dev.guard.plan.PermittedItem;
import dev.guard.plan.Plan;
import dev.guard.plan.PlanEffect;
import dev.guard.plan.PlanItem;
import dev.guard.plan.Report;
import dev.guard.plan.Report.Fate;
import dev.guard.plan.Selection;
import dev.guard.protection.Protection;
import dev.guard.rollout.Stage;
import dev.guard.rollout.StagedRollout;
import dev.guard.state.MemoryStateStore;
import dev.guard.testkit.ManualTime;
import dev.guard.testkit.RecordingSink;
import dev.guard.testkit.ScriptedSafeguard;
import dev.guard.testkit.ScriptedSwitch;
import java.io.IOException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Faults that other systems shipped (notes of the peers, section 10), one test each. */
class PeerRegressionTest {
  private static final String ACTION = "thing.delete";
  private static final Instant A_MONDAY = Instant.parse("2026-01-05T12:00:00Z");

  private final ManualTime time = ManualTime.at(A_MONDAY);
  private final RecordingSink sink = new RecordingSink();
  private final List<String> deleted = new ArrayList<>();
  private final Set<String> used = new HashSet<>();

  private GuardBuilder builder() {
    return Guard.named("peers")
        .dryRun(DryRun.unless(true, name -> null))
        .audit(sink)
        .time(time)
        .actor("tester");
  }

  private GuardBuilder unlimited() {
    return builder().unlimited("limits are not what this tries");
  }

  private static Target target(String id) {
    return Target.of("thing", "here", id);
  }

  private static List<Target> targets(int many) {
    List<Target> list = new ArrayList<>();
    for (int i = 1; i <= many; i++) {
      list.add(target("t" + i));
    }
    return list;
  }

  private static Selection selection(List<Target> targets) {
    return Selection.of(ACTION, targets).outOf(1000).because("a test");
  }

  private void delete(PermittedItem item) {
    item.permit().redeem(ACTION, item.target());
    deleted.add(item.target().id());
  }

  private static Intent intent(Target target) {
    return Intent.of(ACTION, target).because("a test");
  }

  @Test
  void t01_aHundredCandidatesAndALimitOfThree_deleteNothing() {
    Guard guard = builder().blastRadius(BlastRadiusLimit.perPlan(3)).build();
    Plan plan = guard.plan(selection(targets(100)));
    assertThat(plan.verdict().level()).isEqualTo(Verdict.Level.HALT);
    Report report = guard.apply(plan, this::delete);
    assertThat(deleted).isEmpty();
    assertThat(report.count(Fate.NOT_ATTEMPTED)).isEqualTo(100);
    assertThat(report.halted())
        .hasValueSatisfying(v -> assertThat(v.toString()).contains("allows 3 per plan, 100 asked"));
  }

  @Test
  void t01_threeOfThree_areDeleted() {
    Guard guard = builder().blastRadius(BlastRadiusLimit.perPlan(3)).build();
    guard.apply(guard.plan(selection(targets(3))), this::delete);
    assertThat(deleted).containsExactly("t1", "t2", "t3");
  }

  /** An interpreter whose history is shorter than the rule asks for. */
  private InUseCheck evidence(boolean covered) {
    Interpreter interpreter =
        new Interpreter() {
          @Override
          public Usage interpret(List<Reference> references) {
            return new Usage() {
              @Override
              public Evidence of(Target target) {
                for (Reference reference : references) {
                  if (reference.value().equals(target.id())) {
                    return new Evidence.InUse(List.of(reference.where()), 1);
                  }
                }
                return covered
                    ? new Evidence.NotInUse(1, references.size())
                    : new Evidence.Unknown("usage is known for 3 of the last 30 days");
              }

              @Override
              public List<String> gaps() {
                return List.of();
              }
            };
          }

          @Override
          public Probe probe() {
            return new Probe(reference("probe"), target("probe"));
          }
        };
    ReferenceSource source =
        new ReferenceSource() {
          @Override
          public String name() {
            return "source";
          }

          @Override
          public ReferenceSnapshot read() {
            List<Reference> found =
                used.stream().sorted().map(PeerRegressionTest::reference).toList();
            return new ReferenceSnapshot.Complete("source", time.now(), found);
          }
        };
    return InUseCheck.of(interpreter, List.of(source), time);
  }

  private static Reference reference(String id) {
    return new Reference("source", "user", "uses", id, Reference.Form.IDENTITY, "");
  }

  @Test
  void t02_evidenceThatDoesNotCoverTheWindow_protects() {
    Guard guard = unlimited().inUse(evidence(false)).build();
    Plan plan = guard.plan(selection(targets(2)));
    assertThat(plan.wouldGo()).isEmpty();
    assertThat(plan.items().get(0).verdict().toString()).contains("3 of the last 30 days");
    guard.apply(plan, this::delete);
    assertThat(deleted).isEmpty();
  }

  @Test
  void t03_protectionWins_overEveryOtherWord_inEveryOrder() {
    for (ScriptedSafeguard.Says says : ScriptedSafeguard.Says.values()) {
      for (boolean protectionFirst : new boolean[] {true, false}) {
        ScriptedSafeguard other = ScriptedSafeguard.named("other").on(time).say(says);
        Protection protection = Protection.ids(List.of("t1"));
        GuardBuilder builder = unlimited();
        Guard guard =
            (protectionFirst
                    ? builder.protection(protection).safeguard(other)
                    : builder.safeguard(other).protection(protection))
                .build();
        guard.apply(guard.plan(selection(targets(1))), this::delete);
        Outcome<Void> outcome = guard.run(intent(target("t1")), permit -> deleted.add("t1"));
        assertThat(outcome).isInstanceOf(Outcome.Refused.class);
        assertThat(((Outcome.Refused<Void>) outcome).verdict().reasons())
            .anySatisfy(reason -> assertThat(reason.code()).isEqualTo(Protection.PROTECTED));
      }
    }
    assertThat(deleted).isEmpty();
  }

  @Test
  void t08_whatIsUsedBetweenPlanAndAct_isSkipped() {
    Guard guard = unlimited().inUse(evidence(true)).build();
    Plan plan = guard.plan(selection(targets(3)));
    assertThat(plan.wouldGo()).hasSize(3);
    used.add("t2");
    Report report = guard.apply(plan, this::delete);
    assertThat(deleted).containsExactly("t1", "t3");
    assertThat(report.entries().get(1).outcome()).isEqualTo(Fate.SKIPPED);
    assertThat(report.entries().get(1).reasons())
        .anySatisfy(r -> assertThat(r.code()).isEqualTo(Reason.IN_USE));
  }

  @Test
  void t09_zero_deletesNothing_byEveryLimit() {
    List<BlastRadiusLimit> zeros =
        List.of(
            BlastRadiusLimit.perPlan(0),
            BlastRadiusLimit.perPlan(10).perCall(0),
            BlastRadiusLimit.perPlan(10).percent(0));
    for (BlastRadiusLimit zero : zeros) {
      Guard guard = builder().blastRadius(zero).build();
      guard.apply(guard.plan(selection(targets(2))), this::delete);
      guard.run(intent(target("t1")).outOf(Population.of(1000)), permit -> deleted.add("t1"));
    }
    assertThat(deleted).isEmpty();
  }

  /** Notes for each way in whether every safeguard was asked about the target. */
  @Test
  void t10_everyWayIn_asksEverySafeguard() {
    ScriptedSafeguard first = ScriptedSafeguard.named("first");
    ScriptedSafeguard second = ScriptedSafeguard.named("second");
    Guard guard =
        builder()
            .blastRadius(BlastRadiusLimit.perPlan(10))
            .safeguard(first)
            .safeguard(second)
            .build();
    Target t1 = target("t1");
    Plan plan = guard.plan(selection(List.of(t1)));
    Map<String, Runnable> waysIn = new HashMap<>();
    waysIn.put("review", () -> guard.review(intent(t1)));
    waysIn.put("run", () -> guard.run(intent(t1), permit -> deleted.add("run")));
    waysIn.put("call", () -> guard.call(intent(t1), permit -> deleted.add("call")));
    waysIn.put("plan", () -> guard.plan(selection(List.of(t1))));
    waysIn.put("apply", () -> guard.apply(guard.plan(selection(List.of(t1))), this::delete));
    waysIn.put("second apply", () -> guard.apply(plan, this::delete));
    for (ScriptedSafeguard.Says says :
        List.of(ScriptedSafeguard.Says.REFUSE, ScriptedSafeguard.Says.HALT)) {
      for (ScriptedSafeguard speaker : List.of(first, second)) {
        waysIn.forEach(
            (name, wayIn) -> {
              speaker.say(says);
              int before = first.asked().size();
              int secondBefore = second.asked().size();
              wayIn.run();
              assertThat(first.asked().size()).as("%s asks the first", name).isGreaterThan(before);
              assertThat(second.asked().size())
                  .as("%s asks the second", name)
                  .isGreaterThan(secondBefore);
              assertThat(deleted)
                  .as("%s acts although %s says %s", name, speaker.name(), says)
                  .isEmpty();
              speaker.say(ScriptedSafeguard.Says.ALLOW);
            });
      }
    }
    guard.apply(plan, this::delete);
    assertThat(deleted).containsExactly("t1");
  }

  @Test
  void t10_everyWayIn_isHeldToLimitAndSwitch() {
    ScriptedSwitch stop = new ScriptedSwitch();
    Guard guard =
        builder()
            .blastRadius(BlastRadiusLimit.perPlan(10))
            .killSwitch(KillSwitch.from(stop))
            .build();
    Plan plan = guard.plan(selection(targets(1)));
    stop.say(ScriptedSwitch.Says.STOP);
    guard.apply(plan, this::delete);
    guard.run(intent(target("t1")), permit -> deleted.add("run"));
    guard.call(intent(target("t1")), permit -> deleted.add("call"));
    assertThat(guard.review(intent(target("t1"))).level()).isEqualTo(Verdict.Level.HALT);
    assertThat(guard.plan(selection(targets(1))).verdict().level()).isEqualTo(Verdict.Level.HALT);
    assertThat(deleted).isEmpty();
  }

  @Test
  void t12_whenNoItemHasTheAttribute_nothingGoes() {
    Guard guard = unlimited().protection(Protection.glob("tags", List.of("production-*"))).build();
    Plan plan = guard.plan(selection(targets(5)));
    assertThat(plan.wouldGo()).isEmpty();
    guard.apply(plan, this::delete);
    assertThat(deleted).isEmpty();
  }

  @Test
  void t12_whenTheAttributesCannotBeFetched_nothingGoes() {
    Protection broken =
        Protection.when(
            "tagged",
            "1",
            target -> {
              if (target.id().equals("example")) {
                return true;
              }
              throw new IllegalStateException("the tags cannot be fetched");
            },
            target("example"));
    Guard guard = unlimited().protection(broken).build();
    assertThat(guard.plan(selection(targets(5))).wouldGo()).isEmpty();
  }

  @Test
  void t13_aTargetWithoutTheLabel_isProtected_andABlankLabelIsAnError() {
    Guard guard = unlimited().protection(Protection.glob("team", List.of("payments"))).build();
    Plan plan = guard.plan(selection(List.of(target("t1").with("team", "web"), target("t2"))));
    guard.apply(plan, this::delete);
    assertThat(deleted).containsExactly("t1");
    assertThatThrownBy(() -> Protection.glob(" ", List.of("payments")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void t15_aFailureAtTheSeventhOfTen_isReportedExactly() {
    Guard guard = unlimited().build();
    Report report =
        guard.apply(
            guard.plan(selection(targets(10))),
            item -> {
              if (item.target().id().equals("t7")) {
                throw new IOException("disk on fire");
              }
              delete(item);
            });
    assertThat(report.count(Fate.DONE)).isEqualTo(6);
    assertThat(report.count(Fate.FAILED)).isEqualTo(1);
    assertThat(report.count(Fate.NOT_ATTEMPTED)).isEqualTo(3);
    assertThat(deleted).hasSize(6);
  }

  @Test
  void t16_aChild_goesOnlyAfterItsParentIsDone() {
    Target parent = target("parent");
    Target child = target("child");
    Selection selection =
        Selection.ofCandidates(
                ACTION, List.of(Candidate.of(parent), Candidate.of(child).after(List.of(parent))))
            .because("a test");
    Guard guard = unlimited().continueAfterFailures().build();
    Report report =
        guard.apply(
            guard.plan(selection),
            item -> {
              if (item.target().equals(parent)) {
                throw new IOException("refused by the server");
              }
              delete(item);
            });
    assertThat(deleted).isEmpty();
    assertThat(report.entries().get(1).outcome()).isEqualTo(Fate.SKIPPED);
  }

  @Test
  void t17_anEmptyPopulation_isNeverSafe_whateverTheLimit() {
    for (boolean execute : new boolean[] {true, false}) {
      Guard guard = unlimited().dryRun(DryRun.unless(execute, name -> null)).build();
      Plan plan = guard.plan(Selection.of(ACTION, List.of()).outOf(0).because("a test"));
      assertThat(plan.verdict().level()).isEqualTo(Verdict.Level.HALT);
      assertThat(plan.verdict().reasons())
          .anySatisfy(reason -> assertThat(reason.code()).isEqualTo(Reason.EVIDENCE_INCOMPLETE));
    }
    Guard guard = unlimited().build();
    Plan half =
        guard.plan(
            Selection.of(ACTION, targets(1))
                .outOf(Population.incomplete(7, "page 2 is missing"))
                .because("a test"));
    assertThat(guard.apply(half, this::delete).halted()).isPresent();
    assertThat(deleted).isEmpty();
  }

  @Test
  void t18_aDryRun_writesNoOutcomeAnywhere_andTellsNoListenerOfAnEnd() {
    List<String> told = new ArrayList<>();
    GuardListener listener =
        new GuardListener() {
          @Override
          public void settled(String guard, Intent intent, Reservation.Settlement how) {
            told.add(intent + " " + how);
          }
        };
    Guard guard = unlimited().dryRun(DryRun.on()).listener(listener).build();
    Report report = guard.apply(guard.plan(selection(targets(3))), this::delete);
    guard.run(intent(target("t1")), permit -> deleted.add("t1"));
    assertThat(report.count(Fate.SIMULATED)).isEqualTo(3);
    assertThat(report.executed()).isFalse();
    assertThat(deleted).isEmpty();
    assertThat(told).isEmpty();
    assertThat(sink.records(Phase.INTENDED)).isEmpty();
    assertThat(sink.records(Phase.OUTCOME)).isEmpty();
    assertThat(sink.records()).noneMatch(record -> "DONE".equals(record.outcome()));
    assertThat(sink.records()).allMatch(record -> record.mode().equals("dry-run"));
  }

  /** Deletes only what still is what was planned. */
  private final class Marked implements PlanEffect {
    private final Map<String, String> uids;

    Marked(Map<String, String> uids) {
      this.uids = uids;
    }

    @Override
    public void act(PermittedItem item) {
      delete(item);
    }

    @Override
    public Optional<Fingerprint> fingerprint(PlanItem item) {
      return Optional.ofNullable(uids.get(item.target().id()))
          .map(uid -> Fingerprint.of("uid", uid));
    }
  }

  @Test
  void t20_aReusedName_isSkipped() {
    List<Candidate> candidates =
        List.of(
            Candidate.of(target("a")).marked(Fingerprint.of("uid", "1")),
            Candidate.of(target("b")).marked(Fingerprint.of("uid", "2")),
            Candidate.of(target("c")).marked(Fingerprint.of("uid", "3")));
    Guard guard = unlimited().build();
    Plan plan = guard.plan(Selection.ofCandidates(ACTION, candidates).because("a test"));
    Report report = guard.apply(plan, new Marked(Map.of("a", "1", "b", "9")));
    assertThat(deleted).containsExactly("a");
    assertThat(report.entries().get(1).outcome()).isEqualTo(Fate.SKIPPED);
    assertThat(report.entries().get(1).reasons().get(0).sentence()).contains("'2' then, '9' now");
    assertThat(report.entries().get(2).outcome()).isEqualTo(Fate.SKIPPED);
  }

  @Test
  void t22_aSafeguardThatDoesNotDecide_vetoes_byEveryWayIn() {
    for (ScriptedSafeguard.Says says : ScriptedSafeguard.Says.values()) {
      if (says.undecided()) {
        ScriptedSafeguard broken = ScriptedSafeguard.named("broken").on(time);
        Guard guard = unlimited().safeguard(broken).build();
        Plan plan = guard.plan(selection(targets(2)));
        broken.say(says);
        Report report = guard.apply(plan, this::delete);
        assertThat(report.halted())
            .as("%s", says)
            .hasValueSatisfying(v -> assertThat(v.toString()).contains("'broken'"));
        assertThat(guard.run(intent(target("t1")), permit -> deleted.add("t1")))
            .isInstanceOf(Outcome.Refused.class);
      }
    }
    assertThat(deleted).isEmpty();
  }

  @Test
  void t22_aProbeThatThrowsOrAnswersNothing_vetoes() {
    for (boolean nothing : new boolean[] {true, false}) {
      Guard guard = unlimited().build();
      PlanEffect effect =
          new PlanEffect() {
            @Override
            public void act(PermittedItem item) {
              delete(item);
            }

            @Override
            public Verdict probe(Plan plan) throws IOException {
              if (nothing) {
                return null;
              }
              throw new IOException("cannot be told");
            }
          };
      assertThat(guard.apply(guard.plan(selection(targets(1))), effect).halted()).isPresent();
    }
    assertThat(deleted).isEmpty();
  }

  @Test
  void t24_inADryRun_theDeleterIsNotReachable() {
    List<Object> seen = new ArrayList<>();
    PlanEffect effect =
        new PlanEffect() {
          @Override
          public void act(PermittedItem item) {
            delete(item);
          }

          @Override
          public void rehearse(PlanItem item, RehearsalPermit permit) {
            seen.add(permit);
          }
        };
    Guard guard = unlimited().dryRun(DryRun.on()).build();
    guard.apply(guard.plan(selection(targets(1))), effect);
    assertThat(deleted).isEmpty();
    assertThat(seen).hasSize(1).noneMatch(Permit.class::isInstance);
    assertThat(Permit.class.getConstructors()).as("only Guard makes permits").isEmpty();
  }

  @Test
  void t21_afterAnAbort_nothingIsDeleted_whateverElseIsPending() {
    Guard guard =
        unlimited()
            .rollout(
                StagedRollout.of(
                    Stage.named("first").when("t1", target -> target.id().equals("t1")),
                    Stage.named("all")))
            .state(MemoryStateStore.create(time))
            .build();
    Plan plan = guard.plan(selection(targets(3)));
    guard.apply(plan, this::delete);
    assertThat(guard.rollout())
        .hasValueSatisfying(it -> assertThat(it.stage()).as("promoted").isEqualTo("all"));
    guard.pauseRollout("ann", "wait");
    guard.abortRollout(null, "ben", "no");
    assertThatThrownBy(() -> guard.resumeRollout("ann", "go on"))
        .isInstanceOf(PlanRejectedException.class);
    guard.advanceRollout();
    guard.apply(plan, this::delete);
    assertThat(deleted).containsExactly("t1");
  }

  @Test
  void t26_aStageOfZero_ofLess_orOfNoNumber_isAnError() {
    Stage stage = Stage.named("canary");
    for (long none : new long[] {0, -1, Long.MIN_VALUE}) {
      assertThatThrownBy(() -> stage.ramp(none)).isInstanceOf(GuardConfigurationException.class);
    }
    for (double none : new double[] {0, -0.0, -1, 100.01, Double.NaN, Double.NEGATIVE_INFINITY}) {
      assertThatThrownBy(() -> stage.rampPercent(none))
          .isInstanceOf(GuardConfigurationException.class);
    }
  }

  @Test
  void t26_outsideEveryWindow_nothingRuns_andInsideItDoes() {
    ChangeWindow window =
        ChangeWindow.on(
            EnumSet.range(DayOfWeek.MONDAY, DayOfWeek.THURSDAY),
            LocalTime.of(9, 0),
            LocalTime.of(16, 0),
            ZoneOffset.UTC,
            time);
    Guard guard = unlimited().safeguard(window).build();
    Plan plan = guard.plan(selection(targets(1)));
    time.tick(Duration.ofHours(5));
    assertThat(guard.apply(plan, this::delete).halted()).isPresent();
    assertThat(guard.run(intent(target("t1")), permit -> deleted.add("t1")))
        .isInstanceOf(Outcome.Refused.class);
    assertThat(deleted).isEmpty();
    time.tick(Duration.ofHours(17));
    guard.apply(plan, this::delete);
    assertThat(deleted).containsExactly("t1");
  }

  @Test
  void t27_aStopThatComesWhileTheSwitchIsRead_isSeen() {
    List<Guard> guards = new ArrayList<>();
    AtomicInteger reads = new AtomicInteger();
    KillSwitch.Source slow =
        new KillSwitch.Source() {
          @Override
          public String name() {
            return "slow";
          }

          @Override
          public KillSwitch.Reading read() {
            if (reads.incrementAndGet() == 3) {
              guards.get(0).stop("ann", "while a source is read");
            }
            return KillSwitch.Reading.run();
          }
        };
    guards.add(unlimited().killSwitch(KillSwitch.from(slow)).build());
    Outcome<Void> outcome = guards.get(0).run(intent(target("t1")), permit -> deleted.add("t1"));
    assertThat(reads.get()).as("the last look before the act").isEqualTo(3);
    assertThat(outcome).isInstanceOf(Outcome.Refused.class);
    assertThat(deleted).isEmpty();
  }

  @Test
  void t29_countsOfReportJournalAndListener_agree_whateverFails() {
    Map<Reservation.Settlement, Integer> told = new EnumMap<>(Reservation.Settlement.class);
    GuardListener listener =
        new GuardListener() {
          @Override
          public void settled(String guard, Intent intent, Reservation.Settlement how) {
            told.merge(how, 1, Integer::sum);
          }
        };
    Guard guard = unlimited().continueAfterFailures().listener(listener).build();
    Report report =
        guard.apply(
            guard.plan(selection(targets(9))),
            item -> {
              int number = Integer.parseInt(item.target().id().substring(1));
              if (number % 3 == 0) {
                throw new IOException("half-way");
              }
              if (number % 3 == 1) {
                item.permit().notRun();
                throw new IOException("not at all");
              }
              delete(item);
            });
    for (Fate fate : List.of(Fate.DONE, Fate.FAILED)) {
      long journal =
          sink.records(Phase.OUTCOME).stream()
              .filter(record -> fate.name().equals(record.outcome()))
              .count();
      assertThat(report.count(fate)).isEqualTo(journal);
    }
    assertThat(report.count(Fate.DONE)).isEqualTo(3).isEqualTo(deleted.size());
    assertThat(report.count(Fate.FAILED)).isEqualTo(6);
    assertThat(told)
        .containsEntry(Reservation.Settlement.DONE, 3)
        .containsEntry(Reservation.Settlement.UNKNOWN, 3)
        .containsEntry(Reservation.Settlement.NOT_RUN, 3);
  }

  @Test
  void t30_nothing_isNeverEverything() {
    assertThatThrownBy(() -> Intent.of(ACTION, List.of()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> target(" ")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Selection.of(" ", targets(1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Selection.of(ACTION, targets(1)).because(" "))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Protection.idGlob(List.of("")))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Guard.named(" ")).isInstanceOf(IllegalArgumentException.class);
    Guard guard = unlimited().build();
    Report report =
        guard.apply(guard.plan(Selection.of(ACTION, List.of()).because("a test")), this::delete);
    assertThat(report.entries()).isEmpty();
    assertThat(deleted).isEmpty();
  }

  @Test
  void t31_anAdapterOfAnotherScope_refusesThePermit() {
    Guard guard = unlimited().build();
    Plan planForA = guard.plan(selection(List.of(Target.of("thing", "scope-a", "1"))));
    List<Throwable> refused = new ArrayList<>();
    Report report =
        guard.apply(
            planForA,
            item -> {
              Target asScopeBKnowsIt = Target.of("thing", "scope-b", item.target().id());
              try {
                item.permit().redeem(ACTION, asScopeBKnowsIt);
              } catch (GuardRefusedException refusal) {
                refused.add(refusal);
                throw refusal;
              }
              deleted.add(asScopeBKnowsIt.id());
            });
    assertThat(deleted).isEmpty();
    assertThat(refused).hasSize(1);
    assertThat(report.count(Fate.FAILED)).isEqualTo(1);
  }

  @Test
  void t01_aLimitThatCannotFire_doesNotBuild() {
    Safeguard dead =
        new Safeguard() {
          @Override
          public String name() {
            return "mark cap";
          }

          @Override
          public Verdict review(Intent intent) {
            return Verdict.allow();
          }

          @Override
          public List<Tripwire> tripwires() {
            return List.of(Tripwire.of(() -> !review(intent(target("too many"))).allowed()));
          }
        };
    assertThatThrownBy(() -> unlimited().safeguard(dead).build())
        .hasMessageContaining("mark cap")
        .hasMessageContaining("not alive");
  }
}
