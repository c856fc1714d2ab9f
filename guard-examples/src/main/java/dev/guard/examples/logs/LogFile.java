package dev.guard.examples.logs;

import dev.guard.Fingerprint;
import dev.guard.Target;
import dev.guard.examples.show.Show;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Map;

/**
 * A regular file of a tree as it was seen: where, which one (device and inode), how large, and when
 * it was last written.
 */
record LogFile(LogPath path, String key, long size, String modified) {
  static final String KIND = "file";

  static LogFile of(LogPath path, BasicFileAttributes seen) {
    return new LogFile(
        path, String.valueOf(seen.fileKey()), seen.size(), seen.lastModifiedTime().toString());
  }

  /** A name can be reused by another file, so the identity is the name and the inode. */
  Target target(String tree) {
    return Target.of(KIND, tree, path + "@" + key).with(Show.NAME, path.toString());
  }

  Fingerprint fingerprint() {
    return new Fingerprint(Map.of("file", key, "size", Long.toString(size), "modified", modified));
  }

  /** Which inode a target names. */
  static String key(Target target) {
    return target.id().substring(split(target) + 1);
  }

  /**
   * Where a target is, below its tree.
   *
   * @throws IllegalArgumentException if it would lead out of the tree
   */
  static LogPath path(Target target) {
    return LogPath.of(target.id().substring(0, split(target)));
  }

  private static int split(Target target) {
    int at = target.id().lastIndexOf("@(");
    if (!target.kind().equals(KIND) || at < 1) {
      throw new IllegalArgumentException(
          "A file of a tree is named by its path and its inode, but this was "
              + target
              + ". Plan anew.");
    }
    return at;
  }

  /** The names from a tree's root down to a file. */
  record LogPath(List<String> names) {
    LogPath {
      names = List.copyOf(names);
    }

    /** Refuses whatever is not a plain path downwards. */
    static LogPath of(String text) {
      List<String> names = List.of(text.split("/", -1));
      for (String name : names) {
        if (name.isEmpty() || name.equals(".") || name.equals("..") || name.indexOf('\0') >= 0) {
          throw new IllegalArgumentException(
              "The path '"
                  + text
                  + "' is refused: it would lead out of its tree. Every name in it has to be a plain one.");
        }
      }
      return new LogPath(names);
    }

    LogPath child(String name) {
      return of(names.isEmpty() ? name : this + "/" + name);
    }

    List<String> parents() {
      return names.subList(0, names.size() - 1);
    }

    String name() {
      return names.get(names.size() - 1);
    }

    @Override
    public String toString() {
      return String.join("/", names);
    }
  }
}
