package dev.guard.audit;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Mirrors the record into the log, one line each, at INFO. A log is not durable, so this is never
 * the only sink: put it beside a journal with {@link FanOut}. Thread-safe.
 */
public final class Slf4jSink implements AuditSink {
  private final Logger log;

  private Slf4jSink(Logger log) {
    this.log = log;
  }

  /**
   * A sink that logs under one name.
   *
   * @param logger the logger's name, for example {@code guard.audit}; not blank
   * @return the sink
   */
  public static Slf4jSink named(String logger) {
    if (logger.isBlank()) {
      throw new IllegalArgumentException("A logger's name may not be blank.");
    }
    return new Slf4jSink(LoggerFactory.getLogger(logger));
  }

  @Override
  public boolean durable() {
    return false;
  }

  @Override
  public void append(AuditRecord record) {
    if (log.isInfoEnabled()) {
      log.info("{}", new String(Lines.body(record), java.nio.charset.StandardCharsets.US_ASCII));
    }
  }
}
