package dev.guard.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.GuardConfigurationException;
import dev.guard.StateException;
import dev.guard.support.HandTime;
import dev.guard.support.TestStore;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RunLeaseTest {
  private static final Duration TERM = Duration.ofMinutes(15);
  private static final Duration ACT = Duration.ofMinutes(6);
  private static final Duration INSTANT = Duration.ofMillis(1);

  private final HandTime time = new HandTime();
  private final TestStore clocked = new TestStore(time, true);
  private final TestStore plain = new TestStore(time, false);

  private RunLock.Held hold(TestStore store) {
    return RunLease.in(store, time).tryLock("nightly", "ada", "apply of plan x").orElseThrow();
  }

  private Optional<RunLock.Held> take(TestStore store) {
    return RunLease.in(store, time).tryLock("nightly", "bob", "apply of plan y");
  }

  @Test
  void oneHolds_andNamesWhoWhatForAndSinceWhen() {
    RunLock.Held held = hold(clocked);
    assertThat(take(clocked)).isEmpty();
    assertThat(RunLease.in(clocked, time).tryLock("another", "bob", "x")).isPresent();
    time.pass(Duration.ofSeconds(90));
    assertThat(RunLease.in(clocked, time).owner("nightly").orElseThrow())
        .contains("ada", "apply of plan x", "since 2026-03-02T10:00:00Z", "90 s ago", "epoch 1");
    held.close();
    held.close();
    assertThat(RunLease.in(clocked, time).owner("nightly")).isEmpty();
    RunLock.Held next = take(clocked).orElseThrow();
    assertThat(next.fence().orElseThrow().epoch()).isEqualTo(2);
    assertThat(next.takenOver()).isFalse();
    assertThat(held.holds(INSTANT)).isFalse();
  }

  @Test
  void byTheStoresClock_itIsTakenOverAfterItsWholeTerm_notBefore() {
    RunLock.Held old = hold(clocked);
    time.pass(TERM);
    assertThat(take(clocked)).isEmpty();
    time.pass(INSTANT);
    RunLock.Held next = take(clocked).orElseThrow();
    assertThat(next.takenOver()).isTrue();
    assertThat(old.holds(INSTANT)).isFalse();
    assertThat(next.holds(ACT)).isTrue();
    old.close();
    assertThat(next.holds(ACT)).as("the old one cannot give back what is not its own").isTrue();
  }

  @Test
  void withoutAClockOfTheStore_aTakerMustHaveSeenNoChangeForAWholeTerm() {
    RunLock.Held old = hold(plain);
    RunLease taker = RunLease.in(plain, time);
    assertThat(taker.tryLock("nightly", "bob", "y")).isEmpty();
    time.tick(Duration.ofMinutes(14));
    assertThat(old.holds(ACT)).as("which renews").isTrue();
    assertThat(taker.tryLock("nightly", "bob", "y")).isEmpty();
    time.tick(TERM);
    assertThat(taker.tryLock("nightly", "bob", "y")).isEmpty();
    time.tick(INSTANT);
    assertThat(taker.tryLock("nightly", "bob", "y")).isPresent();
  }

  @Test
  void withoutAClockOfTheStore_wallClocksCountOnlyBeyondTheirSkew() {
    hold(plain);
    time.jump(TERM.plus(RunLease.SKEW));
    assertThat(take(plain)).isEmpty();
    time.jump(INSTANT);
    assertThat(take(plain)).isPresent();
  }

  @Test
  void t28_anAct_mustFitIntoWhatIsLeft_byWhicheverClockRanFurther() {
    for (boolean wall : new boolean[] {false, true}) {
      RunLock.Held held = hold(clocked);
      clocked.writes.add(TestStore.Fault.FAILS);
      if (wall) {
        time.jump(Duration.ofMinutes(10));
      } else {
        time.tick(Duration.ofMinutes(10));
      }
      assertThat(held.holds(ACT)).as("five minutes are left").isFalse();
      assertThat(held.holds(ACT)).as("renewed").isTrue();
      held.close();
    }
  }

  @Test
  void aClockThatIsSetBack_prolongsNothing() {
    RunLock.Held held = hold(clocked);
    time.tick(Duration.ofMinutes(10));
    time.jump(Duration.ofHours(-2));
    clocked.writes.add(TestStore.Fault.FAILS);
    assertThat(held.holds(ACT)).isFalse();
  }

  /** A person may have freed it, and another run begun. */
  @Test
  void whatCannotBeLookedAt_isNotHeld() {
    RunLock.Held held = hold(clocked);
    clocked.unreadable = true;
    assertThat(held.holds(INSTANT)).isFalse();
    clocked.unreadable = false;
    assertThat(held.holds(ACT)).isTrue();
  }

  @ParameterizedTest
  @EnumSource(TestStore.Fault.class)
  void aRenewal_thatFailsOrIsUnknown_doesNotCountUntilItIsSure(TestStore.Fault fault) {
    RunLock.Held held = hold(clocked);
    time.pass(Duration.ofMinutes(10));
    clocked.writes.add(fault);
    assertThat(held.holds(ACT)).isEqualTo(fault != TestStore.Fault.FAILS);
    assertThat(held.holds(ACT)).isTrue();
    time.pass(Duration.ofMinutes(9));
    assertThat(take(clocked)).as("it was renewed").isEmpty();
  }

  /** Else every window would take the next run for one that was taken over. */
  @Test
  void anEpoch_afterALostLease_isBeyondAllThatWereCountedUp() {
    hold(clocked).close();
    hold(clocked).close();
    clocked.compareAndSet(StateStore.key("window", "nightly"), null, new byte[] {'x'});
    clocked.lose(StateStore.key("run-lease", "nightly"));
    RunLock.Held after = hold(clocked);
    assertThat(after.fence().orElseThrow().epoch()).isGreaterThan(1_000_000_000);
    after.close();
    assertThat(hold(clocked).fence().orElseThrow().epoch())
        .isEqualTo(after.fence().orElseThrow().epoch() + 1);
  }

  @Test
  void aPersonFreesIt_andTheOldOwnerLearnsSoBeforeItsNextAct() {
    RunLock.Held stuck = hold(clocked);
    RunLease lease = RunLease.in(clocked, time);
    assertThat(lease.release("nightly").orElseThrow()).contains("ada");
    assertThat(lease.release("nightly")).isEmpty();
    assertThat(stuck.holds(INSTANT)).isFalse();
    RunLock.Held next = take(clocked).orElseThrow();
    assertThat(next.fence().orElseThrow().epoch()).isEqualTo(3);
    assertThat(next.fence().orElseThrow().admits(stuck.fence().orElseThrow())).isFalse();
  }

  @Test
  void whatCannotBeRead_isNeverFree() {
    hold(clocked);
    clocked.unreadable = true;
    assertThatThrownBy(() -> take(clocked)).isInstanceOf(StateException.class);
    clocked.unreadable = false;
    String key = StateStore.key("run-lease", "nightly");
    String version = clocked.get(key).orElseThrow().version();
    clocked.compareAndSet(key, version, "{}".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> take(clocked)).isInstanceOf(StateException.class);
  }

  @Test
  void givingBack_neverLosesTheReport() {
    RunLock.Held held = hold(clocked);
    clocked.unreadable = true;
    held.close();
    clocked.unreadable = false;
    assertThat(take(clocked)).isEmpty();
    time.pass(TERM.plus(INSTANT));
    assertThat(take(clocked)).isPresent();
  }

  @Test
  void aTermIsAMinuteToADay() {
    RunLease lease = RunLease.in(plain, time);
    assertThat(lease.lasting(Duration.ofMinutes(1)).term()).isEqualTo(Duration.ofMinutes(1));
    assertThatThrownBy(() -> lease.lasting(Duration.ofSeconds(59)))
        .isInstanceOf(GuardConfigurationException.class);
    assertThatThrownBy(() -> lease.lasting(Duration.ofDays(1).plusNanos(1)))
        .isInstanceOf(GuardConfigurationException.class);
  }

  @Test
  void t28_aTermCountsFromBeforeTheStoreWasAsked() {
    clocked.onWritten = () -> time.pass(Duration.ofMinutes(10));
    RunLock.Held slow = hold(clocked);
    assertThat(slow.holds(ACT)).as("five minutes are left, before and after renewing").isFalse();
    clocked.onWritten = () -> {};
    assertThat(slow.holds(ACT)).isTrue();
    time.pass(Duration.ofMinutes(6));
    clocked.onWritten = () -> time.pass(Duration.ofMinutes(10));
    assertThat(slow.holds(ACT)).as("the renewal took ten of fifteen minutes").isFalse();
  }
}
