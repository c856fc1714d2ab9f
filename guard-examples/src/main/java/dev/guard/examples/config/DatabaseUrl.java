package dev.guard.examples.config;

import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The address of a PostgreSQL database as the file may give it: hosts, a database, and settings
 * that neither hold a secret nor make the driver load or write anything of their own.
 */
final class DatabaseUrl {
  private static final int MOST = 1000;
  private static final Pattern SHAPE =
      Pattern.compile(
          "jdbc:postgresql://[A-Za-z0-9.:,_\\[\\]-]+/[A-Za-z0-9_.%-]+(\\?([^?#\\s]*))?");
  private static final List<String> SETTINGS =
      List.of(
          "ApplicationName",
          "connectTimeout",
          "currentSchema",
          "sslcert",
          "sslkey",
          "sslmode",
          "sslrootcert",
          "user");

  private DatabaseUrl() {}

  static String in(Section section, String key, String text) {
    String settings = "";
    int mark = text.indexOf('?');
    if (mark >= 0) {
      settings = text.substring(mark + 1);
    }
    for (String setting :
        settings.isEmpty() ? List.<String>of() : Arrays.asList(settings.split("&", -1))) {
      String name = setting.substring(0, Math.max(0, setting.indexOf('=')));
      // Not quoted: what stands behind it may be a secret.
      if (name.equals("password") || name.equals("sslpassword")) {
        throw section.faultAt(
            key,
            "may hold no password; write state: {url, username: \"env:…\", password: \"env:…\"}");
      }
      if (!SETTINGS.contains(name)) {
        throw section.faultAt(
            key, "may carry only these settings: " + String.join(", ", new TreeSet<>(SETTINGS)));
      }
    }
    if (text.length() > MOST || !SHAPE.matcher(text).matches()) {
      throw section.faultAt(
          key, "must be a database's address, as in jdbc:postgresql://db.example.com:5432/guard");
    }
    return text;
  }
}
