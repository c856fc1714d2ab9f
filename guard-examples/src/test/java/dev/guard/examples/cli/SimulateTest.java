package dev.guard.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.fasterxml.jackson.databind.JsonNode;
import dev.guard.internal.json.Json;
import dev.guard.testkit.simulation.Simulation;
import dev.guard.time.Time;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class SimulateTest {
  private static Level level;

  @TempDir Path directory;

  /** As the jar does, which logs nothing unless it is told. */
  @BeforeAll
  static void quiet() {
    level = logger().getLevel();
    logger().setLevel(Level.OFF);
  }

  @AfterAll
  static void loud() {
    logger().setLevel(level);
  }

  private static Logger logger() {
    return (Logger) LoggerFactory.getLogger("dev.guard");
  }

  private Cli.Ran run(String... arguments) {
    return new Cli(directory, Time.system()).run(arguments);
  }

  @Test
  void someSeeds_breakNoLaw_andTheSumIsTheSameTwice() {
    Cli.Ran ran = run("simulate", "--seeds", "30", "--from", "500", "--json");

    assertThat(ran.exit()).as(ran.toString()).isZero();
    assertThat(ran.json().fieldNames())
        .toIterable()
        .containsExactlyInAnyOrder("seeds", "steps", "crashes", "violations");
    assertThat(ran.json().path("seeds").asLong()).isEqualTo(30);
    assertThat(ran.json().path("steps").asLong()).isGreaterThan(300);
    assertThat(ran.json().path("crashes").asLong()).isGreaterThan(30);
    assertThat(ran.json().path("violations").asLong(-1)).isZero();
    assertThat(run("simulate", "--seeds", "30", "--from", "500", "--json")).isEqualTo(ran);
    assertThat(run("simulate", "--seeds", "2").out()).contains("2 seeds").contains("no law");
  }

  @Test
  void aBrokenLaw_isSaidWithItsSeedAndSteps() throws IOException {
    Simulation.Result broken =
        new Simulation.Result(
            9, 12, 3, List.of("LAW_7: 4 were drawn"), "setup a=1\nkill 0 0", List.of("kill 0 0"));
    SimulateCommand.Sum sum = new SimulateCommand.Sum(8, 100, 20, null).and(broken);

    JsonNode json = Json.read(sum.json());
    assertThat(json.path("seeds").asLong()).isEqualTo(9);
    assertThat(json.path("steps").asLong()).isEqualTo(112);
    assertThat(json.path("violations").asLong()).isEqualTo(1);
    assertThat(json.path("seed").asLong()).isEqualTo(9);
    assertThat(json.path("broken").path(0).asText()).isEqualTo("LAW_7: 4 were drawn");
    assertThat(json.path("script").path(1).asText()).isEqualTo("kill 0 0");
    assertThat(sum.text()).contains("seed 9 breaks a law", "LAW_7: 4 were drawn", "\nkill 0 0");
  }

  @Test
  void stepsOfAFile_playAgain() throws IOException {
    Simulation.Result once = Simulation.run(567);
    Files.writeString(directory.resolve("steps.txt"), once.script());

    Cli.Ran ran = run("simulate", "--replay", "steps.txt", "--json");

    assertThat(ran.exit()).as(ran.toString()).isZero();
    assertThat(ran.json().path("seeds").asLong()).isEqualTo(1);
    assertThat(ran.json().path("steps").asLong()).isEqualTo(once.steps());
    assertThat(ran.json().path("crashes").asLong()).isEqualTo(once.crashes());
  }

  @Test
  void whatIsNoNumberOrNoSteps_isExit2_inOneSentence() throws IOException {
    Files.writeString(directory.resolve("no.txt"), "fly 0 0");
    for (List<String> bad :
        List.of(
            List.of("--seeds", "0"),
            List.of("--seeds", "-1"),
            List.of("--seeds", "many"),
            List.of("--from", "9223372036854775807"),
            List.of("--replay", "no.txt"),
            List.of("--replay", "missing.txt"))) {
      Cli.Ran ran = run("simulate", bad.get(0), bad.get(1));
      assertThat(ran.exit()).as(ran.toString()).isEqualTo(2);
      assertThat(ran.out()).isEmpty();
      assertThat(ran.err()).doesNotContain("Exception").doesNotContain("\tat ");
    }
  }
}
