package dev.guard.testkit.law;

import dev.guard.testkit.FaultySink;
import dev.guard.testkit.ScriptedSafeguard.Says;
import dev.guard.testkit.scenario.Scenario;
import dev.guard.testkit.scenario.Scenario.Answer;
import dev.guard.testkit.scenario.Scenario.Counted;
import dev.guard.testkit.scenario.Scenario.Deed;
import dev.guard.testkit.scenario.Scenario.Event;
import dev.guard.testkit.scenario.Scenario.Kind;
import dev.guard.testkit.scenario.Scenario.Limits;
import dev.guard.testkit.scenario.Scenario.Misuse;
import dev.guard.testkit.scenario.Scenario.Move;
import dev.guard.testkit.scenario.Scenario.Prepare;
import dev.guard.testkit.scenario.Scenario.Reserve;
import dev.guard.testkit.scenario.Scenario.Scripted;
import dev.guard.testkit.scenario.Scenario.SinkFault;
import dev.guard.testkit.scenario.Scenario.Source;
import dev.guard.testkit.scenario.Scenario.Surroundings;
import dev.guard.testkit.scenario.Scenario.Thing;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes scenarios out of choices: each choice is a number, and zero is always the simplest. A seed
 * is one source of choices, a property-based engine that shrinks a list of numbers is another.
 *
 * <pre>{@code
 * Scenario scenario = Scenarios.random(Law.LAW_8, 42);
 * }</pre>
 */
public final class Scenarios {
  private static final String[] NAMES = {"mike", "alpha", "zulu"};
  private static final int EMPTY = List.of(Answer.values()).indexOf(Answer.EMPTY);
  private static final Kind[] SWITCH = {
    Kind.SWITCH_STOP,
    Kind.SWITCH_PAUSE,
    Kind.SWITCH_RUN,
    Kind.SWITCH_THROWS,
    Kind.SWITCH_NOTHING,
    Kind.SWITCH_PAUSE
  };

  private final Law law;
  private final IntSupplier choices;
  private final List<String> ids = new ArrayList<>();

  private Scenarios(Law law, IntSupplier choices) {
    this.law = law;
    this.choices = choices;
  }

  /**
   * A scenario out of choices, rich in what a law is about and with a little of everything else.
   *
   * @param law the law
   * @param choices numbers that are not negative; zero for the simplest
   * @return the scenario
   */
  public static Scenario about(Law law, IntSupplier choices) {
    return new Scenarios(law, choices).make();
  }

  /**
   * A random scenario about a law.
   *
   * @param law the law
   * @param seed which; the same seed gives the same scenario
   * @return the scenario
   */
  public static Scenario random(Law law, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    return about(law, () -> random.nextInt(1000));
  }

  private int pick(int many) {
    return Math.floorMod(choices.getAsInt(), many);
  }

  /** True in so many of ten cases; never for the choice zero, unless it is always. */
  private boolean in10(int many) {
    return pick(10) >= 10 - many;
  }

  /** Often if the law is about it, seldom otherwise. */
  private boolean if10(int about, int otherwise, Law... laws) {
    return in10(List.of(laws).contains(law) ? about : otherwise);
  }

  private boolean about(Law... laws) {
    return List.of(laws).contains(law);
  }

  private <T> T one(T[] all) {
    return all[pick(all.length)];
  }

  private String anId() {
    return ids.get(pick(ids.size()));
  }

  private Scenario make() {
    boolean execute = about(Law.LAW_1) ? in10(4) : !in10(1);
    int many = 1 + pick(4);
    for (int i = 0; i < many; i++) {
      ids.add(String.valueOf((char) ('a' + i)));
    }
    List<Thing> things = new ArrayList<>();
    for (String id : ids) {
      things.add(thing(id));
    }
    Limits limits = limits(many);
    return new Scenario(
        things,
        execute,
        in10(3),
        limits,
        population(limits, many),
        protectedIds(),
        safeguards(),
        sources(),
        script(),
        events(),
        faults(),
        surroundings());
  }

  private Thing thing(String id) {
    boolean first = id.equals("a");
    return new Thing(
        id,
        !first && in10(1),
        in10(2),
        in10(2),
        if10(3, 1, Law.LAW_10),
        if10(1, 0, Law.LAW_3, Law.LAW_10),
        !first && in10(1) ? "a" : null,
        if10(5, 2, Law.LAW_9, Law.LAW_17, Law.LAW_16, Law.LAW_5) ? deed() : Deed.SUCCEEDS,
        if10(5, 2, Law.LAW_8, Law.LAW_9) ? one(Prepare.values()) : Prepare.NOTHING,
        if10(6, 0, Law.LAW_15) ? one(Misuse.values()) : Misuse.NONE);
  }

