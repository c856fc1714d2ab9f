package dev.guard.k8s;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.guard.StateException;
import dev.guard.internal.json.Json;
import dev.guard.state.StateDocument;
import dev.guard.state.StateStore;
import dev.guard.state.StateStore.Capabilities;
import dev.guard.state.StateStore.Scope;
import dev.guard.testkit.ManualTime;
import dev.guard.testkit.cluster.FakeCluster;
import dev.guard.testkit.cluster.KubeObject;
import dev.guard.testkit.http.Fault;
import dev.guard.testkit.http.LoggedRequest;
import dev.guard.testkit.http.Response;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the store breaks, and what it says then. */
class ConfigMapStoreTest {
  private static final String KEY = "guard/budget/a";
  private static final String NAME = StateMap.nameOf(KEY);
  private static final String MAPS = "/configmaps";

  @TempDir Path directory;
  private final FakeCluster cluster = FakeCluster.start("prod");
  private final ManualTime time = ManualTime.at(Instant.parse("2026-06-01T00:00:00Z"));
  private ClusterConnection connection;
  private ConfigMapStore store;

  @BeforeEach
  void connect() {
    cluster.put(KubeObject.namespace("guard"));
    connection =
        ClusterConnection.open(
            cluster.kubeconfig(directory.resolve("kubeconfig"), "prod"), "prod", time);
    store = ConfigMapStore.at(connection, "guard");
    cluster.clearLog();
  }

