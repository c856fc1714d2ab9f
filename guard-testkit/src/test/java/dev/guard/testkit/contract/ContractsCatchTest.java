package dev.guard.testkit.contract;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.Intent;
import dev.guard.Reason;
import dev.guard.Reservation;
import dev.guard.Safeguard;
import dev.guard.Target;
import dev.guard.Tripwire;
import dev.guard.Verdict;
import dev.guard.audit.AuditRecord;
import dev.guard.audit.AuditSink;
import dev.guard.evidence.ReferenceSnapshot;
import dev.guard.evidence.ReferenceSource;
import dev.guard.killswitch.KillSwitch.Reading;
import dev.guard.killswitch.KillSwitch.Source;
import dev.guard.killswitch.KillSwitch.State;
import dev.guard.rollout.Gate;
import dev.guard.testkit.ManualTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * The contracts would notice: each wrong collaborator here fails the test that is named with it.
 */
class ContractsCatchTest {
  private interface Part<C> {
    void run(C contract) throws Exception;
  }

  private static <C> void caught(C wrong, Part<C> part) {
    assertThatThrownBy(() -> part.run(wrong)).isInstanceOf(AssertionError.class);
  }

  private static Intent intent(String id) {
    return Intent.of("probe.delete", Target.of("probe", "contract", id)).because("a test");
  }

  private record Judged(Supplier<Safeguard> made, Safeguard unreadable)
      implements SafeguardContract {
    @Override
    public Safeguard safeguard() {
      return made.get();
    }

    @Override
    public List<Intent> allowed() {
      return List.of(intent("good"));
    }

    @Override
    public List<Intent> refused() {
      return List.of(intent("bad"));
    }
  }

