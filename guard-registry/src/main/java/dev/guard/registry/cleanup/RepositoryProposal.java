package dev.guard.registry.cleanup;

import dev.guard.registry.inventory.ImageManifest;
import dev.guard.registry.inventory.RepositoryGraph;
import dev.guard.registry.reference.ContentDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * What policy would let go of one repository, and why everything else stays. Roots are tagged
 * images; children and referrers go only with all that name them.
 */
final class RepositoryProposal {
  private static final Set<String> PROTECTING =
      Set.of("protected-digest", "protected-tag", "protected-label", "referrer-kept", "child-kept");

  /** Why a manifest stays. */
  record Kept(String code, String message) {}

  private final RepositoryGraph graph;
  private final CleanupPolicy policy;
  private final Function<ContentDigest, Optional<Instant>> ages;
  private final Instant now;
  private final Map<ContentDigest, Kept> kept = new TreeMap<>();
  private final Map<ContentDigest, String> because = new HashMap<>();
  private final Set<ContentDigest> going = new LinkedHashSet<>();
  private final List<ContentDigest> order = new ArrayList<>();
  private long withoutAge;

  private RepositoryProposal(
      RepositoryGraph graph,
      CleanupPolicy policy,
      Function<ContentDigest, Optional<Instant>> ages,
      Instant now) {
    this.graph = graph;
    this.policy = policy;
    this.ages = ages;
    this.now = now;
  }

  static RepositoryProposal of(
      RepositoryGraph graph,
      CleanupPolicy policy,
      Function<ContentDigest, Optional<Instant>> ages,
      Instant now) {
    RepositoryProposal proposal = new RepositoryProposal(graph, policy, ages, now);
    proposal.propose();
    return proposal;
  }

  /** What may go, roots first; everything it must wait for stands before it. */
  List<ContentDigest> order() {
    return List.copyOf(order);
  }

  Map<ContentDigest, Kept> kept() {
    return kept;
  }

  String because(ContentDigest digest) {
    return because.getOrDefault(digest, "");
  }

  /** How many tagged images have no age from the configured source. */
  long withoutAge() {
    return withoutAge;
  }

  /**
   * What must be gone before a manifest may go: every index that names it and everything it refers
   * to.
   */
  Set<ContentDigest> after(ContentDigest digest) {
    Set<ContentDigest> before = new TreeSet<>(graph.parentsOf(digest));
    before.addAll(graph.subjectsOf(digest));
    before.retainAll(going);
    return before;
  }

  private void propose() {
    Set<ContentDigest> roots = new TreeSet<>();
    for (ContentDigest digest : graph.manifests().keySet()) {
      if (isRoot(digest)) {
        roots.add(digest);
      }
    }
    Map<ContentDigest, Instant> born = new HashMap<>();
    for (ContentDigest root : roots) {
      Optional<Instant> at = age(root);
      if (at.isPresent()) {
        born.put(root, at.get());
      } else {
        withoutAge++;
      }
    }
    Optional<Instant> boundary = boundary(born);
    for (ContentDigest root : roots) {
      Optional<Kept> why = keepRoot(root, Optional.ofNullable(born.get(root)), boundary);
      if (why.isPresent()) {
        kept.put(root, why.get());
      }
    }
    for (ContentDigest root : roots) {
      if (!kept.containsKey(root)) {
        because.put(root, becauseOf(root, born));
        include(root);
      }
    }
    settle(roots);
    sort(born);
    for (ContentDigest digest : graph.manifests().keySet()) {
      if (!going.contains(digest)) {
        kept.putIfAbsent(digest, new Kept("not-selected", "nothing that goes leads to it"));
      }
    }
  }

  /**
   * Has a tag of its own, so that somebody may pull it by name: age and keepLast are asked of it,
   * also if it refers to another image.
   */
  private boolean isRoot(ContentDigest digest) {
    return graph.tagsOf(digest).stream().anyMatch(tag -> !RepositoryGraph.isReferrerTag(tag));
  }

  private Set<ContentDigest> livingSubjects(ContentDigest digest) {
    Set<ContentDigest> living = new TreeSet<>(graph.subjectsOf(digest));
    living.retainAll(graph.manifests().keySet());
    return living;
  }

