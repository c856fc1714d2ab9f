package dev.guard;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What must still be true of a target at the moment of the act, as named facts: for an image its
 * digest, kind, sorted tags and the sorted digests of what names it; for a Kubernetes object its
 * uid.
 *
 * <p>A plan holds the fingerprint it saw; {@code apply} reads it anew right before the act and
 * skips the target if any fact differs. Immutable; compares by value.
 *
 * @param facts names and values, sorted by name; at least one
 */
public record Fingerprint(Map<String, String> facts) {
  /** Sorts and copies. */
  public Fingerprint {
    if (facts.isEmpty()) {
      throw new IllegalArgumentException(
          "A fingerprint of no facts would always match. Name at least one fact.");
    }
    facts = Collections.unmodifiableMap(new TreeMap<>(facts));
  }

  /**
   * A fingerprint of one fact.
   *
   * @param name the fact's name
   * @param value its value
   * @return the fingerprint
   */
  public static Fingerprint of(String name, String value) {
    return new Fingerprint(Map.of(name, value));
  }

  /**
   * What differs, for a person.
   *
   * @param now the fingerprint read at the act
   * @return for example {@code tags: 'v1' then, 'v1,prod' now}, or the empty string if nothing
   *     differs
   */
  public String differenceTo(Fingerprint now) {
    StringBuilder text = new StringBuilder();
    TreeMap<String, String> names = new TreeMap<>(facts);
    names.putAll(now.facts);
    for (String name : names.keySet()) {
      String then = facts.getOrDefault(name, "");
      String here = now.facts.getOrDefault(name, "");
      if (!then.equals(here)) {
        text.append(text.length() == 0 ? "" : "; ")
            .append(name)
            .append(": '")
            .append(then)
            .append("' then, '")
            .append(here)
            .append("' now");
      }
    }
    return text.toString();
  }
}
