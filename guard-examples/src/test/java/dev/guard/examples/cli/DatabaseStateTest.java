package dev.guard.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.guard.state.PostgresStore;
import dev.guard.state.RunLease;
import dev.guard.state.RunLock;
import dev.guard.testkit.registry.ImageSpec;
import dev.guard.time.Time;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

/** What {@code state: jdbc:postgresql://…} keeps, against a real server. */
class DatabaseStateTest {
  private static EmbeddedPostgres server;

  @TempDir Path directory;

  private Ground ground;
  private String url;

  @BeforeAll
  static void start() throws IOException {
    server =
        EmbeddedPostgres.builder()
            .setServerConfig("fsync", "on")
            .setServerConfig("synchronous_commit", "on")
            .start();
  }

  @AfterAll
  static void stop() throws IOException {
    server.close();
  }

  @BeforeEach
  void begin() throws Exception {
    String schema = "t" + System.identityHashCode(this);
    try (var connection = server.getPostgresDatabase().getConnection();
        var statement = connection.createStatement()) {
      statement.execute("create schema " + schema);
    }
    url =
        "jdbc:postgresql://localhost:"
            + server.getPort()
            + "/postgres?user=postgres&currentSchema="
            + schema;
    ground = Ground.fake(directory);
    ground.configure("state", "\"" + url + "\"");
    for (int i = 0; i < 3; i++) {
      ground.push.push("old/app", "o" + i, ImageSpec.of("old " + i).created(Ground.LONG_AGO));
    }
    ground.push.push("young/app", "y", ImageSpec.of("young").created(Ground.NOW));
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

  private PostgresStore store() {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setURL(url);
    return PostgresStore.on(source);
  }

  @Test
  void latchNotesWindowsAndUndoMaterialAreInTheDatabase() throws Exception {
    ok("stop", "--why", "odd alerts", "--as", "grace");
    Files.delete(directory.resolve("STOP"));
    assertThat(ground.cli.run("images", "apply", "--execute").exit()).isEqualTo(4);
    assertThat(ground.deletions()).isZero();
    ok("resume", "--why", "all clear");
    ok("images", "plan", "-o", "plan.json");
    JsonNode report = ok("images", "apply", "plan.json", "--execute", "--json").json();
    assertThat(ground.deletions()).isEqualTo(3);
    ok("undo", report.path("run").asText(), "--execute");
    assertThat(directory.resolve("state")).as("all of it is in the database").doesNotExist();
    assertThat(store().keys("")).isNotEmpty();
    ok("audit", "verify");
  }

  @Test
  void aRunOfAnotherHostIsInTheWay_untilAPersonFreesItsLease_onTheRecord() {
    ok("images", "plan", "-o", "plan.json");
    RunLease lease = RunLease.in(store(), Time.system());
    RunLock.Held held = lease.tryLock("image-cleanup", "node-7", "apply of a plan").orElseThrow();
    Cli.Ran locked = ground.cli.run("images", "apply", "plan.json", "--execute");
    assertThat(locked.exit()).as(locked.toString()).isEqualTo(4);
    assertThat(locked.toString()).contains("node-7");
    assertThat(ok("status").out()).contains("node-7");

    Cli.Ran freed = ok("release", "--why", "node-7 burnt down", "--as", "ada", "--json");

    assertThat(freed.json().path("held").asText()).contains("node-7");
    assertThat(held.holds(Duration.ofSeconds(1))).as("told before its next act").isFalse();
    ok("images", "apply", "plan.json", "--execute");
    assertThat(ground.deletions()).isEqualTo(3);
    assertThat(ok("audit", "show", "--json").out())
        .contains("release-run")
        .contains("node-7 burnt down");
    assertThat(ok("release", "--why", "again").out()).contains("nobody held it");
  }

  @Test
  void anotherJournalOfTheSameGuardIsRefused_whereverItStands() throws Exception {
    ok("images", "plan", "-o", "plan.json");
    ground.configure("state", "\"" + url + "\"", "journal", "journal-of-another-host/");
    Cli.Ran other = ground.cli.run("images", "apply", "plan.json", "--execute");
    assertThat(other.exit()).as(other.toString()).isEqualTo(4);
    assertThat(other.err()).contains("journal-of-another-host").contains("does not hold record");
    assertThat(ground.deletions()).isZero();
    ground.configure("state", "\"" + url + "\"");
    ok("images", "apply", "plan.json", "--execute");
    assertThat(ground.deletions()).isEqualTo(3);
  }

  @Test
  void withoutTheDatabaseNothingRuns_andStopWorksAllTheSame() throws Exception {
    ok("images", "plan", "-o", "plan.json");
    int nobody;
    try (ServerSocket free = new ServerSocket(0)) {
      nobody = free.getLocalPort();
    }
    ground.configure(
        "state",
        "{url: \"jdbc:postgresql://localhost:"
            + nobody
            + "/postgres\", username: env:WHO, password: env:HIDDEN}");
    ground.cli.with("WHO", "postgres");
    ground.cli.with("HIDDEN", "hunter2");

    Cli.Ran apply = ground.cli.run("images", "apply", "plan.json", "--execute");
    Cli.Ran stop = ground.cli.run("stop", "--why", "x");

    assertThat(apply.exit()).as(apply.toString()).isEqualTo(4);
    assertThat(apply.err()).contains("PostgreSQL").doesNotContain("hunter2");
    assertThat(apply.err().lines()).hasSize(1);
    assertThat(ground.deletions()).isZero();
    assertThat(stop.exit()).isEqualTo(5);
    assertThat(directory.resolve("STOP")).exists();
  }

  @Test
  void aMissingVariableForThePasswordIsSaid_andNothingIsTouched() throws Exception {
    ground.configure(
        "state", "{url: \"" + url + "\", username: env:NO_SUCH_NAME, password: env:NO_SUCH_WORD}");
    Cli.Ran apply = ground.cli.run("images", "apply", "--execute");
    assertThat(apply.exit()).as(apply.toString()).isEqualTo(2);
    assertThat(apply.err()).contains("NO_SUCH_NAME is not set");
    assertThat(ground.deletions()).isZero();
  }
}
