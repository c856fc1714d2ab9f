package dev.guard.state;

import dev.guard.Digest;
import dev.guard.GuardConfigurationException;
import dev.guard.StateException;
import dev.guard.internal.Ids;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * State and blobs in PostgreSQL 12 or newer, shared by all hosts that reach it. Plain {@code
 * java.sql}: the driver, and a pool if one is wanted, are the user's.
 *
 * <pre>{@code
 * PostgresStore state = PostgresStore.on(dataSource);
 * Guard guard = Guard.named("cleanup").state(state) … .build();
 * }</pre>
 *
 * <p>Scope CLUSTER; the clock is the database's. Give it the plain data source: each call takes a
 * connection, works in a transaction of its own and gives it back; a connection in the middle of
 * somebody else's transaction is refused. Its tables are made and migrated here. It asks the
 * primary only: a standby, or another database than the one that was opened, is refused. A call
 * that cannot tell whether it wrote throws with {@code mayHaveRun()}; no failure is ever read as
 * absence. Thread-safe; owns nothing that must be closed.
 */
public final class PostgresStore implements StateStore, BlobStore {
  private static final int MAX_VALUE = 256 * 1024;
  private static final Set<String> SYNCS = Set.of("on", "local", "remote_write", "remote_apply");

  private static final String READ =
      "select pg_is_in_recovery(), s.id, d.version || '-' || d.write_id, d.value"
          + " from %sstore s left join %sdocuments d on d.key = ?";
  private static final String INSERT =
      "insert into %sdocuments (key, version, write_id, value)"
          + " select cast(? as text), 1, cast(? as text), cast(? as bytea)"
          + " from %sstore s where s.id = ? on conflict (key) do nothing"
          + " returning version || '-' || write_id, current_setting('fsync')";
  private static final String UPDATE =
      "update %sdocuments d set version = d.version + 1, write_id = ?, value = ?,"
          + " changed_at = clock_timestamp() from %sstore s where s.id = ? and d.key = ?"
          + " and d.version || '-' || d.write_id = ?"
          + " returning d.version || '-' || d.write_id, current_setting('fsync')";
  private static final String KEYS =
      "select pg_is_in_recovery(), s.id, d.key from %sstore s"
          + " left join %sdocuments d on starts_with(d.key, ?) order by d.key";
  private static final String PUT =
      "insert into %sblobs as b (digest, content) select cast(? as text), cast(? as bytea)"
          + " from %sstore s where s.id = ? on conflict (digest)"
          + " do update set content = excluded.content where b.content is distinct from excluded.content"
          + " returning '', current_setting('fsync')";
  private static final String GET =
      "select pg_is_in_recovery(), s.id, b.content from %sstore s"
          + " left join %sblobs b on b.digest = ?";

  private final DataSource source;
  private final PostgresSchema schema;
  private final PostgresSession.Settings settings;
  private final boolean durable;
  private final String id;

  private PostgresStore(DataSource source, PostgresSchema schema, Duration patience) {
    this.source = source;
    this.schema = schema;
    PostgresSession.Settings first = new PostgresSession.Settings(patience, null);
    Opened opened = PostgresSession.run(source, first, "opened", session -> open(schema, session));
    this.durable = opened.durable();
    this.id = opened.id();
    this.settings =
        new PostgresSession.Settings(patience, durable ? opened.synchronousCommit() : null);
  }

  /** What opening found. */
  private record Opened(String id, boolean durable, String synchronousCommit) {}

  /**
   * The store in a database, with tables called {@code guard_…}, which are made if they are
   * missing.
   *
   * @param source where connections come from
   * @return the store
   * @throws StateException if the database cannot be used
   */
  public static PostgresStore on(DataSource source) {
    return builder(source).open();
  }

  /**
   * A store with other settings.
   *
   * @param source where connections come from
   * @return what to set
   */
  public static Builder builder(DataSource source) {
    return new Builder(source);
  }

