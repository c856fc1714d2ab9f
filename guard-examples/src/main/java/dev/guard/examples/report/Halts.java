package dev.guard.examples.report;

import dev.guard.Reason;
import dev.guard.Verdict;
import dev.guard.blastradius.BlastRadiusLimit;
import dev.guard.evidence.InUseCheck;
import dev.guard.killswitch.KillSwitch;
import dev.guard.protection.Protection;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Why everything stopped, without what speaks only against single targets. A verdict keeps one
 * level for all its reasons, so they are told apart by their codes; an unknown code counts as one
 * that halts.
 */
public final class Halts {
  private static final Set<String> OF_ONE_TARGET =
      Set.of(
          Reason.IN_USE,
          Reason.IN_DOUBT,
          Reason.DRY_RUN,
          InUseCheck.UNKNOWN,
          Protection.PROTECTED,
          Protection.UNREADABLE,
          BlastRadiusLimit.WINDOW_USED_UP);

  private static final String INCOMPLETE = "evidence incomplete, see above";

  private Halts() {}

  /**
   * The sentences that say why a verdict halts, each once.
   *
   * @param verdict the verdict
   * @return none if it does not halt
   */
  public static List<String> of(Verdict verdict) {
    if (verdict.level() != Verdict.Level.HALT) {
      return List.of();
    }
    Set<String> halting = new LinkedHashSet<>();
    Set<String> all = new LinkedHashSet<>();
    for (Reason reason : verdict.reasons()) {
      if (!reason.pending()) {
        all.add(reason.toString());
        if (!OF_ONE_TARGET.contains(reason.code())) {
          halting.add(reason.toString());
        }
      }
    }
    return List.copyOf(halting.isEmpty() ? all : halting);
  }

  /**
   * A reason's sentence, or a few words if it was said above for everything.
   *
   * @param reason the reason
   * @param above what was said above
   * @return for people
   */
  public static String briefly(Reason reason, List<String> above) {
    boolean blind =
        reason.code().equals(InUseCheck.UNKNOWN)
            && above.stream().anyMatch(one -> one.startsWith(reason.safeguard() + ": "));
    if (blind) {
      return INCOMPLETE;
    }
    if (!above.contains(reason.toString())) {
      return reason.sentence();
    }
    switch (reason.code()) {
      case Reason.EVIDENCE_INCOMPLETE:
        return INCOMPLETE;
      case KillSwitch.STOPPED:
      case KillSwitch.PAUSED:
        return "stopped, see above";
      case BlastRadiusLimit.OVER_LIMIT:
        return "over the limit, see above";
      default:
        return "halted, see above";
    }
  }

  /**
   * Several sentences in one cell.
   *
   * @param sentences each once or more often
   * @return each once, without a full stop before a semicolon
   */
  public static String joined(List<String> sentences) {
    List<String> bare = new ArrayList<>();
    for (String sentence : new LinkedHashSet<>(sentences)) {
      bare.add(sentence.endsWith(".") ? sentence.substring(0, sentence.length() - 1) : sentence);
    }
    return String.join("; ", bare);
  }
}
