package dev.guard.registry.cleanup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.AuditException;
import dev.guard.Digest;
import dev.guard.Guard;
import dev.guard.Reason;
import dev.guard.StateException;
import dev.guard.Target;
import dev.guard.audit.AuditRecord;
import dev.guard.audit.AuditSink;
import dev.guard.audit.JournalReader;
import dev.guard.audit.JournalSink;
import dev.guard.blastradius.BlastRadiusLimit;
import dev.guard.dryrun.DryRun;
import dev.guard.evidence.InUseCheck;
import dev.guard.evidence.Reference;
import dev.guard.evidence.ReferenceSnapshot;
import dev.guard.evidence.ReferenceSource;
import dev.guard.plan.Plan;
import dev.guard.plan.PlanItem;
import dev.guard.plan.Report;
import dev.guard.registry.Answer;
import dev.guard.registry.Credentials;
import dev.guard.registry.RegistryClient;
import dev.guard.registry.inventory.InventoryReader;
import dev.guard.registry.inventory.RepositoryPatterns;
import dev.guard.registry.reference.ContentDigest;
import dev.guard.registry.rig.MemoryState;
import dev.guard.registry.rig.Pusher;
import dev.guard.registry.rig.StepTime;
import dev.guard.state.BlobStore;
import dev.guard.state.MemoryStateStore;
import dev.guard.testkit.registry.ImageSpec;
import dev.guard.testkit.registry.Publisher;
import dev.guard.undo.Undo;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole way through a real guard: propose, plan, apply, and count what is left. Runs against a
 * fake and a real registry; each test has repositories of its own.
 */
abstract class CleanupContract {
  private static final Instant OLD = Instant.parse("2026-01-01T00:00:00Z");

  /** The registry under test. */
  abstract URI uri();

  /** Who may do everything there. */
  abstract Credentials credentials();

  abstract Publisher publisher();

  private final Pusher pusher = new Pusher(publisher());
  final StepTime time = new StepTime();
  final RegistryClient client =
      RegistryClient.at(uri()).credentials(credentials()).time(time).build();
  private final List<Reference> references = new ArrayList<>();

  private ImageCleanup cleanup(
      String repository, java.util.function.UnaryOperator<CleanupPolicy> more) {
    RepositoryPatterns patterns = RepositoryPatterns.of(List.of(repository));
    CleanupPolicy policy =
        more.apply(CleanupPolicy.over(patterns, AgeSource.CREATED, Duration.ofDays(30)));
    return ImageCleanup.of(
        InventoryReader.of(client, patterns),
        policy,
        ImageNames.of(client.host()),
        new MemoryState(),
        time);
  }

  final Guard guard(ImageCleanup cleanup, boolean execute) {
    ReferenceSource source =
        new ReferenceSource() {
          @Override
          public String name() {
            return "prod";
          }

          @Override
          public ReferenceSnapshot read() {
            return new ReferenceSnapshot.Complete("prod", time.now(), references);
          }
        };
    return Guard.named("cleanup")
        .dryRun(DryRun.unless(execute))
        .unlimited("the limits have tests of their own")
        .unaudited("the journal has tests of its own")
        .inUse(InUseCheck.of(cleanup.interpreter(), List.of(source), time))
        .time(time)
        .build();
  }

  private void deployed(String image) {
    references.add(
        new Reference(
            "prod",
            "Deployment/shop/api",
            "spec.template.spec.containers[0].image",
            image,
            Reference.Form.NAME,
            "replicas 0"));
  }

  private void running(String imageId) {
    references.add(
        new Reference(
            "prod",
            "Pod/shop/api-1",
            "status.containerStatuses[0].imageID",
            imageId,
            Reference.Form.IDENTITY,
            ""));
  }

  final Report run(ImageCleanup cleanup) {
    Guard guard = guard(cleanup, true);
    Plan plan = guard.plan(cleanup.propose().selection());
    return guard.apply(plan, cleanup.effect());
  }

  final boolean there(String repository, ContentDigest digest) {
    Answer answer = client.manifest(repository, digest.text()).answer();
    assertThat(answer.decided()).isTrue();
    return answer == Answer.PRESENT;
  }

  final ContentDigest old(String repository, String tag, String content) {
    return pusher.image(repository, tag, ImageSpec.of(content).created(OLD));
  }

