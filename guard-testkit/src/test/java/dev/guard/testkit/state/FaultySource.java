package dev.guard.testkit.state;

import java.io.PrintWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Connections that break where they are told to. */
final class FaultySource implements DataSource {
  /** Where the next transaction breaks. */
  enum Break {
    /** Nowhere. */
    NOT,
    /** The commit takes place, and its answer is lost. */
    AFTER_COMMIT,
    /** The commit never reaches the server. */
    INSTEAD_OF_COMMIT,
    /** As before, and the driver throws what it should not. */
    COMMIT_THROWS_UNCHECKED,
    /** The connection is gone before the first statement. */
    BEFORE_STATEMENT,
    /** No connection can be had, and the pool says so in its own way. */
    POOL_THROWS_UNCHECKED
  }

  private final DataSource behind;
  volatile Break next = Break.NOT;

  FaultySource(DataSource behind) {
    this.behind = behind;
  }

  private synchronized Break take() {
    Break now = next;
    next = Break.NOT;
    return now;
  }

  @Override
  public Connection getConnection() throws SQLException {
    if (next == Break.POOL_THROWS_UNCHECKED) {
      take();
      throw new IllegalStateException("the pool is closed");
    }
    Connection real = behind.getConnection();
    return (Connection)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {Connection.class},
            (proxy, method, args) -> {
              if (method.getName().equals("commit")) {
                return commit(real);
              }
              if (method.getName().endsWith("Statement") && next == Break.BEFORE_STATEMENT) {
                take();
                real.abort(Runnable::run);
              }
              try {
                return method.invoke(real, args);
              } catch (InvocationTargetException e) {
                throw e.getTargetException();
              }
            });
  }

  private @Nullable Object commit(Connection real) throws SQLException {
    Break now = take();
    if (now == Break.NOT || now == Break.AFTER_COMMIT) {
      real.commit();
    }
    if (now != Break.NOT) {
      real.abort(Runnable::run);
    }
    if (now == Break.COMMIT_THROWS_UNCHECKED) {
      throw new IllegalStateException("told to break");
    }
    if (now != Break.NOT) {
      throw new SQLException("told to break", "08006");
    }
    return null;
  }

  @Override
  public Connection getConnection(String user, String password) throws SQLException {
    return getConnection();
  }

  @Override
  public @Nullable PrintWriter getLogWriter() {
    return null;
  }

  @Override
  public void setLogWriter(PrintWriter out) throws SQLException {
    throw new SQLFeatureNotSupportedException();
  }

  @Override
  public void setLoginTimeout(int seconds) throws SQLException {
    throw new SQLFeatureNotSupportedException();
  }

  @Override
  public int getLoginTimeout() {
    return 0;
  }

  @Override
  public Logger getParentLogger() throws SQLFeatureNotSupportedException {
    throw new SQLFeatureNotSupportedException();
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    throw new SQLFeatureNotSupportedException();
  }

  @Override
  public boolean isWrapperFor(Class<?> type) {
    return false;
  }
}
