package dev.guard.testkit.registry;

import java.util.List;
import java.util.Objects;

/**
 * One request for a token that a fake registry answered.
 *
 * @param user who asked; empty for nobody or wrong credentials
 * @param grantType {@code password} or {@code refresh_token} if a form was posted, else empty
 * @param asked the scopes asked for
 * @param granted the scopes granted, at most those asked for; empty lists where refused
 * @param status the status sent
 */
public record TokenRequest(
    String user, String grantType, List<String> asked, List<String> granted, int status) {
  /** Copies the lists. */
  public TokenRequest {
    Objects.requireNonNull(user, "user");
    Objects.requireNonNull(grantType, "grantType");
    asked = List.copyOf(asked);
    granted = List.copyOf(granted);
  }
}
