package dev.guard.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.Digest;
import dev.guard.audit.JournalSink;
import dev.guard.examples.config.ConfigReader;
import dev.guard.state.FileStateStore;
import dev.guard.state.RunLock;
import dev.guard.testkit.cluster.KubeObject;
import dev.guard.testkit.registry.ImageSpec;
import dev.guard.testkit.registry.IndexSpec;
import dev.guard.testkit.registry.Pushed;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What people read must be true, short, and lead on. */
class ReadingTest {
  private static final int MEGABYTE = 1_000_000;

  @TempDir Path directory;

  private Ground ground;

  @BeforeEach
  void begin() throws Exception {
    ground = Ground.fake(directory);
    ground.configure();
    ground.push.push(
        "young/app", "y1", ImageSpec.of("young").created(Ground.NOW.minus(Duration.ofDays(1))));
  }

  @AfterEach
  void end() {
    ground.close();
  }

  private Pushed old(String repository, String tag) {
    return ground.push.push(
        repository, tag, ImageSpec.of(repository + ":" + tag).created(Ground.LONG_AGO));
  }

  private void used(String repository, String tag) {
    ground
        .cluster("prod")
        .put(KubeObject.deployment("shop", "api", 0, ground.host() + "/" + repository + ":" + tag));
  }

  private static String flat(Cli.Ran ran) {
    return ran.out().replaceAll("\\s+", " ");
  }

  private static void fits(String text, int columns) {
    assertThat(text.lines().filter(line -> line.length() > columns).toList()).isEmpty();
  }

  private long freed() {
    return ground
        .cli
        .run("images", "plan", "--json")
        .json()
        .path("plan")
        .path("facts")
        .path("bytesFreed")
        .asLong();
  }

  @Test
  void bytesFreed_areThoseOfWhatWouldGo_withoutTheLayersOfWhatStays() {
    ground.push.push(
        "shop/api", "1", ImageSpec.of("one").layer("shared", MEGABYTE).created(Ground.LONG_AGO));
    ground.push.push(
        "other/api",
        "2",
        ImageSpec.of("two")
            .layer("shared", MEGABYTE)
            .layer("own", 2 * MEGABYTE)
            .created(Ground.LONG_AGO));
    assertThat(freed()).as("nothing is used").isBetween(3L * MEGABYTE, 4L * MEGABYTE);

    used("shop/api", "1");
    assertThat(freed()).as("one layer stays").isBetween(2L * MEGABYTE, 3L * MEGABYTE);

    ground.cli.run("stop", "--why", "x");
    assertThat(freed()).as("nothing would go").isZero();
  }

  @Test
  void afterAStop_onlyTheStopIsSaidToHalt() {
    old("shop/api", "1");
    old("shop/api", "2");
    used("shop/api", "1");
    ground.cli.run("stop", "--why", "odd alerts");

    Cli.Ran ran = ground.cli.run("images", "plan");

    assertThat(ran.exit()).isEqualTo(4);
    assertThat(ran.out().lines().filter(line -> line.startsWith("Halted")))
        .as(ran.toString())
        .allSatisfy(line -> assertThat(line).contains("switch").doesNotContain("in use by"));
    assertThat(flat(ran)).contains("in use by prod/Deployment/shop/api");
  }

