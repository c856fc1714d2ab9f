package dev.guard.state;

import dev.guard.StateException;
import dev.guard.internal.Ids;
import dev.guard.state.StateStore.Versioned;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One JSON document of a store, read as a value and changed by a function, over any {@link
 * StateStore}. What is built on shared state is built on this, so that it is right once.
 *
 * <pre>{@code
 * StateDocument<Budget> budget = StateDocument.in(store, key, Budget.FORM).fencedBy(fence);
 * boolean drawn = budget.change(found -> found.orElse(EMPTY).has(3)
 *     ? Change.to(found.orElse(EMPTY).less(3), true)
 *     : Change.none(false));
 * }</pre>
 *
 * <p>A change is a bounded loop of compare-and-set. Each write carries a new id; the document
 * remembers the last 64. If the fate of a write is unknown, the document is read again: its id is
 * there, so it arrived; or others wrote in its place, so it never will; or nothing was written
 * since, and then the next try can only succeed if it did not. Where none of this can be told, the
 * change throws with {@code mayHaveRun()}, and is never repeated blindly.
 *
 * <p>With a {@link Fence} every write carries epoch and holder, and a document of a higher epoch,
 * or of another holder in the same one, refuses it. Writes without a fence keep the one that
 * stands. Immutable and thread-safe.
 *
 * @param <T> the value
 */
public final class StateDocument<T> {
  private static final Logger LOG = LoggerFactory.getLogger(StateDocument.class);
  private static final int TRIES = 200;

  private final StateStore store;
  private final String key;
  private final Form<T> form;
  private final Supplier<String> ids;
  private final @Nullable Fence fence;

  private StateDocument(
      StateStore store, String key, Form<T> form, Supplier<String> ids, @Nullable Fence fence) {
    this.store = Objects.requireNonNull(store, "store");
    this.key = Keys.check(key);
    this.form = Objects.requireNonNull(form, "form");
    this.ids = Objects.requireNonNull(ids, "ids");
    this.fence = fence;
  }

  /**
   * A document, there or not.
   *
   * @param <T> the value
   * @param store where it is kept
   * @param key its key
   * @param form how its value is written
   * @return the document, without a fence
   */
  public static <T> StateDocument<T> in(StateStore store, String key, Form<T> form) {
    return new StateDocument<>(store, key, form, Ids::write, null);
  }

  /**
   * The same document, written in an epoch.
   *
   * @param writer epoch and holder
   * @return a new object
   */
  public StateDocument<T> fencedBy(Fence writer) {
    return new StateDocument<>(store, key, form, ids, Objects.requireNonNull(writer, "fence"));
  }

  /**
   * The same document with write ids from elsewhere, for tests that must be the same each time.
   *
   * @param writeIds never the same twice, over all writers; 1 to 64 letters, digits and dashes
   * @return a new object
   */
  public StateDocument<T> writeIds(Supplier<String> writeIds) {
    return new StateDocument<>(store, key, form, writeIds, fence);
  }

  /**
   * How a value is written as JSON.
   *
   * @param <T> the value
   */
  public interface Form<T> {
    /**
     * Reads a value.
     *
     * @param json one JSON value, as {@link #write} wrote it, perhaps with other white space
     * @return the value
     * @throws RuntimeException if it is not one; the document then counts as damaged
     */
    T read(byte[] json);

    /**
     * Writes a value.
     *
     * @param value the value
     * @return one JSON value; numbers that are no 64-bit integers come back as doubles
     */
    byte[] write(T value);
  }

  /**
   * What a change comes to: a new value or none, and what to answer.
   *
   * @param <T> the document's value
   * @param <R> the answer
   */
  public static final class Change<T, R> {
    private final @Nullable T value;
    private final R answer;

    private Change(@Nullable T value, R answer) {
      this.value = value;
      this.answer = answer;
    }

    /**
     * Write a value.
     *
     * @param <T> the document's value
     * @param <R> the answer
     * @param value the new value
     * @param answer what the change answers once it is written
     * @return the change
     */
    public static <T, R> Change<T, R> to(T value, R answer) {
      return new Change<>(Objects.requireNonNull(value, "value"), answer);
    }

    /**
     * Write nothing.
     *
     * @param <T> the document's value
     * @param <R> the answer
     * @param answer what the change answers
     * @return the change
     */
    public static <T, R> Change<T, R> none(R answer) {
      return new Change<>(null, answer);
    }
  }

  /**
   * Reads the value.
   *
   * @return the value, or empty if there is no document
   * @throws StateException if it could not be read, or is damaged
   */
  public Optional<T> read() {
    return value(seen().page());
  }

