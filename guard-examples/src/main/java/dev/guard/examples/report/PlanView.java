package dev.guard.examples.report;

import dev.guard.Population;
import dev.guard.Reason;
import dev.guard.Target;
import dev.guard.plan.Plan;
import dev.guard.plan.PlanItem;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * A plan in the shape people read it: what would go, what is kept and why, where the limits stand.
 * Made from the plan alone, so the page and the terminal cannot differ from the file. Immutable.
 *
 * @param plan the plan
 * @param going what would go
 * @param kept what stays although policy would let it go, with the reasons
 * @param meters where the limits stand
 * @param halts why the plan as a whole cannot be applied; empty if it can
 * @param expired whether it is too old to be applied
 */
public record PlanView(
    Plan plan,
    List<Row> going,
    List<Row> kept,
    List<Meter> meters,
    List<String> halts,
    boolean expired) {
  /** Facts of this beginning are the limits the plan was judged under. */
  public static final String LIMIT = "limit.";

  /** The fact that says how many manifests one plan may touch. */
  public static final String PER_PLAN = LIMIT + "perPlan";

  /** The fact that says which percent of the population one plan may touch. */
  public static final String PERCENT = LIMIT + "percent";

  /** The fact that says how many manifests all runs of 24 hours may touch. */
  public static final String PER_DAY = LIMIT + "perDay";

  /** The fact that says how many times the usual one plan may touch. */
  public static final String TIMES_USUAL = LIMIT + "timesUsual";

  /** The fact that names the clusters whose evidence counted. */
  public static final String CLUSTERS = "clusters";

  /** Facts of this beginning count what policy itself keeps, by code. */
  public static final String KEPT = "kept.";

  /** Facts of this beginning name, by code and number, what policy itself keeps, and why. */
  public static final String KEEPS = "policyKeeps.";

  /** Facts of this beginning are sentences to be read with the plan. */
  public static final String NOTE = "note.";

  private static final Pattern TAGGED = Pattern.compile("^tagged [^:]{1,4096}: ");
  private static final String UNTAGGED = "(untagged)";
  private static final String SINCE = "countingSince";
  private static final String WITHOUT_AGE = "withoutAge";

  /** The fact that says how many bytes would be freed. */
  public static final String BYTES = "bytesFreed";

  /**
   * One planned target.
   *
   * @param scope where it lives
   * @param name its tags, or what else a person knows it by
   * @param id its identity
   * @param because why it was chosen
   * @param reasons what stands against it, with the places
   * @param waits what only time or people will lift
   */
  public record Row(
      String scope, String name, String id, String because, List<Why> reasons, List<String> waits) {
    /** Copies. */
    public Row {
      reasons = List.copyOf(reasons);
      waits = List.copyOf(waits);
    }
  }

  /**
   * One reason.
   *
   * @param safeguard who says it
   * @param sentence what is wrong
   * @param where where it was seen, or empty
   */
  public record Why(String safeguard, String sentence, String where) {}

  /**
   * Where one limit stands.
   *
   * @param name which limit
   * @param used how many would go
   * @param allowed how many may
   * @param sum how the allowed number came about
   */
  public record Meter(String name, long used, long allowed, String sum) {
    /**
     * Whether it is broken.
     *
     * @return true if more would go than may
     */
    public boolean over() {
      return used > allowed;
    }

    /**
     * How full it is.
     *
     * @return percent, at most 100
     */
    public long full() {
      if (used == 0) {
        return 0;
      }
      return allowed == 0 ? 100 : Math.min(100, used * 100 / allowed);
    }
  }

  /** Copies. */
  public PlanView {
    going = List.copyOf(going);
    kept = List.copyOf(kept);
    meters = List.copyOf(meters);
    halts = List.copyOf(halts);
  }

  /**
   * The view of a plan.
   *
   * @param plan the plan
   * @param now the instant at which it is looked at
   * @return the view
   */
  public static PlanView of(Plan plan, Instant now) {
    List<Row> going = new ArrayList<>();
    List<Row> kept = new ArrayList<>();
    List<String> halts = Halts.of(plan.verdict());
    Map<String, String> names = new HashMap<>();
    for (PlanItem item : plan.items()) {
      String name = name(item.target());
      if (!name.equals(UNTAGGED)) {
        names.put(item.target().id(), name);
      }
    }
    for (PlanItem item : plan.items()) {
      (item.wouldGo() ? going : kept).add(row(item, halts, names));
    }
    return new PlanView(
        plan,
        going,
        kept,
        meters(plan, going.size()),
        halts,
        !now.isBefore(plan.header().expires()));
  }

  /** Names a parent as people know it, and not again what stands beside it. */
  private static String because(String because, Map<String, String> names) {
    String shown = TAGGED.matcher(because).replaceFirst("");
    for (String word : shown.split("[ ,]", -1)) {
      String name = names.getOrDefault(word, "");
      shown = name.isEmpty() ? shown : shown.replace(word, name);
    }
    return Text.shortened(shown);
  }

  private static Row row(PlanItem item, List<String> halts, Map<String, String> names) {
    Target target = item.target();
    List<Why> reasons = new ArrayList<>();
    List<String> waits = new ArrayList<>();
    for (Reason reason : item.verdict().reasons()) {
      if (reason.pending() && !reason.code().equals(Reason.DRY_RUN)) {
        waits.add(Text.shortened(reason.sentence()));
      }
      if (!reason.pending()) {
        reasons.add(
            new Why(
                reason.safeguard(),
                Text.shortened(Halts.briefly(reason, halts)),
                reason.where().orElse("")));
      }
    }
    return new Row(
        target.scope(), name(target), target.id(), because(item.because(), names), reasons, waits);
  }

  private static String name(Target target) {
    for (String label : List.of("tags", "tag", "name")) {
      String value = target.labels().getOrDefault(label, "");
      if (!value.isEmpty()) {
        return value;
      }
    }
    return UNTAGGED;
  }

  private static List<Meter> meters(Plan plan, long going) {
    List<Meter> meters = new ArrayList<>();
    Map<String, String> facts = plan.header().facts();
    whole(facts.get(PER_PLAN))
        .ifPresent(most -> meters.add(new Meter("per plan", going, most, "at most " + most)));
    Optional<BigDecimal> percent = decimal(facts.get(PERCENT));
    Optional<Population> population = plan.population().filter(Population::complete);
    if (percent.isPresent() && population.isPresent()) {
      long size = population.get().size();
      long most =
          percent
              .get()
              .multiply(BigDecimal.valueOf(size))
              .divide(BigDecimal.valueOf(100), 0, RoundingMode.FLOOR)
              .longValue();
      meters.add(
          new Meter(
              "by percent",
              going,
              most,
              percent.get().stripTrailingZeros().toPlainString()
                  + " % of "
                  + size
                  + " is "
                  + most));
    }
    return meters;
  }

  private static Optional<Long> whole(@org.jspecify.annotations.Nullable String text) {
    return text != null && text.matches("[0-9]{1,18}")
        ? Optional.of(Long.parseLong(text))
        : Optional.empty();
  }

  private static Optional<BigDecimal> decimal(@org.jspecify.annotations.Nullable String text) {
    return text != null && text.matches("[0-9]{1,3}(\\.[0-9]{1,9})?")
        ? Optional.of(new BigDecimal(text))
        : Optional.empty();
  }

  /**
   * Whether the plan can be applied as it stands.
   *
   * @return true if nothing halts it and it has not expired
   */
  public boolean applicable() {
    return halts.isEmpty() && !expired;
  }

  /**
   * Bytes that would be freed at most, if the plan says so and anything would go.
   *
   * @return for people
   */
  public Optional<String> freed() {
    return going.isEmpty()
        ? Optional.empty()
        : whole(plan.header().facts().get(BYTES)).map(Text::bytes);
  }

  /**
   * What would go waits for, as it stood when the plan was made: to be announced, its soak, an
   * objection, an approval, its stage.
   *
   * @return by sentence, the images it holds for
   */
  public Map<String, List<String>> waits() {
    Map<String, List<String>> waits = new LinkedHashMap<>();
    for (Row row : going) {
      for (String sentence : row.waits()) {
        waits
            .computeIfAbsent(sentence, none -> new ArrayList<>())
            .add(row.scope() + " " + (row.name().equals(UNTAGGED) ? row.id() : row.name()));
      }
    }
    return waits;
  }

  /**
   * What policy itself keeps, each with its own reason.
   *
   * @return by code
   */
  public Map<String, List<String>> policyKeeps() {
    Map<String, List<String>> keeps = new TreeMap<>();
    plan.header()
        .facts()
        .forEach(
            (name, value) -> {
              int number = name.lastIndexOf('.');
              if (name.startsWith(KEEPS) && number > KEEPS.length()) {
                keeps
                    .computeIfAbsent(
                        name.substring(KEEPS.length(), number).replace('-', ' '),
                        code -> new ArrayList<>())
                    .add(Text.shortened(value));
              }
            });
    return keeps;
  }

  /**
   * How many manifests stay, for whatever reason.
   *
   * @return at least as many as policy alone would let go
   */
  public long staying() {
    long policy = 0;
    for (Map.Entry<String, String> fact : plan.header().facts().entrySet()) {
      if (fact.getKey().startsWith(KEPT)) {
        policy += whole(fact.getValue()).orElse(0L);
      }
    }
    return kept.size() + policy;
  }

  /**
   * The sum of what would go and what stays, where it accounts for every manifest there is.
   *
   * @return a line, or empty if the plan does not say enough
   */
  public Optional<String> sum() {
    long all = going.size() + staying();
    return plan.population()
        .filter(population -> population.complete() && population.size() == all)
        .map(
            population ->
                going.size()
                    + " would go + "
                    + staying()
                    + " kept = "
                    + Text.count(all, "manifest")
                    + " in all");
  }

  /**
   * What the plan rests on, in sentences: where ages come from, what policy keeps, whose evidence
   * counted.
   *
   * @return sentences, in reading order
   */
  public List<String> notes() {
    Map<String, String> facts = plan.header().facts();
    List<String> notes = new ArrayList<>();
    String from = facts.getOrDefault("ageFrom", "");
    if (from.equals("first-seen")) {
      notes.add(
          "Ages count from Guard's own first sight"
              + (facts.containsKey(SINCE) ? ", and it has looked since " + facts.get(SINCE) : "")
              + ".");
    } else if (from.equals("created")) {
      notes.add("Ages are the images' own created stamps, which their builders wrote.");
    }
    whole(facts.get(WITHOUT_AGE))
        .filter(count -> count > 0)
        .ifPresent(
            count ->
                notes.add(
                    Text.count(count, "tagged image")
                        + " without an age that counts; unknown is never old, so kept."));
    List<String> kept = new ArrayList<>();
    long sum = 0;
    for (Map.Entry<String, String> fact : facts.entrySet()) {
      if (fact.getKey().startsWith(KEPT)) {
        kept.add(fact.getValue() + " " + fact.getKey().substring(KEPT.length()));
        sum += whole(fact.getValue()).orElse(0L);
      }
    }
    if (!kept.isEmpty()) {
      notes.add("Policy itself keeps " + sum + ": " + String.join(", ", kept) + ".");
    }
    if (facts.containsKey(TIMES_USUAL)) {
      notes.add(
          "Once five plans were applied, one that asks for more than "
              + facts.get(TIMES_USUAL)
              + " times their usual is halted.");
    }
    if (facts.containsKey(CLUSTERS)) {
      notes.add("Asked whether anything is used: " + facts.get(CLUSTERS) + ".");
    }
    facts.forEach(
        (name, value) -> {
          if (name.startsWith(NOTE)) {
            notes.add(value);
          }
        });
    return notes;
  }

  /**
   * What else the plan says, without what is shown elsewhere.
   *
   * @return names and values
   */
  public Map<String, String> otherFacts() {
    Map<String, String> facts = new LinkedHashMap<>(plan.header().facts());
    facts
        .keySet()
        .removeAll(
            List.of(
                BYTES,
                PER_PLAN,
                PERCENT,
                PER_DAY,
                TIMES_USUAL,
                CLUSTERS,
                SINCE,
                WITHOUT_AGE,
                "ageFrom"));
    facts
        .keySet()
        .removeIf(name -> name.startsWith(KEPT) || name.startsWith(KEEPS) || name.startsWith(NOTE));
    return facts;
  }

  /**
   * How long it still lives.
   *
   * @param now the instant at which it is looked at
   * @return for people
   */
  public String life(Instant now) {
    Duration left = Duration.between(now, plan.header().expires());
    return expired ? "expired " + Text.length(left) + " ago" : "expires in " + Text.length(left);
  }
}
