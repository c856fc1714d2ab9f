package dev.guard.errorthreshold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.GuardConfigurationException;
import dev.guard.Intent;
import dev.guard.Reason;
import dev.guard.Reservation;
import dev.guard.Reservation.Held;
import dev.guard.Reservation.Settlement;
import dev.guard.StateException;
import dev.guard.Target;
import dev.guard.Verdict;
import dev.guard.Verdict.Level;
import dev.guard.support.HandTime;
import dev.guard.support.TestStore;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ErrorThresholdTest {
  private static final Intent INTENT =
      Intent.of("thing.delete", Target.of("thing", "here", "a")).because("a test");

  private final HandTime time = new HandTime();
  private final TestStore store = new TestStore(time);

  private static void end(ErrorThreshold threshold, Settlement how, int times) {
    for (int i = 0; i < times; i++) {
      Reservation reservation = threshold.reserve(INTENT);
      assertThat(reservation).isInstanceOf(Held.class);
      ((Held) reservation).settle(how);
    }
  }

  private static void assertTripped(ErrorThreshold threshold) {
    Verdict verdict = threshold.review(INTENT);
    assertThat(verdict.level()).isEqualTo(Level.HALT);
    assertThat(verdict.reasons()).extracting(Reason::code).containsExactly(ErrorThreshold.TRIPPED);
  }

  private ErrorThreshold stored(ErrorThreshold threshold) {
    threshold.bind("guard", store);
    return threshold;
  }

  @Test
  void failuresCountFromTheFirstAct_andTripExactlyAtTheirNumber() {
    ErrorThreshold three = ErrorThreshold.failures(3);
    end(three, Settlement.UNKNOWN, 2);
    assertThat(three.review(INTENT)).isSameAs(Verdict.allow());
    end(three, Settlement.UNKNOWN, 1);
    assertTripped(three);
    assertThat(three.review(INTENT).toString()).contains("3 or more of the last 100");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 33, 99, 100, 101, 1000, 9999, 10_000})
  void failures_areExactAtEveryNumber(int most) {
    ErrorThreshold threshold = ErrorThreshold.failures(most);
    end(threshold, Settlement.UNKNOWN, most - 1);
    assertThat(threshold.review(INTENT).allowed()).isTrue();
    end(threshold, Settlement.UNKNOWN, 1);
    assertTripped(threshold);
  }

  @Test
  void successesPushFailuresOut_andWhatDidNotRunCountsNeitherWay() {
    ErrorThreshold two = ErrorThreshold.failures(2);
    end(two, Settlement.UNKNOWN, 1);
    end(two, Settlement.NOT_RUN, 500);
    end(two, Settlement.DONE, 100);
    end(two, Settlement.UNKNOWN, 1);
    assertThat(two.review(INTENT).allowed()).isTrue();
    end(two, Settlement.NOT_RUN, 500);
    end(two, Settlement.UNKNOWN, 1);
    assertTripped(two);
  }

  @Test
  void aPercentOfTheLast_trips() {
    ErrorThreshold half = ErrorThreshold.of(50, 10);
    end(half, Settlement.DONE, 6);
    end(half, Settlement.UNKNOWN, 4);
    assertThat(half.review(INTENT).allowed()).isTrue();
    end(half, Settlement.UNKNOWN, 1);
    assertTripped(half);
  }

  @Test
  void onlyAPersonClosesIt() {
    ErrorThreshold one = ErrorThreshold.failures(1);
    end(one, Settlement.UNKNOWN, 1);
    time.pass(Duration.ofDays(365));
    assertTripped(one);
    end(one, Settlement.DONE, 1000);
    assertTripped(one);
    assertThatThrownBy(() -> one.reset(" ", "why")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> one.reset("ada", "")).isInstanceOf(IllegalArgumentException.class);
    assertTripped(one);
    one.reset("ada", "the registry is back");
    assertThat(one.review(INTENT).allowed()).isTrue();
    end(one, Settlement.UNKNOWN, 1);
    assertTripped(one);
  }

  @Test
  void theHaltIsKeptInTheStore_overRestartsAndProcesses() {
    end(stored(ErrorThreshold.failures(1)), Settlement.UNKNOWN, 1);
    ErrorThreshold other = stored(ErrorThreshold.failures(1));
    assertTripped(other);
    other.reset("ada", "mended");
    assertThat(stored(ErrorThreshold.failures(1)).review(INTENT).allowed()).isTrue();
  }

  @Test
  void anUnreadableOrCorruptStore_neverAllows() {
    ErrorThreshold one = stored(ErrorThreshold.failures(1));
    store.unreadable = true;
    assertThatThrownBy(() -> one.review(INTENT)).isInstanceOf(StateException.class);
    store.unreadable = false;
    end(one, Settlement.UNKNOWN, 1);
    for (String corrupt : new String[] {"", "{}", "{\"tripped\":\"no\"}", "[]"}) {
      store.overwriteAll(corrupt);
      ErrorThreshold fresh = stored(ErrorThreshold.failures(1));
      assertThatThrownBy(() -> fresh.review(INTENT)).isInstanceOf(StateException.class);
    }
  }

  @Test
  void aHaltThatCannotBeStored_haltsThisProcess() {
    ErrorThreshold one = stored(ErrorThreshold.failures(1));
    store.writes.add(TestStore.Fault.FAILS);
    Held held = (Held) one.reserve(INTENT);
    assertThatThrownBy(() -> held.settle(Settlement.UNKNOWN)).isInstanceOf(StateException.class);
    assertTripped(one);
  }

  @Test
  void t09_aThresholdThatMeansNothing_isAnError() {
    for (int bad : new int[] {0, -1, 10_001}) {
      assertThatThrownBy(() -> ErrorThreshold.failures(bad))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> ErrorThreshold.of(50, bad))
          .isInstanceOf(IllegalArgumentException.class);
    }
    for (int bad : new int[] {0, -1, 101}) {
      assertThatThrownBy(() -> ErrorThreshold.of(bad, 10))
          .isInstanceOf(IllegalArgumentException.class);
    }
    ErrorThreshold one = stored(ErrorThreshold.failures(1));
    assertThatThrownBy(() -> one.bind("another", store))
        .isInstanceOf(GuardConfigurationException.class);
  }

  @Test
  void everyTripwireTrips_andCountsNothing() {
    for (ErrorThreshold one :
        new ErrorThreshold[] {ErrorThreshold.failures(1), ErrorThreshold.of(1, 100)}) {
      assertThat(one.tripwires()).isNotEmpty().allMatch(wire -> wire.check().getAsBoolean());
      assertThat(one.review(INTENT).allowed()).isTrue();
    }
  }
}
