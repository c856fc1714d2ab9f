package dev.guard.audit;

import dev.guard.AuditException;
import dev.guard.Digest;
import dev.guard.Target;
import dev.guard.internal.Cause;
import dev.guard.internal.durable.Disk;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Reads a journal, also while another process writes it. Reads only, in memory bounded by one
 * record.
 *
 * <pre>
 * {@code JournalReader.at(Path.of("journal")).forEach(entry -> System.out.println(entry.record()))}
 * </pre>
 *
 * <p>It stops at the first line that does not continue the chain. Immutable and thread-safe.
 */
public final class JournalReader {
  private final Disk disk;
  private final Path dir;

  JournalReader(Disk disk, Path dir) {
    this.disk = disk;
    this.dir = dir;
  }

  /**
   * A reader of a journal's directory.
   *
   * @param dir the directory
   * @return the reader
   */
  public static JournalReader at(Path dir) {
    return new JournalReader(Disk.system(), dir);
  }

  /**
   * Hands out every record in order, up to the first that does not continue the chain. A torn end,
   * as a power cut or a writer at work leaves it, simply ends it.
   *
   * @param visitor takes the records
   * @throws AuditException if there is no journal, it cannot be read, or, after the records before
   *     that place, it is damaged
   */
  public void forEach(Consumer<JournalEntry> visitor) {
    Segments.Walk walk = walk(line -> visitor.accept(Lines.entry(line)));
    if (walk.damaged()) {
      throw new AuditException(
          "The journal in "
              + dir
              + " is "
              + walk.damage()
              + ". Keep it and find out who changed it; what stands behind is not to be trusted.");
    }
  }

  /** Follows the chain; a directory without a journal is not an empty one. */
  Segments.Walk walk(Segments.Visitor visitor) {
    Segments.Walk walk;
    try {
      walk = new Segments(disk, dir).walk(visitor);
    } catch (NoSuchFileException absent) {
      throw new AuditException("There is no journal in " + dir + ". Check the path.", absent);
    } catch (IOException e) {
      throw new AuditException(
          "The journal in "
              + dir
              + " cannot be read ("
              + Cause.of(e)
              + "). Check the path and its rights.",
          e);
    }
    if (walk.file() == null) {
      throw new AuditException("There is no journal in " + dir + ". Check the path.");
    }
    return walk;
  }

  /**
   * Targets of a guard whose act has no known outcome.
   *
   * @param guard the guard's name
   * @return the targets in doubt
   * @throws AuditException if there is no journal, it cannot be read, or it is damaged
   */
  public Set<Target> unsettled(String guard) {
    Ledger ledger = new Ledger();
    forEach(entry -> ledger.take(entry.record()));
    return ledger.inDoubt(guard);
  }

  /**
   * Targets that were settled DONE under a plan.
   *
   * @param plan the plan's digest
   * @return the targets done
   * @throws AuditException if there is no journal, it cannot be read, or it is damaged
   */
  public Set<Target> done(Digest plan) {
    Set<Target> done = new HashSet<>();
    forEach(
        entry -> {
          AuditRecord record = entry.record();
          if (record.phase() == AuditRecord.Phase.OUTCOME
              && "DONE".equals(record.outcome())
              && plan.text().equals(record.plan())) {
            done.addAll(record.targets());
          }
        });
    return done;
  }

  /**
   * Targets that a plan has used up of its limit: done, failed or in doubt, but not what surely did
   * not run.
   *
   * @param plan the plan's digest
   * @return the targets spent
   * @throws AuditException if there is no journal, it cannot be read, or it is damaged
   */
  public Set<Target> spent(Digest plan) {
    Spent spent = new Spent(plan);
    forEach(entry -> spent.take(entry.record()));
    return spent.targets();
  }
}
