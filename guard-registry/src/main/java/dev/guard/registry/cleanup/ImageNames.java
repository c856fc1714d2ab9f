package dev.guard.registry.cleanup;

import dev.guard.GuardConfigurationException;
import dev.guard.registry.reference.ImageReference;
import dev.guard.registry.reference.RepositoryKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which repositories of the registry a reference may mean. Hosts are ignored by default, because
 * nodes and webhooks rewrite them invisibly: a reference protects every repository with the same
 * path. Mirror rules apply in both directions. Only a host listed as foreign is believed to be
 * another registry. Immutable and thread-safe.
 */
public final class ImageNames {
  private static final int MAX_NAMES = 64;

  private final Set<String> ourHosts;
  private final Map<String, String> mirrors;
  private final Set<String> foreignHosts;

  private ImageNames(Set<String> ourHosts, Map<String, String> mirrors, Set<String> foreignHosts) {
    this.ourHosts = ourHosts;
    this.mirrors = mirrors;
    this.foreignHosts = foreignHosts;
  }

  /**
   * The names of one registry.
   *
   * @param host its host
   * @return its names, with nothing else configured
   */
  public static ImageNames of(String host) {
    return new ImageNames(Set.of(RepositoryKey.canonicalHost(host)), Map.of(), Set.of());
  }

  /**
   * These names with more hosts under which the registry is known.
   *
   * @param aliases hosts, with their ports
   * @return new names
   */
  public ImageNames aliases(List<String> aliases) {
    Set<String> hosts = new LinkedHashSet<>(ourHosts);
    for (String alias : aliases) {
      hosts.add(RepositoryKey.canonicalHost(notBlank(alias)));
    }
    return new ImageNames(Set.copyOf(hosts), mirrors, foreignHosts);
  }

  /**
   * These names with mirror rules: a reference that begins with either side may also mean the
   * other.
   *
   * @param rules {@code host/prefix/} to {@code host/prefix/}
   * @return new names
   */
  public ImageNames mirrors(Map<String, String> rules) {
    Map<String, String> all = new LinkedHashMap<>();
    rules.forEach((from, to) -> all.put(canonicalPrefix(from), canonicalPrefix(to)));
    return new ImageNames(ourHosts, Map.copyOf(all), foreignHosts);
  }

  /**
   * These names, believing that some hosts are other registries: a reference with such a host means
   * nothing here, unless it is an alias or a mirror rule says otherwise.
   *
   * @param hosts hosts, with their ports
   * @return new names
   */
  public ImageNames foreign(List<String> hosts) {
    Set<String> all = new LinkedHashSet<>();
    for (String host : hosts) {
      all.add(RepositoryKey.canonicalHost(notBlank(host)));
    }
    return new ImageNames(ourHosts, mirrors, Set.copyOf(all));
  }

  private static String notBlank(String text) {
    if (text.isBlank()) {
      throw new GuardConfigurationException("A registry's alias or foreign host is blank.");
    }
    return text;
  }

  private static String canonicalPrefix(String prefix) {
    int slash = prefix.indexOf('/');
    if (slash <= 0) {
      throw new GuardConfigurationException(
          "A mirror rule maps 'host/' or 'host/prefix/' to the same, but one side is '"
              + prefix
              + "'.");
    }
    return RepositoryKey.canonicalHost(prefix.substring(0, slash)) + prefix.substring(slash);
  }

  /** The paths in our registry that a reference may mean, itself first. */
  Set<String> paths(ImageReference reference) {
    if (mirrors.isEmpty() && foreignHosts.isEmpty()) {
      return Set.of(reference.path()); // the usual case, asked a million times
    }
    Set<String> paths = new LinkedHashSet<>();
    for (String name : names(reference)) {
      int slash = name.indexOf('/');
      String host = name.substring(0, slash);
      if (ourHosts.contains(host) || !foreignHosts.contains(host)) {
        paths.add(name.substring(slash + 1));
      }
    }
    return paths;
  }

  /**
   * The path in our registry that a reference names by host, so that a missing image is this
   * registry's to answer for.
   *
   * @param reference the reference
   * @return the repository's path, or empty if it names another registry
   */
  public Optional<String> ours(ImageReference reference) {
    for (String name : names(reference)) {
      int slash = name.indexOf('/');
      String path = name.substring(slash + 1);
      if (ourHosts.contains(name.substring(0, slash)) && ImageReference.isRepositoryPath(path)) {
        return Optional.of(path);
      }
    }
    return Optional.empty();
  }

  private Set<String> names(ImageReference reference) {
    Set<String> names = new LinkedHashSet<>();
    List<String> open = new ArrayList<>();
    open.add(reference.key().toString());
    while (!open.isEmpty() && names.size() < MAX_NAMES) {
      String name = open.remove(open.size() - 1);
      if (names.add(name)) {
        mirrors.forEach(
            (from, to) -> {
              if (name.startsWith(from)) {
                open.add(to + name.substring(from.length()));
              }
              if (name.startsWith(to)) {
                open.add(from + name.substring(to.length()));
              }
            });
      }
    }
    return names;
  }

  @Override
  public String toString() {
    return "registry " + ourHosts + ", mirrors " + mirrors + ", foreign " + foreignHosts;
  }
}
