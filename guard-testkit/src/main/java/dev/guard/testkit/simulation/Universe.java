package dev.guard.testkit.simulation;

import dev.guard.plan.Plan;
import dev.guard.state.MemoryStateStore;
import dev.guard.testkit.FaultyStore;
import dev.guard.testkit.ScriptedSwitch;
import dev.guard.time.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** Everything there is: true time, the store, the targets, and the hosts. Plays one script. */
final class Universe {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final long CONTACT_MILLIS = 3;
  private static final int CALLS = 3;

  /** Twins cost as much as all else if they are asked each time. */
  private static final int EVENTS_A_TWIN = 4;

  private final Script script;
  private final Semaphore turn = new Semaphore(0);
  private final MemoryStateStore documents = MemoryStateStore.create(new True());
  private final Judge judge;
  private final List<Thing> things = new ArrayList<>();
  private final List<Host> hosts = new ArrayList<>();
  private final List<String> trace = new ArrayList<>();
  private final ScriptedSwitch says = new ScriptedSwitch();
  private long now;
  private long steps;
  private int events;
  private int crashes;
  private int runs;
  private int source;
  private boolean blind;
  private boolean dead;
  private @Nullable Plan lastPlan;

  /** What clocks would show if they were right. */
  private final class True implements Time {
    @Override
    public Instant now() {
      return START.plusMillis(now);
    }

    @Override
    public long nanos() {
      return now * 1_000_000;
    }

    @Override
    public void sleep(Duration length) {
      pass(length.toMillis());
    }
  }

  private Universe(Script script) {
    this.script = script;
    this.judge = new Judge(this, script.setup());
    for (int i = 0; i < script.setup().targets(); i++) {
      things.add(new Thing("t" + i));
    }
    for (int i = 0; i < CALLS; i++) {
      things.add(new Thing("c" + i));
    }
  }

  static Simulation.Result play(Script script) {
    return new Universe(script).play();
  }

  private Simulation.Result play() {
    for (int i = 0; i < setup().hosts(); i++) {
      hosts.add(new Host(this, i, setup().seed() * 31 + i));
    }
    try {
      for (Event event : script.events()) {
        steps++;
        trace.add(event.toString());
        happen(event);
        if (events++ % EVENTS_A_TWIN == 0) {
          twins();
        }
        if (!judge.found().isEmpty()) {
          break;
        }
      }
      hosts.forEach(host -> host.store().faults().calm());
      hosts.forEach(Host::finish);
    } finally {
      hosts.forEach(Host::join);
    }
    return new Simulation.Result(
        setup().seed(), steps, crashes, judge.found(), script.toString(), trace);
  }

  /** Waits for a host's thread to end; it has nothing left to do. */
  static void join(Future<?> thread) {
    boolean interrupted = false;
    while (true) {
      try {
        thread.get();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      } catch (ExecutionException e) {
        throw new IllegalStateException("The simulation itself failed.", e.getCause());
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whoever else sits on the panel, and in whatever order; another target and clock each time. */
  private void twins() {
    Host host = hosts.get((int) Math.floorMod(steps, (long) hosts.size()));
    Thing thing = things.get((int) Math.floorMod(steps, (long) things.size()));
    new Twins(this, host, thing).judge();
  }

  private void happen(Event event) {
    Host host = hosts.get(Math.floorMod(event.host(), hosts.size()));
    long amount = event.amount();
    switch (event.kind()) {
      case RUN:
        host.run((int) Math.max(1, Math.min(amount, 100_000)));
        break;
      case UNTIL:
        host.runUntil(amount);
        break;
      case KILL:
        host.kill(false);
        break;
      case POWER:
        power(host, amount);
        break;
      case END:
        host.end();
        break;
      case DISK:
        host.disk().failWrites(amount != 0);
        break;
      case STORE:
        host.store().faults().next(fault(amount));
        break;
      case AWAY:
        hosts.forEach(each -> each.store().faults().away(amount != 0));
        break;
      case TICK:
        pass(Math.max(0, amount) * 1000);
        break;
      case JUMP:
        host.jump(amount * 1000);
        break;
      case SUSPEND:
        host.suspend(Math.max(0, amount) * 1000);
        break;
      case EFFECT:
        host.effect(amount);
        break;
      default:
        if (!Life.ask(this, host, event)) {
          change(event);
        }
        break;
    }
  }

  private static void power(Host host, long in) {
    if (in <= 0) {
      host.kill(true);
    } else {
      host.disk().cutPowerIn(in);
    }
  }

  private static FaultyStore.Fault fault(long which) {
    FaultyStore.Fault[] all = FaultyStore.Fault.values();
    return all[(int) Math.floorMod(which, (long) all.length)];
  }

  /** What changes by itself, and touches no process. */
  private void change(Event event) {
    Thing thing = things.get((int) Math.floorMod(event.amount(), (long) things.size()));
    switch (event.kind()) {
      case SWITCH:
        ScriptedSwitch.Says[] all = ScriptedSwitch.Says.values();
        says.say(all[(int) Math.floorMod(event.amount(), (long) all.length)]);
        break;
      case CHANGE:
        thing.change();
        break;
      case PROTECT:
        thing.isProtected = event.host() == 1;
        thing.unreadable = event.host() == 2;
        break;
      case USE:
        thing.used = event.host() > 0;
        break;
      case SOURCE:
        source = (int) Math.floorMod(event.amount(), 5L);
        break;
      case BLIND:
        blind = event.amount() != 0;
        break;
      case DEAD:
        dead = event.amount() != 0;
        break;
      default:
        throw new IllegalStateException(event + " does not happen.");
    }
  }

  // ---- what everybody shares

  void step(int host, String what) {
    steps++;
    now += CONTACT_MILLIS;
    trace.add(host + ": " + what);
  }

  void note(int host, String what) {
    trace.add(host + ": " + what);
  }

  void crashed(int host, boolean power) {
    crashes++;
    trace.add(host + (power ? ": lost power" : ": was killed"));
  }

  void pass(long millis) {
    now += Math.max(0, millis);
  }

  long now() {
    return now;
  }

  long steps() {
    return steps;
  }

  Semaphore turn() {
    return turn;
  }

  Script.Setup setup() {
    return script.setup();
  }

  Judge judge() {
    return judge;
  }

  MemoryStateStore documents() {
    return documents;
  }

  Host host(int number) {
    return hosts.get(number);
  }

  String nextRun() {
    return "run-" + ++runs;
  }

  List<Thing> things() {
    return things;
  }

  Optional<Thing> thing(String id) {
    return things.stream().filter(thing -> thing.id().equals(id)).findFirst();
  }

  ScriptedSwitch theSwitch() {
    return says;
  }

  int source() {
    return source;
  }

  boolean blind() {
    return blind;
  }

  boolean dead() {
    return dead;
  }

  Optional<Plan> lastPlan() {
    return Optional.ofNullable(lastPlan);
  }

  void planned(Plan plan) {
    lastPlan = plan;
  }
}
