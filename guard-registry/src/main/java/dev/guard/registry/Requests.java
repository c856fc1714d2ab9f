package dev.guard.registry;

import dev.guard.registry.reference.ContentDigest;
import dev.guard.registry.reference.ImageReference;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Sends what is asked of one registry, with the right it needs. Reads are repeated and redirected;
 * a deletion is neither.
 */
final class Requests {
  private static final Duration READ = Duration.ofSeconds(30);
  private static final Duration DELETING = Duration.ofSeconds(60);
  private static final int MAX_ERROR = 64 * 1024;
  private static final int MAX_REDIRECTS = 5;

  private final URI base;
  private final Wire wire;
  private final Retry retry;
  private final Authorizer authorizer;
  private volatile boolean challenged;

  Requests(URI base, Wire wire, Retry retry, Authorizer authorizer) {
    this.base = base;
    this.wire = wire;
    this.retry = retry;
    this.authorizer = authorizer;
  }

  /** Makes something of a successful or refused exchange. */
  @FunctionalInterface
  interface Reader<T> {
    Reading<T> read(Wire.Exchange answer) throws IOException;
  }

  /** Asks, and has the answer read; no access and no answer are readings too. */
  <T> Reading<T> ask(Question question, String what, Reader<T> reader) {
    try {
      return reader.read(send(question));
    } catch (Denied e) {
      return Reply.denied(e, what);
    } catch (IOException e) {
      return Reply.unreachable(e, what);
    }
  }

  Wire.Exchange send(Question question) throws IOException, Denied {
    return retry.read(
        () ->
            follow(
                question,
                authorised(
                    question.repository(),
                    question.scope(),
                    header -> sendTo(question.uri(), question, header))));
  }

  private Wire.Exchange sendTo(URI uri, Question question, Optional<String> authorization)
      throws IOException {
    Map<String, String> all = new LinkedHashMap<>(question.headers());
    authorization.ifPresent(value -> all.put("Authorization", value));
    return wire.send(question.method(), uri, all, null, question.limit(), READ);
  }

  /** Follows redirects of a read; our credentials stay with the registry. */
  private Wire.Exchange follow(Question question, Wire.Exchange first) throws IOException, Denied {
    Wire.Exchange answer = first;
    for (int hop = 0; isRedirect(answer.status()); hop++) {
      if (hop == MAX_REDIRECTS) {
        throw new Retry.Refused("more than " + MAX_REDIRECTS + " redirects");
      }
      URI to = redirectTarget(answer.uri(), answer.header("Location"));
      Optional<String> authorization =
          Origin.of(to).equals(Origin.of(base))
              ? authorizer.header(question.repository(), question.scope())
              : Optional.empty();
      answer = sendTo(to, question, authorization);
    }
    return answer;
  }

  /**
   * Where a redirect leads, if it may be followed at all: to a web address, and never from https to
   * http.
   */
  static URI redirectTarget(URI from, String location) throws Retry.Refused {
    URI to;
    try {
      to = from.resolve(URI.create(location));
    } catch (IllegalArgumentException e) {
      throw new Retry.Refused("a redirect to no address");
    }
    if (location.isEmpty() || !Origin.of(to).isWeb() || to.getRawUserInfo() != null) {
      throw new Retry.Refused("a redirect to no web address");
    }
    if (Origin.of(from).isSecure() && !Origin.of(to).isSecure()) {
      throw new Retry.Refused("a redirect from https to http, which is not followed");
    }
    return to;
  }

  private static boolean isRedirect(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
  }

  /**
   * Learns how to authenticate before the first deletion, so that no deletion has to be sent twice.
   * Says what is lacking, if anything is.
   */
  Optional<String> lacksDelete(String repository) throws IOException, Denied {
    if (!challenged) {
      send(Question.list(root(), "", ""));
    }
    return authorizer.lacksDelete(repository, delete(repository));
  }

  /** Sends one deletion, once. */
  Wire.Exchange sendDelete(String repository, ContentDigest digest) throws IOException, Denied {
    URI uri = uri(repository, "/manifests/" + digest);
    return authorised(
        repository,
        delete(repository),
        header ->
            wire.send(
                "DELETE",
                uri,
                header
                    .<Map<String, String>>map(value -> Map.of("Authorization", value))
                    .orElse(Map.of()),
                null,
                Wire.Limit.atMost(MAX_ERROR),
                DELETING));
  }

  /** Sends one manifest; the same bytes under the same name may be sent twice without harm. */
  Wire.Exchange sendManifest(String repository, String reference, String mediaType, byte[] bytes)
      throws IOException, Denied {
    URI uri = uri(repository, "/manifests/" + reference);
    return authorised(
        repository,
        "repository:" + checked(repository) + ":pull,push",
        header -> {
          Map<String, String> all = new LinkedHashMap<>(Map.of("Content-Type", mediaType));
          header.ifPresent(value -> all.put("Authorization", value));
          return wire.send("PUT", uri, all, bytes, Wire.Limit.atMost(MAX_ERROR), DELETING);
        });
  }

  /** Sends one authorised request. */
  @FunctionalInterface
  private interface Send {
    Wire.Exchange with(Optional<String> authorization) throws IOException;
  }

  /**
   * Sends a request, and once more with fresh credentials if the registry says 401: then it has
   * done nothing.
   */
  private Wire.Exchange authorised(String repository, String scope, Send send)
      throws IOException, Denied {
    Optional<String> header = authorizer.header(repository, scope);
    Wire.Exchange answer = send.with(header);
    challenged = true;
    if (answer.status() != 401) {
      return answer;
    }
    String fresh =
        authorizer.answer(
            answer.headers("WWW-Authenticate"), repository, scope, header.isPresent());
    Wire.Exchange second = send.with(Optional.of(fresh));
    if (second.status() == 401) {
      throw new Denied("the registry rejected the credentials");
    }
    return second;
  }

  URI root() {
    return base.resolve("/v2/");
  }

  URI uri(String repository, String path) {
    return base.resolve("/v2/" + checked(repository) + path);
  }

  static String pull(String repository) {
    return "repository:" + checked(repository) + ":pull";
  }

  private static String delete(String repository) {
    return "repository:" + checked(repository) + ":pull,delete";
  }

  static String checked(String repository) {
    if (!ImageReference.isRepositoryPath(repository)) {
      throw new IllegalArgumentException("'" + Shown.text(repository) + "' is no repository path.");
    }
    return repository;
  }
}
