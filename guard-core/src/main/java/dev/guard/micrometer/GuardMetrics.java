package dev.guard.micrometer;

import dev.guard.Guard;
import dev.guard.GuardListener;
import dev.guard.Intent;
import dev.guard.StateException;
import dev.guard.Target;
import dev.guard.Verdict;
import dev.guard.audit.AuditRecord;
import dev.guard.audit.AuditRecord.Phase;
import dev.guard.audit.AuditSink;
import dev.guard.blastradius.Budget;
import dev.guard.killswitch.KillSwitch;
import dev.guard.time.Time;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;

/**
 * Counts and times what guards do. It listens to the guard for verdicts and the ends of runs, and
 * mirrors its record for what became of each target.
 *
 * <pre>{@code
 * GuardMetrics metrics = GuardMetrics.in(registry, Time.system());
 * Guard guard = metrics.watch(
 *     Guard.named("cleanup").listener(metrics)
 *         .audit(FanOut.required(journal).bestEffort(metrics))
 *         …
 *         .build());
 * }</pre>
 *
 * <table>
 * <caption>Meters; each has the tag {@code guard}</caption>
 * <tr><th>meter</th><th>what</th></tr>
 * <tr><td>{@code guard.verdicts}, tag {@code level}</td><td>verdicts about single calls</td></tr>
 * <tr><td>{@code guard.targets}, tag {@code fate}</td><td>targets by what became of them: {@code
 * done}, {@code failed}, {@code in_doubt}, {@code refused}, {@code skipped}, {@code simulated},
 * {@code not_attempted}</td></tr>
 * <tr><td>{@code guard.false.positives}</td><td>targets that would have gone in shadow, and are
 * needed</td></tr>
 * <tr><td>{@code guard.budget.used}, {@code guard.budget.most}, tags {@code limit} and {@code
 * window}</td><td>targets drawn within a window, and how many it allows; NaN while the store cannot
 * be read</td></tr>
 * <tr><td>{@code guard.stopped}</td><td>1 while a person has to resume it, otherwise 0; 1 too while
 * that cannot be read</td></tr>
 * <tr><td>{@code guard.stop.latency}</td><td>from a stop to the first time the guard held back
 * because of it</td></tr>
 * <tr><td>{@code guard.run.age}</td><td>seconds since a run of a plan last came to its end; NaN
 * before the first that this process saw</td></tr>
 * </table>
 *
 * <p>No meter names a target, a run, a person or a reason, so there are as many series as guards
 * and windows allow. What goes wrong here never reaches the guard. Thread-safe. No argument may be
 * null.
 */
public final class GuardMetrics implements GuardListener, AuditSink {
  private static final Set<String> FATES =
      Set.of("DONE", "FAILED", "IN_DOUBT", "REFUSED", "SKIPPED", "SIMULATED", "NOT_ATTEMPTED");
  private static final Set<String> LEVELS = Set.of("SIMULATE", "REFUSE", "HALT");

  private final MeterRegistry registry;
  private final Time time;
  private final Map<String, Guard> watched = new ConcurrentHashMap<>();
  private final Map<String, Long> ended = new ConcurrentHashMap<>();
  private final Map<String, Instant> seen = new ConcurrentHashMap<>();

  private GuardMetrics(MeterRegistry registry, Time time) {
    this.registry = Objects.requireNonNull(registry, "registry");
    this.time = Objects.requireNonNull(time, "time");
  }

  /**
   * Meters in a registry.
   *
   * @param registry where they stand
   * @param time the time of the guards that are watched
   * @return the metrics
   */
  public static GuardMetrics in(MeterRegistry registry, Time time) {
    return new GuardMetrics(registry, time);
  }

  /**
   * Shows the guard's budgets, switch and last run. They are read, from its store if need be,
   * whenever the registry asks its gauges.
   *
   * @param guard a guard that has this as its listener; another of its name takes the place of the
   *     first
   * @return the same guard
   */
  public Guard watch(Guard guard) {
    watched.put(guard.name(), guard);
    gauge(guard.name(), "guard.stopped", Tags.empty(), GuardMetrics::stopped, "");
    Gauge.builder("guard.run.age", this, metrics -> metrics.age(guard.name()))
        .description("Since a run of a plan last came to its end")
        .baseUnit("seconds")
        .tags("guard", guard.name())
        .strongReference(true)
        .register(registry);
    for (Map.Entry<String, List<Budget>> limit : budgets(guard).entrySet()) {
      for (Budget budget : limit.getValue()) {
        Tags tags = Tags.of("limit", limit.getKey(), "window", budget.length().toString());
        gauge(
            guard.name(),
            "guard.budget.used",
            tags,
            one -> read(one, limit.getKey(), budget.length(), Budget::used),
            "targets");
        gauge(
            guard.name(),
            "guard.budget.most",
            tags,
            one -> read(one, limit.getKey(), budget.length(), Budget::most),
            "targets");
      }
    }
    return guard;
  }

