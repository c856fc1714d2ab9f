package dev.guard.evidence;

/**
 * A raw reference and the place where it stands. The value is as found; nothing repairs or
 * interprets it. Immutable and thread-safe.
 *
 * @param source which source found it, for example the cluster's name
 * @param object the object that holds it, for example {@code Deployment/shop/api}
 * @param path where in the object, for example {@code spec.template.spec.containers[0].image}
 * @param value the text as found; may be anything, also unparseable
 * @param form what kind of text it is
 * @param note what else a person should know, for example {@code replicas 0}; may be empty
 */
public record Reference(
    String source, String object, String path, String value, Form form, String note) {
  /** What kind of text a reference is. */
  public enum Form {
    /** A declared name: an image reference, an id in a template. */
    NAME,
    /** An identity reported by what runs it, for example a pod status' imageID. */
    IDENTITY,
    /**
     * A name that nobody can understand and for which a person vouched: it blocks nothing any more,
     * but still protects whatever it literally names.
     */
    WAIVED
  }

  /**
   * This reference, for which a person vouched.
   *
   * @return the same at the same place, waived
   */
  public Reference waived() {
    return new Reference(source, object, path, value, Form.WAIVED, note);
  }

  /**
   * Source and object, for example {@code prod/Deployment/shop/api}.
   *
   * @return the place without the path
   */
  public String place() {
    return source + "/" + object;
  }

  /**
   * The place for a reason: source, object, path and note.
   *
   * @return for example {@code prod/Deployment/shop/api spec.template.spec.containers[0].image
   *     replicas 0}
   */
  public String where() {
    return place() + (path.isEmpty() ? "" : " " + path) + (note.isEmpty() ? "" : " " + note);
  }
}
