package dev.guard.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.guard.AuditException;
import dev.guard.Digest;
import dev.guard.Guard;
import dev.guard.GuardConfigurationException;
import dev.guard.Target;
import dev.guard.audit.AuditRecord.Phase;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class FanOutTest {
  private static final Target A = Target.of("image", "r", "a");
  private static final Target B = Target.of("image", "r", "b");
  private static final AuditRecord INTENDED = Records.of("r", "1", Phase.INTENDED, null, A);
  private static final AuditRecord DONE = Records.of("r", "1", Phase.OUTCOME, "DONE", A);

  @TempDir Path dir;

  private final List<AuditRecord> taken = new ArrayList<>();
  private final AuditSink list = taken::add;
  private final AuditSink broken =
      record -> {
        throw new AuditException("down");
      };

  @Test
  void aBestEffortSinkThatFails_hurtsNobody() {
    FanOut sink =
        FanOut.required(list)
            .bestEffort(
                record -> {
                  throw new StackOverflowError();
                })
            .bestEffort(broken)
            .bestEffort(list);
    for (int i = 0; i < 100; i++) {
      sink.append(INTENDED);
    }
    assertThat(taken).hasSize(200);
    assertThat(sink.lost()).isEqualTo(200);
  }

  @Test
  void h99_aRequiredSinkThatFails_endsItBeforeTheAct() {
    FanOut sink = FanOut.required(broken).and(list).bestEffort(list);
    assertThatThrownBy(() -> sink.append(INTENDED)).isInstanceOf(AuditException.class);
    assertThat(taken).as("no sink holds an intent that never was").isEmpty();
  }

  @Test
  void whatHappened_isOfferedToEveryRequiredSink_thoughOneFails() {
    FanOut sink = FanOut.required(broken).and(list);
    assertThatThrownBy(() -> sink.append(DONE)).isInstanceOf(AuditException.class);
    assertThat(taken).containsExactly(DONE);
  }

  @Test
  void aMirror_isNeverEnough() {
    Slf4jSink mirror = Slf4jSink.named("guard.audit");
    assertThatThrownBy(() -> FanOut.required(mirror)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> FanOut.required(list).and(mirror))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Guard.named("g").audit(mirror))
        .isInstanceOf(GuardConfigurationException.class);
    assertThat(FanOut.required(list).bestEffort(mirror).durable()).isTrue();
  }

  @Test
  void memory_isWhatAnyRequiredSinkRemembers() {
    assertThat(FanOut.required(list).memory()).isEmpty();
    try (JournalSink one = JournalSink.at(dir.resolve("one"));
        JournalSink two = JournalSink.at(dir.resolve("two"))) {
      one.append(INTENDED);
      one.append(DONE);
      two.append(Records.of("r", "2", Phase.INTENDED, null, B));
      AuditSink.Memory memory = FanOut.required(list).and(one).and(two).memory().orElseThrow();
      assertThat(memory.inDoubt("g")).containsExactly(B);
      assertThat(memory.done(Digest.of("plan"))).containsExactly(A);
      assertThat(memory.spent(Digest.of("plan"))).containsExactlyInAnyOrder(A, B);
    }
  }

  @Test
  void theMirror_writesOneLine_withoutSecrets() {
    Logger logger = (Logger) LoggerFactory.getLogger("guard.audit.test");
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    lines.start();
    logger.setLevel(Level.INFO);
    logger.addAppender(lines);
    Slf4jSink.named("guard.audit.test")
        .append(Records.of("r", "1", Phase.DECISION, "REFUSE", "a\nb", A.with("token", "t0p")));
    assertThat(lines.list)
        .singleElement()
        .satisfies(
            event ->
                assertThat(event.getFormattedMessage())
                    .contains("a\\nb", "***")
                    .doesNotContain("\n", "t0p"));
    assertThatThrownBy(() -> Slf4jSink.named(" ")).isInstanceOf(IllegalArgumentException.class);
  }
}