  @AfterEach
  void stop() {
    connection.close();
    cluster.close();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private String insert(String text) {
    return store.compareAndSet(KEY, null, bytes(text)).orElseThrow();
  }

  private static StateException refused(ThrowingCallable call) {
    StateException thrown = catchThrowableOfType(StateException.class, call);
    assertThat(thrown).isNotNull();
    assertThat(thrown.getMessage())
        .startsWith("The state in namespace guard of cluster prod: ")
        .doesNotContain("fake-");
    return thrown;
  }

  private KubeObject stored() {
    return cluster.get("ConfigMap", "guard", NAME).orElseThrow();
  }

  @Test
  void capabilities_areThoseOfACluster() {
    assertThat(store.capabilities())
        .isEqualTo(new Capabilities(Scope.CLUSTER, true, 256 * 1024, false));
  }

  @Test
  void people_canReadWhatIsThere() {
    insert("{\"drawn\": 3}\n");
    assertThat(stored().text("/data/value")).isEqualTo("{\"drawn\": 3}\n");
    assertThat(stored().text("/metadata/annotations/guard.dev~1key")).isEqualTo(KEY);
    assertThat(stored().text("/metadata/labels/guard.dev~1state")).isEqualTo("document");
  }

  @Test
  void aReplacement_namesTheVersionAndUidItReplaces() throws Exception {
    String first = insert("one");
    KubeObject before = stored();
    cluster.clearLog();
    store.compareAndSet(KEY, first, bytes("two"));
    LoggedRequest put = cluster.log().get(0);
    assertThat(put.method()).isEqualTo("PUT");
    var metadata = Json.read(put.body()).path("metadata");
    assertThat(metadata.path("resourceVersion").asText()).isEqualTo(before.resourceVersion());
    assertThat(metadata.path("uid").asText()).isEqualTo(before.uid());
    assertThat(cluster.log()).hasSize(1);
  }

  @Test
  void aReplacementWithoutAVersion_isRefusedBeforeItIsSent() {
    ConfigMapWriter writer = connection.configMaps("guard", ClusterApi.Patience.STATE);
    var map = StateMap.fresh("guard", KEY, bytes("x"));
    assertThatThrownBy(() -> writer.replace(NAME, map)).isInstanceOf(IllegalStateException.class);
    assertThat(cluster.log()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "1", "1 ", " u", "1 u v"})
  void aVersionThatIsNone_isAConflictAndSendsNothing(String version) {
    insert("one");
    cluster.clearLog();
    assertThat(store.compareAndSet(KEY, version, bytes("x"))).isEmpty();
    assertThat(cluster.log()).isEmpty();
  }

  @Test
  void theSameVersionOfAnotherObject_isAConflict() {
    String version = insert("one");
    KubeObject before = stored();
    cluster.remove("ConfigMap", "guard", NAME);
    cluster.put(before.with("/metadata/uid", "11111111-1111-1111-1111-111111111111"));
    String sameVersion = stored().resourceVersion() + version.substring(version.indexOf(' '));
    assertThat(store.compareAndSet(KEY, sameVersion, bytes("lost"))).isEmpty();
    assertThat(stored().text("/data/value")).isEqualTo("one");
  }

  @Test
  void aValueTooLarge_isRefusedBeforeItIsSent() {
    assertThatThrownBy(() -> store.compareAndSet(KEY, null, new byte[256 * 1024 + 1]))
        .isInstanceOf(StateException.class)
        .hasMessageContaining("at most 262144 bytes");
    assertThat(cluster.log()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"<", "\"", "\\", "é", "\u0001"})
  void theLargestValue_fitsWhateverIsInIt(String filler) {
    String text = filler.repeat(256 * 1024 / bytes(filler).length);
    insert(text);
    assertThat(new String(store.get(KEY).orElseThrow().value(), UTF_8)).isEqualTo(text);
  }

  @Test
  void conflictStorm_isNothingButConflicts() {
    String version = insert("one");
    cluster.inject(Fault.on("PUT", MAPS).first(50).status(409));
    for (int i = 0; i < 50; i++) {
      assertThat(store.compareAndSet(KEY, version, bytes("two"))).isEmpty();
    }
    assertThat(store.compareAndSet(KEY, version, bytes("two"))).isPresent();
    cluster.inject(Fault.on("POST", MAPS).status(409));
    assertThat(store.compareAndSet("guard/budget/b", null, bytes("x"))).isEmpty();
  }

  @Test
  void a409ThatIsNoConflict_isUnknown() {
    String version = insert("one");
    cluster.inject(Fault.on("PUT", MAPS).answer(Response.text(409, "text/html", "<html>")));
    assertThat(refused(() -> store.compareAndSet(KEY, version, bytes("two"))).mayHaveRun())
        .isTrue();
  }

  @Test
  void aCutAnswer_isUnknown_whetherItWasWrittenOrNot() {
    String version = insert("one");
    cluster.inject(Fault.on("PUT", MAPS).nth(1).cut());
    assertThat(refused(() -> store.compareAndSet(KEY, version, bytes("two"))).mayHaveRun())
        .isTrue();
    assertThat(stored().text("/data/value")).isEqualTo("one");
    cluster.heal();
    cluster.inject(Fault.on("PUT", MAPS).nth(1).afterEffect().cut());
    assertThat(refused(() -> store.compareAndSet(KEY, version, bytes("two"))).mayHaveRun())
        .isTrue();
    assertThat(stored().text("/data/value")).isEqualTo("two");
    cluster.heal();
    cluster.inject(Fault.on("POST", MAPS).nth(1).afterEffect().truncate(10));
    assertThat(refused(() -> store.compareAndSet("guard/budget/b", null, bytes("x"))).mayHaveRun())
        .isTrue();
    assertThat(cluster.log().stream().filter(LoggedRequest::isWrite)).hasSize(4);
  }

  @Test
  void documents_settleWhatIsUnknownAndCountOnce() {
    StateDocument<Long> count = StateDocument.in(store, KEY, number());
    assertThat(increment(count)).isEqualTo(1);
    cluster.inject(Fault.on("PUT", MAPS).nth(1).afterEffect().cut());
    cluster.inject(Fault.on("PUT", MAPS).nth(2).cut());
    cluster.inject(Fault.on("PUT", MAPS).nth(3).status(500));
    assertThat(increment(count)).isEqualTo(2);
    assertThat(increment(count)).isEqualTo(3);
    assertThat(count.read()).contains(3L);
  }

  @Test
  void aTimeOut_isUnknown() {
    ConfigMapStore hasty =
        ConfigMapStore.at(
            connection,
            "guard",
            new ClusterApi.Patience(
                Duration.ofMillis(300), Duration.ofMillis(300), Duration.ofSeconds(5), 1));
    cluster.inject(Fault.on("POST", MAPS).delay(Duration.ofSeconds(30)));
    StateException thrown = refused(() -> hasty.compareAndSet(KEY, null, bytes("x")));
    assertThat(thrown.mayHaveRun()).isTrue();
    assertThat(thrown).hasMessageContaining("cannot tell whether it did create configmap");
  }

  @ParameterizedTest
  @ValueSource(ints = {500, 502, 503, 504, 302})
  void aServerInTrouble_leavesAWriteUnknown_andAReadFailed(int status) {
    cluster.inject(Fault.on("*", MAPS).status(status));
    assertThat(refused(() -> store.compareAndSet(KEY, null, bytes("x"))).mayHaveRun()).isTrue();
    assertThat(refused(() -> store.get(KEY)).mayHaveRun()).isFalse();
    assertThat(refused(() -> store.keys("")).mayHaveRun()).isFalse();
  }

  @Test
  void anOutage_isAnExceptionAndNeverAnAbsence() {
    insert("one");
    cluster.close();
    assertThat(refused(() -> store.get(KEY)).mayHaveRun()).isFalse();
    refused(() -> store.keys(""));
    refused(() -> store.compareAndSet(KEY, null, bytes("x")));
    refused(() -> ConfigMapStore.at(connection, "guard"));
  }

  @Test
  void rbac_isNamed() {
    String version = insert("one");
    cluster.deny("*", "", "configmaps");
    assertThat(refused(() -> store.get(KEY)))
        .hasMessageContaining("grant get on configmaps in namespace guard");
    assertThat(refused(() -> store.keys("")))
        .hasMessageContaining("grant list on configmaps in namespace guard");
    StateException create = refused(() -> store.compareAndSet("guard/b", null, bytes("x")));
    assertThat(create).hasMessageContaining("grant create on configmaps in namespace guard");
    assertThat(create.mayHaveRun()).isFalse();
    StateException update = refused(() -> store.compareAndSet(KEY, version, bytes("x")));
    assertThat(update).hasMessageContaining("grant update on configmaps in namespace guard");
    assertThat(update.mayHaveRun()).isFalse();
    cluster.allow();
    assertThat(store.get(KEY)).isPresent();
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 401, 413, 415, 422, 429})
  void aRefusedWrite_didNotRun(int status) {
    cluster.inject(Fault.on("POST", MAPS).status(status));
    assertThat(refused(() -> store.compareAndSet(KEY, null, bytes("x"))).mayHaveRun()).isFalse();
    assertThat(cluster.get("ConfigMap", "guard", NAME)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[]",
        "null",
        "{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\"}",
        "{\"kind\":\"Secret\",\"apiVersion\":\"v1\",\"metadata\":{}}",
        "<html>"
      })
  void garbage_isNeitherAbsentNorWritten(String body) {
    insert("one");
    cluster.inject(
        Fault.on("*", MAPS).afterEffect().answer(Response.text(200, "application/json", body)));
    refused(() -> store.get(KEY));
    refused(() -> store.keys(""));
    cluster.heal();
    cluster.inject(
        Fault.on("POST", MAPS).afterEffect().answer(Response.text(201, "application/json", body)));
    assertThat(refused(() -> store.compareAndSet("guard/b", null, bytes("x"))).mayHaveRun())
        .isTrue();
  }

