package dev.guard.notify;

import dev.guard.Target;
import dev.guard.time.Time;
import java.net.URI;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Tells a Slack channel, by an incoming webhook. A webhook attaches no files, so the whole list
 * goes in as many messages as it takes, about one a second, and each carries the command that
 * objects. What was delivered is proven message by message: an item is delivered when Slack
 * answered {@code ok} to the one message that holds it.
 *
 * <p>A message is sent again only when it cannot have been taken: the connection was never made, or
 * Slack said 429 and how long to wait. Everything else that is no {@code ok} is told as it is.
 *
 * <pre>
 * {@code Notifier slack = SlackNotifier.to(URI.create(System.getenv("SLACK_WEBHOOK")));}
 * </pre>
 *
 * <p>The address is a secret and is never shown. Immutable but for the pace, which all senders
 * share; thread-safe; one notice at a time.
 */
public final class SlackNotifier implements Notifier {
  private static final String CHANNEL = "slack";
  private static final Duration PACE = Duration.ofSeconds(1);
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);
  private static final int TRIES = 3;

  /** After so many messages in a row without a word from Slack the rest is not sent. */
  private static final int SILENT = 3;

  private final Receiver receiver;
  private final Time time;
  private final Object turn = new Object();
  private @Nullable Long last;

  private SlackNotifier(Receiver receiver, Time time) {
    this.receiver = receiver;
    this.time = time;
  }

  /**
   * A notifier for one incoming webhook.
   *
   * @param address the webhook, a secret
   * @return the notifier, with a time-out of 10 seconds a message
   * @throws IllegalArgumentException if it is no https address; the message does not show it
   */
  public static SlackNotifier to(URI address) {
    return new SlackNotifier(new Receiver(address, Duration.ofSeconds(10)), Time.system());
  }

  /**
   * The same with another time-out.
   *
   * @param timeout for connecting, and for a whole answer; at most 5 minutes
   * @return a new notifier
   */
  public SlackNotifier within(Duration timeout) {
    return new SlackNotifier(receiver.within(timeout), time);
  }

  /**
   * The same with another time.
   *
   * @param other what waits between messages
   * @return a new notifier
   */
  public SlackNotifier time(Time other) {
    return new SlackNotifier(receiver, Objects.requireNonNull(other, "time"));
  }

  @Override
  public Delivery send(Notice notice) {
    synchronized (turn) {
      SlackPages pages = new SlackPages(notice);
      Tally tally = new Tally();
      for (Target target : pages.unfit()) {
        tally.say(target, Delivery.Proof.FAILED, "its name is longer than a message shows");
      }
      for (int at = 0; at < pages.pages().size(); at++) {
        SlackPages.Page page = pages.pages().get(at);
        if (tally.over.isEmpty()) {
          tally.page(page, post(pages.json(at)));
        } else {
          tally.unsent(page);
        }
      }
      return tally.delivery(notice);
    }
  }

  private Reply post(byte[] message) {
    Reply reply = Reply.none(false, "it was not sent");
    Duration pause = untilNext();
    for (int tried = 0; tried < TRIES; tried++) {
      try {
        time.sleep(pause);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return Reply.none(false, "interrupted before it was sent");
      }
      reply = receiver.post(message, Map.of());
      last = time.nanos();
      if (reply.status() == 429) {
        pause = retryAfter(reply.retryAfter());
        if (pause.compareTo(LONGEST_WAIT) > 0) {
          return reply;
        }
      } else if (reply.left() || Thread.currentThread().isInterrupted()) {
        return reply;
      } else {
        pause = PACE;
      }
    }
    return reply;
  }

  private Duration untilNext() {
    Long before = last;
    return before == null ? Duration.ZERO : PACE.minusNanos(time.nanos() - before);
  }

  /** Seconds or a date; what cannot be read waits the pace, and nothing waits less. */
  private Duration retryAfter(@Nullable String header) {
    Duration asked = PACE;
    String text = header == null ? "" : header.strip();
    if (text.matches("[0-9]{1,9}")) {
      asked = Duration.ofSeconds(Long.parseLong(text));
    } else if (!text.isEmpty() && text.length() < 100) {
      try {
        asked =
            Duration.between(
                time.now(),
                ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
      } catch (DateTimeException | ArithmeticException e) {
        asked = PACE;
      }
    }
    return asked.compareTo(PACE) < 0 ? PACE : asked;
  }

  /** What became of each item so far. */
  private static final class Tally {
    private final Map<Target, Delivery.Item> items = new LinkedHashMap<>();
    private Delivery.Proof worst = Delivery.Proof.DELIVERED;
    private String why = "";
    private String over = "";
    private int silent;

    void page(SlackPages.Page page, Reply reply) {
      Delivery.Proof proof = reply.proof();
      String sentence = reply.sentence();
      if (reply.taken() && !reply.body().strip().equals("ok")) {
        proof = Delivery.Proof.UNKNOWN;
        sentence = "the answer was not Slack's \"ok\"";
      }
      say(page, proof, sentence);
      silent = proof == Delivery.Proof.UNKNOWN ? silent + 1 : 0;
      if (proof == Delivery.Proof.FAILED && reply.status() != 400) {
        over = "not sent, because an earlier message failed: " + sentence;
      } else if (silent >= SILENT || Thread.currentThread().isInterrupted()) {
        over = "not sent, because earlier messages are unknown: " + sentence;
      }
    }

    void unsent(SlackPages.Page page) {
      say(page, Delivery.Proof.FAILED, over);
    }

    private void say(SlackPages.Page page, Delivery.Proof proof, String sentence) {
      note(proof, sentence);
      for (Target target : page.lines().keySet()) {
        items.put(target, new Delivery.Item(target, proof, sentence));
      }
    }

    void say(Target target, Delivery.Proof proof, String sentence) {
      note(proof, sentence);
      items.put(target, new Delivery.Item(target, proof, sentence));
    }

    /** A failure is worse than not knowing; the first of the worst explains the whole. */
    private void note(Delivery.Proof proof, String sentence) {
      boolean worse = worst == Delivery.Proof.DELIVERED || proof == Delivery.Proof.FAILED;
      if (proof != Delivery.Proof.DELIVERED && worst != Delivery.Proof.FAILED && worse) {
        worst = proof;
        why = sentence;
      }
    }

    Delivery delivery(Notice notice) {
      List<Delivery.Item> ordered = new ArrayList<>();
      for (Notice.Item item : notice.items()) {
        ordered.add(Objects.requireNonNull(items.get(item.target()), "every item is on a page"));
      }
      return new Delivery(CHANNEL, worst, why, ordered);
    }
  }

  @Override
  public String toString() {
    return "SlackNotifier";
  }
}
