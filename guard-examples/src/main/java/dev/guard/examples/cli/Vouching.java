package dev.guard.examples.cli;

import dev.guard.Digest;
import dev.guard.evidence.Acknowledgement;
import dev.guard.evidence.Reference;
import dev.guard.examples.report.Text;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Which acknowledgements counted, which did not, and what still lacks one. Thread-safe. */
final class Vouching {
  private static final int MOST = 20;
  private static final int FIRST = 10;

  private final Set<Acknowledgement> counted = new LinkedHashSet<>();
  private final Set<String> waived = new LinkedHashSet<>();
  private final Set<String> lacking = new LinkedHashSet<>();

  synchronized void counts(Acknowledgement word, Reference reference) {
    counted.add(word);
    waived.add(
        "Waived, because "
            + word.who()
            + " vouches for it: "
            + Text.clean(reference.value())
            + " at "
            + word.place()
            + ".");
  }

  synchronized void lacks(Reference reference) {
    lacking.add(
        "To vouch for "
            + Text.clean(reference.value())
            + ": acknowledge: [{object: \""
            + Text.clean(reference.place())
            + "\", path: \""
            + Text.clean(reference.path())
            + "\", sha256: "
            + Digest.of(reference.value()).hex()
            + ", who: …, why: …, until: …}]");
  }

  /** Sentences for the plan, numbered, as facts with the given beginning. */
  synchronized Map<String, String> facts(String begin, List<Acknowledgement> words, Instant now) {
    Set<String> notes = new LinkedHashSet<>(waived);
    for (Acknowledgement word : words) {
      if (!now.isBefore(word.until())) {
        notes.add("The acknowledgement for " + word.place() + " expired at " + word.until() + ".");
      } else if (!counted.contains(word)) {
        notes.add(
            "The acknowledgement for "
                + word.place()
                + " matches nothing: the place is gone, its value changed, or it can be understood.");
      }
    }
    notes.addAll(lacking);
    Map<String, String> facts = new TreeMap<>();
    for (String note : notes) {
      if (facts.size() < MOST) {
        facts.put(begin + (FIRST + facts.size()), note);
      }
    }
    return facts;
  }
}
