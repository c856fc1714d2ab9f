package dev.guard.testkit.notify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.guard.Target;
import dev.guard.notify.Delivery;
import dev.guard.notify.Delivery.Proof;
import dev.guard.notify.Notice;
import dev.guard.notify.Notifier;
import dev.guard.notify.SlackNotifier;
import dev.guard.testkit.ManualTime;
import dev.guard.testkit.http.FakeServer;
import dev.guard.testkit.http.Fault;
import dev.guard.testkit.http.Response;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SlackNotifierTest {
  /** Three messages: 47, 47 and 26 items. */
  private static final int ITEMS = 120;

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Instant START = Instant.parse("2026-01-05T10:00:00Z");

  private final Inbox inbox = new Inbox();
  private final ManualTime time = ManualTime.at(START);
  private final SlackNotifier slack =
      SlackNotifier.to(inbox.address()).within(Duration.ofSeconds(10)).time(time);

  @AfterEach
  void close() {
    inbox.close();
  }

  private static List<Proof> byMessage(Delivery delivery) {
    return List.of(proof(delivery, 0, 47), proof(delivery, 47, 94), proof(delivery, 94, ITEMS));
  }

  private static Proof proof(Delivery delivery, int from, int to) {
    Set<Proof> proofs = new TreeSet<>();
    delivery.items().subList(from, to).forEach(it -> proofs.add(it.proof()));
    assertThat(proofs).as("one message has one fate").hasSize(1);
    return proofs.iterator().next();
  }

  @Test
  void theWholeList_goesInMessagesOfAtMostFiftyBlocks_aSecondApart_eachWithTheCommand()
      throws Exception {
    Notice notice = Inbox.planned(ITEMS);

    Delivery delivery = slack.send(notice);

    assertThat(delivery.proof()).isEqualTo(Proof.DELIVERED);
    assertThat(delivery.proven()).hasSize(ITEMS);
    assertThat(inbox.lies(notice, delivery)).isEmpty();
    assertThat(inbox.messages()).hasSize(3);
    for (String message : inbox.messages()) {
      JsonNode blocks = JSON.readTree(message).get("blocks");
      assertThat(blocks.size()).isLessThanOrEqualTo(50);
      assertThat(blocks.get(blocks.size() - 1).at("/text/text").asText())
          .contains("guard plan object sha256:");
    }
    assertThat(time.now()).isEqualTo(START.plusSeconds(2));
    assertThat(JSON.readTree(inbox.messages().get(1)).get("text").asText())
        .isEqualTo("image-cleanup: 120 items planned (2 of 3)");
  }

  @Test
  void twoNotices_keepThePaceBetweenThem() {
    slack.send(Inbox.planned(1));
    slack.send(Inbox.planned(1));

    assertThat(time.now()).isEqualTo(START.plusSeconds(1));
  }

  @ParameterizedTest
  @EnumSource(Mishap.class)
  void aMessageThatFails_failsItsOwnItemsAlone_andIsNotSentAgain(Mishap mishap) {
    inbox.server().inject(mishap.at(2));
    Notice notice = Inbox.planned(ITEMS);

    Delivery delivery = impatientIf(mishap == Mishap.LATE).send(notice);

    assertThat(byMessage(delivery))
        .containsExactly(
            Proof.DELIVERED, mishap.proof(), mishap.goesOn() ? Proof.DELIVERED : Proof.FAILED);
    assertThat(delivery.proof()).isEqualTo(mishap.proof());
    assertThat(inbox.server().log().size()).isLessThanOrEqualTo(3);
    assertThat(inbox.lies(notice, delivery)).isEmpty();
  }

  /** Only a delay of a minute is worth a time-out of half a second. */
  private Notifier impatientIf(boolean late) {
    return late ? slack.within(Duration.ofMillis(500)) : slack;
  }

  @Test
  void partialNotificationCountedWhole_isFound() {
    inbox.server().inject(Mishap.FORBIDDEN.at(2));
    Notice notice = Inbox.planned(ITEMS);
    Notifier wrong =
        it -> {
          Delivery honest = slack.send(it);
          return honest.proven().isEmpty()
              ? honest
              : Delivery.whole(honest.channel(), it, Proof.DELIVERED, "");
        };

    assertThat(inbox.lies(notice, wrong.send(notice))).hasSize(ITEMS - 47);
  }

  @Test
  void anUnknownCountedFailed_isFound() {
    inbox.server().inject(Mishap.CUT_AFTER_TAKING_IT.at(1));
    Notice notice = Inbox.planned(3);

    assertThat(slack.send(notice).proof()).isEqualTo(Proof.UNKNOWN);
    assertThat(inbox.lies(notice, Delivery.whole("slack", notice, Proof.FAILED, "cut"))).hasSize(3);
  }

  @Test
  void aWholeThatIsNotTheSumOfItsItems_cannotBeMade() {
    Delivery.Item failed = new Delivery.Item(Inbox.target(1), Proof.FAILED, "refused");

    assertThatThrownBy(() -> new Delivery("slack", Proof.DELIVERED, "", List.of(failed)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void tooManyRequests_waitsAsLongAsSlackSays_andSendsAgain() {
    inbox.server().inject(Fault.on("POST", "/").first(2).tooManyRequests("30"));
    Notice notice = Inbox.planned(2);

    Delivery delivery = slack.send(notice);

    assertThat(delivery.proof()).isEqualTo(Proof.DELIVERED);
    assertThat(time.now()).isEqualTo(START.plusSeconds(60));
    assertThat(inbox.lies(notice, delivery)).isEmpty();
  }

  @Test
  void tooManyRequests_untilADate_waitsForTheDate() {
    inbox
        .server()
        .inject(Fault.on("POST", "/").first(1).tooManyRequests("Mon, 05 Jan 2026 10:00:20 GMT"));

    assertThat(slack.send(Inbox.planned(2)).proof()).isEqualTo(Proof.DELIVERED);
    assertThat(time.now()).isEqualTo(START.plusSeconds(20));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-1", "soon", "0", "9999-99-99", "1e9"})
  void tooManyRequests_withNonsense_waitsThePace_andGivesUp(String nonsense) {
    inbox.server().inject(Fault.on("POST", "/").tooManyRequests(nonsense));

    Delivery delivery = slack.send(Inbox.planned(2));

    assertThat(delivery.proof()).isEqualTo(Proof.FAILED);
    assertThat(inbox.server().log()).hasSize(3);
    assertThat(time.now()).isEqualTo(START.plusSeconds(2));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "OK!", "<html>please log in</html>", "invalid_payload"})
  void anAnswerThatIsNotOk_provesNothing(String body) {
    inbox.server().inject(Fault.on("POST", "/").answer(Response.text(200, "text/plain", body)));

    Delivery delivery = slack.send(Inbox.planned(2));

    assertThat(delivery.proof()).isEqualTo(Proof.UNKNOWN);
    assertThat(delivery.proven()).isEmpty();
  }

  @Test
  void silence_endsTheNotice_andWhatWasNotSentIsSaid() {
    inbox.server().inject(Fault.on("POST", "/").cut());
    Notice notice = Inbox.planned(47 * 5);

    Delivery delivery = slack.send(notice);

    assertThat(inbox.server().log()).hasSize(3);
    assertThat(delivery.items().get(0).proof()).isEqualTo(Proof.UNKNOWN);
    assertThat(delivery.items().get(47 * 3).proof()).isEqualTo(Proof.FAILED);
    assertThat(delivery.items().get(47 * 3).why()).startsWith("not sent");
  }

  @Test
  void aReceiverThatIsNotThere_isTriedAgain_andIsAFailure() {
    inbox.close();

    Delivery delivery = slack.send(Inbox.planned(2));

    assertThat(delivery.proof()).isEqualTo(Proof.FAILED);
    assertThat(delivery.why()).contains("cannot be reached");
    assertThat(time.now()).isEqualTo(START.plusSeconds(2));
  }

  @Test
  void anInterrupt_endsTheNotice_andStaysWithTheThread() {
    Thread.currentThread().interrupt();

    Delivery delivery = slack.send(Inbox.planned(ITEMS));

    assertThat(Thread.interrupted()).isTrue();
    assertThat(delivery.proven()).isEmpty();
    assertThat(inbox.server().log()).isEmpty();
  }

  @Test
  void aRedirect_isNotFollowed() {
    try (FakeServer other = FakeServer.start(it -> Response.text(200, "text/plain", "ok"))) {
      inbox
          .server()
          .inject(
              Fault.on("POST", "/")
                  .answer(Response.of(308).with("Location", other.uri().toString())));

      assertThat(slack.send(Inbox.planned(1)).proof()).isEqualTo(Proof.FAILED);
      assertThat(other.log()).isEmpty();
    }
  }

  @Test
  void foreignText_isEscaped_andPingsNobody() throws Exception {
    Target hostile = Target.of("image", "r/<!channel>", "a&b`*_~\u202e\n<http://evil|ok>");
    Notice notice =
        new Notice(
            "g",
            Notice.Kind.HALTED,
            null,
            "<!here> & co",
            "line\nline <@U1>",
            List.of(new Notice.Item(hostile, "<!everyone>")),
            "");

    assertThat(slack.send(notice).proof()).isEqualTo(Proof.DELIVERED);

    String message = inbox.messages().get(0);
    assertThat(message).doesNotContain("<", ">", "\u202e").contains("&lt;!channel&gt;");
    assertThat(JSON.readTree(message).get("text").asText()).isEqualTo("&lt;!here&gt; &amp; co");
    assertThat(JSON.readTree(message).get("blocks")).hasSize(3);
  }

  @Test
  void longText_isCutBetweenCharacters_withinSlacksBounds_butNoTargetIs() throws Exception {
    List<Notice.Item> items = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      items.add(new Notice.Item(Inbox.target(i), "<&>😀".repeat(2000)));
    }
    Target endless = Target.of("image", "r", "x".repeat(4000));
    items.add(new Notice.Item(endless, ""));
    Notice notice =
        new Notice(
            "g",
            Notice.Kind.HALTED,
            null,
            "&".repeat(9000),
            "&".repeat(9000),
            items,
            "&".repeat(500));

    Delivery delivery = slack.send(notice);

    for (String message : inbox.messages()) {
      int size = 0;
      for (JsonNode block : JSON.readTree(message).get("blocks")) {
        String text = block.at("/text/text").asText();
        assertThat(text.length()).isBetween(1, 3000);
        assertThat(text).doesNotContainPattern("&(?!amp;|lt;|gt;)").doesNotContain("?");
        size += text.length();
      }
      assertThat(size).isLessThanOrEqualTo(12_000);
    }
    assertThat(delivery.proof()).isEqualTo(Proof.FAILED);
    assertThat(delivery.proven()).hasSize(30).doesNotContain(endless);
    assertThat(inbox.lies(notice, delivery)).isEmpty();
  }

  @Test
  void aNoticeWithoutItems_isOneMessage() {
    Notice notice =
        new Notice("g", Notice.Kind.STOPPED, null, "stopped", "Ada said stop.", List.of(), "");

    assertThat(slack.send(notice)).isEqualTo(new Delivery("slack", Proof.DELIVERED, "", List.of()));
    assertThat(inbox.messages()).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource(Mishap.class)
  void theAddress_isNeverShown(Mishap mishap) {
    inbox.server().inject(mishap.at(1).header("X-Echo", Inbox.SECRET));

    Delivery delivery = impatientIf(mishap == Mishap.LATE).send(Inbox.planned(1));

    assertThat(delivery.toString() + slack)
        .doesNotContain(Inbox.SECRET, "127.0.0.1", "http", "services");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://hooks.example/s3cr3t",
        "http://127.0.0.1.evil.example/s3cr3t",
        "https://user@hooks.example/s3cr3t",
        "https://hooks.example/s3cr3t#x",
        "mailto:s3cr3t@example",
        "/s3cr3t",
        "ftp://hooks.example/s3cr3t"
      })
  void anAddressThatWillNotDo_isRefused_andNotShown(String address) {
    assertThatThrownBy(() -> SlackNotifier.to(URI.create(address)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("s3cr3t")
        .hasMessageNotContaining("example")
        .hasNoCause();
  }
}
