package dev.guard.examples.cloud;

import dev.guard.Fingerprint;
import dev.guard.Target;
import dev.guard.examples.show.Show;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * A volume as the cloud tells of it.
 *
 * @param id what the cloud calls it; used again for another volume once this one is gone
 * @param created when it was made; id and creation together are never used again
 * @param name what people call it; anybody may give it to another one
 * @param attachedTo the instance that has it, or empty
 * @param detached since when none has it; its creation if none ever had
 */
record Volume(
    String id,
    String created,
    String name,
    long gigabytes,
    String attachedTo,
    String detached,
    Map<String, String> tags) {
  static final String KIND = "volume";
  static final String TAG = "tag.";

  Volume {
    if (id.isBlank() || id.indexOf('@') >= 0) {
      throw new IllegalArgumentException("A volume's id is not blank and holds no '@'.");
    }
    Instant.parse(created);
    Instant.parse(detached);
    tags = Collections.unmodifiableMap(new TreeMap<>(tags));
  }

  boolean attached() {
    return !attachedTo.isEmpty();
  }

  Volume attachedTo(String instance, String since) {
    return new Volume(id, created, name, gigabytes, instance, since, tags);
  }

  Target target(String scope) {
    Target target = Target.of(KIND, scope, id + "@" + created).with(Show.NAME, name);
    for (Map.Entry<String, String> tag : tags.entrySet()) {
      target = target.with(TAG + tag.getKey(), tag.getValue());
    }
    return target;
  }

  Fingerprint fingerprint() {
    return new Fingerprint(
        Map.of(
            "created", created,
            "name", name,
            "attachedTo", attachedTo,
            "detached", detached,
            "tags", tags.toString()));
  }

  /** The cloud's id in a target's identity. */
  static String id(Target target) {
    return target.id().substring(0, at(target));
  }

  /** When the volume that a target means was made. */
  static String created(Target target) {
    return target.id().substring(at(target) + 1);
  }

  private static int at(Target target) {
    int at = target.id().indexOf('@');
    if (!target.kind().equals(KIND) || at < 1) {
      throw new IllegalArgumentException(
          "A volume is named by its id and its creation, but this was " + target + ".");
    }
    return at;
  }
}
