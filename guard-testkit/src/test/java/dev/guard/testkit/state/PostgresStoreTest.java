package dev.guard.testkit.state;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.Digest;
import dev.guard.Guard;
import dev.guard.GuardConfigurationException;
import dev.guard.StateException;
import dev.guard.blastradius.BlastRadiusLimit;
import dev.guard.state.PostgresStore;
import dev.guard.state.StateStore;
import dev.guard.testkit.state.FaultySource.Break;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;

/** What holds for PostgreSQL beyond what holds for every store. */
class PostgresStoreTest {
  private static final String KEY = "guard/test/one";

  private final RealPostgres server = RealPostgres.shared();
  private final String schema = server.schema();
  private final PGSimpleDataSource source = server.plain(schema);

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private static Optional<String> text(StateStore store) {
    return store.get(KEY).map(found -> new String(found.value(), UTF_8));
  }

  private PGSimpleDataSource with(String option) {
    PGSimpleDataSource other = server.plain(schema);
    other.setOptions(option);
    return other;
  }

  private static void refused(ThrowingCallable call, boolean mayHaveRun, String... says) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            StateException.class,
            e -> {
              assertThat(e.mayHaveRun()).isEqualTo(mayHaveRun);
              assertThat(List.of(says))
                  .allSatisfy(each -> assertThat(e).hasMessageContaining(each));
            });
  }

  @Test
  void whenEightStartAtOnce_theTablesAreMadeOnce() throws Exception {
    for (int round = 0; round < 5; round++) {
      String fresh = server.schema();
      List<PostgresStore> stores = Shelf.atOnce(8, i -> PostgresStore.on(server.plain(fresh)));
      assertThat(server.ask(fresh, "select count(*) from guard_migrations")).isEqualTo("2");
      stores.get(0).compareAndSet(KEY, null, bytes("1"));
      assertThat(stores).allSatisfy(store -> assertThat(text(store)).contains("1"));
    }
  }

  @Test
  void tablesOfAnOlderVersion_areMigrated_andKeepWhatTheyHeld() {
    PostgresStore.on(source).compareAndSet(KEY, null, bytes("kept"));
    server.execute(schema, "drop table guard_blobs");
    server.execute(schema, "delete from guard_migrations where version = 2");
    PostgresStore store = PostgresStore.on(source);
    assertThat(text(store)).contains("kept");
    assertThat(store.get(store.put(bytes("blob")))).isPresent();
    assertThat(server.ask(schema, "select max(version) from guard_migrations")).isEqualTo("2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "insert into guard_migrations (version) values (3)",
        "delete from guard_migrations where version = 1"
      })
  void tablesOfAVersionThatIsNotKnown_areRefused(String change) {
    PostgresStore.on(source);
    server.execute(schema, change);
    refused(() -> PostgresStore.on(source), false, "version", "newer");
  }

  @Test
  void whereTheTablesAreThere_noRightToMakeTablesIsNeeded() {
    PostgresStore.on(source);
    String user = "u" + schema;
    server.execute(schema, "create user " + user);
    server.execute(schema, "grant usage on schema " + schema + " to " + user);
    server.execute(
        schema, "grant select, insert, update on all tables in schema " + schema + " to " + user);
    PGSimpleDataSource poor = server.plain(schema);
    poor.setUser(user);
    assertThat(PostgresStore.on(poor).compareAndSet(KEY, null, bytes("1"))).isPresent();
    refused(() -> PostgresStore.builder(poor).prefix("other_").open(), false, "42501");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x; drop table y; --",
        "a b",
        "A",
        "1a",
        "a\"",
        "a'",
        "a.b",
        "_a",
        "ä",
        "abcdefghijklmnopqrstuvwxyz_12345"
      })
  void aPrefixThatCouldBeMoreThanAName_isRefused(String prefix) {
    PostgresStore.Builder builder = PostgresStore.builder(source).prefix(prefix);
    assertThatThrownBy(builder::open).isInstanceOf(GuardConfigurationException.class);
  }

  @Test
  void twoPrefixes_areTwoStores() {
    PostgresStore one = PostgresStore.on(source);
    PostgresStore two = PostgresStore.builder(source).prefix("b_").open();
    one.compareAndSet(KEY, null, bytes("one"));
    assertThat(two.get(KEY)).isEmpty();
    assertThat(two.compareAndSet(KEY, null, bytes("two"))).isPresent();
    assertThat(text(one)).contains("one");
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 0, 9, 600_001})
  void patienceOutOfBounds_isRefused(long millis) {
    PostgresStore.Builder builder =
        PostgresStore.builder(source).patience(Duration.ofMillis(millis));
    assertThatThrownBy(builder::open).isInstanceOf(GuardConfigurationException.class);
  }

  @Test
  void withoutSynchronousCommit_itIsNotDurable() {
    assertThat(PostgresStore.on(source).capabilities().durable()).isTrue();
    assertThat(PostgresStore.on(with("-c synchronous_commit=local")).capabilities().durable())
        .isTrue();
    assertThat(PostgresStore.on(with("-c synchronous_commit=off")).capabilities().durable())
        .isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"fsync", "full_page_writes"})
  void aServerThatDoesNotForce_isNotDurable(String setting) {
    try (RealPostgres careless = RealPostgres.start(Map.of(setting, "off"))) {
      PostgresStore store = PostgresStore.on(careless.plain(careless.schema()));
      assertThat(store.capabilities().durable()).isFalse();
      assertThat(store.compareAndSet(KEY, null, bytes("1"))).isPresent();
    }
  }

  /** The function stands before the real one: the server cannot be told so while it runs. */
  @Test
  void aServerThatStopsForcing_isRefused_whereItWasDurable() {
    PGSimpleDataSource changing = server.plain(schema);
    PostgresStore store = PostgresStore.on(changing);
    String version = store.compareAndSet(KEY, null, bytes("before")).orElseThrow();
    server.execute(schema, "create schema lax_" + schema);
    server.execute(
        schema,
        "create function lax_"
            + schema
            + ".current_setting(text) returns text language sql as"
            + " $$ select case $1 when 'fsync' then 'off' else pg_catalog.current_setting($1) end $$");
    changing.setCurrentSchema("lax_" + schema + ", pg_catalog, " + schema);
    refused(() -> store.compareAndSet(KEY, version, bytes("after")), false, "fsync");
    refused(() -> store.compareAndSet("guard/test/two", null, bytes("2")), false, "fsync");
    refused(() -> store.put(bytes("blob")), false, "fsync");
    assertThat(text(store)).contains("before");
    assertThat(store.keys("")).containsExactly(KEY);
    assertThat(store.get(Digest.of("blob"))).isEmpty();
    PostgresStore anew = PostgresStore.on(changing);
    assertThat(anew.capabilities().durable()).isFalse();
    assertThat(anew.compareAndSet(KEY, version, bytes("after"))).isPresent();
  }

  @Test
  void aPoolWhoseConnectionsStopSyncing_isMadeToSync() throws Exception {
    PGSimpleDataSource changing = server.plain(schema);
    PostgresStore store = PostgresStore.on(changing);
    changing.setOptions("-c synchronous_commit=off");
    server.execute(
        schema,
        "create function note() returns trigger language plpgsql as $$ begin"
            + " insert into noted values (current_setting('synchronous_commit')); return new; end $$");
    server.execute(schema, "create table noted (setting text)");
    server.execute(
        schema,
        "create trigger note before insert on guard_documents for each row execute function note()");
    store.compareAndSet(KEY, null, bytes("1"));
    assertThat(server.ask(schema, "select setting from noted")).isEqualTo("on");
  }

  @Test
  void whatIsLocked_isNotWaitedForWithoutEnd() throws Exception {
    PostgresStore store = PostgresStore.builder(source).patience(Duration.ofMillis(400)).open();
    String version = store.compareAndSet(KEY, null, bytes("1")).orElseThrow();
    try (Connection other = source.getConnection();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("select * from guard_documents for update");
      refused(() -> store.compareAndSet(KEY, version, bytes("2")), false, "55P03");
      assertThat(text(store)).as("readers do not wait").contains("1");
      statement.execute("lock table guard_documents in access exclusive mode");
      refused(() -> store.get(KEY), false, "55P03");
      other.rollback();
    }
    assertThat(store.compareAndSet(KEY, version, bytes("2"))).isPresent();
  }

  @Test
  void aServerThatDoesNotAnswer_isNotWaitedForWithoutEnd() {
    PostgresStore store = PostgresStore.builder(source).patience(Duration.ofMillis(300)).open();
    store.compareAndSet(KEY, null, bytes("1"));
    server.execute(
        schema,
        "create function slow() returns trigger language plpgsql as $$ begin"
            + " perform pg_sleep(60); return new; end $$");
    server.execute(
        schema,
        "create trigger slow before insert on guard_documents for each row execute function slow()");
    refused(() -> store.compareAndSet("guard/test/two", null, bytes("1")), false, "57014");
    assertThat(store.get("guard/test/two")).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(
      value = Break.class,
      names = {"AFTER_COMMIT", "INSTEAD_OF_COMMIT", "COMMIT_THROWS_UNCHECKED"})
  void aConnectionLostInTheCommit_isAnUnknownOutcome(Break where) {
    FaultySource faulty = new FaultySource(source);
    PostgresStore store = PostgresStore.on(faulty);
    faulty.next = where;
    refused(() -> store.compareAndSet(KEY, null, bytes("1")), true, "for certain");
    assertThat(store.get(KEY).isPresent()).isEqualTo(where == Break.AFTER_COMMIT);
    faulty.next = where;
    refused(() -> store.put(bytes("blob")), true);
    assertThat(store.get(Digest.of("blob")).isPresent()).isEqualTo(where == Break.AFTER_COMMIT);
    assertThat(store.get(store.put(bytes("blob")))).as("putting again is harmless").isPresent();
  }

  @Test
  void anUnknownOutcome_isSettledByTheDocumentAboveIt() {
    FaultySource faulty = new FaultySource(source);
    PostgresStore store = PostgresStore.on(faulty);
    var count = Shelf.counter(store, KEY);
    long expected = 0;
    for (int round = 0; round < 3; round++) {
      for (Break where : List.of(Break.AFTER_COMMIT, Break.INSTEAD_OF_COMMIT)) {
        faulty.next = where;
        assertThat(Shelf.increment(count)).isEqualTo(++expected);
      }
    }
    assertThat(Shelf.counter(PostgresStore.on(source), KEY).read()).contains(expected);
  }

  @ParameterizedTest
  @EnumSource(
      value = Break.class,
      names = {"BEFORE_STATEMENT", "POOL_THROWS_UNCHECKED"})
  void aConnectionLostBeforeTheCommit_wroteNothing_andIsNoAbsence(Break where) {
    FaultySource faulty = new FaultySource(source);
    PostgresStore store = PostgresStore.on(faulty);
    store.compareAndSet(KEY, null, bytes("1"));
    List<Consumer<PostgresStore>> calls =
        List.of(
            s -> s.get(KEY),
            s -> s.keys(""),
            StateStore::now,
            s -> s.get(Digest.of("x")),
            s -> s.compareAndSet("guard/test/two", null, bytes("2")),
            s -> s.put(bytes("x")));
    for (Consumer<PostgresStore> call : calls) {
      faulty.next = where;
      refused(() -> call.accept(store), false, "SQL state 08");
    }
    assertThat(store.keys("")).containsExactly(KEY);
    assertThat(store.get(Digest.of("x"))).isEmpty();
  }

  @Test
  void anAbsentServer_isRefused() {
    PGSimpleDataSource nowhere = server.plain(schema);
    nowhere.setPortNumbers(new int[] {1});
    refused(() -> PostgresStore.on(nowhere), false, "08001");
    PGSimpleDataSource missing = server.plain(schema);
    missing.setDatabaseName("no_such_database");
    refused(() -> PostgresStore.on(missing), false, "3D000");
    refused(() -> PostgresStore.on(server.plain("no_such_schema")), false, "3F000");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "delete from guard_store",
        "update guard_store set id = 'another'",
        "drop table guard_documents",
        "drop table guard_store"
      })
  void tablesThatAreEmptiedOrReplaced_areNotAbsence(String change) {
    PostgresStore store = PostgresStore.on(source);
    String version = store.compareAndSet(KEY, null, bytes("1")).orElseThrow();
    server.execute(schema, change);
    refused(() -> store.get("guard/test/none"), false);
    refused(() -> store.keys("nothing"), false);
    if (!change.startsWith("drop table guard_documents")) {
      refused(() -> store.get(Digest.of("none")), false);
      refused(() -> store.put(bytes("blob")), false);
    }
    if (!change.startsWith("drop")) {
      assertThat(store.compareAndSet(KEY, version, bytes("2"))).isEmpty();
      assertThat(store.compareAndSet("guard/test/new", null, bytes("2"))).isEmpty();
    }
  }

  @Test
  void aVersion_isNotReused_evenAfterSomebodyDeletedTheRow() {
    PostgresStore store = PostgresStore.on(source);
    String version = store.compareAndSet(KEY, null, bytes("1")).orElseThrow();
    server.execute(schema, "delete from guard_documents");
    assertThat(store.get(KEY)).isEmpty();
    assertThat(store.compareAndSet(KEY, null, bytes("2")).orElseThrow()).isNotEqualTo(version);
    assertThat(store.compareAndSet(KEY, version, bytes("lost"))).isEmpty();
    assertThat(text(store)).contains("2");
  }

  @Test
  void aStandby_isRefused() {
    PostgresStore.on(source);
    server.execute(schema, "create schema standby_" + schema);
    server.execute(
        schema,
        "create function standby_"
            + schema
            + ".pg_is_in_recovery() returns boolean language sql as 'select true'");
    PGSimpleDataSource moving = server.plain(schema);
    PostgresStore store = PostgresStore.on(moving);
    moving.setCurrentSchema("standby_" + schema + ", pg_catalog, " + schema);
    refused(() -> PostgresStore.on(moving), false, "standby");
    refused(() -> store.get(KEY), false, "standby");
    refused(() -> store.keys(""), false, "standby");
    refused(() -> store.get(Digest.of("x")), false, "standby");
  }

  @Test
  void somebodyElsesTransaction_isNeverJoined() throws Exception {
    PostgresStore.on(source);
    try (Connection mine = source.getConnection();
        Statement statement = mine.createStatement()) {
      mine.setAutoCommit(false);
      statement.execute("create table mine (a int)");
      PGSimpleDataSource joined =
          new PGSimpleDataSource() {
            @Override
            public Connection getConnection() {
              return mine;
            }
          };
      refused(() -> PostgresStore.on(joined), false, "25001");
    }
    assertThat(server.ask(schema, "select to_regclass('mine') is null")).isEqualTo("t");
  }

  @Test
  void theConnection_isGivenBackAsItCame() throws Exception {
    try (Connection mine = source.getConnection()) {
      mine.setNetworkTimeout(Runnable::run, 12_345);
      Connection open =
          (Connection)
              java.lang.reflect.Proxy.newProxyInstance(
                  getClass().getClassLoader(),
                  new Class<?>[] {Connection.class},
                  (proxy, method, args) ->
                      method.getName().equals("close") ? null : method.invoke(mine, args));
      PGSimpleDataSource one =
          new PGSimpleDataSource() {
            @Override
            public Connection getConnection() {
              return open;
            }
          };
      PostgresStore store = PostgresStore.on(one);
      store.compareAndSet(KEY, null, bytes("1"));
      assertThat(store.compareAndSet(KEY, null, bytes("2"))).isEmpty();
      assertThat(mine.getAutoCommit()).isTrue();
      assertThat(mine.getNetworkTimeout()).isEqualTo(12_345);
      try (Statement statement = mine.createStatement()) {
        for (String setting : List.of("statement_timeout", "lock_timeout")) {
          try (ResultSet row = statement.executeQuery("show " + setting)) {
            row.next();
            assertThat(row.getString(1)).as(setting).isEqualTo("0");
          }
        }
      }
    }
  }

  @Test
  void underAStricterIsolationLevel_aRaceIsStillAConflict() throws Exception {
    DataSource strict = with("-c default_transaction_isolation=serializable");
    PostgresStore.on(strict).compareAndSet(KEY, null, bytes("0"));
    for (int round = 0; round < 5; round++) {
      String version = PostgresStore.on(strict).get(KEY).orElseThrow().version();
      List<Optional<String>> answers =
          Shelf.atOnce(
              8, i -> PostgresStore.on(strict).compareAndSet(KEY, version, bytes("by " + i)));
      assertThat(answers.stream().filter(Optional::isPresent)).hasSize(1);
    }
  }

  @Test
  void aDatabaseThatOnlyReads_refusesWrites() {
    PostgresStore.on(source);
    PostgresStore store = PostgresStore.on(with("-c default_transaction_read_only=on"));
    assertThat(store.get(KEY)).isEmpty();
    refused(() -> store.compareAndSet(KEY, null, bytes("1")), false, "25006");
  }

  @Test
  void aDamagedBlob_isNeverHandedOut_andIsMendedByPuttingItAgain() {
    PostgresStore store = PostgresStore.on(source);
    Digest digest = store.put(bytes("blob"));
    server.execute(schema, "update guard_blobs set content = 'blub'");
    refused(() -> store.get(digest), false, digest.text(), "damaged");
    assertThat(store.put(bytes("blob"))).isEqualTo(digest);
    assertThat(store.get(digest)).contains(bytes("blob"));
  }

  @Test
  void anInterruptedThread_canStillWriteALatch() {
    PostgresStore store = PostgresStore.on(source);
    Thread.currentThread().interrupt();
    try {
      assertThat(store.compareAndSet(KEY, null, bytes("1"))).isPresent();
      assertThat(text(store)).contains("1");
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void theClock_isTheDatabases() {
    PostgresStore store = PostgresStore.on(source);
    java.time.Instant before =
        java.time.Instant.ofEpochMilli(
            Long.parseLong(
                server.ask(
                    schema, "select floor(extract(epoch from clock_timestamp()) * 1000)::bigint")));
    assertThat(store.now()).isBetween(before, before.plusSeconds(600));
    assertThat(store.capabilities().ownClock()).isTrue();
  }

  /** Stands on the page about this store. */
  @Test
  void aGuard_keepsItsStateThere() {
    PostgresStore state = PostgresStore.on(source); // makes or migrates its tables
    PostgresStore staging =
        PostgresStore.builder(source)
            .prefix("staging_guard_") // two prefixes are two stores
            .patience(Duration.ofSeconds(5)) // see "How long it waits"
            .open();
    Guard guard =
        Guard.named("image-cleanup")
            .state(state)
            .blastRadius(BlastRadiusLimit.perPlan(50).per(Duration.ofDays(1), 200).in(state))
            .unaudited("a test")
            .build();
    assertThat(guard.isDryRun()).isTrue();
    assertThat(staging.keys("guard/")).isEmpty();
  }
}
