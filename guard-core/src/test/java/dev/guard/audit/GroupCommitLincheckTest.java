package dev.guard.audit;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.Target;
import dev.guard.audit.AuditRecord.Phase;
import dev.guard.internal.durable.Disk;
import dev.guard.support.HandTime;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Test;

/**
 * Whatever callers the writer gathers into one flush, each sees its record taken when it returns:
 * the journal remembers as if one had written after the other. Stressed only: the writer is a
 * thread of its own, which a model checker does not schedule.
 */
class GroupCommitLincheckTest {
  /** More in the long proof. */
  private static final int TIMES = Integer.getInteger("guard.lincheck", 1);

  @Test
  void stressed() {
    new StressOptions()
        .actorsBefore(0)
        .actorsAfter(0)
        .iterations(5 * TIMES)
        .invocationsPerIteration(100)
        .threads(3)
        .actorsPerThread(3)
        .sequentialSpecification(OneByOne.class)
        .check(Shared.class);
  }

  @Test
  void anAppendThatReturnsBeforeItsRecordIsTaken_isFound() {
    assertThatThrownBy(
            () ->
                new StressOptions()
                    .actorsBefore(0)
                    .actorsAfter(0)
                    .iterations(15)
                    .invocationsPerIteration(200)
                    .threads(3)
                    .actorsPerThread(3)
                    .sequentialSpecification(OneByOne.class)
                    .check(Hasty.class))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("Invalid execution results");
  }

  private static AuditRecord record(Phase phase, int target) {
    return Records.of(
        "r" + target,
        "1",
        phase,
        phase == Phase.OUTCOME ? "DONE" : null,
        Target.of("thing", "here", "t" + target));
  }

  /** A journal in memory, and who writes to it. */
  @Param(name = "target", gen = IntGen.class, conf = "1:3")
  public static class Shared {
    final JournalSink journal =
        JournalSink.in(Path.of("journal")).disk(new Memory()).time(new HandTime()).open();

    @Operation
    public void intend(@Param(name = "target") int target) {
      journal.append(record(Phase.INTENDED, target));
    }

    @Operation
    public void settle(@Param(name = "target") int target) {
      journal.append(record(Phase.OUTCOME, target));
    }

    @Operation
    public List<String> inDoubt() {
      TreeSet<String> ids = new TreeSet<>();
      journal.memory().orElseThrow().inDoubt("g").forEach(target -> ids.add(target.id()));
      return new ArrayList<>(ids);
    }

    /** After each play. */
    @Validate
    public void close() {
      journal.close();
    }
  }

  /** What the journal must look like: every INTENDED counts one, and there is no thread. */
  public static class OneByOne {
    private final TreeMap<String, Integer> open = new TreeMap<>();

    public void intend(int target) {
      open.merge("t" + target, 1, Integer::sum);
    }

    public void settle(int target) {
      open.computeIfPresent("t" + target, (id, count) -> count > 1 ? count - 1 : null);
    }

    public List<String> inDoubt() {
      return new ArrayList<>(open.keySet());
    }
  }

  /** An append that only hands its record in. */
  @Param(name = "target", gen = IntGen.class, conf = "1:3")
  public static class Hasty extends Shared {
    @Override
    @Operation
    public void intend(@Param(name = "target") int target) {
      Thread later = new Thread(() -> journal.append(record(Phase.INTENDED, target)));
      later.setDaemon(true);
      later.start();
    }
  }

  /** A disk that keeps everything at once. */
  private static final class Memory implements Disk {
    private final Map<Path, ByteArrayOutputStream> files = new ConcurrentHashMap<>();

    @Override
    public void createDirectories(Path dir) {}

    @Override
    public List<Entry> list(Path dir) {
      return files.keySet().stream().map(path -> new Entry(path, false)).toList();
    }

    @Override
    public OpenFile append(Path file) {
      return new Open(files.computeIfAbsent(file, absent -> new ByteArrayOutputStream()));
    }

    @Override
    public OpenFile create(Path file) {
      files.put(file, new ByteArrayOutputStream());
      return append(file);
    }

    @Override
    public Optional<InputStream> read(Path file) {
      return Optional.ofNullable(files.get(file))
          .map(bytes -> new ByteArrayInputStream(bytes.toByteArray()));
    }

    @Override
    public void rename(Path from, Path to) {
      files.put(to, files.remove(from));
    }

    @Override
    public void forceDirectory(Path dir) {}

    @Override
    public Optional<Lock> tryLock(Path file) {
      return Optional.of(() -> {});
    }

    private record Open(ByteArrayOutputStream bytes) implements OpenFile {
      @Override
      public void write(byte[] from, int length) {
        bytes.write(from, 0, length);
      }

      @Override
      public void force() {}

      @Override
      public void truncate(long size) {
        throw new IllegalStateException("nothing is torn here");
      }

      @Override
      public long size() {
        return bytes.size();
      }

      @Override
      public void close() {}
    }
  }
}
