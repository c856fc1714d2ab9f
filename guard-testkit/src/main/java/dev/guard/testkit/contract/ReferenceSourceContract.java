package dev.guard.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.guard.evidence.Reference;
import dev.guard.evidence.ReferenceSnapshot;
import dev.guard.evidence.ReferenceSource;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * What a {@link ReferenceSource} does, as tests: JUnit 5 runs them in every class that implements
 * this.
 *
 * <pre>{@code
 * class OurListTest implements ReferenceSourceContract {
 *   public ReferenceSource source() { return OurList.at(server.url()); }
 *   public void declare(Set<String> references) { server.list(references); }
 *   public void hide() { server.answer(403); }
 * }
 * }</pre>
 */
public interface ReferenceSourceContract {
  /**
   * The source, the same in all of one test.
   *
   * @return the source, of a system that works
   */
  ReferenceSource source();

  /**
   * Makes the system declare exactly these references, all readable.
   *
   * @param references one or more
   * @throws Exception if the test cannot go on
   */
  void declare(Set<String> references) throws Exception;

  /**
   * Makes some or all of what the system declares unreadable: denied, cut short, or gone.
   *
   * @throws Exception if the test cannot go on
   */
  void hide() throws Exception;

  /**
   * References as this system writes them.
   *
   * @return at least two; by default names of images
   */
  default List<String> examples() {
    return List.of("registry.example.com/team/app:1.0", "registry.example.com/team/job:2.0");
  }

  /** People learn which source it was, and the snapshot is its own. */
  @Test
  default void hasAName() throws Exception {
    ReferenceSource source = source();
    declare(Set.copyOf(examples()));
    assertFalse(source.name().isBlank(), "a source has a name");
    assertEquals(source.name(), source.read().source());
  }

  /** What is declared is found, as it is written, and the place where it stands is told. */
  @Test
  default void findsWhatIsDeclared() throws Exception {
    ReferenceSource source = source();
    declare(Set.copyOf(examples()));
    ReferenceSnapshot snapshot = source.read();
    assertInstanceOf(ReferenceSnapshot.Complete.class, snapshot);
    assertEquals(Set.copyOf(examples()), values(snapshot));
    snapshot.references().forEach(one -> assertFalse(one.where().isBlank()));
    assertNotNull(snapshot.began());
  }

  /** Every reading is a new one. */
  @Test
  default void readsAnew() throws Exception {
    ReferenceSource source = source();
    declare(Set.of(examples().get(0)));
    ReferenceSnapshot first = source.read();
    assertEquals(Set.of(examples().get(0)), values(first));
    declare(Set.of(examples().get(1)));
    ReferenceSnapshot second = source.read();
    assertEquals(Set.of(examples().get(1)), values(second));
    assertFalse(second.began().isBefore(first.began()));
  }

  /** What could not be read is not absent: the snapshot is incomplete, or the reading throws. */
  @Test
  default void whatIsHiddenIsNotAbsent() throws Exception {
    ReferenceSource source = source();
    declare(Set.copyOf(examples()));
    assertInstanceOf(ReferenceSnapshot.Complete.class, source.read());
    hide();
    ReferenceSnapshot snapshot;
    try {
      snapshot = source.read();
    } catch (RuntimeException cannotTell) { // which blocks the run
      return;
    }
    assertNotNull(snapshot, "a source answers or throws");
    assertTrue(
        snapshot instanceof ReferenceSnapshot.Incomplete,
        "something could not be read, and the snapshot says it is complete");
  }

  private static Set<String> values(ReferenceSnapshot snapshot) {
    return snapshot.references().stream().map(Reference::value).collect(Collectors.toSet());
  }
}
