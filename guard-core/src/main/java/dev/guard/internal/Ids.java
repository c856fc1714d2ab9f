package dev.guard.internal;

import java.security.SecureRandom;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;

/** Not API. Names for runs that sort by time and do not collide. */
public final class Ids {
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss").withZone(ZoneOffset.UTC);
  private static final SecureRandom RANDOM = new SecureRandom();

  private Ids() {}

  /**
   * A new name.
   *
   * @param now the wall clock
   * @return for example {@code 20261122T231500-9f86d081884c7d65}
   */
  public static String run(Instant now) {
    byte[] bytes = new byte[8];
    RANDOM.nextBytes(bytes);
    return STAMP.format(now) + "-" + HexFormat.of().formatHex(bytes);
  }
}
