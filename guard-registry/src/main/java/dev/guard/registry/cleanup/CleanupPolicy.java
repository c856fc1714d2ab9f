package dev.guard.registry.cleanup;

import dev.guard.Digest;
import dev.guard.GuardConfigurationException;
import dev.guard.registry.inventory.RepositoryPatterns;
import dev.guard.registry.reference.ContentDigest;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which images may be proposed at all, as data: repositories, minimum age, how many to keep, and
 * what never goes. It only proposes; references, limits and people decide. Immutable and
 * thread-safe.
 *
 * <pre>{@code
 * CleanupPolicy policy =
 *     CleanupPolicy.over(RepositoryPatterns.of(List.of("team/*")), AgeSource.FIRST_SEEN, Duration.ofDays(30))
 *         .keepLast(5)
 *         .protectTags(List.of("production-*"));
 * }</pre>
 */
public final class CleanupPolicy {
  private final RepositoryPatterns repositories;
  private final AgeSource ageSource;
  private final Duration atLeast;
  private final int keepLast;
  private final List<String> protectedTags;
  private final Map<String, String> protectedLabels;
  private final Set<ContentDigest> protectedDigests;

  private CleanupPolicy(
      RepositoryPatterns repositories,
      AgeSource ageSource,
      Duration atLeast,
      int keepLast,
      Collection<String> protectedTags,
      Map<String, String> protectedLabels,
      Collection<ContentDigest> protectedDigests) {
    this.repositories = repositories;
    this.ageSource = ageSource;
    this.atLeast = atLeast;
    this.keepLast = keepLast;
    this.protectedTags = List.copyOf(protectedTags);
    this.protectedLabels = Map.copyOf(protectedLabels);
    this.protectedDigests = Set.copyOf(protectedDigests);
  }

  /**
   * A policy.
   *
   * @param repositories what may be cleaned
   * @param ageSource where ages come from
   * @param atLeast how old an image must be; positive
   * @return the policy; it keeps nothing else back yet
   * @throws GuardConfigurationException if the age is not positive, or its source is one that no
   *     registry of this client has
   */
  public static CleanupPolicy over(
      RepositoryPatterns repositories, AgeSource ageSource, Duration atLeast) {
    if (ageSource == AgeSource.PUSH_TIME) {
      throw new GuardConfigurationException(
          "This registry does not tell when an image was pushed, so no image would ever have an age from push-time."
              + " Take first-seen, or created if you trust the images' own stamps.");
    }
    if (atLeast.isNegative() || atLeast.isZero()) {
      throw new GuardConfigurationException(
          "The minimum age of an image must be positive, but was " + atLeast + ".");
    }
    return new CleanupPolicy(repositories, ageSource, atLeast, 0, List.of(), Map.of(), Set.of());
  }

  /**
   * This policy, keeping the newest images of each repository. Distinct tagged digests are counted;
   * one with several tags counts once, a referrer's tag not at all. Ties at the boundary and images
   * of unknown age are kept besides.
   *
   * @param images how many; 0 keeps none for this reason
   * @return a new policy
   */
  public CleanupPolicy keepLast(int images) {
    if (images < 0) {
      throw new GuardConfigurationException(
          "keepLast may not be negative, but was " + images + ".");
    }
    return new CleanupPolicy(
        repositories, ageSource, atLeast, images, protectedTags, protectedLabels, protectedDigests);
  }

  /**
   * This policy, keeping every image with a tag that matches.
   *
   * @param globs patterns of tags, {@code *} for any characters; none blank
   * @return a new policy
   */
  public CleanupPolicy protectTags(Collection<String> globs) {
    for (String glob : globs) {
      if (glob.isBlank()) {
        throw new GuardConfigurationException(
            "A protected tag pattern is blank and protects nothing.");
      }
    }
    return new CleanupPolicy(
        repositories, ageSource, atLeast, keepLast, globs, protectedLabels, protectedDigests);
  }

  /**
   * This policy, keeping every image whose config has one of these labels with that value. An image
   * whose labels cannot be read is kept too.
   *
   * @param labels names and values
   * @return a new policy
   */
  public CleanupPolicy protectLabels(Map<String, String> labels) {
    for (String name : labels.keySet()) {
      if (name.isBlank()) {
        throw new GuardConfigurationException(
            "A protected label has a blank name and protects nothing.");
      }
    }
    return new CleanupPolicy(
        repositories, ageSource, atLeast, keepLast, protectedTags, labels, protectedDigests);
  }

  /**
   * This policy, keeping these manifests with all they hang together with.
   *
   * @param digests manifests
   * @return a new policy
   */
  public CleanupPolicy protectDigests(Collection<ContentDigest> digests) {
    return new CleanupPolicy(
        repositories, ageSource, atLeast, keepLast, protectedTags, protectedLabels, digests);
  }

  /**
   * What may be cleaned.
   *
   * @return the patterns
   */
  public RepositoryPatterns repositories() {
    return repositories;
  }

  /**
   * Where ages come from.
   *
   * @return the source
   */
  public AgeSource ageSource() {
    return ageSource;
  }

  /**
   * How old an image must be.
   *
   * @return positive
   */
  public Duration atLeast() {
    return atLeast;
  }

  /**
   * How many of the newest images of each repository are kept.
   *
   * @return not negative
   */
  public int keepLast() {
    return keepLast;
  }

  /**
   * A digest over everything in this policy that protects, for a plan that is void when it changes.
   *
   * @return the digest
   */
  public Digest protection() {
    return Digest.of(
        "keepLast "
            + keepLast
            + " atLeast "
            + atLeast
            + " from "
            + ageSource.text()
            + " tags "
            + new TreeSet<>(protectedTags)
            + " labels "
            + new TreeMap<>(protectedLabels)
            + " digests "
            + new TreeSet<>(protectedDigests));
  }

  Optional<String> protectingTag(Iterable<String> tags) {
    for (String tag : tags) {
      for (String glob : protectedTags) {
        if (RepositoryPatterns.globMatches(glob, tag)) {
          return Optional.of("the tag " + tag + " is protected by '" + glob + "'");
        }
      }
    }
    return Optional.empty();
  }

  Optional<String> protectingLabel(@org.jspecify.annotations.Nullable Map<String, String> labels) {
    if (protectedLabels.isEmpty()) {
      return Optional.empty();
    }
    if (labels == null) {
      return Optional.of("its labels could not be read, so they may protect it");
    }
    for (Map.Entry<String, String> label : protectedLabels.entrySet()) {
      if (label.getValue().equals(labels.get(label.getKey()))) {
        return Optional.of("the label " + label.getKey() + "=" + label.getValue() + " protects it");
      }
    }
    return Optional.empty();
  }

  boolean protects(ContentDigest digest) {
    return protectedDigests.contains(digest);
  }

  @Override
  public String toString() {
    return "older than "
        + atLeast
        + " ("
        + ageSource.text()
        + "), keeping the last "
        + keepLast
        + " of "
        + repositories;
  }
}
