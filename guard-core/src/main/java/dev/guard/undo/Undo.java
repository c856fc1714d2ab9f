package dev.guard.undo;

import dev.guard.Target;
import dev.guard.audit.AuditRecord;
import dev.guard.audit.AuditRecord.Phase;
import dev.guard.audit.JournalReader;
import dev.guard.plan.Candidate;
import dev.guard.plan.Selection;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * What one run did, the last act first: with what {@code prepare} saved for each, and the targets
 * that nothing was saved for.
 *
 * <pre>{@code
 * Undo undo = Undo.of(JournalReader.at(Path.of("journal")), "row-cleanup", run);
 * Plan plan = guard.plan(undo.selection("row.restore", it -> it));
 * Report report = guard.apply(plan, item -> dao.insert(undo.material(item.target())));
 * }</pre>
 *
 * <p>An undo is a plan like any other: asked about, limited, stopped and recorded. What a run left
 * in doubt or failed on is not undone: nobody knows that it happened. Immutable and thread-safe.
 */
public final class Undo {
  private final String run;
  private final Map<Target, String> materials;
  private final List<Target> lost;

  private Undo(String run, Map<Target, String> materials, List<Target> lost) {
    this.run = run;
    this.materials = Collections.unmodifiableMap(materials);
    this.lost = List.copyOf(lost);
  }

  private record Act(String op, Target target) {}

  /**
   * Reads what a run did.
   *
   * @param journal the journal
   * @param guard the guard's name
   * @param run the run's name, as the journal and reports give it
   * @return what can be taken back and what cannot
   * @throws dev.guard.AuditException if the journal cannot be read or is damaged
   */
  public static Undo of(JournalReader journal, String guard, String run) {
    Map<Act, String> saved = new HashMap<>();
    List<Act> done = new ArrayList<>();
    journal.forEach(
        entry -> {
          AuditRecord record = entry.record();
          if (!record.guard().equals(guard) || !record.run().equals(run)) {
            return;
          }
          for (Target target : record.targets()) {
            Act act = new Act(record.op(), target);
            String undo = record.undo();
            if (record.phase() == Phase.PREPARED && undo != null) {
              saved.put(act, undo);
            } else if (record.phase() == Phase.OUTCOME && "DONE".equals(record.outcome())) {
              done.add(act);
            }
          }
        });
    Collections.reverse(done);
    Map<Target, String> materials = new LinkedHashMap<>();
    List<Target> lost = new ArrayList<>();
    for (Act act : done) {
      String material = saved.get(act);
      if (material == null) {
        lost.add(act.target());
      } else {
        materials.putIfAbsent(act.target(), material);
      }
    }
    return new Undo(run, materials, lost);
  }

  /**
   * What was saved for each target, the last act first.
   *
   * @return references as {@code prepare} gave them
   */
  public Map<Target, String> materials() {
    return materials;
  }

  /**
   * What was saved for a target.
   *
   * @param target the target
   * @return the reference
   * @throws IllegalArgumentException if the run did not act on it, or nothing was saved
   */
  public String material(Target target) {
    String material = materials.get(target);
    if (material == null) {
      throw new IllegalArgumentException(
          "Run " + run + " saved nothing by which " + target + " could be put back.");
    }
    return material;
  }

  /**
   * What was done and nothing was saved for: it cannot be taken back.
   *
   * @return the last act first
   */
  public List<Target> lost() {
    return lost;
  }

  /**
   * The targets to put back, the last act first, as candidates of a plan.
   *
   * @param action the action's name, for example {@code row.restore}
   * @param marked adds what must still be true of a target when it is put back
   * @return the selection
   */
  public Selection selection(String action, UnaryOperator<Candidate> marked) {
    List<Candidate> candidates = new ArrayList<>();
    materials.keySet().forEach(target -> candidates.add(marked.apply(Candidate.of(target))));
    return Selection.ofCandidates(action, candidates).because("undo of run " + run);
  }
}