  private Deed deed() {
    return about(Law.LAW_5) && in10(5) ? Deed.FAILS : one(Deed.values());
  }

  private @Nullable Limits limits(int many) {
    if (!about(Law.LAW_4, Law.LAW_5)) {
      return new Limits(100, null, null, null);
    }
    if (about(Law.LAW_4) && in10(1)) {
      return pick(2) == 0 ? null : new Limits(-1, null, null, null);
    }
    long perPlan = in10(6) ? pick(many + 1) : 100;
    if (about(Law.LAW_5) && in10(5)) {
      perPlan = many - 1L;
    }
    Long perCall = about(Law.LAW_4) && in10(3) ? Long.valueOf(pick(3) - (in10(1) ? 1 : 0)) : null;
    return new Limits(
        perPlan, perCall, percent(), if10(2, 1, Law.LAW_4) ? Long.valueOf(pick(5)) : null);
  }

  private @Nullable Double percent() {
    if (!if10(4, 1, Law.LAW_4)) {
      return null;
    }
    Double[] good = {50.0, 25.0, 0.0, 10.0, 33.3, 99.9, 12.5};
    Double[] bad = {100.0, -1.0, Double.NaN, Double.POSITIVE_INFINITY, 250.0};
    return about(Law.LAW_4) && in10(1) ? one(bad) : one(good);
  }

  private @Nullable Counted population(@Nullable Limits limits, int many) {
    boolean needed = limits != null && (limits.percent() != null || limits.floor() != null);
    if (needed ? in10(1) : !in10(2)) {
      return null;
    }
    Long[] sizes = {Long.valueOf(many), 10L, 9L, 4L, 8L, 100L, 0L};
    return new Counted(one(sizes), if10(2, 0, Law.LAW_4, Law.LAW_11));
  }

  private List<String> protectedIds() {
    List<String> list = new ArrayList<>();
    if (if10(4, 1, Law.LAW_10, Law.LAW_5)) {
      list.add(anId());
    }
    if (about(Law.LAW_4) && in10(1)) {
      list.add(" ");
    }
    return list;
  }

  private List<Scripted> safeguards() {
    List<Scripted> list = new ArrayList<>();
    int many = about(Law.LAW_1, Law.LAW_2, Law.LAW_3, Law.LAW_14) ? 1 + pick(3) : pick(3);
    for (int i = 0; i < many; i++) {
      boolean speaks = if10(6, 1, Law.LAW_2, Law.LAW_3, Law.LAW_1, Law.LAW_10);
      Says says = speaks ? one(Says.values()) : Says.ALLOW;
      if (says.undecided() && !about(Law.LAW_2, Law.LAW_3)) {
        says = Says.REFUSE;
      }
      boolean dead = if10(4, 0, Law.LAW_14);
      list.add(
          new Scripted(
              about(Law.LAW_4) && in10(1) ? " " : NAMES[i],
              says,
              in10(6) ? anId() : null,
              in10(4) ? 1 + pick(3) : 0,
              if10(1, 0, Law.LAW_14),
              dead ? Integer.valueOf((1 + pick(5)) % 5) : null,
              if10(5, 1, Law.LAW_2, Law.LAW_3) ? one(Reserve.values()) : Reserve.NOTHING,
              if10(3, 0, Law.LAW_3, Law.LAW_5, Law.LAW_1) ? asked() : Says.ALLOW,
              if10(3, 0, Law.LAW_3, Law.LAW_10) ? asked() : Says.ALLOW,
              if10(5, 0, Law.LAW_3, Law.LAW_10) ? 1 + pick(2) : 0,
              if10(5, 1, Law.LAW_3, Law.LAW_10)));
    }
    return list;
  }

  private Says asked() {
    Says says = one(Says.values());
    return says.undecided() && !about(Law.LAW_3) ? Says.HALT : says;
  }

  private Surroundings surroundings() {
    return new Surroundings(
        if10(5, 3, Law.LAW_8, Law.LAW_11, Law.LAW_14),
        if10(5, 2, Law.LAW_16) ? 2 + pick(2) : 0,
        if10(5, 1, Law.LAW_8) ? 1 + pick(4) : 0);
  }

  private List<Source> sources() {
    List<Source> list = new ArrayList<>();
    int many = about(Law.LAW_11) ? 1 + pick(2) : if10(6, 1, Law.LAW_5, Law.LAW_6) ? 1 : 0;
    for (int i = 0; i < many; i++) {
      List<String> uses = new ArrayList<>();
      if (in10(5)) {
        uses.add(in10(4) ? anId() : "elsewhere");
      }
      Answer answer = if10(2, 0, Law.LAW_11) ? one(Answer.values()) : Answer.COMPLETE;
      list.add(new Source("source-" + i, uses, answer));
    }
    return list;
  }

