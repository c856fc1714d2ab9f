package dev.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.audit.AuditRecord;
import dev.guard.audit.AuditRecord.Phase;
import dev.guard.audit.AuditSink;
import dev.guard.blastradius.BlastRadiusLimit;
import dev.guard.dryrun.DryRun;
import dev.guard.plan.Announcement;
import dev.guard.plan.Approval;
import dev.guard.plan.Approvals;
import dev.guard.plan.Plan;
import dev.guard.plan.PlanEffect;
import dev.guard.plan.PlanItem;
import dev.guard.plan.Report;
import dev.guard.plan.Report.Fate;
import dev.guard.plan.Selection;
import dev.guard.protection.Protection;
import dev.guard.soak.Soak;
import dev.guard.state.MemoryStateStore;
import dev.guard.support.HandTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Announcements and approvals, through the guard. */
class AnnounceAndApproveTest {
  private static final String ACTION = "thing.delete";
  private static final Target A = Target.of("thing", "here", "a");
  private static final Target B = Target.of("thing", "here", "b");
  private static final Target C = Target.of("thing", "here", "c");

  private final HandTime time = new HandTime();
  private final MemoryStateStore store = MemoryStateStore.create(time);
  private final List<AuditRecord> records = new ArrayList<>();
  private final List<Target> acted = new ArrayList<>();
  private final Set<Target> told = new HashSet<>();

  private GuardBuilder guard() {
    return Guard.named("test")
        .dryRun(DryRun.off())
        .audit(records::add)
        .actor("planner")
        .state(store)
        .time(time);
  }

  private Guard soaking() {
    return guard().unlimited("a test").soak(Soak.of(Duration.ofDays(1))).build();
  }

  private Guard approving(int people) {
    return guard()
        .blastRadius(BlastRadiusLimit.perPlan(2))
        .approvals(people == 0 ? Approvals.onlyOverLimit() : Approvals.by(people))
        .build();
  }

  private static Plan plan(Guard guard, Target... targets) {
    return guard.plan(Selection.of(ACTION, List.of(targets)).because("a test"));
  }

  private Report apply(Guard guard, Plan plan) {
    return guard.apply(plan, item -> acted.add(item.target()));
  }

  private Set<Target> tell(List<PlanItem> items) {
    Set<Target> arrived = new HashSet<>();
    for (PlanItem item : items) {
      told.add(item.target());
      if (!item.target().equals(B)) {
        arrived.add(item.target());
      }
    }
    arrived.add(C);
    return arrived;
  }

  private List<String> decisions() {
    return records.stream()
        .filter(record -> record.phase() == Phase.DECISION)
        .map(record -> record.action() + " " + record.outcome())
        .toList();
  }

  @Test
  void law12_onlyWhatProvablyArrived_soaks() {
    Guard guard = soaking();
    Announcement announced = guard.announce(plan(guard, A, B), this::tell);
    assertThat(told).containsExactlyInAnyOrder(A, B);
    assertThat(announced.proven()).containsExactly(A);
    time.pass(Duration.ofHours(24));
    Report report = apply(guard, plan(guard, A, B, C));
    assertThat(acted).containsExactly(A);
    assertThat(report.count(Fate.DONE)).isEqualTo(1);
    assertThat(report.count(Fate.REFUSED)).isEqualTo(2);
  }

  @Test
  void law12_whatWentAndComesBack_isAnnouncedAnew() {
    Guard guard = soaking();
    guard.announce(plan(guard, A), this::tell);
    time.pass(Duration.ofHours(24));
    assertThat(apply(guard, plan(guard, A)).count(Fate.DONE)).isEqualTo(1);
    assertThat(apply(guard, plan(guard, A)).count(Fate.REFUSED)).isEqualTo(1);
    guard.announce(plan(guard, A), this::tell);
    time.pass(Duration.ofHours(23));
    apply(guard, plan(guard, A));
    assertThat(acted).containsExactly(A);
    time.pass(Duration.ofHours(1));
    apply(guard, plan(guard, A));
    assertThat(acted).containsExactly(A, A);
  }

