package dev.guard.testkit.state;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.guard.StateException;
import dev.guard.state.StateDocument;
import dev.guard.state.StateStore;
import dev.guard.state.StateStore.Capabilities;
import dev.guard.state.StateStore.Scope;
import dev.guard.testkit.FaultyStore;
import dev.guard.testkit.FaultyStore.Fault;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * What a {@link StateStore} does, as tests: JUnit 5 runs them in every class that implements this.
 * They write under keys of their own, with a random part, and leave what they wrote.
 *
 * <pre>{@code
 * class OurStoreTest implements StateStoreContract {
 *   public StateStore store() { return OurStore.on(server); }
 * }
 * }</pre>
 */
public interface StateStoreContract {
  /**
   * Opens the store: the same documents each time, through another instance, as another process
   * would. A store of scope PROCESS answers the same instance.
   *
   * @return the store
   */
  StateStore store();

  /** What is absent reads as absent; what is empty is there. */
  @Test
  default void absentIsNotEmpty() {
    Shelf shelf = Shelf.of(this);
    assertTrue(shelf.store.get(shelf.key("a")).isEmpty());
    String version = shelf.insert("a", "");
    StateStore.Versioned found = shelf.store.get(shelf.key("a")).orElseThrow();
    assertEquals(0, found.value().length);
    assertEquals(version, found.version());
    assertTrue(shelf.store.get(shelf.key("b")).isEmpty());
  }

  /** Bytes come back as they went in, whatever they are, and are nobody else's array. */
  @Test
  default void exactBytes() {
    Shelf shelf = Shelf.of(this);
    byte[] all = new byte[512];
    for (int i = 0; i < all.length; i++) {
      all[i] = (byte) i;
    }
    byte[] given = all.clone();
    String version = shelf.store.compareAndSet(shelf.key("a"), null, given).orElseThrow();
    Arrays.fill(given, (byte) 0);
    byte[] read = shelf.store.get(shelf.key("a")).orElseThrow().value();
    assertArrayEquals(all, read);
    Arrays.fill(read, (byte) 0);
    assertArrayEquals(all, shelf.store.get(shelf.key("a")).orElseThrow().value());
    List<String> texts =
        List.of("{\"a\": 1}", "\"ä\\u00e4\"", "1.0", "not json", "{\"a\":1,\"a\":2}");
    for (String text : texts) {
      version = shelf.replace("a", version, text);
      assertEquals(Optional.of(text), shelf.text("a"));
    }
  }

  /** Only the expected version is replaced, and only what is absent is inserted. */
  @Test
  default void compareAndSet() {
    Shelf shelf = Shelf.of(this);
    assertTrue(shelf.tryReplace("a", "1-no", "x").isEmpty(), "a version that never was");
    assertTrue(shelf.text("a").isEmpty());
    String first = shelf.insert("a", "one");
    assertTrue(shelf.tryReplace("a", null, "two").isEmpty(), "it is there already");
    String second = shelf.replace("a", first, "two");
    assertNotEquals(first, second);
    assertTrue(shelf.tryReplace("a", first, "lost").isEmpty(), "an update would be lost");
    assertTrue(shelf.tryReplace("a", null, "lost").isEmpty());
    assertEquals(Optional.of("two"), shelf.text("a"));
    assertEquals(second, shelf.store.get(shelf.key("a")).orElseThrow().version());
    assertTrue(shelf.tryReplace("b", second, "x").isEmpty(), "a version of another document");
  }

  /** No version comes twice, even where the same value is written again. */
  @Test
  default void versionsAreNeverReused() {
    Shelf shelf = Shelf.of(this);
    Set<String> versions = new HashSet<>();
    String version = shelf.insert("a", "same");
    for (int i = 0; i < 50; i++) {
      assertTrue(versions.add(version), version + " came twice");
      version = shelf.replace("a", version, "same");
    }
    for (String old : versions) {
      assertTrue(shelf.tryReplace("a", old, "old").isEmpty());
    }
  }

  /** Of eight that insert at once, one wins, and its value stands. */
  @Test
  default void insertRace() throws Exception {
    Shelf shelf = Shelf.of(this);
    for (int round = 0; round < 10; round++) {
      String name = "race-" + round;
      List<Optional<String>> answers =
          Shelf.atOnce(8, i -> shelf.another().tryReplace(name, null, "by " + i));
      assertEquals(1, answers.stream().filter(Optional::isPresent).count());
      for (int i = 0; i < answers.size(); i++) {
        if (answers.get(i).isPresent()) {
          assertEquals(Optional.of("by " + i), shelf.text(name));
          assertEquals(
              answers.get(i).get(), shelf.store.get(shelf.key(name)).orElseThrow().version());
        }
      }
    }
  }

