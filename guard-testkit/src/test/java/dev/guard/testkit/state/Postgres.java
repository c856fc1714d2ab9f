package dev.guard.testkit.state;

import dev.guard.time.Time;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/** The server that tests of other packages share: an address of a schema of its own each time. */
public final class Postgres {
  private Postgres() {}

  /** A new address. Whoever connects by it can be told from others. */
  public static String url() {
    RealPostgres server = RealPostgres.shared();
    String schema = server.schema();
    return server.plain(schema).getUrl() + "&user=postgres&ApplicationName=" + schema;
  }

  private static String name(String url) {
    return url.substring(url.lastIndexOf('=') + 1);
  }

  /**
   * Waits for what was sent by an address to be over. The server ends the statement of a process
   * that was killed, but not at the moment at which the process ends.
   */
  public static void calm(String url) {
    until(url, "true", "0");
  }

  /** Waits for a statement sent by an address to wait for a lock. */
  public static void stuck(String url) {
    until(url, "wait_event_type = 'Lock'", "1");
  }

  private static void until(String url, String which, String many) {
    long most = Time.system().nanos() + Duration.ofMinutes(1).toNanos();
    String sql =
        "select count(*) from pg_stat_activity where application_name = '"
            + name(url)
            + "' and "
            + which;
    while (!RealPostgres.shared().ask("public", sql).equals(many)) {
      if (Time.system().nanos() > most) {
        throw new IllegalStateException("Not " + many + " of " + sql);
      }
    }
  }

  /** Makes commits of documents of a kind wait for as long as the answer is not closed. */
  public static Connection holdCommits(String url, String kind) throws SQLException {
    RealPostgres server = RealPostgres.shared();
    server.execute(
        name(url),
        "create function wait() returns trigger language plpgsql as"
            + " 'begin perform pg_advisory_xact_lock(4711); return new; end';"
            + "create constraint trigger wait after insert or update on guard_documents"
            + " deferrable initially deferred for each row when"
            + " (new.key like 'guard/"
            + kind
            + "/%') execute function wait()");
    Connection holder = server.plain(name(url)).getConnection();
    try (Statement statement = holder.createStatement()) {
      statement.execute("select pg_advisory_lock(4711)");
    }
    return holder;
  }
}
