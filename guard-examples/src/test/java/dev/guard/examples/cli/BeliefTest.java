package dev.guard.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.Target;
import dev.guard.Verdict;
import dev.guard.plan.Plan;
import dev.guard.plan.PlanItem;
import dev.guard.state.FileStateStore;
import dev.guard.state.StateStore;
import dev.guard.testkit.cluster.KubeObject;
import dev.guard.testkit.registry.FakeRegistry;
import dev.guard.testkit.registry.ImageSpec;
import dev.guard.testkit.registry.IndexSpec;
import dev.guard.testkit.registry.Pushed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What must not be believed: plans, notes of the dead, and silence. */
class BeliefTest {
  @TempDir Path directory;

  private static Pushed image(Ground ground, String tag, Duration age) {
    return ground.push.push("team/app", tag, ImageSpec.of(tag).created(Ground.NOW.minus(age)));
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  @Test
  void aYoungTaggedImage_isAskedForItsAge_alsoIfItRefersToAnOldOne() throws Exception {
    try (Ground ground = Ground.fake(directory)) {
      ground.configure("keepLast", "1");
      image(ground, "other", Duration.ofDays(50));
      Pushed base = image(ground, "base", Duration.ofDays(200));
      Pushed young =
          ground.push.push(
              "team/app",
              "v2",
              ImageSpec.of("v2").created(Ground.NOW.minus(Duration.ofHours(1))).subject(base));

      Cli.Ran ran = ground.cli.run("images", "apply", "--execute", "--json");

      assertThat(ran.exit()).as(ran.toString()).isZero();
      assertThat(ground.registryStore().has(young)).isTrue();
      assertThat(ground.look.tags("team/app")).contains("v2").doesNotContain("other");
    }
  }

  @Test
  void aPlanOfTwoClusters_isVoidForOne() throws Exception {
    try (Ground ground = Ground.fake(directory)) {
      Pushed base = image(ground, "base", Duration.ofDays(200));
      image(ground, "young", Duration.ofDays(1));
      ground.cluster("eu");
      ground.configure();
      assertThat(ground.cli.run("images", "plan", "-o", "plan.json").exit()).isZero();
      ground
          .cluster("eu")
          .put(KubeObject.deployment("shop", "web", 0, ground.host() + "/team/app:base"));
      Path file = directory.resolve("guard.yaml");
      String yaml = Files.readString(file);
      String without = yaml.replaceAll(",?\\s*(- )?\\{context: eu[^}]*\\}", "");
      assertThat(without).isNotEqualTo(yaml);
      Files.writeString(file, without);

      Cli.Ran ran = ground.cli.run("images", "apply", "plan.json", "--execute");

      assertThat(ran.exit()).as(ran.toString()).isEqualTo(2);
      assertThat(ran.err()).contains("asked about use, has changed");
      assertThat(ground.registryStore().has(base)).isTrue();
    }
  }

  private Plan forged(Ground ground, boolean marked, List<Pushed> wanted) {
    assertThat(ground.cli.run("images", "plan", "-o", "plan.json").exit()).isZero();
    Plan plan = Plan.read(directory.resolve("plan.json"));
    PlanItem first = plan.wouldGo().get(0);
    List<PlanItem> items = new ArrayList<>();
    for (Pushed one : wanted) {
      Target target =
          Target.of(first.target().kind(), first.target().scope(), one.digest()).with("tags", "");
      items.add(
          new PlanItem(target, Verdict.allow(), marked ? first.mark() : null, "forged", List.of()));
    }
    return Plan.of(plan.header(), items, Verdict.allow());
  }

  @Test
  void aPlanThatSaysNothingOfItsTargets_orSomethingElse_deletesNothing() throws Exception {
    try (Ground ground = Ground.fake(directory)) {
      ground.configure("protect", "{tags: [\"production-*\"], labels: {protected: \"true\"}}");
      for (int i = 0; i < 4; i++) {
        image(ground, "k" + i, Duration.ofDays(90));
      }
      Pushed tagged = image(ground, "production-1", Duration.ofDays(90));
      Pushed labelled =
          ground.push.push(
              "team/app",
              "l1",
              ImageSpec.of("l1").label("protected", "true").created(Ground.LONG_AGO));
      for (boolean marked : new boolean[] {false, true}) {
        forged(ground, marked, List.of(tagged, labelled)).write(directory.resolve("forged.json"));
        Cli.Ran ran = ground.cli.run("images", "apply", "forged.json", "--execute");
        assertThat(ran.out()).doesNotContain("deleted ");
        assertThat(ground.deletions()).isZero();
        assertThat(ran.exit()).as(ran.toString()).isEqualTo(marked ? 0 : 4);
      }
    }
  }

  @Test
  void aChildThatSomethingRefersTo_goesWithItsIndex_onARegistryWithTheReferrersApi()
      throws Exception {
    try (Ground ground = Ground.fake(directory, FakeRegistry.builder().referrersApi().start())) {
      ground.configure();
      Pushed amd = ground.push.push("team/app", ImageSpec.of("amd").created(Ground.LONG_AGO));
      Pushed arm =
          ground.push.push(
              "team/app", ImageSpec.of("arm").platform("linux/arm64").created(Ground.LONG_AGO));
      Pushed index = ground.push.push("team/app", "1", IndexSpec.oci().add(amd).add(arm));
      Pushed signature = ground.push.referrer(amd, "application/vnd.example.sig", "of amd");
      image(ground, "young", Duration.ofDays(1));

      Cli.Ran ran = ground.cli.run("images", "apply", "--execute", "--json");

      assertThat(ran.exit()).as(ran.toString()).isZero();
      assertThat(ran.json().path("counts").path("DONE").asInt()).isEqualTo(4);
      assertThat(List.of(amd, arm, index, signature)).noneMatch(ground.registryStore()::has);
    }
  }

  @Test
  void theNameOfADeadOwner_isNoRunUnderWay() throws Exception {
    try (Ground ground = Ground.fake(directory)) {
      ground.configure();
      image(ground, "base", Duration.ofDays(200));
      image(ground, "young", Duration.ofDays(1));
      assertThat(ground.cli.run("images", "plan", "-o", "plan.json").exit()).isZero();
      FileStateStore store = FileStateStore.at(directory.resolve("state"));
      String key = StateStore.key("run-lock", "image-cleanup");
      String version = store.get(key).map(StateStore.Versioned::version).orElse(null);
      store.compareAndSet(key, version, "dead, process 99999999".getBytes(StandardCharsets.UTF_8));

      assertThat(ground.cli.run("status", "--json").json().path("run").isNull()).isTrue();

      delete(directory.resolve("journal"));
      Cli.Ran ran = ground.cli.run("images", "apply", "plan.json", "--execute");
      assertThat(ran.exit()).as(ran.toString()).isEqualTo(4);
      assertThat(ran.err()).contains("checkpoint").doesNotContain("under way");
      assertThat(ground.deletions()).isZero();
    }
  }

  @Test
  void aJournalThatIsGone_isNotOneThatHasNotBegun() throws Exception {
    try (Ground ground = Ground.fake(directory)) {
      ground.configure();
      assertThat(ground.cli.run("audit", "verify").exit()).as("before the first plan").isEqualTo(2);
      image(ground, "young", Duration.ofDays(1));
      assertThat(ground.cli.run("images", "plan").exit()).isZero();
      delete(directory.resolve("journal"));
      for (String command : List.of("audit verify", "audit unsettled", "audit show", "status")) {
        Cli.Ran ran = ground.cli.run(command.split(" "));
        assertThat(ran.exit()).as(ran.toString()).isEqualTo(1);
        assertThat(ran.err()).contains("is gone").contains("up to record");
      }
    }
  }

  @Test
  void aResumeThatCannotLiftTheLatch_leavesTheStopFile_andNoNote() throws Exception {
    try (Ground ground = Ground.fake(directory)) {
      ground.configure();
      assertThat(ground.cli.run("stop", "--why", "a test").exit()).isZero();
      try (Stream<Path> files = Files.walk(directory.resolve("state"))) {
        for (Path file : files.filter(it -> it.toString().contains("latch")).toList()) {
          if (Files.isRegularFile(file)) {
            Files.writeString(file, "garbage");
          }
        }
      }
      Cli.Ran ran = ground.cli.run("resume", "--why", "mended");
      assertThat(ran.exit()).as(ran.toString()).isEqualTo(4);
      assertThat(directory.resolve("STOP")).exists();
      try (Stream<Path> files = Files.walk(directory.resolve("state"))) {
        assertThat(files.filter(Files::isRegularFile).map(BeliefTest::text))
            .noneMatch(text -> text.contains("mended"));
      }
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return "";
    }
  }

  @Test
  void statusOfAFileSwitch_needsNoCluster() throws Exception {
    try (Ground ground = Ground.fake(directory)) {
      ground.configure();
      Files.deleteIfExists(directory.resolve("kubeconfig"));
      assertThat(ground.cli.run("stop", "--why", "a test").exit()).isZero();
      Cli.Ran ran = ground.cli.run("status", "--json");
      assertThat(ran.exit()).as(ran.toString()).isZero();
      assertThat(ran.json().path("switch").asText()).isEqualTo("STOP");
    }
  }

  @Test
  void aPlanThatNeverEnds_isNotRead() throws Exception {
    try (Ground ground = Ground.fake(directory)) {
      ground.configure();
      Cli.Ran ran = ground.cli.run("plan", "show", "/dev/zero");
      assertThat(ran.exit()).as(ran.toString()).isEqualTo(2);
      assertThat(ran.err()).contains("is no file");
    }
  }
}
