package dev.guard.testkit.notify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.Target;
import dev.guard.notify.Delivery;
import dev.guard.notify.Notice;
import dev.guard.notify.Notifier;
import dev.guard.notify.SlackNotifier;
import dev.guard.notify.WebhookNotifier;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The examples of the page on notifiers. */
class NotifyExampleTest {
  @Test
  void slack_tellsWhatWasProven() {
    try (Inbox inbox = new Inbox()) {
      String webhook = inbox.address().toString();
      Notice notice = Inbox.planned(3);

      Notifier slack = SlackNotifier.to(URI.create(webhook));
      Delivery delivery = slack.send(notice);
      Set<Target> mayStartTheirClock = delivery.proven();

      assertThat(mayStartTheirClock).hasSize(3);
    }
  }

  @Test
  void aWebhook_isSigned() {
    try (Inbox inbox = new Inbox()) {
      String address = inbox.address().toString();
      byte[] key = "0123456789abcdef".getBytes(StandardCharsets.UTF_8);

      Notifier webhook = WebhookNotifier.to(URI.create(address)).signedWith(key);

      assertThat(webhook.send(Inbox.planned(1)).proven()).hasSize(1);
      assertThat(inbox.requests().get(0).header("X-Guard-Signature")).isPresent();
    }
  }
}
