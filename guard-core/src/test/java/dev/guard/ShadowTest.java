package dev.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.audit.AuditRecord;
import dev.guard.audit.AuditRecord.Phase;
import dev.guard.blastradius.BlastRadiusLimit;
import dev.guard.dryrun.DryRun;
import dev.guard.plan.Approvals;
import dev.guard.plan.Plan;
import dev.guard.plan.Report;
import dev.guard.plan.Report.Fate;
import dev.guard.plan.Selection;
import dev.guard.soak.Shadow;
import dev.guard.soak.Soak;
import dev.guard.state.StateStore;
import dev.guard.support.HandTime;
import dev.guard.support.TestStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A guard that stays in dry run until so many clean runs, through the guard. */
class ShadowTest {
  private static final String ACTION = "thing.delete";
  private static final Target A = Target.of("thing", "here", "a");
  private static final Target B = Target.of("thing", "here", "b");

  private final HandTime time = new HandTime();
  private final TestStore store = new TestStore(time);
  private final List<AuditRecord> records = new ArrayList<>();
  private final List<Target> acted = new ArrayList<>();
  private final Set<Target> used = new HashSet<>();
  private final List<String> told = new ArrayList<>();

  private GuardBuilder builder() {
    return Guard.named("test")
        .dryRun(DryRun.off())
        .blastRadius(BlastRadiusLimit.perPlan(3))
        .safeguard(new InUse(used))
        .shadow(Shadow.cleanRuns(3))
        .audit(records::add)
        .actor("planner")
        .state(store)
        .time(time)
        .listener(
            new GuardListener() {
              @Override
              public void falsePositive(String guard, Target target, String what) {
                told.add(target.id() + " " + what);
              }
            });
  }

  /** Refuses what is used, as an in-use check does. */
  private record InUse(Set<Target> used) implements Safeguard {
    @Override
    public String name() {
      return "use";
    }

    @Override
    public Verdict review(Intent intent) {
      return used.contains(intent.targets().get(0)) ? inUse() : Verdict.allow();
    }

    private static Verdict inUse() {
      return Verdict.refuse(Reason.of("use", Reason.IN_USE, "It is in use."));
    }

    @Override
    public List<Tripwire> tripwires() {
      return List.of(Tripwire.of(() -> !inUse().allowed()));
    }
  }

  private Report night(GuardBuilder builder, Target... targets) {
    time.pass(Duration.ofDays(1));
    return now(builder.build(), targets);
  }

  private Report now(Guard guard, Target... targets) {
    Plan plan = guard.plan(Selection.of(ACTION, List.of(targets)).because("a test"));
    return guard.apply(plan, item -> acted.add(item.target()));
  }

  private Report night(Target... targets) {
    return night(builder(), targets);
  }

  private long clean() {
    return builder().build().shadow().clean();
  }

  private List<AuditRecord> noted(String action) {
    return records.stream().filter(record -> record.action().equals(action)).toList();
  }

  @Test
  void afterSoManyCleanRuns_theNextOneActs_andThatIsOnTheRecord() {
    for (int i = 0; i < 3; i++) {
      Report report = night(A, B);
      assertThat(report.executed()).isFalse();
      assertThat(report.count(Fate.SIMULATED)).isEqualTo(2);
    }
    assertThat(acted).isEmpty();
    assertThat(noted("shadow.graduated")).hasSize(1);
    assertThat(noted("shadow.graduated").get(0).phase()).isEqualTo(Phase.DECISION);
    assertThat(noted("shadow.graduated").get(0).because()).contains("3 of 3 clean runs");
    assertThat(builder().build().shadow().graduated()).isPresent();
    assertThat(night(A, B).count(Fate.DONE)).isEqualTo(2);
    assertThat(acted).containsExactly(A, B);
  }

  @Test
  void whatWouldHaveGone_andIsUsedLater_isAFalsePositive() {
    night(A, B);
    night(A, B);
    used.add(B);
    Report report = night(A, B);
    assertThat(told).containsExactly("b is in use");
    assertThat(report.entries().get(1).reasons())
        .anyMatch(
            reason ->
                reason.code().equals(Shadow.FALSE_POSITIVE)
                    && reason.sentence().contains("would have gone, and is in use"));
    assertThat(noted("shadow").get(2).reasons())
        .extracting(Reason::code)
        .containsExactly(Shadow.FALSE_POSITIVE);
    assertThat(builder().build().shadow().toString())
        .startsWith("0 of 3 clean runs, 1 false positive: ")
        .endsWith("is in use");
  }

