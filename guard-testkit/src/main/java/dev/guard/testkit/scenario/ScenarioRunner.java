package dev.guard.testkit.scenario;

import dev.guard.AuditException;
import dev.guard.Effect;
import dev.guard.Guard;
import dev.guard.GuardBuilder;
import dev.guard.Intent;
import dev.guard.Outcome;
import dev.guard.Permit;
import dev.guard.Population;
import dev.guard.Reason;
import dev.guard.Safeguard;
import dev.guard.Verdict;
import dev.guard.audit.AuditRecord;
import dev.guard.audit.AuditSink;
import dev.guard.blastradius.BlastRadiusLimit;
import dev.guard.dryrun.DryRun;
import dev.guard.evidence.InUseCheck;
import dev.guard.killswitch.KillSwitch;
import dev.guard.pace.Pace;
import dev.guard.plan.Candidate;
import dev.guard.plan.Plan;
import dev.guard.plan.PlanItem;
import dev.guard.plan.Report;
import dev.guard.plan.Selection;
import dev.guard.protection.Protection;
import dev.guard.state.MemoryStateStore;
import dev.guard.testkit.FaultySink;
import dev.guard.testkit.ManualTime;
import dev.guard.testkit.RecordingSink;
import dev.guard.testkit.ScriptedSwitch;
import dev.guard.testkit.scenario.Scenario.Kind;
import dev.guard.testkit.scenario.Scenario.Limits;
import dev.guard.testkit.scenario.Scenario.Move;
import dev.guard.testkit.scenario.Scenario.Scripted;
import dev.guard.testkit.scenario.Scenario.SinkFault;
import dev.guard.testkit.scenario.Scenario.Thing;
import dev.guard.testkit.scenario.Trace.Asked;
import dev.guard.testkit.scenario.Trace.Compared;
import dev.guard.testkit.scenario.Trace.Planned;
import dev.guard.testkit.scenario.Trace.Said;
import dev.guard.testkit.scenario.Trace.What;
import dev.guard.time.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Plays a scenario against a real guard on one thread. The clock moves only when the scenario says
 * so, every collaborator is scripted, and what was really touched is kept by the runner's own model
 * of the world, never by the guard's word. One scenario always gives the same trace.
 *
 * <pre>{@code
 * Trace trace = ScenarioRunner.run(scenario);
 * assertThat(Law.LAW_5.check(scenario, trace)).isEmpty();
 * }</pre>
 */
public final class ScenarioRunner {
  /** The name of the guard in every scenario. */
  public static final String GUARD = "scenario";

  /** The action of every intent. */
  public static final String ACTION = "thing.change";

  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final int MOST_STEPS = 20_000;

  private final Scenario scenario;
  private final ManualTime time = ManualTime.at(START);
  private final World world;
  private final RecordingSink memory = new RecordingSink();
  private final FaultySink faulty = FaultySink.over(memory);
  private final MemoryStateStore store = MemoryStateStore.create(time);
  private final List<Trace.Happened> log = new ArrayList<>();
  private final List<Trace.Written> journal = new ArrayList<>();
  private final List<Asked> asked = new ArrayList<>();
  private final List<Compared> compared = new ArrayList<>();
  private final List<String> protectedIds;
  private final Acting effect;

  private int step;
  private int move;
  private int runs;
  private @Nullable Guard guard;
  private @Nullable Plan plan;
  private @Nullable String unfit;
  private boolean forged;

  private ScenarioRunner(Scenario scenario) {
    this.scenario = scenario;
    this.world = new World(scenario);
    this.effect = new Acting(scenario, world, time, this);
    this.protectedIds = new ArrayList<>(scenario.protectedIds());
    for (SinkFault fault : scenario.faults()) {
      faulty.failAt(Math.max(1, fault.append()), fault.when());
    }
  }

  /**
   * Plays a scenario.
   *
   * @param scenario what happens
   * @return what came of it
   */
  public static Trace run(Scenario scenario) {
    return new ScenarioRunner(scenario).play();
  }

