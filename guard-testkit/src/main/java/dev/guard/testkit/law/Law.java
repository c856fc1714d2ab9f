package dev.guard.testkit.law;

import dev.guard.testkit.scenario.Scenario;
import dev.guard.testkit.scenario.ScenarioRunner;
import dev.guard.testkit.scenario.Trace;
import java.util.ArrayList;
import java.util.List;

/**
 * What must hold of every guard, whatever happens, by the numbers used in tests and docs.
 *
 * <pre>{@code
 * List<String> broken = Law.replay("{\"execute\":true, …}");   // the JSON that a failing property printed
 * }</pre>
 */
public enum Law {
  /** Dry run touches nothing, and asks everybody whom an executing run asks. */
  LAW_1("Dry run touches nothing, and goes through the same safeguards.", new DryRunLaw()),
  /**
   * The verdict does not depend on the order of safeguards, and more of them never make it milder.
   */
  LAW_2(
      "Review does not depend on the order of safeguards, and one more never lowers the verdict.",
      new OrderLaw()),
  /** What throws, answers nothing or too late, or cannot be read, does not allow. */
  LAW_3("Undecided is not allowed.", new UndecidedLaw()),
  /** Zero means none, and what means nothing is an error at build(). */
  LAW_4("Zero, empty, blank or unset never means everything or unlimited.", new ZeroLaw()),
  /** A breach halts with nothing done. */
  LAW_5("The whole plan is judged before its first act.", new WholePlanLaw()),
  /** Nothing is acted on that was not planned as it is. */
  LAW_6("Executed ⊆ approved ⊆ planned ⊆ selected.", new SubsetLaw()),
  /** Never more than the limit in any window. */
  LAW_7("Never more than the limit in any window.", null),
  /** A run that has seen STOP never acts again. */
  LAW_8("Nothing starts after stop.", new StopLaw()),
  /** Whatever was begun is settled or in doubt. */
  LAW_9(
      "No act without a durable INTENDED; every INTENDED is settled or listed as in doubt.",
      new IntendedLaw()),
  /** No order, approval or age lets a protected target through. */
  LAW_10("Deny wins.", new DenyLaw()),
  /** An incomplete source blocks the run. */
  LAW_11("Missing evidence is not absence.", new EvidenceLaw()),
  /** A target soaks from its first proven announcement. */
  LAW_12("A target soaks from its first proven announcement.", null),
  /** No stage before its gate. */
  LAW_13("No stage before its gate.", null),
  /** Tripwires must trip before the first act of a run. */
  LAW_14("Every configured safeguard is proven alive.", new AliveLaw()),
  /** A permit cannot be redeemed for anything else, twice, or late. */
  LAW_15("A permit is bound.", new PermitLaw()),
  /** A completed plan does nothing. */
  LAW_16("No target settled DONE under a plan is acted on again by that plan.", new OnceLaw()),
  /** The report says what the journal says. */
  LAW_17("DONE, FAILED and IN_DOUBT of the report equal the journal's.", new ReportLaw());

  private final String text;

  @SuppressWarnings("ImmutableEnumChecker") // checks hold nothing
  private final @org.jspecify.annotations.Nullable Check check;

  Law(String text, @org.jspecify.annotations.Nullable Check check) {
    this.text = text;
    this.check = check;
  }

  /** How one law is judged. */
  interface Check {
    void judge(Story story, Findings findings);
  }

  /** What a check found. */
  static final class Findings {
    private final Law law;
    private final List<Violation> all = new ArrayList<>();

    Findings(Law law) {
      this.law = law;
    }

    void add(int step, String sentence) {
      all.add(new Violation(law, step, sentence));
    }
  }

  /**
   * The law's number.
   *
   * @return 1 to 17
   */
  @SuppressWarnings("EnumOrdinal") // they stand in the order of their numbers, all of them
  public int number() {
    return ordinal() + 1;
  }

  /**
   * The law in one line.
   *
   * @return the text
   */
  public String text() {
    return text;
  }

  /**
   * Whether {@link #check} judges it. The others need several processes, announcements or stages,
   * which scenarios do not have yet.
   *
   * @return true if it is judged
   */
  public boolean isJudged() {
    return check != null;
  }

  /**
   * Judges what came of a scenario.
   *
   * @param scenario the scenario
   * @param trace what came of it
   * @return what does not hold; empty if the law holds
   * @throws IllegalStateException if the law is not judged
   */
  public List<Violation> check(Scenario scenario, Trace trace) {
    if (check == null) {
      throw new IllegalStateException(this + " is not judged by scenarios.");
    }
    Findings findings = new Findings(this);
    check.judge(new Story(scenario, trace), findings);
    return List.copyOf(findings.all);
  }

  /**
   * Plays a scenario and judges it by every law, without any test engine.
   *
   * @param json the scenario as a failing property printed it
   * @return what does not hold, one sentence each, beginning with the law's name
   */
  public static List<String> replay(String json) {
    Scenario scenario = Scenario.parse(json);
    Trace trace = ScenarioRunner.run(scenario);
    List<String> broken = new ArrayList<>();
    for (Law law : values()) {
      if (law.isJudged()) {
        law.check(scenario, trace).forEach(violation -> broken.add(violation.toString()));
      }
    }
    return broken;
  }
}
