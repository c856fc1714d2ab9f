package dev.guard.notify;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.Digest;
import dev.guard.internal.json.Json;
import dev.guard.time.Time;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Tells another program: one POST of one JSON document, {@value #SCHEMA}, with the whole list. The
 * notice is delivered when the receiver answered 2xx, whole and in time. Nothing is sent again: a
 * caller who asks anew sends the same {@code notice} digest, by which a receiver knows it.
 *
 * <p>With a secret, the header {@value #SIGNATURE} holds {@code sha256=} and the hexadecimal
 * HMAC-SHA256 of the body's exact bytes; the body holds the time of sending.
 *
 * <p>The address and the key are secrets and are never shown. Immutable and thread-safe.
 */
public final class WebhookNotifier implements Notifier {
  /** The document's schema, its first member. */
  public static final String SCHEMA = "dev.guard.notice/1";

  /** The header with the signature. */
  public static final String SIGNATURE = "X-Guard-Signature";

  private static final String CHANNEL = "webhook";
  private static final int SHORTEST_KEY = 16;
  private static final int LARGEST = 8 * 1024 * 1024;

  private final Receiver receiver;
  private final Time time;
  private final @Nullable SecretKeySpec key;

  private WebhookNotifier(Receiver receiver, Time time, @Nullable SecretKeySpec key) {
    this.receiver = receiver;
    this.time = time;
    this.key = key;
  }

  /**
   * A notifier for one address.
   *
   * @param address where to post, a secret
   * @return the notifier, unsigned, with a time-out of 10 seconds
   * @throws IllegalArgumentException if it is no https address; the message does not show it
   */
  public static WebhookNotifier to(URI address) {
    return new WebhookNotifier(new Receiver(address, Duration.ofSeconds(10)), Time.system(), null);
  }

  /**
   * The same with a signature.
   *
   * @param secret the key, at least 16 bytes; copied
   * @return a new notifier
   */
  public WebhookNotifier signedWith(byte[] secret) {
    if (secret.length < SHORTEST_KEY) {
      throw new IllegalArgumentException("A key of fewer than 16 bytes proves nothing.");
    }
    return new WebhookNotifier(receiver, time, new SecretKeySpec(secret, "HmacSHA256"));
  }

  /**
   * The same with another time-out.
   *
   * @param timeout for connecting, and for a whole answer; at most 5 minutes
   * @return a new notifier
   */
  public WebhookNotifier within(Duration timeout) {
    return new WebhookNotifier(receiver.within(timeout), time, key);
  }

  /**
   * The same with another time.
   *
   * @param other what says when a notice was sent
   * @return a new notifier
   */
  public WebhookNotifier time(Time other) {
    return new WebhookNotifier(receiver, Objects.requireNonNull(other, "time"), key);
  }

  @Override
  public Delivery send(Notice notice) {
    byte[] body = document(notice);
    if (body.length > LARGEST) {
      return Delivery.whole(
          CHANNEL, notice, Delivery.Proof.FAILED, "not sent: the document is larger than 8 MiB");
    }
    Reply reply = receiver.post(body, key == null ? Map.of() : Map.of(SIGNATURE, sign(key, body)));
    return Delivery.whole(CHANNEL, notice, reply.proof(), reply.sentence());
  }

  private byte[] document(Notice notice) {
    ObjectNode root = Json.object();
    root.put("schema", SCHEMA);
    root.put("guard", notice.guard());
    root.put("kind", notice.kind().name());
    root.put("plan", notice.plan().map(Digest::text).orElse(null));
    root.put("title", notice.title());
    root.put("sentence", notice.sentence());
    root.put("objection", notice.objection());
    ArrayNode items = root.putArray("items");
    for (Notice.Item item : notice.items()) {
      ObjectNode one = items.addObject();
      one.put("kind", item.target().kind());
      one.put("scope", item.target().scope());
      one.put("id", item.target().id());
      ObjectNode labels = one.putObject("labels");
      item.target().labels().forEach(labels::put);
      one.put("text", item.text());
    }
    root.put("notice", Digest.of(Json.line(root)).text());
    root.put("at", time.now().toString());
    return Json.line(root).getBytes(StandardCharsets.UTF_8);
  }

  private static String sign(SecretKeySpec key, byte[] body) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(key);
      return "sha256=" + HexFormat.of().formatHex(mac.doFinal(body));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Every Java platform has HmacSHA256, this one has not.", e);
    }
  }

  @Override
  public String toString() {
    return key == null ? "WebhookNotifier" : "WebhookNotifier, signed";
  }
}
