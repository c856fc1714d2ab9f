package dev.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.audit.AuditRecord;
import dev.guard.dryrun.DryRun;
import dev.guard.plan.Selection;
import dev.guard.support.HandTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A permit ends with the effect it was made for, used or not. */
class PermitTest {
  private static final String ACTION = "thing.delete";
  private static final Target A = Target.of("thing", "here", "a");
  private static final Target B = Target.of("thing", "here", "b");

  private final List<AuditRecord> records = new ArrayList<>();
  private final List<Reservation.Settlement> settled = new ArrayList<>();
  private final List<Permit> kept = new ArrayList<>();
  private final Guard guard =
      Guard.named("test")
          .dryRun(DryRun.off())
          .unlimited("limits are tested elsewhere")
          .safeguard(new Holding())
          .audit(records::add)
          .time(new HandTime())
          .build();

  private static Intent intent() {
    return Intent.of(ACTION, A).because("a test");
  }

  private static void isOver(Permit permit, Target target) {
    assertThatThrownBy(() -> permit.check(ACTION, target))
        .isInstanceOf(GuardRefusedException.class)
        .hasMessageContaining("is over");
    assertThatThrownBy(() -> permit.redeem(ACTION, target))
        .isInstanceOf(GuardRefusedException.class)
        .hasMessageContaining("is over");
  }

  @Test
  void law15_onceClosed_anUnusedPermitIsOver() {
    Permit permit = new Permit("test", intent(), null, new HandTime(), Long.MAX_VALUE);
    permit.check(ACTION, A);
    permit.close();
    isOver(permit, A);
  }

  @Test
  void law15_onAMachineThatWasSuspended_aPermitIsLate() {
    HandTime time = new HandTime();
    Permit permit = new Permit("test", intent(), null, time, Duration.ofMinutes(5).toNanos());
    time.jump(Duration.ofMinutes(5)); // the monotonic clock stands still meanwhile
    permit.check(ACTION, A);
    time.jump(Duration.ofMillis(1));
    assertThatThrownBy(() -> permit.redeem(ACTION, A))
        .isInstanceOf(GuardRefusedException.class)
        .hasMessageContaining("is too late");
    time.jump(Duration.ofDays(-1));
    permit.redeem(ACTION, A);
  }

  @Test
  void law15_afterTheEffectReturned_anUnusedPermitIsOver() {
    guard.run(intent(), kept::add);
    isOver(kept.get(0), A);
  }

  @Test
  void law15_afterTheEffectThrew_anUnusedPermitIsOver() {
    IllegalStateException mine = new IllegalStateException("no");
    assertThatThrownBy(
            () ->
                guard.run(
                    intent(),
                    permit -> {
                      kept.add(permit);
                      throw mine;
                    }))
        .isSameAs(mine);
    isOver(kept.get(0), A);
  }

  @Test
  void law15_thePermitOfOneItem_isOverWhileTheNextOneIsActedOn() {
    guard.apply(
        guard.plan(Selection.of(ACTION, List.of(A, B)).because("a test")),
        item -> {
          if (!kept.isEmpty()) {
            isOver(kept.get(0), A);
          }
          kept.add(item.permit());
        });
    assertThat(kept).hasSize(2);
    isOver(kept.get(1), B);
  }

  /** Uses the permit while the engine asks it for its message, which is after the act. */
  private static final class Late extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient Permit permit;
    private transient boolean redeemed;

    Late(Permit permit) {
      this.permit = permit;
    }

    @Override
    public String getMessage() {
      try {
        permit.redeem(ACTION, A);
        redeemed = true;
      } catch (GuardRefusedException refused) {
        permit.notRun();
        return "refused";
      }
      return "redeemed";
    }
  }

  @Test
  void law07_law15_whatIsUsedOrGivenBackAfterTheEffectEnded_isRefusedAndStaysSpent() {
    List<Late> thrown = new ArrayList<>();
    assertThatThrownBy(
            () ->
                guard.run(
                    intent(),
                    permit -> {
                      thrown.add(new Late(permit));
                      throw thrown.get(0);
                    }))
        .isInstanceOf(Late.class);
    assertThat(thrown.get(0).redeemed).isFalse();
    assertThat(settled).containsExactly(Reservation.Settlement.UNKNOWN);
    assertThat(records.get(records.size() - 1).outcome()).isEqualTo("FAILED");
  }

  @Test
  void law15_afterAFailedPrepare_thePermitIsNotRedeemed() {
    List<Late> thrown = new ArrayList<>();
    assertThatThrownBy(
            () ->
                guard.call(
                    intent(),
                    new Effect<Integer, RuntimeException>() {
                      @Override
                      public Integer act(Permit permit) {
                        return 1;
                      }

                      @Override
                      public Optional<String> prepare(Permit permit) {
                        thrown.add(new Late(permit));
                        throw thrown.get(0);
                      }
                    }))
        .isInstanceOf(Late.class);
    assertThat(thrown.get(0).redeemed).isFalse();
    assertThat(settled).containsExactly(Reservation.Settlement.NOT_RUN);
  }

  /** Holds something, so that it is told how the act ended. */
  private final class Holding implements Safeguard {
    @Override
    public String name() {
      return "holding";
    }

    @Override
    public Verdict review(Intent intent) {
      return Verdict.allow();
    }

    @Override
    public Reservation reserve(Intent intent) {
      return (Reservation.Held) settled::add;
    }

    @Override
    public List<Tripwire> tripwires() {
      return List.of(Tripwire.of(() -> true));
    }
  }
}
