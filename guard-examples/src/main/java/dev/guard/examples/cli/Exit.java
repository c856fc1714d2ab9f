package dev.guard.examples.cli;

/** The exit codes, the same for all commands. */
enum Exit {
  /** Done, clean. */
  CLEAN(0),
  /** Found something: a missing image, a damaged journal. */
  FOUND(1),
  /** Usage, configuration, an unusable plan, a missing context, rejected credentials. */
  USAGE(2),
  /** Unreachable, denied, or incomplete evidence. */
  UNREADABLE(3),
  /** Refused or halted. */
  REFUSED(4),
  /** Partly failed. */
  PARTLY(5),
  /** In doubt. */
  IN_DOUBT(6);

  private final int code;

  Exit(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }
}
