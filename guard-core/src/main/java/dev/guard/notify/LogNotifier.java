package dev.guard.notify;

import dev.guard.internal.Cause;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the log, one line an item. Delivered means handed to the logger while it logs at this
 * level, and no more: who waits for objections on it says that people read it.
 *
 * <p>Immutable and thread-safe.
 */
public final class LogNotifier implements Notifier {
  /** The logger's name, for the logging configuration. */
  public static final String LOGGER = "dev.guard.notice";

  private static final String CHANNEL = "log";

  private final Logger log;

  private LogNotifier(Logger log) {
    this.log = log;
  }

  /**
   * A notifier that logs at INFO under {@value #LOGGER}.
   *
   * @return the notifier
   */
  public static LogNotifier create() {
    return new LogNotifier(Objects.requireNonNull(LoggerFactory.getLogger(LOGGER)));
  }

  @Override
  public Delivery send(Notice notice) {
    if (!log.isInfoEnabled()) {
      return Delivery.whole(
          CHANNEL, notice, Delivery.Proof.FAILED, "the logger " + LOGGER + " is not at INFO");
    }
    try {
      log.info(
          "{} {}: {} {}",
          notice.kind(),
          Plain.line(notice.guard()),
          Plain.line(notice.title()),
          Plain.line(notice.sentence()));
      for (Notice.Item item : notice.items()) {
        log.info("  {} {}", Plain.line(item.target().toString()), Plain.line(item.text()));
      }
      if (!notice.objection().isBlank()) {
        log.info("  to object: {}", Plain.line(notice.objection()));
      }
    } catch (RuntimeException e) {
      return Delivery.whole(
          CHANNEL, notice, Delivery.Proof.UNKNOWN, "the logger failed: " + Cause.of(e));
    }
    return Delivery.whole(CHANNEL, notice, Delivery.Proof.DELIVERED, "");
  }

  @Override
  public String toString() {
    return "LogNotifier";
  }
}