  private Seen seen() {
    Versioned found = store.get(key).orElse(null);
    return found == null
        ? new Seen(null, DocumentPage.NONE)
        : new Seen(found.version(), DocumentPage.read(key, found.value()));
  }

  private Optional<T> value(DocumentPage page) {
    byte[] json = page.json();
    if (json == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(form.read(json));
    } catch (StateException e) {
      throw e;
    } catch (RuntimeException e) {
      throw DocumentPage.damaged(key, e);
    }
  }

  /**
   * Changes the value.
   *
   * @param <R> the answer
   * @param change from what is there to what shall be; called again whenever somebody else was
   *     faster, so it may have no effects
   * @return the answer of the change that was written, or that wrote nothing
   * @throws StateException if it could not be written, if its fence is outdated, or if too many
   *     write at once; {@code mayHaveRun()} if it is unknown whether it was written
   */
  public <R> R change(Function<Optional<T>, Change<T, R>> change) {
    Doubts<R> doubts = new Doubts<>();
    try {
      for (int i = 0; i < TRIES; i++) {
        Seen seen = seen();
        Optional<Answer<R>> arrived = doubts.settle(key, seen);
        if (arrived.isPresent()) {
          return arrived.get().value();
        }
        Change<T, R> next = judge(change, seen.page());
        if (next.value == null) {
          return doubts.refuseIfAny(key, next.answer);
        }
        if (written(seen, next.value, next.answer, doubts)) {
          return next.answer;
        }
      }
    } catch (RuntimeException e) {
      boolean told = e instanceof StateException && ((StateException) e).mayHaveRun();
      throw doubts.isEmpty() || told ? e : unknown(key, e);
    }
    throw new StateException(
        "The state document '"
            + key
            + "' could not be changed, because too many write it at once. Try again.",
        null,
        !doubts.isEmpty());
  }

  private <R> Change<T, R> judge(Function<Optional<T>, Change<T, R>> change, DocumentPage page) {
    Fence held = page.fence();
    if (fence != null && held != null && !held.admits(fence)) {
      throw new StateException(
          "The state document '"
              + key
              + "' is in epoch "
              + held.epoch()
              + ", held by '"
              + held.holder()
              + "', so '"
              + fence.holder()
              + "' in epoch "
              + fence.epoch()
              + " may not write it. Somebody else has taken over: stop this run.");
    }
    return change.apply(value(page));
  }

  /** False if somebody else was faster, or if nobody knows; then the write is among the doubts. */
  private <R> boolean written(Seen seen, T value, R answer, Doubts<R> doubts) {
    String id = ids.get();
    byte[] bytes = seen.page().next(form.write(value), id, fence).write();
    try {
      return store.compareAndSet(key, seen.version(), bytes).isPresent();
    } catch (StateException e) {
      if (!e.mayHaveRun()) {
        throw e;
      }
      LOG.debug("Whether {} was written is unknown; reading it again.", key, e);
      doubts.add(key, seen, id, answer);
      return false;
    }
  }

  private static StateException unknown(String key, @Nullable Throwable cause) {
    return new StateException(
        "Whether the state document '"
            + key
            + "' was changed is unknown: an answer was lost, and reading it again did not tell. It counts as changed; look at it before trying again.",
        cause,
        true);
  }

  /** One look at the document. */
  private record Seen(@Nullable String version, DocumentPage page) {}

  /** An answer, which may be anything. */
  private record Answer<R>(R value) {}

  /**
   * Writes of unknown fate. All of them expected the same version, so at most one of them, or of
   * the next try, ever arrives.
   */
  private static final class Doubts<R> {
    private static final int MOST = 3;

    private final Map<String, R> answers = new LinkedHashMap<>();
    private @Nullable Seen base;

    boolean isEmpty() {
      return answers.isEmpty();
    }

    void add(String key, Seen seen, String id, R answer) {
      base = seen;
      answers.put(id, answer);
      if (answers.size() > MOST) {
        throw unknown(key, null);
      }
    }

    /** The answer of the one that arrived; empty if none did so far, or none ever will. */
    Optional<Answer<R>> settle(String key, Seen now) {
      if (base == null) {
        return Optional.empty();
      }
      for (Map.Entry<String, R> each : answers.entrySet()) {
        if (now.page().writes().contains(each.getKey())) {
          return Optional.of(new Answer<>(each.getValue()));
        }
      }
      if (!Objects.equals(now.version(), base.version())) {
        if (!now.page().remembersWhatCameAfter(base.page())) {
          throw unknown(key, null);
        }
        answers.clear();
        base = null;
      }
      return Optional.empty();
    }

    /** A write under way could still arrive after "nothing was written" was answered. */
    R refuseIfAny(String key, R answer) {
      if (!isEmpty()) {
        throw unknown(key, null);
      }
      return answer;
    }
  }
}