  private void gauge(
      String guard, String name, Tags tags, ToDoubleFunction<Guard> value, String unit) {
    Gauge.builder(name, watched, all -> value.applyAsDouble(Objects.requireNonNull(all.get(guard))))
        .tags(tags.and("guard", guard))
        .baseUnit(unit.isEmpty() ? null : unit)
        .strongReference(true)
        .register(registry);
  }

  private static Map<String, List<Budget>> budgets(Guard guard) {
    try {
      return guard.budgets();
    } catch (StateException unreadable) {
      throw new StateException(
          "The budgets of guard '"
              + guard.name()
              + "' cannot be watched, as they cannot be read. Mend its store, then watch it.",
          unreadable);
    }
  }

  private static double read(
      Guard guard, String limit, Duration length, ToDoubleFunction<Budget> value) {
    try {
      return guard.budgets().getOrDefault(limit, List.of()).stream()
          .filter(budget -> budget.length().equals(length))
          .mapToDouble(value)
          .findFirst()
          .orElse(Double.NaN);
    } catch (StateException unreadable) { // the meter says so
      return Double.NaN;
    }
  }

  private static double stopped(Guard guard) {
    try {
      return guard.latched().isPresent() ? 1 : 0;
    } catch (StateException unreadable) { // a latch that cannot be read is STOP
      return 1;
    }
  }

  private double age(String guard) {
    Long last = ended.get(guard);
    return last == null ? Double.NaN : (time.nanos() - last) / 1e9;
  }

  @Override
  public void judged(String guard, Intent intent, Verdict verdict) {
    registry
        .counter(
            "guard.verdicts",
            "guard",
            guard,
            "level",
            verdict.level().name().toLowerCase(Locale.ROOT))
        .increment();
  }

  @Override
  public void falsePositive(String guard, Target target, String what) {
    registry.counter("guard.false.positives", "guard", guard).increment();
  }

  @Override
  public void reached(String guard, Step step) {
    if (step == Step.ENDED) {
      ended.put(guard, time.nanos());
    }
  }

  @Override
  public boolean durable() {
    return false;
  }

  /** Counts what came of targets. Other records are passed over. */
  @Override
  public void append(AuditRecord record) {
    fate(record)
        .ifPresent(
            fate ->
                registry
                    .counter(
                        "guard.targets",
                        "guard",
                        record.guard(),
                        "fate",
                        fate.toLowerCase(Locale.ROOT))
                    .increment(record.targets().size()));
    if (record.reasons().stream().anyMatch(reason -> reason.code().equals(KillSwitch.STOPPED))) {
      heldBack(record.guard());
    }
  }

  /** An outcome's own word, or that of a decision not to act. */
  private static Optional<String> fate(AuditRecord record) {
    String word = record.outcome();
    if (word == null || record.targets().isEmpty()) {
      return Optional.empty();
    }
    if (record.phase() == Phase.OUTCOME && FATES.contains(word)) {
      return Optional.of(word);
    }
    if (record.phase() == Phase.DECISION && LEVELS.contains(word)) {
      return Optional.of(word.equals("SIMULATE") ? "SIMULATED" : "REFUSED");
    }
    return record.phase() == Phase.DECISION && FATES.contains(word)
        ? Optional.of(word)
        : Optional.empty();
  }

  /** Times each stop once. */
  private void heldBack(String name) {
    Guard guard = watched.get(name);
    if (guard == null) {
      return;
    }
    guard
        .latched()
        .filter(stop -> !stop.at().equals(seen.put(name, stop.at())))
        .ifPresent(
            stop -> {
              Duration late = Duration.between(stop.at(), time.now());
              Timer.builder("guard.stop.latency")
                  .tags("guard", name)
                  .register(registry)
                  .record(late.isNegative() ? Duration.ZERO : late);
            });
  }

  @Override
  public String toString() {
    return "GuardMetrics of " + watched.keySet();
  }
}
