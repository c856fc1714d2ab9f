package dev.guard.testkit.simulation;

import java.util.Locale;

/**
 * One step of a script. What does not fit the moment, such as asking a host that is busy, does
 * nothing, so that any part of a script is a script.
 *
 * @param kind what happens
 * @param host to which host, from 0; it means nothing where the whole world is meant
 * @param amount how much, or which
 */
record Event(Kind kind, int host, long amount) {
  enum Kind {
    /** A host goes on for so many contacts with the world. */
    RUN,
    /** A host goes on until it is about to do something: {@link Host#POINTS}. */
    UNTIL,
    /** A host is asked to make a plan and apply it. */
    APPLY,
    /** A host is asked to apply the plan made last, by whomever. */
    REAPPLY,
    /** A host is asked to rehearse the plan made last. */
    REHEARSE,
    /** A host is asked for a single call. */
    CALL,
    /** A person stops the guard at a host. */
    STOP,
    /** A person resumes the guard at a host. */
    RESUME,
    /** The process of a host that is not busy ends as it should. */
    END,
    /** The process of a host is killed. */
    KILL,
    /** A host loses power in so many changes of its disk; 0 is now. */
    POWER,
    /** The disk of a host is full, or has room again. */
    DISK,
    /** The store misbehaves at a host's next access. */
    STORE,
    /** The store is away for everybody, or back. */
    AWAY,
    /** Seconds pass. */
    TICK,
    /** The wall clock of a host is set, by seconds. */
    JUMP,
    /** A host is suspended for seconds; they pass for everybody. */
    SUSPEND,
    /** The switch says something else. */
    SWITCH,
    /** A target is changed by somebody else. */
    CHANGE,
    /** A target is protected, becomes unreadable, or neither. */
    PROTECT,
    /** A target is used, or not any more. */
    USE,
    /** The source of evidence answers in another way. */
    SOURCE,
    /** How the next act of a host ends. */
    EFFECT,
    /** The target's system does not tell what became of acts, or does again. */
    BLIND,
    /** A safeguard is dead, or alive again. */
    DEAD
  }

  @Override
  public String toString() {
    return kind.name().toLowerCase(Locale.ROOT) + " " + host + " " + amount;
  }

  static Event parse(String text) {
    String[] parts = text.trim().split("\\s+", -1);
    if (parts.length != 3) {
      throw new IllegalArgumentException(
          "A step is a word and two numbers, but was '" + text + "'.");
    }
    try {
      return new Event(
          Kind.valueOf(parts[0].toUpperCase(Locale.ROOT)),
          Integer.parseInt(parts[1]),
          Long.parseLong(parts[2]));
    } catch (IllegalArgumentException fault) {
      throw new IllegalArgumentException("This is no step: '" + text + "'.", fault);
    }
  }
}
