package dev.guard.testkit.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.StateException;
import dev.guard.state.Fence;
import dev.guard.state.MemoryStateStore;
import dev.guard.state.StateDocument;
import dev.guard.testkit.FaultyStore;
import dev.guard.testkit.FaultyStore.Fault;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Documents over a store that fails in every way it can: what is counted is exact. */
class StateDocumentProperties {
  private static final String KEY = "guard/test/count";

  /** Some writers, each through a faulty store of its own, to one store; one step each in turn. */
  @Property
  void increments_areExact(
      @ForAll @Size(max = 60) List<Fault> faults,
      @ForAll @IntRange(min = 1, max = 4) int writers,
      @ForAll long seed) {
    Random random = new Random(seed);
    MemoryStateStore behind = MemoryStateStore.create();
    List<FaultyStore> stores = new ArrayList<>();
    List<StateDocument<Long>> counts = new ArrayList<>();
    for (int i = 0; i < writers; i++) {
      FaultyStore store = FaultyStore.over(behind);
      stores.add(store);
      counts.add(Shelf.counter(store, KEY));
    }
    for (Fault fault : faults) {
      stores.get(random.nextInt(writers)).next(fault);
    }
    long acknowledged = 0;
    long unknown = 0;
    for (int step = 0; step < 60; step++) {
      try {
        Shelf.increment(counts.get(random.nextInt(writers)));
        acknowledged++;
      } catch (StateException e) {
        unknown += e.mayHaveRun() ? 1 : 0;
      }
    }
    stores.forEach(FaultyStore::calm);
    stores.forEach(store -> store.get(KEY)); // whatever is under way arrives
    long stored = Shelf.counter(behind, KEY).read().orElse(0L);
    assertThat(stored).isBetween(acknowledged, acknowledged + unknown);
    if (faults.stream().allMatch(fault -> fault == Fault.NONE || fault == Fault.CONFLICT)) {
      assertThat(stored).isEqualTo(60);
    }
  }

  /** The same, while all write at once. */
  @Property(tries = 30)
  void increments_areExact_alsoAtOnce(@ForAll long seed) throws Exception {
    MemoryStateStore behind = MemoryStateStore.create();
    List<long[]> told =
        Shelf.atOnce(
            4,
            writer -> {
              Random random = new Random(seed + writer);
              FaultyStore store = FaultyStore.over(behind);
              StateDocument<Long> count = Shelf.counter(store, KEY);
              long[] mine = new long[2];
              for (int i = 0; i < 50; i++) {
                Fault[] all = Fault.values();
                store.next(Fault.NONE, all[random.nextInt(all.length)]);
                try {
                  Shelf.increment(count);
                  mine[0]++;
                } catch (StateException e) {
                  mine[1] += e.mayHaveRun() ? 1 : 0;
                }
                store.calm();
              }
              store.get(KEY);
              return mine;
            });
    long acknowledged = told.stream().mapToLong(mine -> mine[0]).sum();
    long unknown = told.stream().mapToLong(mine -> mine[1]).sum();
    assertThat(Shelf.counter(behind, KEY).read().orElse(0L))
        .isBetween(acknowledged, acknowledged + unknown);
  }

  /** Once a higher epoch was acknowledged, no lower one ever is, whatever fails. */
  @Property
  void aLowerEpoch_isNeverAcknowledgedAfterAHigherOne(
      @ForAll @Size(max = 40) List<Fault> faults,
      @ForAll @Size(max = 30) List<@IntRange(min = 1, max = 5) Integer> epochs) {
    MemoryStateStore behind = MemoryStateStore.create();
    FaultyStore store = FaultyStore.over(behind).next(faults.toArray(Fault[]::new));
    long highest = 0;
    for (int epoch : epochs) {
      StateDocument<Long> mine =
          Shelf.counter(store, KEY).fencedBy(new Fence(epoch, "run " + epoch));
      try {
        Shelf.increment(mine);
        assertThat((long) epoch).isGreaterThanOrEqualTo(highest);
        highest = epoch;
      } catch (StateException e) {
        assertThat(e.getMessage()).isNotBlank();
      }
    }
  }
}
