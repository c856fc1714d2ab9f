package dev.guard.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.AuditException;
import dev.guard.Intent;
import dev.guard.StateException;
import dev.guard.Target;
import dev.guard.Verdict;
import dev.guard.audit.AuditRecord;
import dev.guard.audit.AuditRecord.Phase;
import dev.guard.killswitch.KillSwitch;
import dev.guard.state.MemoryStateStore;
import dev.guard.state.StateStore;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The collaborators do what they are told, so that what they prove is true. */
class CollaboratorsTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private static AuditRecord record(String op) {
    return new AuditRecord(
        "run",
        op,
        "guard",
        Phase.INTENDED,
        "execute",
        "tester",
        "thing.delete",
        List.of(Target.of("thing", "here", op)),
        "a test",
        null,
        List.of(),
        null,
        null,
        null);
  }

  @Test
  void bothHandsOfTheClock_moveTogetherAndApart() throws Exception {
    ManualTime time = ManualTime.at(START);
    long nanos = time.nanos();
    time.tick(Duration.ofSeconds(5));
    assertThat(time.now()).isEqualTo(START.plusSeconds(5));
    assertThat(time.nanos() - nanos).isEqualTo(5_000_000_000L);
    time.jump(Duration.ofHours(-1));
    time.suspend(Duration.ofMinutes(30));
    assertThat(time.now()).isEqualTo(START.plusSeconds(5).minus(Duration.ofMinutes(30)));
    assertThat(time.nanos() - nanos).isEqualTo(5_000_000_000L);
    time.tickMonotonic(Duration.ofSeconds(1));
    time.sleep(Duration.ofSeconds(2));
    time.sleep(Duration.ofSeconds(-2));
    assertThat(time.nanos() - nanos).isEqualTo(8_000_000_000L);
    assertThatThrownBy(() -> time.tick(Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> time.suspend(Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> time.tickMonotonic(Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theMonotonicHand_mayOverflow() {
    ManualTime time = ManualTime.nearOverflow(START);
    long before = time.nanos();
    time.tick(Duration.ofSeconds(3));
    assertThat(time.nanos()).isNegative();
    assertThat(time.nanos() - before).isEqualTo(3_000_000_000L);
  }

  @Test
  void anInterruptedWait_isInterrupted() {
    ManualTime time = ManualTime.at(START);
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> time.sleep(Duration.ofSeconds(1)))
        .isInstanceOf(InterruptedException.class);
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
    assertThat(time.now()).isEqualTo(START);
  }

  @Test
  void aFaultySink_losesOrKeepsTheRecord_asTold() {
    RecordingSink behind = new RecordingSink();
    FaultySink sink =
        FaultySink.over(behind)
            .failAt(2, FaultySink.When.BEFORE_TAKING)
            .failAt(3, FaultySink.When.AFTER_TAKING)
            .failAt(5, FaultySink.When.FROM_NOW_ON);
    sink.append(record("1"));
    assertThatThrownBy(() -> sink.append(record("2"))).isInstanceOf(AuditException.class);
    assertThatThrownBy(() -> sink.append(record("3"))).isInstanceOf(AuditException.class);
    sink.append(record("4"));
    assertThatThrownBy(() -> sink.append(record("5"))).isInstanceOf(AuditException.class);
    assertThatThrownBy(() -> sink.append(record("6"))).isInstanceOf(AuditException.class);
    sink.mend();
    sink.append(record("7"));
    assertThat(behind.records()).extracting(AuditRecord::op).containsExactly("1", "3", "4", "7");
    assertThat(sink.appends()).isEqualTo(7);
    assertThat(sink.memory()).isPresent();
  }

  @Test
  void aFaultyStore_misbehavesAsTold() {
    StateStore behind = MemoryStateStore.create();
    FaultyStore store =
        FaultyStore.over(behind)
            .next(
                FaultyStore.Fault.CONFLICT,
                FaultyStore.Fault.UNAVAILABLE,
                FaultyStore.Fault.UNKNOWN_LOST,
                FaultyStore.Fault.UNKNOWN_WRITTEN);
    String key = StateStore.key("test", "a");
    byte[] value = {1};
    assertThat(store.compareAndSet(key, null, value)).isEmpty();
    assertThatThrownBy(() -> store.compareAndSet(key, null, value))
        .isInstanceOfSatisfying(StateException.class, e -> assertThat(e.mayHaveRun()).isFalse());
    assertThatThrownBy(() -> store.compareAndSet(key, null, value))
        .isInstanceOfSatisfying(StateException.class, e -> assertThat(e.mayHaveRun()).isTrue());
    assertThat(behind.get(key)).isEmpty();
    assertThatThrownBy(() -> store.compareAndSet(key, null, value))
        .isInstanceOfSatisfying(StateException.class, e -> assertThat(e.mayHaveRun()).isTrue());
    assertThat(behind.get(key)).isPresent();
    assertThat(store.get(key)).isPresent();
    store.away(true);
    assertThatThrownBy(() -> store.get(key)).isInstanceOf(StateException.class);
    assertThatThrownBy(() -> store.keys("guard/")).isInstanceOf(StateException.class);
    store.away(false);
    assertThat(store.keys("guard/")).containsExactly(key);
    assertThat(store.capabilities()).isEqualTo(behind.capabilities());
  }

  @Test
  void aFaultyStore_letsAWriteArriveLate_andLiesAboutTimeAndSize() {
    StateStore behind = MemoryStateStore.create(ManualTime.at(START));
    FaultyStore store = FaultyStore.over(behind).next(FaultyStore.Fault.UNKNOWN_LATE);
    String key = StateStore.key("test", "late");
    byte[] value = {1, 2};
    assertThatThrownBy(() -> store.compareAndSet(key, null, value))
        .isInstanceOfSatisfying(StateException.class, e -> assertThat(e.mayHaveRun()).isTrue());
    assertThat(store.get(key)).as("the next access does not see it yet").isEmpty();
    assertThat(store.get(key)).isPresent();
    store.storm(2, FaultyStore.Fault.UNAVAILABLE);
    assertThatThrownBy(() -> store.get(key)).isInstanceOf(StateException.class);
    store.calm();
    assertThat(store.get(key)).isPresent();
    store.clockOff(Duration.ofHours(-2));
    assertThat(store.now()).isEqualTo(START.minus(Duration.ofHours(2)));
    store.atMost(1);
    assertThat(store.capabilities().maxValueBytes()).isEqualTo(1);
    assertThatThrownBy(() -> store.compareAndSet(StateStore.key("test", "b"), null, value))
        .isInstanceOfSatisfying(StateException.class, e -> assertThat(e.mayHaveRun()).isFalse());
    assertThat(behind.get(StateStore.key("test", "b"))).isEmpty();
  }

  @Test
  void aScriptedSafeguard_saysWhatItIsTold() {
    ManualTime time = ManualTime.at(START);
    ScriptedSafeguard safeguard = ScriptedSafeguard.named("moody").on(time);
    Intent intent = Intent.of("thing.delete", Target.of("thing", "here", "a")).because("a test");
    assertThat(safeguard.review(intent)).isEqualTo(Verdict.allow());
    assertThat(safeguard.say(ScriptedSafeguard.Says.REFUSE_PENDING).review(intent).wouldGo())
        .isTrue();
    assertThat(safeguard.say(ScriptedSafeguard.Says.REFUSE).review(intent).wouldGo()).isFalse();
    assertThat(safeguard.say(ScriptedSafeguard.Says.HALT).review(intent).level())
        .isEqualTo(Verdict.Level.HALT);
    assertThat(safeguard.say(ScriptedSafeguard.Says.SIMULATE).review(intent).level())
        .isEqualTo(Verdict.Level.SIMULATE);
    assertThat(safeguard.say(ScriptedSafeguard.Says.NOTHING).review(intent)).isNull();
    assertThatThrownBy(() -> safeguard.say(ScriptedSafeguard.Says.THROWS).review(intent))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> safeguard.say(ScriptedSafeguard.Says.THROWS_ERROR).review(intent))
        .isInstanceOf(AssertionError.class);
    long before = time.nanos();
    assertThat(safeguard.say(ScriptedSafeguard.Says.LATE).review(intent))
        .isEqualTo(Verdict.allow());
    assertThat(time.nanos() - before).isEqualTo(ScriptedSafeguard.LATE.toNanos());
    assertThat(safeguard.asked()).hasSize(9);
    assertThat(safeguard.tripwires().get(0).check().getAsBoolean()).isTrue();
    safeguard.alive(false);
    assertThat(safeguard.tripwires().get(0).check().getAsBoolean()).isFalse();
  }

  @Test
  void aScriptedSwitch_saysWhatItIsTold() {
    ScriptedSwitch source = new ScriptedSwitch();
    assertThat(source.read().state()).isEqualTo(KillSwitch.State.RUN);
    source.say(ScriptedSwitch.Says.PAUSE);
    assertThat(source.read().state()).isEqualTo(KillSwitch.State.PAUSE);
    source.say(ScriptedSwitch.Says.STOP);
    assertThat(source.read().state()).isEqualTo(KillSwitch.State.STOP);
    source.say(ScriptedSwitch.Says.NOTHING);
    assertThat(source.read()).isNull();
    source.say(ScriptedSwitch.Says.THROWS);
    assertThatThrownBy(source::read).isInstanceOf(IllegalStateException.class);
  }
}