  private Trace play() {
    try {
      guard = build(scenario.safeguards());
    } catch (RuntimeException fault) {
      return trace(fault.getClass().getSimpleName() + ": " + fault.getMessage());
    }
    List<Move> script = scenario.script();
    for (move = 0; guard != null && move < script.size(); move++) {
      guard = play(guard, script.get(move));
    }
    return trace(null);
  }

  private Trace trace(@Nullable String notBuilt) {
    if (step > MOST_STEPS) {
      throw new IllegalStateException("The scenario does not end: " + scenario);
    }
    return new Trace(notBuilt, log, journal, asked, compared);
  }

  /** Null ends the scenario: there is no guard any more. */
  private @Nullable Guard play(Guard guard, Move now) {
    if (now.kind().happens()) {
      next();
      happen(now.kind(), now.id(), now.amount());
      return guard;
    }
    int from = step + 1;
    long wall = time.now().toEpochMilli();
    Answer answer = new Answer();
    answer.planned = planned();
    Guard next = guard;
    try {
      next = ask(guard, now, answer);
    } catch (Throwable thrown) { // the engine's and the effect's own; laws judge which
      if (thrown instanceof VirtualMachineError && !(thrown instanceof StackOverflowError)) {
        throw (VirtualMachineError) thrown;
      }
      answer.error = thrown.getClass().getSimpleName();
      answer.effectsOwn = thrown instanceof Acting.Told;
      next = now.kind() == Kind.RESTART || now.kind() == Kind.PROTECT ? null : guard;
    }
    asked.add(answer.asked(move, now, from, step, wall));
    effect.afterwards();
    return next;
  }

  /** What is collected of one answer. */
  private static final class Answer {
    private @Nullable String error;
    private boolean effectsOwn;
    private @Nullable String outcome;
    private @Nullable Verdict verdict;
    private @Nullable Planned planned;
    private @Nullable Map<String, String> fates;
    private boolean executed;

    Asked asked(int move, Move now, int from, int to, long wall) {
      List<Reason> reasons = verdict == null ? List.of() : verdict.reasons();
      return new Asked(
          move,
          now.kind(),
          now.id(),
          from,
          to,
          wall,
          error,
          effectsOwn,
          outcome,
          verdict == null ? null : verdict.level().name(),
          reasons.stream().map(Reason::code).toList(),
          reasons.stream().map(Reason::safeguard).toList(),
          planned,
          fates,
          executed);
    }
  }

  private Guard ask(Guard guard, Move now, Answer answer) throws Exception {
    switch (now.kind()) {
      case PLAN:
        plan = null;
        plan = guard.plan(selection());
        unfit = null;
        forged = false;
        answer.verdict = plan.verdict();
        answer.planned = planned();
        return guard;
      case APPLY:
        if (plan != null) {
          report(guard.apply(plan, effect), answer);
        }
        return guard;
      case CALL:
        call(guard, scenario.thing(String.valueOf(now.id())), answer);
        return guard;
      case STOP:
        guard.stop("ann", "a scenario");
        return guard;
      case RESUME:
        guard.resume("ann", "a scenario");
        return guard;
      case RESTART:
        return restarted();
      case PROTECT:
        protectedIds.add("extra-" + move);
        if (plan != null && unfit == null) {
          unfit = "what protects changed";
        }
        return restarted();
      case COMPARE:
        compare();
        return guard;
      case ALTER:
        alter();
        return guard;
      case FORGE:
        forge();
        return guard;
      default:
        foreign();
        return guard;
    }
  }

  private void report(Report report, Answer answer) {
    answer.verdict = report.halt();
    answer.executed = report.executed();
    Map<String, String> fates = new LinkedHashMap<>();
    for (Report.Entry entry : report.entries()) {
      String twice = fates.put(entry.target().id(), entry.outcome().name());
      if (twice != null) {
        fates.put(entry.target().id(), "TWICE");
      }
    }
    answer.fates = Collections.unmodifiableMap(fates);
  }

