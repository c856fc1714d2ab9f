package dev.guard.k8s;

import com.fasterxml.jackson.databind.JsonNode;
import dev.guard.internal.Cause;
import dev.guard.internal.json.Json;
import dev.guard.time.Time;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Asks one API server and classifies what comes back. Only an answer that itself says "later" (429,
 * 5xx) is asked for again; a broken or silent connection is not.
 */
final class ClusterApi {
  /**
   * How patient to be with one answer.
   *
   * @param toHeaders until it begins
   * @param idle while its body stands still
   * @param whole until its body has been read
   * @param attempts how often it is asked for
   */
  record Patience(Duration toHeaders, Duration idle, Duration whole, int attempts) {
    static final Patience LISTS =
        new Patience(Duration.ofSeconds(60), Duration.ofSeconds(30), Duration.ofMinutes(2), 3);
    static final Patience SWITCH =
        new Patience(Duration.ofSeconds(2), Duration.ofSeconds(2), Duration.ofSeconds(4), 1);
    static final Patience STATE =
        new Patience(Duration.ofSeconds(10), Duration.ofSeconds(10), Duration.ofSeconds(20), 3);
  }

  private static final int MAX_DOCUMENT = 2 * 1024 * 1024;
  private static final int MAX_STATUS = 64 * 1024;
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

  private final ClusterReader reader;
  private final Time time;
  private final Patience patience;

  ClusterApi(ClusterReader reader, Time time, Patience patience) {
    this.reader = reader;
    this.time = time;
    this.patience = patience;
  }

  /**
   * Reads one small document. Null if the server says, as an API server does, that there is no such
   * object.
   */
  @Nullable JsonNode document(String path, String what, String rule)
      throws Unreadable, InterruptedException {
    return document(path, "read " + what, rule, MAX_DOCUMENT);
  }

  /**
   * Reads one document of a bounded size; null as for {@link #document(String, String, String)}.
   */
  @Nullable JsonNode document(String path, String act, String rule, int maxBytes)
      throws Unreadable, InterruptedException {
    try (Answer answer = get(path, act)) {
      if (answer.status() == 404 && status(answer).isStatus()) {
        return null;
      }
      requireOk(answer, act, rule);
      byte[] bytes = answer.body().readNBytes(maxBytes + 1);
      if (bytes.length > maxBytes) {
        throw new Unreadable(
            Unreadable.Scope.LIST,
            "cannot " + act + ": the answer is larger than " + maxBytes / (1024 * 1024) + " MiB");
      }
      return Json.read(bytes);
    } catch (IOException e) {
      throw new Unreadable(Unreadable.Scope.LIST, "cannot " + act + ": " + words(e), e);
    }
  }

  /**
   * Sends one GET, and again while the server says "later".
   *
   * @param act what cannot be done if it fails, for example {@code list pods}
   * @throws Unreadable if no answer came
   */
  Answer get(String path, String act) throws Unreadable, InterruptedException {
    for (int attempt = 1; ; attempt++) {
      Answer answer;
      try {
        answer = within(time.nanos(), reader.get(path, patience.toHeaders(), patience.idle()));
      } catch (IOException e) {
        throw new Unreadable(Unreadable.Scope.CLUSTER, "cannot " + act + ": " + words(e), e);
      }
      boolean later = answer.status() == 429 || answer.status() >= 500;
      if (!later || attempt >= patience.attempts()) {
        return answer;
      }
      Duration pause = pause(answer.header("Retry-After"), attempt);
      close(answer);
      time.sleep(pause);
    }
  }

  /**
   * The answer, whose body breaks off when reading it takes too long: a body may also dribble for
   * ever.
   */
  Answer within(long began, Answer answer) {
    InputStream bounded =
        new FilterInputStream(answer.body()) {
          @Override
          public int read() throws IOException {
            check();
            return super.read();
          }

          @Override
          public int read(byte[] into, int offset, int length) throws IOException {
            check();
            return super.read(into, offset, length);
          }

          private void check() throws IOException {
            if (time.nanos() - began > patience.whole().toNanos()) {
              throw new HttpTimeoutException(
                  "the answer took longer than " + patience.whole().toSeconds() + " s");
            }
          }
        };
    return new Answer(answer.status(), answer::header, bounded);
  }

  /** Throws unless the answer is a 200, saying what it means. */
  void requireOk(Answer answer, String act, String rule) throws Unreadable {
    int status = answer.status();
    if (status == 200) {
      String encoding = answer.header("Content-Encoding");
      if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
        throw new Unreadable(
            Unreadable.Scope.LIST,
            "cannot " + act + ": the answer is encoded, which was not asked for");
      }
      return;
    }
    String said = status(answer).sentence();
    String begin = "cannot " + act + ": " + status;
    switch (status) {
      case 401 ->
          throw new Unreadable(
              Unreadable.Scope.CLUSTER, begin + ", the credentials were rejected; renew them");
      case 403 -> throw new Unreadable(Unreadable.Scope.LIST, begin + said + "; grant " + rule);
      case 404 ->
          throw new Unreadable(Unreadable.Scope.LIST, begin + ", the server does not serve it");
      case 410 -> throw new Unreadable(Unreadable.Scope.EXPIRED, begin + said);
      case 429 ->
          throw new Unreadable(
              Unreadable.Scope.LIST,
              begin + ", the server is too busy, asked " + patience.attempts() + " times");
      default -> throw new Unreadable(Unreadable.Scope.LIST, begin + said);
    }
  }

  /** What went wrong on the way, as a fragment. */
  static String words(IOException e) {
    String message = e.getMessage();
    String said = message == null ? Cause.of(e) : Plain.text(message);
    return e instanceof HttpTimeoutException ? "timed out: " + said : said;
  }

  private static void close(Answer answer) {
    try {
      answer.close();
    } catch (IOException e) {
      // Nothing is lost: the body was not wanted.
      return;
    }
  }

  private static Duration pause(@Nullable String retryAfter, int attempt) {
    if (retryAfter != null && retryAfter.length() <= 9 && retryAfter.matches("[0-9]+")) {
      Duration asked = Duration.ofSeconds(Long.parseLong(retryAfter));
      return asked.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : asked;
    }
    return Duration.ofMillis(200L << Math.min(attempt - 1, 5));
  }

  /** The server's own words about a failure, if it is an API server's Status document. */
  private static Said status(Answer answer) {
    try (InputStream body = answer.body()) {
      byte[] bytes = body.readNBytes(MAX_STATUS);
      JsonNode tree = Json.read(bytes);
      if (!tree.path("kind").asText().equals("Status")) {
        return new Said(false, "");
      }
      String message = Plain.text(tree.path("message").asText());
      return new Said(true, message.isEmpty() ? "" : " " + message);
    } catch (IOException e) {
      // A body that cannot be read adds nothing to the status code, which is the answer.
      return new Said(false, "");
    }
  }

  private record Said(boolean isStatus, String sentence) {}
}
