package dev.guard.testkit.registry;

import java.net.URI;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.TestInstance;

/** The fake keeps the contract the real one keeps. */
class FakeRegistryContractTest {
  @Nested
  @TestInstance(TestInstance.Lifecycle.PER_CLASS)
  class DeleteEnabled implements RegistryContract {
    private final FakeRegistry registry = FakeRegistry.start();

    @AfterAll
    void close() {
      registry.close();
    }

    @Override
    public URI registry() {
      return registry.uri();
    }
  }

  @Nested
  @TestInstance(TestInstance.Lifecycle.PER_CLASS)
  class DeleteDisabled implements RegistryContract {
    private final FakeRegistry registry = FakeRegistry.builder().deleteDisabled().start();

    @AfterAll
    void close() {
      registry.close();
    }

    @Override
    public URI registry() {
      return registry.uri();
    }

    @Override
    public boolean deleteEnabled() {
      return false;
    }
  }
}