  private void call(Guard guard, Thing thing, Answer answer) throws Exception {
    Intent intent = Intent.of(ACTION, World.target(thing)).because("a scenario");
    Population population = population();
    Outcome<Integer> outcome =
        guard.call(
            population == null ? intent : intent.outOf(population),
            new Effect<Integer, Exception>() {
              @Override
              public Integer act(Permit permit) throws Exception {
                effect.deed(permit, thing);
                return 1;
              }

              @Override
              public Optional<String> prepare(Permit permit) throws Exception {
                return effect.prepared(permit, thing);
              }
            });
    answer.outcome = outcome.getClass().getSimpleName();
    if (outcome instanceof Outcome.Refused) {
      answer.verdict = ((Outcome.Refused<Integer>) outcome).verdict();
    } else if (outcome instanceof Outcome.Simulated) {
      answer.verdict = ((Outcome.Simulated<Integer>) outcome).verdict();
    }
  }

  private Guard restarted() {
    faulty.mend();
    memory.restarted();
    effect.forget();
    return build(scenario.safeguards());
  }

  private @Nullable Planned planned() {
    Plan now = plan;
    if (now == null) {
      return null;
    }
    List<String> items = now.items().stream().map(item -> item.target().id()).toList();
    List<String> going = now.wouldGo().stream().map(item -> item.target().id()).toList();
    boolean incomplete =
        now.verdict().reasons().stream().anyMatch(r -> r.code().equals(Reason.EVIDENCE_INCOMPLETE));
    return new Planned(
        now.digest().text(),
        items,
        going,
        now.header().expires().toEpochMilli(),
        incomplete,
        forged,
        unfit);
  }

  private void alter() {
    if (plan != null) {
      String json = plan.toJson().replace("\"planner\":\"", "\"planner\":\"not ");
      plan = null;
      plan = Plan.parse(json.getBytes(java.nio.charset.StandardCharsets.UTF_8));
      unfit = "altered";
    }
  }

  private void forge() {
    if (plan != null) {
      List<PlanItem> items = new ArrayList<>();
      for (PlanItem item : plan.items()) {
        items.add(
            new PlanItem(
                item.target(), Verdict.allow(), item.mark(), item.because(), item.after()));
      }
      plan = Plan.of(plan.header(), items, Verdict.allow());
      forged = true;
    }
  }

  private void foreign() {
    if (plan != null) {
      Plan.Header own = plan.header();
      Plan.Header other =
          new Plan.Header(
              "another",
              own.action(),
              own.because(),
              own.planner(),
              own.made(),
              own.expires(),
              own.protection(),
              own.population(),
              own.unread(),
              own.facts());
      plan = Plan.of(other, plan.items(), plan.verdict());
      unfit = "foreign";
    }
  }

  // ---- building

  private Guard build(List<Scripted> safeguards) {
    List<Safeguard> players = new ArrayList<>();
    for (Scripted one : safeguards) {
      players.add(new Player(one, this, time, false));
    }
    GuardBuilder builder =
        parts(players, time, scenario.execute(), false)
            .audit(new Journal())
            .time(new Waiting())
            .runIds(() -> "run-" + (++runs));
    surround(builder);
    InUseCheck check = evidence(time, false);
    return (check == null ? builder : builder.inUse(check)).build();
  }

  /** What outlives the process, and what else this guard has. */
  private void surround(GuardBuilder builder) {
    Scenario.Surroundings around = scenario.surroundings();
    if (around.store()) {
      builder.state(store);
    }
    if (around.parallel() > 1) {
      builder.parallel(around.parallel(), Runnable::run);
    }
    if (around.secondsPerAct() > 0) {
      builder.pace(Pace.of(1, Duration.ofSeconds(around.secondsPerAct()), time));
    }
  }

  private GuardBuilder parts(
      List<Safeguard> players, ManualTime clock, boolean execute, boolean quiet) {
    GuardBuilder builder =
        Guard.named(GUARD)
            .actor("scenario")
            .time(clock)
            .dryRun(DryRun.unless(execute, variable -> null))
            .killSwitch(KillSwitch.from(new Wire(quiet)))
            .protection(protection());
    Limits limits = scenario.limits();
    if (limits != null) {
      builder.blastRadius(limit(limits));
    }
    if (scenario.goOn()) {
      builder.continueAfterFailures();
    }
    players.forEach(builder::safeguard);
    return builder;
  }