  @Test
  void anAnswerThatIsTooLarge_isNotRead() {
    String huge = "{\"kind\":\"" + "x".repeat(4 * 1024 * 1024) + "\"}";
    cluster.inject(Fault.on("GET", MAPS).answer(Response.text(200, "application/json", huge)));
    assertThat(refused(() -> store.get(KEY))).hasMessageContaining("larger than 4 MiB");
    cluster.inject(Fault.on("POST", MAPS).answer(Response.text(201, "application/json", huge)));
    assertThat(refused(() -> store.compareAndSet(KEY, null, bytes("x"))).mayHaveRun()).isTrue();
  }

  @Test
  void a404InTextOfAProxy_isNoAbsence() {
    cluster.inject(
        Fault.on("GET", MAPS).answer(Response.text(404, "text/plain", "404 page not found\n")));
    refused(() -> store.get(KEY));
  }

  @Test
  void aValueEditedByHand_isRefused() {
    String version = insert("one");
    cluster.put(stored().with("/data/value", "two"));
    assertThat(refused(() -> store.get(KEY)))
        .hasMessageContaining(NAME)
        .hasMessageContaining("changed by hand");
    assertThat(refused(() -> store.keys(""))).hasMessageContaining(NAME);
    assertThat(store.compareAndSet(KEY, version, bytes("x"))).isEmpty();
  }

  @Test
  void aConfigMapThatIsNotOurs_isRefused() {
    insert("one");
    KubeObject ours = stored();
    for (KubeObject odd :
        List.of(
            ours.without("/metadata/labels"),
            ours.without("/metadata/annotations"),
            ours.annotation("guard.dev/key", "guard/other"),
            ours.annotation("guard.dev/sha256", ""),
            ours.label("guard.dev/state", "store"),
            ours.without("/data"),
            ours.withJson("/data", "{\"value\":\"one\",\"more\":\"x\"}"),
            ours.withJson("/binaryData", "{\"value\":\"b25l\"}"),
            ours.with("/metadata/deletionTimestamp", "2026-01-01T00:00:00Z"),
            KubeObject.configMap("guard", NAME, Map.of("value", "one")))) {
      cluster.remove("ConfigMap", "guard", NAME);
      cluster.put(odd);
      assertThat(refused(() -> store.get(KEY)))
          .as(odd.toString())
          .hasMessageContaining("cannot use configmap " + NAME);
    }
  }

