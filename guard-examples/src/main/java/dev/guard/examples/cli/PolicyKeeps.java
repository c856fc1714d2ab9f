package dev.guard.examples.cli;

import dev.guard.Reason;
import dev.guard.Target;
import dev.guard.examples.report.PlanView;
import dev.guard.examples.report.Text;
import dev.guard.registry.cleanup.CleanupProposal;
import dev.guard.registry.inventory.RepositoryGraph;
import dev.guard.registry.reference.ContentDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** What policy itself keeps, image by image, in a plan's facts. */
final class PolicyKeeps {
  private PolicyKeeps() {}

  static Map<String, String> facts(CleanupProposal proposal) {
    Map<String, List<String>> byCode = new TreeMap<>();
    for (Map.Entry<Target, Reason> kept : proposal.kept().entrySet()) {
      byCode
          .computeIfAbsent(kept.getValue().code(), code -> new ArrayList<>())
          .add(name(proposal, kept.getKey()) + "  " + kept.getValue().sentence());
    }
    Map<String, String> facts = new TreeMap<>();
    byCode.forEach(
        (code, lines) -> {
          Collections.sort(lines);
          int number = 0;
          for (String line : lines) {
            number++;
            facts.put(String.format(Locale.ROOT, "%s%s.%07d", PlanView.KEEPS, code, number), line);
          }
        });
    return facts;
  }

  private static String name(CleanupProposal proposal, Target target) {
    String repository = target.scope().substring(target.scope().indexOf('/') + 1);
    TreeSet<String> tags = new TreeSet<>();
    for (ContentDigest digest : ContentDigest.parse(target.id()).stream().toList()) {
      proposal
          .inventory()
          .repository(repository)
          .map((RepositoryGraph graph) -> graph.tagsOf(digest))
          .ifPresent(tags::addAll);
    }
    return repository
        + (tags.isEmpty() ? "@" + Text.brief(target.id()) : ":" + String.join(", :", tags));
  }
}
