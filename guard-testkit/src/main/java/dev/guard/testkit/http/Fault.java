package dev.guard.testkit.http;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * One thing that goes wrong: which requests it strikes, and how their answers are distorted. A
 * value: immutable, and the server it is given to counts for itself.
 *
 * <pre>{@code
 * registry.inject(Fault.on("GET", "/tags/list").nth(2).status(500));
 * registry.inject(Fault.on("DELETE", "/manifests/").afterEffect().cut());      // deleted, and nobody hears of it
 * registry.inject(Fault.on("GET", "/_catalog").pageAt("http://other.example/v2/_catalog"));
 * cluster.inject(Fault.on("GET", "/api/v1/pods").from(3).status(410));
 * cluster.inject(Fault.on("GET", "/pods").nth(2).truncate(700));
 * }</pre>
 *
 * <p>Several faults may strike one request; they are applied in the order they were injected.
 */
public final class Fault {
  private enum Page {
    AS_IS,
    LOST,
    LOOPED,
    ELSEWHERE
  }

  /** How an answer is distorted; changed only between its making and its fault's. */
  private static final class Effect {
    private int status;
    private @Nullable Response answer;
    private final Map<String, String> set = new TreeMap<>();
    private final Set<String> dropped = new TreeSet<>();
    private Duration delay = Duration.ZERO;
    private long truncateAt = -1;
    private boolean corrupt;
    private boolean cut;
    private boolean afterEffect;
    private Page page = Page.AS_IS;
    private String link = "";

    private Effect copy() {
      Effect copy = new Effect();
      copy.status = status;
      copy.answer = answer;
      copy.set.putAll(set);
      copy.dropped.addAll(dropped);
      copy.delay = delay;
      copy.truncateAt = truncateAt;
      copy.corrupt = corrupt;
      copy.cut = cut;
      copy.afterEffect = afterEffect;
      copy.page = page;
      copy.link = link;
      return copy;
    }
  }

  private final String method;
  private final Pattern target;
  private final int first;
  private final int last;
  private final Effect effect;

  private Fault(String method, Pattern target, int first, int last, Effect effect) {
    this.method = method;
    this.target = target;
    this.first = first;
    this.last = last;
    this.effect = effect;
  }

  /**
   * A fault that strikes every request of a method whose target matches, and as yet distorts
   * nothing.
   *
   * @param method the method, or {@code *} for any
   * @param target a regular expression looked for anywhere in path and query as they stand on the
   *     wire
   * @return the fault
   * @throws IllegalArgumentException if the expression is not one
   */
  public static Fault on(String method, String target) {
    Objects.requireNonNull(method, "method");
    Objects.requireNonNull(target, "target");
    try {
      return new Fault(
          method.toUpperCase(Locale.ROOT),
          Pattern.compile(target),
          1,
          Integer.MAX_VALUE,
          new Effect());
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException("A fault needs a regular expression, not " + target, e);
    }
  }

  /**
   * Strikes one matching request only.
   *
   * @param number which, counted from 1
   * @return the fault
   */
  public Fault nth(int number) {
    return between(number, number);
  }

  /**
   * Strikes the first matching requests only.
   *
   * @param count how many
   * @return the fault
   */
  public Fault first(int count) {
    return between(1, count);
  }

  /**
   * Strikes a matching request and all after it.
   *
   * @param number which, counted from 1
   * @return the fault
   */
  public Fault from(int number) {
    return between(number, Integer.MAX_VALUE);
  }

  private Fault between(int from, int to) {
    if (from < 1 || to < from) {
      throw new IllegalArgumentException("Requests are counted from 1: " + from + " to " + to);
    }
    return new Fault(method, target, from, to, effect);
  }

  /**
   * Answers with a status, in the words the server has for it (a registry's {@code errors}, a
   * cluster's {@code Status}).
   *
   * @param status the status
   * @return the fault
   */
  public Fault status(int status) {
    return with(
        it -> {
          it.status = status;
          it.answer = null;
        });
  }

  /**
   * Answers with exactly this.
   *
   * @param answer the answer
   * @return the fault
   */
  public Fault answer(Response answer) {
    Objects.requireNonNull(answer, "answer");
    return with(
        it -> {
          it.status = answer.status();
          it.answer = answer;
        });
  }

  /**
   * Answers 429 with a {@code Retry-After}.
   *
   * @param retryAfter the value: seconds or a date
   * @return the fault
   */
  public Fault tooManyRequests(String retryAfter) {
    return status(429).header("Retry-After", retryAfter);
  }

