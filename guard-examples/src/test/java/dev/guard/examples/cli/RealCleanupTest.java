package dev.guard.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.guard.testkit.cluster.KubeObject;
import dev.guard.testkit.http.LoggedRequest;
import dev.guard.testkit.registry.ImageSpec;
import dev.guard.testkit.registry.IndexSpec;
import dev.guard.testkit.registry.Pushed;
import dev.guard.testkit.registry.RealRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The main job, end to end: real CNCF Distribution, a cluster, the command line, and what is left
 * afterwards.
 */
class RealCleanupTest {
  @TempDir Path directory;

  private RealRegistry real;
  private Ground ground;

  @BeforeEach
  void begin() {
    Assumptions.assumeTrue(RealRegistry.installed());
    real = RealRegistry.start();
    ground = Ground.real(directory, real);
  }

  @AfterEach
  void end() {
    if (ground != null) {
      ground.close();
    }
    if (real != null) {
      real.close();
    }
  }

  /** What stands in the registry, by what must become of it. */
  private final class World {
    final Pushed inUse;
    final Pushed twoTags;
    final Pushed halfProtected;
    final Pushed indexGone;
    final Pushed indexGoneAmd;
    final Pushed indexGoneArm;
    final Pushed indexKept;
    final Pushed indexKeptAmd;
    final Pushed indexKeptArm;
    final Pushed signed;
    final Pushed signature;
    final Pushed young;
    final Pushed labelled;
    final List<Pushed> plain = new ArrayList<>();
    final Map<String, String> goneTags = new TreeMap<>();

    World(Instant born, Instant fresh) {
      inUse = image("shop/api", "2.7.1", born);
      twoTags = image("shop/web", "1.0", born);
      ground.push.tag(twoTags, "stable");
      halfProtected = image("shop/web", "0.9", born);
      ground.push.tag(halfProtected, "production-1");
      indexGoneAmd = ground.push.push("shop/multi", ImageSpec.of("gone amd").created(born));
      indexGoneArm =
          ground.push.push(
              "shop/multi", ImageSpec.of("gone arm").created(born).platform("linux/arm64"));
      indexGone =
          ground.push.push(
              "shop/multi", "old", IndexSpec.oci().add(indexGoneAmd).add(indexGoneArm));
      indexKeptAmd = ground.push.push("shop/multi", ImageSpec.of("kept amd").created(born));
      indexKeptArm =
          ground.push.push(
              "shop/multi", ImageSpec.of("kept arm").created(born).platform("linux/arm64"));
      indexKept =
          ground.push.push(
              "shop/multi", "production-2", IndexSpec.oci().add(indexKeptAmd).add(indexKeptArm));
      signed = image("shop/signed", "3", born);
      signature =
          ground.push.referrer(signed, "application/vnd.example.signature", "signature of 3");
      young = image("shop/web", "2.0", fresh);
      labelled =
          ground.push.push(
              "shop/web",
              "keepme",
              ImageSpec.of("labelled").created(born).label("protected", "true"));
      for (int i = 0; i < 3; i++) {
        plain.add(image("team/app", "b" + i, born));
      }
    }

    private Pushed image(String repository, String tag, Instant created) {
      return ground.push.push(
          repository, tag, ImageSpec.of(repository + ":" + tag).created(created));
    }

    void isWhole() {
      assertThat(ground.look.tags("shop/web"))
          .containsExactlyInAnyOrder("1.0", "stable", "0.9", "production-1", "2.0", "keepme");
      assertThat(ground.look.tags("shop/multi")).containsExactlyInAnyOrder("old", "production-2");
      assertThat(ground.look.tags("team/app")).containsExactlyInAnyOrder("b0", "b1", "b2");
      assertThat(ground.look.pulls("shop/multi", "old")).isTrue();
      assertThat(ground.look.pulls("shop/api", "2.7.1")).isTrue();
    }

    void isCleaned() {
      assertThat(ground.look.tags("shop/api")).containsExactly("2.7.1");
      assertThat(ground.look.tags("shop/web"))
          .containsExactlyInAnyOrder("0.9", "production-1", "2.0", "keepme");
      assertThat(ground.look.tags("shop/multi")).containsExactly("production-2");
      assertThat(ground.look.tags("shop/signed")).isEmpty();
      assertThat(ground.look.tags("team/app")).isEmpty();
      for (Pushed kept :
          List.of(inUse, halfProtected, indexKept, indexKeptAmd, indexKeptArm, young, labelled)) {
        assertThat(ground.look.pulls(kept.repository(), kept.digest()))
            .as(kept.toString())
            .isTrue();
      }
      List<Pushed> gone = new ArrayList<>(plain);
      gone.addAll(List.of(twoTags, indexGone, indexGoneAmd, indexGoneArm, signed, signature));
      for (Pushed one : gone) {
        assertThat(ground.look.status(one.repository(), one.digest()))
            .as(one.toString())
            .isEqualTo(404);
      }
    }
  }

  private void configure(String from, int percent) throws Exception {
    ground.configure(
        "age",
        "{from: " + from + ", atLeast: 30d}",
        "protect",
        "{tags: [\"production-*\"], labels: {protected: \"true\"}}",
        "limits",
        "{perPlan: 50, percent: " + percent + "}");
  }

  private void useApi() {
    ground
        .cluster("prod")
        .put(KubeObject.deployment("shop", "api", 0, ground.host() + "/shop/api:2.7.1"));
  }

  private static void clean(Cli.Ran ran) {
    assertThat(ran.exit()).as(ran.toString()).isZero();
  }

