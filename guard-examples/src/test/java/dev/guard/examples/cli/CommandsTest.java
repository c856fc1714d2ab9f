package dev.guard.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.guard.examples.config.ConfigReader;
import dev.guard.state.FileStateStore;
import dev.guard.state.RunLock;
import dev.guard.testkit.cluster.KubeObject;
import dev.guard.testkit.http.Fault;
import dev.guard.testkit.registry.ImageSpec;
import dev.guard.testkit.registry.IndexSpec;
import dev.guard.testkit.registry.Pushed;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What people do with the other commands. */
class CommandsTest {
  @TempDir Path directory;

  private Ground ground;

  @BeforeEach
  void begin() throws Exception {
    ground = Ground.fake(directory);
    ground.configure();
  }

  @AfterEach
  void end() {
    ground.close();
  }

  private void fill() {
    for (int i = 0; i < 3; i++) {
      ground.push.push("old/app", "o" + i, ImageSpec.of("old " + i).created(Ground.LONG_AGO));
      ground.push.push(
          "young/app",
          "y" + i,
          ImageSpec.of("young " + i).created(Ground.NOW.minus(Duration.ofDays(1))));
    }
  }

  private Cli.Ran ok(String... arguments) {
    Cli.Ran ran = ground.cli.run(arguments);
    assertThat(ran.exit()).as(ran.toString()).isZero();
    return ran;
  }

  @Test
  void stopWorksBeforeThereIsAJournalAndItsNoteReachesTheFirstOne() {
    Cli.Ran stop = ok("stop", "--why", "odd alerts", "--as", "grace", "--json");

    assertThat(stop.json().path("stopped").asBoolean()).isTrue();
    assertThat(directory.resolve("STOP")).exists();
    assertThat(directory.resolve("journal")).doesNotExist();
    JsonNode status = ok("status", "--json").json();
    assertThat(status.path("switch").asText()).isEqualTo("STOP");
    assertThat(status.path("latched").path("who").asText()).isEqualTo("grace");
    assertThat(status.path("latched").path("why").asText()).isEqualTo("odd alerts");
    assertThat(status.path("notesWaiting").asInt()).isEqualTo(1);

    fill();
    assertThat(ground.cli.run("images", "plan").exit()).isEqualTo(4);
    assertThat(ok("audit", "show", "--json").out()).contains("grace").contains("odd alerts");
    assertThat(ok("status", "--json").json().path("notesWaiting").asInt()).isZero();
    ok("stop", "--why", "again");
    ok("resume", "--why", "all clear", "--as", "ada");
    assertThat(directory.resolve("STOP")).doesNotExist();
    assertThat(ok("status", "--json").json().path("switch").asText()).isEqualTo("RUN");
    ok("images", "plan");
    String shown = ok("audit", "show").out();
    assertThat(shown.lines().filter(line -> line.contains("HUMAN") && line.contains("odd alerts")))
        .hasSize(1);
    assertThat(shown).containsSubsequence("odd alerts", "again", "all clear");
    ok("audit", "verify");
  }

  @Test
  void stateInConfigMapsHoldsLatchNotesAndLeaseForAll() throws Exception {
    fill();
    ground.cluster("prod").fake.put(KubeObject.namespace("guard"));
    ground.configure("state", "\"configmap:prod/guard\"");
    ok("stop", "--why", "odd alerts", "--as", "grace");
    assertThat(ok("status", "--json").json().path("latched").path("who").asText())
        .isEqualTo("grace");
    Files.delete(directory.resolve("STOP"));
    assertThat(ground.cli.run("images", "apply", "--execute").exit()).isEqualTo(4);
    assertThat(ground.deletions()).isZero();
    ok("resume", "--why", "all clear");
    ok("images", "plan", "-o", "plan.json");
    ok("images", "apply", "plan.json", "--execute");
    assertThat(ground.deletions()).isPositive();
    ok("audit", "verify");
    assertThat(ground.cluster("prod").fake.objects("ConfigMap"))
        .anyMatch(map -> map.text("/metadata/labels/guard.dev~1state").equals("document"));

    ground.cluster("prod").fake.deny("*", "", "configmaps");
    Cli.Ran denied = ground.cli.run("images", "apply", "--execute");
    assertThat(denied.exit()).as(denied.toString()).isEqualTo(4);
    assertThat(denied.err()).contains("grant get on configmaps in namespace guard");
    Cli.Ran stop = ground.cli.run("stop", "--why", "x");
    assertThat(stop.exit()).as("the stop file works alone").isEqualTo(5);
    assertThat(directory.resolve("STOP")).exists();
  }

