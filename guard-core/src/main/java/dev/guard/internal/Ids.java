package dev.guard.internal;

import java.security.SecureRandom;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** Not API. Names for runs that sort by time and do not collide. */
public final class Ids {
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss").withZone(ZoneOffset.UTC);
  private static final SecureRandom RANDOM = new SecureRandom();

  private Ids() {}

  /**
   * A name for one write, by which its writer knows it again.
   *
   * @return 16 hexadecimal digits
   */
  public static String write() {
    byte[] bytes = new byte[8];
    RANDOM.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  /**
   * Names that share one random beginning and are counted up, so that naming a run costs next to
   * nothing.
   *
   * @param now the wall clock, for people who read the names
   * @return a source of names such as {@code 20261122T231500-9f86d081884c7d65-1}; thread-safe
   */
  public static Supplier<String> sequence(Instant now) {
    byte[] bytes = new byte[8];
    RANDOM.nextBytes(bytes);
    String beginning = STAMP.format(now) + "-" + HexFormat.of().formatHex(bytes) + "-";
    AtomicLong count = new AtomicLong();
    return () -> beginning + count.incrementAndGet();
  }
}
