package dev.guard.examples.cloud;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.guard.time.Time;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * A made-up cloud in this process, kept in a file between runs. It is right about what single looks
 * ask, and its listings are as bad as they are told to be. Thread-safe.
 */
final class FakeCloud implements CloudApi {
  private static final int PAGE = 4;

  /** What goes wrong with listings and acts. */
  enum Trap {
    /** The second page of volumes cannot be read. */
    PAGE_FAILS,
    /** The last page of volumes says it is the last one, but there are more. */
    PAGE_CUT,
    /** The pages of instances lead round in a circle. */
    PAGE_CIRCLE,
    /** The listing of templates fails from its first page. */
    DENIED,
    /** Snapshots are not complete at once. */
    SLOW_SNAPSHOTS,
    /** Deletes happen, and the answer never comes. */
    CUT_OFF
  }

  /** Everything that is, in the shape in which it is kept. Mutable; guarded by the cloud. */
  static final class World {
    final Map<String, Volume> volumes = new TreeMap<>();
    final Map<String, Attachment> attachments = new TreeMap<>();
    final Map<String, Template> templates = new TreeMap<>();

    World copy() {
      World copy = new World();
      copy.volumes.putAll(volumes);
      copy.attachments.putAll(attachments);
      copy.templates.putAll(templates);
      return copy;
    }
  }

  /** The file's shape. */
  private record Kept(
      List<Volume> volumes,
      List<Attachment> attachments,
      List<Template> templates,
      Map<String, Snapshot> snapshots,
      Map<String, String> restored,
      long made) {}

  private final Time time;
  private final Collection<Trap> traps;
  private final World now;
  private World listed;
  private boolean lagging;
  private final Map<String, Snapshot> snapshots;
  private final Map<String, String> restored;
  private long made;

  private FakeCloud(Time time, Collection<Trap> traps, Kept kept) {
    this.time = time;
    this.traps = List.copyOf(traps);
    this.now = new World();
    kept.volumes().forEach(it -> now.volumes.put(it.id(), it));
    kept.attachments().forEach(it -> now.attachments.put(it.volume(), it));
    kept.templates().forEach(it -> now.templates.put(it.name(), it));
    this.snapshots = new TreeMap<>(kept.snapshots());
    this.restored = new TreeMap<>(kept.restored());
    this.made = kept.made();
    this.listed = now.copy();
  }

  static FakeCloud empty(Time time, Trap... traps) {
    return new FakeCloud(
        time,
        Arrays.asList(traps),
        new Kept(List.of(), List.of(), List.of(), Map.of(), Map.of(), 0));
  }

  /** The cloud of the story: some volumes in use in every way there is, and some that are not. */
  static FakeCloud ofTheStory(Time time, Collection<Trap> traps) {
    FakeCloud cloud =
        new FakeCloud(
            time, traps, new Kept(List.of(), List.of(), List.of(), Map.of(), Map.of(), 0));
    Duration month = Duration.ofDays(30);
    for (int i = 1; i <= 6; i++) {
      cloud.attach(cloud.make("shop-data-" + i, month, Map.of()), "i-shop-" + i, "running");
    }
    cloud.attach(cloud.make("reports", month, Map.of()), "i-reports", "stopped since January");
    cloud.make("batch-scratch", month, Map.of());
    cloud.declare(new Template("batch", 0, "batch-scratch"));
    cloud.make("ledger-2019", month, Map.of("keep", "true"));
    cloud.make("new-and-not-attached-yet", Duration.ofHours(1), Map.of());
    cloud.make("old-test-1", month, Map.of("team", "web"));
    cloud.make("old-test-2", month, Map.of("team", "web"));
    cloud.settle();
    return cloud;
  }

  static FakeCloud read(Path file, Time time, Collection<Trap> traps) throws IOException {
    try {
      FakeCloud cloud =
          new FakeCloud(time, traps, mapper().readValue(Files.readAllBytes(file), Kept.class));
      if (!cloud.has(Trap.SLOW_SNAPSHOTS)) {
        cloud.settle();
      }
      return cloud;
    } catch (NoSuchFileException e) {
      return ofTheStory(time, traps);
    }
  }

