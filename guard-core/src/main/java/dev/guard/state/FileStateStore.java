package dev.guard.state;

import dev.guard.Digest;
import dev.guard.GuardConfigurationException;
import dev.guard.StateException;
import dev.guard.internal.Cause;
import dev.guard.internal.Ids;
import dev.guard.internal.durable.Disk;
import dev.guard.time.Time;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * State and blobs in files of one directory: one readable JSON file a document, one file a blob,
 * replaced in one step and forced to the disk before a write returns. Shared by all processes of
 * one host, and it holds the run lock.
 *
 * <pre>{@code
 * try (FileStateStore state = FileStateStore.at(Path.of("state"))) {
 *   Guard guard = Guard.named("cleanup").state(state) … .build();
 * }
 * }</pre>
 *
 * <p>Scope HOST: file locks of network file systems cannot be trusted, so a directory on one is
 * refused. A document that cannot be read or understood throws; it is never taken for absent, nor
 * is anything absent once the directory itself has vanished or been replaced. Thread-safe.
 */
public final class FileStateStore implements StateStore, BlobStore, RunLock, AutoCloseable {
  private static final int MAX_VALUE = 256 * 1024;
  private static final int MAX_FILE = 2 * MAX_VALUE;

  /** Keys hold no underscore, so a document, a lock, a blob and a directory never share a name. */
  private static final String DOCUMENT = "_doc.json";

  private static final String TEMPORARY = "_doc.tmp";
  private static final String LOCK = "_lock";
  private static final String BLOBS = "store_blobs";
  private static final String BLOB = "_blob";

  /** Says that this directory is the store, and which. */
  private static final String MARKER = "store_id";

  private static final int SHARDS = 64;
  private static final Duration STEP = Duration.ofMillis(5);
  private static final int MOST_STEPS = 2000;
  private static final Set<String> NETWORK =
      Set.of(
          "nfs",
          "nfs4",
          "cifs",
          "smb",
          "smbfs",
          "smb2",
          "smb3",
          "afs",
          "9p",
          "fuse.sshfs",
          "ncpfs",
          "glusterfs",
          "fuse.glusterfs",
          "lustre",
          "ceph");
  private static final Map<Path, List<ReentrantLock>> MUTEXES = new ConcurrentHashMap<>();

  private final Disk disk;
  private final Path dir;
  private final Time time;
  private final List<ReentrantLock> mutexes;
  private final byte[] marker;
  private final Set<Path> durableDirectories = ConcurrentHashMap.newKeySet();

  /** Documents whose last write failed half-way: what can be seen of them may not be durable. */
  private final Set<String> unsettled = ConcurrentHashMap.newKeySet();

  private volatile boolean closed;

  private FileStateStore(Disk disk, Path dir, Time time, List<ReentrantLock> mutexes)
      throws IOException {
    this.disk = disk;
    this.dir = dir;
    this.time = time;
    this.mutexes = mutexes;
    this.marker = marker();
  }

  /**
   * A store in a directory, which is created if it is missing.
   *
   * @param dir the directory, on a local disk
   * @return the store
   * @throws GuardConfigurationException if the directory lies on a network file system
   * @throws StateException if it cannot be created
   */
  public static FileStateStore at(Path dir) {
    return at(dir, Time.system());
  }

  /**
   * A store in a directory, which is created if it is missing.
   *
   * @param dir the directory, on a local disk
   * @param time where its clock comes from
   * @return the store
   * @throws GuardConfigurationException if the directory lies on a network file system
   * @throws StateException if it cannot be created
   */
  public static FileStateStore at(Path dir, Time time) {
    Disk disk = Disk.system();
    try {
      disk.createDirectories(dir);
      Path real = dir.toRealPath();
      String type = Files.getFileStore(real).type().toLowerCase(Locale.ROOT);
      if (NETWORK.contains(type)) {
        throw new GuardConfigurationException(
            "The state directory "
                + dir
                + " lies on a network file system ("
                + type
                + "), whose locks cannot be trusted. Take a local disk or a shared store.");
      }
      return new FileStateStore(disk, real, time, MUTEXES.computeIfAbsent(real, path -> mutexes()));
    } catch (IOException e) {
      throw new StateException(
          "The state directory "
              + dir
              + " cannot be used ("
              + Cause.of(e)
              + "). Check the path and its rights.",
          e);
    }
  }

  /** A store on another disk than the machine's, for one that loses power. */
  static FileStateStore on(Disk disk, Path dir, Time time) throws IOException {
    disk.createDirectories(dir);
    return new FileStateStore(disk, dir, time, mutexes());
  }

