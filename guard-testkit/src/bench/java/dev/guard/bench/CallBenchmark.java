package dev.guard.bench;

import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeExecutor;
import dev.guard.Guard;
import dev.guard.Intent;
import dev.guard.Outcome;
import dev.guard.Target;
import dev.guard.Verdict;
import dev.guard.audit.AuditRecord;
import dev.guard.audit.AuditSink;
import dev.guard.blastradius.BlastRadiusLimit;
import dev.guard.dryrun.DryRun;
import dev.guard.killswitch.KillSwitch;
import dev.guard.protection.Protection;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The first two rows of the budget: what a review costs, and what a single call costs when nothing
 * does I/O, against what people run today in the same place.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class CallBenchmark {
  private Guard guard;
  private Intent intent;
  private Supplier<Integer> resilience4j;
  private FailsafeExecutor<Integer> failsafe;
  private int value;
  volatile AuditRecord last;

  @Setup
  public void build() {
    AuditSink memory = record -> last = record;
    guard =
        Guard.named("bench")
            .dryRun(DryRun.off())
            .killSwitch(KillSwitch.supplier("flag", () -> KillSwitch.State.RUN))
            .blastRadius(BlastRadiusLimit.perPlan(10))
            .protection(Protection.ids(List.of("production", "staging", "main")))
            .audit(memory)
            .build();
    intent = Intent.of("row.delete", Target.of("row", "db/table", "4711")).because("orphaned");
    CircuitBreaker breaker = CircuitBreaker.ofDefaults("bench");
    RateLimiter limiter =
        RateLimiter.of(
            "bench",
            RateLimiterConfig.custom()
                .limitForPeriod(Integer.MAX_VALUE / 2)
                .limitRefreshPeriod(Duration.ofSeconds(1))
                .build());
    Bulkhead bulkhead =
        Bulkhead.of("bench", BulkheadConfig.custom().maxConcurrentCalls(1000).build());
    resilience4j =
        Bulkhead.decorateSupplier(
            bulkhead,
            RateLimiter.decorateSupplier(
                limiter, CircuitBreaker.decorateSupplier(breaker, this::work)));
    failsafe =
        Failsafe.with(
            dev.failsafe.CircuitBreaker.<Integer>ofDefaults(),
            dev.failsafe.RateLimiter.<Integer>burstyBuilder(
                    Integer.MAX_VALUE / 2, Duration.ofSeconds(1))
                .build());
  }

  private Integer work() {
    return value++;
  }

  @Benchmark
  public Verdict reviewByGuard() {
    return guard.review(intent);
  }

  @Benchmark
  public Outcome<Integer> callByGuard() {
    return guard.call(intent, permit -> work());
  }

  @Benchmark
  public Integer callByResilience4jThree() {
    return resilience4j.get();
  }

  @Benchmark
  public Integer callByFailsafeTwo() {
    return failsafe.get(this::work);
  }
}
