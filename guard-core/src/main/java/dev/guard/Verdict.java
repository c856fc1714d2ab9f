package dev.guard;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;

/**
 * What safeguards say of an intent: a level and the reasons for it. ALLOW &lt; SIMULATE &lt; REFUSE
 * &lt; HALT; the strictest wins, whatever the order in which it was said.
 *
 * <p>Immutable and thread-safe. Allowing costs no memory: {@link #allow()} is one constant.
 *
 * @param level how strict
 * @param reasons why; empty exactly for ALLOW; ordered by safeguard, then code, then sentence
 */
public record Verdict(Level level, List<Reason> reasons) {
  private static final Verdict ALLOW = new Verdict(Level.ALLOW, List.of());
  private static final Comparator<Reason> ORDER =
      Comparator.comparing(Reason::safeguard)
          .thenComparing(Reason::code)
          .thenComparing(Reason::sentence)
          .thenComparing(reason -> reason.where().orElse(""));

  /** How strict a verdict is, from mild to strict. */
  public enum Level {
    /** Nothing speaks against it. */
    ALLOW,
    /** Go through everything, and stop before the act. */
    SIMULATE,
    /** Not this target. */
    REFUSE,
    /** Nothing more in this run. */
    HALT
  }

  /** Checks, sorts and copies. */
  public Verdict {
    Objects.requireNonNull(level, "level");
    if ((level == Level.ALLOW) != reasons.isEmpty()) {
      throw new IllegalArgumentException(
          "A verdict has reasons exactly if it is not ALLOW, but was " + level + ".");
    }
    if (reasons.size() > 1) {
      List<Reason> sorted = new ArrayList<>(new LinkedHashSet<>(reasons));
      sorted.sort(ORDER);
      reasons = List.copyOf(sorted);
    } else {
      reasons = List.copyOf(reasons);
    }
  }

  /**
   * Nothing speaks against it.
   *
   * @return always the same verdict
   */
  public static Verdict allow() {
    return ALLOW;
  }

  /**
   * Everything but the act.
   *
   * @param reason why
   * @return the verdict
   */
  public static Verdict simulate(Reason reason) {
    return new Verdict(Level.SIMULATE, List.of(reason));
  }

  /**
   * Not this target.
   *
   * @param reason why
   * @return the verdict
   */
  public static Verdict refuse(Reason reason) {
    return new Verdict(Level.REFUSE, List.of(reason));
  }

  /**
   * Nothing more in this run.
   *
   * @param reason why
   * @return the verdict
   */
  public static Verdict halt(Reason reason) {
    return new Verdict(Level.HALT, List.of(reason));
  }

  /**
   * Both verdicts in one: the stricter level and all reasons. The order of the two does not matter.
   *
   * @param other the other verdict
   * @return the stricter of both with the reasons of both
   */
  public Verdict and(Verdict other) {
    if (other.level == Level.ALLOW) {
      return this;
    }
    if (level == Level.ALLOW) {
      return other;
    }
    List<Reason> all = new ArrayList<>(reasons);
    all.addAll(other.reasons);
    return new Verdict(level.compareTo(other.level) >= 0 ? level : other.level, all);
  }

  /**
   * Whether nothing speaks against it.
   *
   * @return true exactly for ALLOW
   */
  public boolean allowed() {
    return level == Level.ALLOW;
  }

  /**
   * Whether nothing but time or a person stands against it: a plan item of which this is said would
   * go.
   *
   * @return true if every reason is pending
   */
  public boolean wouldGo() {
    for (Reason reason : reasons) {
      if (!reason.pending()) {
        return false;
      }
    }
    return true;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(level.toString());
    for (Reason reason : reasons) {
      text.append(text.length() == level.toString().length() ? " (" : "; ").append(reason);
    }
    return reasons.isEmpty() ? text.toString() : text.append(')').toString();
  }
}
