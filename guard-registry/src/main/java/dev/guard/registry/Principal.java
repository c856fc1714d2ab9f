package dev.guard.registry;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Who we are to one registry. Secrets never reach {@code toString}. */
sealed interface Principal {
  /** Nobody. */
  record Anonymous() implements Principal {
    @Override
    public String toString() {
      return "anonymous";
    }
  }

  /** A name and a password. */
  record Basic(String user, String secret) implements Principal {
    String header() {
      return "Basic "
          + Base64.getEncoder()
              .encodeToString((user + ":" + secret).getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
      return "user and password";
    }
  }

  /** A refresh token, exchanged at the token server. */
  record Identity(String token) implements Principal {
    @Override
    public String toString() {
      return "identity token";
    }
  }

  /** A bearer token for the registry itself. */
  record Bearer(String token) implements Principal {
    @Override
    public String toString() {
      return "registry token";
    }
  }
}
