package dev.guard.audit;

import dev.guard.Digest;
import dev.guard.Target;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Several sinks as one. A record is appended when every required sink has it durable; what a
 * best-effort sink throws is counted and logged, and stops nothing.
 *
 * <pre>{@code FanOut.required(journal).bestEffort(Slf4jSink.named("guard.audit"))}</pre>
 *
 * <p>Required sinks are written first, in the order given; if one fails, {@link #append} throws and
 * nothing runs. Thread-safe.
 */
public final class FanOut implements AuditSink {
  private static final Logger LOG = LoggerFactory.getLogger(FanOut.class);

  private final List<AuditSink> required;
  private final List<AuditSink> bestEffort;
  private final AtomicLong lost = new AtomicLong();

  private FanOut(List<AuditSink> required, List<AuditSink> bestEffort) {
    this.required = List.copyOf(required);
    this.bestEffort = List.copyOf(bestEffort);
  }

  /**
   * Begins with a sink that must have every record.
   *
   * @param sink durable, for example a {@link JournalSink}; a {@link Slf4jSink} is refused
   * @return the fan-out
   */
  public static FanOut required(AuditSink sink) {
    return new FanOut(List.of(durable(sink)), List.of());
  }

  /**
   * And another that must have every record.
   *
   * @param sink durable
   * @return a fan-out to one sink more
   */
  public FanOut and(AuditSink sink) {
    List<AuditSink> more = new ArrayList<>(required);
    more.add(durable(sink));
    return new FanOut(more, bestEffort);
  }

  /**
   * And one that may miss records.
   *
   * @param sink any sink
   * @return a fan-out to one sink more
   */
  public FanOut bestEffort(AuditSink sink) {
    List<AuditSink> more = new ArrayList<>(bestEffort);
    more.add(sink);
    return new FanOut(required, more);
  }

  private static AuditSink durable(AuditSink sink) {
    if (!sink.durable()) {
      throw new IllegalArgumentException(
          "A sink that is not durable cannot be a required one. Make it best effort beside a journal.");
    }
    return sink;
  }

  @Override
  public void append(AuditRecord record) {
    requireAll(record);
    for (AuditSink sink : bestEffort) {
      try {
        sink.append(record);
      } catch (Throwable fault) {
        long count = lost.incrementAndGet();
        if (Long.bitCount(count) == 1) {
          LOG.warn("A best-effort sink lost a record, {} in all by now.", count, fault);
        }
      }
    }
  }

  /**
   * Before an act, the first failure ends it, so that no further sink holds an intent of an act
   * that never is. What did happen is offered to all.
   */
  private void requireAll(AuditRecord record) {
    boolean before =
        record.phase() == AuditRecord.Phase.INTENDED
            || record.phase() == AuditRecord.Phase.PREPARED;
    RuntimeException first = null;
    for (AuditSink sink : required) {
      try {
        sink.append(record);
      } catch (RuntimeException fault) {
        if (before) {
          throw fault;
        }
        if (first == null) {
          first = fault;
        } else {
          first.addSuppressed(fault);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }

  /**
   * How many records best-effort sinks have lost.
   *
   * @return the count since this was made
   */
  public long lost() {
    return lost.get();
  }

  /** What any required sink remembers: in doubt, or done, in one of them is so in all. */
  @Override
  public Optional<Memory> memory() {
    List<Memory> memories = new ArrayList<>();
    required.forEach(sink -> sink.memory().ifPresent(memories::add));
    return memories.isEmpty() ? Optional.empty() : Optional.of(new Memories(memories));
  }

  /** Several memories as one. */
  private record Memories(List<Memory> all) implements Memory {
    @Override
    public Set<Target> inDoubt(String guard) {
      return together(memory -> memory.inDoubt(guard));
    }

    @Override
    public Set<Target> done(Digest plan) {
      return together(memory -> memory.done(plan));
    }

    @Override
    public Set<Target> spent(Digest plan) {
      return together(memory -> memory.spent(plan));
    }

    /** What one of them knows to be open counts as open. */
    @Override
    public List<AuditRecord> cutShort(String guard) {
      Map<List<Object>, AuditRecord> acts = new LinkedHashMap<>();
      for (Memory memory : all) {
        for (AuditRecord act : memory.cutShort(guard)) {
          acts.putIfAbsent(List.of(act.run(), act.op(), act.targets()), act);
        }
      }
      return List.copyOf(acts.values());
    }

    private Set<Target> together(Function<Memory, Set<Target>> question) {
      Set<Target> targets = new HashSet<>();
      all.forEach(memory -> targets.addAll(question.apply(memory)));
      return targets;
    }
  }
}
