package dev.guard.testkit.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.GuardListener.Step;
import dev.guard.audit.JournalReader;
import dev.guard.audit.JournalVerifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The disk fails a real process: it is full (the system refuses to let a file grow), or a directory
 * cannot be written. The run ends by itself and says why; when the disk is mended the same plan is
 * finished, with nothing lost and nothing done twice.
 */
class FailingDiskTest {
  private static final int ITEMS = 6;
  private static final int LIMIT = 3 * ITEMS;

  @TempDir Path directory;

  /** Files grow to so many KiB and no further, as on a full disk. The log is written by another. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 6})
  void aFullDisk_endsTheRun_andWhatItDidIsKnown(int kibibytes) throws Exception {
    Path home = Files.createDirectories(directory.resolve("home"));
    String state = directory.resolve("state").toString();
    int exit = bash(home, "ulimit -f " + kibibytes + "; exec " + java(state, home, "none", 0));
    if (exit != 0) {
      assertThat(Files.readString(home.resolve("log")))
          .containsAnyOf("journal", "state", "File too large");
    }
    finish(home, state);
  }

  @Test
  void aFullDisk_isReallyFull() throws Exception {
    Path home = Files.createDirectories(directory.resolve("home"));
    assertThat(
            bash(
                home,
                "ulimit -f 2; exec " + java(directory.resolve("s").toString(), home, "none", 0)))
        .as("two KiB are not enough for six acts")
        .isNotZero();
  }

  @Test
  void aDirectoryThatCannotBeWritten_letsNothingRun() throws Exception {
    for (String which : List.of("journal", "state")) {
      Path home = Files.createDirectories(directory.resolve("home-" + which));
      Path state = directory.resolve("state-" + which);
      assertThat(bash(home, java(state.toString(), home, Step.ACTED.name(), 3))).isEqualTo(137);
      Path closed = which.equals("state") ? state : home.resolve("journal");
      rights(closed, "r-xr-xr-x", "r--r--r--");
      int done = touched(home);
      int exit = bash(home, "exec " + withoutPrivilege() + java(state.toString(), home, "none", 0));
      rights(closed, "rwxr-xr-x", "rw-r--r--");
      assertThat(exit)
          .as("%s is read-only; %s", which, Files.readString(home.resolve("log")))
          .isNotZero();
      assertThat(touched(home)).as("nothing was touched meanwhile").isEqualTo(done);
      finish(home, state.toString());
    }
  }

  /** Root may write everywhere unless it gives that up. */
  private static String withoutPrivilege() throws Exception {
    Process id = new ProcessBuilder("id", "-u").start();
    String user = new String(id.getInputStream().readAllBytes()).strip();
    return user.equals("0") ? "setpriv --bounding-set=-dac_override,-dac_read_search " : "";
  }

  private static void rights(Path under, String directories, String files) throws IOException {
    List<Path> all;
    try (Stream<Path> walk = Files.walk(under)) {
      all = walk.toList();
    }
    for (Path one : all) {
      Files.setPosixFilePermissions(
          one, PosixFilePermissions.fromString(Files.isDirectory(one) ? directories : files));
    }
  }

  private static int touched(Path home) {
    int count = 0;
    for (int i = 0; i < ITEMS; i++) {
      count += Files.exists(home.resolve(Worker.target(i).id())) ? 1 : 0;
    }
    return count;
  }

  private static String java(String state, Path home, String step, int nth) {
    List<String> words =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:-UsePerfData",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx96m",
                "-cp",
                "'" + System.getProperty("java.class.path") + "'",
                Worker.class.getName(),
                "apply",
                state,
                home.toString()));
    words.addAll(
        List.of(Integer.toString(LIMIT), Integer.toString(ITEMS), step, Integer.toString(nth)));
    return String.join(" ", words);
  }

  /** The log is written by a process of its own, which may write. */
  private static int bash(Path home, String command) throws Exception {
    String whole =
        "( " + command + " ) 2>&1 | cat >> '" + home.resolve("log") + "'; exit ${PIPESTATUS[0]}";
    return Children.end(new ProcessBuilder("bash", "-c", whole).start());
  }

  private void finish(Path home, String state) throws Exception {
    assertThat(bash(home, java(state, home, "none", 0)))
        .as("the plan is finished; %s", Files.readString(home.resolve("log")))
        .isZero();
    for (int i = 0; i < ITEMS; i++) {
      assertThat(Files.readAllLines(home.resolve(Worker.target(i).id())))
          .as("touched once")
          .containsExactly("touched");
    }
    Path journal = home.resolve("journal");
    assertThat(JournalVerifier.at(journal).verify()).isInstanceOf(JournalVerifier.Intact.class);
    assertThat(JournalReader.at(journal).unsettled(Worker.GUARD)).isEmpty();
    Map<String, Integer> counts = Children.counted(journal);
    assertThat(counts.getOrDefault("DONE", 0)).isEqualTo(ITEMS);
    assertThat(Children.drawn(Worker.store(state))).isBetween((long) ITEMS, (long) LIMIT);
  }
}
