package dev.guard.testkit.simulation;

import dev.guard.AuditException;
import dev.guard.Digest;
import dev.guard.Guard;
import dev.guard.PlanRejectedException;
import dev.guard.StateException;
import dev.guard.Target;
import dev.guard.audit.AuditRecord;
import dev.guard.audit.AuditSink;
import dev.guard.audit.Reconciler;
import dev.guard.dryrun.DryRun;
import dev.guard.plan.PermittedItem;
import dev.guard.plan.Plan;
import dev.guard.plan.Selection;
import dev.guard.rollout.Gate;
import dev.guard.rollout.RolloutStatus;
import dev.guard.rollout.Stage;
import dev.guard.rollout.StagedRollout;
import dev.guard.state.Fence;
import dev.guard.state.MemoryStateStore;
import dev.guard.state.RunLock;
import dev.guard.state.StateStore;
import dev.guard.testkit.ManualTime;
import dev.guard.testkit.RecordingSink;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What is rolled out, what really happened to it, and where others can step in: before every access
 * to the store and before every record. Judges each act by the time that really passed and by what
 * people really said, never by the guard's word. Confined to one thread.
 */
final class RolloutWorld {
  static final Duration CAP = Duration.ofHours(25);
  private static final String ACTION = "thing.delete";
  private static final Duration LONG = Duration.ofHours(30);
  private static final Duration SHORT = Duration.ofHours(6);

  /** How long each of the four steps bakes: dev, staging, one of the rest, all of the rest. */
  private static final List<Duration> BAKES = List.of(LONG, SHORT, SHORT, Duration.ZERO);

  final ManualTime time = ManualTime.at(Instant.parse("2026-03-02T10:00:00Z"));
  final List<String> violations;
  final Set<Target> failing = new HashSet<>();
  Gate.Answer answer = Gate.Answer.pass();

  private final RecordingSink records = new RecordingSink();
  private final StateStore store = new Watched(MemoryStateStore.create(time));
  private final Map<Digest, Course> courses = new LinkedHashMap<>();
  private final Map<Target, Course> byTarget = new HashMap<>();
  private final AtomicLong epochs = new AtomicLong();
  private Duration passed = Duration.ZERO;
  private int jumps;
  private boolean locked;
  private boolean dead;
  private @Nullable Course paused;
  private int until = -1;
  private Runnable then = () -> {};

  /** One plan, and what became of it. */
  private static final class Course {
    private final Map<Target, Moment> done = new LinkedHashMap<>();
    private final Set<Target> targets = new HashSet<>();
    private @Nullable Target first;
    private boolean aborted;
    private @Nullable Moment asked;
    private Gate.@Nullable Result said;
  }

  /** When something happened. */
  private record Moment(Duration passed, int jumps) {}

  RolloutWorld(List<String> violations) {
    this.violations = violations;
  }

  /** A new process. */
  Guard started() {
    return Guard.named("rollout-story")
        .dryRun(DryRun.off())
        .unlimited("a made-up world")
        .rollout(stages())
        .audit(new Journal())
        .state(store)
        .runLock(new Lock())
        .reconciler(this::find)
        .time(time)
        .planLife(Duration.ofDays(3650))
        .continueAfterFailures()
        .build();
  }

  private StagedRollout stages() {
    return StagedRollout.of(
        Stage.named("dev")
            .scopes("dev/*")
            .bake(LONG)
            .gate("health", this::ask, LONG.multipliedBy(2)),
        Stage.named("staging").label("tier", "staging").bake(SHORT),
        Stage.named("production").scopes("prod/*").ramp(1).bake(SHORT));
  }

  private Gate.Answer ask() throws Exception {
    for (Course story : courses.values()) {
      if (!story.aborted && step(story, 0)) {
        story.asked = now();
        story.said = answer.result();
      }
    }
    if (answer.result() == Gate.Result.ERROR && answer.why().equals("thrown")) {
      throw new java.io.IOException("told to");
    }
    return answer;
  }

