package dev.guard.audit;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** Lines of bounded length out of a stream, as raw bytes. */
final class LineReader implements AutoCloseable {
  private final InputStream in;
  private final byte[] block = new byte[1 << 16];
  private int at;
  private int end;
  private byte[] line = new byte[1024];
  private int length;
  private boolean ended;
  private boolean tooLong;
  private boolean exhausted;

  LineReader(InputStream in) {
    this.in = in;
  }

  /** Moves to the next line; false at the end. */
  boolean next() throws IOException {
    length = 0;
    ended = false;
    tooLong = false;
    boolean any = false;
    while (true) {
      if (at == end && !fill()) {
        return any;
      }
      any = true;
      int from = at;
      while (at < end && block[at] != '\n') {
        at++;
      }
      keep(from, at - from);
      if (at < end) {
        at++;
        ended = true;
        return true;
      }
    }
  }

  /** Once at the end it stays there, though a writer may append meanwhile. */
  private boolean fill() throws IOException {
    at = 0;
    end = exhausted ? -1 : in.read(block);
    exhausted = end <= 0;
    if (exhausted) {
      end = 0;
    }
    return !exhausted;
  }

  /** A line that is too long is passed over, not kept. */
  private void keep(int from, int count) {
    if (tooLong || length + count > Lines.MAX_LINE) {
      tooLong = true;
      return;
    }
    if (length + count > line.length) {
      line = Arrays.copyOf(line, Math.max(line.length * 2, length + count));
    }
    System.arraycopy(block, from, line, length, count);
    length += count;
  }

  byte[] bytes() {
    return line;
  }

  int length() {
    return length;
  }

  /** Whether the line ended with a newline. */
  boolean ended() {
    return ended;
  }

  boolean tooLong() {
    return tooLong;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
