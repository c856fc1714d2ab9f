package dev.guard.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.guard.AuditException;
import dev.guard.Digest;
import dev.guard.Target;
import dev.guard.audit.AuditRecord.Phase;
import dev.guard.testkit.ManualTime;
import dev.guard.testkit.crash.CrashFs;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.slf4j.LoggerFactory;

/**
 * The journal over thousands of power cuts and kills: no record that was acknowledged is lost, no
 * power cut is taken for tampering, and tampering with what was durable is found.
 */
class JournalCrashProperties {
  private static final Path DIR = Path.of("/journal");
  private static final Digest PLAN = Digest.of("plan");
  private static Level level;
  private static ExecutorService threads;

  @BeforeContainer
  static void quiet() {
    level = logger().getLevel();
    logger().setLevel(Level.OFF);
    threads = Executors.newFixedThreadPool(4);
  }

  @AfterContainer
  static void loud() {
    logger().setLevel(level);
    threads.shutdownNow();
  }

  private static Logger logger() {
    return (Logger) LoggerFactory.getLogger(JournalSink.class);
  }

  /** What a test knows of a journal: what was acknowledged, and what was only tried. */
  private static final class Known {
    final Set<String> acknowledged = Collections.synchronizedSet(new HashSet<>());
    final Set<String> tried = Collections.synchronizedSet(new HashSet<>());
    int next;
  }

  private static JournalSink open(CrashFs disk, ManualTime time) {
    return JournalSink.in(DIR).disk(disk).time(time).segmentBytes(6_000).open();
  }

  private static AuditRecord record(String id, Phase phase, int length) {
    return new AuditRecord(
        id,
        "1",
        "g",
        phase,
        "execute",
        "me",
        "row.delete",
        List.of(Target.of("row", "db", id)),
        "b".repeat(length),
        PLAN.text(),
        List.of(),
        phase == Phase.OUTCOME ? "DONE" : null,
        null,
        null);
  }

  private static void append(JournalSink journal, Known known, String id, Phase phase, int length) {
    known.tried.add(id + phase);
    journal.append(record(id, phase, length));
    known.acknowledged.add(id + phase);
  }

  /** Acts until the journal fails or the acts are done; some acts lack their outcome. */
  private static void act(JournalSink journal, Known known, String id, Random random) {
    append(journal, known, id, Phase.INTENDED, random.nextInt(900));
    if (random.nextInt(5) > 0) {
      append(journal, known, id, Phase.OUTCOME, random.nextInt(900));
    }
  }

  private static void work(JournalSink journal, Known known, Random random) throws Exception {
    int acts = random.nextInt(12);
    boolean together = random.nextBoolean();
    List<Future<?>> all = new ArrayList<>();
    for (int i = 0; i < acts; i++) {
      String id = "i" + known.next++;
      Random own = new Random(random.nextLong());
      if (together) {
        all.add(threads.submit(() -> act(journal, known, id, own)));
      } else {
        act(journal, known, id, own);
      }
    }
    for (Future<?> one : all) {
      try {
        one.get();
      } catch (java.util.concurrent.ExecutionException e) {
        if (!(e.getCause() instanceof AuditException)) {
          throw e;
        }
      }
    }
  }

  private static void check(CrashFs disk, JournalSink journal, Known known) {
    List<String> found = new ArrayList<>();
    new JournalReader(disk, DIR)
        .forEach(
            entry -> {
              if (entry.record().guard().equals("g")) {
                found.add(entry.record().run() + entry.record().phase());
              }
            });
    assertThat(found).doesNotHaveDuplicates().containsAll(known.acknowledged);
    assertThat(known.tried).containsAll(found);
    Set<String> there = new HashSet<>(found);
    Set<Target> doubt = new HashSet<>();
    Set<Target> done = new HashSet<>();
    for (String one : found) {
      if (one.endsWith("OUTCOME")) {
        done.add(Target.of("row", "db", one.replace("OUTCOME", "")));
      } else if (!there.contains(one.replace("INTENDED", "OUTCOME"))) {
        doubt.add(Target.of("row", "db", one.replace("INTENDED", "")));
      }
    }
    assertThat(journal.inDoubt("g")).isEqualTo(doubt);
    assertThat(journal.done(PLAN)).isEqualTo(done);
  }

