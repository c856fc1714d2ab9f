package dev.guard.testkit;

import dev.guard.AuditException;
import dev.guard.audit.AuditRecord;
import dev.guard.audit.AuditSink;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A sink that fails when it is told to, before or after the sink behind it took the record: a full
 * disk, or a power cut between the write and its acknowledgement. Thread-safe.
 *
 * <pre>{@code
 * FaultySink sink = FaultySink.over(new RecordingSink()).failAt(3, FaultySink.When.AFTER_TAKING);
 * }</pre>
 */
public final class FaultySink implements AuditSink {
  /** When an append fails. */
  public enum When {
    /** The record is lost. */
    BEFORE_TAKING,
    /** The record is kept, but nobody learns of it. */
    AFTER_TAKING,
    /** The record is lost, and so is every later one until {@link FaultySink#mend}. */
    FROM_NOW_ON,
    /** The record is lost, and what is thrown is no {@link AuditException}. */
    BREAKS,
    /** The record is kept, and then an Error is thrown. */
    ERRS_AFTER_TAKING
  }

  private final AuditSink behind;
  private final Map<Integer, When> faults = new HashMap<>();
  private int appends;
  private boolean poisoned;

  private FaultySink(AuditSink behind) {
    this.behind = Objects.requireNonNull(behind, "sink");
  }

  /**
   * A sink that fails never, yet.
   *
   * @param behind what takes the records
   * @return the sink
   */
  public static FaultySink over(AuditSink behind) {
    return new FaultySink(behind);
  }

  /**
   * Fails one append.
   *
   * @param nth the append, counted from 1 over the sink's whole life
   * @param when how it fails
   * @return this sink
   */
  public synchronized FaultySink failAt(int nth, When when) {
    if (nth < 1) {
      throw new IllegalArgumentException("Appends are counted from 1, but this was " + nth + ".");
    }
    faults.put(nth, Objects.requireNonNull(when, "when"));
    return this;
  }

  /** Ends a {@link When#FROM_NOW_ON}. */
  public synchronized void mend() {
    poisoned = false;
  }

  @Override
  public void append(AuditRecord record) {
    When when;
    synchronized (this) {
      appends++;
      when = poisoned ? When.FROM_NOW_ON : faults.get(appends);
      poisoned = when == When.FROM_NOW_ON;
    }
    if (when == When.BEFORE_TAKING || when == When.FROM_NOW_ON) {
      throw new AuditException("The record could not be made durable: told to fail.");
    }
    if (when == When.BREAKS) {
      throw new IllegalStateException("told to break");
    }
    behind.append(record);
    if (when == When.ERRS_AFTER_TAKING) {
      throw new AssertionError("told to throw an error");
    }
    if (when == When.AFTER_TAKING) {
      throw new AuditException("Whether the record is durable is unknown: told to fail.");
    }
  }

  @Override
  public Optional<Memory> memory() {
    return behind.memory();
  }

  /**
   * How often something was appended, whether it failed or not.
   *
   * @return the count
   */
  public synchronized int appends() {
    return appends;
  }
}
