package dev.guard.pace;

import dev.guard.Intent;
import dev.guard.Reason;
import dev.guard.Safeguard;
import dev.guard.Tripwire;
import dev.guard.Verdict;
import dev.guard.time.Time;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * When acts may happen: on these days, between these local times. Outside, the run halts; nothing
 * is latched, and the next run inside the window goes on.
 *
 * <pre>{@code
 * ChangeWindow.on(EnumSet.range(MONDAY, THURSDAY), LocalTime.of(9, 0), LocalTime.of(16, 0), ZoneId.of("Europe/Berlin"), time)
 * }</pre>
 *
 * <p>The beginning is included, the end is not; an end before the beginning reaches into the next
 * day, and counts to the day on which it began. Local times follow the zone, also through daylight
 * saving: a time that is skipped is never in the window, one that comes twice is twice. No days, or
 * an end that equals its beginning, is an error: a gap never means always. Immutable and
 * thread-safe.
 */
public final class ChangeWindow implements Safeguard {
  /** Code of the reason that it is outside the window. */
  public static final String OUTSIDE = "outside-change-window";

  private static final String NAME = "change-window";

  private final Set<DayOfWeek> days;
  private final LocalTime from;
  private final LocalTime to;
  private final ZoneId zone;
  private final Time time;

  private ChangeWindow(Set<DayOfWeek> days, LocalTime from, LocalTime to, ZoneId zone, Time time) {
    this.days = days;
    this.from = from;
    this.to = to;
    this.zone = zone;
    this.time = time;
  }

  /**
   * A weekly window.
   *
   * @param days the days on which it begins; at least one
   * @param from its beginning, included
   * @param to its end, excluded; not equal to the beginning
   * @param zone whose local time
   * @param time where time comes from
   * @return the window
   */
  public static ChangeWindow on(
      Set<DayOfWeek> days, LocalTime from, LocalTime to, ZoneId zone, Time time) {
    if (days.isEmpty()) {
      throw new IllegalArgumentException(
          "A change window needs at least one day: none never means all.");
    }
    if (from.equals(to)) {
      throw new IllegalArgumentException(
          "A change window from " + from + " to " + to + " is empty: empty never means always.");
    }
    Objects.requireNonNull(zone, "zone");
    Objects.requireNonNull(time, "time");
    return new ChangeWindow(EnumSet.copyOf(days), from, to, zone, time);
  }

  private boolean open(Instant when) {
    ZonedDateTime local = when.atZone(zone);
    LocalTime now = local.toLocalTime();
    DayOfWeek today = local.getDayOfWeek();
    if (from.isBefore(to)) {
      return days.contains(today) && !now.isBefore(from) && now.isBefore(to);
    }
    return (days.contains(today) && !now.isBefore(from))
        || (days.contains(today.minus(1)) && now.isBefore(to));
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Verdict review(Intent intent) {
    return decide(time.now());
  }

  private Verdict decide(Instant when) {
    if (open(when)) {
      return Verdict.allow();
    }
    return Verdict.halt(
        Reason.of(
            NAME,
            OUTSIDE,
            "Now is outside the change window, "
                + days
                + " from "
                + from
                + " to "
                + to
                + " "
                + zone
                + ". Run again inside it."));
  }

  /** Some minute of a week must be outside; a window that is always open could never refuse. */
  @Override
  public List<Tripwire> tripwires() {
    return List.of(new Tripwire("some time is outside the window", this::someTimeIsOutside));
  }

  private boolean someTimeIsOutside() {
    ZonedDateTime monday = ZonedDateTime.of(2026, 1, 5, 0, 0, 0, 0, zone);
    for (int minute = 0; minute < 7 * 24 * 60; minute++) {
      if (!decide(monday.plusMinutes(minute).toInstant()).allowed()) {
        return true;
      }
    }
    return false;
  }
}
