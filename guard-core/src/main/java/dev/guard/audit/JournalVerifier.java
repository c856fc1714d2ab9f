package dev.guard.audit;

import dev.guard.internal.durable.Disk;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Says whether a journal is whole: every record's hash over its raw bytes, every link to the record
 * before it, every file in its place. Reads only. Immutable and thread-safe.
 *
 * <p>The chain alone cannot notice that records were cut off its end; give the last {@link
 * Checkpoint} for that. A bad end that was never known durable is what a power cut leaves, and is
 * told apart from damage.
 */
public final class JournalVerifier {
  private final Disk disk;
  private final Path dir;

  JournalVerifier(Disk disk, Path dir) {
    this.disk = disk;
    this.dir = dir;
  }

  /**
   * A verifier of a journal's directory.
   *
   * @param dir the directory
   * @return the verifier
   */
  public static JournalVerifier at(Path dir) {
    return new JournalVerifier(Disk.system(), dir);
  }

  /** What was found. Immutable and thread-safe. */
  public sealed interface Result permits Intact, Damaged {}

  /**
   * The chain is whole.
   *
   * @param records how many records it has
   * @param lastSeq the last record's number
   * @param lastHash the last record's hash
   * @param torn what a power cut, or a writer at work, left behind the last record; null if nothing
   */
  public record Intact(long records, long lastSeq, String lastHash, @Nullable String torn)
      implements Result {}

  /**
   * The chain is broken.
   *
   * @param file the file of the first bad line
   * @param line the first bad line, from 1
   * @param seq the number of the record that belongs there; all before it are whole
   * @param what what is wrong with it, as the end of a sentence about it
   */
  public record Damaged(String file, long line, long seq, String what) implements Result {}

  /**
   * Verifies the whole chain.
   *
   * @return intact or damaged
   * @throws dev.guard.AuditException if there is no journal, or it cannot be read
   */
  public Result verify() {
    return verify(null);
  }

  /**
   * Verifies the whole chain and that it still holds a checkpoint.
   *
   * @param checkpoint how far the journal is known to have come, or null if that is not known
   * @return intact or damaged
   * @throws dev.guard.AuditException if there is no journal, or it cannot be read
   */
  public Result verify(@Nullable Checkpoint checkpoint) {
    String[] atCheckpoint = new String[1];
    long[] lines = new long[1];
    Segments.Walk walk =
        new JournalReader(disk, dir)
            .walk(
                line -> {
                  lines[0] = line.number();
                  if (checkpoint != null && line.tree().path("seq").asLong() == checkpoint.seq()) {
                    atCheckpoint[0] = line.tree().path("hash").asText();
                  }
                });
    Path file = walk.file();
    String bad = walk.bad();
    String name = file == null ? "no file" : file.getFileName().toString();
    if (bad != null && walk.damaged()) {
      return new Damaged(name, walk.line(), walk.seq() + 1, bad);
    }
    if (checkpoint != null && !checkpoint.hash().equals(atCheckpoint[0])) {
      return atCheckpoint[0] == null
          ? new Damaged(
              name,
              lines[0] + 1,
              walk.seq() + 1,
              "is missing: a checkpoint knows the journal up to record " + checkpoint.seq())
          : new Damaged(
              checkpoint.file(),
              0,
              checkpoint.seq(),
              "is another than the one the checkpoint knows");
    }
    return new Intact(
        walk.seq(),
        walk.seq(),
        walk.hash(),
        bad == null ? null : name + " line " + walk.line() + ": " + bad);
  }
}
