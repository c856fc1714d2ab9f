package dev.guard.pace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.Intent;
import dev.guard.Reservation.Held;
import dev.guard.Target;
import dev.guard.support.HandTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** The token bucket against a record of what went. */
class PaceProperties {
  private static final Intent ONE =
      Intent.of("thing.delete", Target.of("thing", "here", "a")).because("a test");

  @Property
  void inAnyStretch_noMoreThanTheBurstAndWhatFlowsIn(
      @ForAll @IntRange(min = 1, max = 5) int burst,
      @ForAll @Size(max = 60) List<@IntRange(max = 15) Integer> gaps) {
    HandTime clock = new HandTime();
    Pace pace = Pace.of(burst, Duration.ofSeconds(burst * 10L), clock);
    List<Long> went = new ArrayList<>();
    long now = 0;
    for (int gap : gaps) {
      clock.pass(Duration.ofSeconds(gap));
      now += gap;
      while (pace.reserve(ONE) instanceof Held) {
        went.add(now);
      }
      assertThat(pace.nextIn()).isPositive();
    }
    for (int i = 0; i < went.size(); i++) {
      for (int j = i; j < went.size(); j++) {
        assertThat((long) (j - i + 1))
            .isLessThanOrEqualTo(burst + (went.get(j) - went.get(i)) / 10 + 1);
      }
    }
  }
}