  @Test
  void removingTheFileAloneDoesNotResume() throws Exception {
    fill();
    ok("stop", "--why", "x");
    Files.delete(directory.resolve("STOP"));

    assertThat(ground.cli.run("images", "apply", "--execute").exit()).isEqualTo(4);
    assertThat(ground.deletions()).isZero();
  }

  @Test
  void aStopFileThatAnybodyTouchesStopsAsWell() throws Exception {
    fill();
    Files.createFile(directory.resolve("STOP"));

    Cli.Ran ran = ground.cli.run("images", "apply", "--json");

    assertThat(ran.exit()).as("a rehearsal over a stop exits 4 too").isEqualTo(4);
    assertThat(ran.out()).contains("stopped");
  }

  @Test
  void stopStopsEvenWhereTheStateCannotBeKept() throws Exception {
    Files.writeString(directory.resolve("blocker"), "x");
    ground.configure("state", "blocker/state");

    Cli.Ran ran = ground.cli.run("stop", "--why", "x");

    assertThat(ran.exit()).as(ran.toString()).isEqualTo(5);
    assertThat(directory.resolve("STOP")).exists();
  }

  @Test
  void aSecondRunIsRefusedWhileOneIsUnderWay() {
    fill();
    ok("images", "plan", "-o", "plan.json");
    FileStateStore store =
        FileStateStore.at(ConfigReader.read(directory.resolve("guard.yaml")).state());
    try (RunLock.Held held =
        store.tryLock("image-cleanup", "somebody else", "a test").orElseThrow()) {
      assertThat(held).isNotNull();
      Cli.Ran rehearsal = ground.cli.run("images", "apply", "plan.json", "--json");
      assertThat(rehearsal.exit()).as(rehearsal.toString()).isEqualTo(4);
      assertThat(rehearsal.out()).contains("run-locked").contains("somebody else");
      assertThat(ground.cli.run("images", "apply", "plan.json", "--execute").exit()).isEqualTo(4);
      assertThat(ok("status").out()).contains("somebody else");
    }
    assertThat(ground.deletions()).isZero();
    ok("images", "apply", "plan.json", "--execute");
  }

  @Test
  void checkFindsWhatIsDeclaredButMissing() {
    Pushed whole = ground.push.push("shop/web", "1", ImageSpec.of("web").created(Ground.LONG_AGO));
    ground
        .cluster("prod")
        .put(KubeObject.deployment("shop", "web", 2, ground.host() + "/shop/web:1"));
    assertThat(ok("images", "check", "--json").json().toString())
        .contains("\"complete\":true,\"findings\":[]");

    ground
        .cluster("prod")
        .put(KubeObject.deployment("shop", "gone", 0, ground.host() + "/shop/web:no-such-tag"));
    Cli.Ran ran = ground.cli.run("images", "check", "--json");

    assertThat(ran.exit()).as(ran.toString()).isEqualTo(1);
    JsonNode finding = ran.json().path("findings").get(0);
    assertThat(finding.path("class").asText()).isEqualTo("MISSING");
    assertThat(finding.path("reference").asText()).endsWith("/shop/web:no-such-tag");
    assertThat(finding.path("where").get(0).asText())
        .contains("prod/Deployment/shop/gone")
        .contains("replicas 0");
    assertThat(finding.path("severity").asText()).isEqualTo("HIGH");
    assertThat(ground.cli.run("images", "check").out()).contains("MISSING").contains("declared by");
    assertThat(whole.digest()).isNotEmpty();
  }

  @Test
  void checkFindsAnIndexWithoutAChildAndAnImageWithoutABlob() {
    Pushed amd = ground.push.push("shop/multi", ImageSpec.of("amd"));
    Pushed arm = ground.push.push("shop/multi", ImageSpec.of("arm").platform("linux/arm64"));
    ground.push.push("shop/multi", "1", IndexSpec.oci().add(amd).add(arm));
    Pushed hollow = ground.push.push("shop/web", "1", ImageSpec.of("hollow"));
    ground
        .cluster("prod")
        .put(KubeObject.deployment("shop", "multi", 0, ground.host() + "/shop/multi:1"));
    ground
        .cluster("prod")
        .put(KubeObject.deployment("shop", "web", 0, ground.host() + "/shop/web:1"));
    ok("images", "check");
    ground.registryStore().loseManifest("shop/multi", arm.digest());
    ground.registryStore().loseBlob(hollow.layers().get(0));

    Cli.Ran ran = ground.cli.run("images", "check", "--json");

    assertThat(ran.exit()).as(ran.toString()).isEqualTo(1);
    assertThat(ran.json().path("findings").findValuesAsText("class"))
        .containsExactlyInAnyOrder("BROKEN_INDEX", "BROKEN_BLOBS");
  }

