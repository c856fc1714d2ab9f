package dev.guard.examples.cloud;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.Guard;
import dev.guard.blastradius.BlastRadiusLimit;
import dev.guard.dryrun.DryRun;
import dev.guard.evidence.InUseCheck;
import dev.guard.examples.cloud.CloudApi.Template;
import dev.guard.examples.cloud.FakeCloud.Trap;
import dev.guard.examples.show.Home;
import dev.guard.examples.show.Ran;
import dev.guard.plan.Candidate;
import dev.guard.plan.Plan;
import dev.guard.plan.Report;
import dev.guard.plan.Report.Fate;
import dev.guard.plan.Selection;
import dev.guard.testkit.ManualTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class VolumeCleanupTest {
  private static final String SCOPE = "shop/eu-1";
  private static final Duration MONTH = Duration.ofDays(30);

  @TempDir Path home;

  private final ManualTime time = ManualTime.at(Instant.parse("2026-11-23T12:00:00Z"));

  private Ran run(String... arguments) {
    return run(Map.of(), arguments);
  }

  private Ran run(Map<String, String> environment, String... arguments) {
    return Ran.in(home, time, environment, shell -> VolumeCleanup.run(shell, arguments));
  }

  private FakeCloud cloud() throws IOException {
    return FakeCloud.read(home.resolve("cloud.guard").resolve("cloud.json"), time, List.of());
  }

  private Path journal() {
    return home.resolve("cloud.guard").resolve("journal");
  }

  /** Changes the cloud between two commands. */
  private void change(java.util.function.Consumer<FakeCloud> what) throws IOException {
    FakeCloud cloud = cloud();
    what.accept(cloud);
    Files.createDirectories(home.resolve("cloud.guard"));
    cloud.write(home.resolve("cloud.guard").resolve("cloud.json"));
  }

  @Test
  void withoutExecute_itSaysWhatWouldGoAndWhy_andDeletesNothing() throws IOException {
    List<String> before = cloud().names();

    Ran ran = run();

    assertThat(ran.exit()).as(ran.toString()).isZero();
    assertThat(ran.words())
        .contains("Would go 2 of 12 in all", "old-test-1", "old-test-2", "2 SIMULATED")
        .contains("It is in use by templates/batch volumeName 0 instances")
        .contains("ledger-2019")
        .doesNotContain("new-and-not-attached-yet");
    assertThat(cloud().names()).isEqualTo(before);
    assertThat(Ran.outcomes(journal())).isEmpty();
  }

  @Test
  void withExecute_whatNothingNeedsGoes_andUndoRestoresItWithAnIdentityOfItsOwn()
      throws IOException {
    List<String> before = cloud().names();
    List<String> keys = cloud().all(it -> it.id() + it.created());

    Ran done = run("--execute");

    assertThat(done.exit()).as(done.toString()).isZero();
    assertThat(cloud().names()).hasSize(10).doesNotContain("old-test-1", "old-test-2");
    assertThat(done.words()).contains("PREPARED", "--undo " + done.run(), "intact");

    assertThat(run("--undo", done.run()).words()).contains("2 saved, 0 not saved", "2 SIMULATED");
    assertThat(cloud().names()).hasSize(10);

    Ran undone = run("--undo", done.run(), "--execute");

    assertThat(undone.exit()).as(undone.toString()).isZero();
    assertThat(cloud().names()).isEqualTo(before);
    assertThat(cloud().all(it -> it.name().startsWith("old-test") ? it.tags() : Map.of()))
        .contains(Map.of("team", "web"));
    assertThat(cloud().all(it -> it.id() + it.created())).isNotEqualTo(keys);
    assertThat(Ran.outcomes(journal())).containsExactly("DONE", "DONE", "DONE", "DONE");
    assertThat(run("--undo", done.run(), "--execute").words()).contains("2 SKIPPED");
    assertThat(cloud().names()).isEqualTo(before);
  }

  @ParameterizedTest
  @EnumSource(names = {"PAGE_FAILS", "PAGE_CUT", "PAGE_CIRCLE", "DENIED"})
  void anIncompleteListing_refusesTheRun(Trap trap) throws IOException {
    List<String> before = cloud().names();
    Ran ran = run("--execute", "--trap", trap.name());
    assertThat(ran.exit()).as(ran.toString()).isEqualTo(3);
    assertThat(ran.words()).contains("The evidence is incomplete, so nothing may go");
    assertThat(cloud().names()).isEqualTo(before);
    assertThat(Ran.outcomes(journal())).doesNotContain("DONE");
  }

  @Test
  void aSnapshotThatIsNotComplete_keepsItsVolume_untilALaterRun() throws IOException {
    List<String> before = cloud().names();

    Ran early = run("--execute", "--trap", "SLOW_SNAPSHOTS");

    assertThat(early.exit()).as(early.toString()).isEqualTo(5);
    assertThat(early.words()).contains("is still being made");
    assertThat(cloud().names()).isEqualTo(before);
    assertThat(run("--execute").exit()).isZero();
    assertThat(cloud().names()).hasSize(before.size() - 2);
  }

  @Test
  void aDeleteWhoseAnswerNeverCame_isInDoubt_andTheNextRunAsksInsteadOfRepeating()
      throws IOException {
    Ran cut = run("--execute", "--trap", "CUT_OFF");
    assertThat(cut.exit()).as(cut.toString()).isEqualTo(6);
    assertThat(cut.words()).contains("IN_DOUBT");
    List<String> after = cloud().names();

    Ran next = run("--execute");

    assertThat(next.exit()).as(next.toString()).isZero();
    assertThat(Ran.outcomes(journal())).startsWith("IN_DOUBT").contains("DONE");
    assertThat(cloud().names()).isSubsetOf(after);
  }

  @Test
  void aStoppedInstance_aTemplateOfNoInstances_andATag_protect() throws IOException {
    run("--execute");
    assertThat(cloud().names()).contains("reports", "batch-scratch", "ledger-2019");
  }

  @Test
  void anInstanceProtectsWhateverVolumeHasTheId_alsoIfTheVolumesLagBehind() {
    FakeCloud cloud = FakeCloud.empty(time);
    Volume free = cloud.put("vol-7", "free", MONTH, Map.of());
    try (World world = new World(cloud)) {
      Plan plan = world.plan(free);
      assertThat(plan.wouldGo()).hasSize(1);
      cloud.lag();
      cloud.attach(free, "i-1", "running");

      // every listing still shows it free; the single look does not
      Report report = world.apply(plan);

      assertThat(report.count(Fate.SKIPPED)).as(report.toString()).isEqualTo(1);
      assertThat(report.toString()).contains("attachedTo");
    }
    assertThat(cloud.names()).contains("free");
  }

  @Test
  void anIdThatIsUsedAgain_isAnotherVolume() {
    FakeCloud cloud = FakeCloud.empty(time);
    Volume old = cloud.put("vol-7", "scratch", MONTH, Map.of());
    try (World world = new World(cloud)) {
      Plan plan = world.plan(old);
      cloud.remove("vol-7");
      cloud.put("vol-7", "scratch", Duration.ZERO, Map.of());

      Report report = world.apply(plan);

      assertThat(report.count(Fate.SKIPPED)).as(report.toString()).isEqualTo(1);
    }
    assertThat(cloud.names()).contains("scratch");
  }

  @Test
  void whatAListingStillShowsThoughItIsGone_isSkipped() {
    FakeCloud cloud = FakeCloud.empty(time);
    Volume old = cloud.put("vol-7", "scratch", MONTH, Map.of());
    try (World world = new World(cloud)) {
      cloud.lag();
      cloud.remove("vol-7");
      Report report = world.apply(world.plan(old));
      assertThat(report.count(Fate.SKIPPED)).as(report.toString()).isEqualTo(1);
      assertThat(report.count(Fate.DONE)).isZero();
    }
  }

  @Test
  void whatIsRenamedToWhatATemplateNames_stays() {
    FakeCloud cloud = FakeCloud.empty(time);
    Volume old = cloud.put("vol-7", "scratch", MONTH, Map.of());
    try (World world = new World(cloud)) {
      Plan plan = world.plan(old);
      cloud.declare(new Template("night", 0, "scratch"));
      Report report = world.apply(plan);
      assertThat(report.toString()).contains("in use by templates/night");
      assertThat(report.count(Fate.DONE)).isZero();
    }
    assertThat(cloud.names()).contains("scratch");
  }

  @Test
  void theCloudItself_deletesNeitherAnotherVolumeNorOneThatIsAttached() {
    FakeCloud cloud = FakeCloud.empty(time);
    Volume volume = cloud.put("vol-7", "scratch", MONTH, Map.of());
    assertThatThrownBy(() -> cloud.delete("vol-7", "2020-01-01T00:00:00Z"))
        .isInstanceOf(CloudApi.Refused.class);
    cloud.attach(volume, "i-1", "running");
    assertThatThrownBy(() -> cloud.delete("vol-7", volume.created()))
        .isInstanceOf(CloudApi.Refused.class);
    assertThat(cloud.names()).contains("scratch");
  }

  @Test
  void aPlanOfAnotherScope_touchesNothing() {
    FakeCloud cloud = FakeCloud.empty(time);
    Volume volume = cloud.put("vol-7", "scratch", MONTH, Map.of());
    try (World world = new World(cloud)) {
      Report report =
          world.guard.apply(world.plan(volume), new VolumeEffects(cloud, "shop/us-1").deleting());
      assertThat(report.count(Fate.DONE)).isZero();
      assertThat(report.toString()).contains("is not in shop/us-1");
    }
    assertThat(cloud.names()).contains("scratch");
  }

  @Test
  void moreThanAQuarter_deletesNothing() throws IOException {
    change(
        cloud -> {
          for (int i = 0; i < 6; i++) {
            cloud.make("more-" + i, MONTH, Map.of());
          }
        });
    List<String> before = cloud().names();
    Ran ran = run("--execute");
    assertThat(ran.exit()).as(ran.toString()).isEqualTo(4);
    assertThat(cloud().names()).isEqualTo(before);
  }

  /** Every way in, with somebody saying stop. */
  @Test
  void t10_everyWayInAsksTheSwitch() throws IOException {
    Ran done = run("--execute");
    change(cloud -> cloud.make("one-more", MONTH, Map.of()));
    List<String> after = cloud().names();
    Path stop = Files.createFile(home.resolve("cloud.guard").resolve("STOP"));

    assertThat(run("--execute").exit()).isEqualTo(4);
    assertThat(run("--undo", done.run(), "--execute").exit()).isEqualTo(4);
    Files.delete(stop);
    assertThat(run("--execute").exit()).as("a stop that was seen counts").isEqualTo(4);
    assertThat(cloud().names()).isEqualTo(after);
  }

  @Test
  void t10_theEnvironmentMakesEveryWayInADryRun() throws IOException {
    Ran done = run("--execute");
    change(cloud -> cloud.make("one-more", MONTH, Map.of()));
    List<String> after = cloud().names();
    Map<String, String> dry = Map.of("GUARD_DRY_RUN", "yes");
    assertThat(run(dry, "--execute").words()).contains("1 SIMULATED");
    assertThat(run(dry, "--undo", done.run(), "--execute").words()).contains("2 SIMULATED");
    assertThat(cloud().names()).isEqualTo(after);
  }

  @Test
  void t10_anUnsetOrBlankSelection_isNeverEverything() throws IOException {
    List<String> before = cloud().names();
    for (Ran ran :
        List.of(
            run("--scope", "", "--execute"),
            run("--scope", " ", "--execute"),
            run("--days", "0", "--execute"),
            run("--days", "-3", "--execute"),
            run("--days", "", "--execute"),
            run("--undo", "", "--execute"),
            run("--undo", "no-such-run", "--execute"))) {
      assertThat(ran.exit()).as(ran.toString()).isEqualTo(2);
    }
    assertThat(cloud().names()).isEqualTo(before);
  }

  @Test
  void t10_aCloudThatIsSuddenlyEmpty_isNoEvidence() throws IOException {
    run();
    change(
        cloud -> {
          for (String id : new ArrayList<>(cloud.all(Volume::id))) {
            cloud.remove(id);
          }
          cloud.make("left", MONTH, Map.of());
        });
    Ran ran = run("--execute");
    assertThat(ran.exit()).as(ran.toString()).isEqualTo(3);
    assertThat(ran.words()).contains("is empty, and held");
    assertThat(cloud().names()).containsExactly("left");
  }

  /** A guard whose plan and apply are apart, so that the cloud can change in between. */
  private final class World implements AutoCloseable {
    private final FakeCloud cloud;
    private final Home room = Home.at(home.resolve("apart"), time);
    final Guard guard;

    World(FakeCloud cloud) {
      this.cloud = cloud;
      this.guard =
          Guard.named(VolumeCleanup.NAME)
              .dryRun(DryRun.unless(true, variable -> null))
              .blastRadius(BlastRadiusLimit.perPlan(5))
              .inUse(InUseCheck.of(CloudUse.interpreter(), CloudUse.sources(cloud, time), time))
              .audit(room.journal())
              .state(room.state())
              .time(time)
              .build();
    }

    Plan plan(Volume volume) {
      Candidate candidate = Candidate.of(volume.target(SCOPE)).marked(volume.fingerprint());
      return guard.plan(
          Selection.ofCandidates(VolumeEffects.DELETE, List.of(candidate)).because("detached"));
    }

    Report apply(Plan plan) {
      return guard.apply(plan, new VolumeEffects(cloud, SCOPE).deleting());
    }

    @Override
    public void close() {
      room.close();
    }
  }
}
