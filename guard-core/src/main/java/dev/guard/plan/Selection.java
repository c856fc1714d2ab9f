package dev.guard.plan;

import dev.guard.Population;
import dev.guard.Target;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The candidates of a plan: an action, targets with their fingerprints and order, what they are a
 * part of, and why they were chosen.
 *
 * <pre>{@code
 * Selection.of("file.delete", targets).outOf(Population.of(1200)).because("older than 30 days")
 * }</pre>
 *
 * <p>Immutable; thread-safe if the function given to {@link Draft#factsOnceJudged} is. No target
 * may be named twice; an empty selection makes an empty plan, never one of everything.
 */
public final class Selection {
  private final String action;
  private final List<Candidate> candidates;
  private final @Nullable Population population;
  private final String because;
  private final List<String> unread;
  private final Map<String, String> facts;
  private final Function<List<Target>, Map<String, String>> outcome;

  private Selection(Draft draft, String because) {
    this.action = draft.action;
    this.candidates = draft.candidates;
    this.population = draft.population;
    this.because = because;
    this.unread = List.copyOf(draft.unread);
    this.facts = Collections.unmodifiableMap(new TreeMap<>(draft.facts));
    this.outcome = draft.outcome;
  }

  /**
   * Begins a selection of plain targets, in the order in which they are to be acted on.
   *
   * @param action the action's name; not blank
   * @param targets the candidates
   * @return the beginning of a selection; it needs a {@link Draft#because}
   */
  public static Draft of(String action, Collection<Target> targets) {
    List<Candidate> candidates = new ArrayList<>();
    for (Target target : targets) {
      candidates.add(Candidate.of(target));
    }
    return ofCandidates(action, candidates);
  }

  /**
   * Begins a selection of candidates that carry fingerprints, reasons, or an order.
   *
   * @param action the action's name; not blank
   * @param candidates the candidates, in the order in which they are to be acted on
   * @return the beginning of a selection
   */
  public static Draft ofCandidates(String action, Collection<Candidate> candidates) {
    return new Draft(action, candidates);
  }

  /**
   * The action's name.
   *
   * @return not blank
   */
  public String action() {
    return action;
  }

  /**
   * The candidates in order.
   *
   * @return possibly none
   */
  public List<Candidate> candidates() {
    return candidates;
  }

  /**
   * What the candidates are a part of.
   *
   * @return the population, or empty if nobody said
   */
  public Optional<Population> population() {
    return Optional.ofNullable(population);
  }

  /**
   * Why they were chosen.
   *
   * @return not blank
   */
  public String because() {
    return because;
  }

  /**
   * What could not be read and was therefore left out of candidates and population.
   *
   * @return one sentence each
   */
  public List<String> unread() {
    return unread;
  }

  /**
   * What else reviewers should know, for example where ages come from.
   *
   * @return names and values, sorted by name
   */
  public Map<String, String> facts() {
    return facts;
  }

  /**
   * What else reviewers should know once it is judged: the facts, and those that depend on what
   * would go.
   *
   * @param going the candidates that would go, in order
   * @return names and values, sorted by name
   */
  public Map<String, String> facts(List<Target> going) {
    Map<String, String> all = new TreeMap<>(facts);
    all.putAll(outcome.apply(List.copyOf(going)));
    return Collections.unmodifiableMap(all);
  }

  /** A selection that still lacks its reason. Not thread-safe. */
  public static final class Draft {
    private final String action;
    private final List<Candidate> candidates;
    private @Nullable Population population;
    private List<String> unread = List.of();
    private Map<String, String> facts = Map.of();
    private Function<List<Target>, Map<String, String>> outcome = going -> Map.of();

    private Draft(String action, Collection<Candidate> candidates) {
      if (action.isBlank()) {
        throw new IllegalArgumentException("A selection's action may not be blank.");
      }
      this.action = action;
      this.candidates = List.copyOf(candidates);
      Set<Target> seen = new HashSet<>();
      for (Candidate candidate : this.candidates) {
        if (!seen.add(candidate.target())) {
          throw new IllegalArgumentException(
              "The target " + candidate.target() + " is selected twice.");
        }
      }
      for (Candidate candidate : this.candidates) {
        for (Target parent : candidate.after()) {
          if (!seen.contains(parent)) {
            throw new IllegalArgumentException(
                candidate.target() + " is ordered after " + parent + ", which is not selected.");
          }
        }
      }
    }

    /**
     * What the candidates are a part of; a percent limit refuses without it.
     *
     * @param all the population, counted before any filter
     * @return this draft
     */
    public Draft outOf(Population all) {
      this.population = Objects.requireNonNull(all, "population");
      return this;
    }

    /**
     * What the candidates are a part of, completely counted.
     *
     * @param all how many there are in all
     * @return this draft
     */
    public Draft outOf(long all) {
      return outOf(Population.of(all));
    }

    /**
     * What could not be read and is in neither candidates nor population.
     *
     * @param sentences one sentence each
     * @return this draft
     */
    public Draft unread(List<String> sentences) {
      this.unread = List.copyOf(sentences);
      return this;
    }

    /**
     * What else reviewers should know.
     *
     * @param namesAndValues for example where ages come from
     * @return this draft
     */
    public Draft facts(Map<String, String> namesAndValues) {
      this.facts = Map.copyOf(namesAndValues);
      return this;
    }

    /**
     * What reviewers should know that depends on what would go, for example bytes freed. It is
     * asked once, after every candidate was judged.
     *
     * @param ofGoing from the candidates that would go, in order, to names and values
     * @return this draft
     */
    public Draft factsOnceJudged(Function<List<Target>, Map<String, String>> ofGoing) {
      this.outcome = Objects.requireNonNull(ofGoing, "ofGoing");
      return this;
    }

    /**
     * Completes the selection.
     *
     * @param rule the rule that chose the candidates; not blank
     * @return the selection
     */
    public Selection because(String rule) {
      if (rule.isBlank()) {
        throw new IllegalArgumentException("A selection says why it was chosen. Give the rule.");
      }
      return new Selection(this, rule);
    }
  }
}
