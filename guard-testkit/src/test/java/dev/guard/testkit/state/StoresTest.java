package dev.guard.testkit.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.state.BlobStore;
import dev.guard.state.FileStateStore;
import dev.guard.state.MemoryStateStore;
import dev.guard.state.PostgresStore;
import dev.guard.state.StateStore;
import java.nio.file.Path;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Every store keeps the published contracts. */
class StoresTest {
  @Nested
  class InMemory implements StateStoreContract, BlobStoreContract {
    private final MemoryStateStore store = MemoryStateStore.create();

    @Override
    public StateStore store() {
      return store;
    }

    @Override
    public BlobStore blobs() {
      return store;
    }
  }

  @Nested
  class InFiles implements StateStoreContract, BlobStoreContract {
    @TempDir Path dir;

    @Override
    public StateStore store() {
      return FileStateStore.at(dir);
    }

    @Override
    public BlobStore blobs() {
      return FileStateStore.at(dir);
    }
  }

  @Nested
  @TestInstance(TestInstance.Lifecycle.PER_CLASS)
  class InPostgres implements StateStoreContract, BlobStoreContract {
    private final RealPostgres server = RealPostgres.shared();
    private final String schema = server.schema();
    private final DataSource source = server.pooled(schema);

    @BeforeAll
    void itSyncs() {
      for (String setting : new String[] {"fsync", "synchronous_commit", "full_page_writes"}) {
        assertThat(server.ask(schema, "show " + setting)).as(setting).isEqualTo("on");
      }
    }

    @Override
    public StateStore store() {
      return PostgresStore.on(source);
    }

    @Override
    public BlobStore blobs() {
      return PostgresStore.on(source);
    }

    @Test
    void whatItSaysOfItself() {
      assertThat(store().capabilities())
          .isEqualTo(new StateStore.Capabilities(StateStore.Scope.CLUSTER, true, 256 * 1024, true));
    }
  }
}