  private Optional<Instant> age(ContentDigest root) {
    Optional<Instant> at =
        policy.ageSource() == AgeSource.CREATED ? created(root) : ages.apply(root);
    return at.filter(instant -> !instant.isAfter(now));
  }

  /**
   * The image's stamp; an index is as young as its youngest child for a platform, and ageless if
   * one has no stamp.
   */
  private Optional<Instant> created(ContentDigest digest) {
    ImageManifest manifest = graph.manifests().get(digest);
    if (manifest == null) {
      return Optional.empty();
    }
    if (!manifest.isIndex()) {
      return Optional.ofNullable(manifest.createdAt());
    }
    Instant youngest = null;
    for (ImageManifest.Child child : manifest.children()) {
      if (!child.attestation()) {
        Optional<Instant> at = created(child.digest());
        if (at.isEmpty()) {
          return Optional.empty();
        }
        youngest = youngest == null || at.get().isAfter(youngest) ? at.get() : youngest;
      }
    }
    return Optional.ofNullable(youngest);
  }

  /** The birth of the last image that keepLast keeps; whatever is as young or younger stays. */
  private Optional<Instant> boundary(Map<ContentDigest, Instant> born) {
    if (policy.keepLast() == 0 || born.isEmpty()) {
      return Optional.empty();
    }
    List<Instant> newestFirst = new ArrayList<>(born.values());
    newestFirst.sort(Comparator.reverseOrder());
    return Optional.of(newestFirst.get(Math.min(policy.keepLast(), newestFirst.size()) - 1));
  }

  private Optional<Kept> keepRoot(
      ContentDigest root, Optional<Instant> born, Optional<Instant> boundary) {
    Optional<Kept> kept = keepTree(root);
    if (kept.isPresent()) {
      return kept;
    }
    for (ContentDigest digest : graph.treeOf(root)) {
      if (graph.missingChildren().containsKey(digest)) {
        return Optional.of(
            new Kept(
                "broken-index",
                "the index " + digest + " lacks a child already; look into it first"));
      }
    }
    if (born.isEmpty()) {
      return Optional.of(
          new Kept(
              "no-age", "no age from " + policy.ageSource().text() + "; unknown is never old"));
    }
    Duration age = Duration.between(born.get(), now);
    if (age.compareTo(policy.atLeast()) < 0) {
      return Optional.of(
          new Kept("too-young", "only " + days(age) + " old, not yet " + days(policy.atLeast())));
    }
    if (boundary.isPresent() && !born.get().isBefore(boundary.get())) {
      return Optional.of(
          new Kept(
              "keep-last", "among the newest " + policy.keepLast() + " of " + graph.repository()));
    }
    return Optional.empty();
  }

  /** What protects a manifest or anything it names by configuration. */
  private Optional<Kept> keepTree(ContentDigest root) {
    for (ContentDigest digest : graph.treeOf(root)) {
      if (policy.protects(digest)) {
        return Optional.of(new Kept("protected-digest", digest + " is protected"));
      }
      Optional<String> tag = policy.protectingTag(graph.tagsOf(digest));
      if (tag.isPresent()) {
        return Optional.of(new Kept("protected-tag", tag.get()));
      }
      ImageManifest manifest = graph.manifests().get(digest);
      Optional<String> label =
          manifest == null || manifest.isIndex()
              ? Optional.empty()
              : policy.protectingLabel(manifest.labels());
      if (label.isPresent()) {
        return Optional.of(new Kept("protected-label", label.get()));
      }
    }
    return Optional.empty();
  }

  private String becauseOf(ContentDigest root, Map<ContentDigest, Instant> born) {
    Instant at = born.get(root);
    return "tagged "
        + String.join(", ", graph.tagsOf(root).stream().limit(10).toList())
        + ": "
        + (at == null
            ? ""
            : days(Duration.between(at, now)) + " old by " + policy.ageSource().text())
        + ", at least "
        + days(policy.atLeast());
  }

  private static String days(Duration age) {
    return age.toDays() >= 2
        ? age.toDays() + " days"
        : age.toHours() >= 2 ? age.toHours() + " hours" : age.toMinutes() + " minutes";
  }

