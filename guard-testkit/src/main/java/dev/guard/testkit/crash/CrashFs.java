package dev.guard.testkit.crash;

import dev.guard.internal.durable.Disk;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A disk in memory that can lose power. Every file has two images: what programs see, and what is
 * on the platter. {@code force} makes them equal; a power cut keeps, of each file, a random subset
 * of the 512-byte sectors that were written since, and of each directory a random beginning of the
 * creations and renames since it was forced; a rename may be found half done, with both names. It
 * can also fail a write or a flush, and lie about flushes ever after, as real kernels did.
 *
 * <pre>{@code
 * CrashFs disk = new CrashFs(seed);
 * disk.cutPowerIn(17);      // the 17th change from now is torn, and everything after it fails
 * …
 * disk.restart();           // what is there now is what survived
 * }</pre>
 *
 * <p>The same seed and the same calls give the same disk. Thread-safe.
 */
public final class CrashFs implements Disk {
  private static final int SECTOR = 512;

  private final RandomGenerator random;
  private final Set<Path> directories = new HashSet<>();
  private final TreeMap<Path, Node> seen = new TreeMap<>();
  private final TreeMap<Path, Node> platter = new TreeMap<>();
  private final List<Change> pending = new ArrayList<>();
  private final Map<Path, Integer> locks = new HashMap<>();
  private int boot = 1;
  private long changesLeft = Long.MAX_VALUE;
  private boolean dark;
  private boolean failWrites;
  private boolean failForces;
  private int cuts;

  /** One file's two images. */
  private static final class Node {
    byte[] seen = new byte[0];
    byte[] platter = new byte[0];
    boolean lies;
  }

  /** One change of a directory that is not yet on the platter: a name bound, or unbound. */
  private record Change(Path name, @Nullable Node node) {}

  /**
   * An empty disk.
   *
   * @param seed what decides which sectors survive
   */
  public CrashFs(long seed) {
    this.random = new SplittableRandom(seed);
  }

  /**
   * Plans a power cut.
   *
   * @param changes how many writes, flushes, truncations, creations, renames and directory flushes
   *     from now; the last of them is torn
   */
  public synchronized void cutPowerIn(long changes) {
    endIn(changes);
  }

  /**
   * Plans the death of the process, as by {@code kill -9}: what it wrote stays with the operating
   * system. Call {@link #killProcess} before the next process begins.
   *
   * @param changes how many changes from now; the last of them may be done in part
   */
  public synchronized void killProcessIn(long changes) {
    endIn(changes);
  }

  private void endIn(long changes) {
    if (changes < 1) {
      throw new IllegalArgumentException(
          "The end comes in one change at least, not " + changes + ".");
    }
    this.changesLeft = changes;
  }

  /**
   * Lets writes fail, half done, until told otherwise: the disk is full.
   *
   * @param fail whether they fail
   */
  public synchronized void failWrites(boolean fail) {
    this.failWrites = fail;
  }

  /**
   * Lets flushes fail until told otherwise. A file whose flush failed once is never flushed again,
   * though later flushes of it succeed.
   *
   * @param fail whether they fail
   */
  public synchronized void failForces(boolean fail) {
    this.failForces = fail;
  }

  /**
   * Power comes back, cut before if it was not: only what survived is there, and no lock is held.
   */
  public synchronized void restart() {
    cuts++;
    dark = false;
    changesLeft = Long.MAX_VALUE;
    boot++;
    locks.clear();
    int kept = pending.isEmpty() ? 0 : random.nextInt(pending.size() + 1);
    for (Change change : pending.subList(0, kept)) {
      apply(change);
    }
    pending.clear();
    Set<Node> nodes =
        new LinkedHashSet<>(platter.values()); // the dice fall in an order that repeats
    for (Node node : nodes) {
      node.platter = survivor(node);
      node.seen = node.platter.clone();
      node.lies = false;
    }
    seen.clear();
    seen.putAll(platter);
  }

