package dev.guard.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.audit.AuditRecord;
import dev.guard.audit.JournalReader;
import dev.guard.examples.GuardCommand;
import dev.guard.testkit.cluster.KubeObject;
import dev.guard.testkit.http.Fault;
import dev.guard.testkit.http.LoggedRequest;
import dev.guard.testkit.registry.ImageSpec;
import dev.guard.testkit.registry.Pushed;
import dev.guard.time.Time;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The whole command in a process of its own, killed in the middle of its deletions. */
class KilledRunTest {
  private static final Duration UNTIL_KILLED = Duration.ofMinutes(5);
  private static final Instant OLD = Instant.parse("2020-01-01T00:00:00Z");
  private static final int MANY = 3;

  @TempDir Path directory;

  private Ground ground;
  private Cli cli;
  private Pushed used;

  @BeforeEach
  void begin() throws Exception {
    ground = Ground.fake(directory);
    ground.configure();
    cli = new Cli(directory, Time.system());
    for (int i = 0; i < MANY; i++) {
      ground.push.push("old/app", "o" + i, ImageSpec.of("old " + i).created(OLD));
    }
    used = ground.push.push("shop/api", "1", ImageSpec.of("api").created(OLD));
    ground
        .cluster("prod")
        .put(KubeObject.deployment("shop", "api", 0, ground.host() + "/shop/api:1"));
    assertThat(cli.run("images", "plan", "-o", "plan.json").exit()).isZero();
  }

  @AfterEach
  void end() {
    ground.close();
  }

  private Process child(String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                GuardCommand.class.getName()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command)
        .directory(directory.toFile())
        .redirectErrorStream(true)
        .redirectOutput(directory.resolve("child.log").toFile())
        .start();
  }

  /** Waits for what is bound to come; a child that ended instead has failed. */
  private void until(Process child, BooleanSupplier reached) throws Exception {
    while (!reached.getAsBoolean()) {
      assertThat(child.isAlive()).as(() -> read(directory.resolve("child.log"))).isTrue();
      child.waitFor(5, TimeUnit.MILLISECONDS);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }

  private long records(AuditRecord.Phase phase) {
    List<AuditRecord> found = new ArrayList<>();
    JournalReader.at(directory.resolve("journal"))
        .forEach(
            entry -> {
              if (entry.record().phase() == phase
                  && entry.record().action().equals("registry.delete")) {
                found.add(entry.record());
              }
            });
    return found.size();
  }

  private void kill(Process child) throws InterruptedException {
    child.destroyForcibly().waitFor();
  }

  @ParameterizedTest
  @CsvSource({"1,false", "1,true", "2,false", "2,true", "3,false", "3,true"})
  void h100_killedAtADeletion_theNextRunAsksWhatBecameOfIt_andRepeatsNothing(
      int nth, boolean deleted) throws Exception {
    Fault hang = Fault.on("DELETE", Ground.REAL_DELETE).nth(nth).delay(UNTIL_KILLED);
    ground.registry.inject(deleted ? hang.afterEffect() : hang);
    Process child = child("images", "apply", "plan.json", "--execute");
    int left = MANY + 1 - nth;
    until(
        child,
        deleted
            ? () -> ground.registryStore().manifestCount() == left
            : () -> records(AuditRecord.Phase.INTENDED) == nth);
    kill(child);
    ground.registry.heal();

    Cli.Ran unsettled = cli.run("audit", "unsettled", "--json");
    assertThat(unsettled.exit()).as(unsettled.toString()).isEqualTo(6);
    assertThat(unsettled.out()).contains("old/app");

    ground.clearLogs();
    Cli.Ran again = cli.run("images", "apply", "plan.json", "--execute", "--json");

    assertThat(again.exit()).as(again.toString()).isZero();
    assertThat(ground.registryStore().manifestCount()).isEqualTo(1);
    assertThat(ground.registryStore().has(used)).as("nothing protected is lost").isTrue();
    List<LoggedRequest> deletions =
        ground.registry.log().stream()
            .filter(
                one -> one.method().equals("DELETE") && !one.target().contains("sha256:0000000"))
            .toList();
    assertThat(deletions).hasSize(deleted ? MANY - nth : MANY - nth + 1);
    assertThat(deletions).allMatch(one -> one.status() == 202);
    assertThat(cli.run("audit", "unsettled").exit()).isZero();
    assertThat(cli.run("audit", "verify").exit()).isZero();
    assertThat(doneTargets()).hasSize(MANY).doesNotHaveDuplicates();
    assertThat(cli.run("images", "apply", "plan.json", "--execute").exit()).isZero();
  }

  private List<String> doneTargets() {
    List<String> done = new ArrayList<>();
    JournalReader.at(directory.resolve("journal"))
        .forEach(
            entry -> {
              AuditRecord one = entry.record();
              if (one.phase() == AuditRecord.Phase.OUTCOME && "DONE".equals(one.outcome())) {
                done.addAll(
                    one.targets().stream().map(Object::toString).collect(Collectors.toList()));
              }
            });
    return done;
  }

  @Test
  void h100_killedWhileAnotherWaits_theLockGoesWithTheProcess() throws Exception {
    ground.registry.inject(
        Fault.on("DELETE", Ground.REAL_DELETE).nth(1).delay(UNTIL_KILLED).afterEffect());
    Process child = child("images", "apply", "plan.json", "--execute");
    until(child, () -> ground.registryStore().manifestCount() == MANY);
    Cli.Ran beside = cli.run("images", "apply", "plan.json", "--execute", "--json");
    assertThat(beside.exit()).as(beside.toString()).isEqualTo(4);
    kill(child);
    ground.registry.heal();
    Cli.Ran report = cli.run("images", "apply", "plan.json", "--execute", "--json");
    assertThat(report.json().path("counts").path("DONE").asInt())
        .as(report.toString())
        .isEqualTo(MANY - 1);
    assertThat(report.out())
        .contains("already-done", "in-use")
        .as("that its plan was made in a dry run says nothing of this one")
        .doesNotContain("dry-run");
    assertThat(ground.registryStore().manifestCount()).isEqualTo(1);
  }
}
