package dev.guard.examples.cli;

import picocli.CommandLine.Command;

/** {@code guard audit}. */
@Command(
    name = "audit",
    description = {"Reads the journal: what was done, by whom, and why.", ""},
    subcommands = {AuditVerify.class, AuditShow.class, AuditUnsettled.class})
final class AuditCommand extends CommandGroup {
  AuditCommand() {
    super("Say what to do with the journal: guard audit verify, show or unsettled.");
  }
}