  @Test
  void othersConfigMaps_areNotListed() {
    insert("one");
    cluster.put(KubeObject.configMap("guard", "kube-root-ca.crt", Map.of("ca.crt", "x")));
    assertThat(store.keys("")).containsExactly(KEY);
  }

  @Test
  void aNamespaceThatWasEmptied_isNotOneWithoutDocuments() {
    String version = insert("one");
    cluster.remove("ConfigMap", "guard", NAME);
    assertThat(store.get(KEY)).isEmpty();
    assertThat(store.compareAndSet(KEY, version, bytes("x"))).isEmpty();
    cluster.remove("ConfigMap", "guard", StateMap.MARKER_NAME);
    for (ThrowingCallable call :
        List.<ThrowingCallable>of(
            () -> store.get(KEY),
            () -> store.keys(""),
            () -> store.compareAndSet(KEY, version, bytes("x")))) {
      assertThat(refused(call)).hasMessageContaining("the namespace was emptied, or is another");
    }
    ConfigMapStore anew = ConfigMapStore.at(connection, "guard");
    assertThat(anew.get(KEY)).isEmpty();
    refused(() -> store.get(KEY));
  }

  @Test
  void aNamespaceThatIsMissing_isSaidAtOpening() {
    assertThatThrownBy(() -> ConfigMapStore.at(connection, "nowhere"))
        .isInstanceOf(StateException.class)
        .hasMessageContaining("create namespace nowhere");
    assertThatThrownBy(() -> ConfigMapStore.at(connection, "../kube-system"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void keys_comeFromAllPages_andABrokenListIsNoShorterOne() {
    for (int i = 10; i < 55; i++) {
      assertThat(store.compareAndSet("guard/many/" + i, null, bytes("x"))).isPresent();
    }
    cluster.clearLog();
    assertThat(store.keys("guard/many/")).hasSize(45).isSorted();
    assertThat(cluster.log().stream().filter(each -> each.target().contains("limit="))).hasSize(3);
    cluster.inject(Fault.on("GET", "continue=").nth(1).status(410));
    assertThat(store.keys("guard/many/")).hasSize(45);
    cluster.heal();
    cluster.inject(Fault.on("GET", "continue=").status(410));
    refused(() -> store.keys("guard/many/"));
    cluster.heal();
    cluster.inject(
        Fault.on("GET", "limit=")
            .answer(
                Response.text(
                    200,
                    "application/json",
                    "{\"kind\":\"ConfigMapList\",\"apiVersion\":\"v1\",\"metadata\":{\"remainingItemCount\":25},\"items\":[]}")));
    assertThat(refused(() -> store.keys(""))).hasMessageContaining("not how to go on");
  }

  @Test
  void aClockThatStepsBack_changesNoVersion() {
    String first = insert("one");
    Instant before = store.now();
    time.jump(Duration.ofDays(-3));
    assertThat(store.now()).isBefore(before);
    String second = store.compareAndSet(KEY, first, bytes("two")).orElseThrow();
    assertThat(store.compareAndSet(KEY, first, bytes("lost"))).isEmpty();
    assertThat(store.get(KEY).map(StateStore.Versioned::version)).contains(second);
  }

  @Test
  void interrupted_isSaidAndKept() {
    Thread.currentThread().interrupt();
    try {
      assertThat(refused(() -> store.get(KEY)).mayHaveRun()).isFalse();
      assertThat(Thread.currentThread().isInterrupted()).isTrue();
      assertThat(refused(() -> store.compareAndSet(KEY, null, bytes("x"))).mayHaveRun()).isTrue();
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  private static StateDocument.Form<Long> number() {
    return new StateDocument.Form<>() {
      @Override
      public Long read(byte[] json) {
        return Long.parseLong(new String(json, UTF_8));
      }

      @Override
      public byte[] write(Long value) {
        return bytes(Long.toString(value));
      }
    };
  }

  private static long increment(StateDocument<Long> count) {
    return count.change(
        found -> {
          long next = found.orElse(0L) + 1;
          return StateDocument.Change.to(next, next);
        });
  }
}
