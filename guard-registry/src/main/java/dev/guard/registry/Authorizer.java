package dev.guard.registry;

import com.fasterxml.jackson.databind.JsonNode;
import dev.guard.internal.json.Json;
import dev.guard.time.Time;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Answers a registry's challenges with Basic or Bearer credentials. Tokens are kept per realm,
 * service, scope and principal, renewed when four fifths of their life are over, and never sent
 * anywhere but to the registry's own origin.
 */
final class Authorizer {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final int MAX_ANSWER = 256 * 1024;
  private static final int MAX_KEPT = 4096;
  private static final long DEFAULT_LIFE_SECONDS = 60;
  private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e]{1,65536}");

  /** A token, until when it is used, and the rights it tells of, if it tells any. */
  private record Token(String value, long from, long lifeNanos, @Nullable Set<String> granted) {
    @Override
    public String toString() {
      return "token";
    }
  }

  private record Bearer(URI realm, String service) {}

  private final Wire wire;
  private final Origin registry;
  private final String host;
  private final Credentials credentials;
  private final Time time;
  private final Retry retry;
  private final Map<List<String>, Token> tokens = new LinkedHashMap<>();
  private @Nullable Bearer bearer;
  private boolean basic;

  Authorizer(Wire wire, URI registry, Credentials credentials, Time time) {
    this.wire = wire;
    this.registry = Origin.of(registry);
    this.host = registry.getRawAuthority();
    this.credentials = credentials;
    this.time = time;
    this.retry = new Retry(time);
  }

  /** What to send before any challenge: nothing until the registry has once asked for something. */
  synchronized Optional<String> header(String repository, String scope) throws IOException, Denied {
    if (bearer != null) {
      return Optional.of("Bearer " + token(bearer, repository, scopes(scope)).value());
    }
    if (basic && credentials.find(host, repository) instanceof Principal.Basic principal) {
      return Optional.of(principal.header());
    }
    return Optional.empty();
  }

  /** What to send after a 401; asked at most once per request. */
  synchronized String answer(List<String> headers, String repository, String scope, boolean wasSent)
      throws IOException, Denied {
    Principal principal = credentials.find(host, repository);
    for (Challenge challenge : Challenge.parse(headers)) {
      if (challenge.scheme().equals("bearer") && challenge.parameter("realm").isPresent()) {
        Bearer asked =
            new Bearer(
                realm(challenge.parameter("realm").orElse("")),
                challenge.parameter("service").orElse(""));
        basic = false;
        bearer = asked;
        Set<String> scopes = new LinkedHashSet<>(scopes(scope));
        challenge.parameter("scope").filter(text -> !text.isBlank()).ifPresent(scopes::add);
        List<String> wanted = new ArrayList<>(scopes);
        if (wasSent) {
          tokens.remove(key(asked, principal, wanted));
          tokens.remove(key(asked, principal, scopes(scope)));
        }
        Token token = token(asked, repository, wanted);
        tokens.putIfAbsent(key(asked, principal, scopes(scope)), token);
        return "Bearer " + token.value();
      }
    }
    for (Challenge challenge : Challenge.parse(headers)) {
      if (challenge.scheme().equals("basic")) {
        if (!(principal instanceof Principal.Basic known)) {
          throw new Denied("the registry wants a user and a password, but there are none");
        }
        if (wasSent) {
          throw new Denied("the registry rejected the user and password");
        }
        basic = true;
        return known.header();
      }
    }
    throw new Denied("the registry answered 401 without a challenge that can be answered");
  }

  /**
   * Whether the token for deleting in a repository says that it lacks that right. Servers grant
   * less than was asked without a word, and an opaque token tells nothing; then this is empty.
   */
  synchronized Optional<String> lacksDelete(String repository, String scope)
      throws IOException, Denied {
    if (bearer == null) {
      return Optional.empty();
    }
    Set<String> granted = token(bearer, repository, List.of(scope)).granted();
    if (granted == null
        || granted.contains(repository + ":delete")
        || granted.contains(repository + ":*")) {
      return Optional.empty();
    }
    return Optional.of(
        "the token server granted no right to delete in "
            + repository
            + "; give the account 'delete'");
  }

  private static List<String> scopes(String scope) {
    return scope.isEmpty() ? List.of() : List.of(scope);
  }

  private URI realm(String text) throws Denied {
    URI realm;
    try {
      realm = URI.create(text);
    } catch (IllegalArgumentException e) {
      throw new Denied("the registry names a token server that is no address");
    }
    Origin origin = Origin.of(realm);
    boolean trusted =
        origin.isSecure()
            || origin.isLoopback()
            || (!registry.isSecure() && origin.host().equals(registry.host()));
    if (!origin.isWeb() || realm.getRawUserInfo() != null || !trusted) {
      throw new Denied("the registry names a token server without https on another host");
    }
    return realm;
  }

  private static List<String> key(Bearer asked, Principal principal, List<String> scopes) {
    List<String> key = new ArrayList<>(scopes);
    key.add(asked.realm().toString());
    key.add(asked.service());
    key.add(Integer.toHexString(principal.hashCode()));
    return key;
  }

  private Token token(Bearer asked, String repository, List<String> scopes)
      throws IOException, Denied {
    Principal principal = credentials.find(host, repository);
    if (principal instanceof Principal.Bearer given) {
      return new Token(given.token(), time.nanos(), Long.MAX_VALUE, null);
    }
    List<String> key = key(asked, principal, scopes);
    Token known = tokens.get(key);
    if (known != null && time.nanos() - known.from() < known.lifeNanos() / 5 * 4) {
      return known;
    }
    if (tokens.size() >= MAX_KEPT) {
      tokens.clear();
    }
    Token fresh = fetch(asked, principal, scopes);
    tokens.put(key, fresh);
    return fresh;
  }

  private Token fetch(Bearer asked, Principal principal, List<String> scopes)
      throws IOException, Denied {
    List<String> parts = new ArrayList<>();
    if (!asked.service().isEmpty()) {
      parts.add("service=" + encoded(asked.service()));
    }
    Wire.Exchange answer =
        principal instanceof Principal.Identity identity
            ? post(asked, parts, identity, scopes)
            : get(asked, parts, principal, scopes);
    if (answer.status() == 401 || answer.status() == 403) {
      throw new Denied("the token server rejected the credentials (" + answer.status() + ")");
    }
    if (answer.status() != 200) {
      throw new Retry.Refused("the token server answered " + answer.status());
    }
    return read(answer.body());
  }

  /** The OAuth 2 way: a form, which the identity token never leaves. */
  private Wire.Exchange post(
      Bearer asked, List<String> parts, Principal.Identity identity, List<String> scopes)
      throws IOException, Denied {
    parts.add("scope=" + encoded(String.join(" ", scopes)));
    parts.add("grant_type=refresh_token");
    parts.add("client_id=guard");
    parts.add("refresh_token=" + encoded(identity.token()));
    byte[] form = String.join("&", parts).getBytes(StandardCharsets.UTF_8);
    return retry.read(
        () ->
            wire.send(
                "POST",
                asked.realm(),
                Map.of("Content-Type", "application/x-www-form-urlencoded"),
                form,
                Wire.Limit.atMost(MAX_ANSWER),
                TIMEOUT));
  }

  /** The older way: a query, with a user's name and password if there is one. */
  private Wire.Exchange get(
      Bearer asked, List<String> parts, Principal principal, List<String> scopes)
      throws IOException, Denied {
    scopes.forEach(scope -> parts.add("scope=" + encoded(scope)));
    Map<String, String> headers = Map.of();
    if (principal instanceof Principal.Basic known) {
      parts.add("account=" + encoded(known.user()));
      headers = Map.of("Authorization", known.header());
    }
    String address = asked.realm().toString();
    URI uri =
        URI.create(address + (address.indexOf('?') < 0 ? "?" : "&") + String.join("&", parts));
    Map<String, String> sent = headers;
    return retry.read(
        () -> wire.send("GET", uri, sent, null, Wire.Limit.atMost(MAX_ANSWER), TIMEOUT));
  }

  private Token read(byte[] body) throws IOException {
    JsonNode json;
    try {
      json = Json.read(body);
    } catch (IOException e) {
      throw new Retry.Refused("the token server's answer is not readable");
    }
    String value = json.path("token").asText("");
    if (value.isEmpty()) {
      value = json.path("access_token").asText("");
    }
    if (!TOKEN.matcher(value).matches()) {
      throw new Retry.Refused("the token server's answer holds no usable token");
    }
    long seconds = json.path("expires_in").asLong(DEFAULT_LIFE_SECONDS);
    seconds = Math.max(1, Math.min(seconds, Duration.ofDays(1).toSeconds()));
    return new Token(
        value,
        time.nanos(),
        Duration.ofSeconds(seconds).toNanos(),
        granted(json.path("scope"), value));
  }

  /** The rights as {@code repository:action}, or null if neither answer nor token tell any. */
  private static @Nullable Set<String> granted(JsonNode scope, String token) {
    if (scope.isTextual()) {
      Set<String> rights = new HashSet<>();
      for (String one : scope.textValue().split("\\s+", -1)) {
        int first = one.indexOf(':');
        int last = one.lastIndexOf(':');
        if (one.startsWith("repository:") && last > first) {
          for (String action : one.substring(last + 1).split(",", -1)) {
            rights.add(one.substring(first + 1, last) + ":" + action);
          }
        }
      }
      return rights;
    }
    String[] parts = token.split("\\.", -1);
    if (parts.length != 3) {
      return null;
    }
    try {
      JsonNode access = Json.read(Base64.getUrlDecoder().decode(parts[1])).path("access");
      if (!access.isArray()) {
        return null;
      }
      Set<String> rights = new HashSet<>();
      for (JsonNode one : access) {
        if (one.path("type").asText("").equals("repository")) {
          for (JsonNode action : one.path("actions")) {
            rights.add(one.path("name").asText("") + ":" + action.asText(""));
          }
        }
      }
      return rights;
    } catch (IOException | IllegalArgumentException e) {
      return null; // an opaque token that happens to have two dots tells nothing
    }
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