  private static List<ReentrantLock> mutexes() {
    ReentrantLock[] locks = new ReentrantLock[SHARDS];
    Arrays.setAll(locks, i -> new ReentrantLock());
    return List.of(locks);
  }

  @Override
  public Optional<Versioned> get(String key) {
    Keys.check(key);
    return calmly(() -> settled(key)).map(found -> new Versioned(found.name(), found.value()));
  }

  /** What a failed write left is written once more before anybody relies on it. */
  private Optional<Documents.Document> settled(String key) {
    if (!unsettled.contains(key)) {
      return document(key);
    }
    try {
      return exclusively(
          key.hashCode(),
          () -> {
            Optional<Documents.Document> left = document(key);
            if (left.isPresent()) {
              replace(temporary(file(key)), file(key), Documents.write(left.get()));
            }
            unsettled.remove(key);
            return left;
          });
    } catch (IOException e) {
      throw failed("settled", key, e, false);
    }
  }

  private Optional<Documents.Document> document(String key) {
    refuseIfClosed();
    try (InputStream in = disk.read(file(key)).orElse(null)) {
      if (in == null) {
        refuseIfReplaced();
        return Optional.empty();
      }
      byte[] bytes = in.readNBytes(MAX_FILE + 1);
      if (bytes.length > MAX_FILE) {
        throw new StateException(
            "The state document '"
                + key
                + "' is larger than any that is written. Restore or remove it.");
      }
      return Optional.of(Documents.read(key, bytes));
    } catch (IOException e) {
      throw failed("read", key, e, false);
    }
  }

  /** Absent is only what is absent from the directory that was opened. */
  private void refuseIfReplaced() throws IOException {
    if (!Arrays.equals(marker, content(dir.resolve(MARKER), 100).orElse(null))) {
      throw new StateException(
          "The state directory "
              + dir
              + " has vanished or was replaced since it was opened. Check its mount; until then what depends on it is refused.");
    }
  }

  private Optional<byte[]> content(Path file, int most) throws IOException {
    try (InputStream in = disk.read(file).orElse(null)) {
      return in == null ? Optional.empty() : Optional.of(in.readNBytes(most));
    }
  }

  /** The directory's own name; the first process gives it. */
  private byte[] marker() throws IOException {
    Path file = dir.resolve(MARKER);
    try (Disk.Lock lock = lockOthersOut(dir.resolve("store" + LOCK))) {
      Objects.requireNonNull(lock, "lock");
      Optional<byte[]> there = content(file, 100);
      if (there.isPresent()) {
        disk.forceDirectory(dir);
        return there.get();
      }
      byte[] fresh = (Ids.write() + "\n").getBytes(StandardCharsets.US_ASCII);
      replace(dir.resolve(MARKER + ".tmp"), file, fresh);
      return fresh;
    }
  }

  private static StateException failed(String what, String key, IOException e, boolean mayHaveRun) {
    return new StateException(
        "The state document '"
            + key
            + "' cannot be "
            + what
            + " ("
            + Cause.of(e)
            + "). Check the disk and its rights; until then what depends on it is refused.",
        e,
        mayHaveRun);
  }

  @Override
  public Optional<String> compareAndSet(String key, @Nullable String expected, byte[] value) {
    Keys.check(key);
    if (value.length > MAX_VALUE) {
      throw new StateException(
          "A state document has at most "
              + MAX_VALUE
              + " bytes, but '"
              + key
              + "' would have "
              + value.length
              + ".");
    }
    return calmly(() -> replaceIf(key, expected, value));
  }

  private Optional<String> replaceIf(String key, @Nullable String expected, byte[] value) {
    refuseIfClosed();
    AtomicBoolean begun = new AtomicBoolean();
    try {
      return exclusively(
          key.hashCode(),
          () -> {
            Documents.Document found = document(key).orElse(null);
            String current = found == null ? null : found.name();
            if (!Objects.equals(current, expected)) {
              return Optional.empty();
            }
            Documents.Document next =
                new Documents.Document(found == null ? 1 : found.version() + 1, Ids.write(), value);
            Path file = file(key);
            directory(file);
            begun.set(true);
            replace(temporary(file), file, Documents.write(next));
            unsettled.remove(key);
            return Optional.of(next.name());
          });
    } catch (IOException e) {
      if (begun.get()) {
        unsettled.add(key);
      }
      throw failed("written", key, e, begun.get());
    }
  }

  /** Work on files that nobody else may do meanwhile. */
  private interface Work<T> {
    T run() throws IOException;
  }

