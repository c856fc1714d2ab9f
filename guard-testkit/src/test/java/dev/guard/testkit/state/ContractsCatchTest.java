package dev.guard.testkit.state;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.Digest;
import dev.guard.state.BlobStore;
import dev.guard.state.MemoryStateStore;
import dev.guard.state.StateStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The contracts would notice: each wrong store here fails the test that is named with it. */
class ContractsCatchTest {
  /** One test of the contract. */
  private interface Part {
    void run(StateStoreContract contract) throws Exception;
  }

  /** A mistake that somebody who writes a store could make, and the test that sees it. */
  private record Mistake(String name, StateStore wrong, Part sees) {}

  private static Stream<Mistake> mistakes() {
    return Stream.of(
        new Mistake("empty is absent", new EmptyIsAbsent(), StateStoreContract::absentIsNotEmpty),
        new Mistake("arrays are shared", new SharedArrays(), StateStoreContract::exactBytes),
        new Mistake("last write wins", new LastWriteWins(), StateStoreContract::compareAndSet),
        new Mistake("insert overwrites", new InsertOverwrites(), StateStoreContract::insertRace),
        new Mistake(
            "version is the value",
            new ValueIsVersion(),
            StateStoreContract::versionsAreNeverReused),
        new Mistake(
            "check, then act", new CheckThenAct(), StateStoreContract::concurrentIncrements),
        new Mistake("large is cut", new LargeIsCut(), StateStoreContract::tooLarge),
        new Mistake("any key", new AnyKey(), StateStoreContract::keysAreChecked),
        new Mistake("keys unsorted", new KeysUnsorted(), StateStoreContract::keysByPrefix),
        new Mistake("clock runs back", new ClockRunsBack(), StateStoreContract::clock),
        new Mistake("says durable", new SaysDurable(), StateStoreContract::capabilities),
        new Mistake("says shared", new SaysShared(), StateStoreContract::anotherInstanceSeesIt));
  }

  @TestFactory
  Stream<DynamicTest> aWrongStore_isCaught() {
    return mistakes()
        .map(
            mistake ->
                DynamicTest.dynamicTest(
                    mistake.name(),
                    () -> {
                      assertThatThrownBy(() -> mistake.sees().run(() -> mistake.wrong()))
                          .isInstanceOfAny(AssertionError.class, NoSuchElementException.class);
                      StateStore right = MemoryStateStore.create();
                      assertThatCode(() -> mistake.sees().run(() -> right))
                          .doesNotThrowAnyException();
                    }));
  }

  @Test
  void aBlobStoreThatKeepsTheCallersArray_isCaught() {
    Map<Digest, byte[]> kept = new HashMap<>();
    BlobStore careless =
        new BlobStore() {
          @Override
          public Digest put(byte[] content) {
            kept.put(Digest.of(content), content);
            return Digest.of(content);
          }

          @Override
          public Optional<byte[]> get(Digest digest) {
            return Optional.ofNullable(kept.get(digest));
          }
        };
    BlobStoreContract contract = () -> careless;
    assertThatThrownBy(contract::putAndGet).isInstanceOf(AssertionError.class);
    assertThatThrownBy(contract::blobTooLarge).isInstanceOf(AssertionError.class);
  }

  /** A right store, to be spoilt in one place. */
  private static class Spoilt implements StateStore {
    final MemoryStateStore right = MemoryStateStore.create();

    @Override
    public Optional<Versioned> get(String key) {
      return right.get(key);
    }

    @Override
    public Optional<String> compareAndSet(String key, @Nullable String expected, byte[] value) {
      return right.compareAndSet(key, expected, value);
    }

    @Override
    public List<String> keys(String prefix) {
      return right.keys(prefix);
    }

    @Override
    public Instant now() {
      return right.now();
    }

    @Override
    public Capabilities capabilities() {
      return right.capabilities();
    }

    @Nullable String current(String key) {
      return right.get(key).map(Versioned::version).orElse(null);
    }
  }