  @Test
  void h01_h39_h45_t16_theCleanupDeletesExactlyWhatMayGoAlsoAfterGarbageCollection()
      throws Exception {
    World world = new World(Ground.LONG_AGO, Ground.NOW.minus(Duration.ofDays(2)));
    useApi();
    configure("created", 60);

    Cli.Ran planned =
        ground.cli.run("images", "plan", "-o", "plan.json", "--html", "plan.html", "--json");
    clean(planned);
    assertThat(planned.out()).contains("prod/Deployment/shop/api").contains("replicas 0");
    assertThat(directory.resolve("plan.html")).exists();
    clean(ground.cli.run("plan", "show", "plan.json"));
    clean(ground.cli.run("images", "apply", "plan.json"));
    world.isWhole();

    Cli.Ran applied = ground.cli.run("images", "apply", "plan.json", "--execute", "--json");
    clean(applied);
    JsonNode counts = applied.json().path("counts");
    // team/app b0-b2, shop/web 1.0, shop/multi old with two children, shop/signed 3 with its
    // referrer and the fallback index
    assertThat(counts.path("DONE").asInt()).isEqualTo(10);
    world.isCleaned();

    real.garbageCollect(false);
    world.isCleaned();
    clean(ground.cli.run("images", "check", "--confirm-after", "0"));
    clean(ground.cli.run("audit", "verify"));
    Cli.Ran again = ground.cli.run("images", "apply", "plan.json", "--execute", "--json");
    clean(again);
    assertThat(again.json().path("counts").path("DONE").asInt()).isZero();
  }

  @Test
  void theSamePlanAtTenPercentHaltsWithNothingDeleted() throws Exception {
    World world = new World(Ground.LONG_AGO, Ground.NOW.minus(Duration.ofDays(2)));
    useApi();
    configure("created", 10);

    Cli.Ran planned = ground.cli.run("images", "plan", "-o", "plan.json");
    assertThat(planned.exit()).as(planned.toString()).isEqualTo(4);
    assertThat(directory.resolve("plan.json")).exists();
    Cli.Ran applied = ground.cli.run("images", "apply", "plan.json", "--execute", "--json");
    assertThat(applied.exit()).as(applied.toString()).isEqualTo(4);
    assertThat(applied.json().path("counts").path("DONE").asInt()).isZero();
    assertThat(ground.deletions()).isZero();
    world.isWhole();
  }

  @Test
  void byFirstSightNothingIsOldAtFirstAndEverythingOldGoesAThirtyDaysLater() throws Exception {
    World world = new World(Ground.LONG_AGO, Ground.LONG_AGO);
    useApi();
    configure("first-seen", 60);

    Cli.Ran first = ground.cli.run("images", "plan", "--json");
    clean(first);
    assertThat(first.json().path("plan").path("items")).isEmpty();
    ground.time.tick(Duration.ofDays(29));
    assertThat(ground.cli.run("images", "plan", "--json").json().path("plan").path("items"))
        .isEmpty();
    // Somebody retags: the sight of that digest starts anew.
    ground.push.tag(world.young, "2.0-again");
    clean(ground.cli.run("images", "plan"));
    ground.time.tick(Duration.ofDays(2));

    Cli.Ran applied = ground.cli.run("images", "apply", "--execute", "--json");
    clean(applied);
    assertThat(applied.json().path("counts").path("DONE").asInt()).isEqualTo(10);
    ground.push.tag(world.young, "2.0");
    assertThat(ground.look.tags("shop/web"))
        .containsExactlyInAnyOrder("0.9", "production-1", "2.0", "2.0-again", "keepme");
    assertThat(ground.look.pulls("shop/api", "2.7.1")).isTrue();
    assertThat(ground.look.pulls("shop/multi", "production-2")).isTrue();
    assertThat(ground.look.tags("team/app")).isEmpty();
  }

  @Test
  void h87_planAndRehearsalSendNothingThatCouldChangeAnything() throws Exception {
    new World(Ground.LONG_AGO, Ground.NOW.minus(Duration.ofDays(2)));
    useApi();
    configure("created", 60);
    ground.clearLogs();

    clean(ground.cli.run("images", "plan", "-o", "plan.json", "--html", "plan.html"));
    clean(ground.cli.run("images", "apply", "plan.json"));
    clean(ground.cli.run("images", "apply"));
    clean(ground.cli.run("images", "explain", "shop/api:2.7.1"));
    clean(ground.cli.run("images", "check", "--confirm-after", "0"));
    clean(ground.cli.run("status"));

    assertThat(ground.writes())
        .as("no PUT, POST, PATCH or DELETE reaches registry or cluster")
        .isEmpty();
    assertThat(ground.registry.log()).isNotEmpty();
    assertThat(ground.cluster("prod").log()).isNotEmpty();

    ground.clearLogs();
    clean(ground.cli.run("images", "apply", "plan.json", "--execute"));
    List<LoggedRequest> writes = ground.writes();
    assertThat(writes).allMatch(one -> one.method().equals("DELETE"));
    int firstReal = -1;
    int lastProbe = -1;
    for (int i = 0; i < writes.size(); i++) {
      boolean probe = writes.get(i).target().contains("0".repeat(64));
      lastProbe = probe ? i : lastProbe;
      firstReal = !probe && firstReal < 0 ? i : firstReal;
    }
    assertThat(lastProbe).as("there was a probe").isNotNegative();
    assertThat(lastProbe).as("the probe comes before the first act").isLessThan(firstReal);
  }
}
