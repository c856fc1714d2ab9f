package dev.guard.examples.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a secret is: {@code env:NAME} or {@code file:PATH}. The file says where, never what.
 *
 * @param variable the environment variable, or null
 * @param path the file, or null
 */
public record SecretReference(@Nullable String variable, @Nullable Path path) {
  private static final long MAX_BYTES = 64 * 1024;

  /** Exactly one of both. */
  public SecretReference {
    if ((variable == null) == (path == null)) {
      throw new IllegalArgumentException(
          "A secret is in the environment or in a file, not both and not neither.");
    }
  }

  /**
   * Fetches the secret.
   *
   * @param environment the environment
   * @return the secret, without the line end a file may carry
   * @throws ConfigException if it is not there or empty; the message says where, never what
   */
  public String fetch(Map<String, String> environment) {
    if (variable != null) {
      String value = environment.get(variable);
      if (value == null || value.isEmpty()) {
        throw new ConfigException(
            "The environment variable " + variable + " is not set. Set it to the secret.");
      }
      return value;
    }
    try {
      if (Files.size(path) > MAX_BYTES) {
        throw new ConfigException(
            "The secret file " + path + " is too large to be a secret. Check the path.");
      }
      String value = Files.readString(path, StandardCharsets.UTF_8).stripTrailing();
      if (value.isEmpty()) {
        throw new ConfigException(
            "The secret file " + path + " is empty. Write the secret into it.");
      }
      return value;
    } catch (IOException e) {
      throw new ConfigException(
          "The secret file " + path + " cannot be read. Check the path and its rights.");
    }
  }

  @Override
  public String toString() {
    return variable != null ? "env:" + variable : "file:" + path;
  }
}
