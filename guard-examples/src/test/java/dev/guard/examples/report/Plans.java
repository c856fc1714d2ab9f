package dev.guard.examples.report;

import dev.guard.Digest;
import dev.guard.Fingerprint;
import dev.guard.Population;
import dev.guard.Reason;
import dev.guard.Target;
import dev.guard.Verdict;
import dev.guard.plan.Plan;
import dev.guard.plan.PlanItem;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Plans for tests. */
final class Plans {
  static final Instant NOW = Instant.parse("2026-03-01T02:00:00Z");
  static final String HOSTILE =
      "v1<script>document.title='pwned'</script>\"'><img src=x onerror=\"document.title='pwned'\">";

  private Plans() {}

  static Target image(String repository, String tags, int number) {
    return Target.of(
            "image", "registry.example.com/" + repository, Digest.of("image " + number).text())
        .with("tags", tags);
  }

  static PlanItem going(String repository, String tags, int number) {
    return new PlanItem(
        image(repository, tags, number),
        Verdict.simulate(Reason.pending("dry run", Reason.DRY_RUN, "dry run")),
        Fingerprint.of("tags", tags),
        "first seen 45 days ago, older than 30d",
        List.of());
  }

  static PlanItem kept(String repository, String tags, int number, String where) {
    return new PlanItem(
        image(repository, tags, number),
        Verdict.refuse(Reason.of("in use", "in-use", "in use at 1 place").at(where)),
        Fingerprint.of("tags", tags),
        "first seen 90 days ago, older than 30d",
        List.of());
  }

  static Plan plan(
      List<PlanItem> items, Verdict verdict, Map<String, String> facts, List<String> unread) {
    return Plan.of(
        new Plan.Header(
            "image-cleanup",
            "registry.delete",
            "older than 30d and not among the 5 newest",
            "ada",
            NOW,
            NOW.plus(Duration.ofDays(1)),
            Digest.of("protection"),
            Population.of(204),
            unread,
            facts),
        items,
        verdict);
  }

  /** Twelve go, two are in use, and policy keeps the other 190 of 204. */
  static Plan accounted() {
    Map<String, String> facts = new TreeMap<>(typical().header().facts());
    facts.put(PlanView.KEPT + "too-young", "190");
    for (int i = 0; i < 190; i++) {
      facts.put(
          PlanView.KEEPS + String.format("too-young.%07d", i),
          "team/web:2." + i + "  only 3 days old, not yet 30 days");
    }
    return plan(typical().items(), Verdict.allow(), facts, List.of());
  }

  static Plan typical() {
    List<PlanItem> items = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      items.add(going("team/api", "1.0." + i, i));
    }
    items.add(
        kept(
            "shop/api",
            "2026.01",
            100,
            "prod/Deployment/shop/api spec.template.spec.containers[0].image replicas 0"));
    items.add(
        kept(
            "shop/report",
            "7",
            101,
            "prod/CronJob/shop/report spec.jobTemplate.spec.template.spec.containers[0].image suspended"));
    return plan(
        items,
        Verdict.allow(),
        Map.of(
            PlanView.PER_PLAN,
            "50",
            PlanView.PERCENT,
            "10",
            PlanView.PER_DAY,
            "200",
            PlanView.BYTES,
            "1234567890",
            "evidence",
            "2 clusters read completely, 1 284 references"),
        List.of());
  }

  static Plan hostile() {
    return plan(
        List.of(
            going(HOSTILE, HOSTILE, 1),
            kept("a\u001b[31mred\u202Eevil", "\u0007bell\nline", 2, "prod/" + HOSTILE)),
        Verdict.halt(
            Reason.of("blast radius", "over-limit", "allows 1 per plan, 2 asked " + HOSTILE)),
        Map.of(PlanView.PER_PLAN, "0", HOSTILE, HOSTILE),
        List.of("tags of " + HOSTILE + " answered 500"));
  }
}
