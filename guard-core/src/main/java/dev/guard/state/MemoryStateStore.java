package dev.guard.state;

import dev.guard.Digest;
import dev.guard.StateException;
import dev.guard.time.Time;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * State and blobs that this process forgets when it ends: for tests, and for single processes that
 * need no memory. Scope PROCESS, not durable. Thread-safe.
 */
public final class MemoryStateStore implements StateStore, BlobStore {
  private static final int MAX_VALUE = 256 * 1024;

  private final Time time;
  private final TreeMap<String, Versioned> documents = new TreeMap<>();
  private final Map<Digest, byte[]> blobs = new HashMap<>();
  private long versions;

  private MemoryStateStore(Time time) {
    this.time = time;
  }

  /**
   * An empty store on the machine's clock.
   *
   * @return the store
   */
  public static MemoryStateStore create() {
    return create(Time.system());
  }

  /**
   * An empty store.
   *
   * @param time where its clock comes from
   * @return the store
   */
  public static MemoryStateStore create(Time time) {
    return new MemoryStateStore(time);
  }

  @Override
  public synchronized Optional<Versioned> get(String key) {
    Versioned found = documents.get(Keys.check(key));
    return found == null
        ? Optional.empty()
        : Optional.of(new Versioned(found.version(), found.value().clone()));
  }

  @Override
  public synchronized Optional<String> compareAndSet(
      String key, @Nullable String expected, byte[] value) {
    Keys.check(key);
    if (value.length > MAX_VALUE) {
      throw new StateException(
          "A state document has at most "
              + MAX_VALUE
              + " bytes, but '"
              + key
              + "' would have "
              + value.length
              + ".");
    }
    Versioned found = documents.get(key);
    String current = found == null ? null : found.version();
    if (!Objects.equals(current, expected)) {
      return Optional.empty();
    }
    String version = Long.toString(++versions);
    documents.put(key, new Versioned(version, value.clone()));
    return Optional.of(version);
  }

  @Override
  public synchronized List<String> keys(String prefix) {
    return documents.tailMap(prefix).keySet().stream()
        .takeWhile(key -> key.startsWith(prefix))
        .toList();
  }

  @Override
  public Instant now() {
    return time.now();
  }

  @Override
  public Capabilities capabilities() {
    return new Capabilities(Scope.PROCESS, false, MAX_VALUE, false);
  }

  @Override
  public Digest put(byte[] content) {
    byte[] kept = content.clone();
    Digest digest = Blobs.named(kept);
    synchronized (this) {
      blobs.putIfAbsent(digest, kept);
    }
    return digest;
  }

  @Override
  public synchronized Optional<byte[]> get(Digest digest) {
    return Optional.ofNullable(blobs.get(digest)).map(byte[]::clone);
  }
}