  @Test
  void checkTellsUnknownFromMissingAndIncompleteFromClean() {
    ground.push.push("shop/web", "1", ImageSpec.of("web"));
    ground
        .cluster("prod")
        .put(KubeObject.deployment("shop", "web", 2, ground.host() + "/shop/web:1"));
    ground.registry.inject(Fault.on("GET", "/v2/shop/web/manifests/").status(500));
    Cli.Ran unknown = ground.cli.run("images", "check", "--json");
    assertThat(unknown.exit()).as(unknown.toString()).isEqualTo(1);
    assertThat(unknown.json().path("complete").asBoolean()).isFalse();
    assertThat(unknown.json().path("findings").get(0).path("class").asText()).isEqualTo("UNKNOWN");
    ground.registry.heal();

    ground.cluster("prod").forbid("cronjobs");
    Cli.Ran incomplete = ground.cli.run("images", "check", "--json");
    assertThat(incomplete.exit()).as(incomplete.toString()).isEqualTo(3);
    assertThat(incomplete.json().path("complete").asBoolean()).isFalse();
    assertThat(incomplete.json().path("findings")).isEmpty();
  }

  @Test
  void explainSaysWouldGoKeepAndUnknown() {
    fill();
    JsonNode goes = ok("images", "explain", "--json", "old/app:o1").json();
    assertThat(goes.path("decision").asText()).isEqualTo("WOULD_GO");
    JsonNode young = ok("images", "explain", "--json", ground.host() + "/young/app:y1").json();
    assertThat(young.path("decision").asText()).isEqualTo("KEEP");
    assertThat(young.path("reasons").get(0).path("code").asText()).isEqualTo("too-young");
    assertThat(ground.cli.run("images", "explain", "old/app:none").exit()).isEqualTo(2);
    assertThat(ground.cli.run("images", "explain", "other.example.com/old/app:o1").exit())
        .isEqualTo(2);
    assertThat(ground.cli.run("images", "explain", "Not A Reference").exit()).isEqualTo(2);

    ground.cluster("prod").forbid("jobs");
    Cli.Ran blind = ground.cli.run("images", "explain", "--json", "old/app:o1");
    assertThat(blind.exit()).as(blind.toString()).isEqualTo(3);
    assertThat(blind.json().path("decision").asText()).isEqualTo("UNKNOWN");
    assertThat(ground.writes()).isEmpty();
  }

  @Test
  void explainOfATagThatLeadsNowhere_cannotTell() {
    fill();
    ground.registryStore().setTag("old/app", "lost", "sha256:" + "1".repeat(64));
    Cli.Ran ran = ground.cli.run("images", "explain", "--json", "old/app:lost");
    assertThat(ran.exit()).as(ran.toString()).isEqualTo(3);
    assertThat(ran.json().path("decision").asText()).isEqualTo("UNKNOWN");
    assertThat(ran.json().path("reasons").get(0).path("code").asText()).isEqualTo("dangling");
  }

  @Test
  void explainLeavesNoFirstSight() throws Exception {
    fill();
    ground.configure("age", "{from: first-seen, atLeast: 30d}");
    ok("images", "explain", "old/app:o1");
    ground.time.tick(Duration.ofDays(31));

    assertThat(ok("images", "plan", "--json").json().path("plan").path("items")).isEmpty();
  }

  @Test
  void aForgedRecordAndACutEndAreFound() throws Exception {
    fill();
    ok("images", "apply", "--execute");
    Cli.Ran intact = ok("audit", "verify", "--json");
    assertThat(intact.json().path("intact").asBoolean()).isTrue();
    Path file = journalFile();
    String text = Files.readString(file);

    Files.writeString(file, text.replaceFirst("\"DONE\"", "\"FAILED\""));
    Cli.Ran forged = ground.cli.run("audit", "verify", "--json");
    assertThat(forged.exit()).as(forged.toString()).isEqualTo(1);
    assertThat(forged.json().path("intact").asBoolean()).isFalse();
    assertThat(ground.cli.run("audit", "verify").out()).contains("Damaged");
    assertThat(ground.cli.run("images", "apply", "--execute").exit())
        .as("nothing runs on a damaged journal")
        .isEqualTo(4);

    List<String> lines = text.lines().toList();
    Files.writeString(file, String.join("\n", lines.subList(0, lines.size() - 2)) + "\n");
    Cli.Ran cut = ground.cli.run("audit", "verify");
    assertThat(cut.exit()).as("the chain is whole, but shorter than it was: " + cut).isEqualTo(1);
  }

