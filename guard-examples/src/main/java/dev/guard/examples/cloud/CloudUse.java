package dev.guard.examples.cloud;

import dev.guard.Target;
import dev.guard.evidence.Evidence;
import dev.guard.evidence.Interpreter;
import dev.guard.evidence.Reference;
import dev.guard.evidence.Reference.Form;
import dev.guard.evidence.ReferenceSnapshot;
import dev.guard.evidence.ReferenceSource;
import dev.guard.examples.show.Show;
import dev.guard.time.Time;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Who needs a volume, asked three times over because every listing may lag behind on its own: what
 * volumes say of themselves, what instances say, stopped ones too, and what templates will attach.
 * An id protects whichever volume has it, a name every volume that is called so.
 */
final class CloudUse implements Interpreter {
  static final String VOLUMES = "volumes";
  static final String INSTANCES = "instances";
  static final String TEMPLATES = "templates";

  private CloudUse() {}

  static Interpreter interpreter() {
    return new CloudUse();
  }

  static List<ReferenceSource> sources(CloudApi cloud, Time time) {
    return List.of(
        source(
            VOLUMES,
            time,
            () -> Listing.of(VOLUMES, cloud::volumes, Volume::id),
            volume ->
                volume.attached()
                    ? List.of(
                        new Reference(
                            VOLUMES,
                            volume.id(),
                            "attachedTo",
                            volume.id(),
                            Form.IDENTITY,
                            volume.attachedTo()))
                    : List.of()),
        source(
            INSTANCES,
            time,
            () ->
                Listing.of(
                    INSTANCES, cloud::attachments, it -> it.instance() + " with " + it.volume()),
            it ->
                List.of(
                    new Reference(
                        INSTANCES,
                        it.instance(),
                        "volumes",
                        it.volume(),
                        Form.IDENTITY,
                        it.state()))),
        source(
            TEMPLATES,
            time,
            () ->
                Listing.of(
                    TEMPLATES, cloud::templates, it -> it.name() + " with " + it.volumeName()),
            it ->
                List.of(
                    new Reference(
                        TEMPLATES,
                        it.name(),
                        "volumeName",
                        it.volumeName(),
                        Form.NAME,
                        it.instances() + " instances"))));
  }

  private interface Reads<T> {
    Listing<T> all();
  }

  private static <T> ReferenceSource source(
      String name, Time time, Reads<T> reads, Function<T, List<Reference>> references) {
    return new ReferenceSource() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public ReferenceSnapshot read() {
        Instant began = time.now();
        Listing<T> listing = reads.all();
        List<Reference> found =
            listing.items().stream().flatMap(item -> references.apply(item).stream()).toList();
        return listing.gaps().isEmpty()
            ? new ReferenceSnapshot.Complete(name, began, found)
            : new ReferenceSnapshot.Incomplete(name, began, found, listing.gaps());
      }
    };
  }

  @Override
  public Usage interpret(List<Reference> references) {
    Map<String, List<String>> ids = new HashMap<>();
    Map<String, List<String>> names = new HashMap<>();
    for (Reference reference : references) {
      Map<String, List<String>> kind = reference.form() == Form.IDENTITY ? ids : names;
      kind.computeIfAbsent(reference.value(), value -> new ArrayList<>()).add(reference.where());
    }
    return new Usage() {
      @Override
      public Evidence of(Target target) {
        String name = target.labels().get(Show.NAME);
        if (name == null) {
          return new Evidence.Unknown("the volume's name is not known");
        }
        List<String> places = new ArrayList<>(ids.getOrDefault(Volume.id(target), List.of()));
        places.addAll(names.getOrDefault(name, List.of()));
        return places.isEmpty()
            ? new Evidence.NotInUse(3, references.size())
            : new Evidence.InUse(places, places.size());
      }

      @Override
      public List<String> gaps() {
        return List.of();
      }
    };
  }

  @Override
  public Probe probe() {
    return new Probe(
        new Reference(INSTANCES, "made-up", "volumes", "vol-made-up", Form.IDENTITY, ""),
        Target.of(Volume.KIND, "made-up", "vol-made-up@1970-01-01T00:00:00Z")
            .with(Show.NAME, "made-up"));
  }
}
