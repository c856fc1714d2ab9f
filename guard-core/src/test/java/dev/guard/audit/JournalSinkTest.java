package dev.guard.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.AuditException;
import dev.guard.Digest;
import dev.guard.StateException;
import dev.guard.Target;
import dev.guard.audit.AuditRecord.Phase;
import dev.guard.state.MemoryStateStore;
import dev.guard.support.HandTime;
import dev.guard.support.TestStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JournalSinkTest {
  private static final Target A = Target.of("image", "r", "a");
  private static final Target B = Target.of("image", "r", "b");

  @TempDir Path home;

  private Path dir() {
    return home.resolve("deep/journal");
  }

  private static AuditRecord intended(String run, String op, Target... targets) {
    return Records.of(run, op, Phase.INTENDED, null, targets);
  }

  private static AuditRecord outcome(String run, String op, String word, Target... targets) {
    return Records.of(run, op, Phase.OUTCOME, word, targets);
  }

  private List<JournalEntry> read() {
    List<JournalEntry> entries = new ArrayList<>();
    JournalReader.at(dir()).forEach(entries::add);
    return entries;
  }

  private List<JournalEntry> readUsers() {
    return read().stream().filter(entry -> !entry.record().guard().equals("journal")).toList();
  }

  private Path segment(int number) {
    return dir().resolve(Segments.name(number));
  }

  @Test
  void whatIsAppended_isReadBackAsItWas() {
    AuditRecord record = Records.full();
    try (JournalSink journal = JournalSink.at(dir())) {
      journal.append(record);
    }
    assertThat(readUsers())
        .singleElement()
        .satisfies(
            entry -> {
              assertThat(entry.record()).isEqualTo(record);
              assertThat(entry.record().targets().get(0).labels())
                  .isEqualTo(record.targets().get(0).labels());
              assertThat(entry.seq()).isEqualTo(2);
              assertThat(entry.durable()).isEqualTo(1);
            });
    assertThat(JournalVerifier.at(dir()).verify())
        .isEqualTo(new JournalVerifier.Intact(3, 3, read().get(2).hash(), null));
  }

  @Test
  void fieldsStandInTheirOrder() {
    try (JournalSink journal = JournalSink.at(dir())) {
      journal.append(Records.full());
    }
    String raw = readUsers().get(0).raw();
    int at = -1;
    for (String field :
        List.of(
            "v", "seq", "d", "ts", "run", "op", "guard", "phase", "mode", "actor", "action",
            "targets", "because", "plan", "reasons", "outcome", "error", "undo", "prev", "hash")) {
      int next = raw.indexOf("\"" + field + "\":", at + 1);
      assertThat(next).as(field).isGreaterThan(at);
      at = next;
    }
  }

  @Test
  void secretsInLabels_areNotWritten() {
    Target target =
        A.with("db-password", "hunter2")
            .with("API_TOKEN", "t0ps3cret")
            .with("Authorization", "Bearer xyz")
            .with("credentials", "me:you")
            .with("private.key", "BEGIN")
            .with("tier", "gold");
    try (JournalSink journal = JournalSink.at(dir())) {
      journal.append(intended("r", "1", target));
    }
    assertThat(readUsers().get(0).raw())
        .doesNotContain("hunter2", "t0ps3cret", "xyz", "me:you", "BEGIN")
        .contains("gold");
  }

  @Test
  void longTexts_areCutVisibly_andIdentityIsNot() {
    AuditRecord record = Records.of("r", "1", Phase.DECISION, "REFUSE", "x".repeat(5000), A);
    try (JournalSink journal = JournalSink.at(dir())) {
      journal.append(record);
      assertThatThrownBy(() -> journal.append(intended("r".repeat(4097), "1", A)))
          .isInstanceOf(AuditException.class)
          .hasMessageContaining("'run'");
      journal.append(intended("r", "2", B)); // a refused record hurts nobody else
    }
    assertThat(readUsers()).hasSize(2);
    assertThat(readUsers().get(0).raw()).contains("\"truncated\":true");
    assertThat(readUsers().get(1).raw()).doesNotContain("truncated");
  }

  @Test
  void anIntentTooLarge_isRefused_beforeItsOutcomeCouldNotBeWritten() {
    Target[] many = new Target[900];
    for (int i = 0; i < many.length; i++) {
      many[i] = Target.of("k", "s".repeat(4096), i + "i".repeat(4000)).with("l", "v".repeat(4096));
    }
    try (JournalSink journal = JournalSink.at(dir())) {
      assertThatThrownBy(() -> journal.append(intended("r", "1", many)))
          .isInstanceOf(AuditException.class)
          .hasMessageContaining("fewer targets");
      assertThat(journal.inDoubt("g")).isEmpty();
    }
  }

  @Test
  void memory_survivesARestart() {
    Digest plan = Digest.of("plan");
    try (JournalSink journal = JournalSink.at(dir())) {
      journal.append(intended("r", "1", A));
      journal.append(outcome("r", "1", "DONE", A));
      journal.append(intended("r", "2", B));
      assertThat(journal.inDoubt("g")).containsExactly(B);
    }
    try (JournalSink journal = JournalSink.at(dir())) {
      assertThat(journal.memory()).isPresent();
      assertThat(journal.inDoubt("g")).containsExactly(B);
      assertThat(journal.inDoubt("another")).isEmpty();
      assertThat(journal.done(plan)).containsExactly(A);
      assertThat(journal.done(Digest.of("another"))).isEmpty();
      assertThat(JournalReader.at(dir()).unsettled("g")).containsExactly(B);
      assertThat(JournalReader.at(dir()).done(plan)).containsExactly(A);
    }
  }

  @Test
  void inDoubt_staysInDoubt_untilItsOwnOutcomeOrAPerson() {
    try (JournalSink journal = JournalSink.at(dir())) {
      journal.append(intended("r", "1", A, B));
      journal.append(outcome("r", "1", "IN_DOUBT", A, B));
      journal.append(intended("r2", "1", A));
      journal.append(
          outcome("r2", "1", "DONE", A)); // another act on it settles nothing of the first
      assertThat(journal.inDoubt("g")).containsExactlyInAnyOrder(A, B);
      journal.append(Records.human("another-guard", "settle", A));
      journal.append(Records.human("g", "object", A));
      assertThat(journal.inDoubt("g")).containsExactlyInAnyOrder(A, B);
      journal.append(Records.human("g", "settle", A));
      assertThat(journal.inDoubt("g")).containsExactly(B);
      journal.append(outcome("r", "1", "DONE", B));
      assertThat(journal.inDoubt("g")).isEmpty();
    }
  }

  @Test
  void aRunNameUsedTwice_doesNotSettleTheLostIntent() {
    try (JournalSink journal = JournalSink.at(dir())) {
      journal.append(intended("same", "1", A)); // here the process died
    }
    try (JournalSink journal = JournalSink.at(dir())) {
      journal.append(intended("same", "1", A));
      journal.append(outcome("same", "1", "DONE", A));
      journal.append(intended("same", "1", B));
      journal.append(outcome("same", "1", "DONE", B));
      assertThat(journal.inDoubt("g")).containsExactly(A);
    }
  }

  @Test
  void t29_failedIsNeverCountedAsDone() {
    try (JournalSink journal = JournalSink.at(dir())) {
      for (String word : List.of("FAILED", "IN_DOUBT", "SKIPPED", "SIMULATED", "NOT_ATTEMPTED")) {
        journal.append(intended("r", word, Target.of("image", "r", word)));
        journal.append(outcome("r", word, word, Target.of("image", "r", word)));
      }
      assertThat(journal.done(Digest.of("plan"))).isEmpty();
      assertThat(journal.inDoubt("g")).containsExactly(Target.of("image", "r", "IN_DOUBT"));
    }
  }

  @Test
  void t15_sixDoneOneFailedThreeNotAttempted_isWhatTheJournalRemembers() {
    Target[] all = new Target[10];
    try (JournalSink journal = JournalSink.at(dir())) {
      for (int i = 0; i < 10; i++) {
        all[i] = Target.of("image", "r", "i" + i);
        if (i < 7) {
          journal.append(intended("r", "" + i, all[i]));
          journal.append(outcome("r", "" + i, i < 6 ? "DONE" : "FAILED", all[i]));
        }
      }
    }
    try (JournalSink journal = JournalSink.at(dir())) {
      assertThat(journal.done(Digest.of("plan")))
          .containsExactlyInAnyOrder(all[0], all[1], all[2], all[3], all[4], all[5]);
      assertThat(journal.inDoubt("g")).isEmpty();
    }
  }

  @Test
  void aSecondOwner_isRefusedWithOneSentence_andTheFirstKeepsItsLock() throws Exception {
    try (JournalSink journal = JournalSink.at(dir())) {
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> JournalSink.at(dir()))
            .isInstanceOf(AuditException.class)
            .hasMessageContaining("is open already");
      }
      // Another process sees the lock still held, though this one tried to take it twice.
      assertThat(Child.run("lock", dir().toString())).isEqualTo("held");
      journal.append(intended("r", "1", A));
    }
    assertThat(Child.run("lock", dir().toString())).isEqualTo("free");
    JournalSink.at(dir()).close();
  }

  @Test
  void aDirectoryReachedByAnotherName_isTheSameJournal() throws IOException {
    Files.createDirectories(home.resolve("deep"));
    Path link = Files.createSymbolicLink(home.resolve("link"), home.resolve("deep"));
    try (JournalSink journal = JournalSink.at(dir())) {
      assertThatThrownBy(() -> JournalSink.at(link.resolve("journal")))
          .isInstanceOf(AuditException.class);
      journal.append(intended("r", "1", A));
    }
  }

  @Test
  void h84_afterClosing_nothingIsTaken() {
    JournalSink journal = JournalSink.at(dir());
    journal.close();
    journal.close();
    assertThatThrownBy(() -> journal.append(intended("r", "1", A)))
        .isInstanceOf(AuditException.class)
        .hasMessageContaining("is closed");
    assertThat(readUsers()).isEmpty();
  }

  @Test
  void openingAndClosing_addsNothingToAJournalThatEndedWell() {
    JournalSink.at(dir()).close();
    List<JournalEntry> before = read();
    JournalSink.at(dir()).close();
    assertThat(read()).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aFailedWriteOrFlush_poisonsForGood(boolean atForce) {
    FaultyDisk disk = new FaultyDisk();
    try (JournalSink journal = JournalSink.in(dir()).disk(disk).open()) {
      journal.append(intended("r", "1", A));
      disk.failForce = atForce;
      disk.failWrite = !atForce;
      assertThatThrownBy(() -> journal.append(intended("r", "2", B)))
          .isInstanceOf(AuditException.class)
          .hasMessageContaining("stays closed");
      disk.failForce = false;
      disk.failWrite = false;
      assertThatThrownBy(() -> journal.append(outcome("r", "1", "DONE", A)))
          .isInstanceOf(AuditException.class);
      assertThat(journal.inDoubt("g")).as("what is not durable did not happen").containsExactly(A);
    }
    try (JournalSink journal = JournalSink.at(dir())) {
      assertThat(journal.inDoubt("g")).contains(A);
      journal.append(outcome("r", "1", "DONE", A));
    }
  }

  @Test
  void aDiskThatHangs_isAsGoodAsNone() throws Exception {
    FaultyDisk disk = new FaultyDisk();
    HandTime time = new HandTime();
    CountDownLatch hang = new CountDownLatch(1);
    ExecutorService one = Executors.newSingleThreadExecutor();
    try (JournalSink journal = JournalSink.in(dir()).disk(disk).time(time).open()) {
      disk.hang = hang;
      Future<?> append = one.submit(() -> journal.append(intended("r", "1", A)));
      disk.hanging.await();
      time.tick(Duration.ofMinutes(2));
      assertThatThrownBy(append::get)
          .hasCauseInstanceOf(AuditException.class)
          .hasMessageContaining("stays closed");
      assertThatThrownBy(() -> journal.append(intended("r", "2", B)))
          .isInstanceOf(AuditException.class);
      hang.countDown();
    } finally {
      one.shutdownNow();
    }
  }

  @Test
  void anInterruptedCaller_neitherLosesItsRecordNorItsInterrupt_norTheSink() throws Exception {
    try (JournalSink journal = JournalSink.at(dir())) {
      AtomicBoolean stillInterrupted = new AtomicBoolean();
      Thread caller =
          new Thread(
              () -> {
                Thread.currentThread().interrupt();
                journal.append(intended("r", "1", A));
                stillInterrupted.set(Thread.currentThread().isInterrupted());
              });
      caller.start();
      caller.join();
      assertThat(stillInterrupted).isTrue();
      journal.append(intended("r", "2", B));
      assertThat(journal.inDoubt("g")).containsExactlyInAnyOrder(A, B);
    }
    assertThat(readUsers()).hasSize(2);
  }

  @Test
  void manyThreads_shareFlushes_andEveryRecordIsThereOnce() throws Exception {
    FaultyDisk disk = new FaultyDisk();
    int threads = 16;
    int each = 50;
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try (JournalSink journal = JournalSink.in(dir()).disk(disk).segmentBytes(20_000).open()) {
      List<Future<?>> all = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        String run = "run" + t;
        all.add(
            pool.submit(
                () -> {
                  for (int i = 0; i < each; i++) {
                    journal.append(intended(run, "" + i, Target.of("k", run, "" + i)));
                    journal.append(outcome(run, "" + i, "DONE", Target.of("k", run, "" + i)));
                  }
                }));
      }
      for (Future<?> one : all) {
        one.get();
      }
      assertThat(journal.inDoubt("g")).isEmpty();
      assertThat(journal.done(Digest.of("plan"))).hasSize(threads * each);
    } finally {
      pool.shutdownNow();
    }
    assertThat(disk.forces.get()).isLessThan(2 * threads * each);
    assertThat(
            readUsers().stream()
                .map(e -> e.record().run() + "/" + e.record().op() + e.record().phase()))
        .hasSize(2 * threads * each)
        .doesNotHaveDuplicates();
    assertThat(JournalVerifier.at(dir()).verify()).isInstanceOf(JournalVerifier.Intact.class);
  }

  @Test
  void files_areBegunBySize_withTheChainCarriedOver() throws IOException {
    try (JournalSink journal = JournalSink.in(dir()).segmentBytes(4096).open()) {
      for (int i = 0; i < 100; i++) {
        journal.append(intended("r", "" + i, A));
      }
    }
    assertThat(segment(3)).exists();
    assertThat(Files.readString(segment(2))).contains("continues journal-000001.jsonl");
    assertThat(JournalVerifier.at(dir()).verify()).isInstanceOf(JournalVerifier.Intact.class);
    Files.delete(segment(2));
    assertThat(JournalVerifier.at(dir()).verify()).isInstanceOf(JournalVerifier.Damaged.class);
    assertThatThrownBy(() -> JournalSink.at(dir())).isInstanceOf(AuditException.class);
  }

  @Test
  void files_areBegunByDay() {
    HandTime time = new HandTime();
    try (JournalSink journal = JournalSink.in(dir()).time(time).open()) {
      journal.append(intended("r", "1", A));
      time.pass(Duration.ofDays(1));
      journal.append(intended("r", "2", A));
      time.jump(Duration.ofDays(-3)); // a clock set back begins nothing
      journal.append(intended("r", "3", A));
    }
    assertThat(segment(2)).exists();
    assertThat(segment(3)).doesNotExist();
    time.pass(Duration.ofDays(30));
    try (JournalSink journal = JournalSink.in(dir()).time(time).open()) {
      journal.append(intended("r", "4", A));
    }
    assertThat(segment(3)).exists();
    assertThat(JournalVerifier.at(dir()).verify()).isInstanceOf(JournalVerifier.Intact.class);
  }

  @Test
  void aTornEnd_isKeptAside_andRecorded() throws IOException {
    try (JournalSink journal = JournalSink.at(dir())) {
      journal.append(intended("r", "1", A));
    }
    String all = Files.readString(segment(1));
    Files.writeString(segment(1), all + "{\"v\":1,\"seq\":4,\"d\":3,\"ts");
    assertThat(JournalVerifier.at(dir()).verify())
        .isInstanceOfSatisfying(
            JournalVerifier.Intact.class, intact -> assertThat(intact.torn()).contains("line 4"));
    try (JournalSink journal = JournalSink.at(dir())) {
      journal.append(intended("r", "2", B));
      assertThat(journal.inDoubt("g")).containsExactlyInAnyOrder(A, B);
    }
    assertThat(dir().resolve("journal-000001.jsonl.4.torn"))
        .hasContent("{\"v\":1,\"seq\":4,\"d\":3,\"ts");
    assertThat(read()).anyMatch(entry -> entry.record().action().equals("journal.recovered"));
    assertThat(JournalVerifier.at(dir()).verify())
        .isInstanceOfSatisfying(
            JournalVerifier.Intact.class, intact -> assertThat(intact.torn()).isNull());
  }

  @Test
  void aChangedRecord_isDamage_andTheJournalStaysShut() throws IOException {
    try (JournalSink journal = JournalSink.at(dir())) {
      journal.append(intended("r", "1", A));
      journal.append(outcome("r", "1", "FAILED", A));
    }
    String forged = Files.readString(segment(1)).replace("FAILED", "DONE\"");
    byte[] before = forged.getBytes(StandardCharsets.UTF_8);
    Files.write(segment(1), before);
    assertThat(JournalVerifier.at(dir()).verify())
        .isInstanceOfSatisfying(
            JournalVerifier.Damaged.class,
            damaged -> {
              assertThat(damaged.file()).isEqualTo("journal-000001.jsonl");
              assertThat(damaged.line()).isEqualTo(3);
              assertThat(damaged.seq()).isEqualTo(3);
            });
    assertThatThrownBy(() -> JournalSink.at(dir()))
        .isInstanceOf(AuditException.class)
        .hasMessageContaining("line 3");
    assertThat(segment(1)).hasBinaryContent(before);
    List<JournalEntry> seen = new ArrayList<>();
    assertThatThrownBy(() -> JournalReader.at(dir()).forEach(seen::add))
        .isInstanceOf(AuditException.class)
        .hasMessageContaining("damaged");
    assertThat(seen).hasSize(2);
    assertThatThrownBy(() -> JournalReader.at(dir()).done(Digest.of("plan")))
        .as("a journal cut short must not make done acts undone")
        .isInstanceOf(AuditException.class);
  }

  @Test
  void checkpoints_comeAlsoWhenNothingIsRecorded_andByTheClockOnly() {
    HandTime time = new HandTime();
    BlockingQueue<Checkpoint> kept = new LinkedBlockingQueue<>();
    try (JournalSink journal =
        JournalSink.in(dir())
            .time(time)
            .checkpoints(1000, kept::add)
            .checkpointsAfter(Duration.ofMinutes(5))
            .open()) {
      assertThat(next(kept).seq()).as("nobody knew of it").isEqualTo(1);
      journal.append(Records.of("r", "1", Phase.INTENDED, null, Target.of("k", "s", "a")));
      time.pass(Duration.ofMinutes(5));
      Checkpoint first = next(kept);
      assertThat(first.seq()).isEqualTo(2);
      assertThat(first.at()).isEqualTo(time.now());
      time.pass(Duration.ofMinutes(5));
      Checkpoint idle = next(kept);
      assertThat(idle.seq()).as("nothing was recorded").isEqualTo(2);
      assertThat(idle.hash()).isEqualTo(first.hash());
      assertThat(idle.at()).isAfter(first.at());
      time.pass(Duration.ofMinutes(5).minusNanos(1));
      journal.append(Records.of("r", "2", Phase.INTENDED, null, Target.of("k", "s", "b")));
      assertThat(kept).isEmpty();
      time.pass(Duration.ofNanos(1));
      assertThat(next(kept).seq()).isEqualTo(3);
    }
    assertThat(kept).as("the end").hasSize(1);
  }

  private static Checkpoint next(BlockingQueue<Checkpoint> kept) {
    try {
      return Objects.requireNonNull(kept.poll(30, TimeUnit.SECONDS), "no checkpoint came");
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT0S", "PT0.999S", "PT-1M", "PT24H0.001S"})
  void checkpointsAfterNothingOrTooLong_areAnError(Duration length) {
    assertThatThrownBy(() -> JournalSink.in(dir()).checkpointsAfter(length))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void anEndCutOff_isFoundByTheCheckpoint_andByItAlone() throws IOException {
    MemoryStateStore store = MemoryStateStore.create();
    Checkpoint.Receiver second = Checkpoint.in(store, "nightly");
    try (JournalSink journal = JournalSink.in(dir()).checkpoints(1, second).open()) {
      journal.append(intended("r", "1", A));
      journal.append(outcome("r", "1", "DONE", A));
    }
    Checkpoint last = second.last().orElseThrow();
    assertThat(JournalVerifier.at(dir()).verify(last)).isInstanceOf(JournalVerifier.Intact.class);
    List<String> lines = Files.readAllLines(segment(1));
    Files.write(segment(1), lines.subList(0, 2));
    assertThat(JournalVerifier.at(dir()).verify()).isInstanceOf(JournalVerifier.Intact.class);
    assertThat(JournalVerifier.at(dir()).verify(last)).isInstanceOf(JournalVerifier.Damaged.class);
    JournalSink.Builder again = JournalSink.in(dir()).checkpoints(1, second);
    assertThatThrownBy(again::open)
        .isInstanceOf(AuditException.class)
        .hasMessageContaining("cut off or replaced");
  }

  /** A process that dies in its first minutes, and one on another host that has not its journal. */
  @Test
  void law09_aJournalBesideOneThatWasJustBegun_doesNotOpen() {
    Checkpoint.Receiver shared = Checkpoint.in(MemoryStateStore.create(), "nightly");
    try (JournalSink journal = JournalSink.in(dir()).checkpoints(1000, shared).open()) {
      journal.append(intended("r", "1", A));
      JournalSink.Builder elsewhere =
          JournalSink.in(dir().resolve("elsewhere")).checkpoints(1000, shared);
      assertThatThrownBy(elsewhere::open)
          .isInstanceOf(AuditException.class)
          .hasMessageContaining("cut off or replaced");
    }
  }

  private static Checkpoint mark(long seq, String hash) {
    return new Checkpoint(seq, hash, Instant.EPOCH, "1.jsonl");
  }

  /** Both looked while nothing stood there. */
  @Test
  void law09_ofTwoJournals_thatBeganAtOnce_oneStops() {
    MemoryStateStore store = MemoryStateStore.create();
    Checkpoint.Receiver one = Checkpoint.in(store, "nightly");
    Checkpoint.Receiver two = Checkpoint.in(store, "nightly");
    assertThat(one.last()).isEmpty();
    assertThat(two.last()).isEmpty();
    one.keep(mark(1, "aa"));
    assertThatThrownBy(() -> two.keep(mark(1, "dd"))).isInstanceOf(StateException.class);
    assertThatThrownBy(() -> two.keep(mark(1, "dd"))).isInstanceOf(StateException.class);
    one.keep(mark(2, "bb"));
    assertThat(one.last().orElseThrow().seq()).isEqualTo(2);
  }

  @Test
  void aCheckpointWhoseFateIsUnknown_isKnownAgain() {
    for (TestStore.Fault fault :
        List.of(
            TestStore.Fault.FAILS, TestStore.Fault.WRITTEN_UNKNOWN, TestStore.Fault.LOST_UNKNOWN)) {
      TestStore store = new TestStore(new HandTime());
      Checkpoint.Receiver receiver = Checkpoint.in(store, "nightly");
      receiver.keep(mark(1, "aa"));
      store.writes.add(fault);
      assertThatThrownBy(() -> receiver.keep(mark(2, "bb"))).isInstanceOf(StateException.class);
      receiver.keep(mark(3, "cc"));
      assertThat(receiver.last().orElseThrow().seq()).as(fault.name()).isEqualTo(3);
    }
  }

  @Test
  void aSecondPlaceThatFails_hurtsNobody() {
    Checkpoint.Receiver broken =
        checkpoint -> {
          throw new IllegalStateException("down");
        };
    try (JournalSink journal = JournalSink.in(dir()).checkpoints(1, broken).open()) {
      journal.append(intended("r", "1", A));
      journal.append(intended("r", "2", B));
    }
    assertThat(readUsers()).hasSize(2);
  }

  @Test
  void aRequiredSecondPlaceThatFails_stopsWhatComesAfter() {
    Checkpoint.Receiver broken =
        checkpoint -> {
          throw new IllegalStateException("down");
        };
    try (JournalSink journal =
        JournalSink.in(dir()).checkpoints(1, broken).checkpointsRequired().open()) {
      assertThatThrownBy(() -> journal.append(intended("r", "1", A)))
          .isInstanceOf(AuditException.class);
    }
    assertThat(readUsers()).isEmpty();
    AtomicBoolean fails = new AtomicBoolean();
    BlockingQueue<Checkpoint> kept = new LinkedBlockingQueue<>();
    Checkpoint.Receiver failing =
        checkpoint -> {
          if (fails.get()) {
            throw new IllegalStateException("down");
          }
          kept.add(checkpoint);
        };
    try (JournalSink journal =
        JournalSink.in(dir()).checkpoints(1, failing).checkpointsRequired().open()) {
      long begun = next(kept).seq();
      journal.append(intended("r", "1", A));
      assertThat(next(kept).seq()).as("which comes after the answer").isEqualTo(begun + 1);
      fails.set(true);
      journal.append(intended("r", "2", B));
      assertThatThrownBy(() -> journal.append(intended("r", "3", B)))
          .isInstanceOf(AuditException.class);
    }
    assertThat(readUsers()).hasSize(2);
    assertThatThrownBy(() -> JournalSink.in(dir()).checkpointsRequired().open())
        .isInstanceOf(AuditException.class)
        .hasMessageContaining("no second place");
  }

  /** What the chain alone cannot notice, and the checkpoint does. */
  @Test
  void anotherJournalInItsPlace_orAnOlderCopy_isFoundByTheCheckpointAlone() throws IOException {
    MemoryStateStore store = MemoryStateStore.create();
    Checkpoint.Receiver second = Checkpoint.in(store, "nightly");
    try (JournalSink journal =
        JournalSink.in(dir()).segmentBytes(4096).checkpoints(1, second).open()) {
      for (int i = 0; i < 30; i++) {
        journal.append(intended("r", "" + i, A));
      }
    }
    Checkpoint last = second.last().orElseThrow();
    assertThat(JournalVerifier.at(dir()).verify(last)).isInstanceOf(JournalVerifier.Intact.class);
    Path other = dir().resolveSibling("other");
    try (JournalSink journal = JournalSink.in(other).segmentBytes(4096).open()) {
      for (int i = 0; i < 60; i++) {
        journal.append(intended("r", "" + i, B));
      }
    }
    assertThat(JournalVerifier.at(other).verify()).isInstanceOf(JournalVerifier.Intact.class);
    assertThat(JournalVerifier.at(other).verify(last)).isInstanceOf(JournalVerifier.Damaged.class);
    assertThatThrownBy(() -> JournalSink.in(other).checkpoints(1, second).open())
        .isInstanceOf(AuditException.class)
        .hasMessageContaining("cut off or replaced");
    Path newest = dir().resolve(last.file());
    Files.delete(newest);
    assertThat(JournalVerifier.at(dir()).verify()).isInstanceOf(JournalVerifier.Intact.class);
    assertThat(JournalVerifier.at(dir()).verify(last)).isInstanceOf(JournalVerifier.Damaged.class);
  }

  @Test
  void aDirectoryWithoutAJournal_isNotAnIntactOne() throws IOException {
    assertThatThrownBy(() -> JournalVerifier.at(dir()).verify())
        .isInstanceOf(AuditException.class)
        .hasMessageContaining("no journal");
    Files.createDirectories(dir());
    assertThatThrownBy(() -> JournalVerifier.at(dir()).verify())
        .isInstanceOf(AuditException.class)
        .hasMessageContaining("no journal");
    assertThatThrownBy(() -> JournalReader.at(dir()).unsettled("g"))
        .isInstanceOf(AuditException.class);
  }

  @Test
  void aPlaceThatCannotBeWritten_doesNotOpen() throws IOException {
    Path file = Files.createFile(home.resolve("file"));
    assertThatThrownBy(() -> JournalSink.at(file)).isInstanceOf(AuditException.class);
    assertThatThrownBy(() -> JournalSink.at(file.resolve("journal")))
        .isInstanceOf(AuditException.class)
        .hasMessageContaining("cannot be opened");
    FaultyDisk full = new FaultyDisk();
    full.failWrite = true;
    assertThatThrownBy(() -> JournalSink.in(dir()).disk(full).open())
        .isInstanceOf(AuditException.class);
    JournalSink.at(dir()).close(); // and nothing stays locked
    if (!System.getProperty("user.name").equals("root")) {
      Path shut = Files.createDirectory(home.resolve("shut"));
      Files.setPosixFilePermissions(shut, PosixFilePermissions.fromString("r-x------"));
      assertThatThrownBy(() -> JournalSink.at(shut)).isInstanceOf(AuditException.class);
    }
  }

  @Test
  void aProcessKilled_leavesItsIntentInDoubt_andTheJournalFree() throws Exception {
    Child child = Child.start("intend", dir().toString());
    assertThat(child.line()).isEqualTo("intended");
    child.kill();
    try (JournalSink journal = JournalSink.at(dir())) {
      assertThat(journal.inDoubt("g")).containsExactly(A);
    }
    assertThat(JournalVerifier.at(dir()).verify()).isInstanceOf(JournalVerifier.Intact.class);
  }
}
