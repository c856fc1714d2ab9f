package dev.guard.registry;

import java.nio.file.Path;
import java.util.Objects;

/**
 * Where a client's credentials come from. Nothing is read before the first request needs it, and no
 * secret ever appears in a message, in {@code toString} or in a log. Immutable and thread-safe.
 *
 * <pre>{@code
 * Credentials.basic("robot", password);
 * Credentials.docker();                      // as docker login left them
 * }</pre>
 */
public final class Credentials {
  /** Looks up who we are to a registry. */
  @FunctionalInterface
  interface Lookup {
    Principal find(String host, String repository);
  }

  private final String description;
  private final Lookup lookup;

  private Credentials(String description, Lookup lookup) {
    this.description = description;
    this.lookup = lookup;
  }

  /**
   * No credentials.
   *
   * @return anonymous access
   */
  public static Credentials none() {
    return new Credentials("anonymous", (host, repository) -> new Principal.Anonymous());
  }

  /**
   * A user and a password, sent only to the registry's own origin and to the token server it names.
   *
   * @param user the user; not blank, without a colon
   * @param secret the password; not empty
   * @return the credentials
   */
  public static Credentials basic(String user, String secret) {
    if (user.isBlank() || user.indexOf(':') >= 0 || secret.isEmpty()) {
      throw new IllegalArgumentException(
          "Credentials need a user without ':' and a password that is not empty.");
    }
    Principal principal = new Principal.Basic(user, secret);
    return new Credentials("user and password", (host, repository) -> principal);
  }

  /**
   * What {@code docker login} left: {@code $DOCKER_CONFIG/config.json} or {@code
   * ~/.docker/config.json}, credential helpers included. A file that is missing means anonymous;
   * one that cannot be read or understood is an error.
   *
   * @return the credentials
   */
  public static Credentials docker() {
    String directory = System.getenv("DOCKER_CONFIG");
    Path file =
        directory == null || directory.isBlank()
            ? Path.of(System.getProperty("user.home", "."), ".docker", "config.json")
            : Path.of(directory, "config.json");
    return docker(file);
  }

  /**
   * A docker configuration file at a given place.
   *
   * @param file the {@code config.json}
   * @return the credentials
   */
  public static Credentials docker(Path file) {
    Objects.requireNonNull(file, "file");
    return new Credentials("docker configuration " + file, new DockerConfig(file));
  }

  /** Who we are to a registry; throws GuardConfigurationException if that cannot be told. */
  Principal find(String host, String repository) {
    return lookup.find(host, repository);
  }

  @Override
  public String toString() {
    return description;
  }
}
