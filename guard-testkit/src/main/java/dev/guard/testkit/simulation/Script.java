package dev.guard.testkit.simulation;

import dev.guard.testkit.simulation.Event.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Everything that decides a simulation: how it is set up, and its steps in order. As text it is one
 * line for the setup and one for each step.
 */
record Script(Setup setup, List<Event> events) implements Part {
  private static final long HOUR = 3600;

  Script {
    events = List.copyOf(events);
  }

  /**
   * What does not change while the simulation lasts.
   *
   * @param seed what decides which sectors survive, and how fast clocks run
   * @param hosts how many replicas there are, 1 to 4
   * @param targets how many targets plans choose from
   * @param perPlan the limit of a plan
   * @param perWindow the limit of the window
   * @param minutes the length of the window
   * @param block how much is drawn from the window at once
   * @param ownClock whether the store has a clock of its own; without one there is one host
   */
  record Setup(
      long seed,
      int hosts,
      int targets,
      int perPlan,
      int perWindow,
      int minutes,
      int block,
      boolean ownClock) {
    Setup {
      if (hosts < 1 || hosts > 4 || targets < 1 || targets > 20 || minutes < 1) {
        throw new IllegalArgumentException("A simulation has 1 to 4 hosts and 1 to 20 targets.");
      }
    }

    @Override
    public String toString() {
      return "setup seed="
          + seed
          + " hosts="
          + hosts
          + " targets="
          + targets
          + " perPlan="
          + perPlan
          + " perWindow="
          + perWindow
          + " minutes="
          + minutes
          + " block="
          + block
          + " ownClock="
          + ownClock;
    }

    static Setup parse(String line) {
      String[] values = new String[8];
      String[] names = {
        "seed", "hosts", "targets", "perPlan", "perWindow", "minutes", "block", "ownClock"
      };
      String[] parts = line.trim().split("\\s+", -1);
      if (parts.length != names.length + 1 || !parts[0].equals("setup")) {
        throw new IllegalArgumentException("A script begins with its setup, not '" + line + "'.");
      }
      for (int i = 0; i < names.length; i++) {
        if (!parts[i + 1].startsWith(names[i] + "=")) {
          throw new IllegalArgumentException("A setup has '" + names[i] + "' in place " + i + ".");
        }
        values[i] = parts[i + 1].substring(names[i].length() + 1);
      }
      return new Setup(
          Long.parseLong(values[0]),
          Integer.parseInt(values[1]),
          Integer.parseInt(values[2]),
          Integer.parseInt(values[3]),
          Integer.parseInt(values[4]),
          Integer.parseInt(values[5]),
          Integer.parseInt(values[6]),
          Boolean.parseBoolean(values[7]));
    }
  }

  static RandomGenerator random(long seed) {
    return new SplittableRandom(seed);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(setup.toString());
    events.forEach(event -> text.append('\n').append(event));
    return text.toString();
  }

  static Script parse(List<String> lines) {
    return new Script(Setup.parse(lines.get(0)), lines.stream().skip(1).map(Event::parse).toList());
  }

  @Override
  public long seed() {
    return setup.seed();
  }

  @Override
  public Simulation.Result play() {
    return Universe.play(this);
  }

  @Override
  public int size() {
    return events.size();
  }

  @Override
  public Part without(int from, int to) {
    List<Event> left = new ArrayList<>(events);
    left.subList(from, to).clear();
    return new Script(setup, left);
  }

  /** Halves how long one host goes on, each time another's. */
  @Override
  public List<Part> shorter() {
    List<Part> variants = new ArrayList<>();
    for (int i = 0; i < events.size(); i++) {
      Event event = events.get(i);
      if (event.kind() == Kind.RUN && event.amount() > 1) {
        List<Event> other = new ArrayList<>(events);
        other.set(i, new Event(event.kind(), event.host(), event.amount() / 2));
        variants.add(new Script(setup, other));
      }
    }
    return variants;
  }