  /** A plan of its own targets: three of dev, one of staging, two of production, one of none. */
  Plan planned(Guard guard, int number) {
    List<Target> targets = new ArrayList<>();
    targets.add(Target.of("thing", "prod/x", "p1-" + number));
    targets.add(Target.of("thing", "elsewhere/x", "e-" + number));
    targets.add(Target.of("thing", "dev/a", "d1-" + number));
    targets.add(Target.of("thing", "elsewhere/y", "s-" + number).with("tier", "staging"));
    targets.add(Target.of("thing", "dev/b", "d2-" + number));
    targets.add(Target.of("thing", "prod/y", "p2-" + number));
    Plan plan = guard.plan(Selection.of(ACTION, targets).because("a story"));
    Course story = new Course();
    story.targets.addAll(targets);
    courses.put(plan.digest(), story);
    targets.forEach(target -> byTarget.put(target, story));
    return plan;
  }

  /** A run of a process, which may die in it. */
  boolean apply(Guard guard, Plan plan) {
    try {
      guard.apply(plan, this::act);
      return !dead;
    } catch (PlanRejectedException ofTheFuture) {
      return !dead; // a clock was set back
    } catch (Died | StateException | AuditException died) {
      return false;
    }
  }

  private void act(PermittedItem item) {
    item.permit().redeem(ACTION, item.target());
    Target target = item.target();
    Course story = byTarget.get(target);
    if (dead || story == null) {
      throw new Died();
    }
    judge(target, story);
    if (failing.contains(target)) {
      throw new IllegalStateException("told to fail");
    }
    story.done.put(target, now());
    if (of(target) == 2 && story.first == null) {
      story.first = target;
    }
  }

  private void judge(Target target, Course story) {
    if (story.aborted) {
      violations.add("LAW_13: " + target + " is acted on after an abort");
    }
    if (paused == story) {
      violations.add("LAW_13: " + target + " is acted on while the rollout is paused");
    }
    if (story.done.containsKey(target)) {
      violations.add("LAW_13: " + target + " is acted on twice");
    }
    int step = of(target);
    boolean inRamp = step == 2 && story.first != null;
    before(target, story, inRamp ? 3 : step);
  }

  private void before(Target target, Course story, int step) {
    if (step == 0) {
      return;
    }
    Moment last = new Moment(Duration.ZERO, 0);
    for (int earlier = 0; earlier < step; earlier++) {
      if (!step(story, earlier)) {
        violations.add("LAW_13: " + target + " goes although step " + earlier + " is not over");
        return;
      }
    }
    for (Map.Entry<Target, Moment> one : story.done.entrySet()) {
      if (one.getValue().passed().compareTo(last.passed()) > 0) {
        last = one.getValue();
      }
    }
    last = step == 3 ? story.done.getOrDefault(story.first, last) : last(story, step - 1);
    Duration most = passed.minus(last.passed()).plus(CAP.multipliedBy(jumps - last.jumps()));
    if (most.compareTo(BAKES.get(step - 1)) < 0) {
      violations.add(
          "LAW_13: " + target + " goes, and its stage can have baked for " + most + " at most");
    }
    gated(target, story);
  }

  private void gated(Target target, Course story) {
    Moment asked = story.asked;
    if (asked == null || asked.passed().compareTo(last(story, 0).passed()) < 0) {
      violations.add("LAW_13: " + target + " goes, and nobody asked the gate");
    } else if (story.said != Gate.Result.PASS) {
      violations.add("LAW_13: " + target + " goes, and the gate last said " + story.said);
    }
  }

  /** When the last of a step was done. */
  private static Moment last(Course story, int step) {
    Moment last = new Moment(Duration.ZERO, 0);
    for (Map.Entry<Target, Moment> one : story.done.entrySet()) {
      if (of(one.getKey()) == step && one.getValue().passed().compareTo(last.passed()) >= 0) {
        last = one.getValue();
      }
    }
    return last;
  }

  /** Whether a step is over: everything of it is done, or for step two, one of it. */
  private static boolean step(Course story, int step) {
    if (step == 2) {
      return story.first != null;
    }
    return story.targets.stream()
        .filter(target -> of(target) == step)
        .allMatch(story.done::containsKey);
  }

  private static int of(Target target) {
    if (target.scope().startsWith("dev/")) {
      return 0;
    }
    return "staging".equals(target.labels().get("tier")) ? 1 : 2;
  }

