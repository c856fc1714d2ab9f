package dev.guard.k8s;

import dev.guard.GuardConfigurationException;
import dev.guard.k8s.ClusterApi.Patience;
import dev.guard.time.Time;
import io.fabric8.kubernetes.api.model.AuthInfo;
import io.fabric8.kubernetes.api.model.Cluster;
import io.fabric8.kubernetes.api.model.Context;
import io.fabric8.kubernetes.api.model.NamedAuthInfo;
import io.fabric8.kubernetes.api.model.NamedCluster;
import io.fabric8.kubernetes.api.model.NamedContext;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A connection to one cluster, chosen by a kubeconfig file and the name of one of its contexts, and
 * by nothing else: no environment variable, current context or service account ever chooses
 * another. The credentials are the kubeconfig's: client certificates, tokens, token files, basic
 * authentication, exec plugins.
 *
 * <pre>{@code
 * try (ClusterConnection prod = ClusterConnection.open(Path.of("kubeconfig"), "prod-eu")) {
 *   ClusterConnection.Preflight ready = prod.preflight();
 * }
 * }</pre>
 *
 * <p>Opening sends nothing to the cluster (but runs the context's exec plugin, if it has one).
 * Redirects are not followed. Thread-safe. The connection owns its HTTP client; close it when
 * nothing uses it any more.
 */
public final class ClusterConnection implements AutoCloseable {
  static final String USER_AGENT = "guard/0.1";
  private static final long MAX_KUBECONFIG = 4L * 1024 * 1024;
  private static final int MAX_TOKEN = 64 * 1024;

  private final String context;
  private final Fabric8Reader reader;
  private final Time time;
  private final Patience lists;
  private final Patience quick;

  private ClusterConnection(
      String context, Fabric8Reader reader, Time time, Patience lists, Patience quick) {
    this.context = context;
    this.reader = reader;
    this.time = time;
    this.lists = lists;
    this.quick = quick;
  }

  /** Whether a cluster can be talked to. */
  public enum Access {
    /**
     * The server answers and takes the credentials, as far as its version shows; single lists may
     * be forbidden.
     */
    READY,
    /** The server answers, and rejects the credentials. */
    CREDENTIALS_REJECTED,
    /** The server does not answer, or not as an API server does. */
    UNREACHABLE
  }

  /**
   * What a look at a cluster showed.
   *
   * @param access whether it can be talked to
   * @param sentence one sentence for people, naming the context and what to do
   */
  public record Preflight(Access access, String sentence) {}

  /**
   * Opens a connection.
   *
   * @param kubeconfig the kubeconfig file
   * @param context the context's name
   * @return the connection
   * @throws GuardConfigurationException if the file cannot be read or has no such, or no usable,
   *     context; one sentence says which and how to mend it
   */
  public static ClusterConnection open(Path kubeconfig, String context) {
    return open(kubeconfig, context, Time.system());
  }

  /**
   * Opens a connection with a clock of one's own.
   *
   * @param kubeconfig the kubeconfig file
   * @param context the context's name
   * @param time used to wait between attempts and to bound a reading
   * @return the connection
   * @throws GuardConfigurationException as {@link #open(Path, String)}
   */
  public static ClusterConnection open(Path kubeconfig, String context, Time time) {
    return open(kubeconfig, context, time, Patience.LISTS, Patience.SWITCH);
  }

  static ClusterConnection open(
      Path kubeconfig, String context, Time time, Patience lists, Patience quick) {
    if (context.isBlank()) {
      throw new GuardConfigurationException(
          "A cluster is named by a kubeconfig context: name one.");
    }
    Chosen chosen = choose(parse(kubeconfig), kubeconfig, context);
    Config config = resolve(kubeconfig, context);
    config.setRequestRetryBackoffLimit(0);
    config.setConnectionTimeout(10_000);
    config.setHttp2Disable(true);
    config.setUserAgent(USER_AGENT);
    Path tokenFile = chosen.tokenFile();
    if (tokenFile != null) {
      config.setOauthTokenProvider(() -> token(tokenFile));
    }
    HttpClient client;
    try {
      client = new NoRedirects().newBuilder(config).build();
    } catch (RuntimeException e) {
      throw new GuardConfigurationException(
          "The certificates or keys of context '"
              + Plain.text(context)
              + "' in kubeconfig "
              + kubeconfig
              + " cannot be used. Mend the context's cluster and user.",
          e);
    }
    return new ClusterConnection(
        context, new Fabric8Reader(client, chosen.server()), time, lists, quick);
  }

  /**
   * The context's name, which names the cluster everywhere in Guard.
   *
   * @return not blank
   */
  public String context() {
    return context;
  }

  /**
   * Asks the server for its version, to tell wrong credentials from a server that cannot be
   * reached. Sends one GET.
   *
   * @return what it showed; never throws for what a cluster does
   */
  public Preflight preflight() {
    try (Answer answer = lists().get("/version", "reach the cluster")) {
      int status = answer.status();
      if (status == 200 || status == 403 || status == 404) {
        return new Preflight(Access.READY, context + ": the server answers.");
      }
      if (status == 401) {
        return new Preflight(
            Access.CREDENTIALS_REJECTED,
            context + ": the server rejects the credentials (401). Renew those of this context.");
      }
      return new Preflight(
          Access.UNREACHABLE, context + ": the server answers " + status + ". Try again later.");
    } catch (Unreadable e) {
      return unreachable(e.why());
    } catch (IOException e) {
      return unreachable("cannot reach the cluster: " + ClusterApi.words(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return unreachable("cannot reach the cluster: interrupted");
    }
  }

  private Preflight unreachable(String why) {
    return new Preflight(
        Access.UNREACHABLE, context + ": " + why + ". Check its address and the network.");
  }

  @Override
  public void close() {
    reader.close();
  }

  @Override
  public String toString() {
    return "connection to cluster " + context;
  }

  ClusterApi lists() {
    return new ClusterApi(reader, time, lists);
  }

  ClusterApi quick() {
    return new ClusterApi(reader, time, quick);
  }

  ClusterApi patient(Patience patience) {
    return new ClusterApi(reader, time, patience);
  }

  ConfigMapWriter configMaps(String namespace, Patience patience) {
    return new ConfigMapWriter(reader, namespace, patience);
  }

  Time time() {
    return time;
  }

  private record Chosen(String server, @Nullable Path tokenFile) {}

  private static io.fabric8.kubernetes.api.model.Config parse(Path kubeconfig) {
    byte[] bytes;
    try {
      if (Files.size(kubeconfig) > MAX_KUBECONFIG) {
        throw new GuardConfigurationException(
            "Kubeconfig " + kubeconfig + " is larger than 4 MiB. Name a kubeconfig file.");
      }
      bytes = Files.readAllBytes(kubeconfig);
    } catch (NoSuchFileException e) {
      throw new GuardConfigurationException(
          "There is no kubeconfig " + kubeconfig + ". Name the file that holds the context.", e);
    } catch (AccessDeniedException e) {
      throw new GuardConfigurationException(
          "Kubeconfig " + kubeconfig + " may not be read by this user. Grant it.", e);
    } catch (IOException e) {
      throw new GuardConfigurationException(
          "Kubeconfig " + kubeconfig + " cannot be read. Name a kubeconfig file.", e);
    }
    io.fabric8.kubernetes.api.model.@Nullable Config parsed;
    try {
      parsed =
          new KubernetesSerialization()
              .unmarshal(
                  new ByteArrayInputStream(bytes), io.fabric8.kubernetes.api.model.Config.class);
    } catch (RuntimeException | StackOverflowError e) {
      // Neither message nor cause is passed on: they quote the text, which holds credentials.
      throw new GuardConfigurationException(
          "Kubeconfig " + kubeconfig + " is not a kubeconfig. Name a kubeconfig file.");
    }
    if (parsed == null) {
      throw new GuardConfigurationException(
          "Kubeconfig " + kubeconfig + " is empty. Name a kubeconfig file.");
    }
    return parsed;
  }

  private static Chosen choose(
      io.fabric8.kubernetes.api.model.Config parsed, Path kubeconfig, String context) {
    String in = " in kubeconfig " + kubeconfig;
    String quoted = "'" + Plain.text(context) + "'";
    NamedContext namedContext =
        only(parsed.getContexts(), NamedContext::getName, context, "context", in);
    if (namedContext == null || namedContext.getContext() == null) {
      throw new GuardConfigurationException(
          "There is no context " + quoted + in + ". Known are: " + names(parsed) + ".");
    }
    Context chosen = namedContext.getContext();
    NamedCluster namedCluster =
        only(parsed.getClusters(), NamedCluster::getName, text(chosen.getCluster()), "cluster", in);
    if (namedCluster == null || namedCluster.getCluster() == null) {
      throw new GuardConfigurationException(
          "Context " + quoted + in + " names a cluster that is not there. Mend the context.");
    }
    String server = server(namedCluster.getCluster(), quoted + in);
    if (text(chosen.getUser()).isEmpty()) {
      return new Chosen(server, null);
    }
    NamedAuthInfo namedUser =
        only(parsed.getUsers(), NamedAuthInfo::getName, chosen.getUser(), "user", in);
    if (namedUser == null) {
      throw new GuardConfigurationException(
          "Context " + quoted + in + " names a user that is not there. Mend the context.");
    }
    AuthInfo user = namedUser.getUser();
    if (user == null) {
      return new Chosen(server, null);
    }
    if (!text(user.getAs()).isEmpty()
        || !text(user.getAsUid()).isEmpty()
        || !(user.getAsGroups() == null || user.getAsGroups().isEmpty())
        || !(user.getAsUserExtra() == null || user.getAsUserExtra().isEmpty())) {
      throw new GuardConfigurationException(
          "The user of context "
              + quoted
              + in
              + " impersonates another, which Guard does not do. Use a user of its own.");
    }
    String tokenFile = text(user.getTokenFile());
    if (tokenFile.isEmpty()) {
      return new Chosen(server, null);
    }
    // As kubectl does: a token file goes before a token and is read anew for each request, because
    // such tokens rotate.
    Path file = kubeconfig.toAbsolutePath().resolveSibling(tokenFile);
    if (!Files.isReadable(file)) {
      throw new GuardConfigurationException(
          "The token file of context " + quoted + in + " cannot be read. Mend the context's user.");
    }
    return new Chosen(server, file);
  }

  private static String server(Cluster cluster, String where) {
    String address = text(cluster.getServer());
    try {
      URI uri = new URI(address);
      boolean http = "https".equals(uri.getScheme()) || "http".equals(uri.getScheme());
      if (http
          && uri.getHost() != null
          && uri.getRawQuery() == null
          && uri.getRawFragment() == null
          && uri.getRawUserInfo() == null) {
        return address.endsWith("/") ? address.substring(0, address.length() - 1) : address;
      }
    } catch (URISyntaxException e) {
      throw badServer(where, e);
    }
    throw badServer(where, null);
  }

  private static GuardConfigurationException badServer(String where, @Nullable Throwable cause) {
    return new GuardConfigurationException(
        "The cluster of context "
            + where
            + " has no usable server address. Write one like https://host:6443.",
        cause);
  }

  private static Config resolve(Path kubeconfig, String context) {
    Config config;
    try {
      config = Config.fromKubeconfig(context, kubeconfig.toAbsolutePath().toFile());
    } catch (RuntimeException e) {
      // The cause is left out: it may quote credentials.
      throw new GuardConfigurationException(
          "The credentials of context '"
              + Plain.text(context)
              + "' in kubeconfig "
              + kubeconfig
              + " cannot be resolved. Mend its user, or the plugin it runs.");
    }
    NamedContext resolved = config.getCurrentContext();
    if (resolved == null || !context.equals(resolved.getName())) {
      throw new GuardConfigurationException(
          "Kubeconfig " + kubeconfig + " was changed while it was read. Try again.");
    }
    return config;
  }

  /**
   * The one with the name; null if there is none. Two of one name are an error, since no one can
   * tell which is meant.
   */
  private static <T> @Nullable T only(
      @Nullable List<T> all, Function<T, String> name, String wanted, String what, String in) {
    T only = null;
    if (all != null) {
      for (T one : all) {
        if (one != null && wanted.equals(name.apply(one))) {
          if (only != null) {
            throw new GuardConfigurationException(
                "The "
                    + what
                    + " '"
                    + Plain.text(wanted)
                    + "' stands twice"
                    + in
                    + ". Remove one of them.");
          }
          only = one;
        }
      }
    }
    return only;
  }

  private static String names(io.fabric8.kubernetes.api.model.Config parsed) {
    List<NamedContext> contexts = parsed.getContexts();
    if (contexts == null || contexts.isEmpty()) {
      return "none";
    }
    StringBuilder names = new StringBuilder();
    int count = 0;
    for (NamedContext one : contexts) {
      if (one == null) {
        continue;
      }
      if (count == 10) {
        return names + " and " + (contexts.size() - count) + " more";
      }
      names.append(count == 0 ? "" : ", ").append(Plain.text(text(one.getName())));
      count++;
    }
    return names.toString();
  }

  private static String text(@Nullable String text) {
    return Objects.requireNonNullElse(text, "");
  }

  private static String token(Path file) {
    try {
      byte[] bytes = Files.readAllBytes(file);
      return bytes.length > MAX_TOKEN ? "" : new String(bytes, StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      // No token: the server answers 401, which is reported as such.
      return "";
    }
  }

  /**
   * An API server does not redirect; following one could read another cluster or hand it the
   * credentials.
   */
  private static final class NoRedirects extends JdkHttpClientFactory {
    @Override
    protected void additionalConfig(java.net.http.HttpClient.Builder builder) {
      builder.followRedirects(java.net.http.HttpClient.Redirect.NEVER);
    }
  }
}
