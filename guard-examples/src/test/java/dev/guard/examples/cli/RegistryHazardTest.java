package dev.guard.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.guard.internal.json.Json;
import dev.guard.testkit.cluster.KubeObject;
import dev.guard.testkit.http.Fault;
import dev.guard.testkit.registry.FakeRegistry;
import dev.guard.testkit.registry.ImageSpec;
import dev.guard.testkit.registry.IndexSpec;
import dev.guard.testkit.registry.Pushed;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The hazards that lie in how a registry answers, through the command line: what it cannot do, how
 * it lists, and what it fails to tell.
 */
class RegistryHazardTest {
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

  private static Pushed old(Ground there, String repository, String tag) {
    return there.push.push(
        repository, tag, ImageSpec.of(repository + ":" + tag).created(Ground.LONG_AGO));
  }

  private void young(String repository, String tag) {
    ground.push.push(
        repository,
        tag,
        ImageSpec.of(repository + ":" + tag).created(ground.time.now().minus(Duration.ofDays(1))));
  }

  private JsonNode cleanUp(int exit) {
    Cli.Ran ran = ground.cli.run("images", "apply", "--execute", "--json");
    assertThat(ran.exit()).as(ran.toString()).isEqualTo(exit);
    return ran.json();
  }

  private static int done(JsonNode report) {
    return report.path("counts").path("DONE").asInt();
  }

  @Test
  void h40_whatGoesGoesByItsDigestAndNothingIsEverPushed() {
    Pushed two = old(ground, "shop/web", "1");
    ground.push.tag(two, "stable");
    young("shop/web", "2");
    ground.clearLogs();

    assertThat(done(cleanUp(0))).isEqualTo(1);

    assertThat(ground.look.tags("shop/web")).containsExactly("2");
    assertThat(ground.writes())
        .isNotEmpty()
        .allMatch(
            one -> one.method().equals("DELETE") && one.target().contains("/manifests/sha256:"));
  }

  @ParameterizedTest
  @CsvSource({"disabled,DISABLED", "read-only,READ_ONLY"})
  void h41_aRegistryThatDoesNotDeleteHaltsTheRunBeforeItsFirstAct(String kind, String word)
      throws Exception {
    FakeRegistry.Builder made = FakeRegistry.builder();
    FakeRegistry off = (kind.equals("disabled") ? made.deleteDisabled() : made.readOnly()).start();
    try (Ground there = Ground.fake(directory, off)) {
      there.configure();
      old(there, "shop/web", "1");
      old(there, "shop/web", "2");
      there.push.push("shop/young", "1", ImageSpec.of("young").created(there.time.now()));
      there.clearLogs();

      Cli.Ran ran = there.cli.run("images", "apply", "--execute", "--json");

      assertThat(ran.exit()).as(ran.toString()).isEqualTo(4);
      assertThat(ran.json().path("counts").path("NOT_ATTEMPTED").asInt()).isEqualTo(2);
      assertThat(ran.json().path("halted").toString()).contains("cannot-delete").contains(word);
      assertThat(there.writes())
          .as("only the probe, which names no content there is")
          .isNotEmpty()
          .allMatch(one -> one.target().endsWith("sha256:" + "0".repeat(64)));
      assertThat(there.look.tags("shop/web")).containsExactly("1", "2");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"oci", "docker"})
  void h43_h44_anIndexInUseIsKeptAsTheIndexThatItIs(String kind) {
    Pushed amd = ground.push.push("shop/multi", ImageSpec.of("amd").created(Ground.LONG_AGO));
    Pushed arm =
        ground.push.push(
            "shop/multi", ImageSpec.of("arm").created(Ground.LONG_AGO).platform("linux/arm64"));
    IndexSpec spec = kind.equals("oci") ? IndexSpec.oci() : IndexSpec.dockerList();
    Pushed index = ground.push.push("shop/multi", "1", spec.add(amd).add(arm));
    old(ground, "shop/web", "1");
    young("shop/web", "2");
    ground
        .cluster("prod")
        .put(
            KubeObject.deployment(
                "shop", "multi", 0, ground.host() + "/shop/multi@" + index.digest()));

    JsonNode explained = ground.cli.run("images", "explain", "--json", "shop/multi:1").json();
    assertThat(explained.path("digest").asText()).isEqualTo(index.digest());
    assertThat(done(cleanUp(0))).isEqualTo(1);

    assertThat(ground.look.pulls("shop/multi", "1")).isTrue();
    assertThat(ground.look.pulls("shop/multi", arm.digest())).isTrue();
    assertThat(ground.look.tags("shop/web")).containsExactly("2");
  }

  @Test
  void h65_unsortedTagsAreAllSeenAndARepositoryWithoutTagsIsNoTrouble() {
    for (String tag : List.of("m", "z", "a", "q", "b")) {
      old(ground, "shop/web", tag);
    }
    old(ground, "shop/gone", "1");
    ground.registryStore().untag("shop/gone", "1");
    young("shop/young", "1");

    assertThat(done(cleanUp(0))).isEqualTo(5);

    assertThat(ground.look.tags("shop/web")).isEmpty();
    assertThat(ground.look.tags("shop/gone")).isEmpty();
    assertThat(ground.cli.run("images", "plan").exit()).isZero();
  }

