package dev.guard.registry.cleanup;

import dev.guard.evidence.Reference;
import dev.guard.registry.inventory.ImageManifest;
import dev.guard.registry.inventory.RegistryInventory;
import dev.guard.registry.inventory.RepositoryGraph;
import dev.guard.registry.reference.ContentDigest;
import dev.guard.registry.reference.ImageId;
import dev.guard.registry.reference.ImageReference;
import dev.guard.registry.reference.ParsedReference;
import dev.guard.registry.reference.UnparseableReference;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Everything that references protect in an inventory: what they name, by tag, digest or config, and
 * what hangs together with it: children, indexes, referrers and subjects, over all repositories,
 * because the same digest is the same content wherever it is. Immutable.
 */
final class ProtectedSet {
  private static final int SHOWN_PLACES = 3;
  private static final int SHOWN_VALUE = 300;
  private static final Pattern HEX = Pattern.compile("(?<![0-9A-Za-z])[0-9a-f]{64}(?![0-9A-Za-z])");
  private static final Pattern WORD = Pattern.compile("[A-Za-z0-9._/-]+");

  /**
   * Which references need a digest: the first few, and how many in all. There may be a million, so
   * it is small.
   */
  static final class Use {
    private @Nullable Reference one;
    private @Nullable Reference two;
    private @Nullable Reference three;
    private long total;

    private void add(Reference reference) {
      total++;
      place(reference);
    }

    private void place(Reference reference) {
      if (one == null) {
        one = reference;
      } else if (two == null) {
        two = reference;
      } else if (three == null) {
        three = reference;
      }
    }

    private Use and(Use other) {
      Use both = new Use();
      first().forEach(both::place);
      other.first().forEach(both::place);
      both.total = total + other.total;
      return both;
    }

    List<Reference> first() {
      List<Reference> places = new ArrayList<>(SHOWN_PLACES);
      for (Reference place : new Reference[] {one, two, three}) {
        if (place != null) {
          places.add(place);
        }
      }
      return places;
    }

    long total() {
      return total;
    }
  }

  private final Map<ContentDigest, Use> uses;
  private final List<String> gaps;

  private ProtectedSet(Map<ContentDigest, Use> uses, List<String> gaps) {
    this.uses = uses;
    this.gaps = List.copyOf(gaps);
  }

  static ProtectedSet of(Graphs graphs, List<Reference> references, ImageNames names) {
    return new Builder(graphs, names).build(references);
  }

  /** Who needs a digest; empty if nobody does. */
  Optional<Use> use(ContentDigest digest) {
    return Optional.ofNullable(uses.get(digest));
  }

  /** What could not be understood and may mean anything. */
  List<String> gaps() {
    return gaps;
  }

  /** An inventory with what matching asks of it again and again; made once an inventory. */
  static final class Graphs {
    private final RegistryInventory inventory;
    private final Set<String> paths = new HashSet<>();

    Graphs(RegistryInventory inventory) {
      this.inventory = inventory;
      paths.addAll(inventory.repositories().keySet());
      paths.addAll(inventory.unread().keySet());
    }

    RegistryInventory inventory() {
      return inventory;
    }
  }

  private static final class Builder {
    private final Graphs graphs;
    private final ImageNames names;
    private final Map<ContentDigest, Use> uses = new HashMap<>();
    private final Map<ContentDigest, Use> configs = new HashMap<>();
    private final List<String> gaps = new ArrayList<>();

    Builder(Graphs graphs, ImageNames names) {
      this.graphs = graphs;
      this.names = names;
    }

    ProtectedSet build(List<Reference> references) {
      Map<String, Use> byName = new LinkedHashMap<>();
      Map<String, Use> byId = new LinkedHashMap<>();
      Map<String, Use> waived = new LinkedHashMap<>();
      for (Reference reference : references) {
        Map<String, Use> kind =
            switch (reference.form()) {
              case NAME -> byName;
              case IDENTITY -> byId;
              case WAIVED -> waived;
            };
        kind.computeIfAbsent(reference.value(), absent -> new Use()).add(reference);
      }
      byName.forEach(this::name);
      byId.forEach(this::id);
      waived.forEach(this::literallyNamed);
      resolveConfigs();
      close();
      return new ProtectedSet(uses, gaps);
    }

    private void name(String value, Use use) {
      if (ImageId.parse(value) instanceof ImageId.OfConfig bare) {
        config(bare.config(), use); // a bare digest is never a repository called sha256
        return;
      }
      ParsedReference parsed = ImageReference.parse(value);
      if (parsed instanceof ImageReference reference) {
        reference(reference, use);
      } else if (parsed instanceof UnparseableReference broken) {
        literallyNamed(broken.raw(), use);
        gaps.add(gap("is no image reference", broken.raw(), use));
      }
    }

    private void reference(ImageReference reference, Use use) {
      reference.digest().ifPresent(digest -> protect(digest, use));
      reference
          .effectiveTag()
          .ifPresent(
              tag -> {
                for (String path : names.paths(reference)) {
                  graphs
                      .inventory
                      .repository(path)
                      .map(graph -> graph.tags().get(tag))
                      .ifPresent(digest -> protect(digest, use));
                }
              });
    }

    private void id(String value, Use use) {
      ImageId id = ImageId.parse(value);
      if (id instanceof ImageId.OfManifest manifest) {
        protect(manifest.digest(), use);
        manifest.reference().tag().ifPresent(tag -> reference(manifest.reference(), use));
      } else if (id instanceof ImageId.OfConfig image) {
        config(image.config(), use);
      } else if (id instanceof ImageId.Unreadable) {
        hexes(value, use);
        gaps.add(gap("reports an image id of no known form", value, use));
      }
    }

