package dev.guard.state;

import dev.guard.Digest;
import dev.guard.StateException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * Immutable content, found by its digest: plans, evidence, restore material; what is too large for
 * a document of a {@link StateStore}. The same content is kept once, however often it is put.
 *
 * <p>Implementations are thread-safe. What comes back has been checked against its digest: damaged
 * content throws, and so does an unreadable store; neither is ever taken for absent.
 */
public interface BlobStore {
  /** The largest blob that every store takes: 64 MiB. */
  int MAX_BYTES = 64 * 1024 * 1024;

  /**
   * Keeps content; it is durable, as far as the store is, when this returns. Content that is there
   * already is checked, and mended if it is damaged.
   *
   * @param content at most {@link #MAX_BYTES}
   * @return its digest
   * @throws StateException if it is too large or could not be kept; {@code mayHaveRun()} if that is
   *     unknown, and then putting it again is harmless
   */
  Digest put(byte[] content);

  /**
   * Keeps what a stream holds. The stream is read to its end, or until it is too large, and left
   * open.
   *
   * @param content at most {@link #MAX_BYTES}
   * @return its digest
   * @throws IOException if the stream could not be read; nothing was kept
   * @throws StateException as {@link #put(byte[])}
   */
  default Digest put(InputStream content) throws IOException {
    return put(content.readNBytes(MAX_BYTES + 1));
  }

  /**
   * Reads content.
   *
   * @param digest its digest
   * @return the content, or empty if it was never put
   * @throws StateException if it could not be read, or is not what the digest says
   */
  Optional<byte[]> get(Digest digest);
}
