package dev.guard.examples.cli;

import dev.guard.state.StateStore;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A store for commands that only look: what they would write is forgotten. */
final class LookOnlyStore implements StateStore {
  private final StateStore store;

  LookOnlyStore(StateStore store) {
    this.store = store;
  }

  @Override
  public Optional<Versioned> get(String key) {
    return store.get(key);
  }

  @Override
  public Optional<String> compareAndSet(String key, @Nullable String expected, byte[] value) {
    return Optional.of("not kept");
  }

  @Override
  public List<String> keys(String prefix) {
    return store.keys(prefix);
  }

  @Override
  public Instant now() {
    return store.now();
  }

  @Override
  public Capabilities capabilities() {
    return store.capabilities();
  }
}
