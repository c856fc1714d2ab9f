package dev.guard.rollout;

import dev.guard.GuardConfigurationException;
import dev.guard.Target;
import dev.guard.internal.Glob;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One named slice of a plan: which targets it holds, how it ramps up, how long it bakes, and what
 * must be healthy before the next one opens.
 *
 * <pre>{@code
 * Stage dev = Stage.named("dev").scopes("registry.example.com/dev/*").bake(Duration.ofHours(24));
 * Stage production = Stage.named("production").ramp(1).rampPercent(10).bake(Duration.ofHours(6));
 * }</pre>
 *
 * <p>A target is in the first stage of which anything matches, and in the last stage if nothing
 * matches. A ramp cuts a stage into steps that each bake and are each followed by the gate: the
 * first so many targets of the plan, then so many percent of them, then all, in an order that only
 * the targets' identities decide. Immutable and thread-safe as far as its predicates and its gate
 * are.
 */
public final class Stage {
  private static final Duration LONGEST = Duration.ofDays(366);
  private static final int MOST_CHARACTERS = 200;

  private final String name;
  private final List<Rule> rules;
  private final List<Part> parts;
  private final Duration bake;
  private final @Nullable Check check;

  /** One way for a target to belong; the text is for the digest of the policy. */
  record Rule(String text, Predicate<Target> holds, @Nullable Target example) {}

  /** A part of a stage that goes first: so many targets, or if there is none, so many percent. */
  record Part(long count, double percent) {
    long of(long all) {
      return count > 0 ? Math.min(count, all) : (long) Math.floor(all * percent / 100.0);
    }

    @Override
    public String toString() {
      return count > 0
          ? Long.toString(count)
          : (percent == Math.rint(percent) ? Long.toString((long) percent) : percent + "") + " %";
    }
  }

  /** A gate with its name, and how long it may stay inconclusive. */
  record Check(String name, Gate gate, Duration patience) {}

  private Stage(
      String name, List<Rule> rules, List<Part> parts, Duration bake, @Nullable Check check) {
    this.name = name;
    this.rules = List.copyOf(rules);
    this.parts = List.copyOf(parts);
    this.bake = bake;
    this.check = check;
  }

  /**
   * A stage that holds nothing yet, does not ramp or bake, and has no gate. As the last of a
   * rollout it holds everything else.
   *
   * @param name its name; not blank
   * @return the stage
   */
  public static Stage named(String name) {
    return new Stage(word("stage name", name), List.of(), List.of(), Duration.ZERO, null);
  }

  /**
   * This stage with the targets whose scope matches any pattern; an image's scope is its host and
   * repository.
   *
   * @param patterns patterns with {@code *} and {@code ?}; at least one, none blank
   * @return a new stage
   */
  public Stage scopes(String... patterns) {
    List<Rule> more = new ArrayList<>(rules);
    for (String text : some("pattern", patterns)) {
      Glob glob = new Glob(word("pattern of stage '" + name + "'", text));
      more.add(
          new Rule(
              "scope " + text,
              target -> glob.matches(target.scope()),
              Target.of("tripwire", glob.example(), "tripwire")));
    }
    return new Stage(name, more, parts, bake, check);
  }

  /**
   * This stage with the targets that carry a label with exactly this value.
   *
   * @param label the label's name; not blank
   * @param value its value; not blank
   * @return a new stage
   */
  public Stage label(String label, String value) {
    word("label of stage '" + name + "'", label);
    word("label value of stage '" + name + "'", value);
    List<Rule> more = new ArrayList<>(rules);
    more.add(
        new Rule(
            "label " + label.length() + ":" + label + "=" + value,
            target -> value.equals(target.labels().get(label)),
            Target.of("tripwire", "tripwire", "tripwire").with(label, value)));
    return new Stage(name, more, parts, bake, check);
  }

  /**
   * This stage with the targets for which a condition holds. If it throws, the run halts.
   *
   * @param what what holds, for people; changes whenever the condition's meaning does; not blank
   * @param condition the condition; looks at nothing but the target
   * @return a new stage
   */
  public Stage when(String what, Predicate<Target> condition) {
    List<Rule> more = new ArrayList<>(rules);
    more.add(
        new Rule(
            "when " + word("condition of stage '" + name + "'", what),
            Objects.requireNonNull(condition, "condition"),
            null));
    return new Stage(name, more, parts, bake, check);
  }

