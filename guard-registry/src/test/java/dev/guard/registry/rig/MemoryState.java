package dev.guard.registry.rig;

import dev.guard.state.StateStore;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A state store in memory, for one test. */
public final class MemoryState implements StateStore {
  private final Map<String, Versioned> documents = new TreeMap<>();
  private long version;

  @Override
  public synchronized Optional<Versioned> get(String key) {
    return Optional.ofNullable(documents.get(key));
  }

  @Override
  public synchronized Optional<String> compareAndSet(
      String key, @Nullable String expected, byte[] value) {
    Versioned known = documents.get(key);
    if (known == null ? expected != null : !known.version().equals(expected)) {
      return Optional.empty();
    }
    String next = String.valueOf(++version);
    documents.put(key, new Versioned(next, value.clone()));
    return Optional.of(next);
  }

  @Override
  public synchronized List<String> keys(String prefix) {
    return documents.keySet().stream().filter(key -> key.startsWith(prefix)).toList();
  }

  /** Ruins every document. */
  public synchronized void garble() {
    documents.replaceAll((key, old) -> new Versioned(old.version(), new byte[] {'{'}));
  }

  @Override
  public Instant now() {
    return Instant.EPOCH;
  }

  @Override
  public Capabilities capabilities() {
    return new Capabilities(Scope.PROCESS, false, 256 * 1024, false);
  }
}
