package dev.guard.state;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.StateException;
import dev.guard.testkit.ManualTime;
import dev.guard.testkit.crash.CrashFs;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** File state over power cuts: what was acknowledged stands, and a document is whole or absent. */
class FileStateCrashProperties {
  private static final Path DIR = Path.of("/state");

  @Property
  void whatWasAcknowledged_stands(@ForAll long seed) {
    Random random = new Random(seed);
    CrashFs disk = new CrashFs(seed);
    ManualTime time = ManualTime.at(Instant.parse("2026-01-01T00:00:00Z"));
    Map<String, String> acknowledged = new HashMap<>();
    Map<String, Set<String>> unknown = new HashMap<>();
    int next = 0;
    for (int epoch = 0; epoch < 5; epoch++) {
      boolean kill = random.nextBoolean();
      int changes = 1 + random.nextInt(80);
      if (kill) {
        disk.killProcessIn(changes);
      } else {
        disk.cutPowerIn(changes);
      }
      try {
        FileStateStore store = FileStateStore.on(disk, DIR, time);
        check(store, acknowledged, unknown);
        for (int i = 0; i < 12; i++) {
          String key = "guard/test/k" + random.nextInt(3);
          String value = "\"v" + next++ + "x".repeat(random.nextInt(1500)) + "\"";
          Optional<StateStore.Versioned> found = store.get(key);
          unknown.computeIfAbsent(key, k -> new HashSet<>()).add(value);
          assertThat(
                  store.compareAndSet(
                      key,
                      found.map(StateStore.Versioned::version).orElse(null),
                      value.getBytes(UTF_8)))
              .isPresent();
          acknowledged.put(key, value);
          unknown.get(key).clear();
        }
      } catch (StateException | IOException fault) {
        assertThat(disk.isDark()).as("only its end may fail it: %s", fault).isTrue();
      }
      if (kill) {
        disk.killProcess();
      } else {
        disk.restart();
      }
    }
    try {
      check(FileStateStore.on(disk, DIR, time), acknowledged, unknown);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** The last acknowledged value, or one whose fate was unknown, which then is the one. */
  private static void check(
      StateStore store, Map<String, String> acknowledged, Map<String, Set<String>> unknown) {
    Set<String> keys = new HashSet<>(acknowledged.keySet());
    keys.addAll(unknown.keySet());
    for (String key : keys) {
      String now = store.get(key).map(found -> new String(found.value(), UTF_8)).orElse(null);
      Set<String> maybe = unknown.getOrDefault(key, Set.of());
      assertThat(java.util.Objects.equals(now, acknowledged.get(key)) || maybe.contains(now))
          .as("%s is neither what was acknowledged last nor what was tried after", key)
          .isTrue();
    }
  }
}
