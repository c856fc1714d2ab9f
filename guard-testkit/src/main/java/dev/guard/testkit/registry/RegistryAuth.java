package dev.guard.testkit.registry;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.guard.testkit.http.Request;
import dev.guard.testkit.http.Response;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Who may do what at a fake registry, and its token service. */
final class RegistryAuth {
  enum Scheme {
    NONE,
    BASIC,
    BEARER
  }

  /** A user; the refresh token is a credential of its own. */
  record User(String name, String password, String refreshToken, Set<String> actions) {}

  private static final class Token {
    private final Set<String> scopes;
    private int uses;

    private Token(Set<String> scopes, int uses) {
      this.scopes = scopes;
      this.uses = uses;
    }
  }

  static final String SERVICE = "fake-registry";

  private final Scheme scheme;
  private final Map<String, User> users;
  private final Set<String> anonymous;
  private final int uses;
  private final int expiresIn;
  private final Map<String, Token> tokens = new HashMap<>();
  private final List<TokenRequest> log = new ArrayList<>();
  private int minted;

  RegistryAuth(
      Scheme scheme, Map<String, User> users, Set<String> anonymous, int uses, int expiresIn) {
    this.scheme = scheme;
    this.users = Map.copyOf(users);
    this.anonymous = Set.copyOf(anonymous);
    this.uses = uses;
    this.expiresIn = expiresIn;
  }

  RegistryAuth copy() {
    return new RegistryAuth(scheme, users, anonymous, uses, expiresIn);
  }

  boolean servesTokens() {
    return scheme == Scheme.BEARER;
  }

  synchronized List<TokenRequest> log() {
    return List.copyOf(log);
  }

  synchronized void expire() {
    tokens.clear();
  }

  /** Null if the request may pass; else the 401. */
  synchronized @Nullable Response check(Request request, List<String> scopes, String base) {
    Optional<String> given = request.header("Authorization");
    switch (scheme) {
      case NONE:
        return null;
      case BASIC:
        return user(given) == null
            ? RegistryErrors.unauthorized(scopes).with("WWW-Authenticate", "Basic realm=\"guard\"")
            : null;
      default:
        break;
    }
    Token token = null;
    String error = "";
    if (given.isPresent()) {
      String text = given.get();
      token = text.regionMatches(true, 0, "Bearer ", 0, 7) ? tokens.get(text.substring(7)) : null;
      if (token != null && token.uses-- <= 0) {
        token = null;
      }
      error = token == null ? "invalid_token" : "insufficient_scope";
    }
    if (token != null && covers(token.scopes, scopes)) {
      return null;
    }
    StringBuilder challenge = new StringBuilder();
    challenge.append("Bearer realm=\"").append(base).append("/token\",service=\"");
    challenge.append(SERVICE).append('"');
    if (!scopes.isEmpty()) {
      challenge.append(",scope=\"").append(String.join(" ", scopes)).append('"');
    }
    if (!error.isEmpty()) {
      challenge.append(",error=\"").append(error).append('"');
    }
    return RegistryErrors.unauthorized(scopes).with("WWW-Authenticate", challenge.toString());
  }

  private static boolean covers(Set<String> granted, List<String> needed) {
    for (String scope : needed) {
      int colon = scope.lastIndexOf(':');
      for (String action : scope.substring(colon + 1).split(",", -1)) {
        if (!granted.contains(scope.substring(0, colon) + ":" + action)) {
          return false;
        }
      }
    }
    return true;
  }

  private @Nullable User user(Optional<String> authorization) {
    if (authorization.isEmpty() || !authorization.get().regionMatches(true, 0, "Basic ", 0, 6)) {
      return null;
    }
    String pair;
    try {
      pair =
          new String(
              Base64.getDecoder().decode(authorization.get().substring(6).strip()),
              StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return null;
    }
    int colon = pair.indexOf(':');
    User user = colon < 0 ? null : users.get(pair.substring(0, colon));
    return user != null && user.password.equals(pair.substring(colon + 1)) ? user : null;
  }

  /** The token endpoint: GET with Basic, or a form. */
  synchronized Response token(Request request) {
    String grantType = "";
    List<String> asked = new ArrayList<>();
    User user = null;
    boolean anonymously = false;
    if (request.method().equals("POST")) {
      grantType = request.field("grant_type").orElse("");
      request.field("scope").ifPresent(it -> asked.addAll(List.of(it.split(" ", -1))));
      user = granting(grantType, request);
    } else {
      request.queries("scope").forEach(it -> asked.addAll(List.of(it.split(" ", -1))));
      Optional<String> given = request.header("Authorization");
      user = user(given);
      anonymously = given.isEmpty() && !anonymous.isEmpty();
    }
    asked.removeIf(String::isEmpty);
    if (user == null && !anonymously) {
      log.add(new TokenRequest("", grantType, asked, List.of(), 401));
      return RegistryErrors.unauthorized(List.of())
          .with("WWW-Authenticate", "Basic realm=\"" + SERVICE + "\"");
    }
    Set<String> actions = user == null ? anonymous : user.actions;
    Set<String> granted = granted(asked, actions);
    String name = user == null ? "" : user.name;
    log.add(new TokenRequest(name, grantType, asked, List.copyOf(granted), 200));
    String value = "fake-token-" + ++minted;
    tokens.put(value, new Token(granted, uses));
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    answer.put(request.method().equals("POST") ? "access_token" : "token", value);
    answer.put("expires_in", expiresIn);
    return Response.json(200, answer.toString());
  }

  /** Who a form's grant stands for. */
  private @Nullable User granting(String grantType, Request request) {
    if (grantType.equals("refresh_token")) {
      String given = request.field("refresh_token").orElse("");
      return users.values().stream()
          .filter(it -> !it.refreshToken.isEmpty() && it.refreshToken.equals(given))
          .findFirst()
          .orElse(null);
    }
    if (grantType.equals("password")) {
      User named = users.get(request.field("username").orElse(""));
      return named != null && named.password.equals(request.field("password").orElse(""))
          ? named
          : null;
    }
    return null;
  }

  private static Set<String> granted(List<String> asked, Set<String> actions) {
    Set<String> granted = new LinkedHashSet<>();
    for (String scope : asked) {
      int colon = scope.lastIndexOf(':');
      if (colon < 0) {
        continue;
      }
      String resource = scope.substring(0, colon);
      for (String action : scope.substring(colon + 1).split(",", -1)) {
        boolean catalog = resource.toLowerCase(Locale.ROOT).startsWith("registry:");
        if (actions.contains(catalog ? "catalog" : action)) {
          granted.add(resource + ":" + action);
        }
      }
    }
    return granted;
  }
}
