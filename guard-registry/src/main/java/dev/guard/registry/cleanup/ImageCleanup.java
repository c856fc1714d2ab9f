package dev.guard.registry.cleanup;

import dev.guard.Fingerprint;
import dev.guard.GuardConfigurationException;
import dev.guard.Reason;
import dev.guard.Target;
import dev.guard.Verdict;
import dev.guard.audit.Reconciler;
import dev.guard.evidence.Interpreter;
import dev.guard.plan.Candidate;
import dev.guard.plan.PermittedItem;
import dev.guard.plan.Plan;
import dev.guard.plan.PlanEffect;
import dev.guard.plan.PlanItem;
import dev.guard.plan.Selection;
import dev.guard.registry.Answer;
import dev.guard.registry.DeleteCapability;
import dev.guard.registry.DeleteOutcome;
import dev.guard.registry.Manifest;
import dev.guard.registry.Reading;
import dev.guard.registry.RegistryClient;
import dev.guard.registry.inventory.ImageManifest;
import dev.guard.registry.inventory.InventoryReader;
import dev.guard.registry.inventory.RegistryInventory;
import dev.guard.registry.inventory.RepositoryGraph;
import dev.guard.registry.reference.ContentDigest;
import dev.guard.state.BlobStore;
import dev.guard.state.StateStore;
import dev.guard.time.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The cleanup of a registry's images, in the pieces that Guard composes: what policy {@link
 * #propose proposes}, what references {@link #interpreter mean}, and the {@link #effect} that
 * deletes with a permit. It judges nothing itself.
 *
 * <pre>{@code
 * ImageCleanup cleanup = ImageCleanup.of(reader, policy, ImageNames.of(client.host()), store);
 * Plan plan = guard.plan(cleanup.propose().selection());       // the guard asks cleanup.interpreter()
 * Report report = guard.apply(plan, cleanup.effect());
 * }</pre>
 *
 * <p>Thread-safe. {@link #propose} is the only part that writes, and only first sights to the state
 * store.
 */
public final class ImageCleanup {
  private static final Duration INVENTORY_LIFE = Duration.ofMinutes(15);
  private static final int LONG_LIST = 2_000;
  private static final int LABEL = 1_000;

  private final InventoryReader reader;
  private final RegistryClient client;
  private final CleanupPolicy policy;
  private final FirstSights sights;
  private final Time time;
  private final Interpreter interpreter;
  private @Nullable RegistryInventory latest;

  private ImageCleanup(
      InventoryReader reader, CleanupPolicy policy, ImageNames names, StateStore store, Time time) {
    this.reader = reader;
    this.client = reader.client();
    this.policy = policy;
    this.sights = new FirstSights(store);
    this.time = time;
    this.interpreter = new ImageInterpreter(client.host(), names, this::inventory);
  }

  /**
   * A cleanup.
   *
   * @param reader reads the inventory; its patterns are the policy's
   * @param policy what may be proposed
   * @param names which repositories a reference may mean
   * @param store where first sights are kept
   * @return the cleanup
   */
  public static ImageCleanup of(
      InventoryReader reader, CleanupPolicy policy, ImageNames names, StateStore store) {
    return new ImageCleanup(reader, policy, names, store, Time.system());
  }

  /**
   * This cleanup with another clock.
   *
   * @param source the clock by which ages are reckoned
   * @param reader a reader with the same clock
   * @param names which repositories a reference may mean
   * @param store where first sights are kept
   * @param policy what may be proposed
   * @return the cleanup
   */
  public static ImageCleanup of(
      InventoryReader reader,
      CleanupPolicy policy,
      ImageNames names,
      StateStore store,
      Time source) {
    return new ImageCleanup(reader.time(source), policy, names, store, source);
  }

  /**
   * Reads the registry anew, notes first sights, and proposes what may go by policy alone.
   *
   * @return the proposal
   * @throws dev.guard.registry.RegistryUnavailableException if the list of repositories could not
   *     be read
   * @throws dev.guard.StateException if first sights could not be read or written
   */
  public CleanupProposal propose() {
    RegistryInventory inventory = refresh();
    FirstSights.Noted noted =
        policy.ageSource() == AgeSource.FIRST_SEEN
            ? sights.note(inventory)
            : new FirstSights.Noted();
    List<Candidate> candidates = new ArrayList<>();
    Map<Target, Reason> kept = new HashMap<>();
    Map<String, Set<ContentDigest>> going = new HashMap<>();
    long withoutAge = 0;
    Instant now = time.now();
    for (RepositoryGraph graph : inventory.repositories().values()) {
      Function<ContentDigest, Optional<Instant>> ages =
          digest -> noted.firstSeen(graph.repository(), digest);
      RepositoryProposal proposal = RepositoryProposal.of(graph, policy, ages, now);
      withoutAge += proposal.withoutAge();
      for (ContentDigest digest : proposal.order()) {
        Set<ContentDigest> after = proposal.after(digest);
        candidates.add(
            Candidate.of(target(graph, digest))
                .marked(fingerprint(graph, digest, after))
                .because(proposal.because(digest))
                .after(after.stream().map(it -> client.target(graph.repository(), it)).toList()));
      }
      proposal
          .kept()
          .forEach(
              (digest, why) ->
                  kept.put(
                      client.target(graph.repository(), digest),
                      Reason.of("policy", why.code(), why.message())));
      going.put(graph.repository(), new LinkedHashSet<>(proposal.order()));
    }
    long freed = inventory.bytesFreed(going);
    Instant since = noted.since().orElse(null);
    Selection selection =
        Selection.ofCandidates(RegistryClient.DELETE, candidates)
            .outOf(inventory.population())
            .unread(unread(inventory))
            .facts(facts(inventory, withoutAge, since))
            .factsOnceJudged(judged -> Map.of("bytesFreed", bytesFreed(inventory, judged)))
            .because(policy.toString());
    return new CleanupProposal(inventory, selection, kept, withoutAge, since, freed);
  }

  /** Of what would go after everybody was asked; what stays keeps the layers it shares. */
  private String bytesFreed(RegistryInventory inventory, List<Target> going) {
    Map<String, Set<ContentDigest>> digests = new HashMap<>();
    for (Target target : going) {
      digests
          .computeIfAbsent(repositoryOf(target), repository -> new LinkedHashSet<>())
          .add(digestOf(target));
    }
    return String.valueOf(inventory.bytesFreed(digests));
  }

  private static List<String> unread(RegistryInventory inventory) {
    List<String> sentences = new ArrayList<>();
    inventory
        .unread()
        .forEach(
            (repository, why) ->
                sentences.add("Repository " + repository + " was left out: " + why));
    return sentences;
  }

  private Map<String, String> facts(
      RegistryInventory inventory, long withoutAge, @Nullable Instant since) {
    Map<String, String> facts = new TreeMap<>();
    facts.put("registry", inventory.host());
    facts.put("repositories", String.valueOf(inventory.repositories().size()));
    facts.put("ageFrom", policy.ageSource().text());
    facts.put("withoutAge", String.valueOf(withoutAge));
    if (since != null) {
      facts.put("countingSince", since.toString());
    }
    return facts;
  }

  private Target target(RepositoryGraph graph, ContentDigest digest) {
    Target target =
        client.target(graph.repository(), digest).with("repository", graph.repository());
    String tags = String.join(",", graph.tagsOf(digest));
    return tags.isEmpty()
        ? target
        : target.with("tags", tags.length() <= LABEL ? tags : tags.substring(0, LABEL) + "…");
  }

  /**
   * Interprets references for the engine's in-use check, over an inventory at most a quarter of an
   * hour old. What changed since then shows in the fingerprints.
   *
   * @return the interpreter; always the same
   */
  public Interpreter interpreter() {
    return interpreter;
  }

  /**
   * The last inventory, read if there is none yet or it has grown old.
   *
   * @return the inventory
   * @throws dev.guard.registry.RegistryUnavailableException if it could not be read
   */
  public synchronized RegistryInventory inventory() {
    RegistryInventory known = latest;
    return known == null
            || Duration.between(known.began(), time.now()).abs().compareTo(INVENTORY_LIFE) > 0
        ? refresh()
        : known;
  }

  /**
   * Reads anew; manifests that no tag leads to any more stay known, so that what is left of a tree
   * can be judged.
   */
  private synchronized RegistryInventory refresh() {
    RegistryInventory now = reader.read();
    RegistryInventory before = latest;
    if (before == null) {
      latest = now;
      return now;
    }
    List<RepositoryGraph> graphs = new ArrayList<>();
    for (RepositoryGraph graph : now.repositories().values()) {
      Map<ContentDigest, ImageManifest> all = new LinkedHashMap<>();
      before.repository(graph.repository()).ifPresent(old -> all.putAll(old.manifests()));
      all.putAll(graph.manifests());
      graphs.add(RepositoryGraph.of(graph.repository(), graph.tags(), all));
    }
    latest = RegistryInventory.of(now.host(), now.began(), graphs, now.unread());
    return now;
  }

  /**
   * The effect that deletes one planned manifest. It reads all tags of the repository anew before
   * each act, deletes by digest with the permit, once, and looks afterwards. Before the first act
   * it asks every repository, without harm, whether deleting works at all.
   *
   * @return the effect
   */
  public PlanEffect effect() {
    return new Deletion(null);
  }

  /**
   * The same effect, which saves what an undo needs before each act: the manifest's bytes and all
   * its tags. If they cannot be kept, nothing is deleted.
   *
   * @param blobs where they are kept
   * @return the effect
   */
  public PlanEffect effect(BlobStore blobs) {
    return new Deletion(Objects.requireNonNull(blobs, "blobs"));
  }

  /**
   * Asks the registry what became of a deletion that was cut short: a manifest that it has was not
   * deleted, and one that it says it does not have, to somebody who may look, was. Anything else
   * stays in doubt. Reads only.
   *
   * @return the reconciler
   */
  public Reconciler reconciler() {
    return (target, action) -> {
      if (!action.equals(RegistryClient.DELETE)) {
        return Reconciler.Finding.UNKNOWN;
      }
      return switch (client.head(repositoryOf(target), digestOf(target).text()).answer()) {
        case PRESENT -> Reconciler.Finding.NOT_DONE;
        case ABSENT -> Reconciler.Finding.DONE;
        default -> Reconciler.Finding.UNKNOWN;
      };
    };
  }

  private final class Deletion implements PlanEffect {
    private final @Nullable BlobStore blobs;
    private final Map<Target, List<String>> tags = new ConcurrentHashMap<>();

    Deletion(@Nullable BlobStore blobs) {
      this.blobs = blobs;
    }

    @Override
    public Optional<String> prepare(PermittedItem item) throws RegistryRefusedException {
      BlobStore where = blobs;
      if (where == null) {
        return Optional.empty();
      }
      String repository = repositoryOf(item.target());
      Reading<Manifest> now = client.manifest(repository, digestOf(item.target()).text());
      if (!now.isPresent()) {
        throw new RegistryRefusedException(
            "What an undo needs could not be read: " + now.detail(), 0);
      }
      return Optional.of(
          new SavedImage(repository, now.get(), tags.getOrDefault(item.target(), List.of()))
              .keepIn(where));
    }

    @Override
    public Verdict probe(Plan plan) {
      Set<String> repositories = new TreeSet<>();
      for (PlanItem item : plan.items()) {
        if (item.wouldGo() && item.mark() == null) {
          return Verdict.halt(
              Reason.of(
                  "registry",
                  "no-fingerprint",
                  "The plan does not say what must still be true of "
                      + item.target()
                      + ", so it cannot be told whether it is what people reviewed. Make a new plan."));
        }
        if (item.wouldGo()) {
          repositories.add(repositoryOf(item.target()));
        }
      }
      for (String repository : repositories) {
        Reading<DeleteCapability> can = client.probeDelete(repository);
        if (!can.isPresent() || can.get() != DeleteCapability.ENABLED) {
          String said = can.isPresent() ? String.join(" ", can.warnings()) : can.detail();
          String capability = can.isPresent() ? can.get().name() : "UNKNOWN";
          return Verdict.halt(
              Reason.of(
                  "registry",
                  "cannot-delete",
                  "Deleting in "
                      + repository
                      + " does not work ("
                      + capability
                      + ": "
                      + said
                      + "). Nothing was changed. Enable deletion or give the account the right."));
        }
      }
      return Verdict.allow();
    }

    @Override
    public Optional<Fingerprint> fingerprint(PlanItem item) throws RegistryRefusedException {
      String repository = repositoryOf(item.target());
      ContentDigest digest = digestOf(item.target());
      Reading<Manifest> manifest = client.manifest(repository, digest.text());
      if (manifest.answer() == Answer.ABSENT) {
        return Optional.empty();
      }
      if (!manifest.isPresent()) {
        throw new RegistryRefusedException(manifest.detail(), 0);
      }
      // A child whose index has gone is reached by no tag, and what refers to it neither.
      RegistryInventory now = reader.readOnly(repository, List.of(digest));
      RepositoryGraph graph =
          now.repository(repository)
              .orElseThrow(
                  () ->
                      new RegistryRefusedException(
                          "The repository "
                              + repository
                              + " could not be read anew: "
                              + now.unread().getOrDefault(repository, ""),
                          0));
      Set<ContentDigest> after = new TreeSet<>();
      item.after().forEach(target -> after.add(digestOf(target)));
      tags.put(item.target(), List.copyOf(graph.tagsOf(digest)));
      Fingerprint facts = facts(graph, digest, manifest.get().mediaType(), after);
      Optional<String> kept = protectedNow(graph, digest);
      if (kept.isEmpty()) {
        return Optional.of(facts);
      }
      Map<String, String> changed = new TreeMap<>(facts.facts());
      changed.put("protected", kept.get());
      return Optional.of(new Fingerprint(changed));
    }

    @Override
    public void act(PermittedItem item) throws RegistryRefusedException, DeletionInDoubtException {
      DeleteOutcome outcome =
          client.deleteManifest(
              item.permit(), repositoryOf(item.target()), digestOf(item.target()));
      if (outcome instanceof DeleteOutcome.RefusedByRegistry refused) {
        throw new RegistryRefusedException(
            "The registry did not delete it: " + refused.message(), refused.status());
      }
      if (outcome instanceof DeleteOutcome.Unknown unknown) {
        throw new DeletionInDoubtException(unknown.message());
      }
    }
  }

  /** What the policy protects by now, whatever a plan says of its tags. */
  private Optional<String> protectedNow(RepositoryGraph graph, ContentDigest digest) {
    if (policy.protects(digest)) {
      return Optional.of("its digest is protected");
    }
    Optional<String> tag = policy.protectingTag(graph.tagsOf(digest));
    ImageManifest manifest = graph.manifests().get(digest);
    return tag.isPresent() || manifest == null || manifest.isIndex()
        ? tag
        : policy.protectingLabel(manifest.labels());
  }

  private static Fingerprint fingerprint(
      RepositoryGraph graph, ContentDigest digest, Set<ContentDigest> after) {
    ImageManifest manifest = graph.manifests().get(digest);
    return facts(graph, digest, manifest == null ? "" : manifest.mediaType(), after);
  }

  /** What names a manifest, apart from what goes before it in the same plan. */
  private static Fingerprint facts(
      RepositoryGraph graph, ContentDigest digest, String mediaType, Set<ContentDigest> after) {
    Set<ContentDigest> indexes = new TreeSet<>(graph.parentsOf(digest));
    indexes.removeAll(after);
    Map<String, String> facts = new TreeMap<>();
    facts.put("digest", digest.text());
    facts.put("kind", mediaType);
    facts.put("tags", listed(graph.tagsOf(digest)));
    facts.put("indexes", listed(indexes));
    facts.put("referrers", listed(graph.referrersOf(digest)));
    return new Fingerprint(facts);
  }

  private static String listed(Collection<?> sorted) {
    String text = String.join(",", sorted.stream().map(String::valueOf).toList());
    return text.length() <= LONG_LIST
        ? text
        : sorted.size() + " entries, " + dev.guard.Digest.of(text);
  }

  private String repositoryOf(Target target) {
    String prefix = client.host() + "/";
    if (!target.kind().equals(RegistryClient.KIND) || !target.scope().startsWith(prefix)) {
      throw new GuardConfigurationException(
          target
              + " is no image of the registry "
              + client.host()
              + ". Apply the plan to the registry it was made for.");
    }
    return target.scope().substring(prefix.length());
  }

  private static ContentDigest digestOf(Target target) {
    return ContentDigest.parse(target.id())
        .orElseThrow(
            () ->
                new GuardConfigurationException(
                    target + " has an id that is no digest of a manifest."));
  }
}