  @Test
  void whatIsOldAndUnused_goes_andWhatADeploymentAtZeroNames_stays() {
    ContentDigest used = old("story/api", "v1", "used");
    ContentDigest unused = old("story/api", "v2", "unused");
    ContentDigest young =
        pusher.image(
            "story/api",
            "v3",
            ImageSpec.of("young").created(Instant.parse("2026-05-31T00:00:00Z")));
    deployed("other.host/story/api:v1");
    Report report = run(cleanup("story/api", it -> it));
    assertThat(report.count(Report.Fate.DONE)).isEqualTo(1);
    assertThat(there("story/api", used)).isTrue();
    assertThat(there("story/api", young)).isTrue();
    assertThat(there("story/api", unused)).isFalse();
    Reason why =
        report.entries().stream()
            .filter(entry -> entry.target().id().equals(used.text()))
            .flatMap(entry -> entry.reasons().stream())
            .findFirst()
            .orElseThrow();
    assertThat(why.code()).isEqualTo(Reason.IN_USE);
    assertThat(why.toString()).contains("prod/Deployment/shop/api").contains("replicas 0");
  }

  @Test
  void h39_aDigestWithAProtectedTag_staysWithAllItsTags() {
    ContentDigest both = old("h39/app", "v1", "both");
    old("h39/app", "production-1", "both");
    Report report = run(cleanup("h39/app", it -> it.protectTags(List.of("production-*"))));
    assertThat(report.entries()).isEmpty();
    assertThat(there("h39/app", both)).isTrue();
    assertThat(client.tags("h39/app").get()).containsExactly("production-1", "v1");
  }

  @Test
  void h45_t16_theUntaggedChildOfAKeptIndex_stays() {
    ContentDigest amd = old("h45/app", "", "amd");
    ContentDigest arm = old("h45/app", "", "arm");
    ContentDigest index = pusher.index("h45/app", "production-1", List.of(amd, arm));
    ContentDigest goes = pusher.index("h45/app", "v1", List.of(amd));
    Report report = run(cleanup("h45/app", it -> it.protectTags(List.of("production-*"))));
    assertThat(report.count(Report.Fate.DONE)).isEqualTo(1);
    assertThat(List.of(index, amd, arm)).allMatch(digest -> there("h45/app", digest));
    assertThat(there("h45/app", goes)).isFalse();
  }

  @Test
  void t16_anUnusedIndex_goesBeforeItsChildren_andNotAChildThatAnotherIndexNeeds() {
    ContentDigest shared = old("tree/app", "", "shared");
    ContentDigest own = old("tree/app", "", "own");
    ContentDigest stays = old("tree/app", "", "stays");
    ContentDigest gone = pusher.index("tree/app", "v1", List.of(shared, own));
    ContentDigest kept = pusher.index("tree/app", "v2", List.of(shared, stays));
    Report report = run(cleanup("tree/app", it -> it.protectTags(List.of("v2"))));
    List<String> done =
        report.entries().stream()
            .filter(entry -> entry.outcome() == Report.Fate.DONE)
            .map(entry -> entry.target().id())
            .toList();
    assertThat(done).containsExactly(gone.text(), own.text());
    assertThat(List.of(shared, stays, kept)).allMatch(digest -> there("tree/app", digest));
  }

  @Test
  void anIndexThatSharesAChildWithOneInUse_isProtectedWithIt() {
    ContentDigest shared = old("share/app", "", "shared");
    ContentDigest other =
        pusher.index("share/app", "v1", List.of(shared, old("share/app", "", "own")));
    pusher.index("share/app", "v2", List.of(shared));
    deployed("share/app:v2");
    assertThat(run(cleanup("share/app", it -> it)).count(Report.Fate.DONE)).isZero();
    assertThat(there("share/app", other)).isTrue();
  }

  @Test
  void h47_aNestedIndexAndItsAttestations_areKeptWithTheirRoot() {
    ContentDigest amd = old("h47/app", "", "amd");
    ContentDigest arm = old("h47/app", "", "arm");
    ContentDigest attestation = old("h47/app", "", "attestation");
    ContentDigest inner = pusher.index("h47/app", "", List.of(amd, arm, attestation));
    ContentDigest outer = pusher.index("h47/app", "v1", List.of(inner));
    deployed("h47/app:v1");
    Report report = run(cleanup("h47/app", it -> it));
    assertThat(report.count(Report.Fate.DONE)).isZero();
    assertThat(report.count(Report.Fate.REFUSED))
        .as("each is in use itself, and does not merely wait for what is")
        .isEqualTo(5);
    assertThat(List.of(amd, arm, attestation, inner, outer))
        .allMatch(digest -> there("h47/app", digest));
  }

