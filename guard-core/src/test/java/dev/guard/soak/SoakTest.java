package dev.guard.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.GuardConfigurationException;
import dev.guard.Intent;
import dev.guard.Reason;
import dev.guard.StateException;
import dev.guard.Target;
import dev.guard.Verdict;
import dev.guard.state.MemoryStateStore;
import dev.guard.state.StateStore;
import dev.guard.support.HandTime;
import dev.guard.support.TestStore;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SoakTest {
  private static final String ACTION = "thing.delete";
  private static final Target A = Target.of("thing", "here", "a");
  private static final Target B = Target.of("thing", "here", "b");
  private static final Duration WEEK = Duration.ofDays(7);

  private final HandTime time = new HandTime();
  private final MemoryStateStore memory = MemoryStateStore.create(time);
  private final AtomicBoolean away = new AtomicBoolean();
  private final StateStore store = new Outage(memory, away);
  private Soak soak = begun();

  private Soak begun() {
    return Soak.of(WEEK).bind("test", store, time);
  }

  /** A store that can be away. */
  private record Outage(StateStore store, AtomicBoolean away) implements StateStore {
    private StateStore there() {
      if (away.get()) {
        throw new StateException("The store is away.");
      }
      return store;
    }

    @Override
    public Optional<Versioned> get(String key) {
      return there().get(key);
    }

    @Override
    public Optional<String> compareAndSet(String key, @Nullable String expected, byte[] value) {
      return there().compareAndSet(key, expected, value);
    }

    @Override
    public List<String> keys(String prefix) {
      return there().keys(prefix);
    }

    @Override
    public Instant now() {
      return store.now();
    }

    @Override
    public Capabilities capabilities() {
      return store.capabilities();
    }
  }

  private Verdict says(Target target) {
    return soak.review(Intent.of(ACTION, target).because("a test"));
  }

  private Reason reason(Target target) {
    assertThat(says(target).level()).isEqualTo(Verdict.Level.REFUSE);
    assertThat(says(target).reasons()).hasSize(1);
    return says(target).reasons().get(0);
  }

  private void days(int days) {
    for (int i = 0; i < days; i++) {
      time.pass(Duration.ofDays(1));
      soak.refresh();
    }
  }

  @Test
  void nothingAnnounced_isRefusedAndPending() {
    assertThat(reason(A).code()).isEqualTo(Soak.SOAKING);
    assertThat(reason(A).pending()).isTrue();
  }

  @Test
  void law12_sevenWatchedDaysAfterTheFirstAnnouncement_itIsFree() {
    soak.announced(ACTION, Set.of(A));
    days(3);
    soak.announced(ACTION, Set.of(A, B));
    assertThat(reason(A).sentence()).contains("free at 2026-03-09T10:00:00Z");
    days(4);
    assertThat(says(A).allowed()).isTrue();
    assertThat(reason(B).sentence()).contains("free at 2026-03-12T10:00:00Z");
  }

  @Test
  void law12_anotherAction_soaksForItself() {
    soak.announced(ACTION, Set.of(A));
    days(7);
    assertThat(soak.review(Intent.of("thing.move", A).because("a test")).allowed()).isFalse();
  }

  @Test
  void law12_timeBeforeTheAnnouncement_neverCounts() {
    soak.refresh();
    time.pass(Duration.ofHours(24));
    soak.announced(ACTION, Set.of(A));
    days(6);
    assertThat(reason(A).sentence()).contains("free at");
    days(1);
    assertThat(says(A).allowed()).isTrue();
  }

  @Test
  void law12_aClockThatJumpsAYear_countsForOneTickInANewProcess() {
    soak.announced(ACTION, Set.of(A));
    time.jump(Duration.ofDays(365));
    soak = begun();
    soak.refresh();
    assertThat(soak.review(Intent.of(ACTION, A).because("a test")).wouldGo()).isTrue();
    days(5);
    assertThat(reason(A).code()).isEqualTo(Soak.SOAKING);
    days(1);
    assertThat(says(A).allowed()).isTrue();
  }

  @Test
  void law12_aClockThatJumpsInTheSameProcess_countsNothing() {
    soak.announced(ACTION, Set.of(A));
    for (int i = 0; i < 10; i++) { // more would lapse
      time.jump(Duration.ofDays(30));
      soak.refresh();
    }
    assertThat(reason(A).code()).isEqualTo(Soak.SOAKING);
  }

  @Test
  void law12_aStoreClockThatJumpsInTheSameProcess_countsNothing() {
    soak = Soak.of(WEEK).bind("test", new TestStore(time), time);
    soak.announced(ACTION, Set.of(A));
    for (int i = 0; i < 10; i++) { // more would lapse
      time.jump(Duration.ofDays(30));
      soak.refresh();
    }
    assertThat(reason(A).code()).isEqualTo(Soak.SOAKING);
  }

  @Test
  void law12_aStoreClockThatIsSetBack_givesNothing_andOwesADayAtMost() {
    TestStore store = new TestStore(time);
    soak = Soak.of(WEEK).bind("test", store, time);
    soak.announced(ACTION, Set.of(A));
    days(6);
    time.jump(Duration.ofDays(-20));
    soak = Soak.of(WEEK).bind("test", store, time);
    soak.refresh();
    days(2);
    assertThat(reason(A).code()).as("25 hours were counted before").isEqualTo(Soak.SOAKING);
    days(1);
    assertThat(says(A).allowed()).isTrue();
  }

  /** The difference between their clocks passes each time they take turns, and is no time. */
  @Test
  void law12_twoHostsWhoseClocksDiffer_countNoFaster() {
    TestStore store = new TestStore(time);
    soak = Soak.of(WEEK).bind("test", store, time);
    soak.announced(ACTION, Set.of(A));
    boolean ahead = false;
    for (int hour = 0; hour < 7 * 24; hour++) {
      assertThat(reason(A).code()).as("after %s hours", hour).isEqualTo(Soak.SOAKING);
      ahead = !ahead;
      time.jump(Duration.ofMinutes(ahead ? 30 : -30));
      time.pass(Duration.ofHours(1));
      soak = Soak.of(WEEK).bind("test", store, time);
      soak.refresh();
    }
    assertThat(says(A).allowed()).isTrue();
  }

  @Test
  void law12_whatIsFoundInUse_mustBeAnnouncedAnew() {
    soak.announced(ACTION, Set.of(A, B));
    days(6);
    soak.foundInUse(ACTION, Set.of(A));
    days(1);
    assertThat(reason(A).sentence()).startsWith("It was not announced yet");
    assertThat(says(B).allowed()).isTrue();
  }

  @Test
  void law12_anAnnouncementThatNobodyRepeated_lapses() {
    soak.announced(ACTION, Set.of(A));
    days(37);
    assertThat(says(A).allowed()).isTrue();
    days(1);
    assertThat(reason(A).sentence()).startsWith("It was not announced yet");
  }

  @Test
  void law12_anUnreadableStore_refusesAndNotPending() {
    soak.announced(ACTION, Set.of(A));
    days(7);
    away.set(true);
    time.pass(Duration.ofSeconds(2));
    assertThat(reason(A).code()).isEqualTo(Soak.UNREADABLE);
    assertThat(reason(A).pending()).isFalse();
    assertThat(soak.refresh().allowed()).isTrue();
    away.set(false);
    assertThat(says(A).allowed()).isTrue();
  }

  @Test
  void law12_aDamagedDocument_refusesAndNotPending() {
    soak.object(A, "ann", "mine", null);
    String key = StateStore.key("objections", "test");
    String version = memory.get(key).orElseThrow().version();
    memory.compareAndSet(key, version, "{\"schema\":1".getBytes(StandardCharsets.UTF_8));
    time.pass(Duration.ofSeconds(2));
    assertThat(reason(B).code()).isEqualTo(Soak.UNREADABLE);
    assertThat(reason(B).pending()).isFalse();
  }

  @Test
  void law12_aSourceOfObjectionsThatFails_refusesAndNotPending() {
    soak =
        Soak.of(WEEK)
            .objectionsFrom(
                () -> {
                  throw new IllegalStateException("unreadable");
                })
            .bind("test", store, time);
    assertThat(reason(A).code()).isEqualTo(Soak.UNREADABLE);
  }

  @Test
  void law12_anObjectionKeepsWhatHasSoaked_untilItIsWithdrawn() {
    soak.announced(ACTION, Set.of(A));
    days(7);
    soak.object(A, "ann", "needed for the audit", null);
    assertThat(reason(A).code()).isEqualTo(Soak.OBJECTED);
    assertThat(reason(A).pending()).isTrue();
    assertThat(reason(A).sentence()).isEqualTo("ann objects: needed for the audit");
    assertThat(soak.withdraw(A)).isTrue();
    assertThat(soak.withdraw(A)).isFalse();
    assertThat(says(A).allowed()).isTrue();
  }

  @Test
  void law12_anObjectionThatEnds_isNotEndedByAJumpOfTheClock() {
    soak.announced(ACTION, Set.of(A));
    days(7);
    soak.object(A, "ann", "two days", time.now().plus(Duration.ofDays(2)));
    time.jump(Duration.ofDays(300));
    assertThat(reason(A).code()).isEqualTo(Soak.OBJECTED);
    days(2);
    assertThat(says(A).allowed()).isTrue();
    assertThat(soak.objections()).isEmpty();
  }

  @Test
  void anObjectionOfAnotherProcess_countsWithinASecond() {
    soak.announced(ACTION, Set.of(A));
    days(7);
    assertThat(says(A).allowed()).isTrue();
    begun().object(A, "ann", "mine", null);
    time.pass(Duration.ofMillis(1001));
    assertThat(reason(A).code()).isEqualTo(Soak.OBJECTED);
  }

  @Test
  void aClockThatWasLost_setsNothingFree() {
    soak.refresh();
    days(3);
    soak.announced(ACTION, Set.of(A));
    days(20);
    String key = StateStore.key("soak-clock", "test");
    MemoryStateStore rest = MemoryStateStore.create(time);
    for (String one : memory.keys("guard/")) {
      if (!one.equals(key)) {
        rest.compareAndSet(one, null, memory.get(one).orElseThrow().value());
      }
    }
    soak = Soak.of(WEEK).bind("test", rest, time);
    soak.refresh();
    assertThat(reason(A).code()).isEqualTo(Soak.SOAKING);
    soak.announced(ACTION, Set.of(A));
    days(6);
    assertThat(reason(A).code()).isEqualTo(Soak.SOAKING);
    days(1);
    assertThat(says(A).allowed()).isTrue();
  }

  @Test
  void law4_noLength_noStore_doNotBuild() {
    assertThatThrownBy(() -> Soak.of(Duration.ZERO))
        .isInstanceOf(GuardConfigurationException.class);
    assertThatThrownBy(() -> Soak.of(Duration.ofDays(-1)))
        .isInstanceOf(GuardConfigurationException.class);
    assertThatThrownBy(() -> Soak.of(WEEK).bind("test", null, time))
        .isInstanceOf(GuardConfigurationException.class)
        .hasMessageContaining("memory forgets");
  }

  @Test
  void anUnboundSoak_refuses() {
    Verdict said = Soak.of(WEEK).review(Intent.of(ACTION, A).because("a test"));
    assertThat(said.reasons().get(0).code()).isEqualTo(Soak.UNREADABLE);
  }
}