  private static BlastRadiusLimit limit(Limits limits) {
    BlastRadiusLimit limit = BlastRadiusLimit.perPlan(limits.perPlan());
    if (limits.perCall() != null) {
      limit = limit.perCall(limits.perCall());
    }
    if (limits.percent() != null) {
      limit = limit.percent(limits.percent());
    }
    return limits.floor() == null ? limit : limit.keepAtLeast(limits.floor());
  }

  private Protection protection() {
    return Protection.ids(protectedIds)
        .or(Protection.labels(Map.of(World.LABEL, "true")))
        .or(Protection.when("live", "1", world::isProtected, World.EXAMPLE));
  }

  private @Nullable InUseCheck evidence(ManualTime clock, boolean quiet) {
    if (scenario.sources().isEmpty()) {
      return null;
    }
    List<dev.guard.evidence.ReferenceSource> sources = new ArrayList<>();
    for (Scenario.Source source : scenario.sources()) {
      sources.add(
          world.source(source, clock, quiet ? answer -> {} : answer -> read(source, answer)));
    }
    return InUseCheck.of(new Meaning(), sources, clock);
  }

  private void read(Scenario.Source source, String answer) {
    log(What.SOURCE, source.name(), "", answer);
  }

  private @Nullable Population population() {
    Scenario.Counted counted = scenario.population();
    if (counted == null) {
      return null;
    }
    return counted.incomplete()
        ? Population.incomplete(counted.size(), "the scenario says so")
        : Population.of(counted.size());
  }

  private Selection selection() {
    List<Candidate> candidates = new ArrayList<>();
    for (Thing thing : scenario.things()) {
      if (!thing.kept() && !world.isGone(thing.id())) {
        Candidate candidate = Candidate.of(World.target(thing));
        if (!thing.unmarked()) {
          candidate = candidate.marked(world.fingerprint(thing.id()));
        }
        String parent = thing.after();
        if (parent != null && candidates.stream().anyMatch(c -> c.target().id().equals(parent))) {
          candidate = candidate.after(List.of(World.target(scenario.thing(parent))));
        }
        candidates.add(candidate);
      }
    }
    Selection.Draft draft = Selection.ofCandidates(ACTION, candidates);
    Population population = population();
    if (population != null) {
      draft = draft.outOf(population);
    }
    return draft.because("a scenario");
  }

  // ---- comparing

  private void compare() {
    List<Scripted> given = scenario.safeguards();
    List<List<Scripted>> orders = new ArrayList<>();
    orders.add(given);
    List<Scripted> reversed = new ArrayList<>(given);
    Collections.reverse(reversed);
    orders.add(reversed);
    List<Scripted> rotated = new ArrayList<>(given);
    Collections.rotate(rotated, 1);
    orders.add(rotated);
    for (Thing thing : scenario.things()) {
      List<Said> inOrders = new ArrayList<>();
      for (List<Scripted> order : orders) {
        inOrders.add(said(order, thing, true));
      }
      Map<String, Said> without = new LinkedHashMap<>();
      for (Scripted one : given) {
        List<Scripted> rest = new ArrayList<>(given);
        rest.remove(one);
        without.put(one.name(), said(rest, thing, true));
      }
      compared.add(
          new Compared(
              move, thing.id(), inOrders, without, inOrders.get(0), said(given, thing, false)));
    }
  }