  @Test
  void h15_aRunningPlatformDigest_keepsItsIndexAndTheSiblings() {
    ContentDigest amd = old("h15/app", "", "amd");
    ContentDigest arm = old("h15/app", "", "arm");
    ContentDigest index = pusher.index("h15/app", "v1", List.of(amd, arm));
    running("elsewhere.io/mirror/name@" + amd);
    run(cleanup("h15/app", it -> it));
    assertThat(List.of(index, amd, arm)).allMatch(digest -> there("h15/app", digest));
  }

  @Test
  void h18_aRunningConfigDigest_keepsItsImage() {
    ContentDigest used = old("h18/app", "v1", "used");
    ContentDigest unused = old("h18/app", "v2", "unused");
    running("docker://" + client.manifest("h18/app", "v1").get().config().orElseThrow().digest());
    run(cleanup("h18/app", it -> it));
    assertThat(there("h18/app", used)).isTrue();
    assertThat(there("h18/app", unused)).isFalse();
  }

  @Test
  void h19_tagAndDigestThatDisagree_keepBoth() {
    ContentDigest pinned = old("h19/app", "old", "pinned");
    ContentDigest now = old("h19/app", "v1", "now");
    deployed("h19/app:v1@" + pinned);
    run(cleanup("h19/app", it -> it));
    assertThat(there("h19/app", pinned)).isTrue();
    assertThat(there("h19/app", now)).isTrue();
  }

  @Test
  void h50_aSignatureStaysWithItsImage_andGoesAfterIt() {
    ContentDigest used = old("h50c/app", "v1", "used");
    ContentDigest usedSignature = pusher.cosign("h50c/app", used);
    ContentDigest unused = old("h50c/app", "v2", "unused");
    ContentDigest signature = pusher.referrer("h50c/app", unused, "s2");
    deployed("h50c/app:v1");
    Report report = run(cleanup("h50c/app", it -> it));
    assertThat(there("h50c/app", used)).isTrue();
    assertThat(there("h50c/app", usedSignature)).isTrue();
    assertThat(report.entries())
        .filteredOn(entry -> entry.target().id().equals(usedSignature.text()))
        .allMatch(entry -> entry.outcome() == Report.Fate.REFUSED)
        .isNotEmpty();
    List<String> done =
        report.entries().stream()
            .filter(entry -> entry.outcome() == Report.Fate.DONE)
            .map(entry -> entry.target().id())
            .toList();
    assertThat(done).startsWith(unused.text()).endsWith(signature.text()).hasSizeBetween(2, 3);
  }

  @Test
  void h55_aTagMovedAfterThePlan_skipsTheImage_andBothStay() {
    ContentDigest first = old("h55/app", "v1", "first");
    old("h55/app", "other", "first");
    ImageCleanup cleanup = cleanup("h55/app", it -> it);
    Guard guard = guard(cleanup, true);
    Plan plan = guard.plan(cleanup.propose().selection());
    ContentDigest second = old("h55/app", "v1", "second");
    Report report = guard.apply(plan, cleanup.effect());
    assertThat(report.count(Report.Fate.SKIPPED)).isEqualTo(1);
    assertThat(report.count(Report.Fate.DONE)).isZero();
    assertThat(there("h55/app", first)).isTrue();
    assertThat(there("h55/app", second)).isTrue();
  }

  @Test
  void aTagAddedOrAnIndexPushedAfterThePlan_skipsTheImage() {
    ContentDigest tagged = old("late/app", "v1", "tagged");
    ContentDigest named = old("late/app", "v2", "named");
    ImageCleanup cleanup = cleanup("late/app", it -> it);
    Guard guard = guard(cleanup, true);
    Plan plan = guard.plan(cleanup.propose().selection());
    old("late/app", "again", "tagged");
    pusher.index("late/app", "index", List.of(named));
    Report report = guard.apply(plan, cleanup.effect());
    assertThat(report.count(Report.Fate.DONE)).isZero();
    assertThat(there("late/app", tagged)).isTrue();
    assertThat(there("late/app", named)).isTrue();
  }

  @Test
  void h58_theDigestOfAnotherRepository_isNotTouched() {
    ContentDigest a = old("h58c/a", "v1", "same");
    ContentDigest b = old("h58c/b", "v1", "same");
    assertThat(run(cleanup("h58c/a", it -> it)).count(Report.Fate.DONE)).isEqualTo(1);
    assertThat(a).isEqualTo(b);
    assertThat(there("h58c/a", a)).isFalse();
    assertThat(there("h58c/b", b)).isTrue();
  }

