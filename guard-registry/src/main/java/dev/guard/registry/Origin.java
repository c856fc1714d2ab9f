package dev.guard.registry;

import java.net.URI;
import java.util.Locale;
import java.util.Objects;

/** Scheme, host and port of an address; what may see our credentials. */
record Origin(String scheme, String host, int port) {
  static Origin of(URI uri) {
    String scheme = Objects.requireNonNullElse(uri.getScheme(), "").toLowerCase(Locale.ROOT);
    String host = Objects.requireNonNullElse(uri.getHost(), "").toLowerCase(Locale.ROOT);
    int port = uri.getPort();
    if (port < 0) {
      port = scheme.equals("https") ? 443 : 80;
    }
    return new Origin(scheme, host, port);
  }

  boolean isWeb() {
    return (scheme.equals("https") || scheme.equals("http")) && !host.isEmpty();
  }

  boolean isSecure() {
    return scheme.equals("https");
  }

  boolean isLoopback() {
    return host.equals("localhost")
        || host.equals("[::1]")
        || host.matches("127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}");
  }
}
