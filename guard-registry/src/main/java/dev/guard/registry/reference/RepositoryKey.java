package dev.guard.registry.reference;

import java.util.Locale;
import java.util.Objects;
import java.util.Set;

/**
 * The identity of a repository for comparisons: the canonical host and the path. Hosts are compared
 * without case, without the default ports 80 and 443, and all names of Docker Hub are one host.
 * Immutable.
 *
 * @param host the canonical host, for example {@code docker.io} or {@code
 *     registry.example.com:5000}
 * @param path the repository path, for example {@code library/ubuntu}
 */
public record RepositoryKey(String host, String path) {
  private static final Set<String> DOCKER_HUB =
      Set.of("docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com");

  /**
   * Makes a key; the host is brought to its canonical form.
   *
   * @param host a host as written in a reference or a URL, with or without a port
   * @param path the repository path
   */
  public RepositoryKey {
    host = canonicalHost(host);
    Objects.requireNonNull(path, "path");
  }

  /**
   * The canonical form of a host: lower case, default port stripped, Docker Hub's aliases folded
   * into {@code docker.io}.
   *
   * @param host a host, with or without a port
   * @return the canonical host
   */
  public static String canonicalHost(String host) {
    String lower = host.toLowerCase(Locale.ROOT);
    if (lower.endsWith(":443")) {
      lower = lower.substring(0, lower.length() - 4);
    } else if (lower.endsWith(":80")) {
      lower = lower.substring(0, lower.length() - 3);
    }
    return DOCKER_HUB.contains(lower) ? "docker.io" : lower;
  }

  @Override
  public String toString() {
    return host + "/" + path;
  }
}
