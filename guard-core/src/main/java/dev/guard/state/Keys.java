package dev.guard.state;

import java.util.regex.Pattern;

/**
 * What a key may look like: nothing in it can leave the store's directory or be taken for another
 * key.
 */
final class Keys {
  private static final int LONGEST = 200;
  private static final Pattern FORM = Pattern.compile("[a-z0-9][a-z0-9.-]*(/[a-z0-9][a-z0-9.-]*)*");

  private Keys() {}

  static String check(String key) {
    if (key.length() > LONGEST || !FORM.matcher(key).matches()) {
      throw new IllegalArgumentException(
          "A state key is lower-case letters, digits, dots and dashes in parts between slashes, at most "
              + LONGEST
              + " characters, each part beginning with a letter or digit. Take StateStore.key for other names.");
    }
    return key;
  }
}