  /** Adds a root with all it names and all that refers to any of it. */
  private void include(ContentDigest root) {
    List<ContentDigest> open = new ArrayList<>(List.of(root));
    while (!open.isEmpty()) {
      ContentDigest digest = open.remove(open.size() - 1);
      ImageManifest manifest = graph.manifests().get(digest);
      if (manifest == null || !going.add(digest)) {
        continue;
      }
      for (ImageManifest.Child child : manifest.children()) {
        because.putIfAbsent(child.digest(), "belongs to " + digest + ", which goes");
        open.add(child.digest());
      }
      for (ContentDigest referrer : graph.referrersOf(digest)) {
        because.putIfAbsent(referrer, "refers to " + digest + ", which goes");
        open.add(referrer);
      }
    }
  }

  /** Takes back whatever must stay, until nothing changes: what stays keeps what it needs. */
  private void settle(Set<ContentDigest> roots) {
    Map<ContentDigest, Kept> firm = new HashMap<>();
    for (ContentDigest digest : going) {
      if (!roots.contains(digest)) {
        keepTree(digest).ifPresent(why -> firm.put(digest, why));
      }
    }
    boolean changed = true;
    while (changed) {
      changed = false;
      for (ContentDigest digest : new ArrayList<>(going)) {
        Optional<Kept> why = stays(digest, firm);
        if (why.isPresent()) {
          going.remove(digest);
          kept.putIfAbsent(digest, why.get());
          changed = true;
        }
      }
    }
  }

  private Optional<Kept> stays(ContentDigest digest, Map<ContentDigest, Kept> firm) {
    if (kept.containsKey(digest)) {
      return Optional.of(kept.get(digest));
    }
    if (firm.containsKey(digest)) {
      return Optional.of(firm.get(digest));
    }
    for (ContentDigest parent : graph.parentsOf(digest)) {
      if (!going.contains(parent)) {
        return Optional.of(
            new Kept("in-kept-index", "the index " + parent + " stays and names it"));
      }
    }
    for (ContentDigest subject : livingSubjects(digest)) {
      if (!going.contains(subject)) {
        return Optional.of(new Kept("subject-kept", "it refers to " + subject + ", which stays"));
      }
    }
    ImageManifest manifest = graph.manifests().get(digest);
    for (ImageManifest.Child child :
        manifest == null ? List.<ImageManifest.Child>of() : manifest.children()) {
      Kept childKept = kept.get(child.digest());
      if (childKept != null && PROTECTING.contains(childKept.code())) {
        return Optional.of(
            new Kept(
                "child-kept", "its child " + child.digest() + " stays: " + childKept.message()));
      }
    }
    for (ContentDigest referrer : graph.referrersOf(digest)) {
      if (!going.contains(referrer)) {
        return Optional.of(new Kept("referrer-kept", referrer + " refers to it and stays"));
      }
    }
    return Optional.empty();
  }

  /**
   * Brings what goes into an order in which nothing stands before what it waits for; what waits for
   * itself stays.
   */
  private void sort(Map<ContentDigest, Instant> born) {
    Comparator<ContentDigest> oldestFirst =
        Comparator.comparing((ContentDigest digest) -> born.getOrDefault(digest, Instant.MAX))
            .thenComparing(Comparator.naturalOrder());
    while (true) {
      order.clear();
      Set<ContentDigest> done = new LinkedHashSet<>();
      List<ContentDigest> open = new ArrayList<>(going);
      open.sort(oldestFirst);
      boolean progress = true;
      while (progress && !open.isEmpty()) {
        List<ContentDigest> later = new ArrayList<>();
        List<ContentDigest> free = new ArrayList<>();
        for (ContentDigest digest : open) {
          (done.containsAll(after(digest)) ? free : later).add(digest);
        }
        done.addAll(free);
        progress = !free.isEmpty();
        open = later;
      }
      order.addAll(done);
      if (open.isEmpty()) {
        return;
      }
      for (ContentDigest digest : open) {
        going.remove(digest);
        kept.putIfAbsent(
            digest, new Kept("circular", "it and another manifest wait for each other"));
      }
      settle(Set.of());
    }
  }
}