  /** Settings of a store. Not thread-safe. */
  public static final class Builder {
    private static final Duration MOST = Duration.ofMinutes(10);

    private final DataSource source;
    private String prefix = "guard_";
    private Duration patience = Duration.ofSeconds(10);

    private Builder(DataSource source) {
      this.source = Objects.requireNonNull(source, "source");
    }

    /**
     * How the tables' names begin; two prefixes are two stores. Default {@code guard_}.
     *
     * @param tables a lower-case letter, then at most 29 lower-case letters, digits and underscores
     * @return this
     */
    public Builder prefix(String tables) {
      prefix = tables;
      return this;
    }

    /**
     * How long the server may work on one statement; half as long it may wait for a lock, and twice
     * as long it may stay silent. Default 10 seconds.
     *
     * @param statement from 10 milliseconds to 10 minutes
     * @return this
     */
    public Builder patience(Duration statement) {
      patience = statement;
      return this;
    }

    /**
     * Opens the store, making or migrating its tables.
     *
     * @return the store
     * @throws GuardConfigurationException if a setting is out of bounds
     * @throws StateException if the database cannot be used
     */
    public PostgresStore open() {
      if (patience.compareTo(Duration.ofMillis(10)) < 0 || patience.compareTo(MOST) > 0) {
        throw new GuardConfigurationException(
            "The patience with PostgreSQL is between 10 milliseconds and 10 minutes, but is "
                + patience
                + ".");
      }
      return new PostgresStore(source, new PostgresSchema(prefix), patience);
    }
  }

  private static Opened open(PostgresSchema schema, PostgresSession session) throws SQLException {
    String synchronousCommit;
    boolean durable;
    try (Statement statement = session.connection().createStatement();
        ResultSet row =
            statement.executeQuery(
                "select pg_is_in_recovery(), current_setting('synchronous_commit'),"
                    + " current_setting('fsync') = 'on' and current_setting('full_page_writes') = 'on'")) {
      row.next();
      refuseStandby(row.getBoolean(1));
      synchronousCommit = Objects.requireNonNull(row.getString(2), "synchronous_commit");
      durable = row.getBoolean(3) && SYNCS.contains(synchronousCommit);
    }
    return new Opened(schema.migrate(session), durable, synchronousCommit);
  }

  private static void refuseStandby(boolean standby) {
    if (standby) {
      throw new StateException(
          "This PostgreSQL server is a standby, which may be behind. Give the primary's address; until then what depends on it is refused.");
    }
  }

  /** Every read brings these two along: without them, an absence would mean nothing. */
  private void refuseOther(ResultSet row) throws SQLException {
    if (!row.next()) {
      throw otherStore();
    }
    refuseStandby(row.getBoolean(1));
    if (!id.equals(row.getString(2))) {
      throw otherStore();
    }
  }

  private static StateException otherStore() {
    return new StateException(
        "The tables in PostgreSQL are not those that were opened: emptied, or of another database. Restore them, or start anew knowing what they held; until then what depends on it is refused.");
  }

  private <T> T inTransaction(String what, PostgresSession.Work<T> work) {
    return PostgresSession.run(source, settings, what, work);
  }

  private PreparedStatement prepare(PostgresSession session, String sql) throws SQLException {
    return session.connection().prepareStatement(schema.sql(sql));
  }

  @Override
  public Optional<Versioned> get(String key) {
    Keys.check(key);
    return inTransaction(
        "read",
        session -> {
          try (PreparedStatement read = prepare(session, READ)) {
            read.setString(1, key);
            try (ResultSet row = read.executeQuery()) {
              refuseOther(row);
              String version = row.getString(3);
              byte[] value = row.getBytes(4);
              return version == null || value == null
                  ? Optional.empty()
                  : Optional.of(new Versioned(version, value));
            }
          }
        });
  }

