package dev.guard.examples.config;

import dev.guard.Digest;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What {@code guard.yaml} says, checked and with every path made absolute. Immutable; holds
 * references to secrets, never a secret.
 *
 * @param file the file it was read from
 * @param name the guard's name
 * @param registry the registry
 * @param clusters every consumer of the registry; at least one
 * @param kubeconfig the kubeconfig the file names, or null
 * @param policy what may be cleaned
 * @param limits the blast radius
 * @param people how long people may object, and how many approve
 * @param voices where people object and approve besides
 * @param notifiers who is told what is planned and what was halted
 * @param stages in which order a plan goes; empty if all of it goes at once
 * @param killSwitch where the switch is
 * @param state the state directory; with a shared state, only what an undo needs is in it
 * @param sharedState where hosts share the state, or null if the directory holds it
 * @param journal the journal directory
 * @param acknowledged unparseable references that a person vouches for
 * @param evidence how old evidence may be at an act
 */
public record GuardConfig(
    Path file,
    String name,
    RegistryPart registry,
    List<ClusterPart> clusters,
    @Nullable Path kubeconfig,
    PolicyPart policy,
    LimitsPart limits,
    PeoplePart people,
    VoicesPart voices,
    NotifyPart notifiers,
    List<StagePart> stages,
    SwitchPart killSwitch,
    Path state,
    @Nullable SharedStatePart sharedState,
    Path journal,
    List<AcknowledgedPart> acknowledged,
    EvidencePart evidence) {
  /** Copies. */
  public GuardConfig {
    clusters = List.copyOf(clusters);
    stages = List.copyOf(stages);
    acknowledged = List.copyOf(acknowledged);
  }

  /**
   * The registry.
   *
   * @param url http or https, without path, query or user
   * @param credentials where its credentials come from
   * @param aliases other hosts of the same registry
   * @param mirrors prefixes under which others see it, and what they stand for
   */
  public record RegistryPart(
      URI url, CredentialsPart credentials, List<String> aliases, Map<String, String> mirrors) {
    /** Copies. */
    public RegistryPart {
      aliases = List.copyOf(aliases);
      mirrors = Map.copyOf(mirrors);
    }
  }

  /** Where hosts share state. */
  public sealed interface SharedStatePart {
    /**
     * The ConfigMaps of one namespace.
     *
     * @param context the kubeconfig's context
     * @param namespace the namespace
     */
    record Maps(String context, String namespace) implements SharedStatePart {}

    /**
     * A PostgreSQL database.
     *
     * @param url {@code jdbc:postgresql://…}; holds no password
     * @param username where the name is, or null if the address or the driver knows it
     * @param password where the password is, or null if the driver finds it or needs none
     */
    record Database(
        String url, @Nullable SecretReference username, @Nullable SecretReference password)
        implements SharedStatePart {}
  }

  /** Where credentials come from. */
  public sealed interface CredentialsPart {
    /** The docker configuration of whoever runs the command. */
    record Docker() implements CredentialsPart {}

    /** No credentials at all. */
    record None() implements CredentialsPart {}

    /**
     * A name and a password, each by reference.
     *
     * @param username where the name is
     * @param password where the password is
     */
    record Basic(SecretReference username, SecretReference password) implements CredentialsPart {}
  }

  /**
   * One cluster.
   *
   * @param context the kubeconfig's context
   * @param uid the uid its kube-system namespace must have, or null if nobody said
   */
  public record ClusterPart(String context, @Nullable String uid) {
    /**
     * The uid its kube-system namespace must have.
     *
     * @return the uid, or empty if nobody said
     */
    public Optional<String> expectedUid() {
      return Optional.ofNullable(uid);
    }
  }

  /** What an age is counted from. */
  public enum AgeSource {
    /** The registry's own push time. */
    PUSH_TIME("push-time"),
    /** Guard's own first sight of a manifest. */
    FIRST_SEEN("first-seen"),
    /** The stamp inside the image, which its builder wrote. */
    CREATED("created");

    private final String word;

    AgeSource(String word) {
      this.word = word;
    }

    /**
     * The word in the file.
     *
     * @return for example {@code first-seen}
     */
    public String word() {
      return word;
    }
  }

  /**
   * What may be cleaned.
   *
   * @param repositories globs of repositories; at least one
   * @param ageFrom what the age is counted from
   * @param atLeast the age below which nothing is a candidate
   * @param keepLast how many of the newest tagged digests of a repository stay
   * @param protectTags globs of tags that never go
   * @param protectLabels labels of the image configuration that protect
   * @param protectDigests digests that never go
   */
  public record PolicyPart(
      List<String> repositories,
      AgeSource ageFrom,
      Duration atLeast,
      int keepLast,
      List<String> protectTags,
      Map<String, String> protectLabels,
      List<Digest> protectDigests) {
    /** Copies. */
    public PolicyPart {
      repositories = List.copyOf(repositories);
      protectTags = List.copyOf(protectTags);
      protectLabels = Map.copyOf(protectLabels);
      protectDigests = List.copyOf(protectDigests);
    }
  }

  /**
   * The blast radius.
   *
   * @param perPlan how many manifests one plan may touch
   * @param percent which percent of the population one plan may touch
   * @param perDay how many manifests all runs of 24 hours may touch
   * @param timesUsual how many times the usual one plan may touch, or 0 if nothing is compared
   */
  public record LimitsPart(long perPlan, double percent, long perDay, int timesUsual) {
    /** What holds if the file says nothing. */
    public static final LimitsPart DEFAULT = new LimitsPart(50, 10, 200, 5);
  }

  /**
   * How people take part.
   *
   * @param soak how long they may object after an announcement, or null if nothing waits for that
   * @param approvals how many must approve a plan; 0 if none need to
   * @param shadow how many clean runs people watch before anything goes; 0 if none
   */
  public record PeoplePart(@Nullable Duration soak, int approvals, int shadow) {
    /** What holds if the file says nothing. */
    public static final PeoplePart DEFAULT = new PeoplePart(Duration.ofDays(7), 1, 0);
  }

  /**
   * Where people object and approve besides the command line.
   *
   * @param file a file they edit, or null
   * @param configMap a ConfigMap they annotate, or null
   */
  public record VoicesPart(@Nullable Path file, @Nullable ConfigMapPart configMap) {
    /** Nowhere. */
    public static final VoicesPart NOWHERE = new VoicesPart(null, null);
  }

  /**
   * Who is told; whoever is not configured is null.
   *
   * @param slack where the address of a Slack incoming webhook is
   * @param webhook where the address of a JSON webhook is
   * @param webhookKey where the key is with which the webhook's documents are signed
   * @param log whether the log is told
   */
  public record NotifyPart(
      @Nullable SecretReference slack,
      @Nullable SecretReference webhook,
      @Nullable SecretReference webhookKey,
      boolean log) {
    /** Nobody but whoever reads what is printed. */
    public static final NotifyPart NOBODY = new NotifyPart(null, null, null, false);
  }

  /**
   * One stage.
   *
   * @param name its name
   * @param repositories globs of its repositories; what matches no stage is in the last
   * @param bake the wait after it
   */
  public record StagePart(String name, List<String> repositories, Duration bake) {
    /** Copies. */
    public StagePart {
      repositories = List.copyOf(repositories);
    }
  }

  /**
   * Where the kill switch is.
   *
   * @param file the stop file; no file means run
   * @param configMap the ConfigMap that is asked as well, or null
   */
  public record SwitchPart(Path file, @Nullable ConfigMapPart configMap) {}

  /**
   * A ConfigMap.
   *
   * @param context the kubeconfig's context
   * @param namespace its namespace
   * @param name its name
   */
  public record ConfigMapPart(String context, String namespace, String name) {}

  /**
   * A person's word that one unparseable reference may be ignored.
   *
   * @param place the object and path it stands at
   * @param sha256 the SHA-256 of the exact value
   * @param who who says so
   * @param why why it is harmless
   * @param until when the word expires
   */
  public record AcknowledgedPart(
      String place, Digest sha256, String who, String why, Instant until) {}

  /**
   * How old evidence may be.
   *
   * @param maxAge how long before an act the last complete listing may have begun
   */
  public record EvidencePart(Duration maxAge) {
    /** What holds if the file says nothing. */
    public static final EvidencePart DEFAULT = new EvidencePart(Duration.ofMinutes(1));
  }
}
