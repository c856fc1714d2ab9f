package dev.guard.examples.logs;

import dev.guard.Target;
import dev.guard.examples.logs.LogFile.LogPath;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * A directory tree, walked name by name from an opened directory to the next, so that no symbolic
 * link is followed even if one appears in the middle of a walk.
 */
final class LogTree {
  /** More than this is not a tree of logs, and would not fit a plan that people read. */
  static final int MOST_FILES = 200_000;

  private static final int DEEPEST = 64;

  private final Path root;
  private final String rootKey;

  private LogTree(Path root, String rootKey) {
    this.root = root;
    this.rootKey = rootKey;
  }

  /**
   * What stands in the tree.
   *
   * @param files the regular files, sorted by path
   * @param unread what could not be read, one sentence each; its files are not in {@code files}
   * @param links how many symbolic links were passed by
   */
  record Scan(List<LogFile> files, List<String> unread, long links) {}

  /**
   * A tree.
   *
   * @throws IllegalArgumentException if it is no directory, a symbolic link, or the root of all
   * @throws IOException if it cannot be looked at
   */
  static LogTree at(Path directory) throws IOException {
    BasicFileAttributes seen;
    try {
      seen = Files.readAttributes(directory, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      throw new IllegalArgumentException("There is no directory " + directory + ".", e);
    }
    if (!seen.isDirectory()) {
      throw new IllegalArgumentException(
          directory
              + " is no directory (a symbolic link to one is not followed). Name the directory itself.");
    }
    Path real = directory.toRealPath();
    if (real.getParent() == null) {
      throw new IllegalArgumentException("The root of a file system is no tree of logs.");
    }
    return new LogTree(real, String.valueOf(seen.fileKey()));
  }

  Path root() {
    return root;
  }

  /** The target's path, if the target is of this tree. */
  LogPath path(Target target) {
    if (!target.scope().equals(root.toString())) {
      throw new IllegalArgumentException(
          target + " is of another tree than " + root + ". Plan anew for this one.");
    }
    return LogFile.path(target);
  }

  Scan scan() throws IOException {
    List<LogFile> files = new ArrayList<>();
    List<String> unread = new ArrayList<>();
    long[] links = new long[1];
    try (SecureDirectoryStream<Path> top = open(List.of())) {
      walk(top, new LogPath(List.of()), files, unread, links);
    }
    return new Scan(List.copyOf(files), List.copyOf(unread), links[0]);
  }

  private void walk(
      SecureDirectoryStream<Path> directory,
      LogPath at,
      List<LogFile> files,
      List<String> unread,
      long[] links)
      throws IOException {
    for (String name : names(directory, at, unread)) {
      LogPath path = at.child(name);
      BasicFileAttributes seen;
      try {
        seen = attributes(directory, name);
      } catch (NoSuchFileException e) {
        continue; // it went since its directory was listed
      } catch (IOException e) {
        unread.add(path + " cannot be looked at (" + e.getMessage() + ")");
        continue;
      }
      if (seen.isSymbolicLink()) {
        links[0]++;
      } else if (seen.isRegularFile()) {
        files.add(LogFile.of(path, seen));
        if (files.size() > MOST_FILES) {
          throw new IOException(
              "There are more than "
                  + MOST_FILES
                  + " files below "
                  + root
                  + ". Rotate its parts one by one");
        }
      } else if (seen.isDirectory() && path.names().size() >= DEEPEST) {
        unread.add(path + " lies deeper than " + DEEPEST + " directories");
      } else if (seen.isDirectory()) {
        try (SecureDirectoryStream<Path> below =
            directory.newDirectoryStream(Path.of(name), LinkOption.NOFOLLOW_LINKS)) {
          walk(below, path, files, unread, links);
        } catch (NoSuchFileException e) {
          unread.add(path + " went while it was read");
        } catch (java.nio.file.FileSystemException e) {
          unread.add(path + " cannot be listed (" + e.getMessage() + ")");
        }
      }
    }
  }

  private static List<String> names(
      DirectoryStream<Path> directory, LogPath at, List<String> unread) {
    List<String> names = new ArrayList<>();
    try {
      for (Path entry : directory) {
        Path name = entry.getFileName();
        // a name that Java cannot say back would name another file, or none
        if (name.equals(Path.of(name.toString())) && name.toString().indexOf('\uFFFD') < 0) {
          names.add(name.toString());
        } else {
          unread.add("a name in '" + at + "' is not text");
        }
      }
    } catch (DirectoryIteratorException e) {
      unread.add("'" + at + "' could not be listed whole (" + e.getMessage() + ")");
    }
    Collections.sort(names);
    return names;
  }

  /** The file that is at this path now, unless there is none. */
  Optional<LogFile> find(LogPath path) throws IOException {
    try (SecureDirectoryStream<Path> directory = open(path.parents())) {
      BasicFileAttributes seen = attributes(directory, path.name());
      return seen.isRegularFile() ? Optional.of(LogFile.of(path, seen)) : Optional.empty();
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** Whether anything at all is at this path, also what is no regular file. */
  boolean isTaken(LogPath path) throws IOException {
    try (SecureDirectoryStream<Path> directory = open(path.parents())) {
      attributes(directory, path.name());
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /**
   * Opens a directory of the tree, one name after the other.
   *
   * @throws IOException if one of them is not there, or is a symbolic link
   */
  SecureDirectoryStream<Path> open(List<String> names) throws IOException {
    SecureDirectoryStream<Path> at = secure(root);
    try {
      BasicFileAttributes seen =
          at.getFileAttributeView(BasicFileAttributeView.class).readAttributes();
      if (!String.valueOf(seen.fileKey()).equals(rootKey)) {
        throw new IOException(root + " is another directory than when this run began");
      }
      for (String name : names) {
        SecureDirectoryStream<Path> next =
            at.newDirectoryStream(Path.of(name), LinkOption.NOFOLLOW_LINKS);
        at.close();
        at = next;
      }
      return at;
    } catch (IOException | RuntimeException fault) {
      at.close();
      throw fault;
    }
  }

  static BasicFileAttributes attributes(SecureDirectoryStream<Path> directory, String name)
      throws IOException {
    return directory
        .getFileAttributeView(
            Path.of(name), BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
        .readAttributes();
  }

  @SuppressWarnings("StreamResourceLeak") // the caller closes what it is given
  static SecureDirectoryStream<Path> secure(Path directory) throws IOException {
    DirectoryStream<Path> stream = Files.newDirectoryStream(directory);
    if (stream instanceof SecureDirectoryStream<Path> secure) {
      return secure;
    }
    stream.close();
    throw new IOException(
        "This system cannot open a directory for good, so a link could be followed unseen; use Linux");
  }
}
