package dev.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.audit.AuditRecord;
import dev.guard.audit.AuditRecord.Phase;
import dev.guard.dryrun.DryRun;
import dev.guard.errorthreshold.ErrorThreshold;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who lifts the halt of an error threshold, and that it is never lifted off the record. */
class ErrorResetTest {
  private final List<AuditRecord> records = new ArrayList<>();
  private boolean full;
  private final Guard guard =
      Guard.named("test")
          .dryRun(DryRun.off())
          .unlimited("limits are tested elsewhere")
          .errorThreshold(ErrorThreshold.failures(1))
          .audit(this::record)
          .build();

  private void record(AuditRecord line) {
    if (full) {
      throw new UncheckedIOException(new IOException("disk full"));
    }
    records.add(line);
  }

  private static Intent intent() {
    return Intent.of("thing.delete", Target.of("thing", "here", "a")).because("a test");
  }

  @BeforeEach
  void halted() {
    assertThatThrownBy(
            () ->
                guard.run(
                    intent(),
                    permit -> {
                      throw new IllegalStateException("no");
                    }))
        .hasMessage("no");
    assertThat(guard.review(intent()).level()).isEqualTo(Verdict.Level.HALT);
    records.clear();
  }

  @Test
  void aPersonResetsIt_onTheRecord() {
    guard.resetErrors("ada", "the registry is back");
    assertThat(guard.review(intent()).allowed()).isTrue();
    assertThat(records)
        .singleElement()
        .satisfies(
            line -> {
              assertThat(line.phase()).isEqualTo(Phase.HUMAN);
              assertThat(line.actor()).isEqualTo("ada");
              assertThat(line.action()).isEqualTo("reset-errors");
              assertThat(line.because()).isEqualTo("the registry is back");
            });
  }

  @Test
  void withoutItsRecord_itStaysHalted() {
    full = true;
    assertThatThrownBy(() -> guard.resetErrors("ada", "mended")).isInstanceOf(AuditException.class);
    assertThat(guard.review(intent()).level()).isEqualTo(Verdict.Level.HALT);
  }

  @Test
  void nobodyOrForNoReason_isRefusedAndNotRecorded() {
    assertThatThrownBy(() -> guard.resetErrors(" ", "mended"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> guard.resetErrors("ada", " "))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(records).isEmpty();
    assertThat(guard.review(intent()).level()).isEqualTo(Verdict.Level.HALT);
  }

  @Test
  void withoutAThreshold_thereIsNothingToReset() {
    Guard without = Guard.named("test").unlimited("a test").unaudited("a test").build();
    assertThatThrownBy(() -> without.resetErrors("ada", "mended"))
        .isInstanceOf(GuardConfigurationException.class)
        .hasMessageContaining("errorThreshold(...)");
  }
}