  @Test
  void law12_whatFailed_goesOnWithItsWait() {
    Guard guard = soaking();
    guard.announce(plan(guard, A), this::tell);
    time.pass(Duration.ofHours(24));
    Report failed =
        guard.apply(
            plan(guard, A),
            item -> {
              throw new IllegalStateException("a test");
            });
    assertThat(failed.count(Fate.FAILED)).isEqualTo(1);
    assertThat(apply(guard, plan(guard, A)).count(Fate.DONE)).isEqualTo(1);
  }

  @Test
  void anAnnouncement_isOnTheRecord_andActsOnNothing() {
    Guard guard = soaking();
    Plan plan = plan(guard, A, B);
    guard.announce(plan, this::tell);
    assertThat(acted).isEmpty();
    assertThat(decisions()).contains("announce ALLOW", ACTION + " ANNOUNCED", "announced ALLOW");
    AuditRecord record =
        records.stream().filter(one -> "ANNOUNCED".equals(one.outcome())).findFirst().orElseThrow();
    assertThat(record.targets()).containsExactly(A);
    assertThat(record.plan()).isEqualTo(plan.digest().text());
  }

  @Test
  void law12_aDryRun_tellsNobodyAndStartsNoSoak() {
    Guard guard = soaking();
    Plan plan = plan(guard, A);
    Guard dry =
        guard().dryRun(DryRun.on()).unlimited("x").soak(Soak.of(Duration.ofDays(1))).build();
    Announcement announced = dry.announce(plan, this::tell);
    assertThat(told).isEmpty();
    assertThat(announced.proven()).isEmpty();
    assertThat(announced.asked()).hasSize(1);
    time.pass(Duration.ofHours(24));
    apply(guard, plan(guard, A));
    assertThat(acted).isEmpty();
  }

  @Test
  void law9_noSoakBegins_ifTheRecordIsNotDurable() {
    Guard guard = soaking();
    Plan plan = plan(guard, A);
    Guard broken =
        Guard.named("test")
            .dryRun(DryRun.off())
            .unlimited("x")
            .audit(
                record -> {
                  if ("ANNOUNCED".equals(record.outcome())) {
                    throw new AuditException("full", null);
                  }
                })
            .soak(Soak.of(Duration.ofDays(1)))
            .state(store)
            .time(time)
            .build();
    assertThatThrownBy(() -> broken.announce(plan, this::tell)).isInstanceOf(AuditException.class);
    time.pass(Duration.ofHours(24));
    apply(guard, plan(guard, A));
    assertThat(acted).isEmpty();
  }

  @Test
  void whatIsProtectedByNow_isNotAnnounced() {
    Guard guard = soaking();
    Guard strict =
        guard()
            .unlimited("x")
            .safeguard(
                Safeguard.refuseIf(
                    "not A",
                    intent -> intent.targets().contains(A),
                    Tripwire.of(() -> List.of(A).contains(A))))
            .soak(Soak.of(Duration.ofDays(1)))
            .build();
    assertThat(strict.announce(plan(guard, A, C), this::tell).proven()).containsExactly(C);
    assertThat(told).containsExactly(C);
  }

  @Test
  void law12_anObjection_isOnTheRecordAndKeepsIt() {
    Guard guard = soaking();
    guard.announce(plan(guard, A), this::tell);
    time.pass(Duration.ofHours(24));
    guard.object(A, "ann", "mine", null);
    assertThat(records.get(records.size() - 1).phase()).isEqualTo(Phase.HUMAN);
    apply(guard, plan(guard, A));
    assertThat(acted).isEmpty();
    assertThat(guard.withdraw(A, "ann", "no longer")).isTrue();
    apply(guard, plan(guard, A));
    assertThat(acted).containsExactly(A);
  }

  @Test
  void aPlanNobodyApproved_isRefused_pending() {
    Guard guard = approving(1);
    Plan plan = plan(guard, A);
    assertThat(plan.wouldGo()).hasSize(1);
    Report report = apply(guard, plan);
    assertThat(acted).isEmpty();
    assertThat(report.entries().get(0).reasons())
        .singleElement()
        .satisfies(
            reason -> {
              assertThat(reason.code()).isEqualTo(Approvals.NOT_APPROVED);
              assertThat(reason.pending()).isTrue();
            });
  }

