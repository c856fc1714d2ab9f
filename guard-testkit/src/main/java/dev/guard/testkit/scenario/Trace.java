package dev.guard.testkit.scenario;

import dev.guard.audit.AuditRecord;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What came of a scenario, as plain data: every contact between the guard and its surroundings in
 * order, the journal, and the answers to what was asked.
 *
 * @param notBuilt why the guard did not build at first, or null if it did
 * @param log every contact in order
 * @param journal every append in order
 * @param asked one answer for each move of the script that was played
 * @param compared what comparing guards found
 */
public record Trace(
    @Nullable String notBuilt,
    List<Happened> log,
    List<Written> journal,
    List<Asked> asked,
    List<Compared> compared) {

  /** Copies. */
  public Trace {
    log = List.copyOf(log);
    journal = List.copyOf(journal);
    asked = List.copyOf(asked);
    compared = List.copyOf(compared);
  }

  /** The kinds of contacts. */
  public enum What {
    /** A tripwire of a scripted safeguard was tried. */
    PROVE,
    /** A scripted safeguard was asked about a target. */
    REVIEW,
    /** A scripted safeguard was asked about a whole plan. */
    WHOLE,
    /** A scripted safeguard was told to read its sources anew. */
    REFRESH,
    /** A scripted safeguard was asked to reserve. */
    RESERVE,
    /** A reservation was settled. */
    SETTLE,
    /** The guard waits; what is said are the milliseconds. */
    WAIT,
    /** The switch's source was read. */
    SWITCH,
    /** A source of evidence was read. */
    SOURCE,
    /** A fingerprint was read anew. */
    FINGERPRINT,
    /** The effect was asked to prepare. */
    PREPARE,
    /** The effect was asked to act. */
    ACT,
    /** The effect was asked to rehearse. */
    REHEARSE,
    /** A permit was redeemed as it should be. */
    REDEEM,
    /** A permit was misused. */
    MISUSE,
    /** The world was touched. */
    DEED,
    /** Something happened to the world. */
    EVENT
  }

  /**
   * One contact.
   *
   * @param step when, counted from 1
   * @param move during which move of the script
   * @param what what kind
   * @param who which safeguard or source, or the kind of event; empty if there is no choice
   * @param id about which target, or empty
   * @param said what was answered
   * @param wall the wall clock, in milliseconds
   * @param nanos the monotonic clock
   */
  public record Happened(
      int step, int move, What what, String who, String id, String said, long wall, long nanos) {}

  /**
   * One append to the journal.
   *
   * @param step when, on the same count as contacts
   * @param move during which move of the script
   * @param record the record
   * @param taken whether the journal has it
   * @param acknowledged whether the guard knows
   */
  public record Written(
      int step, int move, AuditRecord record, boolean taken, boolean acknowledged) {
    /**
     * The ids of its targets.
     *
     * @return in order
     */
    public List<String> ids() {
      return record.targets().stream().map(target -> target.id()).toList();
    }
  }

  /**
   * What the guard answered.
   *
   * @param move which move of the script
   * @param kind what was asked
   * @param id about which target, or null
   * @param from the first step of the move
   * @param to the last step of the move
   * @param wall the wall clock when it began, in milliseconds
   * @param error the simple name of what was thrown, or null
   * @param effectsOwn whether what was thrown is the effect's own
   * @param outcome of a single call: Done, Simulated, Refused; else null
   * @param level the verdict's level, or the halt's, or null
   * @param codes the codes of the verdict's reasons
   * @param names the safeguards of the verdict's reasons
   * @param plan of PLAN and APPLY: the plan, as far as there is one
   * @param fates of an APPLY that returned: what the report says of each target, in its order
   * @param executed whether the report says that it was executed
   */
  public record Asked(
      int move,
      Scenario.Kind kind,
      @Nullable String id,
      int from,
      int to,
      long wall,
      @Nullable String error,
      boolean effectsOwn,
      @Nullable String outcome,
      @Nullable String level,
      List<String> codes,
      List<String> names,
      @Nullable Planned plan,
      @Nullable Map<String, String> fates,
      boolean executed) {
    /**
     * What the report says of each target.
     *
     * @return empty if there is no report
     */
    public Optional<Map<String, String>> report() {
      return Optional.ofNullable(fates);
    }
  }

  /**
   * A plan.
   *
   * @param digest its digest
   * @param items the ids of its items in order
   * @param going the ids of those that would go
   * @param expires when it expires, in milliseconds
   * @param incomplete whether its verdict says that evidence was incomplete
   * @param forged whether the scenario forged it
   * @param unfit why no guard may take it (altered, foreign, protection changed), or null
   */
  public record Planned(
      String digest,
      List<String> items,
      List<String> going,
      long expires,
      boolean incomplete,
      boolean forged,
      @Nullable String unfit) {}

  /**
   * One target reviewed by several guards of the same state.
   *
   * @param move during which move of the script
   * @param id the target
   * @param orders what guards with the safeguards in different orders said
   * @param without what guards without one of the scripted safeguards said
   * @param live what the executing guard said
   * @param dry what the guard in dry run said
   */
  public record Compared(
      int move, String id, List<Said> orders, Map<String, Said> without, Said live, Said dry) {}

  /**
   * A verdict.
   *
   * @param level its level, as an ordinal: 0 is ALLOW
   * @param reasons safeguard, code and sentence of its reasons, in the order given
   */
  public record Said(int level, List<String> reasons) {}
}