  /** With the checkpoint of the state, with one from the log, and without: each finds its own. */
  @Test
  void aJournalThatWasRolledBackOrReplaced_isFoundByACheckpointAlone() throws Exception {
    fill();
    ok("images", "plan");
    Path file = journalFile();
    String early = Files.readString(file);
    ok("images", "apply", "--execute");
    JsonNode whole = ok("audit", "verify", "--json").json();
    String said = whole.path("records").asText() + ":" + whole.path("hash").asText();
    assertThat(ok("audit", "verify", "--checkpoint", said).out()).contains("as was said");

    Files.writeString(file, early);
    assertThat(ground.cli.run("audit", "verify").exit()).as("the state knows more").isEqualTo(1);
    Cli.Ran byLog = ground.cli.run("audit", "verify", "--checkpoint", said);
    assertThat(byLog.exit()).isEqualTo(1);
    assertThat(byLog.out()).contains("Damaged").contains(whole.path("records").asText());
    assertThat(ok("audit", "verify", "--checkpoint", "none").out())
        .as("a chain alone cannot know")
        .contains("nothing outside says how long it should be");

    Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
    try (Ground other = Ground.fake(elsewhere)) {
      other.configure();
      other.push.push("young/app", "x", ImageSpec.of("x").created(Ground.NOW));
      for (int i = 0; i < 4; i++) {
        assertThat(other.cli.run("images", "plan").exit()).isZero();
      }
      try (Stream<Path> all = Files.list(elsewhere.resolve("journal"))) {
        Path theirs =
            all.filter(one -> one.toString().endsWith(".jsonl")).findFirst().orElseThrow();
        Files.copy(theirs, file, StandardCopyOption.REPLACE_EXISTING);
      }
    }
    assertThat(ok("audit", "verify", "--checkpoint", "none").out()).contains("Intact");
    assertThat(ground.cli.run("audit", "verify").exit()).as("replaced whole").isEqualTo(1);
    assertThat(ground.cli.run("images", "apply", "--execute").exit()).isEqualTo(4);
  }

  @Test
  void aCheckpointThatIsNone_isAUsageError() {
    fill();
    ok("images", "plan");
    for (String bad : List.of("", "5", "0:" + "a".repeat(64), "5:xyz", "5:" + "A".repeat(64))) {
      Cli.Ran ran = ground.cli.run("audit", "verify", "--checkpoint", bad);
      assertThat(ran.exit()).as(bad).isEqualTo(2);
      assertThat(ran.err().strip().lines()).hasSize(1);
    }
  }

  private Path journalFile() throws Exception {
    try (Stream<Path> all = Files.list(directory.resolve("journal"))) {
      return all.filter(path -> path.toString().endsWith(".jsonl"))
          .sorted()
          .findFirst()
          .orElseThrow();
    }
  }

  @Test
  void progressIsForTerminalsAndNeverAmongTheResults() {
    fill();
    Cli.Ran quiet = ok("images", "plan");
    assertThat(quiet.err()).isEmpty();
    assertThat(quiet.out()).doesNotContain("\u001b");

    Cli.Ran onTerminal = ground.cli.run(true, "images", "apply");
    assertThat(onTerminal.exit()).isZero();
    assertThat(onTerminal.err()).contains("reading");
    assertThat(onTerminal.out()).contains("\u001b[").doesNotContain("reading registry");
    Cli.Ran json = ground.cli.run(true, "images", "apply", "--json");
    assertThat(json.err()).isEmpty();
    assertThat(json.out()).doesNotContain("\u001b");
  }

  @Test
  void secretsAppearInNoOutput() throws Exception {
    fill();
    Path file = directory.resolve("guard.yaml");
    Files.writeString(
        file,
        Files.readString(file)
            .replace(
                "credentials: none", "credentials: {username: \"env:U\", password: \"env:P\"}"));
    ground.cli.with("U", "robot").with("P", "hunter2-secret").with("GUARD_DEBUG", "1");
    StringBuilder all = new StringBuilder();
    for (String[] command :
        new String[][] {
          {"images", "plan"}, {"images", "apply", "--json"}, {"status"}, {"audit", "show", "--json"}
        }) {
      Cli.Ran ran = ok(command);
      all.append(ran);
    }
    ground.registry.inject(
        Fault.on("GET", "/v2/").status(401).header("WWW-Authenticate", "Basic realm=\"x\""));
    all.append(ground.cli.run("images", "plan"));

    assertThat(all.toString()).doesNotContain("hunter2");
    assertThat(all.toString()).doesNotContain("cm9ib3Q6");
  }
}