  static Script of(long seed) {
    RandomGenerator random = random(seed);
    boolean ownClock = random.nextInt(4) > 0;
    int hosts = ownClock ? random.nextInt(1, 5) : 1;
    Setup setup =
        new Setup(
            seed,
            hosts,
            random.nextInt(1, 7),
            random.nextInt(5) == 0 ? random.nextInt(4) : 6,
            random.nextInt(8) == 0 ? 0 : random.nextInt(1, 5),
            random.nextBoolean() ? 60 : 1440,
            random.nextInt(3) == 0 ? random.nextInt(2, 4) : 1,
            ownClock);
    return new Script(setup, new Writing(random, setup).events());
  }

  /** Throws the dice. */
  private static final class Writing {
    private static final Kind[] SETBACKS = {
      Kind.KILL,
      Kind.KILL,
      Kind.POWER,
      Kind.POWER,
      Kind.POWER,
      Kind.DISK,
      Kind.STORE,
      Kind.STORE,
      Kind.STORE,
      Kind.AWAY,
      Kind.TICK,
      Kind.TICK,
      Kind.JUMP,
      Kind.SUSPEND,
      Kind.SUSPEND,
      Kind.SWITCH,
      Kind.CHANGE,
      Kind.PROTECT,
      Kind.USE,
      Kind.SOURCE,
      Kind.EFFECT,
      Kind.EFFECT,
      Kind.BLIND,
      Kind.DEAD,
      Kind.STOP,
      Kind.END
    };

    private final RandomGenerator random;
    private final Setup setup;
    private final List<Event> events = new ArrayList<>();

    Writing(RandomGenerator random, Setup setup) {
      this.random = random;
      this.setup = setup;
    }

    List<Event> events() {
      int episodes = random.nextInt(2, 9);
      for (int i = 0; i < episodes; i++) {
        int kind = random.nextInt(12);
        if (kind < 2 && setup.hosts() > 1) {
          takeover();
        } else if (kind < 4) {
          recovery();
        } else if (kind < 5) {
          flicker();
        } else {
          episode();
        }
      }
      return events;
    }

    private void add(Kind kind, int host, long amount) {
      events.add(new Event(kind, host, amount));
    }

    private int host() {
      return random.nextInt(setup.hosts());
    }

    /** Somebody begins something, and the world does this and that in the middle of it. */
    private void episode() {
      int host = host();
      ask(host);
      int disturbances = random.nextInt(4);
      for (int i = 0; i < disturbances; i++) {
        goOn(host);
        disturb(random.nextInt(3) == 0 ? host() : host);
        if (random.nextInt(4) == 0) {
          int other = host();
          ask(other);
          add(Kind.RUN, other, random.nextInt(1, 200));
        }
      }
      if (random.nextInt(8) > 0) {
        add(Kind.RUN, host, 400);
      }
      if (random.nextInt(3) == 0) {
        mend(host);
      }
      if (random.nextInt(3) == 0) {
        add(Kind.TICK, 0, seconds());
      }
    }

    /** A host falls silent in the middle of a run, another takes over, and the first wakes up. */
    private void takeover() {
      int silent = host();
      int other = (silent + 1) % setup.hosts();
      add(random.nextBoolean() ? Kind.APPLY : Kind.REAPPLY, silent, 0);
      if (random.nextBoolean()) {
        add(Kind.UNTIL, silent, 0);
      } else {
        goOn(silent);
      }
      add(random.nextBoolean() ? Kind.SUSPEND : Kind.TICK, silent, random.nextInt(960, 1400));
      add(random.nextBoolean() ? Kind.APPLY : Kind.REAPPLY, other, 0);
      if (random.nextInt(3) == 0) {
        goOn(other);
      } else {
        add(Kind.RUN, other, 400);
      }
      add(Kind.RUN, silent, 400);
      add(Kind.RUN, other, 400);
    }

    /** Somebody stops or pauses a run that goes on for a moment, and thinks better of it. */
    private void flicker() {
      int host = host();
      add(random.nextInt(4) == 0 ? Kind.CALL : Kind.APPLY, host, 0);
      goOn(host);
      add(Kind.SWITCH, 0, random.nextInt(1, 5));
      add(Kind.RUN, host, random.nextInt(1, 12));
      add(Kind.SWITCH, 0, 0);
      add(Kind.RUN, host, 400);
      if (random.nextBoolean()) {
        mend(host);
      }
    }

