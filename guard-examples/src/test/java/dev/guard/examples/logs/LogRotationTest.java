package dev.guard.examples.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.Target;
import dev.guard.evidence.Evidence;
import dev.guard.evidence.ReferenceSnapshot;
import dev.guard.examples.logs.LogFile.LogPath;
import dev.guard.examples.show.Ran;
import dev.guard.testkit.ManualTime;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogRotationTest {
  private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
  private static final Instant OLD = NOW.minus(Duration.ofDays(31));
  private static final Instant YOUNG = NOW.minus(Duration.ofDays(29));

  @TempDir Path home;

  private final ManualTime time = ManualTime.at(NOW);
  private Path logs = Path.of("");
  private Path proc = Path.of("");

  @BeforeEach
  void world() throws IOException {
    logs = Files.createDirectory(home.resolve("logs"));
    proc = Files.createDirectory(home.resolve("proc"));
    process(1, "init");
    // what a tree never is: without one old file; and a percent needs something to be a part of
    file("app/app.log", YOUNG);
    file("app/app.log.1", YOUNG);
    file("app/app.log.2", OLD);
    file("db/db.log.1", YOUNG);
    file("db/db.log.2", OLD);
    file("db/notes.txt", OLD);
  }

  private Path file(String path, Instant modified) throws IOException {
    Path file = logs.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, "of " + path + "\n");
    Files.setLastModifiedTime(file, FileTime.from(modified));
    return file;
  }

  private Path process(int id, String command) throws IOException {
    Path process = Files.createDirectories(proc.resolve(String.valueOf(id)));
    Files.writeString(process.resolve("comm"), command + "\n");
    return Files.createDirectories(process.resolve("fd"));
  }

  private Ran run(String... arguments) {
    return run(Map.of(), arguments);
  }

  private Ran run(Map<String, String> environment, String... arguments) {
    List<String> all = new ArrayList<>(List.of(logs.toString()));
    all.addAll(List.of(arguments));
    return Ran.in(
        home,
        time,
        environment,
        shell ->
            LogRotation.run(
                shell, OpenFiles.in(proc, Set.of(1L), time), all.toArray(String[]::new)));
  }

  private Ran rotate(String... more) {
    List<String> all = new ArrayList<>(List.of("--match", "*.log*"));
    all.addAll(List.of(more));
    return run(all.toArray(String[]::new));
  }

  /** Every file below the home that is no part of Guard's own, with its content. */
  private Map<String, String> contents() throws IOException {
    Map<String, String> contents = new TreeMap<>();
    try (Stream<Path> files = Files.walk(logs)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        contents.put(logs.relativize(file).toString(), Files.readString(file));
      }
    }
    return contents;
  }

  private List<String> quarantined() throws IOException {
    List<String> contents = new ArrayList<>();
    try (Stream<Path> files = Files.list(home.resolve("logs.guard").resolve("quarantine"))) {
      for (Path file : files.toList()) {
        contents.add(Files.readString(file).strip());
      }
    }
    contents.sort(null);
    return contents;
  }

  private Path journal() {
    return home.resolve("logs.guard").resolve("journal");
  }

  @Test
  void withoutExecute_itSaysWhatWouldGo_andMovesNothing() throws IOException {
    Map<String, String> before = contents();

    Ran ran = rotate();

    assertThat(ran.exit()).as(ran.toString()).isZero();
    assertThat(ran.words())
        .contains("Would go 2 of 6 in all", "app/app.log.2", "db/db.log.2", "2 SIMULATED")
        .contains("intact", "--execute");
    assertThat(contents()).isEqualTo(before);
    assertThat(quarantined()).isEmpty();
    assertThat(Ran.outcomes(journal())).isEmpty();
  }

  @Test
  void withExecute_theOldOnesGoToQuarantine_andUndoBringsEveryByteBack() throws IOException {
    Map<String, String> before = contents();

    Ran done = rotate("--execute");

    assertThat(done.exit()).as(done.toString()).isZero();
    assertThat(contents()).hasSize(4).containsKeys("app/app.log", "db/notes.txt");
    assertThat(quarantined()).containsExactly("of app/app.log.2", "of db/db.log.2");
    assertThat(done.words()).contains("INTENDED", "PREPARED", "OUTCOME", "--undo " + done.run());

    Ran rehearsed = run("--undo", done.run());

    assertThat(rehearsed.exit()).as(rehearsed.toString()).isZero();
    assertThat(rehearsed.words()).contains("2 saved, 0 not saved", "2 SIMULATED");
    assertThat(contents()).hasSize(4);

    Ran undone = run("--undo", done.run(), "--execute");

    assertThat(undone.exit()).as(undone.toString()).isZero();
    assertThat(contents()).isEqualTo(before);
    assertThat(Files.getLastModifiedTime(logs.resolve("app/app.log.2")).toInstant()).isEqualTo(OLD);
    assertThat(quarantined()).isEmpty();
    assertThat(Ran.outcomes(journal())).containsExactly("DONE", "DONE", "DONE", "DONE");
    assertThat(run("--undo", done.run(), "--execute").words()).contains("2 SKIPPED");
  }

  @Test
  void aFileThatAProcessHasOpen_stays_howeverOldAndWhateverItIsCalledThere() throws IOException {
    Path link = Files.createLink(home.resolve("another-name"), logs.resolve("app/app.log.2"));
    Files.createSymbolicLink(process(7, "shop").resolve("5"), link);

    Ran ran = rotate("--execute");

    assertThat(ran.exit()).as(ran.toString()).isZero();
    assertThat(ran.words()).contains("It is in use by open files/process 7 (shop) descriptor 5");
    assertThat(contents()).containsKey("app/app.log.2").doesNotContainKey("db/db.log.2");
  }

  @Test
  void aProcessThatCannotBeRead_protectsEverything() throws IOException {
    Path process = proc.resolve("9");
    Files.createDirectories(process);
    Files.writeString(process.resolve("fd"), "no directory, so it cannot be listed");
    Map<String, String> before = contents();

    Ran ran = rotate("--execute");

    assertThat(ran.exit()).as(ran.toString()).isEqualTo(3);
    assertThat(ran.words()).contains("the open files of process 9 cannot be read", "Halted");
    assertThat(contents()).isEqualTo(before);
  }

  @Test
  void aProcThatHidesProcesses_protectsEverything() throws IOException {
    Map<String, String> before = contents();
    Ran ran =
        Ran.in(
            home,
            time,
            Map.of(),
            shell ->
                LogRotation.run(
                    shell,
                    OpenFiles.in(proc, Set.of(1L, 4711L), time),
                    logs.toString(),
                    "--match",
                    "*.log*",
                    "--execute"));

    assertThat(ran.exit()).as(ran.toString()).isEqualTo(3);
    assertThat(ran.words()).contains("process 4711 is not to be seen");
    assertThat(contents()).isEqualTo(before);
  }

  @Test
  void theRealProc_knowsWhatThisProcessHasOpen() throws IOException {
    Path file = logs.resolve("app/app.log.2");
    LogTree tree = LogTree.at(logs);
    Target target =
        tree.find(LogPath.of("app/app.log.2")).orElseThrow().target(tree.root().toString());
    OpenFiles open = OpenFiles.ofThisMachine(time);
    try (InputStream held = Files.newInputStream(file)) {
      assertThat(held.read()).isPositive();
      ReferenceSnapshot read = open.read();
      assertThat(open.interpret(read.references()).of(target)).isInstanceOf(Evidence.InUse.class);
    }
    assertThat(open.interpret(open.read().references()).of(target))
        .isInstanceOf(Evidence.NotInUse.class);
  }

  @Test
  void whatIsOpenedBetweenPlanAndAct_stays() throws IOException {
    LogTree tree = LogTree.at(logs);
    Quarantine quarantine = Quarantine.of(tree, home.resolve("q"));
    OpenFiles open = OpenFiles.in(proc, Set.of(1L), time);
    LogFile old = tree.find(LogPath.of("app/app.log.2")).orElseThrow();
    Target target = old.target(tree.root().toString());
    try (Guarding guarding = Guarding.over(open, quarantine, home, time)) {
      dev.guard.plan.Plan plan = guarding.plan(target, old.fingerprint());
      assertThat(plan.wouldGo()).hasSize(1);
      Files.createSymbolicLink(process(8, "tail").resolve("3"), logs.resolve("app/app.log.2"));

      assertThat(guarding.apply(plan).toString()).contains("SKIPPED").contains("in use");
    }
    assertThat(contents()).containsKey("app/app.log.2");
  }

  @Test
  void whatIsWrittenToOrReplacedBetweenPlanAndAct_stays() throws IOException {
    LogTree tree = LogTree.at(logs);
    Quarantine quarantine = Quarantine.of(tree, home.resolve("q"));
    OpenFiles open = OpenFiles.in(proc, Set.of(1L), time);
    LogFile old = tree.find(LogPath.of("app/app.log.2")).orElseThrow();
    Target target = old.target(tree.root().toString());
    try (Guarding guarding = Guarding.over(open, quarantine, home, time)) {
      dev.guard.plan.Plan plan = guarding.plan(target, old.fingerprint());
      Path other = file("app/new", OLD);
      Files.move(
          other, logs.resolve("app/app.log.2"), java.nio.file.StandardCopyOption.REPLACE_EXISTING);

      assertThat(guarding.apply(plan).toString()).contains("SKIPPED");
    }
    assertThat(contents()).containsEntry("app/app.log.2", "of app/new\n");
  }

  @Test
  void aSymbolicLinkIsNeverFollowed_neitherToAFileNorIntoADirectory() throws IOException {
    Path outside = Files.createDirectory(home.resolve("outside"));
    Path secret = Files.writeString(outside.resolve("secret.log.1"), "keep");
    Files.setLastModifiedTime(secret, FileTime.from(OLD));
    Files.createSymbolicLink(logs.resolve("app/link.log.1"), secret);
    Files.createSymbolicLink(logs.resolve("elsewhere"), outside);

    Ran ran = rotate("--execute");

    assertThat(ran.exit()).as(ran.toString()).isZero();
    assertThat(ran.words()).contains("symbolic links passed by: 2").doesNotContain("secret");
    assertThat(secret).exists();
    assertThat(Files.isSymbolicLink(logs.resolve("app/link.log.1"))).isTrue();
  }

  @Test
  void aDirectoryThatBecomesALinkBetweenPlanAndAct_isNotFollowed() throws IOException {
    LogTree tree = LogTree.at(logs);
    Quarantine quarantine = Quarantine.of(tree, home.resolve("q"));
    OpenFiles open = OpenFiles.in(proc, Set.of(1L), time);
    LogFile old = tree.find(LogPath.of("app/app.log.2")).orElseThrow();
    Target target = old.target(tree.root().toString());
    try (Guarding guarding = Guarding.over(open, quarantine, home, time)) {
      dev.guard.plan.Plan plan = guarding.plan(target, old.fingerprint());
      Path moved = Files.move(logs.resolve("app"), home.resolve("moved"));
      Files.createSymbolicLink(logs.resolve("app"), moved);

      assertThat(guarding.apply(plan).toString()).contains("REFUSED");
      assertThat(moved.resolve("app.log.2")).exists();
    }
  }

  @Test
  void theTreeItself_isNoLink_andNotTheRootOfAll() throws IOException {
    Path link = Files.createSymbolicLink(home.resolve("link"), logs);
    assertThatThrownBy(() -> LogTree.at(link)).hasMessageContaining("symbolic link");
    assertThatThrownBy(() -> LogTree.at(Path.of("/"))).hasMessageContaining("root");
    assertThatThrownBy(() -> LogTree.at(home.resolve("nowhere")))
        .hasMessageContaining("no directory");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../outside",
        "app/../../outside",
        "/etc/passwd",
        "app//x",
        "./app",
        "..",
        "a\0b",
        ""
      })
  void aPathThatLeadsOutOfTheTree_isRefused(String path) throws IOException {
    LogTree tree = LogTree.at(logs);
    String key = "@(dev=1,ino=1)";
    assertThatThrownBy(() -> tree.path(Target.of(LogFile.KIND, tree.root().toString(), path + key)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aPlanThatNamesAFileOutside_touchesNothing() throws IOException {
    Path outside = Files.writeString(home.resolve("outside.log"), "keep");
    LogTree tree = LogTree.at(logs);
    Quarantine quarantine = Quarantine.of(tree, home.resolve("q"));
    LogFile other = LogTree.at(home).find(LogPath.of("outside.log")).orElseThrow();
    Target target =
        Target.of(LogFile.KIND, tree.root().toString(), "../outside.log@" + other.key());
    OpenFiles open = OpenFiles.in(proc, Set.of(1L), time);
    try (Guarding guarding = Guarding.over(open, quarantine, home, time)) {
      assertThat(guarding.apply(guarding.plan(target, other.fingerprint())).toString())
          .contains("REFUSED")
          .contains("lead out of its tree");
    }
    assertThat(outside).hasContent("keep");
  }

  @Test
  void aTargetOfAnotherTree_isRefused() throws IOException {
    LogTree tree = LogTree.at(logs);
    assertThatThrownBy(
            () -> tree.path(Target.of(LogFile.KIND, "/var/log", "app.log@(dev=1,ino=1)")))
        .hasMessageContaining("another tree");
  }

  @Test
  void undo_neverReplacesWhatStandsThereByNow() throws IOException {
    Ran done = rotate("--execute");
    Files.writeString(logs.resolve("app/app.log.2"), "new");

    Ran undone = run("--undo", done.run(), "--execute");

    assertThat(undone.words()).contains("1 DONE, 1 SKIPPED", "'taken' now");
    assertThat(logs.resolve("app/app.log.2")).hasContent("new");
    assertThat(quarantined()).containsExactly("of app/app.log.2");
  }

  @Test
  void undoOfARunNobodyKnows_isAnError() {
    Ran ran = run("--undo", "20260101T000000-ffff", "--execute");
    assertThat(ran.exit()).as(ran.toString()).isEqualTo(2);
    assertThat(ran.err()).contains("knows nothing");
  }

  @Test
  void moreThanTheLimit_movesNothing() throws IOException {
    Map<String, String> before = contents();
    Ran ran = rotate("--execute", "--at-most", "1");
    assertThat(ran.exit()).as(ran.toString()).isEqualTo(4);
    assertThat(contents()).isEqualTo(before);
  }

  @Test
  void moreThanHalfOfTheTree_movesNothing() throws IOException {
    for (String young : List.of("app/app.log", "app/app.log.1", "db/db.log.1")) {
      Files.setLastModifiedTime(logs.resolve(young), FileTime.from(OLD));
    }
    Map<String, String> before = contents();
    Ran ran = rotate("--execute");
    assertThat(ran.exit()).as(ran.toString()).isEqualTo(4);
    assertThat(contents()).isEqualTo(before);
  }

  /** Every way in, with somebody saying stop. */
  @Test
  void t10_everyWayInAsksTheSwitch_theLimitAndTheDryRun() throws IOException {
    Ran done = rotate("--execute");
    Map<String, String> after = contents();
    file("app/app.log.3", OLD);
    Path stop = Files.createFile(home.resolve("logs.guard").resolve("STOP"));

    assertThat(rotate("--execute").exit()).isEqualTo(4);
    assertThat(run("--undo", done.run(), "--execute").exit()).isEqualTo(4);

    Files.delete(stop);
    // a stop that was seen counts until a person resumes, file or no file
    assertThat(rotate("--execute").exit()).isEqualTo(4);
    assertThat(run("--undo", done.run(), "--execute").exit()).isEqualTo(4);
    assertThat(contents()).hasSize(after.size() + 1);
  }

  @Test
  void t10_theEnvironmentMakesEveryWayInADryRun() throws IOException {
    Ran done = rotate("--execute");
    file("app/app.log.3", OLD);
    Map<String, String> before = contents();
    Map<String, String> dry = Map.of("GUARD_DRY_RUN", "true");

    assertThat(run(dry, "--match", "*.log*", "--execute").words()).contains("1 SIMULATED");
    assertThat(run(dry, "--undo", done.run(), "--execute").words()).contains("2 SIMULATED");
    assertThat(contents()).isEqualTo(before);
  }

  @Test
  void t10_anUnsetOrBlankPattern_isNeverEverything() throws IOException {
    Map<String, String> before = contents();
    for (Ran ran :
        List.of(
            run("--execute"),
            run("--match", "", "--execute"),
            run("--match", " ", "--execute"),
            run("--match", "*.log*", "--days", "0", "--execute"),
            run("--match", "*.log*", "--days", "-1", "--execute"),
            run("--match", "*.log*", "--bytes", "0", "--execute"),
            run("--undo", "", "--execute"))) {
      assertThat(ran.exit()).as(ran.toString()).isEqualTo(2);
    }
    Ran zero = rotate("--at-most", "0", "--execute");
    assertThat(zero.exit()).as(zero.toString()).isEqualTo(4);
    assertThat(contents()).isEqualTo(before);
  }

  @Test
  void t10_aPatternThatMatchesNothing_movesNothing() throws IOException {
    Map<String, String> before = contents();
    Ran ran = run("--match", "*.gone", "--execute");
    assertThat(ran.exit()).as(ran.toString()).isZero();
    assertThat(ran.words()).contains("nothing to do");
    assertThat(contents()).isEqualTo(before);
  }

  @Test
  void aHomeInsideTheTree_isRefused() {
    Ran ran = rotate("--home", logs.resolve("guard").toString(), "--execute");
    assertThat(ran.exit()).as(ran.toString()).isEqualTo(2);
    assertThat(ran.err()).contains("lie in each other");
  }
}