  @Test
  void t24_inARehearsal_nothingIsDeleted_andWhatWouldGoIsSaid() {
    ContentDigest image = old("dry/app", "v1", "x");
    ImageCleanup cleanup = cleanup("dry/app", it -> it);
    Guard guard = guard(cleanup, false);
    Plan plan = guard.plan(cleanup.propose().selection());
    assertThat(plan.items()).filteredOn(PlanItem::wouldGo).hasSize(1);
    Report report = guard.apply(plan, cleanup.effect());
    assertThat(report.count(Report.Fate.SIMULATED)).isEqualTo(1);
    assertThat(there("dry/app", image)).isTrue();
  }

  /** The journal takes the first act and then no more. */
  @Test
  void h99_whenTheJournalFails_nothingMoreIsDeleted() {
    for (String tag : List.of("v1", "v2", "v3")) {
      old("h99/app", tag, "h99 " + tag);
    }
    List<AuditRecord.Phase> taken = new ArrayList<>();
    AuditSink failing =
        record -> {
          if (record.phase() == AuditRecord.Phase.INTENDED
              && taken.contains(AuditRecord.Phase.INTENDED)) {
            throw new AuditException("the disk is full", null, false);
          }
          taken.add(record.phase());
        };
    ImageCleanup cleanup = cleanup("h99/app", it -> it);
    Guard guard =
        Guard.named("cleanup")
            .dryRun(DryRun.unless(true))
            .unlimited("the limits have tests of their own")
            .audit(failing)
            .time(time)
            .build();
    Report report = guard.apply(guard.plan(cleanup.propose().selection()), cleanup.effect());
    assertThat(report.count(Report.Fate.DONE)).isEqualTo(1);
    assertThat(report.count(Report.Fate.NOT_ATTEMPTED)).isEqualTo(2);
    assertThat(report.halted().orElseThrow().toString()).contains("The journal failed");
    assertThat(client.tags("h99/app").get()).hasSize(2);
  }

  @Test
  void h82_firstSight_makesNothingOldEnoughOnTheFirstPlan_andLetsItGoWhenTimeHasPassed() {
    ContentDigest image = old("sight/app", "v1", "x");
    RepositoryPatterns patterns = RepositoryPatterns.of(List.of("sight/app"));
    ImageCleanup cleanup =
        ImageCleanup.of(
            InventoryReader.of(client, patterns),
            CleanupPolicy.over(patterns, AgeSource.FIRST_SEEN, Duration.ofDays(30)),
            ImageNames.of(client.host()),
            new MemoryState(),
            time);
    CleanupProposal first = cleanup.propose();
    assertThat(first.selection().candidates()).isEmpty();
    assertThat(first.countingSince()).contains(time.now());
    time.step(Duration.ofDays(29));
    assertThat(cleanup.propose().selection().candidates()).isEmpty();
    old("sight/app", "again", "x");
    time.step(Duration.ofDays(2));
    assertThat(cleanup.propose().selection().candidates())
        .as("a new tag restarts the sight")
        .isEmpty();
    time.step(Duration.ofDays(30));
    assertThat(run(cleanup).count(Report.Fate.DONE)).isEqualTo(1);
    assertThat(there("sight/app", image)).isFalse();
  }

  @Test
  void aLimitInPercent_isOfAllManifests_childrenIncluded() {
    ContentDigest amd = old("limit/app", "", "amd");
    ContentDigest arm = old("limit/app", "", "arm");
    pusher.index("limit/app", "v1", List.of(amd, arm));
    old("limit/app", "v2", "x");
    CleanupProposal proposal = cleanup("limit/app", it -> it).propose();
    assertThat(proposal.selection().population().orElseThrow().size()).isEqualTo(4);
    assertThat(proposal.selection().candidates()).hasSize(4);
    assertThat(proposal.bytesFreed()).isPositive();
    Guard guard =
        Guard.named("limited")
            .dryRun(DryRun.unless(true))
            .blastRadius(BlastRadiusLimit.perPlan(50).percent(60))
            .unaudited("a test")
            .time(time)
            .build();
    ImageCleanup cleanup = cleanup("limit/app", it -> it);
    Report report = guard.apply(guard.plan(cleanup.propose().selection()), cleanup.effect());
    assertThat(report.count(Report.Fate.DONE)).isZero();
    assertThat(report.halted()).isPresent();
  }

  @Test
  void theTargetsOfAPlan_areOfThisRegistryOnly() {
    Target foreign = Target.of("image", "elsewhere.io/app", ContentDigest.ZERO.text());
    ImageCleanup cleanup = cleanup("limit/none", it -> it);
    PlanItem item = new PlanItem(foreign, dev.guard.Verdict.allow(), null, "a test", List.of());
    org.assertj.core.api.Assertions.assertThatThrownBy(() -> cleanup.effect().fingerprint(item))
        .isInstanceOf(dev.guard.GuardConfigurationException.class);
    assertThat(Optional.of(foreign.scope())).contains("elsewhere.io/app");
  }

