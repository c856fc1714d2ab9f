package dev.guard.protection;

import dev.guard.Digest;
import dev.guard.Intent;
import dev.guard.Reason;
import dev.guard.Safeguard;
import dev.guard.Target;
import dev.guard.Tripwire;
import dev.guard.Verdict;
import dev.guard.internal.Cause;
import dev.guard.internal.Glob;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What may never be touched. Deny wins: no order, approval or age lets a protected target through,
 * and a protection that cannot be evaluated protects.
 *
 * <pre>{@code
 * Protection.ids(List.of("production"))
 *     .or(Protection.labels(Map.of("protected", "true")))
 *     .or(Protection.glob("tags", List.of("production-*")))
 *     .or(Protection.when("young", "v1", target -> isYoung(target)))
 * }</pre>
 *
 * <p>Patterns know {@code *} (any characters, also none) and {@code ?} (one character); they match
 * the whole value, or, for a label that holds several values separated by commas, any one of them.
 * A blank pattern, id or label is an error, never everything. Its {@link #digest} is part of every
 * plan, so that a plan does not outlive a change of the list. Immutable and thread-safe.
 */
public final class Protection implements Safeguard {
  /** Code of the reason that a target is protected. */
  public static final String PROTECTED = "protected";

  /** Code of the reason that a protection could not be evaluated. */
  public static final String UNREADABLE = "protection-unreadable";

  private final String name;
  private final List<Rule> rules;
  private final boolean conditional;

  private Protection(String name, List<Rule> rules) {
    this(name, rules, false);
  }

  private Protection(String name, List<Rule> rules, boolean conditional) {
    this.name = name;
    this.rules = List.copyOf(rules);
    this.conditional = conditional;
  }

  /** One reason to protect: how it reads in the digest and to people, and when it holds. */
  private record Rule(
      String canonical,
      String sentence,
      @Nullable String asks,
      Predicate<Target> holds,
      Target probe) {
    /** Without the label that it asks for, a target cannot be said to be free. */
    boolean lacksItsLabel(Target target) {
      return asks != null && !target.labels().containsKey(asks);
    }
  }

  /**
   * Protects nothing yet.
   *
   * @return an empty protection, to which others are added with {@link #or}
   */
  public static Protection none() {
    return new Protection("protection", List.of());
  }

  /**
   * Protects targets by id.
   *
   * @param ids exact ids; none blank
   * @return the protection
   */
  public static Protection ids(Collection<String> ids) {
    List<Rule> rules = new ArrayList<>();
    for (String id : new TreeSet<>(ids)) {
      blank("protected id", id);
      rules.add(
          new Rule(
              canonical("id", id),
              "its id is protected",
              null,
              target -> target.id().equals(id),
              Target.of("tripwire", "tripwire", id)));
    }
    return new Protection("protection", rules);
  }

  /**
   * Protects targets that carry any of these labels with exactly this value.
   *
   * @param labels names and values; no name blank
   * @return the protection
   */
  public static Protection labels(Map<String, String> labels) {
    List<Rule> rules = new ArrayList<>();
    new TreeMap<>(labels)
        .forEach(
            (label, value) -> {
              blank("protected label", label);
              rules.add(
                  new Rule(
                      canonical("label", label, value),
                      "its label " + label + "=" + value + " is protected",
                      null,
                      target -> value.equals(target.labels().get(label)),
                      Target.of("tripwire", "tripwire", "tripwire").with(label, value)));
            });
    return new Protection("protection", rules);
  }

  /**
   * Protects targets of which any value of a label matches any pattern, and targets that do not
   * have the label at all: nobody could say that they are free. An empty value matches nothing.
   *
   * @param label the label's name; its value may hold several values separated by commas
   * @param patterns patterns with {@code *} and {@code ?}; none blank
   * @return the protection
   */
  public static Protection glob(String label, Collection<String> patterns) {
    blank("label", label);
    List<Rule> rules = new ArrayList<>();
    for (String text : new TreeSet<>(patterns)) {
      blank("pattern", text);
      Glob pattern = new Glob(text);
      rules.add(
          new Rule(
              canonical("glob", label, text),
              "its " + label + " match the protected pattern " + text,
              label,
              target -> anyValue(target.labels().getOrDefault(label, ""), pattern),
              Target.of("tripwire", "tripwire", "tripwire").with(label, pattern.example())));
    }
    return new Protection("protection", rules);
  }

  /**
   * Protects targets whose id matches any pattern.
   *
   * @param patterns patterns with {@code *} and {@code ?}; none blank
   * @return the protection
   */
  public static Protection idGlob(Collection<String> patterns) {
    List<Rule> rules = new ArrayList<>();
    for (String text : new TreeSet<>(patterns)) {
      blank("pattern", text);
      Glob pattern = new Glob(text);
      rules.add(
          new Rule(
              canonical("id-glob", text),
              "its id matches the protected pattern " + text,
              null,
              target -> pattern.matches(target.id()),
              Target.of("tripwire", "tripwire", pattern.example())));
    }
    return new Protection("protection", rules);
  }

  /**
   * Protects targets for which a condition holds, or throws.
   *
   * @param what what is protected, for people; not blank
   * @param version changes whenever the condition's meaning changes; part of the digest; not blank
   * @param holds the condition; quick, without side effects
   * @param example a target for which it holds, for the tripwire
   * @return the protection
   */
  public static Protection when(
      String what, String version, Predicate<Target> holds, Target example) {
    blank("condition's name", what);
    blank("condition's version", version);
    Objects.requireNonNull(holds, "condition");
    Rule rule =
        new Rule(
            canonical("when", what, version), "it is protected: " + what, null, holds, example);
    return new Protection("protection", List.of(rule), true);
  }

  /**
   * This protection and another.
   *
   * @param other the other
   * @return a protection of everything that either protects
   */
  public Protection or(Protection other) {
    List<Rule> all = new ArrayList<>(rules);
    all.addAll(other.rules);
    return new Protection(name, all, conditional || other.conditional);
  }

  /**
   * This protection under another name, for guards with several.
   *
   * @param another the name; not blank
   * @return the same protection
   */
  public Protection named(String another) {
    return new Protection(blank("protection's name", another), rules, conditional);
  }

  /**
   * Whether it protects nothing at all.
   *
   * @return true if there is no rule
   */
  public boolean isEmpty() {
    return rules.isEmpty();
  }

  /**
   * Whether it asks a condition of the caller's ({@link #when}), which may take its time. What is
   * protected by ids, labels and patterns only compares text.
   *
   * @return true if any rule is a condition
   */
  public boolean isConditional() {
    return conditional;
  }

  /**
   * The identity of what is protected: the SHA-256 over all rules, whatever their order.
   *
   * @return the digest
   */
  public Digest digest() {
    StringBuilder text = new StringBuilder();
    rules.stream()
        .map(Rule::canonical)
        .sorted()
        .distinct()
        .forEach(rule -> text.append(rule).append('\n'));
    return Digest.of(text.toString());
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Verdict review(Intent intent) {
    Verdict all = Verdict.allow();
    for (int i = 0; i < intent.targets().size(); i++) {
      all = all.and(judge(intent.targets().get(i)));
    }
    return all;
  }

  private Verdict judge(Target target) {
    Verdict all = Verdict.allow();
    for (int i = 0; i < rules.size(); i++) {
      all = all.and(judge(rules.get(i), target));
    }
    return all;
  }

  /** The one decision: what a rule says of a target; tripwires ask it too. */
  private Verdict judge(Rule rule, Target target) {
    boolean held;
    try {
      if (rule.lacksItsLabel(target)) {
        return unreadable(rule, target, "it has no label '" + rule.asks() + "'");
      }
      held = rule.holds().test(target);
    } catch (Throwable fault) { // whatever it is, what cannot be evaluated protects
      return unreadable(rule, target, Cause.of(fault));
    }
    if (!held) {
      return Verdict.allow();
    }
    return Verdict.refuse(
        Reason.of(name, PROTECTED, target + " stays, because " + rule.sentence() + "."));
  }

  private Verdict unreadable(Rule rule, Target target, String why) {
    return Verdict.refuse(
        Reason.of(
            name,
            UNREADABLE,
            target
                + " stays, because whether "
                + rule.sentence()
                + " could not be evaluated ("
                + why
                + ")."));
  }

  /** For every rule, a target made up so that this very rule must hold; and a rule that fails. */
  @Override
  public List<Tripwire> tripwires() {
    List<Tripwire> wires = new ArrayList<>();
    for (Rule rule : rules) {
      Verdict expected =
          Verdict.refuse(
              Reason.of(
                  name, PROTECTED, rule.probe() + " stays, because " + rule.sentence() + "."));
      wires.add(
          new Tripwire(
              rule.sentence(),
              () -> judge(rule.probe()).reasons().containsAll(expected.reasons())));
    }
    if (!rules.isEmpty()) {
      Target made = Target.of("tripwire", "tripwire", "tripwire");
      Rule broken = new Rule("broken", "a rule fails", null, Protection::fail, made);
      wires.add(new Tripwire("a rule that fails protects", () -> !judge(broken, made).allowed()));
    }
    return List.copyOf(wires);
  }

  private static boolean fail(Target target) {
    throw new IllegalStateException("made up by the tripwire for " + target);
  }

  private static boolean anyValue(String values, Glob pattern) {
    int from = 0;
    while (true) {
      int comma = values.indexOf(',', from);
      int to = comma < 0 ? values.length() : comma;
      if (to > from && pattern.matches(values, from, to)) {
        return true;
      }
      if (comma < 0) {
        return values.length() > 0 && pattern.matches(values);
      }
      from = comma + 1;
    }
  }

  /** Parts with their lengths, so that no value can be mistaken for another. */
  private static String canonical(String kind, String... parts) {
    StringBuilder text = new StringBuilder(kind);
    for (String part : parts) {
      text.append(' ').append(part.length()).append(':').append(part);
    }
    return text.toString();
  }

  private static String blank(String what, String value) {
    if (value.isBlank()) {
      throw new IllegalArgumentException(
          "A " + what + " may not be blank: blank never means everything.");
    }
    return value;
  }
}
