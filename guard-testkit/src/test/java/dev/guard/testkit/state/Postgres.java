package dev.guard.testkit.state;

/** The server that tests of other packages share: an address of a schema of its own each time. */
public final class Postgres {
  private Postgres() {}

  /** A new address. */
  public static String url() {
    RealPostgres server = RealPostgres.shared();
    return server.plain(server.schema()).getUrl() + "&user=postgres";
  }
}