  /**
   * This stage with so many targets first.
   *
   * @param targets one or more; comes before any percent
   * @return a new stage
   * @throws GuardConfigurationException if it is not, or no more than the step before
   */
  public Stage ramp(long targets) {
    if (targets < 1) {
      throw fault("ramps to at least 1 target, but was given " + targets);
    }
    return ramped(new Part(targets, 0));
  }

  /**
   * This stage with so many percent of its targets first, rounded down.
   *
   * @param percent more than 0, at most 100
   * @return a new stage
   * @throws GuardConfigurationException if it is not, or no more than the step before
   */
  public Stage rampPercent(double percent) {
    if (!(percent > 0 && percent <= 100)) {
      throw fault("ramps to more than 0 and at most 100 percent, but was given " + percent);
    }
    return ramped(new Part(0, percent));
  }

  private Stage ramped(Part part) {
    if (!parts.isEmpty()) {
      Part last = parts.get(parts.size() - 1);
      boolean more =
          part.count() > 0
              ? part.count() > last.count() && last.percent() == 0
              : part.percent() > last.percent();
      if (!more) {
        throw fault("ramps to " + part + " after " + last + ", and each step must be larger");
      }
    }
    List<Part> longer = new ArrayList<>(parts);
    longer.add(part);
    return new Stage(name, rules, longer, bake, check);
  }

  /**
   * This stage with a wait that begins when it, or a step of its ramp, is complete.
   *
   * @param length not negative, at most 366 days; zero waits until the next run
   * @return a new stage
   * @throws GuardConfigurationException if it is not
   */
  public Stage bake(Duration length) {
    if (length.isNegative() || length.compareTo(LONGEST) > 0) {
      throw fault("bakes for no time or longer, at most 366 days, but was given " + length);
    }
    return new Stage(name, rules, parts, length, check);
  }

  /**
   * This stage with a health check after the bake.
   *
   * @param what the check's name, for people; not blank
   * @param gate the check
   * @param patience how long it may stay inconclusive before the rollout halts; more than nothing,
   *     at most 366 days
   * @return a new stage
   * @throws GuardConfigurationException if it has a gate already, or patience is out of bounds
   */
  public Stage gate(String what, Gate gate, Duration patience) {
    if (check != null) {
      throw fault("has a gate already");
    }
    if (patience.isZero() || patience.isNegative() || patience.compareTo(LONGEST) > 0) {
      throw fault(
          "waits for an inconclusive gate for more than no time, at most 366 days, but was given "
              + patience);
    }
    return new Stage(
        name,
        rules,
        parts,
        bake,
        new Check(
            word("gate of stage '" + name + "'", what),
            Objects.requireNonNull(gate, "gate"),
            patience));
  }

  /**
   * The stage's name.
   *
   * @return not blank
   */
  public String name() {
    return name;
  }

  List<Rule> rules() {
    return rules;
  }

  List<Part> parts() {
    return parts;
  }

  Duration bake() {
    return bake;
  }

  @Nullable Check check() {
    return check;
  }

  boolean holds(Target target) {
    for (Rule rule : rules) {
      if (rule.holds().test(target)) {
        return true;
      }
    }
    return false;
  }

  /** Everything that decides, in lines that no name can forge: names hold no line breaks. */
  String canonical() {
    StringBuilder text = new StringBuilder("stage ").append(name).append('\n');
    rules.forEach(rule -> text.append(rule.text()).append('\n'));
    parts.forEach(part -> text.append("ramp ").append(part).append('\n'));
    text.append("bake ").append(bake.toMillis()).append('\n');
    if (check != null) {
      text.append("gate ").append(check.name()).append('\n');
      text.append("patience ").append(check.patience().toMillis()).append('\n');
    }
    return text.toString();
  }

  private GuardConfigurationException fault(String sentence) {
    return new GuardConfigurationException("Stage '" + name + "' " + sentence + ".");
  }

  private static String[] some(String what, String[] given) {
    if (given.length == 0) {
      throw new GuardConfigurationException(
          "At least one " + what + " is needed: none never means everything.");
    }
    return given;
  }

  private static String word(String what, String text) {
    if (text.isBlank()
        || text.length() > MOST_CHARACTERS
        || text.chars().anyMatch(Character::isISOControl)) {
      throw new GuardConfigurationException(
          "A "
              + what
              + " has 1 to "
              + MOST_CHARACTERS
              + " characters, is not blank and holds no control characters.");
    }
    return text;
  }

  @Override
  public String toString() {
    return "stage " + name;
  }
}