    /** A config's digest; the same text may also be a manifest's. */
    private void config(ContentDigest digest, Use use) {
      protect(digest, use);
      configs.merge(digest, use, Builder::both);
    }

    /** Protects the manifests of all configs that are needed, in one walk over the inventory. */
    private void resolveConfigs() {
      if (configs.isEmpty()) {
        return;
      }
      for (RepositoryGraph graph : graphs.inventory.repositories().values()) {
        for (ImageManifest manifest : graph.manifests().values()) {
          Use use = manifest.config().map(configs::get).orElse(null);
          if (use != null) {
            protect(manifest.digest(), use);
          }
        }
      }
    }

    /**
     * Protects the whole of every repository that a text names, also under another name of the
     * registry. It may mean more than it names, so this only ever protects more.
     */
    private void literallyNamed(String text, Use use) {
      for (String repository : literals(text)) {
        graphs
            .inventory
            .repository(repository)
            .ifPresent(graph -> graph.manifests().keySet().forEach(digest -> protect(digest, use)));
      }
      hexes(text, use);
    }

    private void hexes(String text, Use use) {
      Matcher matcher = HEX.matcher(bounded(text));
      while (matcher.find()) {
        config(new ContentDigest("sha256:" + matcher.group()), use);
      }
    }

    /**
     * The repositories, read or not, whose path stands in a text as a whole word before a tag, a
     * digest or the end.
     */
    private Set<String> literals(String raw) {
      String text = bounded(raw);
      Set<String> all = graphs.paths;
      Set<String> found = new TreeSet<>();
      Matcher matcher = WORD.matcher(text);
      while (matcher.find()) {
        String word = matcher.group();
        char before = matcher.start() == 0 ? ' ' : text.charAt(matcher.start() - 1);
        char after = matcher.end() == text.length() ? ' ' : text.charAt(matcher.end());
        boolean ends = " \t\r\n:@\"',;)".indexOf(after) >= 0;
        boolean scheme = before == ':' && word.startsWith("//");
        boolean begins = scheme || " \t\r\n\"',;(=".indexOf(before) >= 0;
        if (!ends || word.endsWith("/")) {
          continue;
        }
        boolean openFront = !begins && word.startsWith("/");
        String path = scheme ? word.substring(2) : word.startsWith("/") ? word.substring(1) : word;
        if (begins) {
          for (String rest = path; !rest.isEmpty(); rest = afterSlash(rest)) {
            if (all.contains(rest)) {
              found.add(rest);
            }
          }
          if (ImageReference.parse(path) instanceof ImageReference whole) {
            names.paths(whole).stream().filter(all::contains).forEach(found::add);
          }
        } else if (openFront && !path.isEmpty()) {
          // What stands before may hold a part of the path: every repository that ends like this is
          // meant.
          for (String repository : all) {
            if (repository.equals(path) || repository.endsWith("/" + path)) {
              found.add(repository);
            }
          }
        }
      }
      return found;
    }

    private static String afterSlash(String path) {
      int slash = path.indexOf('/');
      return slash < 0 ? "" : path.substring(slash + 1);
    }

    private static String bounded(String text) {
      return text.length() <= ImageReference.MAX_LENGTH
          ? text
          : text.substring(0, ImageReference.MAX_LENGTH);
    }

    private static String gap(String what, String value, Use use) {
      String shown = value.length() <= SHOWN_VALUE ? value : value.substring(0, SHOWN_VALUE) + "…";
      Reference first = use.first().get(0);
      return first.where()
          + " "
          + what
          + ": '"
          + shown.replaceAll("\\p{C}", "?")
          + "'"
          + (use.total > 1 ? " (and " + (use.total - 1) + " more places)" : "")
          + "; mend it or acknowledge it";
    }

    private void protect(ContentDigest digest, Use use) {
      uses.merge(digest, use, Builder::both);
    }

    private static Use both(Use known, Use more) {
      return known.equals(more) ? known : known.and(more); // a Use equals only itself
    }

    /** Walks the repositories until nothing new hangs together with what is protected. */
    private void close() {
      Map<RepositoryGraph, Set<ContentDigest>> open = new LinkedHashMap<>();
      for (RepositoryGraph graph : graphs.inventory.repositories().values()) {
        Set<ContentDigest> connected = graph.connected();
        if (!connected.isEmpty()) {
          open.put(graph, connected);
        }
      }
      boolean changed = true;
      while (changed) {
        changed = false;
        for (Map.Entry<RepositoryGraph, Set<ContentDigest>> one : open.entrySet()) {
          changed |= spread(one.getKey(), one.getValue());
        }
      }
    }

    /** One repository to its own fixpoint; what was spread from is done with. */
    private boolean spread(RepositoryGraph graph, Set<ContentDigest> connected) {
      ArrayDeque<ContentDigest> open = new ArrayDeque<>();
      connected.stream().filter(uses::containsKey).forEach(open::add);
      boolean changed = false;
      while (!open.isEmpty()) {
        ContentDigest digest = open.remove();
        Use use = uses.get(digest);
        if (use != null && connected.remove(digest)) {
          for (ContentDigest near : graph.neighboursOf(digest)) {
            changed |= uses.putIfAbsent(near, use) == null;
            open.add(near);
          }
        }
      }
      return changed;
    }
  }
}
