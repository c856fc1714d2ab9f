package dev.guard.examples.logs;

import dev.guard.Target;
import dev.guard.evidence.Evidence;
import dev.guard.evidence.Interpreter;
import dev.guard.evidence.Reference;
import dev.guard.evidence.Reference.Form;
import dev.guard.evidence.ReferenceSnapshot;
import dev.guard.evidence.ReferenceSource;
import dev.guard.internal.Cause;
import dev.guard.time.Time;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which files processes have open, by /proc: every process, every descriptor. A descriptor counts
 * by device and inode, not by name, so that a file opened under another name, in another mount or
 * before it was renamed is seen all the same.
 *
 * <p>A process whose descriptors may not be read might have anything open, so that the listing is
 * incomplete, and nothing may go: run it as root. So it is if /proc hides processes.
 */
final class OpenFiles implements ReferenceSource, Interpreter {
  private static final String NAME = "open files";
  private static final int LONGEST_NAME = 200;

  private final Path proc;
  private final Set<Long> mustSee;
  private final Time time;

  private OpenFiles(Path proc, Set<Long> mustSee, Time time) {
    this.proc = proc;
    this.mustSee = Set.copyOf(mustSee);
    this.time = time;
  }

  /** Those of this machine. Where the first process or this one is hidden, others may be too. */
  static OpenFiles ofThisMachine(Time time) {
    return in(Path.of("/proc"), Set.of(1L, ProcessHandle.current().pid()), time);
  }

  static OpenFiles in(Path proc, Set<Long> mustSee, Time time) {
    return new OpenFiles(proc, mustSee, time);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public ReferenceSnapshot read() {
    Instant began = time.now();
    List<Reference> found = new ArrayList<>();
    List<String> gaps = new ArrayList<>();
    Set<Long> seen = new TreeSet<>();
    try {
      for (Path process : list(proc)) {
        String name = String.valueOf(process.getFileName());
        if (name.matches("[1-9][0-9]{0,17}")) {
          seen.add(Long.valueOf(name));
          descriptors(process, name, found, gaps);
        }
      }
    } catch (IOException e) {
      gaps.add("the processes cannot be listed (" + Cause.of(e) + ")");
    }
    for (Long one : new TreeSet<>(mustSee)) {
      if (!seen.contains(one)) {
        gaps.add("process " + one + " is not to be seen in " + proc + ", so others may be hidden");
      }
    }
    return gaps.isEmpty()
        ? new ReferenceSnapshot.Complete(NAME, began, found)
        : new ReferenceSnapshot.Incomplete(NAME, began, found, gaps);
  }

  private static void descriptors(
      Path process, String id, List<Reference> found, List<String> gaps) {
    String object = "process " + id + command(process);
    List<Path> descriptors;
    try {
      descriptors = list(process.resolve("fd"));
    } catch (IOException e) {
      if (!hasEnded(process)) {
        gaps.add("the open files of " + object + " cannot be read (" + Cause.of(e) + ")");
      }
      return;
    }
    int unread = 0;
    String first = "";
    for (Path descriptor : descriptors) {
      try {
        Optional<BasicFileAttributes> open = open(descriptor);
        if (open.isPresent() && open.get().isRegularFile()) {
          found.add(
              new Reference(
                  NAME,
                  object,
                  "descriptor " + descriptor.getFileName(),
                  String.valueOf(open.get().fileKey()),
                  Form.IDENTITY,
                  ""));
        }
      } catch (IOException e) {
        first = unread++ == 0 ? Cause.of(e) : first;
      }
    }
    if (unread > 0) {
      gaps.add(unread + " open files of " + object + " cannot be looked at (" + first + ")");
    }
  }

  /** Empty if it was closed since it was listed. */
  private static Optional<BasicFileAttributes> open(Path descriptor) throws IOException {
    try {
      // followed on purpose: the link stands for the open file itself, also if it has no name
      return Optional.of(Files.readAttributes(descriptor, BasicFileAttributes.class));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** Sorted, so that the same state reads the same. */
  private static List<Path> list(Path directory) throws IOException {
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
      stream.forEach(entries::add);
    } catch (DirectoryIteratorException e) {
      throw new IOException(e.getMessage(), e);
    }
    entries.sort(null);
    return entries;
  }

  /** Only an answer that the process is not there means that it ended; anything else is a gap. */
  private static boolean hasEnded(Path process) {
    try {
      Files.readAttributes(process, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      return false;
    } catch (NoSuchFileException e) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static String command(Path process) {
    try {
      String text = Files.readString(process.resolve("comm"), StandardCharsets.ISO_8859_1).strip();
      return " (" + text.substring(0, Math.min(LONGEST_NAME, text.length())) + ")";
    } catch (IOException e) {
      return ""; // it only names the process for people
    }
  }

  @Override
  public Usage interpret(List<Reference> references) {
    Map<String, List<String>> places = new HashMap<>();
    for (Reference reference : references) {
      places.computeIfAbsent(reference.value(), key -> new ArrayList<>()).add(reference.where());
    }
    return new Usage() {
      @Override
      public Evidence of(Target target) {
        List<String> users = places.get(LogFile.key(target));
        return users == null
            ? new Evidence.NotInUse(1, references.size())
            : new Evidence.InUse(users, users.size());
      }

      @Override
      public List<String> gaps() {
        return List.of();
      }
    };
  }

  @Override
  public Probe probe() {
    String key = "(dev=0,ino=0)";
    return new Probe(
        new Reference(NAME, "process 0", "descriptor 0", key, Form.IDENTITY, ""),
        Target.of(LogFile.KIND, "/", "made-up@" + key));
  }
}
