package dev.guard.testkit.http;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** What came in. Immutable, save for the bytes of the body, which are handed out as they are. */
public final class Request {
  private final String method;
  private final String target;
  private final Map<String, List<String>> headers;
  private final byte[] body;

  /**
   * A request.
   *
   * @param method the method, in upper case
   * @param target path and query as they stood on the wire
   * @param headers all values of each header, by name in any case
   * @param body the body, empty if there was none
   */
  public Request(String method, String target, Map<String, List<String>> headers, byte[] body) {
    this.method = Objects.requireNonNull(method, "method");
    this.target = Objects.requireNonNull(target, "target");
    this.body = Objects.requireNonNull(body, "body");
    Map<String, List<String>> lower = new LinkedHashMap<>();
    headers.forEach(
        (name, values) -> lower.put(name.toLowerCase(Locale.ROOT), List.copyOf(values)));
    this.headers = Collections.unmodifiableMap(lower);
  }

  /**
   * The method.
   *
   * @return the method, in upper case
   */
  public String method() {
    return method;
  }

  /**
   * Path and query.
   *
   * @return both as they stood on the wire
   */
  public String target() {
    return target;
  }

  /**
   * The headers.
   *
   * @return all values of each, by name in lower case
   */
  public Map<String, List<String>> headers() {
    return headers;
  }

  /**
   * The body.
   *
   * @return its bytes, empty if there was none; not a copy
   */
  public byte[] body() {
    return body;
  }

  /**
   * A request without headers and body.
   *
   * @param method the method
   * @param target path and query
   * @return the request
   */
  public static Request of(String method, String target) {
    return new Request(method, target, Map.of(), new byte[0]);
  }

  /**
   * The same request with one more header.
   *
   * @param name its name
   * @param value its value
   * @return the request
   */
  public Request with(String name, String value) {
    Map<String, List<String>> more = new LinkedHashMap<>(headers);
    more.put(name.toLowerCase(Locale.ROOT), List.of(value));
    return new Request(method, target, more, body);
  }

  /**
   * The same request with a body.
   *
   * @param bytes the body
   * @return the request
   */
  public Request with(byte[] bytes) {
    return new Request(method, target, headers, bytes);
  }

  /**
   * The values of a header, joined by a comma as HTTP allows.
   *
   * @param name its name, in any case
   * @return the values, or empty if the header is absent
   */
  public Optional<String> header(String name) {
    List<String> values = headers.get(name.toLowerCase(Locale.ROOT));
    return values == null ? Optional.empty() : Optional.of(String.join(",", values));
  }

  /**
   * The path, decoded.
   *
   * @return the path
   */
  public String path() {
    int question = target.indexOf('?');
    String raw = question < 0 ? target : target.substring(0, question);
    return Objects.requireNonNullElse(URI.create(raw).getPath(), "");
  }

  /**
   * The values of a query parameter, decoded.
   *
   * @param name its name
   * @return the values in order; empty if it is absent
   */
  public List<String> queries(String name) {
    int question = target.indexOf('?');
    return question < 0 ? List.of() : pairs(target.substring(question + 1), name);
  }

  /**
   * The first value of a query parameter, decoded.
   *
   * @param name its name
   * @return the value, or empty if it is absent
   */
  public Optional<String> query(String name) {
    return queries(name).stream().findFirst();
  }

  /**
   * The first value of a field of a form in the body, decoded.
   *
   * @param name its name
   * @return the value, or empty if it is absent
   */
  public Optional<String> field(String name) {
    return pairs(text(), name).stream().findFirst();
  }

  /**
   * The body read as UTF-8.
   *
   * @return the text
   */
  public String text() {
    return new String(body, StandardCharsets.UTF_8);
  }

  private static List<String> pairs(String encoded, String name) {
    List<String> found = new ArrayList<>();
    for (String pair : encoded.split("&", -1)) {
      int equals = pair.indexOf('=');
      String key = equals < 0 ? pair : pair.substring(0, equals);
      if (URLDecoder.decode(key, StandardCharsets.UTF_8).equals(name)) {
        found.add(
            URLDecoder.decode(
                equals < 0 ? "" : pair.substring(equals + 1), StandardCharsets.UTF_8));
      }
    }
    return found;
  }

  @Override
  public String toString() {
    return method + " " + target;
  }
}
