package dev.guard.audit;

import dev.guard.state.StateStore;
import java.time.Instant;
import java.util.Optional;

/**
 * How far the journal had come, kept in a second place: a chain alone cannot notice that its end
 * was cut off at a record boundary. Immutable and thread-safe.
 *
 * @param seq the last record's number
 * @param hash the last record's hash
 * @param at when
 * @param file the name of the file it stands in
 */
public record Checkpoint(long seq, String hash, Instant at, String file) {
  /**
   * A second place for checkpoints. {@link #keep} is called on the journal's writer thread, after
   * the record is durable; what it throws is logged and hurts nobody. {@link #last} is called once,
   * on the thread that opens the journal, before anything is kept; so only a receiver that several
   * journals share must be thread-safe.
   */
  public interface Receiver {
    /**
     * Keeps a checkpoint.
     *
     * @param checkpoint how far the journal has come
     */
    void keep(Checkpoint checkpoint);

    /**
     * The last checkpoint kept, if this place can give it back. A journal that does not hold it any
     * more does not open.
     *
     * @return the checkpoint, or empty
     * @throws dev.guard.StateException if it cannot be read
     */
    default Optional<Checkpoint> last() {
      return Optional.empty();
    }
  }

  /**
   * Keeps the last checkpoint in a state store, and logs each one.
   *
   * @param store the store; somewhere else than the journal
   * @param journal the journal's name there; not blank
   * @return the receiver
   */
  public static Receiver in(StateStore store, String journal) {
    return new StoredCheckpoint(store, journal);
  }
}