  private <T> T exclusively(int hash, Work<T> work) throws IOException {
    int shard = Math.floorMod(hash, SHARDS);
    ReentrantLock mutex = mutexes.get(shard);
    mutex.lock();
    try (Disk.Lock lock = lockOthersOut(dir.resolve("shard-" + shard + LOCK))) {
      Objects.requireNonNull(lock, "lock");
      return work.run();
    } finally {
      mutex.unlock();
    }
  }

  /** Held only for the few writes of one document, so waiting for it is short. */
  private Disk.Lock lockOthersOut(Path file) throws IOException {
    for (int step = 0; step < MOST_STEPS; step++) {
      Optional<Disk.Lock> lock = disk.tryLock(file);
      if (lock.isPresent()) {
        return lock.get();
      }
      try {
        time.sleep(STEP);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new StateException(
            "Interrupted while waiting for the state directory " + dir + ".", e);
      }
    }
    throw new StateException(
        "The state directory "
            + dir
            + " stayed locked by another process. Find the process that hangs.");
  }

  private void replace(Path temporary, Path file, byte[] bytes) throws IOException {
    try (Disk.OpenFile out = disk.create(temporary)) {
      out.write(bytes, bytes.length);
      out.force();
    }
    disk.rename(temporary, file);
    disk.forceDirectory(Objects.requireNonNull(file.getParent(), "parent"));
  }

  /** Makes a file's directory, and what leads to it, durable; once in this store's life. */
  private void directory(Path file) throws IOException {
    Path wanted = Objects.requireNonNull(file.getParent(), "parent");
    if (durableDirectories.contains(wanted)) {
      return;
    }
    disk.createDirectories(wanted);
    for (Path at = wanted; at != null && !at.equals(dir); at = at.getParent()) {
      disk.forceDirectory(Objects.requireNonNull(at.getParent(), "parent"));
    }
    durableDirectories.add(wanted);
  }

  private Path file(String key) {
    return dir.resolve(key + DOCUMENT);
  }

  private static Path temporary(Path file) {
    String name = Objects.requireNonNull(file.getFileName(), "name").toString();
    return file.resolveSibling(name.substring(0, name.length() - DOCUMENT.length()) + TEMPORARY);
  }

  @Override
  public List<String> keys(String prefix) {
    refuseIfClosed();
    List<String> keys = new ArrayList<>();
    try {
      collect(dir, "", prefix, keys);
    } catch (IOException e) {
      throw new StateException(
          "The state directory " + dir + " cannot be listed (" + Cause.of(e) + ").", e);
    }
    keys.sort(null);
    return keys;
  }

  private void collect(Path from, String path, String prefix, List<String> keys)
      throws IOException {
    for (Disk.Entry entry : disk.list(from)) {
      String name = path + entry.name();
      if (entry.directory() && !entry.name().equals(BLOBS)) {
        String inside = name + "/";
        if (inside.startsWith(prefix) || prefix.startsWith(inside)) {
          collect(entry.path(), inside, prefix, keys);
        }
      } else if (name.endsWith(DOCUMENT)) {
        String key = name.substring(0, name.length() - DOCUMENT.length());
        if (key.startsWith(prefix)) {
          keys.add(key);
        }
      }
    }
  }

  @Override
  public Digest put(byte[] content) {
    byte[] kept = content.clone();
    Digest digest = Blobs.named(kept);
    return calmly(() -> keep(digest, kept));
  }

  private Digest keep(Digest digest, byte[] content) {
    refuseIfClosed();
    Path file = blob(digest);
    AtomicBoolean begun = new AtomicBoolean();
    try {
      return exclusively(
          digest.hashCode(),
          () -> {
            refuseIfReplaced();
            directory(file);
            if (Arrays.equals(content, content(file, MAX_BYTES + 1).orElse(null))) {
              // whoever wrote it may have died before its name was durable
              disk.forceDirectory(Objects.requireNonNull(file.getParent(), "parent"));
            } else {
              begun.set(true);
              replace(file.resolveSibling(digest.hex() + ".tmp"), file, content);
            }
            return digest;
          });
    } catch (IOException e) {
      throw failedBlob("kept", digest, e, begun.get());
    }
  }

  @Override
  public Optional<byte[]> get(Digest digest) {
    return calmly(() -> blobContent(digest));
  }

  private Optional<byte[]> blobContent(Digest digest) {
    refuseIfClosed();
    try {
      Optional<byte[]> content = content(blob(digest), MAX_BYTES + 1);
      if (content.isEmpty()) {
        refuseIfReplaced();
      }
      return content.map(found -> Blobs.verified(digest, found));
    } catch (IOException e) {
      throw failedBlob("read", digest, e, false);
    }
  }

