package dev.guard.testkit.simulation;

import dev.guard.testkit.crash.CrashFs;
import dev.guard.time.Time;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * One machine: its clocks, its disk, and at most one process. The process has a thread of its own,
 * which runs only while it holds the turn, and gives the turn back in the middle of a contact with
 * the world. Never do two run at once.
 */
final class Host implements Time {
  static final Path JOURNAL = Path.of("/journal");
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  /** Where it is worth to stop a host. */
  static final List<String> POINTS =
      List.of(
          "act on",
          "answer for",
          "append INTENDED",
          "append OUTCOME",
          "put window",
          "put run-lease",
          "prepare",
          "switch",
          "what became of",
          "get latch",
          "users",
          "fingerprint of",
          "append PREPARED",
          "act on");

  private static final int FOR_EVER = Integer.MAX_VALUE;

  /** Idle threads are used again and end by themselves; none keeps a JVM alive. */
  private static final ExecutorService THREADS =
      Executors.newCachedThreadPool(
          work -> {
            Thread thread = new Thread(work, "guard-simulation");
            thread.setDaemon(true);
            return thread;
          });

  private final Universe universe;
  private final int number;
  private final CrashFs disk;
  private final SharedStore store;
  private final double rate;
  private final Semaphore turn = new Semaphore(0);
  private final Future<?> thread;

  private long wallOffMillis;
  private long asleepMillis;
  private @Nullable Runnable task;
  private boolean begun;
  private boolean over;
  private int contactsLeft;
  private @Nullable String until;
  private boolean dying;
  private boolean powerless;
  private boolean everBooted;
  private @Nullable Life life;
  private @Nullable Doing doing;
  private long effect;
  private long drawnAt;
  private String run = "";

  Host(Universe universe, int number, long seed) {
    this.universe = universe;
    this.number = number;
    this.disk = new CrashFs(seed);
    this.rate = 1 + Script.random(seed).nextInt(-200, 201) / 1_000_000.0;
    this.store = new SharedStore(this, universe.documents(), universe.judge());
    this.thread = THREADS.submit(this::live);
  }

  int number() {
    return number;
  }

  CrashFs disk() {
    return disk;
  }

  SharedStore store() {
    return store;
  }

  boolean ownClock() {
    return universe.setup().ownClock();
  }

  @Nullable Doing doing() {
    return doing;
  }

  @Nullable Life life() {
    return life;
  }

  String run() {
    return run;
  }

  void run(String name) {
    run = name;
  }

  // ---- clocks

  @Override
  public Instant now() {
    return START.plusMillis((long) (universe.now() * rate) + wallOffMillis);
  }

  @Override
  public long nanos() {
    return (long) ((universe.now() - asleepMillis) * rate * 1_000_000);
  }

  @Override
  public void sleep(Duration length) {
    contact("sleep");
    universe.pass(length.toMillis());
  }

  void jump(long millis) {
    wallOffMillis += millis;
  }

  void suspend(long millis) {
    asleepMillis += millis;
    universe.pass(millis);
  }

  // ---- the thread

  private void live() {
    turn.acquireUninterruptibly();
    while (!over) {
      Runnable now = task;
      if (now != null) {
        begun = true;
        try {
          now.run();
        } catch (Throwable thrown) { // whatever comes out of the engine is judged
          if (!dying) {
            universe.judge().unexpected(thrown);
          }
        }
        task = null;
        begun = false;
        doing = null;
        if (dying) {
          bury();
        }
      }
      universe.turn().release();
      turn.acquireUninterruptibly();
    }
    universe.turn().release();
  }

  private void hand() {
    turn.release();
    universe.turn().acquireUninterruptibly();
  }

  /** The host is asked for something; it begins when it runs. */
  void ask(Doing next, Runnable what) {
    if (task == null) {
      doing = next;
      task = what;
    }
  }

  void run(int contacts) {
    if (task != null) {
      contactsLeft = contacts;
      until = null;
      hand();
    }
  }

  void runUntil(long point) {
    if (task != null) {
      contactsLeft = FOR_EVER;
      until = POINTS.get((int) Math.floorMod(point, (long) POINTS.size()));
      hand();
    }
  }

  /** The host's process touches the world: here others may go on, and here it may end. */
  void contact(String what) {
    if (dying) {
      throw new Died();
    }
    universe.step(number, what);
    String point = until;
    if (--contactsLeft <= 0 || (point != null && what.startsWith(point))) {
      universe.turn().release();
      turn.acquireUninterruptibly();
      if (dying) {
        throw new Died();
      }
    }
  }

  boolean isDying() {
    return dying;
  }

  /** Something worth reading in a trace that is no contact. */
  void note(String what) {
    if (!dying) {
      universe.note(number, what);
    }
  }

  // ---- life and death

  /** The process of this host, begun if there is none. */
  Life alive() {
    Life now = life;
    if (now == null) {
      everBooted = true;
      now = Life.begin(universe, this);
      life = now;
    }
    return now;
  }

  /** The disk went dark under the process. */
  Died lostPower() {
    dying = true;
    powerless = true;
    return new Died();
  }

  void kill(boolean power) {
    if (life == null && !begun) {
      if (task != null) {
        task = null;
        doing = null;
      }
      return;
    }
    dying = true;
    powerless = power;
    if (begun) {
      hand();
    } else {
      task = null;
      doing = null;
      bury();
    }
  }

  /** Nothing that the dead process still has open reaches the disk any more. */
  private void bury() {
    universe.crashed(number, powerless);
    if (powerless) {
      disk.restart();
    } else {
      disk.killProcess();
    }
    Life dead = life;
    life = null;
    if (dead != null) {
      dead.bury();
    }
    dying = false;
    powerless = false;
  }

  /** The process ends as it should, if it has nothing to do. */
  void end() {
    Life now = life;
    if (task == null && now != null) {
      life = null;
      now.bury();
      if (disk.isDark()) {
        universe.crashed(number, true);
        disk.restart();
      }
    }
  }

  /** A process whose journal failed can do nothing more, and is ended. */
  void leaveIfBroken() {
    Life now = life;
    if (!dying && now != null && now.isBroken()) {
      life = null;
      now.bury();
    }
  }

  /** The end of the simulation: power is cut, and what is left is read once more. */
  void finish() {
    kill(true);
    if (everBooted) {
      disk.failWrites(false);
      disk.restart();
      Life.openOnce(universe, this);
    }
  }

  void join() {
    over = true;
    hand();
    Universe.join(thread);
  }

  // ---- what the judge asks

  /** When the process last drew from the window, by the clock it drew by. */
  void drawn(long at) {
    drawnAt = at;
  }

  long drawnAt() {
    return drawnAt;
  }

  void sawStop(String why) {
    Doing now = doing;
    if (now != null) {
      now.stop(why);
      Life alive = life;
      if (alive != null) {
        alive.sawStop(now.dry, universe.judge().resumes());
      }
    }
  }

  boolean stoppedSince(long resumes) {
    Life now = life;
    Doing what = doing;
    return now != null && what != null && now.stoppedAt(what.dry) == resumes;
  }

  Optional<String> evidence(Doing now, Thing thing) {
    Life alive = life;
    if (alive == null) {
      return Optional.of("nobody is alive");
    }
    if (now.plan != null && !now.listed) {
      return Optional.of(thing.id() + " was acted on, and nothing was listed when the run began");
    }
    return alive.evidence(now.dry, thing);
  }

  // ---- how acts end

  void effect(long how) {
    effect = how;
  }

  long effect() {
    return effect;
  }

  long takeEffect() {
    long how = effect;
    effect = 0;
    return how;
  }
}