  /** Eight that count at once count exactly. */
  @Test
  default void concurrentIncrements() throws Exception {
    Shelf shelf = Shelf.of(this);
    Shelf.atOnce(
        8,
        i -> {
          Shelf mine = shelf.another();
          for (int counted = 0; counted < 25; ) {
            Optional<StateStore.Versioned> found = mine.store.get(mine.key("count"));
            long now = mine.text(found).map(Long::parseLong).orElse(0L);
            String expected = found.map(StateStore.Versioned::version).orElse(null);
            if (mine.tryReplace("count", expected, Long.toString(now + 1)).isPresent()) {
              counted++;
            }
          }
          return true;
        });
    assertEquals(Optional.of("200"), shelf.text("count"));
  }

  /** A value too large is refused for certain, and nothing is changed. */
  @Test
  default void tooLarge() {
    Shelf shelf = Shelf.of(this);
    int most = shelf.store.capabilities().maxValueBytes();
    assertTrue(most >= 64 * 1024, "every store takes 64 KiB");
    byte[] large = new byte[most + 1];
    StateException refused =
        assertThrows(
            StateException.class, () -> shelf.store.compareAndSet(shelf.key("a"), null, large));
    assertFalse(refused.mayHaveRun());
    assertTrue(shelf.store.get(shelf.key("a")).isEmpty());
    String version = shelf.insert("a", "small");
    assertThrows(
        StateException.class, () -> shelf.store.compareAndSet(shelf.key("a"), version, large));
    assertEquals(Optional.of("small"), shelf.text("a"));
    byte[] fits = Arrays.copyOf(large, most);
    assertTrue(shelf.store.compareAndSet(shelf.key("a"), version, fits).isPresent());
    assertEquals(most, shelf.store.get(shelf.key("a")).orElseThrow().value().length);
  }

  /** A key that is none is refused before anything is done. */
  @Test
  default void keysAreChecked() {
    StateStore store = store();
    List<String> bad =
        List.of(
            "",
            "/a",
            "a/",
            "a//b",
            "../a",
            "a/../b",
            ".a",
            "a/.b",
            "-a",
            "A",
            "a_b",
            "a b",
            "ä",
            "a\\b",
            "a\u0000b",
            "a%b",
            "a'b",
            "a\"b;--",
            "a".repeat(201));
    for (String key : bad) {
      assertThrows(IllegalArgumentException.class, () -> store.get(key), key);
      assertThrows(
          IllegalArgumentException.class,
          () -> store.compareAndSet(key, null, new byte[] {1}),
          key);
    }
    String longest = Shelf.of(this).key("x");
    longest += "x".repeat(200 - longest.length());
    assertTrue(store.compareAndSet(longest, null, new byte[] {1}).isPresent());
    assertTrue(store.get(longest).isPresent());
  }

  /** Keys are listed by their beginning, sorted, and none is made up. */
  @Test
  default void keysByPrefix() {
    Shelf shelf = Shelf.of(this);
    for (String name : List.of("b", "a/two", "a-1", "a", "a/one", "a.x", "c/deep/er")) {
      shelf.insert(name, name);
    }
    assertEquals(shelf.keys("a", "a-1", "a.x", "a/one", "a/two"), shelf.listed("a"));
    assertEquals(shelf.keys("a/one", "a/two"), shelf.listed("a/"));
    assertEquals(shelf.keys("a/two"), shelf.listed("a/t"));
    assertEquals(shelf.keys("c/deep/er"), shelf.listed("c/deep"));
    assertEquals(7, shelf.listed("").size());
    assertEquals(List.of(), shelf.listed("nothing"));
    assertEquals(List.of(), shelf.store.keys("%"));
    assertEquals(List.of(), shelf.store.keys("_"));
    assertTrue(shelf.store.keys("").containsAll(shelf.listed("")));
  }

  /** What one instance wrote, another sees at once, and may replace. */
  @Test
  default void anotherInstanceSeesIt() {
    Shelf shelf = Shelf.of(this);
    Shelf other = shelf.another();
    assertEquals(shelf.store.capabilities(), other.store.capabilities());
    if (shelf.store.capabilities().scope() == Scope.PROCESS) {
      return;
    }
    assertNotSame(shelf.store, other.store, "store() opens another instance each time");
    String first = shelf.insert("a", "one");
    assertEquals(Optional.of("one"), other.text("a"));
    String second = other.replace("a", first, "two");
    assertTrue(shelf.tryReplace("a", first, "lost").isEmpty());
    assertEquals(Optional.of("two"), shelf.text("a"));
    shelf.replace("a", second, "three");
    assertEquals(Optional.of("three"), other.text("a"));
    assertEquals(shelf.keys("a"), other.listed(""));
  }

