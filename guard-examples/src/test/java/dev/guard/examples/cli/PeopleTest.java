package dev.guard.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.Digest;
import dev.guard.audit.AuditRecord;
import dev.guard.audit.AuditRecord.Phase;
import dev.guard.audit.JournalReader;
import dev.guard.examples.config.ConfigReader;
import dev.guard.state.FileStateStore;
import dev.guard.state.MemoryStateStore;
import dev.guard.state.StateStore;
import dev.guard.testkit.FaultyStore;
import dev.guard.testkit.FaultyStore.Fault;
import dev.guard.testkit.RecordingSink;
import dev.guard.testkit.cluster.KubeObject;
import dev.guard.testkit.registry.ImageSpec;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What people say reaches the journal, once each, while a run owns it and when none does. */
class PeopleTest {
  @TempDir Path directory;

  private Ground ground;

  @BeforeEach
  void begin() throws Exception {
    ground = Ground.fake(directory);
    ground.configure();
    for (int i = 0; i < 6; i++) {
      ground.push.push(
          "young/app",
          "y" + i,
          ImageSpec.of("young " + i).created(Ground.NOW.minus(Duration.ofDays(1))));
      ground.push.push("old/app", "o" + i, ImageSpec.of("old " + i).created(Ground.LONG_AGO));
    }
  }

  @AfterEach
  void end() {
    ground.close();
  }

  private List<AuditRecord> journal() {
    List<AuditRecord> records = new ArrayList<>();
    JournalReader.at(directory.resolve("journal")).forEach(entry -> records.add(entry.record()));
    return records;
  }

  private static int only(List<AuditRecord> records, Predicate<AuditRecord> which) {
    List<Integer> places = new ArrayList<>();
    for (int i = 0; i < records.size(); i++) {
      if (which.test(records.get(i))) {
        places.add(i);
      }
    }
    assertThat(places).hasSize(1);
    return places.get(0);
  }

  private static Predicate<AuditRecord> said(String action) {
    return record -> record.phase() == Phase.HUMAN && record.action().equals(action);
  }

  private static Predicate<AuditRecord> action(String action) {
    return record -> record.phase() == Phase.DECISION && record.action().equals(action);
  }

  private void ok(String... arguments) {
    Cli.Ran ran = ground.cli.run(arguments);
    assertThat(ran.exit()).as(ran.toString()).isZero();
  }

  @Test
  void h84_aStopDuringARunStandsInTheJournalBeforeTheRunEnds() {
    ground.whenDeleted(2, () -> ok("stop", "--why", "odd alerts", "--as", "grace"));

    Cli.Ran ran = ground.cli.run("images", "apply", "--execute", "--json");

    assertThat(ran.exit()).as(ran.toString()).isEqualTo(4);
    assertThat(ground.deletions()).isEqualTo(2);
    List<AuditRecord> records = journal();
    int stop = only(records, said("stop"));
    assertThat(records.get(stop).actor()).isEqualTo("grace");
    assertThat(records.get(stop).because()).contains("odd alerts");
    assertThat(stop).isLessThan(only(records, action("run.end")));
    assertThat(records.subList(stop, records.size()))
        .noneMatch(record -> record.phase() == Phase.INTENDED);
    assertThat(records.subList(0, stop).stream().filter(r -> r.phase() == Phase.OUTCOME))
        .as("it was put there within one act")
        .hasSize(2);
  }

  @Test
  void aResumeDuringARunIsAppendedWhileTheRunGoesOn() {
    ground.whenDeleted(2, () -> ok("resume", "--why", "just to be sure", "--as", "ada"));

    ok("images", "apply", "--execute");

    assertThat(ground.deletions()).isEqualTo(6);
    List<AuditRecord> records = journal();
    int resume = only(records, said("resume"));
    assertThat(records.get(resume).actor()).isEqualTo("ada");
    assertThat(records.subList(0, resume).stream().filter(r -> r.phase() == Phase.OUTCOME))
        .hasSize(2);
    assertThat(records.subList(resume, records.size()))
        .anyMatch(record -> record.phase() == Phase.INTENDED);
  }

  @Test
  void whatIsSaidWhileAPlanIsMadeIsAppendedByThatPlan() {
    ground.whenListed(() -> ok("stop", "--why", "while it reads", "--as", "grace"));

    assertThat(ground.cli.run("images", "plan").exit()).isEqualTo(4);

    List<AuditRecord> records = journal();
    assertThat(only(records, said("stop"))).isLessThan(only(records, action("plan")));
  }

