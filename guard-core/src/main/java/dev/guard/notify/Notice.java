package dev.guard.notify;

import dev.guard.Digest;
import dev.guard.Target;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What people are told: of which guard and plan, in a title and a sentence, with the whole list of
 * items, and how to object. Immutable.
 *
 * @param guard the guard's name
 * @param kind what happened
 * @param digest the plan it is about, or null; see {@link #plan()}
 * @param title one short line
 * @param sentence what it means, for people
 * @param items each target with its line, no target twice; may be empty, unless something is
 *     planned
 * @param objection the command that objects, repeated in each message; empty where there is nothing
 *     to object to, which a plan never is
 */
public record Notice(
    String guard,
    Kind kind,
    @Nullable Digest digest,
    String title,
    String sentence,
    List<Item> items,
    String objection) {
  /** The longest objection command, in characters: it must fit every message uncut. */
  public static final int LONGEST_OBJECTION = 500;

  /** What a notice is about. */
  public enum Kind {
    /** These items will go, unless somebody objects. */
    PLANNED,
    /** A run ended as it should. */
    DONE,
    /** A run was halted by a safeguard. */
    HALTED,
    /** Somebody said stop. */
    STOPPED
  }

  /**
   * One target and what is said of it.
   *
   * @param target the target
   * @param text its line, for people; may be empty
   */
  public record Item(Target target, String text) {
    /** Checks. */
    public Item {
      Objects.requireNonNull(target, "target");
      Objects.requireNonNull(text, "text");
    }
  }

  /** Checks and copies. */
  public Notice {
    present("guard's name", guard);
    Objects.requireNonNull(kind, "kind");
    present("title", title);
    present("sentence", sentence);
    Objects.requireNonNull(objection, "objection");
    items = List.copyOf(items);
    if (kind == Kind.PLANNED && (items.isEmpty() || digest == null || objection.isBlank())) {
      throw new IllegalArgumentException(
          "A notice of what is planned needs its plan, its items and the command that objects.");
    }
    if (objection.length() > LONGEST_OBJECTION) {
      throw new IllegalArgumentException(
          "An objection command has at most "
              + LONGEST_OBJECTION
              + " characters, but this has "
              + objection.length()
              + ".");
    }
    Set<Target> seen = new HashSet<>();
    for (Item item : items) {
      if (!seen.add(item.target())) {
        throw new IllegalArgumentException("A notice names a target once, but one stands twice.");
      }
    }
  }

  private static void present(String what, String value) {
    if (value.isBlank()) {
      throw new IllegalArgumentException("A notice's " + what + " may not be blank.");
    }
  }

  /**
   * A notice of what is planned.
   *
   * @param guard the guard's name
   * @param plan the plan's digest
   * @param sentence what will happen and when
   * @param items the whole list
   * @param objection the command that objects
   * @return the notice
   */
  public static Notice planned(
      String guard, Digest plan, String sentence, List<Item> items, String objection) {
    String title = guard + ": " + items.size() + (items.size() == 1 ? " item" : " items");
    return new Notice(guard, Kind.PLANNED, plan, title + " planned", sentence, items, objection);
  }

  /**
   * The plan it is about.
   *
   * @return its digest, or empty
   */
  public Optional<Digest> plan() {
    return Optional.ofNullable(digest);
  }
}
