package dev.guard.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.testkit.http.Fault;
import dev.guard.testkit.http.LoggedRequest;
import dev.guard.testkit.registry.ImageSpec;
import dev.guard.testkit.registry.IndexSpec;
import dev.guard.testkit.registry.Pushed;
import dev.guard.testkit.registry.RealRegistry;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code guard undo}, on fake and real registries. */
class UndoTest {
  @TempDir Path directory;

  private static Pushed world(Ground ground) {
    ground.push.push(
        "young/app", "y", ImageSpec.of("young").created(Ground.NOW.minus(Duration.ofDays(1))));
    Pushed amd = ground.push.push("shop/multi", ImageSpec.of("amd").created(Ground.LONG_AGO));
    Pushed arm =
        ground.push.push(
            "shop/multi", ImageSpec.of("arm").created(Ground.LONG_AGO).platform("linux/arm64"));
    ground.push.push("shop/web", "1", ImageSpec.of("web").created(Ground.LONG_AGO));
    return ground.push.push("shop/multi", "v1", IndexSpec.oci().add(amd).add(arm));
  }

  private static String deleted(Ground ground, int many) {
    Cli.Ran ran = ground.cli.run("images", "apply", "--execute", "--json");
    assertThat(ran.exit()).as(ran.toString()).isZero();
    assertThat(ran.json().path("counts").path("DONE").asInt()).isEqualTo(many);
    return ran.json().path("run").asText();
  }

  @Test
  void whatARunDeleted_isPutBack_onlyWithExecute() throws Exception {
    try (Ground ground = Ground.fake(directory)) {
      ground.configure();
      Pushed index = world(ground);
      String run = deleted(ground, 4);
      ground.clearLogs();

      Cli.Ran rehearsed = ground.cli.run("undo", run);
      assertThat(rehearsed.exit()).as(rehearsed.toString()).isZero();
      assertThat(rehearsed.out()).contains("would go back").contains("undo " + run + " --execute");
      assertThat(ground.writes()).isEmpty();
      assertThat(ground.look.tags("shop/multi")).isEmpty();

      Cli.Ran ran = ground.cli.run("undo", run, "--execute", "--json");
      assertThat(ran.exit()).as(ran.toString()).isZero();
      assertThat(ran.json().path("counts").path("DONE").asInt()).isEqualTo(4);
      assertThat(ran.json().path("lost")).isEmpty();
      assertThat(ground.look.pulls("shop/multi", index.digest())).isTrue();
      assertThat(ground.look.tags("shop/web")).containsExactly("1");
      assertThat(ground.writes()).extracting(LoggedRequest::method).containsOnly("PUT");
      assertThat(ground.cli.run("undo", run, "--execute").out()).contains("there already");
      assertThat(ground.cli.run("audit", "verify").exit()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403, 404, 429, 500})
  void aTagOfWhichNobodyCanTellWhatItNames_isNotTakenAway(int status) throws Exception {
    try (Ground ground = Ground.fake(directory)) {
      ground.configure();
      world(ground);
      String run = deleted(ground, 4);
      Pushed other = ground.push.push("shop/web", "1", ImageSpec.of("other").created(Ground.NOW));
      ground.registryStore().inject(Fault.on("HEAD", "/v2/shop/web/manifests/1").status(status));
      Cli.Ran ran = ground.cli.run("undo", run, "--execute");
      assertThat(ground.registryStore().tags("shop/web"))
          .as(ran.toString())
          .containsEntry("1", other.digest());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 500, 0})
  void whatCameBackWithoutItsTag_isPutBackWhole_bySayingItAgain(int status) throws Exception {
    try (Ground ground = Ground.fake(directory)) {
      ground.configure();
      world(ground);
      String run = deleted(ground, 4);
      Fault fault = Fault.on("PUT", "/v2/shop/web/manifests/1");
      ground.registryStore().inject(status == 0 ? fault.cut() : fault.status(status));
      Cli.Ran ran = ground.cli.run("undo", run, "--execute");
      assertThat(ran.exit()).as(ran.toString()).isGreaterThanOrEqualTo(5);
      assertThat(ground.registryStore().tags("shop/web")).isEmpty();
      ground.registryStore().heal();
      Cli.Ran again = ground.cli.run("undo", run, "--execute");
      assertThat(ground.registryStore().tags("shop/web")).as(again.toString()).containsKey("1");
      assertThat(again.exit()).as(again.toString()).isZero();
      assertThat(ground.cli.run("audit", "unsettled").exit()).isZero();
    }
  }

  @Test
  void aRehearsal_saysWhatCannotBePutBackAnyMore() throws Exception {
    try (Ground ground = Ground.fake(directory)) {
      ground.configure();
      world(ground);
      String run = deleted(ground, 4);
      ground.registryStore().garbageCollect(false);
      ground.clearLogs();
      Cli.Ran ran = ground.cli.run("undo", run, "--json");
      assertThat(ran.json().path("counts").path("REFUSED").asInt()).as(ran.toString()).isEqualTo(4);
      assertThat(ran.out()).contains("It cannot be put back: its blob", "its child");
      assertThat(ran.exit()).isEqualTo(4);
      assertThat(ground.writes()).isEmpty();
    }
  }

  @Test
  void anUnknownRun_andAStop_touchNothing() throws Exception {
    try (Ground ground = Ground.fake(directory)) {
      ground.configure();
      world(ground);
      String run = deleted(ground, 4);
      Cli.Ran unknown = ground.cli.run("undo", "no-such-run", "--execute");
      assertThat(unknown.exit()).as(unknown.toString()).isEqualTo(2);
      assertThat(unknown.err()).contains("no-such-run").contains("audit show");
      assertThat(ground.cli.run("stop", "--why", "a test").exit()).isZero();
      ground.clearLogs();
      assertThat(ground.cli.run("undo", run, "--execute").exit()).isEqualTo(4);
      assertThat(ground.writes()).isEmpty();
    }
  }

  @Test
  void onRealDistribution_itWorksUntilTheGarbageIsCollected() throws Exception {
    Assumptions.assumeTrue(RealRegistry.installed());
    try (RealRegistry real = RealRegistry.start();
        Ground ground = Ground.real(directory, real)) {
      ground.configure();
      Pushed index = world(ground);
      String first = deleted(ground, 4);
      Cli.Ran back = ground.cli.run("undo", first, "--execute");
      assertThat(back.exit()).as(back.toString()).isZero();
      assertThat(ground.look.pulls("shop/multi", index.digest())).isTrue();
      assertThat(ground.look.tags("shop/multi")).containsExactly("v1");

      ground.time.tick(Duration.ofMinutes(1)); // or it would be the same plan, which is done
      String second = deleted(ground, 4);
      real.garbageCollect(false);
      Cli.Ran late = ground.cli.run("undo", second, "--execute");
      assertThat(late.exit()).as(late.toString()).isEqualTo(5);
      assertThat(late.out()).contains("cannot be put back");
      assertThat(ground.look.tags("shop/web")).isEmpty();
    }
  }
}
