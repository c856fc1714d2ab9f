package dev.guard.internal.durable;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Not API. What journal and file state need of a file system. Implementations are thread-safe. */
public interface Disk {
  /**
   * Creates a directory and its parents, if they are missing, and makes them durable.
   *
   * @param dir the directory
   * @throws IOException if it cannot be created
   */
  void createDirectories(Path dir) throws IOException;

  /**
   * What is in a directory, sorted by name.
   *
   * @param dir the directory
   * @return the entries
   * @throws IOException if it cannot be listed, also if it is missing
   */
  List<Entry> list(Path dir) throws IOException;

  /**
   * One entry of a directory.
   *
   * @param path the directory and the entry's name
   * @param directory whether it is a directory itself
   */
  record Entry(Path path, boolean directory) {
    /**
     * The entry's name.
     *
     * @return without its directory
     */
    public String name() {
      Path name = path.getFileName();
      return name == null ? "" : name.toString();
    }
  }

  /**
   * Opens a file for appending, creating it if it is missing.
   *
   * @param file the file
   * @return the open file
   * @throws IOException if it cannot be opened
   */
  OpenFile append(Path file) throws IOException;

  /**
   * Opens a new, empty file. What had this name before loses it: after a power cut a renamed file
   * may still be found under its old name too, and may not be written through that.
   *
   * @param file the file
   * @return the open file
   * @throws IOException if it cannot be created
   */
  OpenFile create(Path file) throws IOException;

  /**
   * Opens a file for reading.
   *
   * @param file the file
   * @return its content, or empty if there is no such file
   * @throws IOException if it cannot be read
   */
  Optional<InputStream> read(Path file) throws IOException;

  /**
   * Renames a file, replacing what stood there, in one step.
   *
   * @param from the file
   * @param to its new name
   * @throws IOException if it cannot be renamed
   */
  void rename(Path from, Path to) throws IOException;

  /**
   * Makes creations and renames in a directory durable.
   *
   * @param dir the directory
   * @throws IOException if it cannot be forced
   */
  void forceDirectory(Path dir) throws IOException;

  /**
   * Takes an exclusive lock that the operating system releases when the process dies. The file is
   * for locking only: whoever opened it elsewhere and closed it would release the lock.
   *
   * @param file the lock file
   * @return the lock, or empty if another process or another part of this one holds it
   * @throws IOException if it cannot be told
   */
  Optional<Lock> tryLock(Path file) throws IOException;

  /** A file open for appending. Not thread-safe. */
  interface OpenFile extends AutoCloseable {
    /**
     * Appends bytes.
     *
     * @param bytes the bytes
     * @param length how many of them
     * @throws IOException if not all could be written
     */
    void write(byte[] bytes, int length) throws IOException;

    /**
     * Makes everything written durable.
     *
     * @throws IOException if it cannot be made durable; nothing written is certain any more
     */
    void force() throws IOException;

    /**
     * Cuts the file.
     *
     * @param size its new size
     * @throws IOException if it cannot be cut
     */
    void truncate(long size) throws IOException;

    /**
     * The file's size.
     *
     * @return in bytes
     * @throws IOException if it cannot be told
     */
    long size() throws IOException;

    @Override
    void close() throws IOException;
  }

  /** A held lock. */
  interface Lock extends AutoCloseable {
    @Override
    void close() throws IOException;
  }

  /**
   * The machine's own file system.
   *
   * @return always the same instance
   */
  static Disk system() {
    return SystemDisk.INSTANCE;
  }
}
