package dev.guard.notify;

import dev.guard.Target;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * What was proven of a notice, item by item. Immutable.
 *
 * @param channel which notifier says so, for example {@code slack}; never an address
 * @param proof of the notice as a whole: delivered only if every item of it is, and every message
 * @param why why not, for people; empty if delivered
 * @param items one entry for each item of the notice, in its order
 */
public record Delivery(String channel, Proof proof, String why, List<Item> items) {
  /** What is known of a delivery. Only {@link #DELIVERED} may start a clock. */
  public enum Proof {
    /** The receiver said that it has it. */
    DELIVERED,
    /** The receiver does not have it: it refused, or nothing left. */
    FAILED,
    /** It may have it: a time-out, a cut connection, an answer that proves nothing. */
    UNKNOWN
  }

  /**
   * What was proven of one item.
   *
   * @param target the item's target
   * @param proof what was proven
   * @param why why not, for people; empty if delivered
   */
  public record Item(Target target, Proof proof, String why) {
    /** Checks. */
    public Item {
      Objects.requireNonNull(target, "target");
      explained(proof, why);
    }
  }

  /** Checks and copies. */
  public Delivery {
    if (channel.isBlank()) {
      throw new IllegalArgumentException("A delivery needs the name of its channel.");
    }
    explained(proof, why);
    items = List.copyOf(items);
    if (proof == Proof.DELIVERED && items.stream().anyMatch(it -> it.proof() != proof)) {
      throw new IllegalArgumentException(
          "A notice is not delivered as a whole while one of its items is not.");
    }
  }

  private static void explained(Proof proof, String why) {
    Objects.requireNonNull(proof, "proof");
    if (why.isBlank() != (proof == Proof.DELIVERED)) {
      throw new IllegalArgumentException("A delivery says why it is not proven, and only then.");
    }
  }

  /**
   * The same for the notice and all its items: it went in one piece.
   *
   * @param channel which notifier says so
   * @param notice what was sent
   * @param proof what was proven
   * @param why why not; empty if delivered
   * @return the delivery
   */
  public static Delivery whole(String channel, Notice notice, Proof proof, String why) {
    List<Item> items = new ArrayList<>();
    for (Notice.Item item : notice.items()) {
      items.add(new Item(item.target(), proof, why));
    }
    return new Delivery(channel, proof, why, items);
  }

  /**
   * The targets whose delivery was proven: the only ones whose wait for objections may begin.
   *
   * @return a set sorted by identity
   */
  public Set<Target> proven() {
    TreeSet<Target> proven = new TreeSet<>(Comparator.comparing(Target::identity));
    for (Item item : items) {
      if (item.proof() == Proof.DELIVERED) {
        proven.add(item.target());
      }
    }
    return Collections.unmodifiableSet(proven);
  }
}