  synchronized void write(Path file) throws IOException {
    Kept kept =
        new Kept(
            List.copyOf(now.volumes.values()),
            List.copyOf(now.attachments.values()),
            List.copyOf(now.templates.values()),
            snapshots,
            restored,
            made);
    Path beside = file.resolveSibling(file.getFileName() + ".new");
    Files.write(beside, mapper().writeValueAsBytes(kept));
    Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static ObjectMapper mapper() {
    return new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
  }

  // What happens in the cloud without Guard

  synchronized Volume make(String name, Duration ago, Map<String, String> tags) {
    made++;
    return put("vol-" + made, name, ago, tags);
  }

  /** A volume with an id that may have been another's before. */
  synchronized Volume put(String id, String name, Duration ago, Map<String, String> tags) {
    String created = time.now().minus(ago).toString();
    Volume volume = new Volume(id, created, name, 100, "", created, tags);
    now.volumes.put(id, volume);
    seen();
    return volume;
  }

  synchronized void attach(Volume volume, String instance, String state) {
    now.volumes.put(volume.id(), volume.attachedTo(instance, volume.detached()));
    now.attachments.put(volume.id(), new Attachment(instance, state, volume.id()));
    seen();
  }

  synchronized void declare(Template template) {
    now.templates.put(template.name(), template);
    seen();
  }

  synchronized void remove(String id) {
    now.volumes.remove(id);
    now.attachments.remove(id);
    seen();
  }

  /** From now on listings show what was, until {@link #settle}. */
  synchronized void lag() {
    lagging = true;
  }

  synchronized void settle() {
    lagging = false;
    seen();
    snapshots.replaceAll((token, it) -> new Snapshot(it.id(), it.volume(), it.created(), true));
  }

  private void seen() {
    if (!lagging) {
      listed = now.copy();
    }
  }

  synchronized List<String> names() {
    return now.volumes.values().stream().map(Volume::name).sorted().toList();
  }

  // What the cloud offers

  private boolean has(Trap trap) {
    return traps.contains(trap);
  }

  private static <T> Page<T> page(Collection<T> all, String from) throws Refused {
    List<T> items = new ArrayList<>(all);
    int begin;
    try {
      begin = from.isEmpty() ? 0 : Integer.parseInt(from);
    } catch (NumberFormatException e) {
      throw new Refused("no such page");
    }
    int end = Math.min(items.size(), begin + PAGE);
    String next = end < items.size() ? String.valueOf(end) : "";
    return new Page<>(items.subList(Math.min(begin, end), end), next, items.size());
  }

  @Override
  public synchronized Page<Volume> volumes(String from) throws IOException {
    if (has(Trap.PAGE_FAILS) && !from.isEmpty()) {
      throw new Refused("503, slow down");
    }
    Page<Volume> page = page(listed.volumes.values(), from);
    return has(Trap.PAGE_CUT) && !from.isEmpty()
        ? new Page<>(page.items(), "", page.total())
        : page;
  }

  @Override
  public synchronized Page<Attachment> attachments(String from) throws IOException {
    Page<Attachment> page = page(listed.attachments.values(), from);
    return has(Trap.PAGE_CIRCLE) ? new Page<>(List.of(), "0", page.total()) : page;
  }

  @Override
  public synchronized Page<Template> templates(String from) throws IOException {
    if (has(Trap.DENIED)) {
      throw new Refused("403, no right to list templates");
    }
    return page(listed.templates.values(), from);
  }

  @Override
  public synchronized Optional<Volume> volume(String id) {
    return Optional.ofNullable(now.volumes.get(id));
  }

  private Volume existing(String id, String created) throws Refused {
    Volume volume = now.volumes.get(id);
    if (volume == null || !volume.created().equals(created)) {
      throw new Refused("412, " + id + " is not the volume of " + created);
    }
    return volume;
  }

  @Override
  public synchronized Snapshot snapshot(String token, String id, String created)
      throws IOException {
    Snapshot there = snapshots.get(token);
    if (there == null) {
      existing(id, created);
      made++;
      there = new Snapshot("snap-" + made, id, created, !has(Trap.SLOW_SNAPSHOTS));
      snapshots.put(token, there);
    }
    return there;
  }

  @Override
  public synchronized void delete(String id, String created) throws IOException {
    if (existing(id, created).attached()) {
      throw new Refused("409, " + id + " is attached");
    }
    remove(id);
    if (has(Trap.CUT_OFF)) {
      throw new CutOff("the connection was reset");
    }
  }

  @Override
  public synchronized Optional<Volume> restored(String token) {
    return Optional.ofNullable(restored.get(token)).flatMap(this::volume);
  }

  @Override
  public synchronized Volume restore(
      String token, String snapshot, String name, Map<String, String> tags) throws IOException {
    Optional<Volume> there = restored(token);
    if (there.isPresent()) {
      return there.get();
    }
    if (snapshots.values().stream().noneMatch(it -> it.complete() && it.id().equals(snapshot))) {
      throw new Refused("404, there is no complete snapshot " + snapshot);
    }
    Volume volume = make(name, Duration.ZERO, tags);
    restored.put(token, volume.id());
    return volume;
  }

  /** Every volume there is, by a key. */
  synchronized <K> List<K> all(Function<Volume, K> key) {
    return now.volumes.values().stream().map(key).toList();
  }
}
