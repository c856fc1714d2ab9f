package dev.guard.audit;

import dev.guard.Digest;
import dev.guard.Reason;
import dev.guard.Target;
import dev.guard.audit.AuditRecord.Phase;
import java.util.List;

/** Records for tests. */
final class Records {
  private Records() {}

  static AuditRecord of(String run, String op, Phase phase, String outcome, Target... targets) {
    return of(run, op, phase, outcome, "older than 30 days", targets);
  }

  static AuditRecord of(
      String run, String op, Phase phase, String outcome, String because, Target... targets) {
    return new AuditRecord(
        run,
        op,
        "g",
        phase,
        "execute",
        "tester",
        "image.delete",
        List.of(targets),
        because,
        Digest.of("plan").text(),
        List.of(),
        outcome,
        null,
        null);
  }

  static AuditRecord human(String guard, String action, Target... targets) {
    return new AuditRecord(
        "people",
        "1",
        guard,
        Phase.HUMAN,
        "execute",
        "ada",
        action,
        List.of(targets),
        "I asked the registry",
        null,
        List.of(),
        "DONE",
        null,
        null);
  }

  static AuditRecord full() {
    return new AuditRecord(
        "run-1",
        "7",
        "clean up \"prod\"",
        Phase.OUTCOME,
        "execute",
        "Ädä Lövelace",
        "image.delete",
        List.of(
            Target.of("image", "registry.example.com/team/app", "sha256:1").with("tags", "v1,v2"),
            Target.of("image", "registry.example.com/team/app", "sha256:2")),
        "older than 30 days\nand unused",
        Digest.of("plan").text(),
        List.of(
            Reason.of("blast-radius", "over-limit", "Too many.").at("prod/Deployment/shop/api"),
            Reason.pending("soak", "not-soaked", "Two days to go.")),
        "FAILED",
        "java.io.IOException: {\"evil\":true}",
        "blob:sha256:42");
  }
}
