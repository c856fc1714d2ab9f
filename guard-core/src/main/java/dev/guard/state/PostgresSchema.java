package dev.guard.state;

import dev.guard.GuardConfigurationException;
import dev.guard.StateException;
import dev.guard.internal.Ids;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * Our tables and how they came to be: numbered steps, each done once, by one process at a time. A
 * schema newer than this Guard is refused.
 */
final class PostgresSchema {
  private static final Pattern PREFIX = Pattern.compile("[a-z][a-z0-9_]{0,29}");

  /** Half of the advisory lock's key: "Guard", in four bytes; the other half is the prefix. */
  private static final int LOCK = 0x47756172;

  private static final List<List<String>> STEPS =
      List.of(
          List.of(
              "create table %sstore (one boolean primary key default true check (one), id text not null)",
              "create table %sdocuments (key text collate \"C\" primary key, version bigint not null,"
                  + " write_id text not null, value bytea not null,"
                  + " changed_at timestamptz not null default clock_timestamp())"),
          List.of(
              "create table %sblobs (digest text collate \"C\" primary key, content bytea not null,"
                  + " stored_at timestamptz not null default clock_timestamp())",
              // compressing what is read whole and once costs more than it saves
              "alter table %sblobs alter column content set storage external"));

  private final String prefix;

  PostgresSchema(String prefix) {
    if (!PREFIX.matcher(prefix).matches()) {
      throw new GuardConfigurationException(
          "The prefix of the tables is a lower-case letter, then at most 29 lower-case letters, digits and underscores.");
    }
    this.prefix = prefix;
  }

  /** SQL of ours, each %s in it replaced by the checked prefix. */
  String sql(String text) {
    return text.replace("%s", prefix);
  }

  /**
   * Brings the tables to this Guard's version and names the store, both under a lock.
   *
   * @return the store's id
   */
  String migrate(PostgresSession session) throws SQLException {
    Connection connection = session.connection();
    int version = version(connection);
    if (version == STEPS.size()) {
      return id(connection);
    }
    try (PreparedStatement lock =
        connection.prepareStatement("select pg_advisory_xact_lock(?, ?)")) {
      lock.setInt(1, LOCK);
      lock.setInt(2, prefix.hashCode());
      lock.execute();
    }
    apply(connection, version(connection));
    String id = id(connection);
    session.commit();
    return id;
  }

  private void apply(Connection connection, int from) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      if (from == 0) {
        statement.execute(
            sql(
                "create table if not exists %smigrations (version int primary key,"
                    + " applied_at timestamptz not null default clock_timestamp())"));
      }
      for (int step = from; step < STEPS.size(); step++) {
        for (String text : STEPS.get(step)) {
          statement.execute(sql(text));
        }
        statement.execute(sql("insert into %smigrations (version) values (" + (step + 1) + ")"));
      }
      if (from == 0) {
        statement.execute(sql("insert into %sstore (id) values ('" + Ids.write() + "')"));
      }
    }
  }

  /**
   * 0 if there are no tables yet. Read from the catalogue itself: what a session has once not found
   * by its name, it may not find again though somebody made it meanwhile.
   */
  private int version(Connection connection) throws SQLException {
    try (PreparedStatement there =
        connection.prepareStatement(
            "select exists (select 1 from pg_class where relname = ? and pg_table_is_visible(oid))")) {
      there.setString(1, prefix + "migrations");
      try (ResultSet row = there.executeQuery()) {
        if (!row.next() || !row.getBoolean(1)) {
          return 0;
        }
      }
    }
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                sql("select coalesce(max(version), 0), count(*) from %smigrations"))) {
      row.next();
      int version = row.getInt(1);
      if (version != row.getInt(2) || version > STEPS.size()) {
        throw new StateException(
            "The tables '"
                + prefix
                + "…' in PostgreSQL have version "
                + version
                + ", this Guard knows versions up to "
                + STEPS.size()
                + ". Use the Guard that made them, or a newer one.");
      }
      return version;
    }
  }

  private String id(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql("select id from %sstore"))) {
      if (!row.next()) {
        throw new StateException(
            "The table '"
                + prefix
                + "store' in PostgreSQL is empty, so which store this is cannot be told. Restore it.");
      }
      return Objects.requireNonNull(row.getString(1), "id");
    }
  }
}