  private static StateException failedBlob(
      String what, Digest digest, IOException e, boolean mayHaveRun) {
    return new StateException(
        "The blob "
            + digest
            + " cannot be "
            + what
            + " ("
            + e.getClass().getSimpleName()
            + "). Check the disk and its rights; until then what depends on it is refused.",
        e,
        mayHaveRun);
  }

  private Path blob(Digest digest) {
    String hex = digest.hex();
    return dir.resolve(BLOBS).resolve(hex.substring(0, 2)).resolve(hex + BLOB);
  }

  @Override
  public Instant now() {
    return time.now();
  }

  @Override
  public Capabilities capabilities() {
    return new Capabilities(Scope.HOST, true, MAX_VALUE, false);
  }

  @Override
  public Optional<RunLock.Held> tryLock(String name, String owner, String purpose) {
    return calmly(() -> lockRun(name, owner + ", " + purpose));
  }

  private Optional<RunLock.Held> lockRun(String name, String owner) {
    refuseIfClosed();
    Path file = file(StateStore.key("run-lock", name));
    Disk.Lock lock = null;
    boolean held = false;
    try {
      directory(file);
      lock = disk.tryLock(dir.resolve(StateStore.key("run-lock", name) + LOCK)).orElse(null);
      if (lock == null) {
        return Optional.empty();
      }
      String since = owner + ", process " + ProcessHandle.current().pid() + ", since " + time.now();
      sign(file, since);
      held = true;
      return Optional.of(new Run(this, name, file, lock));
    } catch (IOException e) {
      throw new StateException(
          "Whether another run of '"
              + name
              + "' is under way cannot be told ("
              + Cause.of(e)
              + "). Check the state directory "
              + dir
              + ".",
          e);
    } finally {
      if (lock != null && !held) {
        release(name, lock);
      }
    }
  }

  private boolean isLocked(String name) {
    return calmly(
        () -> {
          refuseIfClosed();
          Path file = dir.resolve(StateStore.key("run-lock", name) + LOCK);
          try {
            Disk.Lock lock = disk.tryLock(file).orElse(null);
            if (lock != null) {
              release(name, lock);
            }
            return lock == null;
          } catch (NoSuchFileException e) {
            return false; // no run ever took it
          } catch (IOException e) {
            throw failed("read", "run-lock of " + name, e, false);
          }
        });
  }

  /** Names the owner for people; nothing is decided by it. */
  private void sign(Path file, String text) throws IOException {
    byte[] value = text.getBytes(StandardCharsets.UTF_8);
    byte[] bytes = Documents.write(new Documents.Document(1, Ids.write(), value));
    replace(temporary(file), file, bytes);
  }

  /** A held run lock. */
  private static final class Run implements RunLock.Held {
    private final FileStateStore store;
    private final String name;
    private final Path file;
    private final Disk.Lock lock;
    private boolean released;

    Run(FileStateStore store, String name, Path file, Disk.Lock lock) {
      this.store = store;
      this.name = name;
      this.file = file;
      this.lock = lock;
    }

    /** The document is emptied first: nobody else may be named while it is written. */
    @Override
    public synchronized void close() {
      if (released) {
        return;
      }
      released = true;
      try {
        calmly(
            () -> {
              try {
                store.sign(file, "");
              } catch (IOException e) {
                throw failed("written", "run-lock of " + name, e, true);
              }
              return name;
            });
      } finally {
        release(name, lock);
      }
    }
  }

  private static void release(String name, Disk.Lock lock) {
    try {
      lock.close();
    } catch (IOException e) {
      throw new StateException(
          "The run lock of '" + name + "' could not be released; it ends with this process.",
          e,
          true);
    }
  }

  @Override
  public Optional<String> owner(String name) {
    if (!isLocked(name)) {
      return Optional.empty(); // whoever stands there died without taking the name away
    }
    return calmly(() -> document(StateStore.key("run-lock", name)))
        .map(found -> new String(found.value(), StandardCharsets.UTF_8))
        .filter(owner -> !owner.isEmpty());
  }

  /**
   * Ends this object's use; the documents stay, and so do run locks that are held. Closing twice
   * does nothing.
   */
  @Override
  public void close() {
    closed = true;
  }

  private void refuseIfClosed() {
    if (closed) {
      throw new StateException(
          "The state in " + dir + " is closed. Keep it open for as long as the guard works.");
    }
  }

  /**
   * An interrupted thread cannot use files, and a latch must be written by whoever trips it, so the
   * interrupt waits until that is done.
   */
  static <T> T calmly(Supplier<T> work) {
    boolean interrupted = Thread.interrupted();
    try {
      return work.get();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