  /** The process dies; the operating system and what it knows live on. Open files and locks go. */
  public synchronized void killProcess() {
    boot++;
    locks.clear();
    dark = false;
    changesLeft = Long.MAX_VALUE;
  }

  /**
   * How often power was lost.
   *
   * @return the count
   */
  public synchronized int cuts() {
    return cuts;
  }

  /**
   * Whether writes fail, as {@link #failWrites} says.
   *
   * @return true while the disk is full
   */
  public synchronized boolean isFull() {
    return failWrites;
  }

  /**
   * Whether the planned end has come.
   *
   * @return true until {@link #restart} or {@link #killProcess}
   */
  public synchronized boolean isDark() {
    return dark;
  }

  /**
   * What programs see of a file.
   *
   * @param file the file
   * @return its content, or empty if there is no such file
   */
  public synchronized Optional<byte[]> content(Path file) {
    Node node = seen.get(file);
    return node == null ? Optional.empty() : Optional.of(node.seen.clone());
  }

  /**
   * What is certain to be there after a power cut: names that were forced, and the content that was
   * flushed.
   *
   * @return the files that have a durable name, and their durable content
   */
  public synchronized Map<Path, byte[]> platter() {
    Map<Path, byte[]> files = new TreeMap<>();
    platter.forEach((name, node) -> files.put(name, node.platter.clone()));
    return files;
  }

  /**
   * Replaces a file's content behind everybody's back, durably.
   *
   * @param file the file, which is there
   * @param bytes its new content
   */
  public synchronized void tamper(Path file, byte[] bytes) {
    Node node = seen.get(file);
    if (node == null) {
      throw new IllegalArgumentException("There is no " + file + ".");
    }
    node.seen = bytes.clone();
    node.platter = bytes.clone();
  }

  private byte[] survivor(Node node) {
    byte[] old = node.platter;
    byte[] now = node.seen;
    int size = old.length;
    if (old.length != now.length && random.nextBoolean()) {
      size = random.nextInt(Math.min(old.length, now.length), Math.max(old.length, now.length) + 1);
    } else if (random.nextBoolean()) {
      size = now.length;
    }
    byte[] left = new byte[size];
    for (int from = 0; from < size; from += SECTOR) {
      byte[] image = random.nextBoolean() ? now : old;
      int length = Math.min(SECTOR, Math.min(size, image.length) - from);
      if (length > 0) {
        System.arraycopy(image, from, left, from, length);
      }
    }
    return left;
  }

  private void apply(Change change) {
    if (change.node() == null) {
      platter.remove(change.name());
    } else {
      platter.put(change.name(), change.node());
    }
  }

  /** True if this very change is the one that is torn. */
  private boolean change() throws IOException {
    needPower();
    if (--changesLeft == 0) {
      dark = true;
      return true;
    }
    return false;
  }

  private void needPower() throws IOException {
    if (dark) {
      throw new IOException("no power");
    }
  }

  @Override
  public synchronized void createDirectories(Path dir) throws IOException {
    needPower();
    for (Path at = dir; at != null; at = at.getParent()) {
      directories.add(at);
    }
  }

  @Override
  public synchronized List<Entry> list(Path dir) throws IOException {
    needPower();
    if (!directories.contains(dir)) {
      throw new NoSuchFileException(dir.toString());
    }
    TreeMap<Path, Boolean> entries = new TreeMap<>();
    directories.stream()
        .filter(one -> dir.equals(one.getParent()))
        .forEach(one -> entries.put(one, true));
    seen.keySet().stream()
        .filter(one -> dir.equals(one.getParent()))
        .forEach(one -> entries.put(one, false));
    return entries.entrySet().stream().map(e -> new Entry(e.getKey(), e.getValue())).toList();
  }

