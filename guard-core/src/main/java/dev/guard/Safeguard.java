package dev.guard;

import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;

/**
 * Judges an intent; never performs it.
 *
 * <p>For one intent in one state the verdict may not depend on other safeguards or on the order in
 * which they are asked, and {@link #review(Intent)} has no side effects. A safeguard that throws,
 * answers null, or answers after its deadline halts the run: undecided is not allowed.
 * Implementations are thread-safe.
 *
 * <pre>{@code
 * Safeguard friday = Safeguard.refuseIf("not on Friday", i -> isFriday(time), Tripwire.of(() -> isFriday(aFriday)));
 * }</pre>
 */
public interface Safeguard {
  /**
   * The name under which its reasons are listed.
   *
   * @return not blank; unique within a guard
   */
  String name();

  /**
   * Judges one intent. A question: no side effects.
   *
   * @param intent what is proposed
   * @return the verdict; never null
   */
  Verdict review(Intent intent);

  /**
   * Judges a whole plan before its first act, after every intent in it was reviewed alone.
   *
   * @param batch the intents that would go
   * @return the verdict; by default ALLOW
   */
  default Verdict reviewAll(Batch batch) {
    return Verdict.allow();
  }

  /**
   * Reads its sources anew. Asked once when a plan or a run begins, before any review, and not
   * bound by the deadline of a review.
   *
   * @return ALLOW if every source could be read completely, otherwise HALT; by default ALLOW
   */
  default Verdict refresh() {
    return Verdict.allow();
  }

  /**
   * Whether its sources were read so long ago that they must be read anew before the next review.
   * The engine then calls {@link #refresh}, so that no review has to wait for a source.
   *
   * @return true if {@link #refresh} is due; by default false
   */
  default boolean stale() {
    return false;
  }

  /**
   * Told which targets were found in use while a plan, an announcement or a run was judged, so that
   * a wait can begin anew. An exception halts. By default nothing.
   *
   * @param action what was proposed
   * @param targets those that something needs; not empty
   */
  default void foundInUse(String action, Collection<Target> targets) {}

  /**
   * Holds what the intent will use. Asked after every safeguard said ALLOW, never in a dry run.
   *
   * @param intent what will run if nobody denies
   * @return what is held, or a denial; by default nothing is held
   */
  default Reservation reserve(Intent intent) {
    return Reservation.none();
  }

  /**
   * Told that a run has ended: what was held ahead of need goes back. Changes nothing that was
   * decided; an exception is logged and dropped. By default nothing.
   */
  default void ended() {}

  /**
   * The proofs that this safeguard is alive.
   *
   * @return at least one; a guard with a safeguard that has none does not build
   */
  List<Tripwire> tripwires();

  /**
   * A safeguard from a condition.
   *
   * @param name its name, which is also its sentence; not blank
   * @param condition true refuses the intent
   * @param tripwire the proof that the condition can be true
   * @return the safeguard
   */
  static Safeguard refuseIf(String name, Predicate<Intent> condition, Tripwire tripwire) {
    return new ConditionSafeguard(name, condition, tripwire);
  }
}
