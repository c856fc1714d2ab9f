package dev.guard.k8s;

import java.util.regex.Pattern;

/** Looks at image strings without interpreting them. */
final class ImageText {
  private static final Pattern ID = Pattern.compile("(sha256:)?[0-9a-f]{64}");
  private static final Pattern ORDINARY =
      Pattern.compile(
          "(docker-pullable://)?"
              + "[a-z0-9]+([._-][a-z0-9]+)*(:[0-9]{1,5}(?=/))?"
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
   * Whether the text is beyond doubt a reference or an id: a small subset of what is one. Only of
   * such texts may places be left out, because anything else may need a person's word for each
   * place.
   */
  static boolean isOrdinary(String text) {
    if (text.length() > 255) {
      return false;
    }
    if (isId(text)) {
      return true;
    }
    if (text.startsWith("docker://sha256:")) {
      return isId(text.substring("docker://".length()));
    }
    return ORDINARY.matcher(text).matches();
  }
}
