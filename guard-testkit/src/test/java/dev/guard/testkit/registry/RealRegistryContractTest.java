package dev.guard.testkit.registry;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.guard.testkit.http.FakeServer;
import java.net.URI;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.TestInstance;

/** The real registry keeps the contract, or the fake is no likeness. */
class RealRegistryContractTest {
  @Nested
  @TestInstance(TestInstance.Lifecycle.PER_CLASS)
  class DeleteEnabled implements RegistryContract {
    private @Nullable RealRegistry registry;

    @BeforeAll
    void start() {
      assumeTrue(RealRegistry.installed());
      registry = RealRegistry.start();
    }

    @AfterAll
    void close() {
      if (registry != null) {
        registry.close();
      }
    }

    @Override
    public URI registry() {
      return Objects.requireNonNull(registry).uri();
    }
  }

  /** Through the recording proxy, which must change nothing. */
  @Nested
  @TestInstance(TestInstance.Lifecycle.PER_CLASS)
  class DeleteDisabledBehindAProxy implements RegistryContract {
    private @Nullable RealRegistry registry;
    private @Nullable FakeServer proxy;

    @BeforeAll
    void start() {
      assumeTrue(RealRegistry.installed());
      registry = RealRegistry.builder().deleteDisabled().start();
      proxy = FakeServer.proxy(registry.uri());
    }

    @AfterAll
    void close() {
      if (proxy != null) {
        proxy.close();
      }
      if (registry != null) {
        registry.close();
      }
    }

    @Override
    public URI registry() {
      return Objects.requireNonNull(proxy).uri();
    }

    @Override
    public boolean deleteEnabled() {
      return false;
    }
  }
}
