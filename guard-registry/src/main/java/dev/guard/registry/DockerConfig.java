package dev.guard.registry;

import com.fasterxml.jackson.databind.JsonNode;
import dev.guard.GuardConfigurationException;
import dev.guard.internal.Cause;
import dev.guard.internal.json.Json;
import dev.guard.registry.reference.RepositoryKey;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Credentials of a docker configuration: a helper for the host, else the general helper, else the
 * file's own entries.
 */
final class DockerConfig implements Credentials.Lookup {
  private static final Pattern HELPER = Pattern.compile("[A-Za-z0-9_-]{1,64}");
  private static final int MAX_FILE = 4 * 1024 * 1024;
  private static final int MAX_OUTPUT = 64 * 1024;
  private static final long HELPER_SECONDS = 20;
  private static final String HUB = "https://index.docker.io/v1/";

  private final Path file;
  private final Function<String, List<String>> commands;
  private final Map<String, Principal> fromHelpers = new ConcurrentHashMap<>();

  DockerConfig(Path file) {
    this(file, helper -> List.of("docker-credential-" + helper, "get"));
  }

  /** With the command line to run for a helper's name. */
  DockerConfig(Path file, Function<String, List<String>> commands) {
    this.file = file;
    this.commands = commands;
  }

  @Override
  public Principal find(String host, String repository) {
    JsonNode config = read();
    if (config == null) {
      return new Principal.Anonymous();
    }
    List<String> servers = servers(host);
    String helper = null;
    String server = servers.get(0);
    for (String name : servers) {
      JsonNode named = config.path("credHelpers").path(name);
      if (named.isTextual()) {
        helper = named.textValue();
        server = name;
        break;
      }
    }
    if (helper != null) {
      return ask(helper, server).orElseGet(Principal.Anonymous::new);
    }
    if (config.path("credsStore").isTextual() && !config.path("credsStore").textValue().isEmpty()) {
      for (String name : servers) {
        Optional<Principal> found = ask(config.path("credsStore").textValue(), name);
        if (found.isPresent()) {
          return found.get();
        }
      }
    }
    return fromFile(config.path("auths"), servers, repository);
  }

  private @Nullable JsonNode read() {
    try {
      if (Files.size(file) > MAX_FILE) {
        throw bad("is larger than 4 MiB", null);
      }
      JsonNode config = Json.read(Files.readAllBytes(file));
      if (!config.isObject()) {
        throw bad("is no JSON object", null);
      }
      return config;
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      throw bad("cannot be read (" + Cause.of(e) + ")", e);
    }
  }

  /** The keys under which a registry may stand, the most usual first. */
  private static List<String> servers(String host) {
    Set<String> names = new LinkedHashSet<>();
    if (RepositoryKey.canonicalHost(host).equals("docker.io")) {
      names.add(HUB);
      names.add("docker.io");
      names.add("index.docker.io");
    }
    names.add(host);
    names.add("https://" + host);
    names.add("https://" + host + "/");
    names.add("https://" + host + "/v1/");
    names.add("https://" + host + "/v2/");
    names.add("http://" + host);
    return new ArrayList<>(names);
  }

  private Principal fromFile(JsonNode auths, List<String> servers, String repository) {
    for (String prefix = repository; !prefix.isEmpty(); prefix = parent(prefix)) {
      for (String server : servers) {
        JsonNode entry = auths.path(server + "/" + prefix);
        if (entry.isObject()) {
          return entry(entry);
        }
      }
    }
    for (String server : servers) {
      JsonNode entry = auths.path(server);
      if (entry.isObject()) {
        return entry(entry);
      }
    }
    return new Principal.Anonymous();
  }

  private static String parent(String path) {
    int slash = path.lastIndexOf('/');
    return slash < 0 ? "" : path.substring(0, slash);
  }

