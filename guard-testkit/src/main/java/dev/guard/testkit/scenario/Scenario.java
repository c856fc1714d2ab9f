package dev.guard.testkit.scenario;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.testkit.FaultySink;
import dev.guard.testkit.ScriptedSafeguard;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What happens to one guard, as plain data: what there is, how the guard is built, what it is
 * asked, and what the world does meanwhile. Everything absent is the harmless default. {@link
 * #toString} is JSON that {@link #parse} reads back, so that a failing scenario replays without any
 * test engine.
 *
 * <pre>{@code
 * Trace trace = ScenarioRunner.run(Scenario.parse("{\"execute\":true,\"things\":[{\"id\":\"a\"}], …}"));
 * }</pre>
 *
 * @param things everything there is, candidates in order
 * @param execute whether acts may happen; otherwise a dry run
 * @param goOn whether a run goes on after a failed act
 * @param limits the blast radius; null configures none, which must not build
 * @param population what the candidates are out of; null says nothing
 * @param protectedIds ids that are protected
 * @param safeguards scripted safeguards in the order of their registration
 * @param sources where use is declared
 * @param script what the guard is asked and what happens in between, in order
 * @param events what happens at the nth step of the whole scenario, in the middle of things
 * @param faults which appends to the journal fail
 * @param surroundings what else the guard is built with
 */
@JsonInclude(JsonInclude.Include.NON_DEFAULT)
public record Scenario(
    List<Thing> things,
    boolean execute,
    boolean goOn,
    @Nullable Limits limits,
    @Nullable Counted population,
    List<String> protectedIds,
    List<Scripted> safeguards,
    List<Source> sources,
    List<Move> script,
    List<Event> events,
    List<SinkFault> faults,
    Surroundings surroundings) {

  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .build();

  private static final Map<String, String> ABSENT =
      Map.of(
          "deed", Deed.SUCCEEDS.name(),
          "prepare", Prepare.NOTHING.name(),
          "misuse", Misuse.NONE.name(),
          "says", ScriptedSafeguard.Says.ALLOW.name(),
          "whole", ScriptedSafeguard.Says.ALLOW.name(),
          "refresh", ScriptedSafeguard.Says.ALLOW.name(),
          "reserve", Reserve.NOTHING.name(),
          "answer", Answer.COMPLETE.name(),
          "when", FaultySink.When.BEFORE_TAKING.name());

  /** Fills what is absent. */
  public Scenario {
    things = copy(things);
    protectedIds = copy(protectedIds);
    safeguards = copy(safeguards);
    sources = copy(sources);
    script = copy(script);
    events = copy(events);
    faults = copy(faults);
    surroundings = surroundings == null ? Surroundings.NONE : surroundings;
  }

  private static <T> List<T> copy(@Nullable List<T> list) {
    return list == null ? List.of() : List.copyOf(list);
  }

  private static <E extends Enum<E>> E first(@Nullable E value, E absent) {
    return value == null ? absent : value;
  }

  /** What becomes of an act. */
  public enum Deed {
    /** It is done. */
    SUCCEEDS,
    /** It throws a checked exception half-way. */
    FAILS,
    /** It throws an Error half-way. */
    ERRS,
    /** It times out after the world was touched. */
    TIMES_OUT,
    /** It says that nothing happened, and returns. */
    NOT_RUN,
    /** It says that nothing happened, and throws. */
    NOT_RUN_FAILS
  }

  /** What the effect saves for an undo. */
  public enum Prepare {
    /** Nothing. */
    NOTHING,
    /** Something. */
    SAVES,
    /** It cannot. */
    FAILS
  }

  /** How the effect misuses its permit before the act. */
  public enum Misuse {
    /** Not at all. */
    NONE,
    /** It redeems it twice. */
    TWICE,
    /** It redeems it too late. */
    LATE,
    /** It redeems it for another target. */
    OTHER_TARGET,
    /** It redeems it for another action. */
    OTHER_ACTION,
    /** It redeems the permit of an earlier act. */
    KEPT,
    /** It redeems it while preparing. */
    IN_PREPARE,
    /** It redeems it after the act, from outside. */
    AFTERWARDS
  }

  /**
   * One thing.
   *
   * @param id its identity
   * @param kept whether it is no candidate
   * @param unmarked whether the plan carries no fingerprint of it
   * @param vanishes whether a successful act makes it disappear; otherwise it stays as it was
   * @param label whether it carries the protected label
   * @param unreadable whether the live protection cannot be evaluated for it
   * @param after the candidate it is ordered after, or null
   * @param deed what becomes of an act on it
   * @param prepare what the effect saves for an undo
   * @param misuse how its act misuses the permit
   */
  @JsonInclude(JsonInclude.Include.NON_DEFAULT)
  public record Thing(
      String id,
      boolean kept,
      boolean unmarked,
      boolean vanishes,
      boolean label,
      boolean unreadable,
      @Nullable String after,
      Deed deed,
      Prepare prepare,
      Misuse misuse) {
    /** Fills what is absent. */
    public Thing {
      deed = first(deed, Deed.SUCCEEDS);
      prepare = first(prepare, Prepare.NOTHING);
      misuse = first(misuse, Misuse.NONE);
    }

    /**
     * A candidate without anything special.
     *
     * @param id its identity
     * @return the thing
     */
    public static Thing of(String id) {
      return new Thing(
          id, false, false, false, false, false, null, Deed.SUCCEEDS, Prepare.NOTHING, Misuse.NONE);
    }
  }

  /**
   * A blast radius.
   *
   * @param perPlan how many per plan
   * @param perCall how many per call, or null
   * @param percent how much of the population, or null
   * @param floor how many must be left, or null
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Limits(
      long perPlan, @Nullable Long perCall, @Nullable Double percent, @Nullable Long floor) {}

  /**
   * A population as the selection gives it.
   *
   * @param size how many
   * @param incomplete whether the count broke off
   */
  @JsonInclude(JsonInclude.Include.NON_DEFAULT)
  public record Counted(long size, boolean incomplete) {}

  /**
   * What else a guard is built with.
   *
   * @param store whether it has a state store, which outlives the process
   * @param parallel on how many threads it applies; 0 and 1 are one. All are this one thread's, one
   *     after the other
   * @param secondsPerAct its pace, or 0 for none
   */
  @JsonInclude(JsonInclude.Include.NON_DEFAULT)
  public record Surroundings(boolean store, int parallel, int secondsPerAct) {
    /** Nothing else. */
    public static final Surroundings NONE = new Surroundings(false, 0, 0);
  }

  /** What a scripted safeguard does when it is to reserve. */
  public enum Reserve {
    /** It has nothing to hold. */
    NOTHING,
    /** It holds something. */
    HOLDS,
    /** It denies. */
    DENIES,
    /** It throws. */
    THROWS,
    /** It answers null. */
    NULL,
    /** It holds something, after {@link ScriptedSafeguard#LATE}. */
    LATE
  }

  /**
   * A scripted safeguard: what it says, of which target, from which move of the script on.
   * Otherwise it allows.
   *
   * @param name its name
   * @param says what it says
   * @param only the only target of which it says so, or null for all
   * @param from the index of the move from which on it says so
   * @param hollow whether it has no tripwire
   * @param dead the index of the move from which on its tripwire does not trip, or null
   * @param reserve what it does when it is to reserve
   * @param whole what it says of a whole plan, from that move on
   * @param refresh what it says when it is to read its sources anew, from that move on
   * @param readings the reading of a move from which on it says so, counted from 0
   * @param stale whether its sources are always stale, so that it reads them before every act
   */
  @JsonInclude(JsonInclude.Include.NON_DEFAULT)
  public record Scripted(
      String name,
      ScriptedSafeguard.Says says,
      @Nullable String only,
      int from,
      boolean hollow,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Integer dead,
      Reserve reserve,
      ScriptedSafeguard.Says whole,
      ScriptedSafeguard.Says refresh,
      int readings,
      boolean stale) {
    /** Fills what is absent. */
    public Scripted {
      says = first(says, ScriptedSafeguard.Says.ALLOW);
      whole = first(whole, ScriptedSafeguard.Says.ALLOW);
      refresh = first(refresh, ScriptedSafeguard.Says.ALLOW);
      reserve = first(reserve, Reserve.NOTHING);
    }

    /**
     * What it says of a target.
     *
     * @param id the target
     * @param move the index of the move of the script
     * @return what it says
     */
    public ScriptedSafeguard.Says of(String id, int move) {
      return move >= from && (only == null || only.equals(id))
          ? says
          : ScriptedSafeguard.Says.ALLOW;
    }

    /**
     * What it says of a whole plan.
     *
     * @param move the index of the move of the script
     * @return what it says
     */
    public ScriptedSafeguard.Says ofWhole(int move) {
      return move >= from ? whole : ScriptedSafeguard.Says.ALLOW;
    }

    /**
     * What it says when it reads its sources anew.
     *
     * @param move the index of the move of the script
     * @param reading which reading of this move, counted from 0
     * @return what it says
     */
    public ScriptedSafeguard.Says ofRefresh(int move, int reading) {
      return move >= from && reading >= readings ? refresh : ScriptedSafeguard.Says.ALLOW;
    }
  }

  /** How a source of evidence answers. */
  public enum Answer {
    /** Completely. */
    COMPLETE,
    /** With a gap: a page is missing. */
    INCOMPLETE,
    /** It throws. */
    THROWS,
    /** It answers null. */
    NOTHING,
    /** Completely, with nothing in it, although there is something. */
    EMPTY,
    /** In another source's name. */
    OTHER_NAME
  }

  /**
   * A source of evidence.
   *
   * @param name its name
   * @param uses the ids it declares in use
   * @param answer how it answers at first
   */
  @JsonInclude(JsonInclude.Include.NON_DEFAULT)
  public record Source(String name, List<String> uses, Answer answer) {
    /** Fills what is absent. */
    public Source {
      uses = copy(uses);
      answer = first(answer, Answer.COMPLETE);
    }
  }

  /** What can be asked of the guard, and what can happen to the world. */
  public enum Kind {
    /** A plan of all candidates is made. */
    PLAN,
    /** The last plan is applied. */
    APPLY,
    /** One target is acted on by a single call. */
    CALL,
    /** A person stops the guard. */
    STOP,
    /** A person resumes it. */
    RESUME,
    /** The process ends and starts again; the journal is intact and mended. */
    RESTART,
    /** The reviews of guards with other orders, subsets and modes are compared. */
    COMPARE,
    /** The last plan's file is altered: another planner, the same digest. */
    ALTER,
    /** The last plan is forged: every verdict becomes ALLOW, and the digest is right. */
    FORGE,
    /** The last plan is replaced by one that another guard made. */
    FOREIGN,
    /** One more id becomes protected, and the guard is built anew. */
    PROTECT,
    /** Another person stops the guard, in the middle of things. */
    STOPPED,
    /** The switch's source says RUN. */
    SWITCH_RUN,
    /** The switch's source says PAUSE. */
    SWITCH_PAUSE,
    /** The switch's source says STOP. */
    SWITCH_STOP,
    /** The switch's source throws. */
    SWITCH_THROWS,
    /** The switch's source answers null. */
    SWITCH_NOTHING,
    /** Seconds pass on both clocks. */
    TICK,
    /** The wall clock jumps by seconds. */
    JUMP,
    /** A thing changes: its fingerprint is another. */
    CHANGES,
    /** A thing disappears. */
    GOES,
    /** The first source declares a thing in use. */
    USED,
    /** No source declares a thing in use any more. */
    FREED,
    /** A thing becomes protected by the live condition. */
    PROTECTED,
    /**
     * A source answers differently: the id is its name, the amount the ordinal of an {@link
     * Answer}.
     */
    SOURCE;

    /**
     * Whether this happens to the world, so that it may stand among the events.
     *
     * @return false if this is asked of the guard
     */
    public boolean happens() {
      return compareTo(PROTECT) > 0;
    }
  }

  /**
   * One move of the script.
   *
   * @param kind what
   * @param id of which thing or source, or null
   * @param amount how much
   */
  @JsonInclude(JsonInclude.Include.NON_DEFAULT)
  public record Move(Kind kind, @Nullable String id, long amount) {
    /**
     * A move that needs nothing more.
     *
     * @param kind what
     * @return the move
     */
    public static Move of(Kind kind) {
      return new Move(kind, null, 0);
    }
  }

  /**
   * Something that happens in the middle of things.
   *
   * @param at the step, counted from 1 over the whole scenario
   * @param kind what; {@link Kind#happens}
   * @param id of which thing or source, or null
   * @param amount how much
   */
  @JsonInclude(JsonInclude.Include.NON_DEFAULT)
  public record Event(int at, Kind kind, @Nullable String id, long amount) {
    /** Checks. */
    public Event {
      if (!kind.happens()) {
        throw new IllegalArgumentException(kind + " is asked of the guard and happens to nobody.");
      }
    }
  }

  /**
   * A failing append.
   *
   * @param append which, counted from 1 over the whole scenario
   * @param when how it fails
   */
  @JsonInclude(JsonInclude.Include.NON_DEFAULT)
  public record SinkFault(int append, FaultySink.When when) {
    /** Fills what is absent. */
    public SinkFault {
      when = first(when, FaultySink.When.BEFORE_TAKING);
    }
  }

  /**
   * Reads a scenario.
   *
   * @param json what {@link #toString} wrote
   * @return the scenario
   * @throws IllegalArgumentException if it is none
   */
  public static Scenario parse(String json) {
    try {
      return MAPPER.readValue(json, Scenario.class);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("This is no scenario: " + e.getOriginalMessage(), e);
    }
  }

  /**
   * One thing by its id.
   *
   * @param id the id
   * @return the thing
   * @throws IllegalArgumentException if there is none
   */
  public Thing thing(String id) {
    for (Thing thing : things) {
      if (thing.id().equals(id)) {
        return thing;
      }
    }
    throw new IllegalArgumentException("There is no thing '" + id + "'.");
  }

  /** JSON that {@link #parse} reads back. */
  @Override
  public String toString() {
    JsonNode tree = MAPPER.valueToTree(this);
    drop(tree);
    return tree.toString();
  }

  /** Leaves out what {@link #parse} fills in, so that a person can read the rest. */
  private static void drop(JsonNode tree) {
    for (JsonNode child : tree) {
      drop(child);
    }
    if (tree instanceof ObjectNode) {
      if (tree.path("surroundings").isEmpty()) {
        ((ObjectNode) tree).remove("surroundings");
      }
      ABSENT.forEach(
          (name, value) -> {
            if (value.equals(tree.path(name).asText())) {
              ((ObjectNode) tree).remove(name);
            }
          });
    }
  }
}
