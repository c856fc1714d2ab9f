package dev.guard.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.killswitch.KillSwitch.Reading;
import dev.guard.killswitch.KillSwitch.State;
import dev.guard.time.Time;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigMapSwitchTest {
  private static final String PATH = "/api/v1/namespaces/guard/configmaps/guard-switch";

  @TempDir Path directory;
  private final StubCluster cluster = new StubCluster();
  private ClusterConnection connection;
  private ConfigMapSwitch source;

  @BeforeEach
  void connect() {
    connection = open(Duration.ofSeconds(20));
    source = ConfigMapSwitch.at(connection, "guard", "guard-switch");
  }

  private ClusterConnection open(Duration wait) {
    return ClusterConnection.open(
        cluster.kubeconfig(directory, "prod"),
        "prod",
        Time.system(),
        ClusterApi.Patience.LISTS,
        new ClusterApi.Patience(wait, wait, Duration.ofSeconds(20), 1));
  }

  @AfterEach
  void stop() {
    connection.close();
    cluster.close();
  }

  private static String map(String rest) {
    return "{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"guard-switch\",\"namespace\":\"guard\"}"
        + rest
        + "}";
  }

  private Reading says(String state) {
    cluster.answer(PATH, 200, map(",\"data\":{\"state\":" + state + "}"));
    return source.read();
  }

  @Test
  void anExplicitRun_runs() {
    assertThat(says("\"run\"")).isEqualTo(Reading.run());
    assertThat(says("\" run\\n\"").state()).isEqualTo(State.RUN);
  }

  @Test
  void pauseAndStop_areSaid() {
    assertThat(says("\"pause\""))
        .isEqualTo(Reading.pause("configmap guard/guard-switch says pause"));
    assertThat(says("\"stop\"")).isEqualTo(Reading.stop("configmap guard/guard-switch says stop"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"\"",
        "\"RUN\"",
        "\"true\"",
        "\"running\"",
        "\"run stop\"",
        "\"run\\nstop\"",
        "true",
        "null",
        "7",
        "[\"run\"]",
        "{\"run\":\"run\"}",
        "\"run\",\"state\":\"run\""
      })
  void h85_anythingElse_isStop(String state) {
    Reading reading = says(state);
    assertThat(reading.state()).isEqualTo(State.STOP);
    assertThat(reading.why()).contains("guard/guard-switch").doesNotContain("\n");
  }

  @Test
  void h85_missingConfigMap_isStop() {
    cluster.answer(PATH, 404, StubCluster.status(404, "NotFound", "configmaps not found"));
    assertThat(source.read())
        .isEqualTo(
            Reading.stop(
                "there is no configmap guard/guard-switch; create it with data.state: run"));
    cluster.forget(PATH);
    assertThat(source.read().state()).isEqualTo(State.STOP);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{}",
        "run",
        "{\"data\":{\"state\":\"run\"}}",
        "{\"kind\":\"Secret\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"guard-switch\",\"namespace\":\"guard\"},\"data\":{\"state\":\"run\"}}",
        "{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"other\",\"namespace\":\"guard\"},\"data\":{\"state\":\"run\"}}",
        "{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"guard-switch\",\"namespace\":\"x\"},\"data\":{\"state\":\"run\"}}",
        "{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"guard-switch\",\"namespace\":\"guard\",\"deletionTimestamp\":\"2026-01-01T00:00:00Z\"},\"data\":{\"state\":\"run\"}}",
        "{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"guard-switch\",\"namespace\":\"guard\"},\"data\":{\"state\":\"run\"}"
      })
  void h85_garbledAnswer_isStop(String body) {
    cluster.answer(PATH, 200, body);
    assertThat(source.read().state()).isEqualTo(State.STOP);
  }

  @Test
  void h85_missingKeyOrData_isStop() {
    cluster.answer(PATH, 200, map(",\"data\":{\"other\":\"run\"}"));
    assertThat(source.read())
        .isEqualTo(
            Reading.stop(
                "configmap guard/guard-switch has no data.state; write run, pause or stop"));
    cluster.answer(PATH, 200, map(",\"binaryData\":{\"state\":\"cnVu\"}"));
    assertThat(source.read().state()).isEqualTo(State.STOP);
    cluster.answer(PATH, 200, map(""));
    assertThat(source.read().state()).isEqualTo(State.STOP);
  }

  @ParameterizedTest
  @ValueSource(ints = {201, 301, 400, 401, 403, 410, 429, 500, 503})
  void h85_anyOtherStatus_isStop_andIsAskedOnce(int code) {
    cluster.on(
        PATH,
        e -> {
          e.sendResponseHeaders(code, -1);
          e.close();
        });
    assertThat(source.read().state()).isEqualTo(State.STOP);
  }

  @Test
  void h85_forbidden_namesTheRule() {
    cluster.answer(PATH, 403, StubCluster.status(403, "Forbidden", "no"));
    assertThat(source.read())
        .isEqualTo(
            Reading.stop(
                "cannot read configmap guard/guard-switch: 403 no; grant get on configmaps in namespace guard"));
  }

  @Test
  void h85_silentOrUnreachableServer_isStop() {
    cluster.on(
        PATH,
        e -> {
          try {
            Thread.sleep(20_000);
          } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
          }
          StubCluster.send(e, 200, map(",\"data\":{\"state\":\"run\"}"));
        });
    try (ClusterConnection hasty = open(Duration.ofMillis(500))) {
      assertThat(ConfigMapSwitch.at(hasty, "guard", "guard-switch").read().why())
          .contains("timed out");
    }
    cluster.close();
    assertThat(source.read().why()).startsWith("cannot read configmap guard/guard-switch: ");
  }

  @Test
  void everyReadAsksTheServer_andNoCache() {
    says("\"run\"");
    assertThat(says("\"stop\"").state()).isEqualTo(State.STOP);
    assertThat(cluster.requests).containsExactly("GET " + PATH, "GET " + PATH);
    assertThat(source.name()).isEqualTo("configmap prod/guard/guard-switch");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a/b", "..", "a b", "a?b", "a%2fb"})
  void namesThatAreNone_areRefused(String name) {
    assertThatThrownBy(() -> ConfigMapSwitch.at(connection, name, "x"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ConfigMapSwitch.at(connection, "x", name))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
