package dev.guard.k8s;

import dev.guard.evidence.Reference;
import java.util.List;
import java.util.regex.Pattern;

/** Looks at image strings without interpreting them. */
final class ImageText {
  private static final Pattern ID = Pattern.compile("(sha256:)?[0-9a-f]{64}");
  private static final List<String> SCHEMES = List.of("docker-pullable://", "docker://");
  private static final Pattern NAME =
      Pattern.compile(
          "([a-z0-9]+([.-][a-z0-9]+)*(:[0-9]{1,5}(?=/))?|[a-z0-9]+([_-][a-z0-9]+)*)"
              + "(/[a-z0-9]+([._-][a-z0-9]+)*)*+"
              + "(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?"
              + "(@sha256:[0-9a-f]{64})?");

  private ImageText() {}

  /**
   * Whether the text is the bare id of an image: 64 hex digits, or the same with {@code sha256:}.
   */
  static boolean isId(String text) {
    return (text.length() == 64 || text.length() == 71) && ID.matcher(text).matches();
  }

  /**
   * Whether the text is beyond doubt a reference, or, where a node reports identities, one of
   * those: a small subset of what is one. Only of such texts may places be left out, because
   * anything else may need a person's word for each place.
   */
  static boolean isOrdinary(String text, Reference.Form form) {
    if (text.length() > 255) {
      return false;
    }
    if (form == Reference.Form.NAME) {
      return !isId(text) && NAME.matcher(text).matches();
    }
    String bare = text;
    for (String scheme : SCHEMES) {
      bare = bare.equals(text) && text.startsWith(scheme) ? text.substring(scheme.length()) : bare;
    }
    return isId(bare) || NAME.matcher(bare).matches();
  }
}
