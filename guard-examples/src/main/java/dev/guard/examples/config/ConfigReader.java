package dev.guard.examples.config;

import dev.guard.Digest;
import dev.guard.examples.config.GuardConfig.AcknowledgedPart;
import dev.guard.examples.config.GuardConfig.AgeSource;
import dev.guard.examples.config.GuardConfig.ClusterPart;
import dev.guard.examples.config.GuardConfig.ConfigMapPart;
import dev.guard.examples.config.GuardConfig.CredentialsPart;
import dev.guard.examples.config.GuardConfig.EvidencePart;
import dev.guard.examples.config.GuardConfig.LimitsPart;
import dev.guard.examples.config.GuardConfig.NotifyPart;
import dev.guard.examples.config.GuardConfig.PeoplePart;
import dev.guard.examples.config.GuardConfig.PolicyPart;
import dev.guard.examples.config.GuardConfig.RegistryPart;
import dev.guard.examples.config.GuardConfig.SharedStatePart;
import dev.guard.examples.config.GuardConfig.StagePart;
import dev.guard.examples.config.GuardConfig.SwitchPart;
import dev.guard.examples.config.GuardConfig.VoicesPart;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads {@code guard.yaml}. Everything that is not understood is an error: an unknown key, an
 * unknown value, a missing necessary key, a wrong type, a duplicate. Nothing is opened but the file
 * itself.
 *
 * <pre>{@code GuardConfig config = ConfigReader.read(Path.of("guard.yaml"));}</pre>
 */
