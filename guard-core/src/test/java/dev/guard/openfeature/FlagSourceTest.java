package dev.guard.openfeature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.Guard;
import dev.guard.Intent;
import dev.guard.Target;
import dev.guard.Verdict;
import dev.guard.killswitch.KillSwitch;
import dev.guard.killswitch.KillSwitch.State;
import dev.openfeature.sdk.Client;
import dev.openfeature.sdk.ErrorCode;
import dev.openfeature.sdk.EvaluationContext;
import dev.openfeature.sdk.FeatureProvider;
import dev.openfeature.sdk.Metadata;
import dev.openfeature.sdk.OpenFeatureAPI;
import dev.openfeature.sdk.ProviderEvaluation;
import dev.openfeature.sdk.Value;
import dev.openfeature.sdk.exceptions.GeneralError;
import dev.openfeature.sdk.providers.memory.Flag;
import dev.openfeature.sdk.providers.memory.InMemoryProvider;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A flag says RUN only if its provider decided so. */
class FlagSourceTest {
  private static final String DOMAIN = "guard-test";

  private final OpenFeatureAPI api = OpenFeatureAPI.getInstance();

  @AfterEach
  void forget() {
    api.shutdown();
  }

  private Client client(FeatureProvider provider) {
    api.setProviderAndWait(DOMAIN, provider);
    return api.getClient(DOMAIN);
  }

  private static Flag<String> text(String variant) {
    return Flag.<String>builder()
        .variant("run", "run")
        .variant("pause", "Pause ")
        .variant("stop", "stop")
        .variant("odd", "maybe")
        .defaultVariant(variant)
        .build();
  }

  private State inMemory(String variant) {
    return FlagSource.of(client(new InMemoryProvider(Map.of("cleanup", text(variant)))), "cleanup")
        .read()
        .state();
  }

  @Test
  void aFlagThatItsProviderDecided_isTaken() {
    assertThat(inMemory("run")).isEqualTo(State.RUN);
    assertThat(inMemory("pause")).isEqualTo(State.PAUSE);
    assertThat(inMemory("stop")).isEqualTo(State.STOP);
    assertThat(inMemory("odd")).isEqualTo(State.STOP);
  }

  @Test
  void aBooleanFlag_enables() {
    Flag<Boolean> on =
        Flag.<Boolean>builder()
            .variant("on", true)
            .variant("off", false)
            .defaultVariant("on")
            .build();
    Flag<Boolean> off =
        Flag.<Boolean>builder()
            .variant("on", true)
            .variant("off", false)
            .defaultVariant("off")
            .build();
    Client client = client(new InMemoryProvider(Map.of("on", on, "off", off, "text", text("run"))));
    assertThat(FlagSource.enabling(client, "on").read().state()).isEqualTo(State.RUN);
    assertThat(FlagSource.enabling(client, "off").read().state()).isEqualTo(State.STOP);
    assertThat(FlagSource.enabling(client, "text").read().state()).isEqualTo(State.STOP);
    assertThat(FlagSource.of(client, "on").read().state()).isEqualTo(State.STOP);
  }

  @Test
  void aFlagThatIsNotThere_isStop() {
    Client client = client(new InMemoryProvider(Map.of()));
    assertThat(FlagSource.of(client, "cleanup").read().why()).contains("FLAG_NOT_FOUND");
    assertThat(FlagSource.enabling(client, "cleanup").read().state()).isEqualTo(State.STOP);
  }

  @Test
  void noProvider_isStop() {
    Client client = api.getClient("nobody provides for this");
    assertThat(FlagSource.of(client, "cleanup").read().state()).isEqualTo(State.STOP);
    assertThat(FlagSource.enabling(client, "cleanup").read().state()).isEqualTo(State.STOP);
  }

  private record Manner(String reason, ErrorCode code) {}

  /** Answers "run" and true in the manner it is told. */
  private static final class Scripted implements FeatureProvider {
    private final Supplier<Manner> manner;

    Scripted(Supplier<Manner> manner) {
      this.manner = manner;
    }

