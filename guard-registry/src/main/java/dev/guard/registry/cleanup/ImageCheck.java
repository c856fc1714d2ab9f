package dev.guard.registry.cleanup;

import dev.guard.GuardConfigurationException;
import dev.guard.evidence.ImagePresence;
import dev.guard.evidence.Reference;
import dev.guard.registry.Answer;
import dev.guard.registry.Descriptor;
import dev.guard.registry.Manifest;
import dev.guard.registry.Reading;
import dev.guard.registry.RegistryClient;
import dev.guard.registry.cleanup.ImageFinding.Kind;
import dev.guard.registry.cleanup.ImageFinding.Severity;
import dev.guard.registry.reference.ContentDigest;
import dev.guard.registry.reference.ImageReference;
import dev.guard.registry.reference.ParsedReference;
import dev.guard.registry.reference.UnparseableReference;
import dev.guard.time.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The check for time bombs: does the registry still hold, completely, every image that is declared
 * anywhere? A manifest that answers is not enough: an index may have lost its children, an image
 * its blobs.
 *
 * <p>What looks missing or broken is asked for twice more before it is called so; what cannot be
 * told is {@link Kind#UNKNOWN} and makes the result incomplete. References to other registries are
 * counted and left alone.
 *
 * <pre>{@code
 * ImageCheck.Result result = ImageCheck.of(client, ImageNames.of(client.host())).check(references);
 * }</pre>
 *
 * <p>Thread-safe; sends nothing but GET and HEAD.
 */
public final class ImageCheck implements ImagePresence {
  private static final int CONFIRMATIONS = 2;
  private static final int SHOWN_PLACES = 10;
  private static final int MAX_DEPTH = 8;

  private final RegistryClient client;
  private final ImageNames names;
  private final Time time;
  private final Duration between;
  private final Set<String> platforms;

  private ImageCheck(
      RegistryClient client, ImageNames names, Time time, Duration between, Set<String> platforms) {
    this.client = client;
    this.names = names;
    this.time = time;
    this.between = between;
    this.platforms = platforms;
  }

  /**
   * A check that waits two seconds before it asks again for what looks missing.
   *
   * @param client the registry
   * @param names under which names it is known
   * @return the check
   */
  public static ImageCheck of(RegistryClient client, ImageNames names) {
    return new ImageCheck(client, names, Time.system(), Duration.ofSeconds(2), Set.of());
  }

  /**
   * This check with another clock and another wait.
   *
   * @param source the clock
   * @param wait how long to wait before asking again; not negative
   * @return a new check
   */
  public ImageCheck confirming(Time source, Duration wait) {
    if (wait.isNegative()) {
      throw new GuardConfigurationException("The wait before asking again may not be negative.");
    }
    return new ImageCheck(client, names, source, wait, platforms);
  }

  /**
   * This check knowing the platforms of the nodes, as {@code os/architecture}: a child missing for
   * another platform is of low severity. Without them every platform counts.
   *
   * @param nodes for example {@code linux/amd64}
   * @return a new check
   */
  public ImageCheck platforms(Set<String> nodes) {
    return new ImageCheck(client, names, time, between, Set.copyOf(nodes));
  }

  /**
   * What came of a check.
   *
   * @param complete false if of any reference it cannot be told, or if references were found and
   *     none of them names this registry: then its name may be wrong
   * @param findings one per reference that is not well, in the order in which they were found
   * @param checked how many distinct references were asked for
   * @param elsewhere how many distinct references name other registries and were left alone
   * @param hosts which other registries those are, sorted; an alias that is missing in the
   *     configuration stands here
   */
  public record Result(
      boolean complete,
      List<ImageFinding> findings,
      long checked,
      long elsewhere,
      List<String> hosts) {
    /** Copies. */
    public Result {
      findings = List.copyOf(findings);
      hosts = List.copyOf(hosts);
    }
  }

  /** Who declares a reference. */
  private static final class Places {
    private final List<String> where = new ArrayList<>();
    private long total;

    void add(Reference reference) {
      total++;
      if (where.size() < SHOWN_PLACES) {
        where.add(reference.where());
      }
    }
  }

  /** What is wrong with an image. */
  private record Fault(
      Kind kind, Severity severity, @Nullable ContentDigest digest, String detail) {}

  /**
   * Checks every declared reference once, however many places declare it.
   *
   * @param references what was found; identities reported by runtimes are left alone
   * @return the findings
   */
  public Result check(List<Reference> references) {
    Map<String, Places> places = new LinkedHashMap<>();
    for (Reference reference : references) {
      if (reference.form() == Reference.Form.NAME) {
        places.computeIfAbsent(reference.value(), absent -> new Places()).add(reference);
      }
    }
    Map<String, Fault> faults = new LinkedHashMap<>();
    long checked = 0;
    long elsewhere = 0;
    Set<String> hosts = new TreeSet<>();
    Map<String, Optional<Fault>> seen = new HashMap<>();
    for (String value : places.keySet()) {
      ParsedReference parsed = ImageReference.parse(value);
      if (parsed instanceof UnparseableReference broken) {
        checked++;
        faults.put(value, new Fault(Kind.UNKNOWN, Severity.MEDIUM, null, broken.message()));
      } else if (parsed instanceof ImageReference reference) {
        Optional<String> repository = names.ours(reference);
        if (repository.isEmpty()) {
          elsewhere++;
          hosts.add(reference.key().host());
        } else {
          checked++;
          look(repository.get(), tagOrDigest(reference), seen)
              .ifPresent(it -> faults.put(value, it));
        }
      }
    }
    confirm(faults);
    List<ImageFinding> findings = new ArrayList<>();
    faults.forEach(
        (value, fault) -> {
          Places at = places.getOrDefault(value, new Places());
          findings.add(
              new ImageFinding(
                  fault.kind(),
                  fault.severity(),
                  value,
                  fault.digest(),
                  at.where,
                  at.total,
                  fault.detail()));
        });
    boolean told = findings.stream().noneMatch(finding -> finding.kind() == Kind.UNKNOWN);
    boolean complete = told && (checked > 0 || elsewhere == 0);
    return new Result(complete, findings, checked, elsewhere, List.copyOf(hosts));
  }

  @Override
  public Presence of(String reference) {
    if (!(ImageReference.parse(reference) instanceof ImageReference parsed)) {
      return Presence.UNKNOWN;
    }
    Optional<String> repository = names.ours(parsed);
    if (repository.isEmpty()) {
      return Presence.UNKNOWN;
    }
    Map<String, Fault> faults = new LinkedHashMap<>();
    look(repository.get(), tagOrDigest(parsed), new HashMap<>())
        .ifPresent(it -> faults.put(reference, it));
    confirm(faults);
    Fault fault = faults.get(reference);
    if (fault == null || fault.severity() == Severity.LOW) {
      return Presence.PRESENT;
    }
    return fault.kind() == Kind.UNKNOWN ? Presence.UNKNOWN : Presence.MISSING;
  }

  /** Asks again for all that looks missing or broken; what is well meanwhile is no finding. */
  private void confirm(Map<String, Fault> faults) {
    for (int i = 0; i < CONFIRMATIONS; i++) {
      List<String> open = new ArrayList<>();
      faults.forEach(
          (value, fault) -> {
            if (fault.kind() != Kind.UNKNOWN) {
              open.add(value);
            }
          });
      if (open.isEmpty()) {
        return;
      }
      try {
        time.sleep(between);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        open.forEach(
            value ->
                faults.put(
                    value,
                    new Fault(
                        Kind.UNKNOWN,
                        Severity.MEDIUM,
                        null,
                        "Interrupted before it could be asked again.")));
        return;
      }
      Map<String, Optional<Fault>> seen = new HashMap<>();
      for (String value : open) {
        if (ImageReference.parse(value) instanceof ImageReference reference) {
          Optional<Fault> again =
              names.ours(reference).flatMap(it -> look(it, tagOrDigest(reference), seen));
          if (again.isPresent()) {
            faults.put(value, again.get());
          } else {
            faults.remove(value);
          }
        }
      }
    }
  }

  private static String tagOrDigest(ImageReference reference) {
    return reference
        .digest()
        .map(ContentDigest::text)
        .orElseGet(() -> reference.effectiveTag().orElse("latest"));
  }

  private Optional<Fault> look(
      String repository, String tagOrDigest, Map<String, Optional<Fault>> seen) {
    Reading<Manifest> manifest = client.manifest(repository, tagOrDigest);
    if (manifest.answer() == Answer.ABSENT) {
      return Optional.of(
          new Fault(
              Kind.MISSING,
              Severity.HIGH,
              ContentDigest.parse(tagOrDigest).orElse(null),
              manifest.detail()));
    }
    if (!manifest.isPresent()) {
      return Optional.of(unknown(ContentDigest.parse(tagOrDigest).orElse(null), manifest.detail()));
    }
    return content(repository, manifest.get(), seen, 0);
  }

  private static Fault unknown(@Nullable ContentDigest digest, String detail) {
    return new Fault(Kind.UNKNOWN, Severity.MEDIUM, digest, detail);
  }

  private Optional<Fault> content(
      String repository, Manifest manifest, Map<String, Optional<Fault>> seen, int depth) {
    String key = repository + "@" + manifest.digest();
    Optional<Fault> known = seen.get(key);
    if (known != null) {
      return known;
    }
    Optional<Fault> fault =
        switch (manifest.kind()) {
          case INDEX -> index(repository, manifest, seen, depth);
          case IMAGE -> blobs(repository, manifest);
          case UNSUPPORTED ->
              Optional.of(
                  unknown(
                      manifest.digest(),
                      "The media type '" + manifest.mediaType() + "' is unsupported."));
        };
    seen.put(key, fault);
    return fault;
  }

  private Optional<Fault> index(
      String repository, Manifest index, Map<String, Optional<Fault>> seen, int depth) {
    if (depth >= MAX_DEPTH) {
      return Optional.of(
          unknown(index.digest(), "Indexes are nested deeper than " + MAX_DEPTH + "."));
    }
    @Nullable Fault worst = null;
    for (Descriptor child : index.children()) {
      Reading<Manifest> there = client.manifest(repository, child.digest().text());
      Optional<Fault> fault;
      if (there.answer() == Answer.ABSENT) {
        fault =
            Optional.of(
                new Fault(
                    Kind.BROKEN_INDEX,
                    Severity.HIGH,
                    index.digest(),
                    "The child "
                        + child.digest()
                        + (child.platform().isEmpty() ? "" : " for " + child.platform())
                        + " is not there."));
      } else if (!there.isPresent()) {
        fault = Optional.of(unknown(index.digest(), there.detail()));
      } else {
        fault = content(repository, there.get(), seen, depth + 1);
      }
      if (fault.isPresent()) {
        worst = worse(worst, pulled(child) ? fault.get() : minor(fault.get()));
      }
    }
    return Optional.ofNullable(worst);
  }

  private boolean pulled(Descriptor child) {
    if (child.isAttestation()) {
      return false;
    }
    if (platforms.isEmpty() || child.platform().isEmpty()) {
      return true;
    }
    return platforms.stream()
        .anyMatch(it -> child.platform().equals(it) || child.platform().startsWith(it + "/"));
  }

  private static Fault minor(Fault fault) {
    return fault.kind() == Kind.UNKNOWN
        ? fault
        : new Fault(fault.kind(), Severity.LOW, fault.digest(), fault.detail());
  }

  private static Fault worse(@Nullable Fault a, Fault b) {
    return a == null || b.severity().compareTo(a.severity()) < 0 ? b : a;
  }

  private Optional<Fault> blobs(String repository, Manifest image) {
    List<Descriptor> blobs = new ArrayList<>(image.layers());
    image.config().ifPresent(blobs::add);
    @Nullable Fault worst = null;
    for (Descriptor blob : blobs) {
      if (blob.mediaType().contains("foreign") || blob.mediaType().contains("nondistributable")) {
        continue;
      }
      Reading<ContentDigest> there = client.hasBlob(repository, blob.digest());
      if (there.answer() == Answer.ABSENT) {
        worst =
            worse(
                worst,
                new Fault(
                    Kind.BROKEN_BLOBS,
                    Severity.HIGH,
                    image.digest(),
                    "The blob " + blob.digest() + " is not there."));
      } else if (!there.isPresent()) {
        worst = worse(worst, unknown(image.digest(), there.detail()));
      }
    }
    return Optional.ofNullable(worst);
  }
}
