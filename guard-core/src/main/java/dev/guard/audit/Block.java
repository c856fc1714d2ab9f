package dev.guard.audit;

import java.nio.charset.StandardCharsets;
import java.security.DigestException;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * The lines of one batch in one buffer that is used again for the next: each body is put in its
 * place in the chain here, on the writer's thread. Not thread-safe.
 */
final class Block {
  private static final int USUAL = 1 << 16;
  private static final int KEPT = 1 << 22;
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] DURABLE = ascii(",\"d\":");
  private static final byte[] TIME = ascii(",\"ts\":\"");
  private static final byte[] AFTER_TIME = ascii("\",");
  private static final byte[] PREV = ascii(",\"prev\":\"");
  private static final byte[] QUOTE = ascii("\"");
  private static final byte[] END = ascii("\"}\n");

  private final MessageDigest sha256 = Lines.digest();
  private final byte[] digest = new byte[32];
  private byte[] bytes = new byte[USUAL];
  private int length;

  /** Begins a batch. */
  void clear() {
    length = 0;
    if (bytes.length > KEPT) {
      bytes = new byte[USUAL];
    }
  }

  /**
   * Adds one line.
   *
   * @param seq its number
   * @param durable the watermark
   * @param time when, as text
   * @param body its fields, as an object
   * @param prev the hash of the line before, which is overwritten by this line's
   */
  void add(long seq, long durable, byte[] time, byte[] body, byte[] prev) {
    room(body.length + 512);
    int from = length;
    put(Lines.START);
    put(ascii(Long.toString(seq)));
    put(DURABLE);
    put(ascii(Long.toString(durable)));
    put(TIME);
    put(time);
    put(AFTER_TIME);
    System.arraycopy(body, 1, bytes, length, body.length - 2);
    length += body.length - 2;
    put(PREV);
    put(prev);
    put(QUOTE);
    sha256.update(bytes, from, length - from);
    hash(prev);
    put(Lines.HASH);
    put(prev);
    put(END);
  }

  private void hash(byte[] into) {
    try {
      sha256.digest(digest, 0, digest.length);
    } catch (DigestException e) {
      throw new IllegalStateException("A SHA-256 did not fit into 32 bytes.", e);
    }
    for (int i = 0; i < digest.length; i++) {
      into[2 * i] = HEX[(digest[i] >> 4) & 15];
      into[2 * i + 1] = HEX[digest[i] & 15];
    }
  }

  private void room(int more) {
    if (length + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
    }
  }

  private void put(byte[] part) {
    System.arraycopy(part, 0, bytes, length, part.length);
    length += part.length;
  }

  byte[] bytes() {
    return bytes;
  }

  int length() {
    return length;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
