package dev.guard.examples.cli;

import dev.guard.registry.reference.ImageReference;
import dev.guard.registry.reference.ParsedReference;
import dev.guard.registry.reference.UnparseableReference;
import java.util.Locale;

/**
 * An image of the configured registry, as somebody typed it.
 *
 * @param image the reference
 * @param repository the repository it means
 */
record ImageArgument(ImageReference image, String repository) {
  static ImageArgument parse(String reference, Session session) {
    ParsedReference parsed = ImageReference.parse(reference);
    if (parsed instanceof UnparseableReference) {
      throw new CommandException(
          Exit.USAGE,
          "'"
              + reference
              + "' is no image reference ("
              + ((UnparseableReference) parsed).message()
              + "); write repository:tag or repository@sha256:….");
    }
    ImageReference image = (ImageReference) parsed;
    // A name without a host is meant in this registry, not at Docker's.
    String first = reference.contains("/") ? reference.substring(0, reference.indexOf('/')) : "";
    boolean host =
        first.equals("localhost")
            || first.contains(".")
            || first.contains(":")
            || !first.toLowerCase(Locale.ROOT).equals(first);
    if (!host
        && ImageReference.parse(session.registry().host() + "/" + reference)
            instanceof ImageReference ours) {
      image = ours;
    }
    return new ImageArgument(image, repository(session, image));
  }

  private static String repository(Session session, ImageReference image) {
    return session
        .names()
        .ours(image)
        .orElseThrow(
            () ->
                new CommandException(
                    Exit.USAGE,
                    "This reference names another registry than "
                        + session.registry().host()
                        + "; name the host in registry.aliases if it is the same."));
  }
}