    @Override
    public Metadata getMetadata() {
      return () -> "scripted";
    }

    @SuppressWarnings("unchecked")
    private <T> ProviderEvaluation<T> answer(Object value) {
      Manner how = manner.get();
      return ProviderEvaluation.<T>builder()
          .value((T) value)
          .reason(how.reason())
          .errorCode(how.code())
          .build();
    }

    @Override
    public ProviderEvaluation<Boolean> getBooleanEvaluation(
        String key, Boolean otherwise, EvaluationContext context) {
      return answer(true);
    }

    @Override
    public ProviderEvaluation<String> getStringEvaluation(
        String key, String otherwise, EvaluationContext context) {
      return answer("run");
    }

    @Override
    public ProviderEvaluation<Integer> getIntegerEvaluation(
        String key, Integer otherwise, EvaluationContext context) {
      throw new UnsupportedOperationException();
    }

    @Override
    public ProviderEvaluation<Double> getDoubleEvaluation(
        String key, Double otherwise, EvaluationContext context) {
      throw new UnsupportedOperationException();
    }

    @Override
    public ProviderEvaluation<Value> getObjectEvaluation(
        String key, Value otherwise, EvaluationContext context) {
      throw new UnsupportedOperationException();
    }
  }

  private State scripted(Supplier<Manner> manner) {
    Client client = client(new Scripted(manner));
    State text = FlagSource.of(client, "cleanup").read().state();
    assertThat(FlagSource.enabling(client, "cleanup").read().state()).isEqualTo(text);
    return text;
  }

  @ParameterizedTest
  @ValueSource(strings = {"STATIC", "TARGETING_MATCH", "SPLIT", "CACHED"})
  void reasonsThatAreDecisions_run(String reason) {
    assertThat(scripted(() -> new Manner(reason, null))).isEqualTo(State.RUN);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"DEFAULT", "ERROR", "STALE", "DISABLED", "UNKNOWN", "static", "", "Else\n"})
  void reasonsThatAreNone_stop(String reason) {
    assertThat(scripted(() -> new Manner(reason, null))).isEqualTo(State.STOP);
  }

  @Test
  void noReasonAtAll_stops() {
    assertThat(scripted(() -> new Manner(null, null))).isEqualTo(State.STOP);
  }

  @ParameterizedTest
  @EnumSource(ErrorCode.class)
  void everyErrorCode_stops(ErrorCode code) {
    assertThat(scripted(() -> new Manner("STATIC", code))).isEqualTo(State.STOP);
  }

  @Test
  void aProviderThatThrows_stops() {
    assertThat(
            scripted(
                () -> {
                  throw new GeneralError("the network is gone");
                }))
        .isEqualTo(State.STOP);
  }

  @Test
  void aGuardWithSuchASwitch_actsOnlyWhileTheFlagSaysRun() {
    InMemoryProvider provider = new InMemoryProvider(Map.of("cleanup", text("run")));
    Client client = client(provider);
    Guard guard =
        Guard.named("cleanup")
            .dryRun(dev.guard.dryrun.DryRun.off())
            .killSwitch(KillSwitch.from(FlagSource.of(client, "cleanup")))
            .unlimited("not of interest")
            .audit(record -> {})
            .build();
    Intent intent = Intent.of("row.delete", Target.of("row", "db", "1")).because("a test");
    assertThat(guard.review(intent).allowed()).isTrue();
    provider.updateFlags(Map.of("cleanup", text("stop")));
    assertThat(guard.review(intent).level()).isEqualTo(Verdict.Level.HALT);
    provider.updateFlags(Map.of("cleanup", text("run")));
    assertThat(guard.review(intent).level()).isEqualTo(Verdict.Level.HALT); // latched
    guard.resume("anna", "the flag is back");
    assertThat(guard.review(intent).allowed()).isTrue();
  }

  @Test
  void aBlankName_isNoFlag() {
    assertThatThrownBy(() -> FlagSource.of(client(new InMemoryProvider(Map.of())), " "))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
