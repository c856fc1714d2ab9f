package dev.guard.state;

import dev.guard.Digest;
import dev.guard.StateException;

/** What holds for the blobs of every store. */
final class Blobs {
  private Blobs() {}

  static Digest named(byte[] content) {
    if (content.length > BlobStore.MAX_BYTES) {
      throw new StateException(
          "A blob has at most "
              + BlobStore.MAX_BYTES
              + " bytes, but this one has more. Keep less in one, for example one part at a time.");
    }
    return Digest.of(content);
  }

  static byte[] verified(Digest digest, byte[] content) {
    if (!Digest.of(content).equals(digest)) {
      throw new StateException(
          "The blob "
              + digest
              + " is damaged: its content has another digest. Restore it, or put it again; until then what depends on it is refused.");
    }
    return content;
  }
}
