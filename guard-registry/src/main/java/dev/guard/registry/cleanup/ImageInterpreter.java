package dev.guard.registry.cleanup;

import dev.guard.Target;
import dev.guard.evidence.Evidence;
import dev.guard.evidence.Interpreter;
import dev.guard.evidence.Reference;
import dev.guard.registry.Manifest;
import dev.guard.registry.RegistryClient;
import dev.guard.registry.inventory.ImageManifest;
import dev.guard.registry.inventory.RegistryInventory;
import dev.guard.registry.inventory.RepositoryGraph;
import dev.guard.registry.reference.ContentDigest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What image references mean for the manifests of one registry. A made-up repository stands beside
 * the real ones in every inventory; its reference must protect a child of its index, or the
 * matching is blind.
 */
final class ImageInterpreter implements Interpreter {
  private static final String PROBE_REPOSITORY = "guard-tripwire/probe";
  private static final String PROBE_TAG = "alive";
  private static final ContentDigest PROBE_INDEX = made("index");
  private static final ContentDigest PROBE_CHILD = made("child");

  private final String host;
  private final ImageNames names;
  private final Supplier<RegistryInventory> inventories;
  private @Nullable Known known;

  private record Known(RegistryInventory inventory, ProtectedSet.Graphs graphs) {}

  ImageInterpreter(String host, ImageNames names, Supplier<RegistryInventory> inventories) {
    this.host = host;
    this.names = names;
    this.inventories = inventories;
  }

  @Override
  public Usage interpret(List<Reference> references) {
    ProtectedSet.Graphs graphs = graphs(inventories.get());
    ProtectedSet set = ProtectedSet.of(graphs, references, names);
    long sources = references.stream().map(Reference::source).distinct().count();
    return new Answers(graphs.inventory(), set, (int) sources, references.size());
  }

  /**
   * The graphs of an inventory with the made-up repository beside them; kept until the inventory
   * changes.
   */
  private synchronized ProtectedSet.Graphs graphs(RegistryInventory inventory) {
    Known last = known;
    if (last != null && last.inventory() == inventory) { // the same reading, not an equal one
      return last.graphs();
    }
    List<RepositoryGraph> graphs = new ArrayList<>();
    inventory.repositories().values().stream()
        .filter(graph -> !graph.repository().equals(PROBE_REPOSITORY))
        .forEach(graphs::add);
    graphs.add(probeGraph());
    RegistryInventory with =
        RegistryInventory.of(inventory.host(), inventory.began(), graphs, inventory.unread());
    ProtectedSet.Graphs made = new ProtectedSet.Graphs(with);
    known = new Known(inventory, made);
    return made;
  }

  @Override
  public Probe probe() {
    return new Probe(
        new Reference(
            "tripwire",
            "Deployment/guard/tripwire",
            "spec.template.spec.containers[0].image",
            host + "/" + PROBE_REPOSITORY + ":" + PROBE_TAG,
            Reference.Form.NAME,
            "replicas 0"),
        Target.of(RegistryClient.KIND, host + "/" + PROBE_REPOSITORY, PROBE_CHILD.text()));
  }

  private static ContentDigest made(String what) {
    return ContentDigest.of(("guard tripwire " + what).getBytes(StandardCharsets.UTF_8));
  }

  private static RepositoryGraph probeGraph() {
    ImageManifest index =
        new ImageManifest(
            PROBE_INDEX,
            "application/vnd.oci.image.index.v1+json",
            Manifest.Kind.INDEX,
            0,
            List.of(new ImageManifest.Child(PROBE_CHILD, "linux/amd64", false)),
            List.of(),
            null,
            null,
            null,
            Map.of());
    ImageManifest child =
        new ImageManifest(
            PROBE_CHILD,
            "application/vnd.oci.image.manifest.v1+json",
            Manifest.Kind.IMAGE,
            0,
            List.of(),
            List.of(),
            null,
            null,
            null,
            Map.of());
    return RepositoryGraph.of(
        PROBE_REPOSITORY,
        Map.of(PROBE_TAG, PROBE_INDEX),
        Map.of(PROBE_INDEX, index, PROBE_CHILD, child));
  }

  /** The answers for one inventory and one reading of references. */
  private record Answers(
      RegistryInventory inventory, ProtectedSet set, int sources, long references)
      implements Usage {
    @Override
    public Evidence of(Target target) {
      String prefix = inventory.host() + "/";
      Optional<ContentDigest> digest = ContentDigest.parse(target.id());
      if (!target.kind().equals(RegistryClient.KIND)
          || !target.scope().startsWith(prefix)
          || digest.isEmpty()) {
        return new Evidence.Unknown(target + " is no image of the registry " + inventory.host());
      }
      Optional<ProtectedSet.Use> use = set.use(digest.get());
      if (use.isPresent()) {
        List<String> places = new ArrayList<>();
        for (Reference reference : use.get().first()) {
          places.add(reference.where() + " (" + shown(reference.value()) + ")");
        }
        return new Evidence.InUse(places, use.get().total());
      }
      String repository = target.scope().substring(prefix.length());
      Optional<RepositoryGraph> graph = inventory.repository(repository);
      if (graph.isEmpty()) {
        return new Evidence.Unknown(
            "the repository "
                + repository
                + " could not be read: "
                + inventory.unread().getOrDefault(repository, "it is not among those read"));
      }
      if (!graph.get().manifests().containsKey(digest.get())) {
        return new Evidence.Unknown(
            "no tag of "
                + repository
                + " leads to it any more, so what it belongs to cannot be told");
      }
      return new Evidence.NotInUse(sources, references);
    }

    @Override
    public List<String> gaps() {
      return set.gaps();
    }

    private static String shown(String value) {
      String cut = value.length() <= 300 ? value : value.substring(0, 300) + "…";
      return cut.replaceAll("\\p{C}", "?");
    }
  }
}
