package dev.guard.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.testkit.cluster.KubeObject;
import dev.guard.testkit.registry.ImageSpec;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cleanup that must earn its first act, by the command line. */
class ShadowCommandTest {
  @TempDir Path directory;

  private Ground ground;

  @BeforeEach
  void begin() throws Exception {
    ground = Ground.fake(directory);
    ground.configure("shadow", "2");
    for (int i = 0; i < 2; i++) {
      ground.push.push("old/app", "o" + i, ImageSpec.of("old " + i).created(Ground.LONG_AGO));
    }
    ground.push.push("young/app", "y", ImageSpec.of("young").created(Ground.NOW));
    ground
        .cluster("prod")
        .put(KubeObject.deployment("shop", "web", 1, ground.host() + "/young/app:y"));
  }

  @AfterEach
  void end() {
    ground.close();
  }

  private Cli.Ran ok(String... arguments) {
    Cli.Ran ran = ground.cli.run(arguments);
    assertThat(ran.exit()).as(ran.toString()).isZero();
    return ran;
  }

  private Cli.Ran night() {
    ground.time.tick(Duration.ofDays(1));
    return ok("images", "apply", "--execute");
  }

  @Test
  void afterItsCleanRuns_itDeletes() {
    assertThat(night().out()).contains("In shadow").contains("1 of 2 clean runs");
    ok("images", "apply");
    assertThat(ok("status").out()).contains("shadow     1 of 2 clean runs");
    assertThat(night().out()).contains("graduated").contains("The next run acts");
    assertThat(ground.deletions()).isZero();
    night();
    assertThat(ground.look.tags("old/app")).isEmpty();
    assertThat(ok("audit", "show").out()).contains("shadow.graduated");
  }

  @Test
  void whatIsDeployedLater_isAFalsePositive_untilItIsDismissed() {
    night();
    ground
        .cluster("prod")
        .put(KubeObject.deployment("shop", "api", 0, ground.host() + "/old/app:o0"));
    night();
    String status = ok("status", "--json").json().path("shadow").asText();
    assertThat(status).startsWith("0 of 2 clean runs, 1 false positive: ").endsWith(" is in use");
    night();
    night();
    assertThat(ground.deletions()).isZero();
    String target = status.substring(status.indexOf(": ") + 2).replace(" is in use", "");
    assertThat(ground.cli.run("dismiss", "x@y", "--why", "no such").exit()).isEqualTo(2);
    assertThat(ok("dismiss", target, "--why", "a rollback").out()).contains("0 of 2 clean runs");
    night();
    night();
    night();
    assertThat(ground.look.tags("old/app")).containsExactly("o0");
    assertThat(ok("audit", "show").out()).contains("dismiss-false-positive");
  }

  @Test
  void withoutAShadow_thereIsNothingToDismiss() throws Exception {
    ground.configure();
    Cli.Ran ran = ground.cli.run("dismiss", "x@y", "--why", "no such");
    assertThat(ran.exit()).isEqualTo(2);
    assertThat(ran.err()).contains("has no shadow");
    assertThat(ok("status").out()).doesNotContain("shadow");
  }
}
