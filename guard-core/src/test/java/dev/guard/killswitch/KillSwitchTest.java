package dev.guard.killswitch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.GuardConfigurationException;
import dev.guard.Intent;
import dev.guard.StateException;
import dev.guard.Target;
import dev.guard.Tripwire;
import dev.guard.Verdict;
import dev.guard.Verdict.Level;
import dev.guard.killswitch.KillSwitch.Reading;
import dev.guard.killswitch.KillSwitch.State;
import dev.guard.support.HandTime;
import dev.guard.support.TestStore;
import dev.guard.support.TestStore.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KillSwitchTest {
  private static final Intent INTENT =
      Intent.of("thing.delete", Target.of("thing", "here", "a")).because("a test");

  @TempDir Path dir;
  private final HandTime time = new HandTime();
  private final TestStore store = new TestStore(time);
  private final AtomicReference<State> says = new AtomicReference<>(State.RUN);

  private KillSwitch flag() {
    KillSwitch one = KillSwitch.supplier("flag", says::get);
    one.bind("guard", null, time);
    return one;
  }

  private KillSwitch stored() {
    KillSwitch one = KillSwitch.supplier("flag", says::get);
    one.bind("guard", store, time);
    return one;
  }

  private static void assertStopped(KillSwitch one) {
    Verdict verdict = one.review(INTENT);
    assertThat(verdict.level()).isEqualTo(Level.HALT);
    assertThat(verdict.reasons()).allMatch(reason -> reason.code().equals(KillSwitch.STOPPED));
    assertThat(verdict.reasons()).noneMatch(reason -> reason.pending());
  }

  private static void assertRuns(KillSwitch one) {
    assertThat(one.review(INTENT)).isSameAs(Verdict.allow());
  }

  // --- the file

  @Test
  void anAbsentFileInAReadableDirectory_runs() {
    assertRuns(KillSwitch.file(dir.resolve("STOP")));
  }

  @Test
  void aPresentFile_stops_andStaysStoppedWithoutIt_untilAPersonResumes() throws IOException {
    Path file = dir.resolve("STOP");
    KillSwitch one = KillSwitch.file(file);
    assertRuns(one);
    Files.createFile(file);
    assertStopped(one);
    assertThat(one.review(INTENT).reasons().get(0).sentence())
        .contains(file.toString())
        .contains("exists");
    Files.delete(file);
    assertStopped(one);
    one.resume("ada", "the cause is mended");
    assertRuns(one);
  }

  @Test
  void aResumeWhileTheFileIsThere_stopsAgain() throws IOException {
    Path file = Files.createFile(dir.resolve("STOP"));
    KillSwitch one = KillSwitch.file(file);
    assertStopped(one);
    one.resume("ada", "too early");
    assertStopped(one);
  }

  @Test
  void aDirectoryOfThatName_stops() throws IOException {
    Files.createDirectory(dir.resolve("STOP"));
    assertStopped(KillSwitch.file(dir.resolve("STOP")));
  }

  @Test
  void t27_aMissingDirectory_stops() {
    assertStopped(KillSwitch.file(dir.resolve("not-mounted").resolve("STOP")));
  }

  @Test
  void t27_aDirectoryThatIsAFile_stops() throws IOException {
    Files.createFile(dir.resolve("file"));
    assertStopped(KillSwitch.file(dir.resolve("file").resolve("STOP")));
  }

  @Test
  void t27_aDirectoryThatIsALoopOfLinks_stops() throws IOException {
    Files.createSymbolicLink(dir.resolve("a"), dir.resolve("b"));
    Files.createSymbolicLink(dir.resolve("b"), dir.resolve("a"));
    assertStopped(KillSwitch.file(dir.resolve("a").resolve("STOP")));
  }

  @Test
  void t27_aNameTooLongToExist_stops() {
    assertStopped(KillSwitch.file(dir.resolve("S".repeat(300))));
  }

  @Test
  void t27_aDanglingLink_stops() throws IOException {
    Files.createSymbolicLink(dir.resolve("STOP"), dir.resolve("nowhere"));
    assertThat(Files.exists(dir.resolve("STOP"))).isFalse();
    assertStopped(KillSwitch.file(dir.resolve("STOP")));
  }

  @Test
  void t27_aMarkerThatVanished_stops() throws IOException {
    Path marker = Files.createFile(dir.resolve("ARMED"));
    KillSwitch one = KillSwitch.file(dir.resolve("STOP")).armedBy(marker);
    assertRuns(one);
    Files.delete(marker);
    assertStopped(one);
  }

  @Test
  void onlyAFileIsArmedByAMarker() {
    assertThatThrownBy(() -> flag().armedBy(dir.resolve("ARMED")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void t30_aFileWithoutAName_isAnError() {
    assertThatThrownBy(() -> KillSwitch.file(Path.of("")))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> KillSwitch.file(Path.of("/")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  // --- the environment

  @ParameterizedTest
  @CsvSource({
    "run,RUN",
    "RUN,RUN",
    "off,RUN",
    "false,RUN",
    "no,RUN",
    "0,RUN",
    "' run ',RUN",
    "pause,PAUSE",
    "Pause,PAUSE",
    "stop,STOP",
    "on,STOP",
    "true,STOP",
    "yes,STOP",
    "1,STOP",
    "'',STOP",
    "'  ',STOP",
    "runn,STOP",
    "null,STOP",
    "läuft,STOP"
  })
  void t27_anEnvironmentVariable_runsOnlyOnAKnownWord(String value, State expected) {
    KillSwitch one = KillSwitch.environment("SWITCH", name -> name.equals("SWITCH") ? value : null);
    assertThat(one.reading().state()).isEqualTo(expected);
  }

  @Test
  void anAbsentVariable_runs_andABlankNameIsAnError() {
    assertRuns(KillSwitch.environment("SWITCH", name -> null));
    assertRuns(KillSwitch.environment("GUARD_TEST_VARIABLE_THAT_NOBODY_SETS"));
    assertThatThrownBy(() -> KillSwitch.environment(" "))
        .isInstanceOf(IllegalArgumentException.class);
  }

  // --- suppliers and sources

  @Test
  void t22_aSourceThatThrowsOrAnswersNothing_stops() {
    assertStopped(
        KillSwitch.supplier(
            "broken",
            () -> {
              throw new IllegalStateException("secret-token-4711");
            }));
    assertStopped(
        KillSwitch.supplier(
            "broken",
            () -> {
              throw new StackOverflowError();
            }));
    assertStopped(KillSwitch.supplier("silent", () -> null));
    assertStopped(KillSwitch.from(source(null)));
  }

  @Test
  void aFaultOfASource_doesNotLeakItsMessage() {
    KillSwitch one =
        KillSwitch.supplier(
            "broken",
            () -> {
              throw new IllegalStateException("secret-token-4711");
            });
    assertThat(one.review(INTENT).toString()).doesNotContain("4711");
  }

  @Test
  void pause_haltsWithoutLatching() {
    KillSwitch one = flag();
    says.set(State.PAUSE);
    Verdict verdict = one.review(INTENT);
    assertThat(verdict.level()).isEqualTo(Level.HALT);
    assertThat(verdict.reasons().get(0).code()).isEqualTo(KillSwitch.PAUSED);
    says.set(State.RUN);
    assertRuns(one);
    assertThat(one.latched()).isEmpty();
  }

  @Test
  void anyOf_anyStopWins_whateverTheOrder() {
    KillSwitch run = KillSwitch.supplier("run", () -> State.RUN);
    KillSwitch pause = KillSwitch.supplier("pause", () -> State.PAUSE);
    KillSwitch stop = KillSwitch.supplier("stop", () -> State.STOP);
    assertThat(KillSwitch.anyOf(run, run).reading().state()).isEqualTo(State.RUN);
    assertThat(KillSwitch.anyOf(run, pause).reading().state()).isEqualTo(State.PAUSE);
    assertThat(KillSwitch.anyOf(pause, run, stop).reading().state()).isEqualTo(State.STOP);
    assertThat(KillSwitch.anyOf(stop, pause).reading().state()).isEqualTo(State.STOP);
    assertStopped(KillSwitch.anyOf(pause, stop));
    assertThatThrownBy(() -> KillSwitch.anyOf()).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void reading_latchesNothing() {
    KillSwitch one = flag();
    says.set(State.STOP);
    assertThat(one.isStopped()).isTrue();
    says.set(State.RUN);
    assertThat(one.isStopped()).isFalse();
    assertRuns(one);
  }

  private KillSwitch.Source source(Reading reading) {
    return new KillSwitch.Source() {
      @Override
      public String name() {
        return "made";
      }

      @Override
      public Reading read() {
        return reading;
      }
    };
  }

  @Test
  void t27_aRemoteSource_isReadAgainWhenItsLastCleanAnswerIsTooOld() {
    AtomicInteger reads = new AtomicInteger();
    KillSwitch one = remote(reads, Duration.ofSeconds(5));
    assertRuns(one);
    assertRuns(one);
    time.pass(Duration.ofSeconds(5));
    assertRuns(one);
    assertThat(reads).hasValue(1);
    time.tick(Duration.ofMillis(1));
    says.set(State.STOP);
    assertStopped(one);
    assertThat(reads).hasValue(2);
  }

  @Test
  void t27_aSuspendedMachine_makesTheAnswerOldByTheWallClock() {
    AtomicInteger reads = new AtomicInteger();
    KillSwitch one = remote(reads, Duration.ofSeconds(5));
    assertRuns(one);
    time.jump(Duration.ofSeconds(6));
    assertRuns(one);
    assertThat(reads).hasValue(2);
    time.jump(Duration.ofSeconds(-1));
    assertRuns(one);
    assertThat(reads).as("a wall clock that went back is not trusted").hasValue(3);
  }

  @Test
  void t27_theAgeCountsFromTheBeginningOfTheReading() {
    AtomicInteger reads = new AtomicInteger();
    KillSwitch one =
        KillSwitch.from(
            new KillSwitch.Source() {
              @Override
              public String name() {
                return "slow";
              }

              @Override
              public Reading read() {
                reads.incrementAndGet();
                time.pass(Duration.ofSeconds(4));
                return Reading.run();
              }
            },
            Duration.ofSeconds(5));
    one.bind("guard", null, time);
    assertRuns(one);
    time.pass(Duration.ofSeconds(2));
    assertRuns(one);
    assertThat(reads).hasValue(2);
  }

  @Test
  void onlyRunIsRemembered() {
    AtomicInteger reads = new AtomicInteger();
    KillSwitch one = remote(reads, Duration.ofSeconds(5));
    says.set(State.PAUSE);
    one.review(INTENT);
    one.review(INTENT);
    assertThat(reads).hasValue(2);
    says.set(State.RUN);
    assertRuns(one);
    assertRuns(one);
    assertThat(reads).hasValue(3);
    assertThat(one.refresh()).isSameAs(Verdict.allow());
    assertThat(reads).as("a refresh reads anew").hasValue(4);
  }

  @Test
  void aMaximumAgeIsBounded() {
    assertThatThrownBy(() -> KillSwitch.from(source(Reading.run()), Duration.ofMinutes(2)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> KillSwitch.from(source(Reading.run()), Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private KillSwitch remote(AtomicInteger reads, Duration maxAge) {
    KillSwitch one =
        KillSwitch.from(
            new KillSwitch.Source() {
              @Override
              public String name() {
                return "remote";
              }

              @Override
              public Reading read() {
                reads.incrementAndGet();
                State now = says.get();
                return now == State.RUN ? Reading.run() : new Reading(now, "somebody said so.");
              }
            },
            maxAge);
    one.bind("guard", null, time);
    return one;
  }

  // --- the latch

  @Test
  void stopAndResume_byName() {
    KillSwitch one = flag();
    one.stop("ada", "it deletes too much");
    assertStopped(one);
    assertThat(one.latched()).hasValueSatisfying(stop -> assertThat(stop.who()).isEqualTo("ada"));
    assertThat(one.reading().why()).contains("ada").contains("it deletes too much");
    one.resume("bob", "it does not");
    assertRuns(one);
    assertThat(one.latched()).isEmpty();
    assertThatThrownBy(() -> one.stop(" ", "why")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> one.stop("ada", "")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> one.resume("ada", " ")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aStop_isSeenByEveryProcessOfTheStore_andSurvivesRestarts() {
    KillSwitch here = stored();
    KillSwitch there = stored();
    assertRuns(there);
    here.stop("ada", "enough");
    assertStopped(there);
    assertStopped(stored());
    there.resume("bob", "mended");
    assertRuns(here);
    assertRuns(there);
    assertRuns(stored());
  }

  @Test
  void aSourcesStop_isKeptInTheStoreToo() {
    KillSwitch here = stored();
    says.set(State.STOP);
    assertStopped(here);
    says.set(State.RUN);
    assertStopped(stored());
    stored().resume("ada", "mended");
    assertRuns(here);
  }

  @Test
  void aResumeBeforeTheStop_doesNotLiftIt() {
    KillSwitch here = stored();
    here.resume("ada", "to be sure");
    here.stop("bob", "enough");
    assertStopped(here);
    assertStopped(stored());
  }

  @Test
  void anUnreadableLatch_stops_alsoWhenItIsReadableAgain_untilAPersonResumes() {
    KillSwitch one = stored();
    assertRuns(one);
    store.unreadable = true;
    assertStopped(one);
    assertThatThrownBy(() -> one.resume("ada", "mended")).isInstanceOf(StateException.class);
    store.unreadable = false;
    assertStopped(one);
    one.resume("ada", "mended");
    assertRuns(one);
  }

  @Test
  void law08_aStopSeenInAnUnreadableLatch_isNotLiftedByAResumeThatCameBeforeIt() {
    KillSwitch here = stored();
    here.stop("ada", "enough");
    stored().resume("bob", "mended");
    store.unreadable = true;
    assertStopped(here);
    store.unreadable = false;
    assertStopped(here);
    here.resume("bob", "mended, really");
    assertRuns(here);
  }

  @Test
  void law08_aLatchThatVanished_doesNotLiftTheStop() {
    KillSwitch here = stored();
    here.stop("ada", "enough");
    store.forget();
    assertStopped(here);
  }

  @Test
  void aCorruptLatch_stops_andAResumeWritesItAnew() {
    stored().stop("ada", "enough");
    for (String corrupt :
        new String[] {
          "",
          "{}",
          "[]",
          "{\"schema\":\"guard.latch/1\",\"state\":\"run\",\"count\":-1}",
          "{\"schema\":\"guard.latch/1\",\"state\":\"go\",\"count\":1,\"who\":\"a\",\"why\":\"b\",\"at\":\"2026-01-01T00:00:00Z\"}",
          "{\"schema\":\"guard.latch/2\",\"state\":\"run\",\"count\":1,\"who\":\"a\",\"why\":\"b\",\"at\":\"2026-01-01T00:00:00Z\"}",
          "{\"schema\":\"guard.latch/1\",\"state\":\"run\",\"count\":1,\"who\":\"a\",\"why\":\"b\",\"at\":\"yesterday\"}"
        }) {
      store.overwriteAll(corrupt);
      KillSwitch one = stored();
      assertStopped(one);
      one.resume("ada", "mended");
      assertRuns(one);
      assertRuns(stored());
    }
  }

  @Test
  void aStopThatCannotBeStored_stopsThisProcess_andIsStoredLater() {
    KillSwitch here = stored();
    store.writes.add(Fault.FAILS);
    assertThatThrownBy(() -> here.stop("ada", "enough")).isInstanceOf(StateException.class);
    assertStopped(here);
    assertStopped(stored());
  }

  @Test
  void aSourcesStopThatCannotBeStored_stopsNevertheless() {
    KillSwitch here = stored();
    says.set(State.STOP);
    store.writes.add(Fault.FAILS);
    assertStopped(here);
    says.set(State.RUN);
    assertStopped(here);
  }

  @Test
  void aContendedLatch_isTriedAgain() {
    store.writes.add(Fault.CONFLICT);
    store.writes.add(Fault.CONFLICT);
    stored().stop("ada", "enough");
    assertStopped(stored());
  }

  @Test
  void oneSwitchServesOneGuard() {
    KillSwitch one = flag();
    one.stop("ada", "enough");
    one.bind("guard", null, time);
    assertStopped(one);
    assertThatThrownBy(() -> one.bind("another", null, time))
        .isInstanceOf(GuardConfigurationException.class);
  }

  // --- waiting

  @Test
  void waiting_asksAtLeastEverySecond_andEndsAtOnceWhenStopped() {
    KillSwitch one = flag();
    assertThat(one.waiting(Duration.ofMillis(3500), time)).isSameAs(Verdict.allow());
    assertThat(time.sleeps)
        .hasSize(4)
        .allMatch(slice -> slice.compareTo(Duration.ofSeconds(1)) <= 0);
    assertThat(time.nanos()).isEqualTo(Duration.ofMillis(3500).toNanos());
    time.onSleep = () -> says.set(State.STOP);
    assertThat(one.waiting(Duration.ofHours(1), time).level()).isEqualTo(Level.HALT);
    assertThat(time.sleeps).hasSize(5);
  }

  @Test
  void waiting_endsWhenInterrupted_andKeepsTheInterrupt() {
    Thread.currentThread().interrupt();
    assertThat(flag().waiting(Duration.ofHours(1), time).level()).isEqualTo(Level.HALT);
    assertThat(Thread.interrupted()).isTrue();
  }

  // --- proof of life

  @Test
  void everyTripwireTrips_andLatchesNothing() {
    KillSwitch one =
        KillSwitch.anyOf(
            KillSwitch.file(dir.resolve("STOP")),
            KillSwitch.environment("SWITCH", name -> null),
            flag());
    assertThat(one.tripwires()).hasSizeGreaterThanOrEqualTo(5);
    for (Tripwire wire : one.tripwires()) {
      assertThat(wire.check().getAsBoolean()).as(wire.name()).isTrue();
    }
    assertRuns(one);
  }
}