  @Property
  void law9_noAcknowledgedRecordIsLost_andNoPowerCutIsTakenForTampering(@ForAll long seed)
      throws Exception {
    Random random = new Random(seed);
    CrashFs disk = new CrashFs(seed);
    ManualTime time = ManualTime.at(Instant.parse("2026-01-01T22:00:00Z"));
    Known known = new Known();
    for (int epoch = 0; epoch < 5; epoch++) {
      boolean kill = random.nextBoolean();
      int changes = 1 + random.nextInt(60);
      if (kill) {
        disk.killProcessIn(changes);
      } else {
        disk.cutPowerIn(changes);
      }
      JournalSink journal = null;
      try {
        journal = open(disk, time);
        if (epoch > 0 && !disk.isDark()) {
          check(disk, journal, known);
        }
        work(journal, known, random);
      } catch (AuditException fault) {
        assertThat(disk.isDark()).as("only its end may fail it: %s", fault).isTrue();
      }
      time.tick(java.time.Duration.ofMinutes(random.nextInt(300)));
      boolean orderly = random.nextInt(4) == 0;
      if (orderly && journal != null) {
        journal.close();
      }
      if (kill) {
        disk.killProcess();
      } else {
        disk.restart();
      }
      if (!orderly && journal != null) {
        journal.close(); // its files are dead; this only ends its thread
      }
    }
    try (JournalSink journal = open(disk, time)) {
      check(disk, journal, known);
    }
    assertThat(new JournalVerifier(disk, DIR).verify()).isInstanceOf(JournalVerifier.Intact.class);
  }

  @Property
  void tamperingWithWhatWasDurable_isFound(@ForAll long seed) throws Exception {
    Random random = new Random(seed);
    CrashFs disk = new CrashFs(seed);
    ManualTime time = ManualTime.at(Instant.parse("2026-01-01T22:00:00Z"));
    try (JournalSink journal = open(disk, time)) {
      work(journal, new Known(), random);
    }
    disk.restart();
    Path file = new Segments(disk, DIR).files().get(0);
    byte[] bytes = disk.content(file).orElseThrow();
    boolean onlyFile = new Segments(disk, DIR).files().size() == 1;
    int end =
        onlyFile
            ? new String(bytes, StandardCharsets.US_ASCII).lastIndexOf('\n', bytes.length - 2) + 1
            : bytes.length;
    bytes[random.nextInt(end)] ^= (byte) (1 + random.nextInt(255));
    disk.tamper(file, bytes);
    assertThat(new JournalVerifier(disk, DIR).verify()).isInstanceOf(JournalVerifier.Damaged.class);
    assertThatThrownBy(() -> open(disk, time)).isInstanceOf(AuditException.class);
    assertThat(disk.content(file)).as("evidence is left as it is").contains(bytes);
  }

  @Property
  void aLineTakenOut_isFound(@ForAll long seed) throws Exception {
    Random random = new Random(seed);
    CrashFs disk = new CrashFs(seed);
    ManualTime time = ManualTime.at(Instant.parse("2026-01-01T22:00:00Z"));
    try (JournalSink journal = open(disk, time)) {
      append(journal, new Known(), "a", Phase.INTENDED, 1);
      work(journal, new Known(), random);
    }
    Path file = new Segments(disk, DIR).files().get(0);
    List<String> lines =
        new ArrayList<>(
            Arrays.asList(
                new String(disk.content(file).orElseThrow(), StandardCharsets.US_ASCII)
                    .split("(?<=\n)")));
    lines.remove(random.nextInt(lines.size() - 1));
    disk.tamper(file, String.join("", lines).getBytes(StandardCharsets.US_ASCII));
    assertThat(new JournalVerifier(disk, DIR).verify()).isInstanceOf(JournalVerifier.Damaged.class);
  }

  @Property
  void afterAFlushThatFailed_nothingIsAcknowledged_thoughLaterFlushesLie(@ForAll long seed)
      throws Exception {
    Random random = new Random(seed);
    CrashFs disk = new CrashFs(seed);
    ManualTime time = ManualTime.at(Instant.parse("2026-01-01T22:00:00Z"));
    Known known = new Known();
    JournalSink journal = open(disk, time);
    append(journal, known, "a", Phase.INTENDED, random.nextInt(900));
    disk.failForces(true);
    assertThatThrownBy(() -> append(journal, known, "b", Phase.INTENDED, 5))
        .isInstanceOf(AuditException.class);
    disk.failForces(false);
    assertThatThrownBy(() -> append(journal, known, "a", Phase.OUTCOME, 5))
        .isInstanceOf(AuditException.class);
    journal.close();
    disk.restart();
    try (JournalSink again = open(disk, time)) {
      check(disk, again, known);
      assertThat(again.inDoubt("g")).contains(Target.of("row", "db", "a"));
    }
  }

  @Property
  void aFullDisk_stopsEverything_andLosesNothing(@ForAll long seed) throws Exception {
    CrashFs disk = new CrashFs(seed);
    ManualTime time = ManualTime.at(Instant.parse("2026-01-01T22:00:00Z"));
    Known known = new Known();
    JournalSink journal = open(disk, time);
    append(journal, known, "a", Phase.INTENDED, 700);
    disk.failWrites(true);
    assertThatThrownBy(() -> append(journal, known, "b", Phase.INTENDED, 700))
        .isInstanceOf(AuditException.class);
    journal.close();
    assertThatThrownBy(() -> open(disk, time).append(record("c", Phase.INTENDED, 700)))
        .isInstanceOf(AuditException.class);
    disk.failWrites(false);
    disk.killProcess();
    try (JournalSink again = open(disk, time)) {
      check(disk, again, known);
    }
  }
}
