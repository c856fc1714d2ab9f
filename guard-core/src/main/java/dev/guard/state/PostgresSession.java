package dev.guard.state;

import dev.guard.StateException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One transaction of our own on one connection of the user's. It never joins a transaction that is
 * under way, waits for nothing without a bound, and tells a failure before the commit (nothing was
 * written) from one in it (nobody knows). What the connection was set to is restored.
 */
final class PostgresSession implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PostgresStore.class);

  private final Connection connection;
  private final boolean autoCommit;
  private final int networkTimeout;
  private boolean done;

  private PostgresSession(Connection connection) throws SQLException {
    this.connection = connection;
    this.autoCommit = connection.getAutoCommit();
    this.networkTimeout = connection.getNetworkTimeout();
  }

  /** Work inside the transaction. */
  interface Work<T> {
    T in(PostgresSession session) throws SQLException;
  }

  /**
   * Runs work in a transaction, which ends with {@link #commit} or is rolled back.
   *
   * @param what what is attempted, for people: "read", "written"
   */
  static <T> T run(DataSource source, Settings settings, String what, Work<T> work) {
    return FileStateStore.calmly(
        () -> {
          try (PostgresSession session = open(source)) {
            session.begin(settings);
            return work.in(session);
          } catch (SQLException e) {
            throw failed(what, e, false);
          }
        });
  }

  /**
   * What every transaction is begun with. All of it is made of numbers and of words we know, so
   * that it can be sent as one text.
   */
  record Settings(Duration patience, @Nullable String synchronousCommit) {
    String statements() {
      long millis = patience.toMillis();
      return "set transaction isolation level repeatable read;"
          + " set transaction isolation level read committed; set local statement_timeout = "
          + millis
          + "; set local lock_timeout = "
          + Math.max(1, millis / 2)
          + "; set local idle_in_transaction_session_timeout = "
          + millis
          + (synchronousCommit == null
              ? ""
              : "; set local synchronous_commit = " + synchronousCommit);
    }

    /** The network is given up later than the server would answer that it gave up. */
    int networkMillis() {
      return Math.toIntExact(patience.toMillis() * 2);
    }
  }

  private static PostgresSession open(DataSource source) throws SQLException {
    Connection connection = connection(source);
    try {
      return new PostgresSession(connection);
    } catch (SQLException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  private static Connection connection(DataSource source) throws SQLException {
    try {
      return source.getConnection();
    } catch (RuntimeException e) { // pools throw those too
      throw new SQLException("no connection", "08001", e);
    }
  }

  /**
   * Changing the isolation level, there and back, fails if the transaction has done anything: so a
   * connection that is in the middle of somebody's transaction is refused here.
   */
  private void begin(Settings settings) throws SQLException {
    connection.setNetworkTimeout(Runnable::run, settings.networkMillis());
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.execute(settings.statements());
    }
  }

  Connection connection() {
    return connection;
  }

  /** Ends the transaction. If this fails, nobody knows whether it took place. */
  void commit() {
    done = true;
    try {
      connection.commit();
    } catch (SQLException e) {
      abort();
      throw failed("written", e, true);
    } catch (RuntimeException e) {
      abort();
      throw failed("written", new SQLException("no answer", "08007", e), true);
    }
  }

  static StateException failed(String what, SQLException e, boolean mayHaveRun) {
    return new StateException(
        "State in PostgreSQL could not be "
            + what
            + (mayHaveRun ? " for certain" : "")
            + " (SQL state "
            + e.getSQLState()
            + "). Check that the server is there and the rights of its user; until then what depends on it is refused.",
        e,
        mayHaveRun);
  }

  /**
   * A connection that cannot even roll back is cut: handed on with its transaction open, somebody
   * else would commit what we gave up.
   */
  @Override
  public void close() {
    try {
      if (!done) {
        connection.rollback();
      }
      connection.setAutoCommit(autoCommit);
      connection.setNetworkTimeout(Runnable::run, networkTimeout);
    } catch (SQLException e) {
      LOG.debug("A connection is given up.", e);
      abort();
    }
    try {
      connection.close();
    } catch (SQLException e) {
      LOG.warn("A connection to PostgreSQL could not be closed.", e);
    }
  }

  private void abort() {
    try {
      connection.abort(Runnable::run);
    } catch (SQLException e) {
      LOG.warn("A connection to PostgreSQL could not be cut.", e);
    }
  }
}