    /** A process ends in the middle of an act, and the next one goes on with the same plan. */
    private void recovery() {
      int host = host();
      boolean call = random.nextInt(4) == 0;
      int which = random.nextInt(3);
      add(call ? Kind.CALL : Kind.APPLY, host, which);
      for (int acts = random.nextInt(3); acts >= 0; acts--) {
        add(Kind.UNTIL, host, random.nextInt(4));
      }
      if (random.nextBoolean()) {
        add(Kind.KILL, host, 0);
      } else {
        add(Kind.POWER, host, random.nextInt(4));
        add(Kind.RUN, host, random.nextInt(1, 8));
      }
      add(Kind.TICK, 0, setup.hosts() > 1 || random.nextBoolean() ? 1000 : 2000);
      add(call ? Kind.CALL : Kind.REAPPLY, host, which);
      add(Kind.RUN, host, 400);
      if (random.nextInt(3) == 0) {
        add(Kind.REAPPLY, host, 0);
        add(Kind.RUN, host, 400);
      }
    }

    /** For a while, or until something interesting is about to happen. */
    private void goOn(int host) {
      if (random.nextInt(3) > 0) {
        add(Kind.UNTIL, host, random.nextInt(Host.POINTS.size()));
        for (int again = random.nextInt(5); again > 3; again--) {
          add(Kind.UNTIL, host, random.nextInt(Host.POINTS.size()));
        }
      } else {
        add(Kind.RUN, host, random.nextInt(1, random.nextBoolean() ? 12 : 60));
      }
    }

    private void ask(int host) {
      int what = random.nextInt(20);
      if (what < 8) {
        add(Kind.APPLY, host, 0);
      } else if (what < 12) {
        add(Kind.REAPPLY, host, 0);
      } else if (what < 18) {
        add(Kind.CALL, host, random.nextInt(3));
      } else if (what < 19) {
        add(Kind.REHEARSE, host, 0);
      } else {
        add(Kind.RESUME, host, 0);
      }
    }

    /** A person puts right what stands in the way. */
    private void mend(int host) {
      add(Kind.AWAY, 0, 0);
      add(Kind.DISK, host, 0);
      add(Kind.SOURCE, 0, 0);
      add(Kind.DEAD, 0, 0);
      add(Kind.SWITCH, 0, 0);
      add(Kind.RESUME, host, 0);
      add(Kind.RUN, host, 100);
    }

    private long seconds() {
      switch (random.nextInt(5)) {
        case 0:
          return random.nextLong(1, 90);
        case 1:
          return random.nextLong(60, 20 * 60);
        case 2:
          return random.nextLong(HOUR / 2, 2 * HOUR);
        case 3:
          return setup.minutes() * 60L / 2;
        default:
          return setup.minutes() * 60L + random.nextLong(-60, 20 * 60);
      }
    }

    private void disturb(int host) {
      Kind kind = SETBACKS[random.nextInt(SETBACKS.length)];
      switch (kind) {
        case POWER:
          add(kind, host, random.nextInt(20));
          break;
        case DISK:
        case AWAY:
        case BLIND:
        case DEAD:
          add(kind, host, random.nextInt(3) == 0 ? 0 : 1);
          break;
        case STORE:
          add(kind, host, random.nextInt(1, 6));
          break;
        case TICK:
        case SUSPEND:
          add(kind, host, seconds());
          break;
        case JUMP:
          add(kind, host, setup.ownClock() && random.nextBoolean() ? seconds() : -seconds());
          break;
        case SWITCH:
        case SOURCE:
          add(kind, host, random.nextInt(5));
          break;
        case CHANGE:
        case PROTECT:
        case USE:
          add(kind, random.nextInt(3), random.nextInt(setup.targets()));
          break;
        case EFFECT:
          add(kind, host, random.nextInt(1, 8));
          break;
        default:
          add(kind, host, 0);
          break;
      }
    }
  }
}
