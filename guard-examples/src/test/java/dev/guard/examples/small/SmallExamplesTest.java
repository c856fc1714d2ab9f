package dev.guard.examples.small;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.GuardConfigurationException;
import dev.guard.GuardRefusedException;
import dev.guard.Outcome;
import dev.guard.audit.JournalSink;
import dev.guard.plan.Report;
import dev.guard.plan.Report.Fate;
import dev.guard.testkit.ManualTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SmallExamplesTest {
  private static final Instant OLD = Instant.parse("2026-01-01T00:00:00Z");
  private static final Instant MONDAY = Instant.parse("2026-11-23T12:00:00Z");
  private static final Instant FRIDAY = Instant.parse("2026-11-20T12:00:00Z");

  @TempDir Path home;

  private Path logs(int old, int young) throws IOException {
    Path dir = Files.createDirectory(home.resolve("logs"));
    for (int i = 0; i < old + young; i++) {
      Path file = Files.writeString(dir.resolve("app-" + i + ".log"), "line\n");
      Files.setLastModifiedTime(
          file, FileTime.from(i < old ? OLD.minusSeconds(60) : OLD.plusSeconds(60)));
    }
    return dir;
  }

  @Test
  void logCleanup_withoutExecute_deletesNothing() throws IOException {
    Path dir = logs(3, 7);
    Report report = LogCleanup.clean(dir, home, OLD, false);
    assertThat(report.count(Fate.SIMULATED)).isEqualTo(3);
    assertThat(dir.toFile().list()).hasSize(10);
  }

  @Test
  void logCleanup_withExecute_deletesTheOldOnes() throws IOException {
    Path dir = logs(3, 7);
    Report report = LogCleanup.clean(dir, home, OLD, true);
    assertThat(report.count(Fate.DONE)).isEqualTo(3);
    assertThat(dir.toFile().list()).hasSize(7).contains("app-3.log");
  }

  @Test
  void logCleanup_overItsLimit_deletesNothing() throws IOException {
    Path dir = logs(7, 3);
    Report report = LogCleanup.clean(dir, home, OLD, true);
    assertThat(report.halted()).isPresent();
    assertThat(report.count(Fate.NOT_ATTEMPTED)).isEqualTo(7);
    assertThat(dir.toFile().list()).hasSize(10);
  }

  @Test
  void logCleanup_withTheStopFileInPlace_deletesNothing() throws IOException {
    Path dir = logs(3, 7);
    Files.createFile(home.resolve("STOP"));
    Report report = LogCleanup.clean(dir, home, OLD, true);
    assertThat(report.count(Fate.REFUSED)).isEqualTo(3);
    assertThat(dir.toFile().list()).hasSize(10);
  }

  private static final class Rows implements OrphanedRows.Dao {
    final List<Long> deleted = new ArrayList<>();

    @Override
    public void delete(long id) {
      deleted.add(id);
    }

    @Override
    public int purge() {
      deleted.add(0L);
      return 3;
    }
  }

  @Test
  void orphanedRows_onMonday_areDeleted() {
    Rows rows = new Rows();
    try (JournalSink journal = JournalSink.at(home.resolve("journal"))) {
      OrphanedRows cleanup = new OrphanedRows(journal, rows, ManualTime.at(MONDAY), true);
      assertThat(cleanup.delete(7)).isInstanceOf(Outcome.Done.class);
      assertThat(cleanup.purge()).isEqualTo(3);
    }
    assertThat(rows.deleted).containsExactly(7L, 0L);
  }

  @Test
  void orphanedRows_onFriday_areRefusedWithTheReason() {
    Rows rows = new Rows();
    try (JournalSink journal = JournalSink.at(home.resolve("journal"))) {
      OrphanedRows cleanup = new OrphanedRows(journal, rows, ManualTime.at(FRIDAY), true);
      assertThat(cleanup.delete(7)).isInstanceOf(Outcome.Refused.class);
      assertThatThrownBy(cleanup::purge)
          .isInstanceOf(GuardRefusedException.class)
          .hasMessageContaining("not on Friday");
    }
    assertThat(rows.deleted).isEmpty();
  }

  @Test
  void orphanedRows_withoutExecute_areOnlySimulated() {
    Rows rows = new Rows();
    try (JournalSink journal = JournalSink.at(home.resolve("journal"))) {
      OrphanedRows cleanup = new OrphanedRows(journal, rows, ManualTime.at(MONDAY), false);
      assertThat(cleanup.delete(7)).isInstanceOf(Outcome.Simulated.class);
    }
    assertThat(rows.deleted).isEmpty();
  }

  @Test
  void annotatedRows_areDeletedRefusedAndSimulatedAsTheOthers() {
    Rows dao = new Rows();
    List<AnnotatedRows.Row> many =
        LongStream.range(0, 51).mapToObj(AnnotatedRows.Row::new).toList();
    try (JournalSink journal = JournalSink.at(home.resolve("journal"))) {
      AnnotatedRows.Rows dry = AnnotatedRows.guarded(journal, dao, false);
      dry.delete(new AnnotatedRows.Row(7));
      assertThat(dry.deleteAll(many.subList(0, 2))).isInstanceOf(Outcome.Simulated.class);
      assertThat(dao.deleted).isEmpty();
      AnnotatedRows.Rows rows = AnnotatedRows.guarded(journal, dao, true);
      assertThat(rows.deleteAll(many)).isInstanceOf(Outcome.Refused.class);
      assertThatThrownBy(() -> rows.deleteAll(List.of()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("none never means everything");
      assertThat(dao.deleted).isEmpty();
      rows.delete(new AnnotatedRows.Row(7));
      assertThat(rows.deleteAll(many.subList(0, 2)).orThrow()).isEqualTo(2);
      assertThat(dao.deleted).containsExactly(7L, 0L, 1L);
    }
    assertThatThrownBy(() -> new AnnotatedRows.DaoRows(dao).delete(new AnnotatedRows.Row(8)))
        .isInstanceOf(GuardConfigurationException.class);
    assertThat(dao.deleted).hasSize(3);
  }
}
