package dev.guard.testkit.notify;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.read.ListAppender;
import dev.guard.Target;
import dev.guard.notify.Delivery;
import dev.guard.notify.Delivery.Proof;
import dev.guard.notify.LogNotifier;
import dev.guard.notify.Notice;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class LogNotifierTest {
  private final Logger logger = (Logger) LoggerFactory.getLogger(LogNotifier.LOGGER);
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

  @BeforeEach
  void listen() {
    logger.setAdditive(false);
    logger.setLevel(Level.INFO);
    lines.start();
    logger.addAppender(lines);
  }

  @AfterEach
  void restore() {
    logger.detachAndStopAllAppenders();
    logger.setAdditive(true);
    logger.setLevel(null);
  }

  private List<String> said() {
    return lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  @Test
  void everyItem_isALine_withTheCommandAtTheEnd() {
    Delivery delivery = LogNotifier.create().send(Inbox.planned(30));

    assertThat(delivery.proof()).isEqualTo(Proof.DELIVERED);
    assertThat(delivery.proven()).hasSize(30);
    assertThat(said()).hasSize(32);
    assertThat(said().get(31)).contains("guard plan object sha256:");
  }

  @Test
  void foreignText_cannotForgeALine() {
    Target forger = Target.of("row", "db", "1\nINFO all is well");
    Notice notice =
        new Notice(
            "g\r\n",
            Notice.Kind.HALTED,
            null,
            "t\n2",
            "s\u2028x",
            List.of(new Notice.Item(forger, "a\u001b[31mb {}")),
            "");

    assertThat(LogNotifier.create().send(notice).proof()).isEqualTo(Proof.DELIVERED);
    assertThat(said()).hasSize(2).noneMatch(it -> it.matches("(?s).*[\\p{C}\u2028].*"));
  }

  @Test
  void aLoggerThatIsOff_deliversNothing() {
    logger.setLevel(Level.WARN);

    Delivery delivery = LogNotifier.create().send(Inbox.planned(2));

    assertThat(delivery.proof()).isEqualTo(Proof.FAILED);
    assertThat(delivery.proven()).isEmpty();
    assertThat(said()).isEmpty();
  }

  @Test
  void aLoggerThatThrows_provesNothing() {
    AppenderBase<ILoggingEvent> broken =
        new AppenderBase<>() {
          @Override
          protected void append(ILoggingEvent event) {
            throw new IllegalStateException("secret");
          }

          @Override
          public synchronized void doAppend(ILoggingEvent event) {
            append(event);
          }
        };
    broken.start();
    logger.addAppender(broken);

    Delivery delivery = LogNotifier.create().send(Inbox.planned(2));

    assertThat(delivery.proof()).isEqualTo(Proof.UNKNOWN);
    assertThat(delivery.toString()).doesNotContain("secret");
  }
}
