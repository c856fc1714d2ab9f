package dev.guard.state;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.StateException;
import dev.guard.audit.Child;
import dev.guard.support.HandTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileStateStoreTest {
  private static final String KEY = "guard/test/one";

  @TempDir Path home;

  private Path dir() {
    return home.resolve("deep/state");
  }

  private FileStateStore store() {
    return FileStateStore.at(dir());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private static Optional<String> text(StateStore store, String key) {
    return store.get(key).map(found -> new String(found.value(), UTF_8));
  }

  private Path documentFile() throws IOException {
    try (Stream<Path> files = Files.walk(dir())) {
      return files.filter(file -> file.toString().endsWith("_doc.json")).findFirst().orElseThrow();
    }
  }

  private static void compareAndSetContract(StateStore store) {
    assertThat(store.get(KEY)).isEmpty();
    assertThat(store.compareAndSet(KEY, "1-no", bytes("{}"))).isEmpty();
    String first = store.compareAndSet(KEY, null, bytes("{\"a\":1}")).orElseThrow();
    assertThat(store.compareAndSet(KEY, null, bytes("{}"))).isEmpty();
    String second = store.compareAndSet(KEY, first, bytes("{\"a\":2}")).orElseThrow();
    assertThat(second).isNotEqualTo(first);
    assertThat(store.compareAndSet(KEY, first, bytes("{}"))).isEmpty();
    assertThat(text(store, KEY)).contains("{\"a\":2}");
    assertThat(store.get(KEY).orElseThrow().version()).isEqualTo(second);
    store.compareAndSet("guard/test/two", null, bytes("2"));
    store.compareAndSet("guard/test", null, bytes("3"));
    store.compareAndSet("other/x", null, bytes("4"));
    assertThat(store.keys("guard/test/")).containsExactly(KEY, "guard/test/two");
    assertThat(store.keys("guard/t")).containsExactly("guard/test", KEY, "guard/test/two");
    assertThat(store.keys("")).hasSize(4);
    assertThat(store.keys("nothing")).isEmpty();
  }

  @Test
  void compareAndSet_holdsInFiles() {
    compareAndSetContract(store());
    assertThat(store().capabilities())
        .isEqualTo(new StateStore.Capabilities(StateStore.Scope.HOST, true, 256 * 1024, false));
  }

  @Test
  void compareAndSet_holdsInMemory() {
    compareAndSetContract(MemoryStateStore.create());
    assertThat(MemoryStateStore.create().capabilities().scope())
        .isEqualTo(StateStore.Scope.PROCESS);
    assertThat(MemoryStateStore.create().capabilities().durable()).isFalse();
  }

  @Test
  void whatIsWritten_isThereForTheNextProcess_andReadable() throws IOException {
    store().compareAndSet(KEY, null, bytes("{\"stopped\":true}"));
    assertThat(text(store(), KEY)).contains("{\"stopped\":true}");
    assertThat(Files.readString(documentFile())).contains("\"json\":{\"stopped\":true}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "not json", "{\"a\": 1}", "\"ä\\u00e4\"", "1.0", "{\"a\":1,\"a\":2}"})
  void theBytesThatComeBack_areTheBytesThatWentIn(String value) {
    store().compareAndSet(KEY, null, bytes(value));
    assertThat(text(store(), KEY)).contains(value);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "../x",
        "a/../b",
        "/a",
        "a/",
        "a//b",
        ".a",
        "a/.b",
        "A",
        "a_b",
        "a b",
        "a\u0000b",
        "ä",
        "a\\b",
        "-a"
      })
  void aKeyThatCouldLeaveTheDirectory_isRefused(String key) {
    assertThatThrownBy(() -> store().get(key)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> store().compareAndSet(key, null, bytes("1")))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> MemoryStateStore.create().get(key))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aValueTooLarge_isRefused_andNothingIsWritten() {
    StateStore store = store();
    assertThat(store.compareAndSet(KEY, null, new byte[256 * 1024])).isPresent();
    assertThatThrownBy(
            () -> store.compareAndSet("guard/test/large", null, new byte[256 * 1024 + 1]))
        .isInstanceOf(StateException.class);
    assertThat(store.get("guard/test/large")).isEmpty();
    assertThat(store.get(KEY).orElseThrow().value()).hasSize(256 * 1024);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "null",
        "[]",
        "{\"schema\":\"guard.state/2\",\"version\":\"1\",\"writeId\":\"x\",\"json\":{}}",
        "{\"schema\":\"guard.state/1\",\"version\":\"x\",\"writeId\":\"x\",\"json\":{}}",
        "{\"schema\":\"guard.state/1\",\"version\":\"1\",\"writeId\":\"x\"}",
        "{\"schema\":\"guard.state/1\",\"version\":\"1\",\"writeId\":\"x\",\"base64\":\"*\"}"
      })
  void aDamagedDocument_isNeverAbsent(String content) throws IOException {
    StateStore store = store();
    store.compareAndSet(KEY, null, bytes("{\"stopped\":true}"));
    Files.writeString(documentFile(), content);
    assertThatThrownBy(() -> store.get(KEY))
        .isInstanceOf(StateException.class)
        .hasMessageContaining(KEY);
    assertThatThrownBy(() -> store.compareAndSet(KEY, null, bytes("{}")))
        .isInstanceOf(StateException.class);
  }

  @Test
  void aDocumentThatIsADirectory_isNeverAbsent() throws IOException {
    StateStore store = store();
    store.compareAndSet(KEY, null, bytes("{}"));
    Path file = documentFile();
    Files.delete(file);
    Files.createDirectory(file);
    assertThatThrownBy(() -> store.get(KEY)).isInstanceOf(StateException.class);
  }

  @Test
  void aDirectoryThatVanishes_isNotAnEmptyOne() throws IOException {
    StateStore store = store();
    store.compareAndSet(KEY, null, bytes("{\"stopped\":true}"));
    Files.move(dir(), home.resolve("elsewhere"));
    assertThatThrownBy(() -> store.get(KEY)).isInstanceOf(StateException.class);
    Files.createDirectories(dir());
    assertThatThrownBy(() -> store.get(KEY)).isInstanceOf(StateException.class);
    FileStateStore.at(dir());
    assertThatThrownBy(() -> store.get(KEY))
        .as("another store in the same place")
        .isInstanceOf(StateException.class);
    assertThatThrownBy(() -> store.compareAndSet(KEY, null, bytes("{}")))
        .isInstanceOf(StateException.class);
  }

  @Test
  void aPlaceThatIsNoDirectory_isRefused() throws IOException {
    Path file = Files.createFile(home.resolve("file"));
    assertThatThrownBy(() -> FileStateStore.at(file)).isInstanceOf(StateException.class);
    assertThatThrownBy(() -> FileStateStore.at(file.resolve("state")))
        .isInstanceOf(StateException.class);
  }

  @Test
  void onceClosed_nothingIsAnswered() {
    FileStateStore store = store();
    store.close();
    assertThatThrownBy(() -> store.get(KEY)).isInstanceOf(StateException.class);
    assertThatThrownBy(() -> store.compareAndSet(KEY, null, bytes("1")))
        .isInstanceOf(StateException.class);
    assertThatThrownBy(() -> store.keys("")).isInstanceOf(StateException.class);
    assertThatThrownBy(() -> store.tryLock("g", "me", "a test")).isInstanceOf(StateException.class);
  }

  @Test
  void anInterruptedThread_canStillWriteALatch() {
    StateStore store = store();
    Thread.currentThread().interrupt();
    try {
      assertThat(store.compareAndSet(KEY, null, bytes("{\"stopped\":true}"))).isPresent();
      assertThat(text(store, KEY)).isPresent();
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void threadsAndProcesses_countTogetherExactly() throws Exception {
    StateStore store = store();
    Child one = Child.start("count", dir().toString());
    Child two = Child.start("count", dir().toString());
    ExecutorService pool = Executors.newFixedThreadPool(3);
    try {
      List<Future<?>> all = new ArrayList<>();
      for (int t = 0; t < 3; t++) {
        all.add(pool.submit(() -> count(store, 100)));
      }
      for (Future<?> each : all) {
        each.get();
      }
    } finally {
      pool.shutdownNow();
    }
    assertThat(one.line()).isEqualTo("counted");
    assertThat(two.line()).isEqualTo("counted");
    assertThat(text(store, "guard/test/count")).contains("500");
  }

  private static void count(StateStore store, int times) {
    for (int i = 0; i < times; ) {
      Optional<StateStore.Versioned> found = store.get("guard/test/count");
      long now = found.map(one -> Long.parseLong(new String(one.value(), UTF_8))).orElse(0L);
      if (store
          .compareAndSet(
              "guard/test/count",
              found.map(StateStore.Versioned::version).orElse(null),
              bytes(Long.toString(now + 1)))
          .isPresent()) {
        i++;
      }
    }
  }

  @Test
  void theRunLock_isHeldByOne_andNamesItsOwner() {
    HandTime time = new HandTime();
    FileStateStore store = FileStateStore.at(dir(), time);
    assertThat(store.owner("Nightly ../run")).isEmpty();
    RunLock.Held held = store.tryLock("Nightly ../run", "ada", "a test").orElseThrow();
    assertThat(store.tryLock("Nightly ../run", "bob", "a test")).isEmpty();
    assertThat(store().tryLock("Nightly ../run", "bob", "a test")).isEmpty();
    assertThat(store.tryLock("another", "bob", "a test")).isPresent();
    assertThat(store.owner("Nightly ../run").orElseThrow())
        .contains("ada", "process " + ProcessHandle.current().pid(), HandTime.START.toString());
    held.close();
    held.close();
    assertThat(store.owner("Nightly ../run")).isEmpty();
    assertThat(store.tryLock("Nightly ../run", "bob", "a test")).isPresent();
  }

  @Test
  void aRunLockThatNobodyRemembers_isHeldUntilTheProcessEnds() throws Exception {
    FileStateStore store = store();
    assertThat(store.tryLock("nightly", "ada", "a test")).isPresent();
    System.gc(); // must not close what was never closed
    assertThat(Child.run("try-run-lock", dir().toString())).isEqualTo("refused");
    assertThat(store.tryLock("nightly", "bob", "a test")).isEmpty();
  }

  @Test
  void theRunLock_keepsProcessesApart_andEndsWithAKill() throws Exception {
    FileStateStore store = store();
    Child child = Child.start("run-lock", dir().toString());
    assertThat(child.line()).isEqualTo("locked");
    assertThat(store.tryLock("nightly", "ada", "a test")).isEmpty();
    assertThat(store.owner("nightly").orElseThrow()).contains("child");
    child.kill();
    RunLock.Held held = store.tryLock("nightly", "ada", "a test").orElseThrow();
    assertThat(store.tryLock("nightly", "bob", "a test")).isEmpty();
    assertThat(Child.run("try-run-lock", dir().toString()))
        .as("a second try in this process did not release it")
        .isEqualTo("refused");
    held.close();
  }
}
