package dev.guard.testkit.simulation;

import dev.guard.state.MemoryStateStore;
import dev.guard.state.StateStore;
import dev.guard.testkit.FaultyStore;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The store of all hosts as one host reaches it: every access is a contact with the world, and may
 * be made to fail. What is really written is shown to the judge, with whose write it was.
 */
final class SharedStore implements StateStore {
  private final Host host;
  private final Judge judge;
  private final FaultyStore faulty;

  SharedStore(Host host, MemoryStateStore behind, Judge judge) {
    this.host = host;
    this.judge = judge;
    this.faulty = FaultyStore.over(new Behind(behind));
  }

  FaultyStore faults() {
    return faulty;
  }

  /** What kind of document a key names; the rest of a key is a hash. */
  private static String kind(String key) {
    String[] parts = key.split("/", -1);
    return parts.length > 1 ? parts[1] : key;
  }

  @Override
  public Optional<Versioned> get(String key) {
    host.contact("get " + kind(key));
    try {
      Optional<Versioned> found = faulty.get(key);
      judge.read(host.doing(), key, found.map(SharedStore::text).orElse(""));
      return found;
    } catch (RuntimeException fault) {
      judge.unread(host.doing(), key);
      throw fault;
    }
  }

  @Override
  public Optional<String> compareAndSet(String key, @Nullable String expected, byte[] value) {
    host.contact("put " + kind(key));
    judge.writing(host.doing(), new String(value, StandardCharsets.UTF_8));
    return faulty.compareAndSet(key, expected, value);
  }

  @Override
  public List<String> keys(String prefix) {
    host.contact("keys");
    return faulty.keys(prefix);
  }

  @Override
  public Instant now() {
    return faulty.now();
  }

  @Override
  public Capabilities capabilities() {
    return faulty.capabilities();
  }

  private static String text(Versioned document) {
    return new String(document.value(), StandardCharsets.UTF_8);
  }

  /** The store itself, which knows whose line a write came in on. */
  private final class Behind implements StateStore {
    private final MemoryStateStore all;

    Behind(MemoryStateStore all) {
      this.all = all;
    }

    @Override
    public Optional<Versioned> get(String key) {
      return all.get(key);
    }

    @Override
    public Optional<String> compareAndSet(String key, @Nullable String expected, byte[] value) {
      String before = all.get(key).map(SharedStore::text).orElse("");
      Optional<String> version = all.compareAndSet(key, expected, value);
      if (version.isPresent()) {
        judge.written(host.number(), before, new String(value, StandardCharsets.UTF_8));
      }
      return version;
    }

    @Override
    public List<String> keys(String prefix) {
      return all.keys(prefix);
    }

    @Override
    public Instant now() {
      return host.ownClock() ? all.now() : host.now();
    }

    @Override
    public Capabilities capabilities() {
      Capabilities memory = all.capabilities();
      return new Capabilities(Scope.CLUSTER, true, memory.maxValueBytes(), host.ownClock());
    }
  }
}
