package dev.guard.internal.durable;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;

/** The machine's own file system. */
enum SystemDisk implements Disk {
  INSTANCE;

  /**
   * The lock files this process holds. POSIX releases a process's lock on a file when any channel
   * to that file is closed, so a file held here is not opened a second time.
   */
  private static final Set<Object> HELD = ConcurrentHashMap.newKeySet();

  /**
   * The channels of those locks. The garbage collector closes a channel that nobody knows any more,
   * which would release the lock of somebody who forgot to, and free its file's identity for
   * another.
   */
  private static final Set<FileChannel> KEPT_OPEN = ConcurrentHashMap.newKeySet();

  /** Channels that may never be closed, because closing them would release somebody's lock. */
  private static final Queue<FileChannel> LEFT_OPEN = new ConcurrentLinkedQueue<>();

  @Override
  public void createDirectories(Path dir) throws IOException {
    List<Path> missing = new ArrayList<>();
    Path at = dir.toAbsolutePath().normalize();
    while (at != null && isMissing(at)) {
      missing.add(0, at);
      at = at.getParent();
    }
    for (Path each : missing) {
      try {
        Files.createDirectory(each);
      } catch (FileAlreadyExistsException byAnother) {
        if (isMissing(each)) {
          throw byAnother;
        }
      }
      Path parent = each.getParent();
      if (parent != null) {
        forceDirectory(parent);
      }
    }
  }

  /** Follows links; throws unless it is a directory or clearly nothing. */
  private static boolean isMissing(Path dir) throws IOException {
    try {
      if (!Files.readAttributes(dir, BasicFileAttributes.class).isDirectory()) {
        throw new NotDirectoryException(dir.toString());
      }
      return false;
    } catch (NoSuchFileException absent) {
      return true;
    }
  }

  @Override
  public List<Entry> list(Path dir) throws IOException {
    List<Entry> entries = new ArrayList<>();
    try (Stream<Path> paths = Files.list(dir)) {
      for (Path path : paths.sorted().toList()) {
        try {
          BasicFileAttributes attributes =
              Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
          entries.add(new Entry(path, attributes.isDirectory()));
        } catch (NoSuchFileException goneMeanwhile) {
          // a temporary file that was renamed while we looked
        }
      }
    }
    return entries;
  }

  @Override
  public OpenFile append(Path file) throws IOException {
    return new Channel(
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND));
  }

  @Override
  public OpenFile create(Path file) throws IOException {
    Files.deleteIfExists(file);
    return new Channel(
        FileChannel.open(
            file,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE,
            StandardOpenOption.APPEND));
  }

  @Override
  public Optional<InputStream> read(Path file) throws IOException {
    try {
      return Optional.of(Files.newInputStream(file));
    } catch (NoSuchFileException absent) {
      return Optional.empty();
    }
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  @Override
  public void forceDirectory(Path dir) throws IOException {
    try (FileChannel channel = FileChannel.open(dir, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  @Override
  public Optional<Lock> tryLock(Path file) throws IOException {
    Object identity = identity(file);
    if (!HELD.add(identity)) {
      return Optional.empty();
    }
    boolean held = false;
    try {
      Optional<FileChannel> locked = lockedChannel(file);
      held = locked.isPresent();
      return locked.map(channel -> new Held(channel, identity));
    } finally {
      if (!held) {
        HELD.remove(identity);
      }
    }
  }

  private static Optional<FileChannel> lockedChannel(Path file) throws IOException {
    FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
    boolean close = true;
    try {
      FileLock lock = channel.tryLock();
      close = lock == null;
      return lock == null ? Optional.empty() : Optional.of(channel);
    } catch (OverlappingFileLockException heldInThisProcess) {
      close = false; // by another class loader's Guard, whose lock closing would release
      LEFT_OPEN.add(channel);
      return Optional.empty();
    } finally {
      if (close) {
        channel.close();
      }
    }
  }

  /** The file itself, whatever it is called; creates it without opening it if it is there. */
  private static Object identity(Path file) throws IOException {
    try {
      Files.createFile(file);
    } catch (FileAlreadyExistsException there) {
      // as it should be from the second time on
    }
    Object key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    return key == null ? file.toRealPath() : key;
  }

  /** A lock of the operating system, held by an open channel. */
  private static final class Held implements Lock {
    private final FileChannel channel;
    private final Object identity;

    Held(FileChannel channel, Object identity) {
      this.channel = channel;
      this.identity = identity;
      KEPT_OPEN.add(channel);
    }

    @Override
    public synchronized void close() throws IOException {
      if (channel.isOpen()) {
        channel.close();
        KEPT_OPEN.remove(channel);
        HELD.remove(identity);
      }
    }
  }

  /** A channel that appends. */
  private static final class Channel implements OpenFile {
    private final FileChannel channel;

    Channel(FileChannel channel) {
      this.channel = channel;
    }

    @Override
    public void write(byte[] bytes, int length) throws IOException {
      ByteBuffer buffer = ByteBuffer.wrap(bytes, 0, length);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
    }

    @Override
    public void force() throws IOException {
      channel.force(false);
    }

    @Override
    public void truncate(long size) throws IOException {
      channel.truncate(size);
    }

    @Override
    public long size() throws IOException {
      return channel.size();
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