  // ---- undo

  @TempDir Path home;

  private Guard journalled(JournalSink journal) {
    return Guard.named("cleanup")
        .dryRun(DryRun.off())
        .unlimited("the limits have tests of their own")
        .audit(journal)
        .time(time)
        .build();
  }

  private String deleted(ImageCleanup cleanup, MemoryStateStore kept) {
    try (JournalSink journal = JournalSink.at(home.resolve("journal"))) {
      Guard guard = journalled(journal);
      Report report = guard.apply(guard.plan(cleanup.propose().selection()), cleanup.effect(kept));
      assertThat(report.count(Report.Fate.DONE)).isEqualTo(report.entries().size()).isPositive();
      return report.run();
    }
  }

  private Report undone(String run, MemoryStateStore kept) {
    Undo undo = Undo.of(JournalReader.at(home.resolve("journal")), "cleanup", run);
    assertThat(undo.lost()).isEmpty();
    ImageRestore restore = ImageRestore.of(client, kept, undo);
    try (JournalSink journal = JournalSink.at(home.resolve("journal"))) {
      Guard guard = journalled(journal);
      return guard.apply(guard.plan(restore.selection()), restore.effect());
    }
  }

  @Test
  void anUndo_putsBackManifestsAndTags_childrenBeforeTheirIndex() {
    ContentDigest amd = old("undo/app", "", "amd");
    ContentDigest arm = old("undo/app", "", "arm");
    ContentDigest index = pusher.index("undo/app", "v1", List.of(amd, arm));
    ContentDigest twice = old("undo/app", "v2", "twice");
    old("undo/app", "v2-again", "twice");
    byte[] before = client.manifest("undo/app", "v1").get().bytes();
    MemoryStateStore kept = MemoryStateStore.create(time);
    String run = deleted(cleanup("undo/app", it -> it), kept);
    assertThat(List.of(index, amd, arm, twice)).noneMatch(digest -> there("undo/app", digest));

    Report report = undone(run, kept);

    assertThat(report.count(Report.Fate.DONE)).as(report.toString()).isEqualTo(4);
    assertThat(client.manifest("undo/app", "v1").get().bytes()).isEqualTo(before);
    assertThat(client.tags("undo/app").get()).containsExactly("v1", "v2", "v2-again");
    assertThat(List.of(index, amd, arm, twice)).allMatch(digest -> there("undo/app", digest));
    assertThat(undone(run, kept).count(Report.Fate.SKIPPED))
        .as("what is there already is left alone")
        .isEqualTo(4);
  }

  @Test
  void anUndo_leavesATagThatNamesAnotherImageByNow() {
    ContentDigest first = old("undo/moved", "v1", "first");
    MemoryStateStore kept = MemoryStateStore.create(time);
    String run = deleted(cleanup("undo/moved", it -> it), kept);
    ContentDigest second = old("undo/moved", "v1", "second");

    assertThat(undone(run, kept).count(Report.Fate.DONE)).isEqualTo(1);

    assertThat(there("undo/moved", first)).isTrue();
    assertThat(client.head("undo/moved", "v1").get()).isEqualTo(second);
  }

  @Test
  void withoutWhatAnUndoNeeds_nothingIsDeleted() {
    ContentDigest image = old("undo/full", "v1", "image");
    ImageCleanup cleanup = cleanup("undo/full", it -> it);
    BlobStore full =
        new BlobStore() {
          @Override
          public Digest put(byte[] content) {
            throw new StateException("The store is full.");
          }

          @Override
          public Optional<byte[]> get(Digest digest) {
            return Optional.empty();
          }
        };
    Guard guard = guard(cleanup, true);
    Report report = guard.apply(guard.plan(cleanup.propose().selection()), cleanup.effect(full));
    assertThat(report.count(Report.Fate.FAILED)).isEqualTo(1);
    assertThat(there("undo/full", image)).isTrue();
  }

  @Test
  void withoutWhatWasKept_nothingIsPutBack() {
    old("undo/lost", "v1", "image");
    String run = deleted(cleanup("undo/lost", it -> it), MemoryStateStore.create(time));
    Report report = undone(run, MemoryStateStore.create(time));
    assertThat(report.count(Report.Fate.REFUSED)).as(report.toString()).isEqualTo(1);
  }
}
