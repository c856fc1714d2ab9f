package dev.guard.state;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A linearizable store of small documents, changed only by compare-and-set.
 *
 * <p>Keys are {@code guard/kind/name} in lower-case letters, digits, dot, dash and slash, at most
 * 200 characters; take {@link #key} for names that are not. Implementations are thread-safe. An
 * unreadable store throws; it never answers absent.
 */
public interface StateStore {
  /**
   * Reads a document.
   *
   * @param key the document's key
   * @return the value and its version, or empty if there is none
   * @throws dev.guard.StateException if the store could not be read
   */
  Optional<Versioned> get(String key);

  /**
   * Writes a document if nobody else did meanwhile.
   *
   * @param key the document's key
   * @param expected the version last read, or null if the document must be absent
   * @param value the new value, at most {@link Capabilities#maxValueBytes}
   * @return the new version, or empty if the document changed meanwhile
   * @throws dev.guard.StateException if the store could not be written; {@code mayHaveRun()} if the
   *     write's fate is unknown
   */
  Optional<String> compareAndSet(String key, @Nullable String expected, byte[] value);

  /**
   * The keys that begin with a prefix; for people and for recovery, not for hot paths.
   *
   * @param prefix the beginning
   * @return the keys, sorted
   */
  List<String> keys(String prefix);

  /**
   * The store's clock if it has one, else the local one; see {@link Capabilities}.
   *
   * @return now
   */
  Instant now();

  /**
   * What the store can promise.
   *
   * @return its capabilities
   */
  Capabilities capabilities();

  /**
   * A key whose last part is the SHA-256 of a name that may hold anything.
   *
   * @param kind the kind of document
   * @param name any text
   * @return {@code guard/kind/sha256(name)}
   */
  static String key(String kind, String name) {
    return "guard/" + kind + "/" + dev.guard.Digest.of(name).hex();
  }

  /**
   * A document as read. Confined to one thread unless nobody changes its bytes: they are a copy of
   * the reader's own, and not copied again.
   *
   * @param version opaque; pass it to {@link #compareAndSet}
   * @param value the bytes
   */
  @SuppressWarnings("ArrayRecordComponent") // handed out once, compared never
  record Versioned(String version, byte[] value) {}

  /**
   * What a store can promise. Immutable and thread-safe.
   *
   * @param scope who shares it
   * @param durable whether it survives a power cut
   * @param maxValueBytes the largest value, in bytes
   * @param ownClock whether {@link #now} is the store's own clock
   */
  record Capabilities(Scope scope, boolean durable, int maxValueBytes, boolean ownClock) {}

  /** Who shares a store. */
  enum Scope {
    /** This process alone. */
    PROCESS,
    /** All processes of this host. */
    HOST,
    /** All hosts. */
    CLUSTER
  }
}