  /**
   * A guard of its own on a clock of its own, so that comparing leaves no trace in the scenario.
   */
  @SuppressWarnings("EnumOrdinal") // the levels stand in order of strictness
  private Said said(List<Scripted> safeguards, Thing thing, boolean execute) {
    ManualTime clock = ManualTime.at(time.now());
    List<Safeguard> players = new ArrayList<>();
    for (Scripted one : safeguards) {
      players.add(new Player(one, this, clock, true));
    }
    GuardBuilder builder = parts(players, clock, execute, true).unaudited("only compared");
    InUseCheck check = evidence(clock, true);
    Guard guard = (check == null ? builder : builder.inUse(check)).build();
    if (check != null) {
      check.refresh();
    }
    Intent intent = Intent.of(ACTION, World.target(thing)).because("a scenario");
    Population population = population();
    Verdict verdict = guard.review(population == null ? intent : intent.outOf(population));
    List<String> reasons = new ArrayList<>();
    for (Reason reason : verdict.reasons()) {
      reasons.add(reason.safeguard() + "/" + reason.code() + "/" + reason.sentence());
    }
    return new Said(verdict.level().ordinal(), reasons);
  }

  // ---- what collaborators share

  /** The next step; what the scenario says of it happens now. */
  int next() {
    step++;
    if (step > MOST_STEPS) {
      throw new IllegalStateException("The scenario does not end.");
    }
    int now = step;
    happen(now, true); // a stop is recorded, which is a step of its own; the rest happens after it
    happen(now, false);
    return step;
  }

  /** Who stops twice at one step stops once: each record of it would be a step of its own. */
  private void happen(int now, boolean stops) {
    for (Scenario.Event event : scenario.events()) {
      if (event.at() == now && (event.kind() == Kind.STOPPED) == stops) {
        happen(event.kind(), event.id(), event.amount());
        if (stops) {
          return;
        }
      }
    }
  }

  private void happen(Kind kind, @Nullable String id, long amount) {
    String what = id == null ? "" : id;
    switch (kind) {
      case TICK:
        time.tick(Duration.ofSeconds(Math.max(0, amount)));
        break;
      case JUMP:
        time.jump(Duration.ofSeconds(amount));
        break;
      case STOPPED:
        stopped();
        break;
      default:
        world.happen(kind, what, amount);
    }
    log(What.EVENT, kind.name(), what, Long.toString(amount));
  }

  /**
   * The stop holds even if it cannot be recorded; whoever stops learns of that, and the run does
   * not.
   */
  private void stopped() {
    Guard now = guard;
    if (now != null) {
      try {
        now.stop("bob", "a scenario");
      } catch (AuditException unrecorded) {
        log(What.EVENT, "UNRECORDED", "", "");
      }
    }
  }

  void log(What what, String who, String id, String said) {
    log.add(
        new Trace.Happened(
            step, move, what, who, id, said, time.now().toEpochMilli(), time.nanos()));
  }

  int move() {
    return move;
  }

  /** The journal, which fails when it is told to, and notes what it took and what it admitted. */
  private final class Journal implements AuditSink {
    @Override
    public void append(AuditRecord record) {
      next();
      int before = memory.records().size();
      boolean acknowledged = false;
      try {
        faulty.append(record);
        acknowledged = true;
      } finally {
        boolean taken = memory.records().size() > before;
        journal.add(new Trace.Written(step, move, record, taken, acknowledged));
      }
    }

    @Override
    public Optional<Memory> memory() {
      return faulty.memory();
    }
  }

  /** The clock of the guard: a wait is a step, and noted. */
  private final class Waiting implements Time {
    @Override
    public Instant now() {
      return time.now();
    }

    @Override
    public long nanos() {
      return time.nanos();
    }

    @Override
    public void sleep(Duration length) throws InterruptedException {
      next();
      log(What.WAIT, "", "", Long.toString(length.toMillis()));
      time.sleep(length);
    }
  }

  /** The wire to the switch. */
  private final class Wire implements KillSwitch.Source {
    private final boolean quiet;

    Wire(boolean quiet) {
      this.quiet = quiet;
    }

    @Override
    public String name() {
      return "wire";
    }

    @Override
    public KillSwitch.Reading read() {
      if (quiet) {
        return world.theSwitch().read();
      }
      next();
      ScriptedSwitch source = world.theSwitch();
      log(What.SWITCH, "", "", source.says().name());
      return source.read();
    }
  }
}
