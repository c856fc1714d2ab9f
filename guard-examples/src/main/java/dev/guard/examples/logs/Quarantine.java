package dev.guard.examples.logs;

import dev.guard.Digest;
import dev.guard.Fingerprint;
import dev.guard.Target;
import dev.guard.audit.Reconciler;
import dev.guard.examples.logs.LogFile.LogPath;
import dev.guard.plan.PermittedItem;
import dev.guard.plan.PlanEffect;
import dev.guard.plan.PlanItem;
import dev.guard.undo.Undo;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;

/**
 * The folder old logs are moved to, and moved back from. A move is a rename on one file system: the
 * file stays the same one, whoever still writes to it writes to it there, and no byte is copied or
 * lost. Nothing here ever removes content.
 */
final class Quarantine {
  static final String MOVE = "file.quarantine";
  static final String RETURN = "file.return";

  private static final String PLACE = "place";
  private static final String KEPT = "quarantine";
  private static final Fingerprint RETURNABLE =
      new Fingerprint(Map.of(PLACE, "free", KEPT, "present"));

  private final LogTree tree;
  private final Path directory;

  private Quarantine(LogTree tree, Path directory) {
    this.tree = tree;
    this.directory = directory;
  }

  /**
   * A quarantine, which is created if it is missing.
   *
   * @throws IllegalArgumentException if it lies in the tree, or the tree in it, or on another file
   *     system, where a rename would become a copy
   */
  static Quarantine of(LogTree tree, Path directory) throws IOException {
    Path parent = Files.createDirectories(directory.getParent()).toRealPath();
    Path real = parent.resolve(directory.getFileName());
    if (real.startsWith(tree.root()) || tree.root().startsWith(real)) {
      throw new IllegalArgumentException(
          "The quarantine "
              + real
              + " and the tree "
              + tree.root()
              + " lie in each other. Give --home another place.");
    }
    if (!Files.isDirectory(real, LinkOption.NOFOLLOW_LINKS)) {
      Files.createDirectory(
          real, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    if (!Files.getFileStore(real).equals(Files.getFileStore(tree.root()))) {
      throw new IllegalArgumentException(
          "The quarantine "
              + real
              + " lies on another file system than "
              + tree.root()
              + ", so a move would be a copy. Give --home a place on the same one.");
    }
    return new Quarantine(tree, real);
  }

  Path directory() {
    return directory;
  }

  /** Made from the identity alone, so that nothing a file is called leads anywhere. */
  static String name(Target target) {
    return Digest.of(target.identity()).hex();
  }

  private Optional<LogFile> kept(Target target) throws IOException {
    try (SecureDirectoryStream<Path> kept = LogTree.secure(directory)) {
      LogPath name = LogPath.of(name(target));
      return Optional.of(LogFile.of(name, LogTree.attributes(kept, name.name())));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** Moves a file away. */
  PlanEffect moving() {
    return new Moving();
  }

  /** Moves back what a run moved away. */
  PlanEffect returning(Undo undo) {
    return new Returning(undo);
  }

  /** Marks what an undo finds: the file in quarantine, and nothing where it came from. */
  static Fingerprint returnable() {
    return RETURNABLE;
  }

  /** Asks the disk what became of a move that was cut short. */
  Reconciler reconciler() {
    return (target, action) -> {
      boolean away = kept(target).filter(file -> is(file, target)).isPresent();
      boolean there = tree.find(tree.path(target)).filter(file -> is(file, target)).isPresent();
      if (away == there) {
        return Reconciler.Finding.UNKNOWN;
      }
      return away == action.equals(MOVE) ? Reconciler.Finding.DONE : Reconciler.Finding.NOT_DONE;
    };
  }

  private static boolean is(LogFile file, Target target) {
    return file.key().equals(LogFile.key(target));
  }

  private final class Moving implements PlanEffect {
    @Override
    public Optional<Fingerprint> fingerprint(PlanItem item) throws IOException {
      return tree.find(tree.path(item.target())).map(LogFile::fingerprint);
    }

    @Override
    public Optional<String> prepare(PermittedItem item) throws IOException {
      String name = name(item.target());
      if (kept(item.target()).isPresent()) {
        throw new FileAlreadyExistsException(
            directory.resolve(name) + " is there already and is not overwritten");
      }
      return Optional.of(name);
    }

    @Override
    public void act(PermittedItem item) throws IOException {
      LogPath path = tree.path(item.target());
      try (SecureDirectoryStream<Path> from = tree.open(path.parents());
          SecureDirectoryStream<Path> to = LogTree.secure(directory)) {
        LogFile now = LogFile.of(path, LogTree.attributes(from, path.name()));
        if (!item.item().fingerprint().equals(Optional.of(now.fingerprint()))) {
          item.permit().notRun();
          throw new IOException(path + " was written to or replaced at the last moment and stays");
        }
        item.permit().redeem(MOVE, item.target());
        from.move(Path.of(path.name()), to, Path.of(name(item.target())));
      }
    }
  }

  private final class Returning implements PlanEffect {
    private final Undo undo;

    Returning(Undo undo) {
      this.undo = undo;
    }

    @Override
    public Optional<Fingerprint> fingerprint(PlanItem item) throws IOException {
      boolean there = kept(item.target()).filter(file -> is(file, item.target())).isPresent();
      boolean taken = tree.isTaken(tree.path(item.target()));
      return Optional.of(
          new Fingerprint(
              Map.of(PLACE, taken ? "taken" : "free", KEPT, there ? "present" : "absent")));
    }

    /** A link never replaces what stands there, which a rename would. */
    @Override
    public void act(PermittedItem item) throws IOException {
      Target target = item.target();
      LogPath path = tree.path(target);
      String name = name(target);
      if (!undo.material(target).equals(name)) {
        item.permit().notRun();
        throw new IOException("the journal names another file in quarantine than " + target);
      }
      try (SecureDirectoryStream<Path> to = tree.open(path.parents());
          SecureDirectoryStream<Path> kept = LogTree.secure(directory)) {
        item.permit().redeem(RETURN, target);
        Files.createLink(tree.root().resolve(path.toString()), directory.resolve(name));
        if (!is(LogFile.of(path, LogTree.attributes(to, path.name())), target)) {
          throw new IOException(path + " is not where it was put; it stays in quarantine as well");
        }
        kept.deleteFile(Path.of(name));
      }
    }
  }
}