  @Test
  void anOpenFalsePositive_blocks_untilAPersonDismissesIt() {
    night(A, B);
    used.add(B);
    for (int i = 0; i < 9; i++) {
      assertThat(night(A, B).executed()).isFalse();
    }
    assertThat(clean()).isZero();
    assertThat(told).hasSize(1);
    Guard guard = builder().build();
    assertThat(guard.dismissFalsePositive(A, "anna", "not that one")).isFalse();
    assertThat(guard.dismissFalsePositive(B, "anna", "a rollback, known")).isTrue();
    assertThat(records.get(records.size() - 1).phase()).isEqualTo(Phase.HUMAN);
    assertThat(records.get(records.size() - 1).because()).contains("a rollback, known");
    for (int i = 0; i < 3; i++) {
      assertThat(night(A, B).executed()).isFalse();
    }
    assertThat(night(A, B).count(Fate.DONE)).isEqualTo(1);
    assertThat(acted).containsExactly(A);
  }

  @Test
  void anObjection_isAFalsePositiveToo() {
    GuardBuilder soaking = builder().soak(Soak.of(Duration.ofDays(7)));
    night(soaking, A, B);
    assertThat(clean()).isEqualTo(1);
    Guard guard = builder().soak(Soak.of(Duration.ofDays(7))).build();
    guard.object(A, "anna", "still needed", null);
    night(builder().soak(Soak.of(Duration.ofDays(7))), A, B);
    assertThat(told).containsExactly("a is objected to");
    assertThat(clean()).isZero();
  }

  @Test
  void whatOnlyWaitsForPeople_wouldHaveGone() {
    for (int i = 0; i < 3; i++) {
      Report report = night(builder().approvals(Approvals.by(1)), A);
      assertThat(report.count(Fate.REFUSED)).isEqualTo(1);
    }
    assertThat(builder().build().isDryRun()).isFalse();
  }

  @Test
  void aRunThatWouldTouchNothing_isNotCounted() {
    used.add(A);
    night(A);
    assertThat(clean()).isZero();
    assertThat(told).isEmpty();
  }

  @Test
  void aRunInWhichSomethingCouldNotBeRead_isNotCounted() {
    Verdict blind = Verdict.refuse(Reason.of("notes", "notes-unreadable", "It cannot be read."));
    Safeguard notes =
        new Safeguard() {
          @Override
          public String name() {
            return "notes";
          }

          @Override
          public Verdict review(Intent intent) {
            return intent.targets().contains(B) ? blind : Verdict.allow();
          }

          @Override
          public List<Tripwire> tripwires() {
            return List.of(Tripwire.of(() -> !blind.allowed()));
          }
        };
    night(builder().safeguard(notes), A, B);
    assertThat(clean()).isZero();
    night(builder().safeguard(notes), A);
    assertThat(clean()).isEqualTo(1);
  }

  @Test
  void aHaltedRun_isNotCounted() {
    Report report = night(A, B, Target.of("thing", "here", "c"), Target.of("thing", "here", "d"));
    assertThat(report.halted()).isPresent();
    assertThat(clean()).isZero();
  }

  @Test
  void onePlan_andOneHour_countOnce() {
    time.pass(Duration.ofDays(1));
    Guard guard = builder().build();
    now(guard, A);
    now(guard, A);
    time.pass(Duration.ofMinutes(59));
    now(guard, A);
    assertThat(clean()).isEqualTo(1);
    Plan plan = guard.plan(Selection.of(ACTION, List.of(A)).because("a test"));
    time.pass(Duration.ofMinutes(1));
    guard.apply(plan, item -> acted.add(item.target()));
    assertThat(clean()).isEqualTo(2);
    time.pass(Duration.ofHours(2));
    guard.apply(plan, item -> acted.add(item.target()));
    assertThat(clean()).isEqualTo(2);
  }

  @Test
  void aStoreClockThatStepsBack_countsNothing() {
    night(A);
    time.jump(Duration.ofDays(-9));
    now(builder().build(), A);
    assertThat(clean()).isEqualTo(1);
  }

  @Test
  void rehearsalsCountNothing_andRememberNothing() {
    for (int i = 0; i < 9; i++) {
      night(builder().dryRun(DryRun.on()), A, B);
    }
    assertThat(store.keys("guard/shadow/")).isEmpty();
    assertThat(builder().build().isDryRun()).isTrue();
  }

  @Test
  void aDryRunWins_alsoAfterGraduation() {
    for (int i = 0; i < 3; i++) {
      night(A);
    }
    assertThat(night(builder().dryRun(DryRun.on()), A).executed()).isFalse();
    assertThat(acted).isEmpty();
  }

  @Test
  void theGuardThatGraduated_actsWhenItIsBuiltAnew() {
    time.pass(Duration.ofDays(1));
    Guard guard = builder().build();
    for (int i = 0; i < 9; i++) {
      time.pass(Duration.ofDays(1));
      assertThat(now(guard, A).executed()).isFalse();
    }
    assertThat(builder().build().isDryRun()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "{}", "{\"schema\":\"guard.shadow/1\",\"graduated\":true}"})
  void whatCannotBeRead_isADryRun(String damage) {
    for (int i = 0; i < 3; i++) {
      night(A);
    }
    store.overwriteAll(damage);
    Guard guard = builder().build();
    assertThat(guard.isDryRun()).isTrue();
    assertThat(guard.review(Intent.of(ACTION, A).because("a test")).toString())
        .contains("cannot be read");
  }