  boolean complete(Plan plan) {
    Course story = courses.get(plan.digest());
    return story != null && story.done.keySet().containsAll(story.targets);
  }

  void pass(Duration length) {
    time.tick(length);
    passed = passed.plus(length);
  }

  void suspend(Duration length) {
    time.suspend(length);
    passed = passed.plus(length);
  }

  void jump(Duration by) {
    time.jump(by);
    jumps++;
  }

  private Moment now() {
    return new Moment(passed, jumps);
  }

  void abort(Guard guard, Plan plan) {
    guard.abortRollout(plan.digest(), "ann", "a story");
    Course story = courses.get(plan.digest());
    if (story != null) {
      story.aborted = true;
    }
  }

  boolean aborted(Plan plan) {
    Course story = courses.get(plan.digest());
    return story != null && story.aborted;
  }

  void pause(Guard guard) {
    try {
      RolloutStatus status = guard.pauseRollout("ben", "a story");
      paused = status.state() == RolloutStatus.State.PAUSED ? courses.get(status.plan()) : null;
    } catch (PlanRejectedException none) {
      paused = null;
    }
  }

  void resume(Guard guard) {
    try {
      paused = null;
      guard.resumeRollout("ben", "a story");
    } catch (PlanRejectedException none) {
      paused = null;
    }
  }

  /** Somebody steps in at the point that comes after so many others, once. */
  void at(int points, Runnable stranger) {
    until = points;
    then = stranger;
  }

  /** Nobody steps in any more. */
  boolean cameToIt() {
    boolean did = until < 0;
    until = -1;
    then = () -> {};
    return did;
  }

  /** The process dies here: nothing of it is heard any more, until all of it is unwound. */
  void die() {
    dead = true;
  }

  /** The process is gone, and another one begins. */
  Guard restarted() {
    dead = false;
    locked = false;
    records.restarted();
    return started();
  }

  private void point() {
    if (until == 0) {
      until = -1;
      then.run();
    } else if (until > 0) {
      until--;
    }
    if (dead) {
      throw new Died();
    }
  }

  private Reconciler.Finding find(Target target, String action) {
    Course story = byTarget.get(target);
    return story != null && story.done.containsKey(target)
        ? Reconciler.Finding.DONE
        : Reconciler.Finding.NOT_DONE;
  }

  /** A store with a point before each access, and after each write. */
  private final class Watched implements StateStore {
    private final StateStore behind;

    Watched(StateStore behind) {
      this.behind = behind;
    }

    @Override
    public Optional<Versioned> get(String key) {
      point();
      return behind.get(key);
    }

    @Override
    public Optional<String> compareAndSet(String key, @Nullable String expected, byte[] value) {
      point();
      Optional<String> version = behind.compareAndSet(key, expected, value);
      point();
      return version;
    }

    @Override
    public List<String> keys(String prefix) {
      return behind.keys(prefix);
    }

    @Override
    public Instant now() {
      return behind.now();
    }

    @Override
    public Capabilities capabilities() {
      return behind.capabilities();
    }
  }

  /** A journal with a point before each record. */
  private final class Journal implements AuditSink {
    @Override
    public void append(AuditRecord record) {
      point();
      records.append(record);
    }

    @Override
    public Optional<Memory> memory() {
      return records.memory();
    }
  }

  /** A lock that ends with its process, and counts epochs nevertheless. */
  private final class Lock implements RunLock {
    @Override
    public Optional<Held> tryLock(String name, String owner, String purpose) {
      if (locked) {
        return Optional.empty();
      }
      locked = true;
      return Optional.of(new Turn(new Fence(epochs.incrementAndGet(), owner)));
    }

    @Override
    public Optional<String> owner(String name) {
      return locked ? Optional.of("a story") : Optional.empty();
    }
  }

  private final class Turn implements RunLock.Held {
    private final Fence fence;

    Turn(Fence fence) {
      this.fence = fence;
    }

    @Override
    public Optional<Fence> fence() {
      return Optional.of(fence);
    }

    @Override
    public void close() {
      locked = false;
    }
  }
}