  private List<Move> script() {
    List<Move> script = new ArrayList<>();
    between(script, 2);
    if (if10(8, 0, Law.LAW_1, Law.LAW_2)) {
      script.add(Move.of(Kind.COMPARE));
    }
    if (if10(5, 1, Law.LAW_14, Law.LAW_4, Law.LAW_3)) {
      script.add(new Move(Kind.CALL, anId(), 0));
    }
    script.add(Move.of(Kind.PLAN));
    between(script, 4);
    if (if10(4, 0, Law.LAW_6)) {
      script.add(new Move(Kind.FREED, anId(), 0));
    }
    if (if10(3, 1, Law.LAW_6, Law.LAW_10)) {
      script.add(Move.of(one(new Kind[] {Kind.FORGE, Kind.ALTER, Kind.FOREIGN, Kind.PROTECT})));
    }
    if (if10(5, 0, Law.LAW_5)) {
      String used = anId();
      script.add(new Move(Kind.USED, used, 0));
      script.add(Move.of(Kind.APPLY));
      script.add(new Move(Kind.FREED, used, 0));
      if (in10(5)) {
        script.add(new Move(Kind.PROTECTED, anId(), 0));
      }
    }
    script.add(Move.of(Kind.APPLY));
    while (if10(6, 3, Law.LAW_16, Law.LAW_9, Law.LAW_17, Law.LAW_5, Law.LAW_8, Law.LAW_14)
        && script.size() < 14) {
      between(script, 4);
      if (if10(4, 1, Law.LAW_8, Law.LAW_14)) {
        if (in10(5)) {
          script.add(Move.of(Kind.STOP));
        }
        script.add(Move.of(Kind.RESUME));
      }
      script.add(
          in10(4)
              ? new Move(Kind.CALL, anId(), 0)
              : in10(2) ? Move.of(Kind.PLAN) : Move.of(Kind.APPLY));
    }
    return script;
  }

  private void between(List<Move> script, int often) {
    while (in10(often) && script.size() < 14) {
      if (in10(3)) {
        script.add(Move.of(Kind.RESTART));
      } else {
        script.add(happening());
      }
    }
  }

  private Move happening() {
    if (if10(8, 2, Law.LAW_8)) {
      return Move.of(one(SWITCH));
    }
    if (if10(7, 0, Law.LAW_5)) {
      return new Move(pick(2) == 0 ? Kind.USED : Kind.FREED, anId(), 0);
    }
    if (if10(7, 2, Law.LAW_11)) {
      Long[] seconds = {61L, 30L, 600L};
      switch (pick(5)) {
        case 0:
          return new Move(Kind.USED, anId(), 0);
        case 1:
          return new Move(
              Kind.SOURCE,
              "source-" + pick(2),
              in10(5) ? EMPTY : 1 + pick(Answer.values().length - 1));
        case 2:
          return new Move(Kind.TICK, null, one(seconds));
        case 3:
          return new Move(Kind.JUMP, null, (pick(2) == 0 ? 1 : -1) * one(seconds));
        default:
          return new Move(Kind.SOURCE, "source-" + pick(2), 0);
      }
    }
    switch (pick(6)) {
      case 0:
        return new Move(Kind.CHANGES, anId(), 0);
      case 1:
        return new Move(Kind.GOES, anId(), 0);
      case 2:
        return new Move(Kind.PROTECTED, anId(), 0);
      case 3:
        return new Move(Kind.FREED, anId(), 0);
      case 4:
        return new Move(Kind.TICK, null, (long) (in10(3) ? 25 : 1) * 3600);
      default:
        return new Move(Kind.USED, anId(), 0);
    }
  }

  private List<Event> events() {
    List<Event> list = new ArrayList<>();
    while (if10(5, 2, Law.LAW_8, Law.LAW_11, Law.LAW_10) && list.size() < 4) {
      boolean stopped = if10(3, 0, Law.LAW_8);
      Move move = stopped ? Move.of(Kind.STOPPED) : happening();
      int at = 1 + pick(in10(5) ? 30 : 60);
      list.add(new Event(at, move.kind(), move.id(), move.amount()));
      if (move.kind() == Kind.SWITCH_PAUSE && in10(8)) {
        list.add(new Event(at + 1 + pick(6), Kind.SWITCH_RUN, null, 0));
      }
    }
    return list;
  }

  private List<SinkFault> faults() {
    List<SinkFault> list = new ArrayList<>();
    while (if10(5, 1, Law.LAW_9, Law.LAW_17, Law.LAW_16) && list.size() < 3) {
      list.add(new SinkFault(1 + pick(20), one(FaultySink.When.values())));
    }
    return list;
  }
}