  /**
   * Sets a header of the answer, for example a wrong {@code Docker-Content-Digest}.
   *
   * @param name its name
   * @param value its value
   * @return the fault
   */
  public Fault header(String name, String value) {
    return with(it -> it.set.put(name, value));
  }

  /**
   * Takes a header away from the answer.
   *
   * @param name its name
   * @return the fault
   */
  public Fault withoutHeader(String name) {
    return with(it -> it.dropped.add(name));
  }

  /**
   * Lets the client wait, before anything takes effect unless {@link #afterEffect} is said too. A
   * server that is closed waits no longer.
   *
   * @param length how long
   * @return the fault
   */
  public Fault delay(Duration length) {
    Objects.requireNonNull(length, "length");
    return with(it -> it.delay = length);
  }

  /**
   * Announces the whole body, sends its beginning and cuts the connection.
   *
   * @param bytes how much of the body is sent
   * @return the fault
   */
  public Fault truncate(long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("A body is not cut before it begins: " + bytes);
    }
    return with(it -> it.truncateAt = bytes);
  }

  /**
   * Changes one byte in the middle of the body; its length stays.
   *
   * @return the fault
   */
  public Fault corrupt() {
    return with(it -> it.corrupt = true);
  }

  /**
   * Cuts the connection instead of answering; the request takes no effect, unless {@link
   * #afterEffect} is said too. The JDK's HTTP client sends a GET or HEAD again by itself when not a
   * byte came back, so that a single cut may go unseen by its user; {@link #truncate} does not.
   *
   * @return the fault
   */
  public Fault cut() {
    return with(it -> it.cut = true);
  }

  /**
   * Lets the request take its effect before the answer is replaced, cut or delayed: the server did
   * it and the client is told otherwise, late, or nothing.
   *
   * @return the fault
   */
  public Fault afterEffect() {
    return with(it -> it.afterEffect = true);
  }

  /**
   * Loses the way to the next page: the {@code Link} header, or a list's {@code continue}.
   *
   * @return the fault
   */
  public Fault losePage() {
    return page(Page.LOST, "");
  }

  /**
   * Says that the next page is the one just asked for.
   *
   * @return the fault
   */
  public Fault loopPage() {
    return page(Page.LOOPED, "");
  }

  /**
   * Says that the next page is somewhere else, for example at another host.
   *
   * @param link what the {@code Link} header points to
   * @return the fault
   */
  public Fault pageAt(String link) {
    return page(Page.ELSEWHERE, Objects.requireNonNull(link, "link"));
  }

  private Fault page(Page page, String link) {
    return with(
        it -> {
          it.page = page;
          it.link = link;
        });
  }

  private Fault with(Consumer<Effect> change) {
    Effect changed = effect.copy();
    change.accept(changed);
    return new Fault(method, target, first, last, changed);
  }

  boolean matches(Request request) {
    return (method.equals("*") || method.equals(request.method()))
        && target.matcher(request.target()).find();
  }

  boolean strikes(int number) {
    return number >= first && number <= last;
  }

  Duration delay() {
    return effect.delay;
  }

  boolean cuts() {
    return effect.cut;
  }

  boolean replaces() {
    return effect.status != 0;
  }

  boolean isAfterEffect() {
    return effect.afterEffect;
  }

  Response replacement(Request request, FakeServer.Handler handler) {
    Response own = effect.answer;
    return own == null ? handler.refusal(effect.status, request) : own;
  }

  long truncateAt() {
    return effect.truncateAt;
  }

  Response distort(Request request, Response response, FakeServer.Handler handler) {
    Response out = response;
    if (effect.page == Page.LOST) {
      out = handler.withoutNextPage(out).without("Link");
    } else if (effect.page != Page.AS_IS) {
      String next = effect.page == Page.LOOPED ? request.target() : effect.link;
      out = out.with("Link", "<" + next + ">; rel=\"next\"");
    }
    if (effect.corrupt) {
      byte[] bytes = out.body();
      if (bytes.length > 0) {
        bytes[bytes.length / 2] ^= 1;
      }
      out = out.withBody(bytes);
    }
    for (String name : effect.dropped) {
      out = out.without(name);
    }
    for (Map.Entry<String, String> header : effect.set.entrySet()) {
      out = out.with(header.getKey(), header.getValue());
    }
    return out;
  }

  @Override
  public String toString() {
    return "Fault on " + method + " " + target + " " + first + ".." + last;
  }
}
