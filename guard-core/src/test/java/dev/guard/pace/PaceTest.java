package dev.guard.pace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.Intent;
import dev.guard.Reservation;
import dev.guard.Reservation.Held;
import dev.guard.Reservation.Settlement;
import dev.guard.Target;
import dev.guard.Verdict;
import dev.guard.Verdict.Level;
import dev.guard.support.HandTime;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PaceTest {
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
  private final HandTime time = new HandTime();

  private static Intent intent(int targets) {
    List<Target> all = new ArrayList<>();
    for (int i = 0; i < targets; i++) {
      all.add(Target.of("thing", "here", "t" + i));
    }
    return Intent.of("thing.delete", all).because("a test");
  }

  private static boolean goes(Pace pace, int targets) {
    return pace.reserve(intent(targets)) instanceof Held;
  }

  // --- pace

  @Test
  void aBurst_thenOneAtATime() {
    Pace pace = Pace.of(3, Duration.ofSeconds(30), time);
    assertThat(goes(pace, 1) && goes(pace, 2)).isTrue();
    assertThat(goes(pace, 1)).isFalse();
    assertThat(pace.nextIn()).isEqualTo(Duration.ofSeconds(10));
    time.pass(Duration.ofSeconds(4));
    assertThat(pace.nextIn()).isEqualTo(Duration.ofSeconds(6));
    time.pass(pace.nextIn());
    assertThat(pace.nextIn()).isZero();
    assertThat(goes(pace, 1)).isTrue();
    assertThat(goes(pace, 1)).isFalse();
  }

  @Test
  void onlyWhatDidNotRun_givesItsTokenBack() {
    Pace pace = Pace.of(1, Duration.ofSeconds(30), time);
    ((Held) pace.reserve(intent(1))).settle(Settlement.NOT_RUN);
    ((Held) pace.reserve(intent(1))).settle(Settlement.UNKNOWN);
    assertThat(goes(pace, 1)).isFalse();
  }

  @Test
  void theWallClock_doesNotSpeedItUp() {
    Pace pace = Pace.of(1, Duration.ofSeconds(30), time);
    assertThat(goes(pace, 1)).isTrue();
    time.jump(Duration.ofDays(1));
    assertThat(goes(pace, 1)).isFalse();
  }

  @Test
  void anIntentLargerThanTheBucket_isRefusedByReview() {
    Pace pace = Pace.of(3, Duration.ofSeconds(30), time);
    assertThat(pace.review(intent(4)).level()).isEqualTo(Level.REFUSE);
    assertThat(pace.review(intent(3))).isSameAs(Verdict.allow());
  }

  @Test
  void t09_aPaceThatMeansNothing_isAnError() {
    assertThatThrownBy(() -> Pace.of(0, Duration.ofSeconds(1), time))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Pace.of(-1, Duration.ofSeconds(1), time))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Pace.of(1, Duration.ZERO, time))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Pace.of(1, Duration.ofSeconds(-1), time))
        .isInstanceOf(IllegalArgumentException.class);
  }

  // --- bulkhead

  @Test
  void aBulkhead_deniesOneTooMany_untilOneHasEnded() {
    Bulkhead two = Bulkhead.of(2);
    Held first = (Held) two.reserve(intent(1));
    assertThat(two.reserve(intent(1))).isInstanceOf(Held.class);
    Reservation third = two.reserve(intent(1));
    assertThat(third).isInstanceOf(Reservation.Denied.class);
    assertThat(((Reservation.Denied) third).verdict().reasons().get(0).code())
        .isEqualTo(Bulkhead.FULL);
    first.settle(Settlement.UNKNOWN);
    assertThat(two.reserve(intent(1))).isInstanceOf(Held.class);
    assertThat(two.reserve(intent(1))).isInstanceOf(Reservation.Denied.class);
    assertThat(two.tripwires()).allMatch(wire -> wire.check().getAsBoolean());
    assertThatThrownBy(() -> Bulkhead.of(0)).isInstanceOf(IllegalArgumentException.class);
  }

  // --- change window

  private ChangeWindow window(Set<DayOfWeek> days, String from, String to) {
    return ChangeWindow.on(days, LocalTime.parse(from), LocalTime.parse(to), BERLIN, time);
  }

  private boolean open(ChangeWindow window, String instant) {
    time.set(Instant.parse(instant));
    Verdict verdict = window.review(intent(1));
    assertThat(verdict.level()).isIn(Level.ALLOW, Level.HALT);
    return verdict.allowed();
  }

  @ParameterizedTest
  @CsvSource({
    "2026-03-02T07:59:59Z,false",
    "2026-03-02T08:00:00Z,true",
    "2026-03-02T14:59:59.999Z,true",
    "2026-03-02T15:00:00Z,false",
    "2026-03-01T09:00:00Z,false", // Sunday
    "2026-07-06T07:00:00Z,true", // summer time
    "2026-07-06T06:59:59Z,false",
    "2026-07-06T14:00:00Z,false"
  })
  void t26_outsideTheWindow_nothingRuns(String instant, boolean expected) {
    ChangeWindow office =
        window(EnumSet.range(DayOfWeek.MONDAY, DayOfWeek.FRIDAY), "09:00", "16:00");
    assertThat(open(office, instant)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "2026-03-06T20:59:59Z,false", // Friday
    "2026-03-06T21:00:00Z,true",
    "2026-03-07T00:30:00Z,true", // Saturday, but it began on Friday
    "2026-03-07T03:00:00Z,false",
    "2026-03-07T22:00:00Z,false"
  })
  void aWindowOverMidnight_belongsToTheDayItBeganOn(String instant, boolean expected) {
    assertThat(open(window(EnumSet.of(DayOfWeek.FRIDAY), "22:00", "04:00"), instant))
        .isEqualTo(expected);
  }

  @Test
  void daylightSaving_aSkippedHourIsNeverOpen_anHourThatComesTwiceIsOpenTwice() {
    ChangeWindow night = window(EnumSet.of(DayOfWeek.SUNDAY), "02:00", "03:00");
    for (int minute = 0; minute < 24 * 60; minute += 5) {
      assertThat(
              open(
                  night,
                  Instant.parse("2026-03-28T23:00:00Z").plusSeconds(minute * 60L).toString()))
          .isFalse();
    }
    assertThat(open(night, "2026-10-24T23:59:00Z")).isFalse();
    assertThat(open(night, "2026-10-25T00:30:00Z")).isTrue();
    assertThat(open(night, "2026-10-25T01:30:00Z")).isTrue();
    assertThat(open(night, "2026-10-25T02:00:00Z")).isFalse();
  }

  @Test
  void t26_anEmptyWindow_isAnError_andOneThatNeverClosesDoesNotProve() {
    assertThatThrownBy(() -> window(Set.of(), "09:00", "16:00"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> window(EnumSet.allOf(DayOfWeek.class), "09:00", "09:00"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(window(EnumSet.allOf(DayOfWeek.class), "00:00", "23:59").tripwires())
        .allMatch(wire -> wire.check().getAsBoolean());
  }

  @Test
  void outside_isNotLatched() {
    ChangeWindow office = window(EnumSet.of(DayOfWeek.MONDAY), "09:00", "16:00");
    assertThat(open(office, "2026-03-02T07:00:00Z")).isFalse();
    assertThat(open(office, "2026-03-02T09:00:00Z")).isTrue();
    time.set(Instant.parse("2026-03-02T07:00:00Z"));
    assertThat(office.review(intent(1)).reasons().get(0).code()).isEqualTo(ChangeWindow.OUTSIDE);
  }
}
