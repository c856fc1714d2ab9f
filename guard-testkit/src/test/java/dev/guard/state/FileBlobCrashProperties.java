package dev.guard.state;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.Digest;
import dev.guard.StateException;
import dev.guard.testkit.ManualTime;
import dev.guard.testkit.crash.CrashFs;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Blobs in files, and documents settled after a failure, over power cuts. */
class FileBlobCrashProperties {
  private static final Path DIR = Path.of("/state");
  private static final String KEY = "guard/test/one";

  private final ManualTime time = ManualTime.at(Instant.parse("2026-01-01T00:00:00Z"));

  @Property
  void aBlobThatWasAcknowledged_stands_andNoneIsEverDamaged(@ForAll long seed) throws Exception {
    Random random = new Random(seed);
    CrashFs disk = new CrashFs(seed);
    Map<Digest, byte[]> acknowledged = new HashMap<>();
    for (int epoch = 0; epoch < 4; epoch++) {
      boolean kill = random.nextBoolean();
      int changes = 1 + random.nextInt(60);
      if (kill) {
        disk.killProcessIn(changes);
      } else {
        disk.cutPowerIn(changes);
      }
      try {
        FileStateStore store = FileStateStore.on(disk, DIR, time);
        check(store, acknowledged);
        for (int i = 0; i < 12; i++) {
          byte[] content = ("b" + random.nextInt(5) + "x".repeat(900)).getBytes(UTF_8);
          Digest digest = Digest.of(content);
          assertThat(store.get(digest))
              .satisfiesAnyOf(
                  found -> assertThat(found).isEmpty(),
                  found -> assertThat(found).contains(content));
          store.put(content);
          acknowledged.put(digest, content);
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
    check(FileStateStore.on(disk, DIR, time), acknowledged);
  }

  private static void check(BlobStore store, Map<Digest, byte[]> acknowledged) {
    acknowledged.forEach((digest, content) -> assertThat(store.get(digest)).contains(content));
  }

  @Example
  void aDamagedBlob_isNeverHandedOut_andIsMendedByPuttingItAgain() throws Exception {
    CrashFs disk = new CrashFs(1);
    FileStateStore store = FileStateStore.on(disk, DIR, time);
    Digest digest = store.put("blob".getBytes(UTF_8));
    Path file =
        DIR.resolve("store_blobs")
            .resolve(digest.hex().substring(0, 2))
            .resolve(digest.hex() + "_blob");
    disk.tamper(file, "blub".getBytes(UTF_8));
    assertThatThrownBy(() -> store.get(digest))
        .isInstanceOf(StateException.class)
        .hasMessageContaining(digest.text());
    assertThat(store.put("blob".getBytes(UTF_8))).isEqualTo(digest);
    assertThat(store.get(digest)).contains("blob".getBytes(UTF_8));
    assertThat(store.keys("")).isEmpty();
  }

  @Property
  void whatAFailedWriteLeft_isDurableBeforeItIsShown(@ForAll long seed) throws Exception {
    CrashFs power = new CrashFs(seed);
    FailingDirectories disk = new FailingDirectories(power);
    FileStateStore store = FileStateStore.on(disk, DIR, time);
    String version = store.compareAndSet(KEY, null, "1".getBytes(UTF_8)).orElseThrow();
    disk.fail = true;
    assertThatThrownBy(() -> store.compareAndSet(KEY, version, "2".getBytes(UTF_8)))
        .isInstanceOfSatisfying(
            StateException.class, unknown -> assertThat(unknown.mayHaveRun()).isTrue());
    assertThatThrownBy(() -> store.get(KEY)).isInstanceOf(StateException.class);
    disk.fail = false;
    byte[] shown = store.get(KEY).orElseThrow().value();
    assertThat(shown).isEqualTo("2".getBytes(UTF_8));
    power.cutPowerIn(1);
    assertThatThrownBy(() -> store.compareAndSet("guard/test/two", null, new byte[0]))
        .isInstanceOf(StateException.class);
    power.restart();
    assertThat(FileStateStore.on(power, DIR, time).get(KEY).orElseThrow().value()).isEqualTo(shown);
  }
}