  @Test
  void h66_everyRepositoryOfALongCatalogIsSeen() throws Exception {
    for (int i = 0; i < 130; i++) {
      String repository = "team/app%03d".formatted(i);
      ground.push.push(repository, "1", ImageSpec.of(repository).created(Ground.LONG_AGO));
    }
    young("team/young", "1");
    young("team/young", "2");
    ground.configure("limits", "{perPlan: 130, percent: 99}");

    assertThat(done(cleanUp(0))).isEqualTo(130);

    assertThat(ground.look.tags("team/app000")).isEmpty();
    assertThat(ground.look.tags("team/app129")).isEmpty();
  }

  @Test
  void h67_aCatalogThatLoopsMakesNoPlan() {
    old(ground, "shop/web", "1");
    young("shop/web", "2");
    ground.registry.inject(Fault.on("GET", "/v2/_catalog").loopPage());

    assertThat(ground.cli.run("images", "apply", "--execute").exit()).isEqualTo(3);

    assertThat(ground.deletions()).isZero();
    assertThat(ground.registry.log().stream().filter(one -> one.target().contains("_catalog")))
        .hasSizeLessThan(10);
  }

  @Test
  void h67_aCatalogThatGoesOnElsewhereMakesNoPlanAndNothingIsSentThere() {
    old(ground, "shop/web", "1");
    young("shop/web", "2");
    try (FakeRegistry elsewhere = FakeRegistry.start()) {
      elsewhere.publisher().push("stray/app", "1", ImageSpec.of("stray").created(Ground.LONG_AGO));
      elsewhere.clearLog();
      ground.registry.inject(
          Fault.on("GET", "/v2/_catalog").pageAt(elsewhere.uri() + "/v2/_catalog?n=100&last=a"));

      assertThat(ground.cli.run("images", "apply", "--execute").exit()).isEqualTo(3);

      assertThat(elsewhere.log()).isEmpty();
      assertThat(ground.deletions()).isZero();
    }
  }

  @Test
  void t12_whenNoConfigCanBeReadNothingGoes() throws Exception {
    ground.configure(
        "age",
        "{from: first-seen, atLeast: 30d}",
        "protect",
        "{tags: [\"production-*\"], labels: {protected: \"true\"}}");
    for (int i = 0; i < 4; i++) {
      old(ground, "shop/web", "w" + i);
      old(ground, "shop/web", "production-" + i);
    }
    assertThat(ground.cli.run("images", "plan").exit()).isZero();
    ground.time.tick(Duration.ofDays(31));
    ground.registry.inject(Fault.on("GET", "/v2/shop/web/blobs/").status(500));

    Cli.Ran ran = ground.cli.run("images", "apply", "--execute", "--json");

    assertThat(ran.exit()).as(ran.toString()).isEqualTo(3);
    assertThat(ground.look.tags("shop/web")).hasSize(8);
  }

  @Test
  void t13_anImageWhoseLabelsAreLostIsKeptAsIfItWereProtected() throws Exception {
    ground.configure(
        "age",
        "{from: first-seen, atLeast: 30d}",
        "protect",
        "{tags: [\"production-*\"], labels: {protected: \"true\"}}");
    Pushed lost = old(ground, "shop/web", "lost");
    Pushed plain = old(ground, "shop/web", "plain");
    old(ground, "shop/web", "production-1");
    assertThat(ground.cli.run("images", "plan").exit()).isZero();
    ground.time.tick(Duration.ofDays(31));
    ground.registryStore().loseBlob(lost.config());

    assertThat(done(cleanUp(0))).isEqualTo(1);

    assertThat(ground.look.status("shop/web", plain.digest())).isEqualTo(404);
    assertThat(ground.look.status("shop/web", lost.digest())).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"FAILED", "IN_DOUBT"})
  void t29_theReportAndTheJournalCountTheSame(String end) throws IOException {
    for (int i = 0; i < 5; i++) {
      old(ground, "shop/web", "w" + i);
    }
    young("shop/web", "2");
    Fault third = Fault.on("DELETE", Ground.REAL_DELETE).nth(3);
    ground.registry.inject(end.equals("FAILED") ? third.status(400) : third.cut());

    JsonNode counts = cleanUp(end.equals("FAILED") ? 5 : 6).path("counts");

    assertThat(counts.path("DONE").asInt()).isEqualTo(2);
    assertThat(counts.path(end).asInt()).isEqualTo(1);
    assertThat(counts.path("NOT_ATTEMPTED").asInt()).isEqualTo(2);
    assertThat(outcomes()).containsExactly("DONE", "DONE", end);
    assertThat(ground.look.tags("shop/web")).hasSize(4);
  }

  /** The outcomes the journal holds, in its order. */
  private List<String> outcomes() throws IOException {
    List<String> found = new ArrayList<>();
    for (String line : ground.cli.run("audit", "show", "--json").out().lines().toList()) {
      JsonNode record = Json.read(line);
      if (record.path("phase").asText().equals("OUTCOME")) {
        found.add(record.path("outcome").asText());
      }
    }
    return found;
  }
}
