package dev.guard.testkit.law;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.testkit.scenario.Scenario;
import dev.guard.testkit.scenario.ScenarioRunner;
import org.junit.jupiter.api.Test;

/** What a failing property prints is played again, exactly. */
class ReplayTest {
  @Test
  void whatAScenarioPrints_isReadBack_andPlaysTheSame() {
    for (Law law : Law.values()) {
      for (long seed = 0; seed < 20; seed++) {
        Scenario scenario = Scenarios.random(law, seed);
        Scenario again = Scenario.parse(scenario.toString());
        assertThat(again).isEqualTo(scenario);
        assertThat(ScenarioRunner.run(again)).isEqualTo(ScenarioRunner.run(scenario));
      }
    }
  }

  @Test
  void theSimplestScenario_isShort_andReplays() {
    Scenario simplest = Scenarios.about(Law.LAW_9, () -> 0);
    assertThat(simplest)
        .hasToString(
            "{\"things\":[{\"id\":\"a\"}],\"execute\":true,\"limits\":{\"perPlan\":100},"
                + "\"script\":[{\"kind\":\"PLAN\"},{\"kind\":\"APPLY\"}]}");
    assertThat(Law.replay(simplest.toString())).isEmpty();
  }

  @Test
  void aScenarioWithAnUnknownWord_isRefused() {
    assertThatThrownBy(() -> Scenario.parse("{\"exekute\":true}"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("exekute");
  }

  @Test
  void aGuardWithoutLimits_doesNotBuild_andTheTraceSaysSo() {
    Scenario scenario = Scenario.parse("{\"things\":[{\"id\":\"a\"}],\"execute\":true}");
    assertThat(ScenarioRunner.run(scenario).notBuilt()).contains("limit");
  }
}