  @Test
  void whatIsPutBackAfterTheGuardWasBuilt_halts() {
    for (int i = 0; i < 3; i++) {
      night(A);
    }
    Guard guard = builder().build();
    store.forget();
    Report report = now(guard, A);
    assertThat(report.halted()).isPresent();
    assertThat(acted).isEmpty();
  }

  @Test
  void whatCannotBeKept_isNotCounted_andSaidSo() {
    Report report = night(builder().state(new Forgetful(store)), A);
    assertThat(report.halted()).isPresent();
    assertThat(report.halted().orElseThrow().toString()).contains("not counted");
  }

  /** Takes everything but what was seen in shadow. */
  private record Forgetful(StateStore store) implements StateStore {
    @Override
    public Optional<Versioned> get(String key) {
      return store.get(key);
    }

    @Override
    public Optional<String> compareAndSet(String key, String expected, byte[] value) {
      if (key.startsWith("guard/shadow/")) {
        throw new StateException("The disk is full.");
      }
      return store.compareAndSet(key, expected, value);
    }

    @Override
    public List<String> keys(String prefix) {
      return store.keys(prefix);
    }

    @Override
    public Instant now() {
      return store.now();
    }

    @Override
    public Capabilities capabilities() {
      return store.capabilities();
    }
  }

  @Test
  void noGraduation_withoutARecordOfIt() {
    night(A);
    night(A);
    List<AuditRecord> all = new ArrayList<>();
    Guard forgetful =
        Guard.named("test")
            .dryRun(DryRun.off())
            .unlimited("a test")
            .shadow(Shadow.cleanRuns(3))
            .audit(
                record -> {
                  if (record.action().equals("shadow.graduated")) {
                    throw new AuditException("The disk is full.");
                  }
                  all.add(record);
                })
            .state(store)
            .time(time)
            .build();
    time.pass(Duration.ofDays(1));
    assertThat(now(forgetful, A).halted()).isPresent();
    assertThat(builder().build().isDryRun()).isTrue();
    night(A);
    assertThat(builder().build().isDryRun()).isFalse();
  }

  @Test
  void singleCalls_areSimulated() {
    Guard guard = builder().build();
    assertThat(guard.run(Intent.of(ACTION, A).because("a test"), permit -> acted.add(A)))
        .isInstanceOf(Outcome.Simulated.class);
    assertThat(acted).isEmpty();
  }

  @Test
  void whatMakesNoSense_doesNotBuild() {
    assertThatThrownBy(() -> Shadow.cleanRuns(0)).isInstanceOf(GuardConfigurationException.class);
    assertThatThrownBy(() -> Shadow.cleanRuns(1001))
        .isInstanceOf(GuardConfigurationException.class);
    assertThatThrownBy(() -> Shadow.cleanRuns(1).apart(Duration.ofMillis(-1)))
        .isInstanceOf(GuardConfigurationException.class);
    assertThatThrownBy(
            () ->
                Guard.named("test")
                    .unlimited("a test")
                    .unaudited("a test")
                    .shadow(Shadow.cleanRuns(1))
                    .build())
        .isInstanceOf(GuardConfigurationException.class)
        .hasMessageContaining("memory forgets");
    Guard none = Guard.named("test").unlimited("a test").unaudited("a test").build();
    assertThatThrownBy(none::shadow).isInstanceOf(GuardConfigurationException.class);
    assertThatThrownBy(() -> builder().build().dismissFalsePositive(A, "anna", " "))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void itsTripwireTrips() {
    assertThat(Shadow.cleanRuns(1).tripwires()).allMatch(wire -> wire.check().getAsBoolean());
    assertThat(Shadow.cleanRuns(1).isOn()).isTrue();
  }

  @Test
  void moreThanCanBeWatched_isNotCounted() {
    List<Target> many = new ArrayList<>();
    for (int i = 0; i < 5001; i++) {
      many.add(Target.of("thing", "here", "t" + i));
    }
    time.pass(Duration.ofDays(1));
    Guard guard =
        Guard.named("test")
            .dryRun(DryRun.off())
            .unlimited("a test")
            .unaudited("a test")
            .shadow(Shadow.cleanRuns(1))
            .state(store)
            .time(time)
            .build();
    now(guard, many.toArray(new Target[0]));
    assertThat(guard.shadow().clean()).isZero();
    time.pass(Duration.ofDays(1));
    now(guard, many.subList(0, 5000).toArray(new Target[0]));
    assertThat(guard.shadow().clean()).isEqualTo(1);
  }
}