public final class ConfigReader {
  private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?");
  private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,127}");
  private static final String CONFIG_MAP = "configmap:";
  private static final Pattern NAMESPACE = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");
  private static final Duration DAY = Duration.ofDays(1);
  private static final String LATER = "this version of Guard cannot enforce it yet, so remove it";
  private static final Set<String> KEYS =
      Set.of(
          "name",
          "registry",
          "clusters",
          "kubeconfig",
          "policy",
          "limits",
          "soak",
          "approvals",
          "shadow",
          "notify",
          "people",
          "stages",
          "switch",
          "state",
          "journal",
          "acknowledge",
          "evidence");
  private static final Map<String, String> NOT_YET = Map.of("scans", LATER, "quarantine", LATER);

  private final Path file;
  private final String shown;

  private ConfigReader(Path file) {
    this.file = file.toAbsolutePath().normalize();
    this.shown = String.valueOf(file.getFileName());
  }

  /**
   * Reads and checks a configuration file.
   *
   * @param file the file
   * @return what it says
   * @throws ConfigException if anything in it is not understood; names the line
   */
  public static GuardConfig read(Path file) {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(Yaml.MAX_BYTES + 1);
    } catch (IOException e) {
      throw new ConfigException(
          "The configuration "
              + file
              + (Files.exists(file)
                  ? " cannot be read. Check its rights."
                  : " does not exist. Name it with --config."));
    }
    ConfigReader reader = new ConfigReader(file);
    return reader.config(Section.root(reader.shown, Yaml.read(bytes, reader.shown)));
  }

  private GuardConfig config(Section root) {
    root.only(KEYS, NOT_YET);
    String name = root.text("name");
    if (!NAME.matcher(name).matches()) {
      throw root.faultAt("name", "must be at most 63 lower-case letters, digits, '.', '_' and '-'");
    }
    return new GuardConfig(
        file,
        name,
        registry(root.section("registry")),
        clusters(root),
        root.optionalText("kubeconfig").map(text -> path(root, "kubeconfig", text)).orElse(null),
        policy(root.section("policy")),
        root.optionalSection("limits").map(ConfigReader::limits).orElse(LimitsPart.DEFAULT),
        people(root),
        voices(root),
        notifiers(root),
        stages(root),
        killSwitch(root),
        sharedState(root).isPresent()
            ? path(root, "state", "state")
            : directory(root, "state", "state"),
        sharedState(root).orElse(null),
        directory(root, "journal", "journal"),
        acknowledged(root),
        root.optionalSection("evidence").map(ConfigReader::evidence).orElse(EvidencePart.DEFAULT));
  }

  private RegistryPart registry(Section section) {
    section.only("url", "credentials", "aliases", "mirrors");
    String text = section.text("url");
    URI url = url(section, text);
    return new RegistryPart(
        url, credentials(section), section.texts("aliases"), section.textMap("mirrors"));
  }

  private static URI url(Section section, String text) {
    String rule =
        "must be the registry's http or https address without a path, for example https://registry.example.com";
    URI url;
    try {
      url = URI.create(text);
    } catch (IllegalArgumentException e) {
      throw section.faultAt("url", rule);
    }
    String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
    if (url.getUserInfo() != null
        || (url.getRawAuthority() != null && url.getRawAuthority().contains("@"))) {
      throw section.faultAt("url", "may hold no user or password; use 'credentials'");
    }
    boolean bare =
        (url.getRawPath() == null || url.getRawPath().isEmpty() || url.getRawPath().equals("/"))
            && url.getRawQuery() == null
            && url.getRawFragment() == null;
    if (!(scheme.equals("http") || scheme.equals("https")) || url.getHost() == null || !bare) {
      throw section.faultAt("url", rule);
    }
    return URI.create(scheme + "://" + url.getRawAuthority());
  }

  private CredentialsPart credentials(Section section) {
    Optional<Yaml.Node> node = section.node("credentials");
    if (node.isEmpty()) {
      return new CredentialsPart.Docker();
    }
    if (node.get() instanceof Yaml.Mapping) {
      Section inner = section.section("credentials").only("username", "password");
      return new CredentialsPart.Basic(secret(inner, "username"), secret(inner, "password"));
    }
    Map<String, CredentialsPart> choices = new LinkedHashMap<>();
    choices.put("docker", new CredentialsPart.Docker());
    choices.put("none", new CredentialsPart.None());
    return section.choice("credentials", choices);
  }

  private SecretReference secret(Section section, String key) {
    String text = section.text(key);
    if (text.startsWith("env:") && VARIABLE.matcher(text.substring(4)).matches()) {
      return new SecretReference(text.substring(4), null);
    }
    if (text.startsWith("file:") && text.length() > 5) {
      return new SecretReference(null, path(section, key, text.substring(5)));
    }
    // Not quoted: what stands here may be the secret itself.
    throw section.faultAt(
        key, "must say where it is, 'env:NAME' or 'file:PATH', never the value itself");
  }

  private List<ClusterPart> clusters(Section root) {
    if (!root.has("clusters")) {
      throw root.missing("clusters");
    }
    List<ClusterPart> clusters = new ArrayList<>();
    Set<String> contexts = new HashSet<>();
    Set<String> uids = new HashSet<>();
    for (Section section : root.sections("clusters")) {
      section.only("context", "uid");
      String context = section.text("context");
      if (!contexts.add(context)) {
        throw section.faultAt(
            "context", "names '" + Yaml.shown(context) + "' a second time; name each cluster once");
      }
      Optional<String> uid = section.optionalText("uid");
      if (uid.isPresent() && !uids.add(uid.get())) {
        throw section.faultAt(
            "uid", "is another cluster's as well; two contexts may not be the same cluster");
      }
      clusters.add(new ClusterPart(context, uid.orElse(null)));
    }
    if (clusters.isEmpty()) {
      throw root.faultAt(
          "clusters", "is empty; name every cluster that uses the registry, for none is never all");
    }
    return clusters;
  }

  private static PolicyPart policy(Section section) {
    section.only("repositories", "age", "keepLast", "protect");
    List<String> repositories = section.texts("repositories");
    if (repositories.isEmpty()) {
      throw section.has("repositories")
          ? section.faultAt(
              "repositories",
              "is empty; name what may be cleaned, for nothing never means everything")
          : section.missing("repositories");
    }
    Section age = section.section("age").only("from", "atLeast");
    Map<String, AgeSource> sources = new LinkedHashMap<>();
    for (AgeSource source : AgeSource.values()) {
      sources.put(source.word(), source);
    }
    AgeSource from = age.choice("from", sources);
    if (from == AgeSource.PUSH_TIME) {
      throw age.faultAt(
          "from",
          "is push-time, but this registry stores no push time; use first-seen, or created if its builders are trusted");
    }
    Duration atLeast =
        age.duration("atLeast", Duration.ofSeconds(1), DAY.multipliedBy(36_500))
            .orElseThrow(() -> age.missing("atLeast"));
    int keepLast = section.whole("keepLast", 0, 1_000_000).orElse(0L).intValue();
    List<String> tags = List.of();
    Map<String, String> labels = Map.of();
    List<Digest> digests = new ArrayList<>();
    Optional<Section> protect = section.optionalSection("protect");
    if (protect.isPresent()) {
      Section inner = protect.get().only("tags", "labels", "digests");
      tags = inner.texts("tags");
      labels = inner.textMap("labels");
      for (String text : inner.texts("digests")) {
        try {
          digests.add(new Digest(text));
        } catch (IllegalArgumentException e) {
          throw inner.faultAt(
              "digests",
              "holds '" + Yaml.shown(text) + "', which is not sha256: and 64 hexadecimal digits");
        }
      }
    }
    return new PolicyPart(repositories, from, atLeast, keepLast, tags, labels, digests);
  }

  private static LimitsPart limits(Section section) {
    section.only("perPlan", "percent", "perDay", "timesUsual");
    long times =
        none(section, "timesUsual")
            ? 0
            : section.whole("timesUsual", 1, 1000).orElse((long) LimitsPart.DEFAULT.timesUsual());
    return new LimitsPart(
        section.whole("perPlan", 0, 1_000_000).orElse(LimitsPart.DEFAULT.perPlan()),
        section.percent("percent").orElse(LimitsPart.DEFAULT.percent()),
        section.whole("perDay", 0, 10_000_000).orElse(LimitsPart.DEFAULT.perDay()),
        (int) times);
  }

  /** Absent means the safe default; off must be written. */
  private static PeoplePart people(Section root) {
    Duration soak =
        none(root, "soak")
            ? null
            : root.duration("soak", Duration.ofMinutes(1), DAY.multipliedBy(366))
                .orElse(PeoplePart.DEFAULT.soak());
    long approvals =
        none(root, "approvals")
            ? 0
            : root.whole("approvals", 1, 100).orElse((long) PeoplePart.DEFAULT.approvals());
    long shadow = none(root, "shadow") ? 0 : root.whole("shadow", 1, 1000).orElse(0L);
    return new PeoplePart(soak, (int) approvals, (int) shadow);
  }

  private VoicesPart voices(Section root) {
    if (!root.has("people") || none(root, "people")) {
      return VoicesPart.NOWHERE;
    }
    Section section = root.section("people").only("file", "configMap");
    Path written = section.optionalText("file").map(it -> path(section, "file", it)).orElse(null);
    ConfigMapPart map = section.optionalSection("configMap").map(ConfigReader::map).orElse(null);
    if (written == null && map == null) {
      throw root.faultAt("people", "names nothing; give file or configMap, or write none");
    }
    return new VoicesPart(written, map);
  }

  private static ConfigMapPart map(Section section) {
    section.only("context", "namespace", "name");
    return new ConfigMapPart(
        section.text("context"), section.text("namespace"), section.text("name"));
  }

  private NotifyPart notifiers(Section root) {
    if (!root.has("notify") || none(root, "notify")) {
      return NotifyPart.NOBODY;
    }
    Section section = root.section("notify").only("slack", "webhook", "webhookKey", "log");
    NotifyPart part =
        new NotifyPart(
            section.has("slack") ? secret(section, "slack") : null,
            section.has("webhook") ? secret(section, "webhook") : null,
            section.has("webhookKey") ? secret(section, "webhookKey") : null,
            section.truth("log").orElse(false));
    if (part.slack() == null && part.webhook() == null && !part.log()) {
      throw root.faultAt("notify", "names nobody; give slack, webhook or log, or write none");
    }
    if (part.webhook() == null && part.webhookKey() != null) {
      throw section.faultAt("webhookKey", "signs for a webhook, but there is none");
    }
    return part;
  }

  /** Absent means one stage, and so does what is written none. */
  private static List<StagePart> stages(Section root) {
    if (!root.has("stages") || none(root, "stages")) {
      return List.of();
    }
    List<Section> sections = root.sections("stages");
    if (sections.isEmpty()) {
      throw root.faultAt("stages", "is empty; write 'none' if a plan shall go at once");
    }
    List<StagePart> stages = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Section section : sections) {
      section.only("name", "repositories", "bake");
      String name = section.text("name");
      if (!NAME.matcher(name).matches()) {
        throw section.faultAt(
            "name", "must be at most 63 lower-case letters, digits, '.', '_' and '-'");
      }
      if (!names.add(name)) {
        throw section.faultAt("name", "is another stage's as well; give each its own");
      }
      List<String> repositories = section.texts("repositories");
      if (repositories.isEmpty() && stages.size() < sections.size() - 1) {
        throw section.has("repositories")
            ? section.faultAt("repositories", "is empty; name those of this stage")
            : section.missing("repositories");
      }
      stages.add(
          new StagePart(
              name,
              repositories,
              section
                  .duration("bake", Duration.ZERO, DAY.multipliedBy(366))
                  .orElse(Duration.ZERO)));
    }
    return stages;
  }

  private static boolean none(Section root, String key) {
    return root.node(key).orElse(null) instanceof Yaml.Scalar scalar
        && scalar.kind() == Yaml.Scalar.Kind.TEXT
        && scalar.text().equals("none");
  }

  private SwitchPart killSwitch(Section root) {
    Optional<Section> section = root.optionalSection("switch");
    if (section.isEmpty()) {
      return new SwitchPart(path(root, "switch", "STOP"), null);
    }
    Section inner = section.get().only("file", "configMap");
    Path stop = path(inner, "file", inner.optionalText("file").orElse("STOP"));
    Optional<Section> map = inner.optionalSection("configMap");
    if (map.isEmpty()) {
      return new SwitchPart(stop, null);
    }
    return new SwitchPart(stop, map(map.get()));
  }

  private Optional<SharedStatePart> sharedState(Section root) {
    if (root.node("state").orElse(null) instanceof Yaml.Mapping) {
      Section inner = root.section("state").only("url", "username", "password");
      if (!inner.has("username") && inner.has("password")) {
        throw inner.missing("username");
      }
      return Optional.of(
          new SharedStatePart.Database(
              DatabaseUrl.in(inner, "url", inner.text("url")),
              inner.has("username") ? secret(inner, "username") : null,
              inner.has("password") ? secret(inner, "password") : null));
    }
    String text = root.optionalText("state").orElse("");
    if (text.startsWith("jdbc:")) {
      return Optional.of(
          new SharedStatePart.Database(DatabaseUrl.in(root, "state", text), null, null));
    }
    return text.startsWith(CONFIG_MAP) ? Optional.of(maps(root, text)) : Optional.empty();
  }

  /** The context may hold slashes, as those of some clouds do; a namespace cannot. */
  private static SharedStatePart maps(Section root, String text) {
    int slash = text.lastIndexOf('/');
    String context = slash < 0 ? "" : text.substring(CONFIG_MAP.length(), slash);
    String namespace = text.substring(slash + 1);
    if (context.isBlank()
        || !context.equals(context.strip())
        || !NAMESPACE.matcher(namespace).matches()) {
      throw root.faultAt(
          "state", "must name a kubeconfig context and a namespace, as in configmap:prod-eu/guard");
    }
    return new SharedStatePart.Maps(context, namespace);
  }

  private Path directory(Section root, String key, String absent) {
    String text = root.optionalText(key).orElse(absent);
    if (text.contains("://") || text.startsWith("jdbc:") || text.startsWith("configmap:")) {
      throw root.faultAt(
          key,
          key.equals("state")
              ? "must be a directory, jdbc:postgresql://HOST/DATABASE or configmap:CONTEXT/NAMESPACE"
              : "must be a directory");
    }
    Path path = path(root, key, text);
    if (Files.exists(path) && !Files.isDirectory(path)) {
      throw root.faultAt(key, "must be a directory, but " + path + " is a file");
    }
    return path;
  }

  private static List<AcknowledgedPart> acknowledged(Section root) {
    List<AcknowledgedPart> found = new ArrayList<>();
    for (Section section : root.sections("acknowledge")) {
      section.only("object", "path", "sha256", "who", "why", "until");
      Digest digest =
          section
              .parsed(
                  "sha256",
                  text -> new Digest(text.startsWith("sha256:") ? text : "sha256:" + text),
                  "must be the SHA-256 of the exact value, 64 lower-case hexadecimal digits")
              .orElseThrow(() -> section.missing("sha256"));
      found.add(
          new AcknowledgedPart(
              section.text("object") + " " + section.text("path"),
              digest,
              section.text("who"),
              section.text("why"),
              section.instant("until")));
    }
    return found;
  }

  private static EvidencePart evidence(Section section) {
    section.only("maxAge");
    return new EvidencePart(
        section
            .duration("maxAge", Duration.ofSeconds(1), Duration.ofMinutes(15))
            .orElse(EvidencePart.DEFAULT.maxAge()));
  }

  private Path path(Section section, String key, String text) {
    try {
      Path home = Path.of(System.getProperty("user.home", "/"));
      Path given = text.startsWith("~/") ? home.resolve(text.substring(2)) : Path.of(text);
      Path base = file.getParent();
      return (base == null ? given : base.resolve(given)).toAbsolutePath().normalize();
    } catch (InvalidPathException e) {
      throw section.faultAt(key, "is not a path");
    }
  }
}
