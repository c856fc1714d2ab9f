package dev.guard.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.Digest;
import dev.guard.Reason;
import dev.guard.Target;
import dev.guard.audit.AuditRecord;
import dev.guard.audit.AuditRecord.Phase;
import dev.guard.audit.AuditSink;
import dev.guard.audit.JournalSink;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** A sink in memory remembers what a journal on disk remembers, also after it was opened again. */
class RecordingSinkProperties {
  private static final Digest PLAN = Digest.of("a plan");
  private static final List<Target> TARGETS =
      List.of(Target.of("thing", "here", "a"), Target.of("thing", "here", "b"));

  @Provide
  Arbitrary<List<AuditRecord>> records() {
    Arbitrary<String> outcome =
        Arbitraries.of("DONE", "FAILED", "IN_DOUBT", "REFUSED", "SKIPPED", "NOT_RUN");
    Arbitrary<AuditRecord> record =
        Combinators.combine(
                Arbitraries.of("run-1", "run-2"),
                Arbitraries.of("1", "2"),
                Arbitraries.of("one", "other"),
                Arbitraries.of(
                    Phase.INTENDED,
                    Phase.OUTCOME,
                    Phase.INTENDED,
                    Phase.OUTCOME,
                    Phase.DECISION,
                    Phase.HUMAN),
                Arbitraries.subsetOf(TARGETS).ofMinSize(1),
                outcome,
                Arbitraries.of("settle", "thing.delete"),
                Arbitraries.of(true, false))
            .as(
                (run, op, guard, phase, targets, word, action, planned) ->
                    new AuditRecord(
                        run,
                        op,
                        guard,
                        phase,
                        "execute",
                        "tester",
                        action,
                        List.copyOf(targets),
                        "a test",
                        planned ? PLAN.text() : null,
                        word.equals("NOT_RUN")
                            ? List.of(Reason.of("effect", Reason.NOT_RUN, "not run"))
                            : List.of(),
                        phase == Phase.OUTCOME ? word.replace("NOT_RUN", "FAILED") : null,
                        null,
                        null));
    return record.list().ofMaxSize(14);
  }

  @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
  void memoryAndDiskRememberTheSame(@ForAll("records") List<AuditRecord> records)
      throws IOException {
    RecordingSink memory = new RecordingSink();
    Path dir = Files.createTempDirectory("recording-sink");
    try {
      try (JournalSink disk = JournalSink.at(dir)) {
        for (AuditRecord record : records) {
          memory.append(record);
          disk.append(record);
        }
        same(memory, disk);
      }
      try (JournalSink again = JournalSink.at(dir)) {
        same(memory, again);
      }
    } finally {
      try (Stream<Path> files = Files.walk(dir)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private static void same(AuditSink.Memory memory, AuditSink.Memory disk) {
    for (String guard : List.of("one", "other", "nobody")) {
      assertThat(memory.inDoubt(guard)).containsExactlyInAnyOrderElementsOf(disk.inDoubt(guard));
    }
    assertThat(memory.done(PLAN)).containsExactlyInAnyOrderElementsOf(disk.done(PLAN));
    assertThat(memory.spent(PLAN))
        .containsExactlyInAnyOrderElementsOf(disk.spent(PLAN))
        .containsAll(disk.done(PLAN));
  }
}