  private static final class EmptyIsAbsent extends Spoilt {
    @Override
    public Optional<Versioned> get(String key) {
      return super.get(key).filter(found -> found.value().length > 0);
    }
  }

  private static final class SharedArrays extends Spoilt {
    private final Map<String, Versioned> kept = new ConcurrentHashMap<>();

    @Override
    public Optional<Versioned> get(String key) {
      return Optional.ofNullable(kept.get(key));
    }

    @Override
    public Optional<String> compareAndSet(String key, @Nullable String expected, byte[] value) {
      Optional<String> version = super.compareAndSet(key, expected, value);
      version.ifPresent(each -> kept.put(key, new Versioned(each, value)));
      return version;
    }
  }

  private static final class LastWriteWins extends Spoilt {
    @Override
    public Optional<String> compareAndSet(String key, @Nullable String expected, byte[] value) {
      return super.compareAndSet(key, expected == null ? null : current(key), value);
    }
  }

  private static final class InsertOverwrites extends Spoilt {
    @Override
    public synchronized Optional<String> compareAndSet(
        String key, @Nullable String expected, byte[] value) {
      return super.compareAndSet(key, expected == null ? current(key) : expected, value);
    }
  }

  private static final class ValueIsVersion extends Spoilt {
    @Override
    public Optional<Versioned> get(String key) {
      return super.get(key)
          .map(found -> new Versioned(Digest.of(found.value()).text(), found.value()));
    }

    @Override
    public synchronized Optional<String> compareAndSet(
        String key, @Nullable String expected, byte[] value) {
      String now = get(key).map(Versioned::version).orElse(null);
      if (expected == null ? now != null : !expected.equals(now)) {
        return Optional.empty();
      }
      return super.compareAndSet(key, current(key), value).map(v -> Digest.of(value).text());
    }
  }

  private static final class CheckThenAct extends Spoilt {
    private final Map<String, Versioned> kept = new ConcurrentHashMap<>();
    private final AtomicLong versions = new AtomicLong();

    @Override
    public Optional<Versioned> get(String key) {
      return Optional.ofNullable(kept.get(key));
    }

    @Override
    public Optional<String> compareAndSet(String key, @Nullable String expected, byte[] value) {
      Versioned found = kept.get(key);
      if (found == null ? expected != null : !found.version().equals(expected)) {
        return Optional.empty();
      }
      LockSupport.parkNanos(1_000_000);
      String version = Long.toString(versions.incrementAndGet());
      kept.put(key, new Versioned(version, value.clone()));
      return Optional.of(version);
    }
  }

  private static final class LargeIsCut extends Spoilt {
    @Override
    public Optional<String> compareAndSet(String key, @Nullable String expected, byte[] value) {
      int most = capabilities().maxValueBytes();
      byte[] cut = value.length > most ? java.util.Arrays.copyOf(value, most) : value;
      return super.compareAndSet(key, expected, cut);
    }
  }

  private static final class AnyKey extends Spoilt {
    @Override
    public Optional<Versioned> get(String key) {
      try {
        return super.get(key);
      } catch (IllegalArgumentException e) {
        return Optional.empty();
      }
    }
  }

  private static final class KeysUnsorted extends Spoilt {
    @Override
    public List<String> keys(String prefix) {
      List<String> keys = new ArrayList<>(super.keys(prefix));
      Collections.reverse(keys);
      return keys;
    }
  }

  private static final class ClockRunsBack extends Spoilt {
    private Instant last = Instant.parse("2030-01-01T00:00:00Z");

    @Override
    public Instant now() {
      last = last.minusMillis(1);
      return last;
    }
  }

  private static final class SaysDurable extends Spoilt {
    @Override
    public Capabilities capabilities() {
      return new Capabilities(Scope.PROCESS, true, 256 * 1024, false);
    }
  }

  private static final class SaysShared extends Spoilt {
    @Override
    public Capabilities capabilities() {
      return new Capabilities(Scope.CLUSTER, true, 256 * 1024, false);
    }
  }
}