  @Test
  void resumeRemovesFileAndLatchAndIsOnTheRecord() {
    ok("stop", "--why", "odd alerts");
    ok("resume", "--why", "all clear", "--as", "ada");

    assertThat(directory.resolve("STOP")).doesNotExist();
    ok("images", "apply", "--execute");
    assertThat(ground.deletions()).isEqualTo(6);
    List<AuditRecord> records = journal();
    assertThat(only(records, said("stop"))).isLessThan(only(records, said("resume")));
    assertThat(only(records, said("resume"))).isLessThan(only(records, action("run.begin")));
  }

  @Test
  void aNoteThatACrashLeftBehindIsNotAppendedTwice() {
    ok("stop", "--why", "odd alerts");
    StateStore store =
        FileStateStore.at(ConfigReader.read(directory.resolve("guard.yaml")).state());
    String key = StateStore.key("human", "image-cleanup");
    byte[] waiting = store.get(key).orElseThrow().value();
    ground.cli.run("images", "plan");
    String version = store.get(key).orElseThrow().version();
    assertThat(store.compareAndSet(key, version, waiting)).isPresent();

    ground.cli.run("images", "plan");

    only(journal(), said("stop"));
    assertThat(ground.cli.run("status", "--json").json().path("notesWaiting").asInt()).isZero();
  }

  @Test
  void aNoteThatCannotBeHadFailsNoRecordAndIsSaidOnce() {
    FaultyStore store = FaultyStore.over(MemoryStateStore.create(ground.time));
    RecordingSink sink = new RecordingSink();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    HumanNotes notes = new HumanNotes(store, "image-cleanup");
    RunJournal journal =
        new RunJournal(
            sink,
            notes,
            List.of(),
            ignored -> {},
            new PrintStream(err, true, StandardCharsets.UTF_8));
    notes.add("stop", "grace", "odd alerts", Ground.NOW);

    store.away(true);
    journal.append(decision());
    journal.append(decision());

    assertThat(sink.records()).hasSize(2);
    assertThat(err.toString(StandardCharsets.UTF_8).lines()).hasSize(1);
    store.away(false);
    journal.takeNotes();
    journal.takeNotes();
    assertThat(sink.records(Phase.HUMAN)).hasSize(1);
  }

  @Test
  void aNoteThatCouldNotBeRemovedIsNotAppendedAgain() {
    FaultyStore store = FaultyStore.over(MemoryStateStore.create(ground.time));
    RecordingSink sink = new RecordingSink();
    HumanNotes notes = new HumanNotes(store, "image-cleanup");
    notes.add("stop", "grace", "odd alerts", Ground.NOW);
    RunJournal journal =
        new RunJournal(
            sink,
            notes,
            List.of(),
            ignored -> {},
            new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8));

    store.next(Fault.NONE, Fault.NONE, Fault.UNAVAILABLE);
    journal.append(decision());
    journal.append(decision());

    assertThat(sink.records(Phase.HUMAN)).hasSize(1);
    assertThat(notes.waiting()).isEmpty();
  }

  private static AuditRecord decision() {
    return new AuditRecord(
        "run",
        "1",
        "image-cleanup",
        Phase.DECISION,
        "execute",
        "ada",
        "x",
        List.of(),
        "",
        null,
        List.of(),
        "ALLOW",
        null,
        null);
  }

  @Test
  void anAcknowledgementIsJournalledOncePerRun() throws Exception {
    ground.cluster("prod").put(KubeObject.deployment("shop", "odd", 1, "${A}"));
    ground.cluster("prod").put(KubeObject.deployment("shop", "odder", 1, "${A}"));
    ground.configure("acknowledge", "[" + vouch("odd") + ", " + vouch("odder") + "]");

    ok("images", "plan", "-o", "plan.json");
    ok("images", "apply", "plan.json");
    ok("images", "apply", "plan.json", "--execute");

    List<AuditRecord> records = journal();
    List<AuditRecord> words = records.stream().filter(said("acknowledge")).toList();
    assertThat(words).hasSize(6).allMatch(word -> word.actor().equals("ada"));
    assertThat(words.stream().map(word -> word.run() + " " + word.because()).distinct()).hasSize(6);
    assertThat(words.stream().map(AuditRecord::run).distinct().toList())
        .as("each belongs to the run that relies on it")
        .isEqualTo(
            records.stream()
                .filter(action("plan").or(action("run.begin")))
                .map(AuditRecord::run)
                .toList());
  }

  private String vouch(String name) {
    return "{object: prod/Deployment/shop/"
        + name
        + ", path: \"spec.template.spec.containers[0].image\", sha256: \""
        + Digest.of("${A}").hex()
        + "\", who: ada, why: \"a template nobody starts\", until: \""
        + ground.time.now().plus(Duration.ofDays(2))
        + "\"}";
  }
}
