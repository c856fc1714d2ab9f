package dev.guard.registry;

import dev.guard.time.Time;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;

/**
 * Repeats reads, and only reads: three tries in all, waiting as the server asks but never longer
 * than half a minute.
 */
final class Retry {
  private static final int TRIES = 3;
  private static final Duration LONGEST = Duration.ofSeconds(30);

  /** One read; it must not change anything. */
  @FunctionalInterface
  interface Read {
    Wire.Exchange once() throws IOException, Denied;
  }

  private final Time time;

  Retry(Time time) {
    this.time = time;
  }

  Wire.Exchange read(Read read) throws IOException, Denied {
    for (int attempt = 1; ; attempt++) {
      Duration wait = Duration.ofMillis((200L << attempt) + Math.floorMod(time.nanos(), 100L));
      try {
        Wire.Exchange exchange = read.once();
        boolean busy = exchange.status() == 429 || exchange.status() >= 500;
        if (!busy || attempt == TRIES) {
          return exchange;
        }
        Duration asked = retryAfter(exchange.header("Retry-After"));
        if (asked.compareTo(LONGEST) > 0) {
          return exchange;
        }
        wait = asked.compareTo(wait) > 0 ? asked : wait;
      } catch (InterruptedIOException e) {
        throw e;
      } catch (IOException e) {
        if (attempt == TRIES || e instanceof Refused) {
          throw e;
        }
      }
      try {
        time.sleep(wait);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted while waiting to ask again");
      }
    }
  }

  /** A fault of the answer that asking again cannot mend. */
  static final class Refused extends IOException {
    private static final long serialVersionUID = 1L;

    Refused(String message) {
      super(message);
    }
  }

  private Duration retryAfter(String value) {
    String text = value.strip();
    if (text.isEmpty()) {
      return Duration.ZERO;
    }
    if (text.matches("\\d{1,9}")) {
      return Duration.ofSeconds(Long.parseLong(text));
    }
    try {
      Instant until = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      return Duration.between(time.now(), until);
    } catch (DateTimeException e) {
      return Duration.ZERO; // not a date either: wait as if nothing was asked
    }
  }
}
