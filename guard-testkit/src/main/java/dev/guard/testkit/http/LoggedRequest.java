package dev.guard.testkit.http;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * What a server was asked and how it answered. Credentials are not kept: of an {@code
 * Authorization} header only the scheme, of a form nothing. Immutable.
 *
 * @param method the method
 * @param target path and query as they stood on the wire
 * @param headers the headers, by name in lower case, values joined by commas
 * @param body the body read as UTF-8, at most its first 64 KiB
 * @param status the status sent; 0 if the connection was cut before an answer
 */
public record LoggedRequest(
    String method, String target, Map<String, String> headers, String body, int status) {
  private static final int MOST = 64 * 1024;
  private static final Set<String> SECRET =
      Set.of("authorization", "proxy-authorization", "cookie");
  private static final Set<String> WRITES = Set.of("PUT", "POST", "PATCH", "DELETE");

  /** Copies the headers. */
  public LoggedRequest {
    Objects.requireNonNull(method, "method");
    Objects.requireNonNull(target, "target");
    Objects.requireNonNull(body, "body");
    headers = Map.copyOf(headers);
  }

  static LoggedRequest of(Request request, int status) {
    Map<String, String> kept = new LinkedHashMap<>();
    for (Map.Entry<String, List<String>> header : request.headers().entrySet()) {
      String value = String.join(",", header.getValue());
      kept.put(
          header.getKey(),
          SECRET.contains(header.getKey()) ? value.strip().split("[ ,=]", 2)[0] : value);
    }
    boolean form =
        kept.getOrDefault("content-type", "").toLowerCase(Locale.ROOT).contains("urlencoded");
    byte[] bytes = request.body();
    String body =
        form
            ? "(a form)"
            : new String(bytes, 0, Math.min(bytes.length, MOST), StandardCharsets.UTF_8);
    return new LoggedRequest(request.method(), request.target(), kept, body, status);
  }

  /**
   * Whether the method is one that writes: PUT, POST, PATCH or DELETE.
   *
   * @return whether it is
   */
  public boolean isWrite() {
    return WRITES.contains(method);
  }

  /**
   * A header.
   *
   * @param name its name, in any case
   * @return its value, or an empty string if it was absent
   */
  public String header(String name) {
    return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
  }

  @Override
  public String toString() {
    return method + " " + target + " -> " + status;
  }
}
