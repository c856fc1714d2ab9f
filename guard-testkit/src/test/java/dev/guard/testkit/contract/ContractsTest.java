package dev.guard.testkit.contract;

import dev.guard.Intent;
import dev.guard.Safeguard;
import dev.guard.Target;
import dev.guard.Tripwire;
import dev.guard.audit.AuditRecord;
import dev.guard.audit.AuditSink;
import dev.guard.audit.FanOut;
import dev.guard.audit.JournalReader;
import dev.guard.audit.JournalSink;
import dev.guard.audit.Slf4jSink;
import dev.guard.blastradius.BlastRadiusLimit;
import dev.guard.evidence.ReferenceSource;
import dev.guard.killswitch.KillSwitch;
import dev.guard.killswitch.KillSwitch.Source;
import dev.guard.killswitch.KillSwitch.State;
import dev.guard.protection.Protection;
import dev.guard.rollout.Gate;
import dev.guard.testkit.FaultySink;
import dev.guard.testkit.FaultySink.When;
import dev.guard.testkit.ManualTime;
import dev.guard.testkit.RecordingSink;
import dev.guard.testkit.ScriptedSwitch;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

/** What core brings keeps the contracts that users' own collaborators are held to. */
class ContractsTest {
  private static Intent intent(String id) {
    return Intent.of("probe.delete", Target.of("probe", "contract", id)).because("a test");
  }

  private static Safeguard vetoesAll() {
    return Safeguard.refuseIf("vetoes all", intent -> true, Tripwire.of(() -> true));
  }

  @Nested
  class ACondition implements SafeguardContract {
    @Override
    public Safeguard safeguard() {
      return Safeguard.refuseIf(
          "not a", intent -> isA(intent), Tripwire.of(() -> isA(intent("a"))));
    }

    private static boolean isA(Intent intent) {
      return intent.targets().get(0).id().equals("a");
    }

    @Override
    public List<Intent> allowed() {
      return List.of(intent("b"), intent("c"));
    }

    @Override
    public List<Intent> refused() {
      return List.of(intent("a"));
    }

    @Override
    public Safeguard unreadable() {
      return Safeguard.refuseIf(
          "asks",
          intent -> {
            throw new IllegalStateException("nobody answers");
          },
          Tripwire.of(() -> true));
    }
  }

  @Nested
  class AProtection implements SafeguardContract {
    @Override
    public Safeguard safeguard() {
      return Protection.ids(List.of("a", "z"));
    }

    @Override
    public List<Intent> allowed() {
      return List.of(intent("b"));
    }

    @Override
    public List<Intent> refused() {
      return List.of(intent("a"), intent("z"));
    }

    @Override
    public Safeguard unreadable() {
      return vetoesAll();
    }
  }

  @Nested
  class ALimit implements SafeguardContract {
    @Override
    public Safeguard safeguard() {
      return BlastRadiusLimit.singleCalls(1)
          .bind("contract", ManualTime.at(Instant.EPOCH), Optional::empty);
    }

    @Override
    public List<Intent> allowed() {
      return List.of(intent("b"));
    }

    @Override
    public List<Intent> refused() {
      Target one = Target.of("probe", "contract", "1");
      Target two = Target.of("probe", "contract", "2");
      return List.of(Intent.of("probe.delete", List.of(one, two)).because("a test"));
    }

    @Override
    public Safeguard unreadable() {
      return vetoesAll();
    }
  }

  @Nested
  class AKillSwitch implements SafeguardContract {
    @Override
    public Safeguard safeguard() {
      return KillSwitch.supplier("flag", () -> State.RUN);
    }

    @Override
    public List<Intent> allowed() {
      return List.of(intent("b"));
    }

    @Override
    public List<Intent> refused() {
      return List.of();
    }

    @Override
    public Safeguard unreadable() {
      return KillSwitch.supplier(
          "flag",
          () -> {
            throw new IllegalStateException("nobody answers");
          });
    }
  }

  @Nested
  class AScriptedSwitch implements SwitchSourceContract {
    private final ScriptedSwitch source = new ScriptedSwitch();

    @Override
    public Source source() {
      return source;
    }

    @Override
    public void say(State state) {
      source.say(ScriptedSwitch.Says.valueOf(state.name()));
    }

    @Override
    public void breakIt() {
      source.say(ScriptedSwitch.Says.THROWS);
    }
  }

  @Nested
  class TheJournal implements AuditSinkContract {
    @TempDir private Path home;
    private JournalSink journal;

    @Override
    public AuditSink sink() {
      journal = JournalSink.at(home.resolve("journal"));
      return journal;
    }

    @Override
    public List<AuditRecord> kept() {
      List<AuditRecord> kept = new ArrayList<>();
      JournalReader.at(home.resolve("journal")).forEach(entry -> kept.add(entry.record()));
      kept.removeIf(record -> record.guard().equals("journal")); // that it begins, said by itself
      return kept;
    }

    @Override
    public void breakIt() {
      journal.close();
    }

    @AfterEach
    void close() {
      if (journal != null) {
        journal.close();
      }
    }
  }

  @Nested
  class AFanOut implements AuditSinkContract {
    private final RecordingSink records = new RecordingSink();
    private final FaultySink second = FaultySink.over(new RecordingSink());
    private int appends;

    @Override
    public AuditSink sink() {
      AuditSink counted =
          record -> {
            appends++;
            second.append(record);
          };
      return FanOut.required(records).and(counted).bestEffort(Slf4jSink.named("contract"));
    }

    @Override
    public List<AuditRecord> kept() {
      return records.records();
    }

    @Override
    public void breakIt() {
      second.failAt(appends + 1, When.FROM_NOW_ON);
    }
  }

  @Nested
  class AGate implements HealthGateContract {
    @Override
    public Gate healthy() {
      return Samples.gate(() -> 0);
    }

    @Override
    public Gate unhealthy() {
      return Samples.gate(() -> 50);
    }

    @Override
    public Gate unreadable() {
      return Samples.gate(
          () -> {
            throw new IOException("nobody answers");
          });
    }
  }

  @Nested
  class AList implements ReferenceSourceContract {
    private final Samples.Listed listed =
        new Samples.Listed(ManualTime.at(Instant.EPOCH.plus(Duration.ofDays(9))));

    @Override
    public ReferenceSource source() {
      return listed;
    }

    @Override
    public void declare(Set<String> references) {
      listed.declared = references;
    }

    @Override
    public void hide() {
      listed.hidden = true;
    }
  }
}
