package dev.guard.testkit.state;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.guard.Digest;
import dev.guard.StateException;
import dev.guard.state.BlobStore;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * What a {@link BlobStore} does, as tests: JUnit 5 runs them in every class that implements this.
 * They leave what they put.
 */
public interface BlobStoreContract {
  /**
   * Opens the store: the same blobs each time, through another instance if there can be one.
   *
   * @return the store
   */
  BlobStore blobs();

  /** What was put comes back, byte by byte, through any instance; what was not is absent. */
  @Test
  default void putAndGet() {
    BlobStore blobs = blobs();
    byte[] content = ("blob " + UUID.randomUUID()).getBytes(StandardCharsets.UTF_8);
    assertTrue(blobs.get(Digest.of(content)).isEmpty());
    byte[] given = content.clone();
    Digest digest = blobs.put(given);
    assertEquals(Digest.of(content), digest);
    Arrays.fill(given, (byte) 0);
    assertArrayEquals(content, blobs.get(digest).orElseThrow());
    Arrays.fill(blobs.get(digest).orElseThrow(), (byte) 0);
    assertArrayEquals(content, blobs.get(digest).orElseThrow(), "nobody can change it");
    assertArrayEquals(content, blobs().get(digest).orElseThrow());
  }

  /** Nothing is something: an empty blob is there once it is put. */
  @Test
  default void emptyBlob() {
    Digest digest = blobs().put(new byte[0]);
    assertEquals(Digest.of(""), digest);
    assertEquals(0, blobs().get(digest).orElseThrow().length);
  }

  /** A mebibyte of noise survives, from an array and from a stream that gives little at a time. */
  @Test
  default void largeBlob() throws IOException {
    byte[] noise = new byte[1024 * 1024];
    new SplittableRandom().nextBytes(noise);
    BlobStore blobs = blobs();
    Digest digest = blobs.put(noise);
    assertArrayEquals(noise, blobs.get(digest).orElseThrow());
    noise[0]++;
    InputStream slow =
        new ByteArrayInputStream(noise) {
          @Override
          public synchronized int read(byte[] into, int at, int most) {
            return super.read(into, at, Math.min(most, 1000));
          }
        };
    Digest streamed = blobs.put(slow);
    assertEquals(Digest.of(noise), streamed);
    assertArrayEquals(noise, blobs.get(streamed).orElseThrow());
  }

  /** What is too large is refused for certain, and an endless stream ends. */
  @Test
  default void blobTooLarge() {
    BlobStore blobs = blobs();
    InputStream endless =
        new InputStream() {
          @Override
          public int read() {
            return 'x';
          }

          @Override
          public int read(byte[] into, int at, int most) {
            Arrays.fill(into, at, at + most, (byte) 'x');
            return most;
          }
        };
    StateException refused = assertThrows(StateException.class, () -> blobs.put(endless));
    assertFalse(refused.mayHaveRun());
    byte[] large = new byte[BlobStore.MAX_BYTES + 1];
    assertThrows(StateException.class, () -> blobs.put(large));
    assertTrue(blobs.get(Digest.of(large)).isEmpty());
  }

  /** A stream that breaks puts nothing. */
  @Test
  default void brokenStream() {
    BlobStore blobs = blobs();
    byte[] begin = ("begin " + UUID.randomUUID()).getBytes(StandardCharsets.UTF_8);
    InputStream broken =
        new FilterInputStream(new ByteArrayInputStream(begin)) {
          @Override
          public int read(byte[] into, int at, int most) throws IOException {
            int read = super.read(into, at, most);
            if (read < 0) {
              throw new IOException("told to break");
            }
            return read;
          }
        };
    assertThrows(IOException.class, () -> blobs.put(broken));
    assertTrue(blobs.get(Digest.of(begin)).isEmpty());
  }

  /** Eight that put the same at once all succeed, and it is kept once. */
  @Test
  default void samePutAtOnce() throws Exception {
    byte[] content = ("shared " + UUID.randomUUID()).getBytes(StandardCharsets.UTF_8);
    List<Digest> digests = Shelf.atOnce(8, i -> blobs().put(content));
    assertEquals(1, digests.stream().distinct().count());
    assertArrayEquals(content, blobs().get(digests.get(0)).orElseThrow());
    assertEquals(digests.get(0), blobs().put(content), "once more");
  }
}
