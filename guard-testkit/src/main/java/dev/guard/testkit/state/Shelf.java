package dev.guard.testkit.state;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.guard.state.StateDocument;
import dev.guard.state.StateDocument.Change;
import dev.guard.state.StateStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Keys of one test's own, and short words for what the contract does. */
final class Shelf {
  private static final StateDocument.Form<Long> NUMBER =
      new StateDocument.Form<>() {
        @Override
        public Long read(byte[] json) {
          return Long.parseLong(new String(json, UTF_8));
        }

        @Override
        public byte[] write(Long value) {
          return Long.toString(value).getBytes(UTF_8);
        }
      };

  final StateStore store;
  private final StateStoreContract contract;
  private final String home;

  private Shelf(StateStoreContract contract, String home) {
    this.contract = contract;
    this.home = home;
    this.store = contract.store();
  }

  static Shelf of(StateStoreContract contract) {
    return new Shelf(contract, "guard/contract/" + UUID.randomUUID() + "/");
  }

  /** The same keys, through another instance. */
  Shelf another() {
    return new Shelf(contract, home);
  }

  String key(String name) {
    return home + name;
  }

  List<String> keys(String... names) {
    return Stream.of(names).map(this::key).toList();
  }

  List<String> listed(String prefix) {
    return store.keys(key(prefix));
  }

  Optional<String> text(String name) {
    return text(store.get(key(name)));
  }

  Optional<String> text(Optional<StateStore.Versioned> found) {
    return found.map(each -> new String(each.value(), UTF_8));
  }

  Optional<String> tryReplace(String name, @Nullable String expected, String text) {
    return store.compareAndSet(key(name), expected, text.getBytes(UTF_8));
  }

  String replace(String name, String expected, String text) {
    return tryReplace(name, expected, text).orElseThrow();
  }

  String insert(String name, String text) {
    return tryReplace(name, null, text).orElseThrow();
  }

  StateDocument<Long> counter(StateStore through) {
    return counter(through, key("count"));
  }

  static StateDocument<Long> counter(StateStore through, String key) {
    return StateDocument.in(through, key, NUMBER);
  }

  static long increment(StateDocument<Long> count) {
    return count.change(
        found -> {
          long next = found.orElse(0L) + 1;
          return Change.to(next, next);
        });
  }

  /** What one of several does. */
  interface Part<T> {
    T run(int index) throws Exception;
  }

  /** Runs parts in threads that begin together. */
  static <T> List<T> atOnce(int threads, Part<T> part) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      CountDownLatch ready = new CountDownLatch(threads);
      List<Future<T>> running = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        int index = i;
        running.add(
            pool.submit(
                () -> {
                  ready.countDown();
                  ready.await();
                  return part.run(index);
                }));
      }
      List<T> answers = new ArrayList<>();
      for (Future<T> each : running) {
        answers.add(each.get());
      }
      return answers;
    } finally {
      pool.shutdownNow();
    }
  }
}
