package dev.guard;

import dev.guard.audit.AuditSink;
import dev.guard.audit.Reconciler;
import dev.guard.blastradius.BlastRadiusLimit;
import dev.guard.dryrun.DryRun;
import dev.guard.errorthreshold.ErrorThreshold;
import dev.guard.evidence.InUseCheck;
import dev.guard.internal.Ids;
import dev.guard.killswitch.KillSwitch;
import dev.guard.pace.Pace;
import dev.guard.plan.Approvals;
import dev.guard.protection.Protection;
import dev.guard.rollout.StagedRollout;
import dev.guard.soak.Shadow;
import dev.guard.soak.Soak;
import dev.guard.state.Fence;
import dev.guard.state.RunLease;
import dev.guard.state.RunLock;
import dev.guard.state.StateStore;
import dev.guard.time.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Builds a {@link Guard}. Everything is checked here or in {@link #build}: a guard without a limit
 * or a sink does not build unless the caller says why, nor does one with a safeguard that cannot be
 * proven alive.
 *
 * <p>Not thread-safe. Absent means the safe default: dry run, one act at a time, stop at the first
 * failure, plans that live 24 hours.
 */
public final class GuardBuilder {
  private static final Logger LOG = LoggerFactory.getLogger(Guard.class);

  private final String name;
  private final List<Safeguard> safeguards = new ArrayList<>();
  private final List<Protection> protections = new ArrayList<>();
  private DryRun dryRun = DryRun.on();
  private @Nullable KillSwitch killSwitch;
  private @Nullable Pace pace;
  private boolean limited;
  private @Nullable AuditSink sink;
  private @Nullable StateStore store;
  private @Nullable RunLock runLock;
  private @Nullable Reconciler reconciler;
  private final AtomicReference<@Nullable Fence> epoch = new AtomicReference<>();
  private String actor = "";
  private Time time = Time.system();
  private Duration reviewDeadline = Duration.ofSeconds(30);
  private Duration permitLife = Duration.ofMinutes(5);
  private Duration planLife = Duration.ofHours(24);
  private boolean stopAtFailure = true;
  private int parallelism = 1;
  private int replicas = 1;
  private Executor executor = Runnable::run;
  private @Nullable Supplier<String> runIds;
  private GuardListener listener = GuardListener.NONE;

  GuardBuilder(String name) {
    this.name = Words.name("guard name", name);
  }

  /**
   * Whether acts may happen. Absent means a dry run.
   *
   * @param mode the mode
   * @return this builder
   */
  public GuardBuilder dryRun(DryRun mode) {
    this.dryRun = Objects.requireNonNull(mode, "dry run");
    return this;
  }

  /**
   * How people stop it.
   *
   * @param one the switch
   * @return this builder
   */
  public GuardBuilder killSwitch(KillSwitch one) {
    if (killSwitch != null) {
      throw new GuardConfigurationException(
          "Guard '" + name + "' has a kill switch already. Combine them with KillSwitch.anyOf.");
    }
    this.killSwitch = Objects.requireNonNull(one, "kill switch");
    return this;
  }

  /**
   * How much it may touch. May be called several times; the strictest wins.
   *
   * @param limit the limit
   * @return this builder
   */
  public GuardBuilder blastRadius(BlastRadiusLimit limit) {
    limited = true;
    return safeguard(limit);
  }

  /**
   * States that this guard needs no limit.
   *
   * @param why why; not blank
   * @return this builder
   */
  public GuardBuilder unlimited(String why) {
    limited = true;
    LOG.info("Guard '{}' is unlimited: {}", name, Words.text("reason for no limit", why));
    return this;
  }

  /**
   * Where the record goes.
   *
   * @param where the sink; the caller closes it
   * @return this builder
   */
  public GuardBuilder audit(AuditSink where) {
    if (sink != null) {
      throw new GuardConfigurationException(
          "Guard '" + name + "' has a sink already. Combine them with FanOut.");
    }
    if (!where.durable()) {
      throw new GuardConfigurationException(
          "Guard '"
              + name
              + "' needs a durable sink, and this one is only a mirror. Put it beside a journal with FanOut.");
    }
    this.sink = where;
    return this;
  }

  /**
   * States that this guard keeps no record.
   *
   * @param why why; not blank
   * @return this builder
   */
  public GuardBuilder unaudited(String why) {
    LOG.warn("Guard '{}' keeps no record: {}", name, Words.text("reason for no record", why));
    return audit(record -> {});
  }

  /**
   * What may never be touched. May be called several times.
   *
   * @param protection the protection; its digest becomes part of every plan
   * @return this builder
   */
  public GuardBuilder protection(Protection protection) {
    protections.add(protection);
    return safeguard(protection);
  }

  /**
   * How use is found.
   *
   * @param check the check
   * @return this builder
   */
  public GuardBuilder inUse(InUseCheck check) {
    return safeguard(check);
  }

  /**
   * When failures stop it until a person resets.
   *
   * @param threshold the threshold
   * @return this builder
   */
  public GuardBuilder errorThreshold(ErrorThreshold threshold) {
    return safeguard(threshold);
  }

  /**
   * How long people have to object.
   *
   * @param wait the soak; needs {@link #state}
   * @return this builder
   */
  public GuardBuilder soak(Soak wait) {
    return safeguard(wait);
  }

  /**
   * How many clean runs it needs before anything goes.
   *
   * @param first the shadow; needs {@link #state}
   * @return this builder
   */
  public GuardBuilder shadow(Shadow first) {
    return safeguard(first);
  }

  /**
   * Whose approval a plan needs.
   *
   * @param people the approvals; need {@link #state}
   * @return this builder
   */
  public GuardBuilder approvals(Approvals people) {
    return safeguard(people);
  }

  /**
   * In which stages a plan goes.
   *
   * @param stages the rollout; needs {@link #state}
   * @return this builder
   */
  public GuardBuilder rollout(StagedRollout stages) {
    return safeguard(stages);
  }

  /**
   * How fast it may act.
   *
   * @param howFast the pace; {@code apply} waits for it, single calls are refused
   * @return this builder
   */
  public GuardBuilder pace(Pace howFast) {
    if (pace != null) {
      throw new GuardConfigurationException("Guard '" + name + "' has a pace already.");
    }
    this.pace = Objects.requireNonNull(howFast, "pace");
    return safeguard(howFast);
  }

  /**
   * Any other safeguard, for example a change window or one of the user's own.
   *
   * @param one the safeguard
   * @return this builder
   */
  public GuardBuilder safeguard(Safeguard one) {
    safeguards.add(Objects.requireNonNull(one, "safeguard"));
    return this;
  }

  /**
   * Where latches, and the run lock if the store has one, are kept.
   *
   * @param where the store; the caller closes it
   * @return this builder
   */
  public GuardBuilder state(StateStore where) {
    this.store = Objects.requireNonNull(where, "state");
    return this;
  }

  /**
   * How many hosts run a guard of this name. A guard cannot see its twins, so whoever deploys them
   * says so; more than one that may act need a store that all of them share.
   *
   * @param hosts 1 to 10,000; by default 1
   * @return this builder
   */
  public GuardBuilder replicas(int hosts) {
    if (hosts < 1 || hosts > 10_000) {
      throw new GuardConfigurationException(
          "Guard '" + name + "' runs on 1 to 10,000 hosts, but was given " + hosts + ".");
    }
    this.replicas = hosts;
    return this;
  }

  /**
   * In whose name it acts.
   *
   * @param who recorded as actor and planner; by default the operating system's user. Attestation,
   *     not authentication
   * @return this builder
   */
  public GuardBuilder actor(String who) {
    this.actor = Words.name("actor", who);
    return this;
  }

  /**
   * Where time comes from.
   *
   * @param clocks by default {@link Time#system()}
   * @return this builder
   */
  public GuardBuilder time(Time clocks) {
    this.time = Objects.requireNonNull(clocks, "time");
    return this;
  }

  /**
   * How long a safeguard may take to review one intent.
   *
   * @param most by default 30 seconds; measured when it returns
   * @return this builder
   */
  public GuardBuilder reviewDeadline(Duration most) {
    this.reviewDeadline = positive("review deadline", most);
    return this;
  }

  /**
   * How long a permit may be redeemed.
   *
   * @param most by default five minutes
   * @return this builder
   */
  public GuardBuilder permitLife(Duration most) {
    this.permitLife = positive("permit life", most);
    return this;
  }

  /**
   * How long a plan may be applied.
   *
   * @param most by default 24 hours
   * @return this builder
   */
  public GuardBuilder planLife(Duration most) {
    this.planLife = positive("plan life", most);
    return this;
  }

  /**
   * Lets a run go on after a failed act. Targets that were ordered after a failed one are still
   * skipped.
   *
   * @return this builder
   */
  public GuardBuilder continueAfterFailures() {
    this.stopAtFailure = false;
    return this;
  }

  /**
   * Lets {@code apply} act on several targets at once.
   *
   * @param most how many; at least 1
   * @param threads where acts run besides the calling thread; what it rejects or forgets makes the
   *     run slower, nothing else
   * @return this builder
   */
  public GuardBuilder parallel(int most, Executor threads) {
    if (most < 1) {
      throw new GuardConfigurationException(
          "Guard '" + name + "': parallelism is at least 1, but was " + most + ".");
    }
    this.parallelism = most;
    this.executor = Objects.requireNonNull(threads, "executor");
    return this;
  }

  /**
   * What keeps its runs apart, if not the state store's own lock, or a {@link RunLease} of fifteen
   * minutes or three permits' lives in a store that has none.
   *
   * @param lock the lock; shared by all who apply plans of this guard
   * @return this builder
   */
  public GuardBuilder runLock(RunLock lock) {
    this.runLock = Objects.requireNonNull(lock, "run lock");
    return this;
  }

  /**
   * Who asks the target's system what became of an act that was cut short.
   *
   * @param asks the reconciler; without one such a target stays in doubt until a person settles it
   * @return this builder
   */
  public GuardBuilder reconciler(Reconciler asks) {
    this.reconciler = Objects.requireNonNull(asks, "reconciler");
    return this;
  }

  /**
   * How runs are named.
   *
   * @param names each name once; by default time and random
   * @return this builder
   */
  public GuardBuilder runIds(Supplier<String> names) {
    this.runIds = Objects.requireNonNull(names, "run ids");
    return this;
  }

  /**
   * Who is told of verdicts and ends.
   *
   * @param who the listener; it cannot change anything
   * @return this builder
   */
  public GuardBuilder listener(GuardListener who) {
    this.listener = Objects.requireNonNull(who, "listener");
    return this;
  }

  /**
   * Checks everything and builds the guard.
   *
   * @return the guard
   * @throws GuardConfigurationException if anything is missing, contradictory, or not alive
   */
  public Guard build() {
    if (!limited) {
      throw new GuardConfigurationException(
          "Guard '"
              + name
              + "' has no limit. Give it one with blastRadius(...), or say unlimited(\"why\").");
    }
    if (sink == null) {
      throw new GuardConfigurationException(
          "Guard '"
              + name
              + "' has no sink. Give it one with audit(...), or say unaudited(\"why\").");
    }
    if (replicas > 1 && !dryRun.isOn() && !sharedByHosts()) {
      throw new GuardConfigurationException(
          "Guard '"
              + name
              + "' runs on "
              + replicas
              + " hosts, but its state is not shared by them, so they would know nothing of each other. Give it a store of scope CLUSTER, or run it on one host.");
    }
    if (killSwitch != null) {
      killSwitch.bind(name, store, time);
    }
    List<Safeguard> all = new ArrayList<>();
    for (Safeguard safeguard : safeguards) {
      all.add(bound(safeguard));
    }
    if (killSwitch != null) {
      all.add(killSwitch);
    }
    check(all);
    if (dryRun.isOn()) {
      all.add(dryRun);
    }
    Guard guard = new Guard(settings(all, sink));
    LOG.info(
        "Built {} with safeguards {}.", guard, all.stream().map(Safeguard::name).sorted().toList());
    return guard;
  }

  private boolean sharedByHosts() {
    return store != null && store.capabilities().scope() == StateStore.Scope.CLUSTER;
  }

  /** Tells those who keep something under the guard's name whose they are. */
  private Safeguard bound(Safeguard safeguard) {
    if (safeguard instanceof BlastRadiusLimit) {
      return ((BlastRadiusLimit) safeguard)
          .bind(name, store, time, () -> Optional.ofNullable(epoch.get()));
    }
    if (safeguard instanceof Soak soak) {
      return soak.bind(name, store, time);
    }
    if (safeguard instanceof Shadow shadow) {
      return shadow.bind(name, store, () -> Optional.ofNullable(epoch.get()), !dryRun.isOn());
    }
    if (safeguard instanceof StagedRollout rollout) {
      return rollout.bind(name, store, time, () -> Optional.ofNullable(epoch.get()));
    }
    if (safeguard instanceof Approvals approvals) {
      return approvals.bind(name, store);
    }
    if (safeguard instanceof InUseCheck check) {
      check.bind(name, store);
    }
    if (safeguard instanceof ErrorThreshold) {
      ((ErrorThreshold) safeguard).bind(name, store);
    }
    return safeguard;
  }

  private Settings settings(List<Safeguard> all, AuditSink where) {
    return new Settings(
        name,
        actor.isEmpty() ? System.getProperty("user.name", "unknown") : actor,
        all.stream().anyMatch(GuardBuilder::withholds),
        List.copyOf(all),
        killSwitch,
        pace,
        one(all, Soak.class),
        one(all, Shadow.class),
        one(all, Approvals.class),
        one(all, StagedRollout.class),
        where,
        lock(),
        epoch,
        reconciler,
        time,
        reviewDeadline,
        permitLife,
        planLife,
        protection(),
        stopAtFailure,
        parallelism,
        executor,
        runIds == null ? Ids.sequence(time.now()) : runIds,
        listener);
  }

  /** Whether it makes a dry run of everything. */
  private static boolean withholds(Safeguard safeguard) {
    return (safeguard instanceof DryRun mode && mode.isOn())
        || (safeguard instanceof Shadow shadow && shadow.isOn());
  }

  /** Names are unique, so there is at most one. */
  private static <T> @Nullable T one(List<Safeguard> all, Class<T> type) {
    return all.stream().filter(type::isInstance).map(type::cast).findFirst().orElse(null);
  }

  /** The store's own lock, or a lease that outlives the longest act by far. */
  private @Nullable RunLock lock() {
    if (runLock instanceof RunLease given
        && given.term().compareTo(LeasedLook.needed(permitLife)) <= 0) {
      throw new GuardConfigurationException(
          "Guard '"
              + name
              + "': a run lease of "
              + given.term()
              + " is no longer than an act may take, "
              + LeasedLook.needed(permitLife)
              + ", so no act could ever begin. Give it lasting(...) a multiple of that.");
    }
    if (runLock != null || store == null || store instanceof RunLock) {
      return runLock == null ? (RunLock) store : runLock;
    }
    Duration term = permitLife.multipliedBy(3);
    RunLease lease = RunLease.in(store, time);
    return term.compareTo(lease.term()) <= 0 ? lease : lease.lasting(term);
  }

  private void check(List<Safeguard> all) {
    Set<String> names = new HashSet<>();
    for (Safeguard safeguard : all) {
      String one = safeguard.name();
      if (Faults.isNull(one) || one.isBlank() || !names.add(one)) {
        throw new GuardConfigurationException(
            "Guard '"
                + name
                + "': every safeguard needs a name of its own, but '"
                + one
                + "' is blank or stands twice.");
      }
      if (safeguard.tripwires().isEmpty() && !exempt(safeguard)) {
        throw new GuardConfigurationException(
            "Guard '"
                + name
                + "': safeguard '"
                + one
                + "' has no tripwire, so nobody would notice if it were dead. Give it at least one.");
      }
    }
    Verdict alive = new Panel(all, GuardBuilder::onlyComputes, time, reviewDeadline).prove();
    if (!alive.allowed()) {
      throw new GuardConfigurationException("Guard '" + name + "' does not build. " + alive);
    }
  }

  /**
   * An empty protection list and a limit that says it is none can veto nothing, and say so by their
   * type.
   */
  private static boolean exempt(Safeguard safeguard) {
    return (safeguard instanceof Protection && ((Protection) safeguard).isEmpty())
        || (safeguard instanceof BlastRadiusLimit && ((BlastRadiusLimit) safeguard).isUnlimited());
  }

  /** A protection by ids, labels and patterns compares text, and asks nobody. */
  static boolean onlyComputes(Safeguard safeguard) {
    return safeguard instanceof Protection protection && !protection.isConditional();
  }

  private Digest protection() {
    StringBuilder text = new StringBuilder("guard.protection/1\n");
    protections.stream()
        .map(one -> one.digest().text())
        .sorted()
        .forEach(one -> text.append(one).append('\n'));
    for (Safeguard safeguard : safeguards) {
      if (safeguard instanceof InUseCheck check) {
        check.sources().forEach(one -> text.append("source ").append(one).append('\n'));
      }
    }
    return Digest.of(text.toString());
  }

  private Duration positive(String what, Duration length) {
    if (length.isNegative() || length.isZero()) {
      throw new GuardConfigurationException(
          "Guard '" + name + "': the " + what + " must be positive, but was " + length + ".");
    }
    return length;
  }
}