  /** The clock tells a time that people could mean, and does not step back while nobody sets it. */
  @Test
  default void clock() {
    StateStore store = store();
    Instant last = store.now();
    assertTrue(last.isAfter(Instant.parse("2020-01-01T00:00:00Z")), "told " + last);
    for (int i = 0; i < 50; i++) {
      Instant next = store.now();
      assertFalse(next.isBefore(last), next + " after " + last);
      last = next;
    }
  }

  /** What a store says of itself makes sense. */
  @Test
  default void capabilities() {
    Capabilities can = store().capabilities();
    assertEquals(can, store().capabilities());
    if (can.scope() == Scope.PROCESS) {
      assertFalse(can.durable(), "what ends with the process is not durable");
    }
  }

  /** Under a storm of conflicts, changes are neither lost nor made twice, and it ends. */
  @Test
  default void conflictStorm() {
    Shelf shelf = Shelf.of(this);
    FaultyStore faulty = FaultyStore.over(shelf.store);
    StateDocument<Long> count = shelf.counter(faulty);
    faulty.storm(100, Fault.CONFLICT);
    assertEquals(1, Shelf.increment(count));
    faulty.calm();
    faulty.storm(10_000, Fault.CONFLICT);
    StateException refused = assertThrows(StateException.class, () -> Shelf.increment(count));
    assertFalse(refused.mayHaveRun());
    faulty.calm();
    assertEquals(2, Shelf.increment(count));
  }

  /** A write of unknown fate is settled by reading, whether it arrived, never will, or is late. */
  @Test
  default void unknownOutcomes() {
    Shelf shelf = Shelf.of(this);
    FaultyStore faulty = FaultyStore.over(shelf.store);
    StateDocument<Long> count = shelf.counter(faulty);
    long expected = 0;
    for (Fault fault : List.of(Fault.UNKNOWN_WRITTEN, Fault.UNKNOWN_LOST, Fault.UNKNOWN_LATE)) {
      faulty.next(Fault.NONE, fault);
      assertEquals(++expected, Shelf.increment(count), fault.name());
      assertEquals(
          Optional.of(expected), shelf.counter(shelf.another().store).read(), fault.name());
    }
    faulty.next(Fault.NONE, Fault.UNKNOWN_WRITTEN).storm(10, Fault.UNAVAILABLE);
    StateException unknown = assertThrows(StateException.class, () -> Shelf.increment(count));
    assertTrue(unknown.mayHaveRun(), "it could not be settled, and must say so");
    faulty.calm();
    assertEquals(Optional.of(expected + 1), count.read(), "it was written once, not twice");
  }

  /** An outage is an exception, never an absence, and what was written stands after it. */
  @Test
  default void outage() {
    Shelf shelf = Shelf.of(this);
    FaultyStore faulty = FaultyStore.over(shelf.store);
    StateDocument<Long> count = shelf.counter(faulty);
    assertEquals(1, Shelf.increment(count));
    faulty.away(true);
    assertThrows(StateException.class, count::read);
    assertThrows(StateException.class, () -> faulty.keys(""));
    StateException refused = assertThrows(StateException.class, () -> Shelf.increment(count));
    assertFalse(refused.mayHaveRun());
    faulty.away(false);
    assertEquals(2, Shelf.increment(count));
  }

  /** A document that has grown too large is refused for certain, and stays as it was. */
  @Test
  default void grownTooLarge() {
    Shelf shelf = Shelf.of(this);
    FaultyStore faulty = FaultyStore.over(shelf.store);
    StateDocument<Long> count = shelf.counter(faulty);
    assertEquals(1, Shelf.increment(count));
    faulty.atMost(10);
    StateException refused = assertThrows(StateException.class, () -> Shelf.increment(count));
    assertFalse(refused.mayHaveRun());
    assertEquals(Optional.of(1L), count.read());
  }

  /** A clock that steps back changes nothing about versions: order comes from them alone. */
  @Test
  default void clockThatStepsBack() {
    Shelf shelf = Shelf.of(this);
    FaultyStore faulty = FaultyStore.over(shelf.store);
    StateDocument<Long> count = shelf.counter(faulty);
    Instant before = faulty.now();
    assertEquals(1, Shelf.increment(count));
    String version = shelf.store.get(shelf.key("count")).orElseThrow().version();
    faulty.clockOff(Duration.ofDays(-3));
    assertTrue(faulty.now().isBefore(before));
    assertEquals(2, Shelf.increment(count));
    assertTrue(shelf.tryReplace("count", version, "lost").isEmpty());
    assertEquals(Optional.of(2L), shelf.counter(shelf.another().store).read());
  }
}
