package dev.guard.examples.cloud;

import dev.guard.Effect;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a cloud offers. Listings come in pages and may lag behind; single looks do not. */
interface CloudApi {
  /**
   * One page of a listing.
   *
   * @param next where the next page begins, or empty if this was the last one
   * @param total how many items all pages hold together, as the cloud counts them
   */
  record Page<T>(List<T> items, String next, long total) {
    public Page {
      items = List.copyOf(items);
    }
  }

  /** What an instance, running or stopped, says it has. */
  record Attachment(String instance, String state, String volume) {}

  /**
   * What a template will attach by its name when it starts instances again, for now perhaps none.
   */
  record Template(String name, long instances, String volumeName) {}

  /** A copy of a volume at one moment; complete only once the cloud says so. */
  record Snapshot(String id, String volume, String created, boolean complete) {}

  /** The cloud cannot be asked, or said no; nothing happened. */
  class Refused extends IOException {
    private static final long serialVersionUID = 1L;

    Refused(String message) {
      super(message);
    }
  }

  /** The connection was cut after the request was sent: nobody knows. */
  class CutOff extends IOException implements Effect.OutcomeUnknown {
    private static final long serialVersionUID = 1L;

    CutOff(String message) {
      super(message);
    }
  }

  Page<Volume> volumes(String from) throws IOException;

  Page<Attachment> attachments(String from) throws IOException;

  Page<Template> templates(String from) throws IOException;

  /** The volume that has this id now, whichever that is. */
  Optional<Volume> volume(String id) throws IOException;

  /** Makes a snapshot, once for each token, or says how far it is. */
  Snapshot snapshot(String token, String id, String created) throws IOException;

  /** Deletes a volume if it is still the one that was made then, and nothing has it. */
  void delete(String id, String created) throws IOException;

  /** What was restored with this token. */
  Optional<Volume> restored(String token) throws IOException;

  /** Makes a volume from a snapshot, once for each token. It has an identity of its own. */
  Volume restore(String token, String snapshot, String name, Map<String, String> tags)
      throws IOException;
}