  @Test
  void oneOtherPersonApproves_andItGoes() {
    Guard guard = approving(1);
    Plan plan = plan(guard, A);
    assertThatThrownBy(() -> guard.approve(plan, " PLANNER ", "mine"))
        .isInstanceOf(PlanRejectedException.class);
    guard.approve(plan, "ann", "looked at it");
    assertThat(records.get(records.size() - 1).because()).contains(plan.digest().text());
    apply(guard, plan);
    assertThat(acted).containsExactly(A);
  }

  @Test
  void twoPeople_areTwoPeople() {
    Guard guard = approving(2);
    Plan plan = plan(guard, A);
    guard.approve(plan, "ann", "once");
    guard.approve(plan, "Ann ", "twice");
    apply(guard, plan);
    assertThat(acted).isEmpty();
    guard.approve(plan, "ben", "once");
    apply(guard, plan);
    assertThat(acted).containsExactly(A);
  }

  /** Who may write a file or an annotation can write anything there. */
  @Test
  void whatStandsElsewhere_countsAsIfItHadBeenSaid() {
    List<Approval> there = new ArrayList<>();
    Guard guard = guard().unlimited("x").approvals(Approvals.by(1).alsoFrom(() -> there)).build();
    Plan plan = plan(guard, A);
    Digest other = plan(guard, B).digest();
    Instant now = time.now();
    Instant later = now.plus(Duration.ofDays(1));
    there.add(new Approval(plan.digest(), " Planner ", "x", now, later));
    there.add(new Approval(other, "ann", "x", now, later));
    there.add(new Approval(plan.digest(), "bob", "x", now.plus(Duration.ofMinutes(3)), later));
    there.add(new Approval(plan.digest(), "cid", "x", now.minusSeconds(9), now));
    assertThat(apply(guard, plan).count(Fate.REFUSED)).isEqualTo(1);
    assertThat(acted).isEmpty();
    there.add(new Approval(plan.digest(), "eve", "x", now, later));
    assertThat(apply(guard, plan).count(Fate.DONE)).isEqualTo(1);
  }

  @Test
  void anApproval_isOfExactlyOnePlan() {
    Guard guard = approving(1);
    guard.approve(plan(guard, A), "ann", "this one");
    time.pass(Duration.ofSeconds(1));
    apply(guard, plan(guard, A));
    assertThat(acted).isEmpty();
  }

  @Test
  void anApproval_isVoidWhenWhatProtectsChanged() {
    Guard guard = approving(1);
    Plan plan = plan(guard, A);
    guard.approve(plan, "ann", "fine");
    Guard other =
        guard()
            .blastRadius(BlastRadiusLimit.perPlan(2))
            .approvals(Approvals.by(1))
            .protection(Protection.ids(List.of("z")))
            .build();
    assertThatThrownBy(() -> apply(other, plan)).isInstanceOf(PlanRejectedException.class);
    assertThatThrownBy(() -> other.approve(plan, "ben", "fine"))
        .isInstanceOf(PlanRejectedException.class);
  }

  @Test
  void anExpiredPlan_isApprovedByNobody() {
    Guard guard = approving(1);
    Plan plan = plan(guard, A);
    time.pass(Duration.ofHours(24));
    assertThatThrownBy(() -> guard.approve(plan, "ann", "late"))
        .isInstanceOf(PlanRejectedException.class);
  }

  @Test
  void anOverLimitPlan_goesOnlyIfApproved_evenWhereOthersNeedNone() {
    Guard guard = approving(0);
    Plan plan = plan(guard, A, B, C);
    assertThat(apply(guard, plan).halt()).isNotNull();
    assertThat(acted).isEmpty();
    guard.approve(plan, "ann", "the yearly clean-up");
    assertThat(apply(guard, plan).halt()).isNull();
    assertThat(acted).containsExactlyInAnyOrder(A, B, C);
  }

  @Test
  void anApproval_liftsNoLimitThatItsPlanDidNotShow() {
    Guard wide =
        guard()
            .blastRadius(BlastRadiusLimit.perPlan(5))
            .approvals(Approvals.onlyOverLimit())
            .build();
    Plan plan = plan(wide, A, B, C);
    wide.approve(plan, "ann", "within limits");
    assertThat(apply(approving(0), plan).halt()).isNotNull();
    assertThat(acted).isEmpty();
  }