  @Override
  public Optional<String> compareAndSet(String key, @Nullable String expected, byte[] value) {
    Keys.check(key);
    if (value.length > MAX_VALUE) {
      throw new StateException(
          "A state document has at most "
              + MAX_VALUE
              + " bytes, but '"
              + key
              + "' would have "
              + value.length
              + ".");
    }
    return inTransaction(
        "written",
        session -> {
          try (PreparedStatement write = prepare(session, expected == null ? INSERT : UPDATE)) {
            if (expected == null) {
              write.setString(1, key);
              write.setString(2, Ids.write());
              write.setBytes(3, value);
              write.setString(4, id);
            } else {
              write.setString(1, Ids.write());
              write.setBytes(2, value);
              write.setString(3, id);
              write.setString(4, key);
              write.setString(5, expected);
            }
            return committed(session, write);
          }
        });
  }

  /** The one column a write returns, once it is committed; empty if it changed nothing. */
  private Optional<String> committed(PostgresSession session, PreparedStatement write)
      throws SQLException {
    String returned;
    try (ResultSet row = write.executeQuery()) {
      if (!row.next()) {
        return Optional.empty();
      }
      returned = Objects.requireNonNull(row.getString(1), "version");
      if (durable && !"on".equals(row.getString(2))) {
        throw new StateException(
            "PostgreSQL no longer forces what it writes to the disk (fsync is off), though it did when it was opened. Set fsync = on; until then nothing is written.");
      }
    }
    session.commit();
    return Optional.of(returned);
  }

  @Override
  public List<String> keys(String prefix) {
    return inTransaction(
        "listed",
        session -> {
          try (PreparedStatement list = prepare(session, KEYS)) {
            list.setString(1, prefix);
            try (ResultSet row = list.executeQuery()) {
              refuseOther(row);
              List<String> keys = new ArrayList<>();
              do {
                String key = row.getString(3);
                if (key != null) {
                  keys.add(key);
                }
              } while (row.next());
              return keys;
            }
          }
        });
  }

  @Override
  public Digest put(byte[] content) {
    byte[] kept = content.clone();
    Digest digest = Blobs.named(kept);
    inTransaction(
        "written",
        session -> {
          try (PreparedStatement put = prepare(session, PUT)) {
            put.setString(1, digest.text());
            put.setBytes(2, kept);
            put.setString(3, id);
            if (committed(session, put).isEmpty()) {
              check(session, digest);
            }
          }
          return digest;
        });
    return digest;
  }

  /** Nothing was changed, so it must be there already. */
  private void check(PostgresSession session, Digest digest) throws SQLException {
    if (content(session, digest).isEmpty()) {
      throw otherStore();
    }
  }

  @Override
  public Optional<byte[]> get(Digest digest) {
    return inTransaction("read", session -> content(session, digest))
        .map(content -> Blobs.verified(digest, content));
  }

  private Optional<byte[]> content(PostgresSession session, Digest digest) throws SQLException {
    try (PreparedStatement get = prepare(session, GET)) {
      get.setString(1, digest.text());
      try (ResultSet row = get.executeQuery()) {
        refuseOther(row);
        return Optional.ofNullable(row.getBytes(3));
      }
    }
  }

  /** The database's clock. */
  @Override
  public Instant now() {
    return inTransaction(
        "asked the time",
        session -> {
          try (Statement statement = session.connection().createStatement();
              ResultSet row = statement.executeQuery("select clock_timestamp()")) {
            row.next();
            return row.getObject(1, OffsetDateTime.class).toInstant();
          }
        });
  }

  /**
   * Scope CLUSTER, values of 256 KiB, the database's clock. Durable if the server said {@code
   * fsync} and {@code full_page_writes} on and {@code synchronous_commit} not off when it was
   * opened.
   */
  @Override
  public Capabilities capabilities() {
    return new Capabilities(Scope.CLUSTER, durable, MAX_VALUE, true);
  }
}
