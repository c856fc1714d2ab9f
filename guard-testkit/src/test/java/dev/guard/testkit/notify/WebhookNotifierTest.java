package dev.guard.testkit.notify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.guard.Digest;
import dev.guard.notify.Delivery;
import dev.guard.notify.Delivery.Proof;
import dev.guard.notify.Notice;
import dev.guard.notify.WebhookNotifier;
import dev.guard.testkit.ManualTime;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WebhookNotifierTest {
  private static final byte[] KEY = "0123456789abcdef-key".getBytes(StandardCharsets.UTF_8);

  private final Inbox inbox = new Inbox();
  private final ManualTime time = ManualTime.at(Instant.parse("2026-01-05T10:00:00Z"));
  private final WebhookNotifier webhook =
      WebhookNotifier.to(inbox.address()).within(Duration.ofSeconds(10)).time(time);

  @AfterEach
  void close() {
    inbox.close();
  }

  @Test
  void oneDocument_holdsTheWholeList() throws Exception {
    Notice notice = Inbox.planned(500);

    Delivery delivery = webhook.send(notice);

    assertThat(delivery.proven()).hasSize(500);
    assertThat(inbox.lies(notice, delivery)).isEmpty();
    assertThat(inbox.messages()).hasSize(1);
    JsonNode document = new ObjectMapper().readTree(inbox.messages().get(0));
    assertThat(document.get("schema").asText()).isEqualTo("dev.guard.notice/1");
    assertThat(document.get("kind").asText()).isEqualTo("PLANNED");
    assertThat(document.get("plan").asText()).isEqualTo(Digest.of("a plan").text());
    assertThat(document.get("objection").asText()).startsWith("guard plan object");
    assertThat(document.get("at").asText()).isEqualTo("2026-01-05T10:00:00Z");
    assertThat(document.get("items")).hasSize(500);
    assertThat(document.at("/items/7/id").asText()).isEqualTo(Inbox.target(7).id());
    assertThat(inbox.requests().get(0).header("X-Guard-Signature")).isEmpty();
  }

  @Test
  void theSameNotice_isKnownByItsDigest_atAnyTime() throws Exception {
    webhook.send(Inbox.planned(2));
    time.tick(Duration.ofHours(1));
    webhook.send(Inbox.planned(2));
    webhook.send(Inbox.planned(3));

    List<String> digests = new ArrayList<>();
    for (String message : inbox.messages()) {
      digests.add(new ObjectMapper().readTree(message).get("notice").asText());
    }
    assertThat(digests.get(1)).isEqualTo(digests.get(0)).isNotEqualTo(digests.get(2));
  }

  @Test
  void aSecret_signsTheExactBytes() throws Exception {
    webhook.signedWith(KEY).send(Inbox.planned(3));

    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(KEY, "HmacSHA256"));
    assertThat(inbox.requests().get(0).header("X-Guard-Signature"))
        .contains(
            "sha256=" + HexFormat.of().formatHex(mac.doFinal(inbox.requests().get(0).body())));
  }

  @Test
  void aShortKey_isRefused() {
    assertThatThrownBy(() -> webhook.signedWith(new byte[15]))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @EnumSource(Mishap.class)
  void everyFailure_isToldAsItIs_onceOnly_withoutAddressOrKey(Mishap mishap) {
    inbox.server().inject(mishap.at(1));
    Notice notice = Inbox.planned(2);
    WebhookNotifier signed = webhook.signedWith(KEY);

    Delivery delivery =
        (mishap == Mishap.LATE ? signed.within(Duration.ofMillis(500)) : signed).send(notice);

    assertThat(delivery.proof()).isEqualTo(mishap.proof());
    assertThat(delivery.proven()).isEmpty();
    assertThat(inbox.server().log().size()).isLessThanOrEqualTo(1);
    assertThat(inbox.lies(notice, delivery)).isEmpty();
    assertThat(delivery.toString() + signed)
        .doesNotContain(Inbox.SECRET, "127.0.0.1", "http", "abcdef");
  }

  @Test
  void aDocumentTooLarge_isNotSent() {
    List<Notice.Item> items = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      items.add(new Notice.Item(Inbox.target(i), "x".repeat(1024 * 1024)));
    }
    Notice notice = new Notice("g", Notice.Kind.DONE, null, "t", "s", items, "");

    assertThat(webhook.send(notice).proof()).isEqualTo(Proof.FAILED);
    assertThat(inbox.server().log()).isEmpty();
  }

  @Test
  void anAddressInTheClear_isRefused_andNotShown() {
    assertThatThrownBy(() -> WebhookNotifier.to(URI.create("http://example.com/s3cr3t")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("s3cr3t");
  }
}
