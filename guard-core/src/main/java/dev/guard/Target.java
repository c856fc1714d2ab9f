package dev.guard;

import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The thing acted on: its kind, its scope (which registry and repository, cluster, database), its
 * id, and labels that describe it.
 *
 * <p>Identity is kind, scope and id. It must be strong: a digest, a uid, a primary key; never a
 * name that can be reused for something else. Labels take no part in {@link #equals} or {@link
 * #hashCode}: they may change while the target stays the same.
 *
 * <pre>
 * {@code Target row = Target.of("row", "orders-db/public.orders", "4711").with("tenant", "acme");}
 * </pre>
 *
 * <p>Immutable and thread-safe. No argument may be null or blank; each is at most {@value
 * #MAX_LENGTH} characters.
 *
 * @param kind what sort of thing, for example {@code image} or {@code row}; letters, digits, dot,
 *     dash, underscore
 * @param scope where it lives
 * @param id what it is, within kind and scope
 * @param labels what is known of it, sorted by name
 */
public record Target(String kind, String scope, String id, Map<String, String> labels) {
  /** The longest kind, scope, id, label name or label value, in characters. */
  public static final int MAX_LENGTH = 4096;

  private static final Pattern KIND = Pattern.compile("[A-Za-z0-9._-]+");

  /** Checks and copies. */
  public Target {
    Words.name("target kind", kind);
    Words.text("target scope", scope);
    Words.text("target id", id);
    if (!KIND.matcher(kind).matches()) {
      throw new IllegalArgumentException(
          "A target kind is letters, digits, '.', '-' and '_', but was '"
              + Words.shown(kind)
              + "'.");
    }
    TreeMap<String, String> sorted = new TreeMap<>();
    labels.forEach(
        (name, value) -> {
          Words.text("label name", name);
          Words.bounded("label value", Objects.requireNonNull(value, "label value"));
          sorted.put(name, value);
        });
    labels = Collections.unmodifiableMap(sorted);
  }

  /**
   * A target without labels.
   *
   * @param kind what sort of thing
   * @param scope where it lives
   * @param id what it is
   * @return the target
   */
  public static Target of(String kind, String scope, String id) {
    return new Target(kind, scope, id, Map.of());
  }

  /**
   * This target with one more label.
   *
   * @param name the label's name
   * @param value the label's value
   * @return a new target of the same identity
   */
  public Target with(String name, String value) {
    TreeMap<String, String> more = new TreeMap<>(labels);
    more.put(name, value);
    return new Target(kind, scope, id, more);
  }

  /**
   * Kind, scope and id in one unambiguous line, the key under which journal and state know this
   * target.
   *
   * @return the identity
   */
  public String identity() {
    return kind + ":" + scope.length() + ":" + scope + ":" + id;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Target that
        && kind.equals(that.kind)
        && scope.equals(that.scope)
        && id.equals(that.id);
  }

  @Override
  public int hashCode() {
    return (kind.hashCode() * 31 + scope.hashCode()) * 31 + id.hashCode();
  }

  /** Kind, scope and id for people. */
  @Override
  public String toString() {
    return kind + " " + scope + " " + id;
  }
}