  @Test
  void incompleteEvidence_isToldOnce() {
    for (int i = 0; i < 5; i++) {
      old("shop/api", "v" + i);
    }
    ground.cluster("prod").forbid("cronjobs");

    Cli.Ran ran = ground.cli.run("images", "plan", "-o", "plan.json");

    assertThat(ran.exit()).isEqualTo(3);
    assertThat(ran.out().split("cronjobs.batch:", -1).length - 1).as(ran.toString()).isEqualTo(1);
    assertThat(flat(ran)).contains("evidence incomplete, see").doesNotContain(".;");
    Cli.Ran applied = ground.cli.run("images", "apply", "plan.json");
    assertThat(applied.exit()).isEqualTo(3);
    assertThat(flat(applied)).contains("could not be read").doesNotContain("guard status");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"guard.yaml", "kubeconfig", "STOP", "journal/x.json", "state/x", "notes.txt"})
  void aPlanOrPage_replacesNothingButItsLike(String file) throws Exception {
    old("shop/api", "1");
    ground.cli.run("images", "plan");
    Files.writeString(directory.resolve("notes.txt"), "mine");
    ground.clearLogs();
    Path path = directory.resolve(file);
    byte[] before = Files.exists(path) ? Files.readAllBytes(path) : new byte[0];

    for (String option : List.of("-o", "--html")) {
      Cli.Ran ran = ground.cli.run("images", "plan", option, file);
      assertThat(ran.exit()).as(ran.toString()).isEqualTo(2);
      assertThat(ran.err().strip().lines()).hasSize(1);
      assertThat(ran.err()).contains(path.getFileName().toString());
    }

    assertThat(ground.registry.log()).isEmpty();
    assertThat(Files.exists(path) ? Files.readAllBytes(path) : new byte[0]).isEqualTo(before);
  }

  @Test
  void aPlanOrPage_replacesItsLike() {
    old("shop/api", "1");
    for (int i = 0; i < 2; i++) {
      Cli.Ran ran = ground.cli.run("images", "plan", "-o", "p.json", "--html", "p.html");
      assertThat(ran.exit()).as(ran.toString()).isZero();
    }
    assertThat(ground.cli.run("plan", "show", "p.json", "--html", "p.json").exit()).isEqualTo(2);
    assertThat(ground.cli.run("plan", "show", "p.json", "--html", "p.html").exit()).isZero();
    assertThat(ground.cli.run("images", "plan", "-o", "p.html").exit()).isEqualTo(2);
    assertThat(ground.cli.run("images", "plan", "-o", "q", "--html", "q").exit()).isEqualTo(2);
  }

  @Test
  void h88_aPlanWrittenOverItsLimit_staysHaltedWhenTheLimitIsRaised() throws Exception {
    old("shop/api", "1");
    old("shop/api", "2");
    ground.configure("limits", "{perPlan: 1, percent: 99}");
    assertThat(ground.cli.run("images", "plan", "-o", "plan.json").exit()).isEqualTo(4);
    ground.configure("limits", "{perPlan: 50, percent: 99}");

    for (String[] command :
        new String[][] {
          {"images", "apply", "plan.json"}, {"images", "apply", "plan.json", "--execute"}
        }) {
      Cli.Ran ran = ground.cli.run(command);
      assertThat(ran.exit()).as(ran.toString()).isEqualTo(4);
      assertThat(flat(ran)).contains("ake a new plan").doesNotContain("guard status");
    }
    assertThat(ground.deletions()).isZero();
    assertThat(ground.cli.run("images", "plan", "-o", "plan.json").exit()).isZero();
    assertThat(ground.cli.run("images", "apply", "plan.json", "--execute").exit()).isZero();
    assertThat(ground.deletions()).isEqualTo(2);
  }

  @Test
  void whatPolicyKeeps_isListedAndAddsUp() throws Exception {
    old("shop/api", "1");
    used("shop/api", "1");
    old("shop/web", "2");

    Cli.Ran ran = ground.cli.run("images", "plan", "-o", "plan.json", "--html", "page.html");

    assertThat(ran.out())
        .contains("young/app:y1")
        .contains("24 hours old, not yet 30 days")
        .contains("1 would go + 2 kept = 3 manifests in all");
    assertThat(ground.cli.run("plan", "show", "plan.json").out()).contains("young/app:y1");
    String page = Files.readString(directory.resolve("page.html"));
    assertThat(page).contains("young/app:y1").contains("<details");
    assertThat(page).contains("id=\"going-count\">1</b>").contains("id=\"kept-count\">2</b>");
  }

  @Test
  void aPlanFitsAHundredColumns() {
    Pushed amd = ground.push.push("shop/multi", ImageSpec.of("amd").created(Ground.LONG_AGO));
    Pushed arm =
        ground.push.push(
            "shop/multi", ImageSpec.of("arm").created(Ground.LONG_AGO).platform("linux/arm64"));
    ground.push.push("shop/multi", "1", IndexSpec.oci().add(amd).add(arm));
    old("a-team-with-a-long-name/a-service-with-a-long-name", "2026-01-31-0123456789abcdef");
    old("shop/api", "1");
    used("shop/api", "1");

    Cli.Ran ran = ground.cli.run("images", "plan");

    assertThat(ran.exit()).as(ran.toString()).isZero();
    assertThat(ran.out()).doesNotContainPattern("WHY[^$]*[0-9a-f]{64}, which goes");
    fits(ran.out(), 100);
    fits(ground.cli.run("images", "apply").out(), 100);
  }

  @Test
  void helpFitsEightyColumns_andHasNoStrayDollar() {
    String[] all = {
      "",
      "demo",
      "simulate",
      "images",
      "images plan",
      "images apply",
      "images check",
      "images explain",
      "plan",
      "plan show",
      "stop",
      "resume",
      "status",
      "audit",
      "audit verify",
      "audit show",
      "audit unsettled",
      "undo"
    };
    for (String one : all) {
      String line = (one + " --help").strip();
      Cli.Ran ran = ground.cli.run(line.split(" "));
      assertThat(ran.exit()).as(line).isZero();
      assertThat(ran.out()).as(line).doesNotContainPattern("(?i)default \\$");
      fits(ran.out(), 80);
    }
  }

  @Test
  void acknowledgements_thatDoNothingAreNamed_andTheNextOneIsReadyMade() throws Exception {
    old("shop/api", "1");
    used("UPPER/Case", "1");
    String word =
        "{object: prod/Deployment/shop/other, path: \"spec\", sha256: \""
            + "0".repeat(64)
            + "\", who: ada, why: \"x\", until: \"2026-0%s-01T00:00:00Z\"}";
    ground.configure(
        "acknowledge",
        "[" + word.formatted(2) + ", " + word.replace("other", "none").formatted(4) + "]");

    Cli.Ran ran = ground.cli.run("images", "plan");

    assertThat(ran.exit()).as(ran.toString()).isEqualTo(3);
    assertThat(flat(ran))
        .contains("prod/Deployment/shop/other spec expired at 2026-02-01")
        .contains("prod/Deployment/shop/none spec matches nothing")
        .contains("object: \"prod/Deployment/shop/api\"")
        .contains("sha256: " + Digest.of(ground.host() + "/UPPER/Case:1").hex());
  }

  @Test
  void aSecondCommand_namesTheRunThatIsUnderWay() throws Exception {
    old("shop/api", "1");
    FileStateStore store =
        FileStateStore.at(ConfigReader.read(directory.resolve("guard.yaml")).state());
    try (RunLock.Held held =
            store.tryLock("image-cleanup", "grace on host-7", "a test").orElseThrow();
        JournalSink journal = JournalSink.in(directory.resolve("journal")).open()) {
      assertThat(held).isNotNull();
      assertThat(journal).isNotNull();
      Cli.Ran ran = ground.cli.run("images", "apply");
      assertThat(ran.exit()).as(ran.toString()).isEqualTo(4);
      assertThat(ran.err()).contains("under way").contains("grace on host-7");
    }
  }
}
