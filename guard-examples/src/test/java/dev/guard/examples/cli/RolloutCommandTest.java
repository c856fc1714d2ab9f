package dev.guard.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.guard.testkit.cluster.KubeObject;
import dev.guard.testkit.registry.ImageSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stages, by the command line. */
class RolloutCommandTest {
  private static final String STAGES =
      "[{name: dev, repositories: [\"dev/*\"], bake: 24h}, {name: production}]";

  @TempDir Path directory;

  private Ground ground;

  @BeforeEach
  void begin() throws Exception {
    ground = Ground.fake(directory);
    ground.configure("stages", STAGES);
    for (String repository : List.of("dev/app", "shop/app")) {
      ground.push.push(
          repository, "old", ImageSpec.of("old " + repository).created(Ground.LONG_AGO));
      ground.push.push(repository, "new", ImageSpec.of("new " + repository).created(Ground.NOW));
    }
    ground
        .cluster("prod")
        .put(KubeObject.deployment("shop", "web", 1, ground.host() + "/shop/app:new"));
  }

  @AfterEach
  void end() {
    ground.close();
  }

  private Cli.Ran exits(int exit, String... arguments) {
    Cli.Ran ran = ground.cli.run(arguments);
    assertThat(ran.exit()).as(ran.toString()).isEqualTo(exit);
    return ran;
  }

  private JsonNode status() {
    return exits(0, "rollout", "status", "--json").json();
  }

  private List<String> left(String repository) {
    return ground.look.tags(repository).stream().sorted().toList();
  }

  @Test
  void law13_devGoesFirst_productionADayLater_byTheSamePlan_withoutAFile() {
    assertThat(exits(0, "rollout", "status").out()).contains("ever rolled out");
    exits(0, "images", "apply");
    assertThat(status().path("plan").isNull()).as("a rehearsal begins nothing").isTrue();
    exits(0, "images", "apply", "--execute");
    assertThat(left("dev/app")).containsExactly("new");
    assertThat(left("shop/app")).containsExactly("new", "old");
    JsonNode begun = status();
    assertThat(begun.path("state").asText()).isEqualTo("RUNNING");
    assertThat(begun.path("stage").asText()).isEqualTo("dev");
    assertThat(begun.path("leftSeconds").asLong()).isEqualTo(24 * 3600);
    assertThat(exits(0, "rollout", "status").out()).contains("complete, bakes 24 h more at least");
    ground.time.tick(Duration.ofHours(23));
    exits(0, "images", "apply", "--execute");
    assertThat(left("shop/app")).hasSize(2);
    ground.time.tick(Duration.ofHours(2));
    Cli.Ran last = exits(0, "images", "apply", "--execute", "--json");
    assertThat(last.json().path("plan").asText())
        .as("the plan outlives its 24 hours")
        .isEqualTo(begun.path("plan").asText());
    assertThat(left("shop/app")).containsExactly("new");
    assertThat(status().path("state").asText()).isEqualTo("DONE");
    assertThat(exits(0, "rollout", "status").out()).contains("DONE").contains("production");
  }

  @Test
  void anAbort_isForGood_andOnTheRecord() {
    exits(0, "images", "plan", "-o", "plan.json");
    exits(0, "images", "apply", "plan.json", "--execute");
    assertThat(exits(0, "rollout", "abort", "--as", "ann", "--why", "errors in dev").out())
        .contains("Aborted");
    assertThat(status().path("state").asText()).isEqualTo("ABORTED");
    exits(2, "rollout", "resume", "--why", "no, go on");
    ground.time.tick(Duration.ofHours(23));
    Cli.Ran applied = exits(4, "images", "apply", "plan.json", "--execute");
    assertThat(applied.out()).contains("aborted by ann: errors in dev").contains("rollout status");
    assertThat(left("shop/app")).hasSize(2);
    assertThat(exits(0, "audit", "show").out()).contains("abort-rollout").contains("ann");
  }

  @Test
  void aPlan_isForbiddenBeforeItBegins_byItsFileOrItsDigest() {
    exits(0, "images", "plan", "-o", "plan.json");
    exits(0, "rollout", "abort", "plan.json", "--why", "not that");
    exits(4, "images", "apply", "plan.json", "--execute");
    exits(0, "rollout", "abort", "sha256:" + "0".repeat(64), "--why", "nor that", "--json");
    exits(2, "rollout", "abort", "sha256:0", "--why", "what");
    assertThat(left("dev/app")).hasSize(2);
  }

  @Test
  void aPause_holds_andAResumeGoesOn() {
    exits(2, "rollout", "pause", "--why", "nothing is under way");
    exits(0, "images", "apply", "--execute");
    exits(0, "rollout", "pause", "--as", "ann", "--why", "a release");
    ground.time.tick(Duration.ofHours(24));
    assertThat(exits(4, "images", "apply", "--execute").out()).contains("paused by ann");
    assertThat(exits(0, "rollout", "status").out()).contains("PAUSED").contains("rollout resume");
    exits(0, "rollout", "resume", "--why", "it is out", "--json");
    exits(0, "images", "apply", "--execute");
    assertThat(left("shop/app")).containsExactly("new");
  }

  @Test
  void otherStages_thanThoseItBeganWith_halt() throws Exception {
    exits(0, "images", "apply", "--execute");
    ground.configure("stages", "[{name: dev, repositories: [\"dev/*\"]}, {name: production}]");
    assertThat(exits(4, "images", "apply", "--execute").out()).contains("not those with which");
    assertThat(left("shop/app")).hasSize(2);
  }

  @Test
  void stagesThatAreTakenAway_whileARolloutIsUnderWay_halt_untilItIsAborted() throws Exception {
    exits(0, "images", "plan", "-o", "plan.json");
    exits(0, "images", "apply", "plan.json", "--execute");
    ground.configure("stages", "none");
    assertThat(exits(4, "images", "apply", "plan.json", "--execute").out())
        .contains("not those with which");
    assertThat(left("shop/app")).hasSize(2);
    exits(0, "rollout", "abort", "--why", "all at once then");
    exits(0, "images", "apply", "--execute");
    assertThat(left("shop/app")).containsExactly("new");
  }

  @Test
  void withoutStages_aPlanGoesAtOnce() throws Exception {
    ground.configure("stages", "none");
    assertThat(exits(0, "rollout", "status").out()).contains("ever rolled out");

    exits(0, "images", "apply", "--execute");
    assertThat(left("shop/app")).containsExactly("new");
  }

  @Test
  void whatMeansNothing_isAnError_withItsLine() throws Exception {
    for (String wrong :
        List.of(
            "[]",
            "[{name: dev}, {name: production}]",
            "[{name: dev, repositories: []}, {name: production}]",
            "[{name: dev, repositories: [\"*\"]}, {name: dev}]",
            "[{name: \"\"}]",
            "[{name: dev, bake: -1h}]",
            "[{name: dev, ramp: 0}]",
            "all")) {
      ground.configure("stages", wrong);
      assertThat(exits(2, "rollout", "status").err()).as(wrong).contains("guard.yaml");
    }
  }
}
