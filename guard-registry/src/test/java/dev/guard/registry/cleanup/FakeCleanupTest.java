package dev.guard.registry.cleanup;

import dev.guard.registry.Credentials;
import dev.guard.testkit.registry.FakeRegistry;
import dev.guard.testkit.registry.Publisher;
import java.net.URI;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Against a registry that wants tokens, pages its tags and referrers, and redirects for blobs. */
class FakeCleanupTest extends CleanupContract {
  private static @Nullable FakeRegistry registry;

  @BeforeAll
  static void start() {
    registry =
        FakeRegistry.builder()
            .bearer("guard", "secret", "pull", "push", "delete", "catalog")
            .tokensLastFor(7)
            .tagPages(2)
            .referrersApi(1)
            .redirectBlobs()
            .start();
  }

  @AfterAll
  static void stop() {
    if (registry != null) {
      registry.close();
    }
  }

  private static FakeRegistry registry() {
    return Objects.requireNonNull(registry);
  }

  @Override
  URI uri() {
    return registry().uri();
  }

  @Override
  Credentials credentials() {
    return Credentials.basic("guard", "secret");
  }

  @Override
  Publisher publisher() {
    return registry().publisher();
  }
}