  @Test
  void law7_anApproval_liftsNoWindow() {
    Guard guard =
        guard()
            .blastRadius(BlastRadiusLimit.perPlan(2).per(Duration.ofDays(1), 2).in(store))
            .approvals(Approvals.by(1))
            .build();
    Plan plan = plan(guard, A, B, C);
    guard.approve(plan, "ann", "all three");
    assertThat(apply(guard, plan).halt()).isNotNull();
    assertThat(acted).isEmpty();
  }

  @Test
  void singleCalls_haveNoPlanToApprove() throws Exception {
    Guard guard = approving(1);
    Outcome<Void> outcome =
        guard.run(Intent.of(ACTION, A).because("a test"), permit -> acted.add(A));
    assertThat(outcome).isInstanceOf(Outcome.Refused.class);
    assertThat(acted).isEmpty();
  }

  @Test
  void unreadableApprovals_refuse_notPending() {
    Guard guard =
        guard()
            .unlimited("x")
            .approvals(
                Approvals.by(1)
                    .alsoFrom(
                        () -> {
                          throw new IllegalStateException("unreadable");
                        }))
            .build();
    Report report = apply(guard, plan(guard, A));
    assertThat(report.entries().get(0).reasons().get(0).code()).isEqualTo(Approvals.UNREADABLE);
    assertThat(report.entries().get(0).reasons().get(0).pending()).isFalse();
    assertThat(acted).isEmpty();
  }

  @Test
  void docs_theSoak() {
    AuditSink journal = records::add;
    Selection selection = Selection.of(ACTION, List.of(A)).because("a test");
    Target target = A;
    PlanEffect effect = item -> acted.add(item.target());
    Guard guard =
        Guard.named("row-cleanup")
            .dryRun(DryRun.off())
            .blastRadius(BlastRadiusLimit.perPlan(50))
            .soak(Soak.of(Duration.ofDays(7)))
            .audit(journal)
            .state(store)
            .build();
    Plan plan = guard.plan(selection);
    Announcement told = guard.announce(plan, items -> tell(items)); // answers what provably arrived
    guard.object(target, "ann", "needed for the audit", null); // until somebody withdraws it
    Report report = guard.apply(plan, effect); // refuses what has not soaked, pending
    assertThat(told.proven()).containsExactly(A);
    assertThat(report.entries().get(0).reasons())
        .extracting(Reason::code)
        .containsExactly(Soak.OBJECTED, Soak.SOAKING);
    assertThat(acted).isEmpty();
  }

  @Test
  void docs_theApproval() {
    AuditSink journal = records::add;
    Selection selection = Selection.of(ACTION, List.of(A)).because("a test");
    Guard guard =
        Guard.named("row-cleanup")
            .dryRun(DryRun.off())
            .blastRadius(BlastRadiusLimit.perPlan(50))
            .approvals(Approvals.by(2))
            .audit(journal)
            .state(store)
            .build();
    Plan plan = guard.plan(selection);
    guard.approve(plan, "ann", "looked at every line");
    guard.approve(plan, "ben", "these rows are last year's");
    guard.apply(plan, item -> acted.add(item.target()));
    assertThat(acted).containsExactly(A);
  }

  @Test
  void withoutASoakOrAStore_itIsAnError() {
    Guard bare = guard().unlimited("x").build();
    assertThatThrownBy(() -> bare.announce(plan(bare, A), this::tell))
        .isInstanceOf(GuardConfigurationException.class);
    assertThatThrownBy(() -> bare.approve(plan(bare, A), "ann", "x"))
        .isInstanceOf(GuardConfigurationException.class);
    assertThatThrownBy(
            () ->
                Guard.named("test")
                    .unlimited("x")
                    .unaudited("x")
                    .approvals(Approvals.by(1))
                    .build())
        .isInstanceOf(GuardConfigurationException.class);
    assertThatThrownBy(() -> Approvals.by(0)).isInstanceOf(GuardConfigurationException.class);
  }
}
