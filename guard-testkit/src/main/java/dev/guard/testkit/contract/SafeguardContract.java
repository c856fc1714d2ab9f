package dev.guard.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.guard.Intent;
import dev.guard.Reservation;
import dev.guard.Reservation.Settlement;
import dev.guard.Safeguard;
import dev.guard.Tripwire;
import dev.guard.Verdict;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What a {@link Safeguard} does, as tests: JUnit 5 runs them in every class that implements this.
 *
 * <pre>{@code
 * class FreshBackupTest implements SafeguardContract {
 *   public Safeguard safeguard() { return new FreshBackup(() -> anHourAgo, time); }
 *   public List<Intent> allowed() { return List.of(anything); }
 *   public List<Intent> refused() { return List.of(); }
 *   public Safeguard unreadable() { return new FreshBackup(() -> { throw new BackupGone(); }, time); }
 * }
 * }</pre>
 */
public interface SafeguardContract {
  /**
   * A new safeguard, ready to judge: if it has to be told whose it is, it has been.
   *
   * @return the safeguard, of sources that can be read
   */
  Safeguard safeguard();

  /**
   * What it allows.
   *
   * @return at least one intent
   */
  List<Intent> allowed();

  /**
   * What it does not allow.
   *
   * @return intents; none only if it vetoes by its sources alone
   */
  List<Intent> refused();

  /**
   * A safeguard whose sources cannot be read. One that has none returns a safeguard that vetoes
   * everything.
   *
   * @return the safeguard
   */
  Safeguard unreadable();

  /** Reasons are listed by its name. */
  @Test
  default void hasAName() {
    assertFalse(safeguard().name().isBlank(), "a safeguard has a name");
    assertEquals(safeguard().name(), safeguard().name());
  }

  /** It can be proven alive, again and again. */
  @Test
  default void itsTripwiresTrip() {
    List<Tripwire> wires = safeguard().tripwires();
    assertFalse(wires.isEmpty(), "a safeguard has at least one tripwire");
    for (int round = 0; round < 3; round++) {
      wires.forEach(wire -> assertTrue(wire.check().getAsBoolean(), wire.name()));
    }
  }

  /** It allows and refuses what it should, and a refusal has a reason under its name. */
  @Test
  default void judges() {
    Safeguard safeguard = fresh();
    assertFalse(allowed().isEmpty(), "nothing that it allows was given");
    for (Intent intent : allowed()) {
      assertTrue(safeguard.review(intent).allowed(), () -> "it should allow " + intent);
    }
    for (Intent intent : refused()) {
      Verdict verdict = safeguard.review(intent);
      assertFalse(verdict.allowed(), () -> "it should not allow " + intent);
      assertFalse(verdict.reasons().isEmpty(), "a veto has a reason");
      verdict.reasons().forEach(reason -> assertEquals(safeguard.name(), reason.safeguard()));
    }
  }

  /** A review is a question: asking often, and in another order, changes no answer. */
  @Test
  default void reviewsChangeNothing() {
    Safeguard safeguard = fresh();
    for (int round = 0; round < 100; round++) {
      for (Intent intent : refused()) {
        assertFalse(safeguard.review(intent).allowed(), () -> "it should not allow " + intent);
      }
      for (Intent intent : allowed()) {
        assertTrue(safeguard.review(intent).allowed(), () -> "it should still allow " + intent);
      }
    }
  }

  /** What surely did not run is given back: nothing leaks away. */
  @Test
  default void whatDidNotRunIsGivenBack() {
    Safeguard safeguard = fresh();
    for (int round = 0; round < 100; round++) {
      for (Intent intent : allowed()) {
        Reservation reservation = safeguard.reserve(intent);
        assertTrue(
            reservation instanceof Reservation.Held,
            () -> "it should hold what it allows: " + intent);
        ((Reservation.Held) reservation).settle(Settlement.NOT_RUN);
      }
    }
  }

  /** Undecided is not allowed: it throws, or does not allow, from its refresh on. */
  @Test
  default void unreadableIsNotAllowed() {
    Safeguard safeguard = unreadable();
    for (Intent intent : allowed()) {
      boolean lets;
      try {
        lets = safeguard.refresh().allowed() && safeguard.review(intent).allowed();
      } catch (RuntimeException undecided) { // which halts
        continue;
      }
      assertFalse(lets, () -> "its sources cannot be read, and it allows " + intent);
    }
  }

  private Safeguard fresh() {
    Safeguard safeguard = safeguard();
    assertTrue(safeguard.refresh().allowed(), "its sources can be read, and it halts");
    return safeguard;
  }
}
