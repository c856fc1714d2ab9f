package dev.guard.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.guard.Reason;
import dev.guard.Target;
import dev.guard.audit.AuditRecord;
import dev.guard.audit.AuditRecord.Phase;
import dev.guard.audit.AuditSink;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What a durable {@link AuditSink} does, as tests: JUnit 5 runs them in every class that implements
 * this.
 *
 * <pre>{@code
 * class OurTableTest implements AuditSinkContract {
 *   public AuditSink sink() { return OurTable.in(database); }
 *   public List<AuditRecord> kept() { return OurTable.in(database).all(); }
 *   public void breakIt() { database.stop(); }
 * }
 * }</pre>
 */
public interface AuditSinkContract {
  /**
   * The sink, empty, the same in all of one test.
   *
   * @return the sink
   */
  AuditSink sink();

  /**
   * What another process would find of what was appended, in that order; entries of the sink's own
   * are left out.
   *
   * @return the records
   * @throws Exception if the test cannot go on
   */
  List<AuditRecord> kept() throws Exception;

  /**
   * Makes it impossible to keep anything more.
   *
   * @throws Exception if the test cannot go on
   */
  void breakIt() throws Exception;

  /** A guard takes no other. */
  @Test
  default void saysItIsDurable() {
    assertTrue(sink().durable(), "a mirror needs no contract");
  }

  /** What was appended is kept when append returns, whole and in order. */
  @Test
  default void keepsWhatWasAppended() throws Exception {
    AuditSink sink = sink();
    List<AuditRecord> appended = new ArrayList<>();
    for (Phase phase : Phase.values()) {
      for (int i = 0; i < 3; i++) {
        AuditRecord record = record(phase, "target-" + i);
        sink.append(record);
        appended.add(record);
        assertEquals(appended, kept());
      }
    }
  }

  /** Nothing a target is called can break or forge a record. */
  @Test
  default void keepsWhateverATargetIsCalled() throws Exception {
    AuditSink sink = sink();
    List<AuditRecord> appended = new ArrayList<>();
    for (String name :
        List.of(
            "line\nfeed",
            "\"quoted\"}",
            "back\\slash",
            "carriage\r\nreturn",
            "nul\u0000",
            "ü€😀",
            "line\u2028separator",
            "'; drop table records; --",
            "${jndi:x}",
            "%n%s")) {
      AuditRecord record = record(Phase.INTENDED, name);
      sink.append(record);
      appended.add(record);
    }
    assertEquals(appended, kept());
  }

  /** What could not be kept is not passed over: append throws, and then nothing runs. */
  @Test
  default void throwsIfItCannotKeepIt() throws Exception {
    AuditSink sink = sink();
    sink.append(record(Phase.INTENDED, "before"));
    breakIt();
    assertThrows(
        RuntimeException.class,
        () -> sink.append(record(Phase.INTENDED, "after")),
        "it cannot be kept, and append returns");
  }

  private static AuditRecord record(Phase phase, String id) {
    return new AuditRecord(
        "run-1",
        "1",
        "contract",
        phase,
        "execute",
        "tester",
        "probe.delete",
        List.of(Target.of("probe", "contract", id)),
        "a contract",
        null,
        phase == Phase.DECISION
            ? List.of(Reason.of("contract", "why", "Because of " + id + "."))
            : List.of(),
        phase == Phase.OUTCOME ? "DONE" : phase == Phase.DECISION ? "REFUSE" : null,
        null,
        phase == Phase.PREPARED ? "undo-1" : null);
  }
}