  private static Safeguard safeguard(
      String name, Function<Intent, Verdict> review, Function<Intent, Reservation> reserve) {
    return new Safeguard() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public Verdict review(Intent intent) {
        return review.apply(intent);
      }

      @Override
      public Reservation reserve(Intent intent) {
        return reserve.apply(intent);
      }

      @Override
      public List<Tripwire> tripwires() {
        return name.equals("dead") ? List.of(Tripwire.of(() -> false)) : List.of();
      }
    };
  }

  private static Verdict no(String name) {
    return Verdict.refuse(Reason.of(name, "no", "No."));
  }

  private static Judged judged(Safeguard one) {
    return new Judged(() -> one, one);
  }

  @Test
  void wrongSafeguards_areCaught() {
    Safeguard lax = safeguard("lax", intent -> Verdict.allow(), intent -> Reservation.none());
    caught(judged(lax), SafeguardContract::judges);
    caught(judged(lax), SafeguardContract::itsTripwiresTrip);
    caught(judged(lax), SafeguardContract::unreadableIsNotAllowed);
    Safeguard dead = safeguard("dead", intent -> Verdict.allow(), intent -> Reservation.none());
    caught(judged(dead), SafeguardContract::itsTripwiresTrip);
    Safeguard blank = safeguard(" ", intent -> Verdict.allow(), intent -> Reservation.none());
    caught(judged(blank), SafeguardContract::hasAName);
    Safeguard foreign =
        safeguard(
            "mine",
            intent -> intent.targets().get(0).id().equals("bad") ? no("another") : Verdict.allow(),
            intent -> Reservation.none());
    caught(judged(foreign), SafeguardContract::judges);
    AtomicInteger asked = new AtomicInteger();
    Safeguard counts =
        safeguard(
            "counts",
            intent ->
                intent.targets().get(0).id().equals("bad") || asked.incrementAndGet() > 5
                    ? no("counts")
                    : Verdict.allow(),
            intent -> Reservation.none());
    caught(judged(counts), SafeguardContract::reviewsChangeNothing);
    AtomicInteger held = new AtomicInteger();
    Safeguard leaks =
        safeguard(
            "leaks",
            intent -> Verdict.allow(),
            intent ->
                held.incrementAndGet() > 5
                    ? Reservation.Denied.of(Reason.of("leaks", "no", "No."))
                    : Reservation.none());
    caught(judged(leaks), SafeguardContract::whatDidNotRunIsGivenBack);
  }

  /** Reads its system in a manner of its own. */
  private static final class Switched implements SwitchSourceContract {
    private final Function<Switched, Reading> manner;
    private State said = State.RUN;
    private boolean broken;
    private Reading first;

    Switched(Function<Switched, Reading> manner) {
      this.manner = manner;
    }

    @Override
    public Source source() {
      return new Source() {
        @Override
        public String name() {
          return "switched";
        }

        @Override
        public Reading read() {
          return manner.apply(Switched.this);
        }
      };
    }

    private Reading reading() {
      return said == State.RUN ? Reading.run() : new Reading(said, "it says so");
    }

    @Override
    public void say(State state) {
      said = state;
      broken = false;
    }

    @Override
    public void breakIt() {
      broken = true;
    }
  }

  @Test
  void wrongSwitches_areCaught() {
    Function<Switched, Reading> once =
        at -> {
          at.first = at.first == null ? at.reading() : at.first;
          return at.first;
        };
    caught(new Switched(once), SwitchSourceContract::readsAnew);
    Function<Switched, Reading> hopeful = at -> at.broken ? Reading.run() : at.reading();
    caught(new Switched(hopeful), SwitchSourceContract::unreadableIsNotRun);
    Function<Switched, Reading> deaf = at -> Reading.stop("always");
    caught(new Switched(deaf), SwitchSourceContract::saysWhatItsSystemSays);
    Function<Switched, Reading> sulks =
        at -> {
          at.first = at.broken || at.first != null ? Reading.stop("was broken once") : null;
          return at.first == null ? at.reading() : at.first;
        };
    Switched sulking = new Switched(sulks);
    sulking.breakIt();
    sulking.source().read();
    caught(sulking, SwitchSourceContract::canBeMended);
  }

  /** Keeps records in a manner of its own. */
  private record Kept(List<AuditRecord> records, AuditSink sink) implements AuditSinkContract {
    @Override
    public List<AuditRecord> kept() {
      return List.copyOf(records);
    }

    @Override
    public void breakIt() {}
  }

  @Test
  void wrongSinks_areCaught() {
    List<AuditRecord> kept = new ArrayList<>();
    caught(new Kept(kept, record -> {}), AuditSinkContract::keepsWhatWasAppended);
    caught(new Kept(kept, record -> kept.add(0, record)), AuditSinkContract::keepsWhatWasAppended);
    caught(new Kept(kept, kept::add), AuditSinkContract::throwsIfItCannotKeepIt);
    kept.clear();
    AuditSink oneLine =
        record -> {
          if (!record.targets().get(0).id().contains("\n")) {
            kept.add(record);
          }
        };
    caught(new Kept(kept, oneLine), AuditSinkContract::keepsWhateverATargetIsCalled);
    AuditSink mirror =
        new AuditSink() {
          @Override
          public void append(AuditRecord record) {
            kept.add(record);
          }

          @Override
          public boolean durable() {
            return false;
          }
        };
    caught(new Kept(kept, mirror), AuditSinkContract::saysItIsDurable);
  }

  private record Gated(Gate healthy, Gate unhealthy, Gate unreadable)
      implements HealthGateContract {}

  @Test
  void wrongGates_areCaught() {
    Gate open = Gate.Answer::pass;
    Gate shut = () -> Gate.Answer.fail("always");
    caught(new Gated(open, open, open), HealthGateContract::illHealthFails);
    caught(new Gated(open, shut, open), HealthGateContract::notKnowingIsNotPassing);
    caught(new Gated(shut, shut, shut), HealthGateContract::healthPasses);
    caught(new Gated(open, shut, () -> null), HealthGateContract::notKnowingIsNotPassing);
  }

  /** A list that is read in a manner of its own. */
  private static final class Wrong extends Samples.Listed implements ReferenceSourceContract {
    private final Function<Wrong, ReferenceSnapshot> manner;
    private ReferenceSnapshot first;

    Wrong(Function<Wrong, ReferenceSnapshot> manner) {
      super(ManualTime.at(Instant.EPOCH));
      this.manner = manner;
    }

    @Override
    public ReferenceSource source() {
      return this;
    }

    @Override
    public ReferenceSnapshot read() {
      return manner.apply(this);
    }

    private ReferenceSnapshot right() {
      return super.read();
    }

    private static ReferenceSnapshot complete(
        String source, List<dev.guard.evidence.Reference> of) {
      return new ReferenceSnapshot.Complete(source, Instant.EPOCH, of);
    }

    @Override
    public void declare(Set<String> references) {
      declared = references;
    }

    @Override
    public void hide() {
      hidden = true;
    }
  }

  @Test
  void wrongSources_areCaught() {
    caught(
        new Wrong(at -> at.hidden ? Wrong.complete("list", List.of()) : at.right()),
        ReferenceSourceContract::whatIsHiddenIsNotAbsent);
    caught(
        new Wrong(
            at -> {
              at.first = at.first == null ? at.right() : at.first;
              return at.first;
            }),
        ReferenceSourceContract::readsAnew);
    caught(
        new Wrong(at -> Wrong.complete("list", at.right().references().subList(0, 1))),
        ReferenceSourceContract::findsWhatIsDeclared);
    caught(
        new Wrong(at -> Wrong.complete("another", at.right().references())),
        ReferenceSourceContract::hasAName);
  }
}