  private Principal entry(JsonNode entry) {
    String registryToken = entry.path("registrytoken").asText("");
    if (!registryToken.isEmpty()) {
      return new Principal.Bearer(registryToken);
    }
    String identity = entry.path("identitytoken").asText("");
    if (!identity.isEmpty()) {
      return new Principal.Identity(identity);
    }
    String user = entry.path("username").asText("");
    String secret = entry.path("password").asText("");
    String auth = entry.path("auth").asText("");
    if (!auth.isEmpty()) {
      String pair;
      try {
        pair =
            new String(Base64.getDecoder().decode(auth.strip()), StandardCharsets.UTF_8)
                .replaceAll("\0+$", "");
      } catch (IllegalArgumentException e) {
        throw bad("holds an 'auth' that is not base64", null);
      }
      int colon = pair.indexOf(':');
      if (colon <= 0) {
        throw bad("holds an 'auth' that is not user and password", null);
      }
      user = pair.substring(0, colon);
      secret = pair.substring(colon + 1);
    }
    return user.isEmpty() ? new Principal.Anonymous() : principal(user, secret);
  }

  private static Principal principal(String user, String secret) {
    return user.equals("<token>")
        ? new Principal.Identity(secret)
        : new Principal.Basic(user, secret);
  }

  /** Asks a helper; empty if it knows nothing of the server. */
  private Optional<Principal> ask(String helper, String server) {
    if (!HELPER.matcher(helper).matches()) {
      throw bad("names a credential helper that is no plain name", null);
    }
    Principal known = fromHelpers.get(helper + " " + server);
    if (known != null) {
      return Optional.of(known);
    }
    Optional<Principal> found = run(helper, server);
    found.ifPresent(principal -> fromHelpers.put(helper + " " + server, principal));
    return found;
  }

  private Optional<Principal> run(String helper, String server) {
    Process process;
    try {
      process =
          new ProcessBuilder(commands.apply(helper))
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
    } catch (IOException e) {
      throw bad("names the credential helper '" + helper + "', which cannot be started", null);
    }
    try {
      try (OutputStream in = process.getOutputStream()) {
        in.write(server.getBytes(StandardCharsets.UTF_8));
      } catch (IOException e) {
        // A helper may answer without reading its input; its answer decides.
      }
      byte[] output = bounded(process, helper);
      if (process.exitValue() != 0) {
        String text = new String(output, StandardCharsets.UTF_8);
        if (text.contains("credentials not found")) {
          return Optional.empty();
        }
        throw bad("names the credential helper '" + helper + "', which failed", null);
      }
      JsonNode answer = Json.read(output);
      String user = answer.path("Username").asText("");
      String secret = answer.path("Secret").asText("");
      return user.isEmpty() ? Optional.empty() : Optional.of(principal(user, secret));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw bad("names the credential helper '" + helper + "', which was interrupted", null);
    } catch (IOException e) {
      throw bad("names the credential helper '" + helper + "', whose answer cannot be read", null);
    } finally {
      process.destroyForcibly();
    }
  }

  private byte[] bounded(Process process, String helper) throws IOException, InterruptedException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    InputStream in = process.getInputStream();
    CompletableFuture<Process> watchdog =
        process
            .onExit()
            .orTimeout(HELPER_SECONDS, TimeUnit.SECONDS)
            .whenComplete(
                (done, failure) -> {
                  if (failure
                      != null) { // after an ordinary end it would close what is still unread
                    process.destroyForcibly();
                  }
                });
    byte[] buffer = new byte[4096];
    int n;
    while ((n = in.read(buffer)) >= 0) {
      out.write(buffer, 0, n);
      if (out.size() > MAX_OUTPUT) {
        throw new IOException("too much output");
      }
    }
    boolean ended = process.waitFor(HELPER_SECONDS, TimeUnit.SECONDS);
    watchdog.cancel(false);
    if (!ended) {
      throw bad("names the credential helper '" + helper + "', which does not end", null);
    }
    return out.toByteArray();
  }

  private GuardConfigurationException bad(String what, @Nullable Throwable cause) {
    return new GuardConfigurationException(
        "The docker configuration " + file + " " + what + ". Mend it or name other credentials.",
        cause);
  }
}