  @Override
  public synchronized OpenFile append(Path file) throws IOException {
    needPower();
    Node node = seen.get(file);
    if (node == null) {
      if (!directories.contains(file.getParent())) {
        throw new NoSuchFileException(file.toString());
      }
      boolean torn = change();
      node = new Node();
      seen.put(file, node);
      pending.add(new Change(file, node));
      if (torn) {
        throw new IOException("power cut while creating " + file);
      }
    }
    return new Handle(node, boot);
  }

  @Override
  public synchronized OpenFile create(Path file) throws IOException {
    needPower();
    if (seen.remove(file) != null) {
      boolean torn = change();
      pending.add(new Change(file, null));
      if (torn) {
        throw new IOException("power cut while deleting " + file);
      }
    }
    return append(file);
  }

  @Override
  public synchronized Optional<InputStream> read(Path file) throws IOException {
    needPower();
    Node node = seen.get(file);
    return node == null
        ? Optional.empty()
        : Optional.of(new ByteArrayInputStream(node.seen.clone()));
  }

  @Override
  public synchronized void rename(Path from, Path to) throws IOException {
    boolean torn = change();
    Node node = seen.remove(from);
    if (node == null) {
      throw new NoSuchFileException(from.toString());
    }
    seen.put(to, node);
    pending.add(new Change(to, node));
    pending.add(new Change(from, null));
    if (torn) {
      throw new IOException("power cut while renaming " + from);
    }
  }

  @Override
  public synchronized void forceDirectory(Path dir) throws IOException {
    if (change()) {
      throw new IOException("power cut while forcing " + dir);
    }
    if (failForces) {
      throw new IOException("Input/output error");
    }
    List<Change> others = new ArrayList<>();
    for (Change change : pending) {
      if (dir.equals(change.name().getParent())) {
        apply(change);
      } else {
        others.add(change);
      }
    }
    pending.clear();
    pending.addAll(others);
  }

  @Override
  public synchronized Optional<Lock> tryLock(Path file) throws IOException {
    needPower();
    if (locks.containsKey(file)) {
      return Optional.empty();
    }
    int mine = boot;
    locks.put(file, mine);
    return Optional.of(
        () -> {
          synchronized (CrashFs.this) {
            locks.remove(file, mine);
          }
        });
  }

  /** An open file; it dies with the process or the power. */
  private final class Handle implements OpenFile {
    private final Node node;
    private final int since;

    Handle(Node node, int since) {
      this.node = node;
      this.since = since;
    }

    private boolean alive() throws IOException {
      if (since != boot) {
        throw new IOException("the process that opened this file is dead");
      }
      return change();
    }

    @Override
    public void write(byte[] bytes, int length) throws IOException {
      synchronized (CrashFs.this) {
        boolean torn = alive();
        boolean part = (torn && random.nextBoolean()) || failWrites;
        int written = part ? random.nextInt(length + 1) : length;
        int from = node.seen.length;
        node.seen = Arrays.copyOf(node.seen, from + written);
        System.arraycopy(bytes, 0, node.seen, from, written);
        if (torn || failWrites) {
          throw new IOException(torn ? "power cut while writing" : "No space left on device");
        }
      }
    }

    @Override
    public void force() throws IOException {
      synchronized (CrashFs.this) {
        if (alive()) {
          throw new IOException("power cut while flushing");
        }
        if (failForces) {
          node.lies = true;
          throw new IOException("Input/output error");
        }
        if (!node.lies) {
          node.platter = node.seen.clone();
        }
      }
    }

    @Override
    public void truncate(long size) throws IOException {
      synchronized (CrashFs.this) {
        boolean torn = alive();
        if (size < node.seen.length) {
          node.seen = Arrays.copyOf(node.seen, (int) size);
        }
        if (torn) {
          throw new IOException("power cut while truncating");
        }
      }
    }

    @Override
    public long size() throws IOException {
      synchronized (CrashFs.this) {
        needPower();
        return node.seen.length;
      }
    }

    @Override
    public void close() {
      // nothing is held
    }
  }
}
