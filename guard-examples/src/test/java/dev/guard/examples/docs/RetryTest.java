package dev.guard.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.Guard;
import dev.guard.Intent;
import dev.guard.Outcome;
import dev.guard.Target;
import dev.guard.audit.AuditRecord.Phase;
import dev.guard.blastradius.BlastRadiusLimit;
import dev.guard.dryrun.DryRun;
import dev.guard.state.MemoryStateStore;
import dev.guard.testkit.RecordingSink;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A retry stands outside the guard, where each try is an act of its own. */
class RetryTest {
  private static final Retry RETRY =
      Retry.of(
          "delete", RetryConfig.custom().maxAttempts(3).waitDuration(Duration.ofMillis(1)).build());

  private final RecordingSink records = new RecordingSink();
  private final AtomicInteger tries = new AtomicInteger();

  private Guard guard(long most) {
    return Guard.named("rows")
        .dryRun(DryRun.off())
        .blastRadius(
            BlastRadiusLimit.singleCalls(1)
                .per(Duration.ofDays(1), most)
                .in(MemoryStateStore.create()))
        .audit(records)
        .build();
  }

  private Outcome<Void> delete(Guard guard, int failures) {
    Intent intent =
        Intent.of("row.delete", Target.of("row", "shop.orders", "7")).because("orphaned");
    return RETRY.executeSupplier(
        () ->
            guard.run(
                intent,
                permit -> {
                  if (tries.incrementAndGet() <= failures) {
                    throw new IllegalStateException("the database is busy");
                  }
                }));
  }

  @Test
  void everyTry_isJudgedCountedAndRecorded() {
    assertThat(delete(guard(5), 2)).isInstanceOf(Outcome.Done.class);
    assertThat(tries).hasValue(3);
    assertThat(records.records(Phase.INTENDED)).hasSize(3);
  }

  @Test
  void aFailedTry_staysSpent_soTheLimitBoundsTheTriesToo() {
    assertThat(delete(guard(2), 2)).isInstanceOf(Outcome.Refused.class);
    assertThat(tries).hasValue(2);
  }

  @Test
  void whatKeepsFailing_isThrownAsItIs() {
    assertThatThrownBy(() -> delete(guard(9), 9))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the database is busy");
    assertThat(tries).hasValue(3);
  }
}
