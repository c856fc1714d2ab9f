package dev.guard.k8s;

import static dev.guard.k8s.StubCluster.list;
import static dev.guard.k8s.StubCluster.meta;
import static dev.guard.k8s.StubCluster.pod;
import static dev.guard.k8s.StubCluster.send;
import static dev.guard.k8s.StubCluster.status;
import static dev.guard.k8s.StubCluster.workload;
import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.evidence.Reference;
import dev.guard.evidence.ReferenceSnapshot;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever cannot be read makes the snapshot incomplete, and says so. */
class IncompleteReadingTest {
  private static final ClusterApi.Patience PATIENT = patience(Duration.ofSeconds(20));
  private static final ClusterApi.Patience SHORT = patience(Duration.ofSeconds(2));

  @TempDir Path directory;
  private final StubCluster cluster = new StubCluster();
  private final SteppedTime time = new SteppedTime();

  @AfterEach
  void stop() {
    cluster.close();
  }

  /**
   * The clock stands still unless a test lets it pass, so only the waiting for an answer is real.
   */
  private static ClusterApi.Patience patience(Duration wait) {
    return new ClusterApi.Patience(wait, wait, Duration.ofSeconds(5), 3);
  }

  private ReferenceSnapshot read() {
    return read(PATIENT);
  }

  private ReferenceSnapshot read(ClusterApi.Patience patience) {
    try (ClusterConnection connection =
        ClusterConnection.open(
            cluster.kubeconfig(directory, "prod-eu"), "prod-eu", time, patience, patience)) {
      return ClusterReferences.of(connection).read();
    }
  }

  private ClusterConnection connect(Path kubeconfig) {
    return ClusterConnection.open(kubeconfig, "prod-eu", time, PATIENT, PATIENT);
  }

  private List<String> gaps() {
    return gaps(read());
  }

  private static List<String> gaps(ReferenceSnapshot snapshot) {
    assertThat(snapshot).isInstanceOf(ReferenceSnapshot.Incomplete.class);
    List<String> gaps = ((ReferenceSnapshot.Incomplete) snapshot).gaps();
    assertThat(gaps).allMatch(g -> g.startsWith("prod-eu: "));
    return gaps;
  }

  @Test
  void h24_unreachableCluster_isIncomplete() {
    Path kubeconfig = cluster.kubeconfig(directory, "prod-eu");
    cluster.close();
    try (ClusterConnection connection = connect(kubeconfig)) {
      assertThat(gaps(ClusterReferences.of(connection).read()))
          .containsExactly(
              "prod-eu: cannot reach the cluster: the connection was refused or could not be made");
      assertThat(connection.preflight().access()).isEqualTo(ClusterConnection.Access.UNREACHABLE);
    }
  }

  @ParameterizedTest
  @EnumSource(ListedKind.class)
  void h25_forbiddenKind_isIncomplete_andNamesTheMissingRule(ListedKind kind) {
    cluster.answer(
        kind,
        403,
        status(
            403,
            "Forbidden",
            kind.qualified() + " is forbidden: User \\\"reader\\\" cannot list it"));
    assertThat(gaps())
        .containsExactly(
            "prod-eu: cannot list "
                + kind.qualified()
                + ": 403 "
                + kind.qualified()
                + " is forbidden: User \"reader\" cannot list it; grant "
                + kind.missingRule());
  }

  @Test
  void h25_theSentenceForReplicaSets_namesGroupAndResource() {
    cluster.answer(ListedKind.REPLICA_SETS, 403, "");
    assertThat(gaps())
        .containsExactly(
            "prod-eu: cannot list replicasets.apps: 403; grant get, list on apps/replicasets");
  }

  @Test
  void h26_rejectedCredentials_areNotAnEmptyCluster() {
    cluster.answer("/version", 401, status(401, "Unauthorized", "Unauthorized"));
    assertThat(gaps())
        .containsExactly(
            "prod-eu: cannot reach the cluster: 401, the credentials were rejected; renew them");
    assertThat(cluster.requests).isNotEmpty().allMatch(r -> r.equals("GET /version"));
    try (ClusterConnection connection = connect(cluster.kubeconfig(directory, "prod-eu"))) {
      assertThat(connection.preflight())
          .isEqualTo(
              new ClusterConnection.Preflight(
                  ClusterConnection.Access.CREDENTIALS_REJECTED,
                  "prod-eu: the server rejects the credentials (401). Renew those of this context."));
    }
  }

  @Test
  void h26_credentialsThatExpireMidway_areIncomplete_andEndTheReading() {
    cluster.items(ListedKind.PODS, pod("shop", "p", "r/a:1"));
    cluster.answer(ListedKind.DAEMON_SETS, 401, status(401, "Unauthorized", "Unauthorized"));
    ReferenceSnapshot snapshot = read();
    assertThat(gaps(snapshot))
        .containsExactly(
            "prod-eu: cannot list daemonsets.apps: 401, the credentials were rejected; renew them",
            "prod-eu: nothing was read after daemonsets.apps");
    assertThat(snapshot.references()).extracting(Reference::value).containsExactly("r/a:1");
  }

  private void expiring(int times) {
    int[] expired = {0};
    cluster.on(
        ListedKind.JOBS.path(),
        e -> {
          String query = e.getRequestURI().getRawQuery();
          if (query.contains("continue=two") && expired[0]++ < times) {
            send(
                e,
                410,
                "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{\"continue\":\"inconsistent\"},\"status\":\"Failure\","
                    + "\"message\":\"The provided continue parameter is too old to display a consistent list result.\","
                    + "\"reason\":\"Expired\",\"code\":410}");
          } else if (query.contains("continue=two")) {
            send(e, 200, list(ListedKind.JOBS, "", workload("shop", "j2", "", "r/j:2")));
          } else {
            send(e, 200, list(ListedKind.JOBS, "two", workload("shop", "j1", "", "r/j:1")));
          }
        });
  }

  @Test
  void h27_lostSnapshot_isBegunAnew_andTheInconsistentTokenIsNeverUsed() {
    expiring(3);
    ReferenceSnapshot snapshot = read();
    assertThat(snapshot).isInstanceOf(ReferenceSnapshot.Complete.class);
    assertThat(snapshot.references())
        .extracting(Reference::value)
        .containsExactly("r/j:1", "r/j:2");
    assertThat(cluster.requests).noneMatch(r -> r.contains("inconsistent"));
    assertThat(cluster.requests).filteredOn(r -> r.endsWith("/jobs?limit=500")).hasSize(4);
  }

  @Test
  void h27_lostSnapshotForEver_isIncomplete() {
    expiring(1000);
    assertThat(gaps())
        .containsExactly(
            "prod-eu: cannot list jobs.batch: the server lost its snapshot (410) each time, also after 3 fresh starts");
    assertThat(cluster.requests).noneMatch(r -> r.contains("inconsistent"));
    assertThat(cluster.requests).filteredOn(r -> r.endsWith("/jobs?limit=500")).hasSize(4);
  }

  @Test
  void h27_pagesOfDifferentSnapshots_areNeverPutTogether() {
    cluster.on(
        ListedKind.JOBS.path(),
        e ->
            send(
                e,
                200,
                e.getRequestURI().getRawQuery().contains("continue")
                    ? list(ListedKind.JOBS, "").replace("\"100\"", "\"101\"")
                    : list(ListedKind.JOBS, "two")));
    assertThat(gaps()).hasSize(1).first().asString().contains("jobs.batch", "lost its snapshot");
  }

  @Test
  void h28_secondPageTimesOut_isIncomplete() {
    cluster.on(
        ListedKind.PODS.path(),
        e -> {
          if (e.getRequestURI().getRawQuery().contains("continue")) {
            try {
              Thread.sleep(20_000);
            } catch (InterruptedException stopped) {
              Thread.currentThread().interrupt();
            }
          }
          send(e, 200, list(ListedKind.PODS, "two", pod("shop", "p", "r/a:1")));
        });
    ReferenceSnapshot snapshot = read(SHORT);
    assertThat(gaps(snapshot))
        .first()
        .asString()
        .startsWith("prod-eu: cannot list pods, page 2: timed out");
    assertThat(snapshot.references()).extracting(Reference::value).containsExactly("r/a:1");
  }

  @Test
  void h28_bodyThatStandsStill_isIncomplete() {
    cluster.on(
        ListedKind.JOBS.path(),
        e -> {
          e.sendResponseHeaders(200, 0);
          OutputStream out = e.getResponseBody();
          out.write("{\"kind\":\"JobList\",".getBytes(StandardCharsets.UTF_8));
          out.flush();
          try {
            Thread.sleep(20_000);
          } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
          }
          e.close();
        });
    assertThat(gaps(read(SHORT)))
        .containsExactly(
            "prod-eu: cannot list jobs.batch: timed out: the answer stood still for 2 s");
  }

  @Test
  void h28_halfAPage_isIncomplete_howeverItIsCut() {
    String whole = list(ListedKind.JOBS, "", workload("shop", "j", "", "r/j:1"));
    for (int cut :
        new int[] {0, 1, 30, whole.length() / 2, whole.length() - 2, whole.length() - 1}) {
      cluster.answer(ListedKind.JOBS, 200, whole.substring(0, cut));
      assertThat(gaps())
          .hasSize(1)
          .first()
          .asString()
          .startsWith("prod-eu: cannot list jobs.batch: ");
    }
    cluster.on(
        ListedKind.JOBS.path(),
        e -> {
          e.sendResponseHeaders(200, whole.length() + 10L);
          e.getResponseBody().write(whole.getBytes(StandardCharsets.UTF_8));
          e.getResponseBody().flush();
          throw new IOException("cut");
        });
    assertThat(gaps())
        .hasSize(1)
        .first()
        .asString()
        .startsWith("prod-eu: cannot list jobs.batch: ");
  }

  @Test
  void t23_unservedKind_isIncomplete_notEmpty() {
    cluster.forget(ListedKind.CRON_JOBS.path());
    assertThat(gaps())
        .containsExactly("prod-eu: cannot list cronjobs.batch: 404, the server does not serve it");
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 500, 502, 503, 504})
  void t23_busyOrBrokenServer_isAskedThreeTimes_thenIncomplete(int code) {
    cluster.answer(ListedKind.JOBS, code, "");
    assertThat(gaps())
        .hasSize(1)
        .first()
        .asString()
        .startsWith("prod-eu: cannot list jobs.batch: " + code);
    assertThat(cluster.requests).filteredOn(r -> r.contains("/jobs")).hasSize(3);
    assertThat(time.waits).containsExactly(Duration.ofMillis(200), Duration.ofMillis(400));
  }

  @Test
  void busyServerThatRecovers_isComplete_andRetryAfterIsHeeded() {
    int[] asked = {0};
    cluster.on(
        ListedKind.JOBS.path(),
        e -> {
          e.getResponseHeaders().set("Retry-After", asked[0] == 0 ? "3" : "999");
          if (asked[0]++ < 2) {
            send(e, 429, "");
          } else {
            send(e, 200, list(ListedKind.JOBS, ""));
          }
        });
    assertThat(read()).isInstanceOf(ReferenceSnapshot.Complete.class);
    assertThat(time.waits).containsExactly(Duration.ofSeconds(3), Duration.ofSeconds(10));
  }

  @ParameterizedTest
  @ValueSource(ints = {201, 204, 206, 301, 302, 304, 400, 418})
  void unexpectedStatus_isIncomplete(int code) {
    cluster.on(
        ListedKind.JOBS.path(),
        e -> {
          e.getResponseHeaders().set("Location", cluster.address() + ListedKind.PODS.path());
          e.sendResponseHeaders(code, -1);
          e.close();
        });
    assertThat(gaps())
        .hasSize(1)
        .first()
        .asString()
        .startsWith("prod-eu: cannot list jobs.batch: " + code);
    assertThat(cluster.requests).filteredOn(r -> r.contains("/jobs")).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[]",
        "null",
        "\"text\"",
        "7",
        "{}",
        "<html>sign in</html>",
        "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"code\":403}",
        "{\"kind\":\"PodList\",\"apiVersion\":\"v1\",\"metadata\":{},\"items\":[]}",
        "{\"kind\":\"JobList\",\"apiVersion\":\"batch/v2\",\"metadata\":{},\"items\":[]}",
        "{\"kind\":\"JobList\",\"apiVersion\":\"batch/v1\",\"items\":[]}",
        "{\"kind\":\"JobList\",\"apiVersion\":\"batch/v1\",\"metadata\":{}}",
        "{\"kind\":\"JobList\",\"apiVersion\":\"batch/v1\",\"metadata\":{},\"items\":null}",
        "{\"kind\":\"JobList\",\"apiVersion\":\"batch/v1\",\"metadata\":{},\"items\":{}}",
        "{\"kind\":\"JobList\",\"apiVersion\":\"batch/v1\",\"metadata\":[],\"items\":[]}",
        "{\"kind\":\"JobList\",\"apiVersion\":\"batch/v1\",\"metadata\":{\"continue\":7},\"items\":[]}",
        "{\"kind\":\"JobList\",\"apiVersion\":\"batch/v1\",\"metadata\":{\"continue\":\"\",\"remainingItemCount\":3},\"items\":[]}",
        "{\"kind\":\"JobList\",\"apiVersion\":\"batch/v1\",\"metadata\":{},\"items\":[],\"items\":[]}",
        "{\"kind\":\"JobList\",\"apiVersion\":\"batch/v1\",\"metadata\":{\"continue\":\"a\",\"continue\":\"\"},\"items\":[]}",
        "{\"kind\":\"JobList\",\"apiVersion\":\"batch/v1\",\"metadata\":{},\"items\":[null]}",
        "{\"kind\":\"JobList\",\"apiVersion\":\"batch/v1\",\"metadata\":{},\"items\":[{}]}",
        "{\"kind\":\"JobList\",\"apiVersion\":\"batch/v1\",\"metadata\":{},\"items\":[]} {}",
        "{\"kind\":\"JobList\",\"apiVersion\":\"batch/v1\",\"metadata\":{},\"items\":[]}x"
      })
  void whatIsNotThisList_isIncomplete(String body) {
    cluster.answer(ListedKind.JOBS, 200, body);
    assertThat(gaps())
        .hasSize(1)
        .first()
        .asString()
        .startsWith("prod-eu: cannot list jobs.batch: ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"spec\":7}",
        "{\"spec\":null}",
        "{\"spec\":{}}",
        "{\"spec\":{\"template\":[]}}",
        "{\"spec\":{\"template\":null}}",
        "{\"spec\":{\"template\":{\"spec\":\"x\"}}}",
        "{\"spec\":{\"template\":{\"spec\":{}}}}",
        "{\"spec\":{\"template\":{\"spec\":{\"containers\":null}}}}",
        "{\"spec\":{\"template\":{\"spec\":{\"containers\":{}}}}}",
        "{\"spec\":{\"template\":{\"spec\":{\"containers\":[\"r/a:1\"]}}}}",
        "{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"image\":7}]}}}}",
        "{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"image\":{\"a\":[1]}}]}}}}",
        "{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"image\":[\"r/a:1\"]}]}}}}",
        "{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"image\":\"a\",\"image\":\"b\"}]}}}}",
        "{\"spec\":{\"template\":{\"spec\":{\"containers\":[],\"containers\":[]}}}}",
        "{\"spec\":{\"template\":{\"spec\":{\"containers\":[],\"initContainers\":\"x\"}}}}",
        "{\"spec\":{\"template\":{\"spec\":{\"containers\":[],\"volumes\":{}}}}}",
        "{\"spec\":{\"template\":{\"spec\":{\"containers\":[],\"volumes\":[7]}}}}",
        "{\"spec\":{\"template\":{\"spec\":{\"containers\":[],\"volumes\":[{\"image\":\"r/a:1\"}]}}}}",
        "{\"spec\":{\"template\":{\"spec\":{\"containers\":[],\"volumes\":[{\"image\":{\"reference\":7}}]}}}}",
        "{\"spec\":{\"template\":{\"spec\":{\"containers\":[]}}},\"spec\":{}}",
        "{\"kind\":\"Pod\",\"spec\":{\"template\":{\"spec\":{\"containers\":[]}}}}",
        "{\"apiVersion\":\"v2\",\"spec\":{\"template\":{\"spec\":{\"containers\":[]}}}}"
      })
  void anObjectThatCannotBeUnderstood_isIncomplete_andNamed(String object) {
    String body = object.equals("{}") ? "" : "," + object.substring(1, object.length() - 1);
    cluster.items(ListedKind.JOBS, "{" + meta("shop", "odd") + body + "}");
    assertThat(gaps()).isNotEmpty().allMatch(g -> g.startsWith("prod-eu: Job/shop/odd "));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"containerStatuses\":7}",
        "{\"containerStatuses\":[7]}",
        "{\"containerStatuses\":[{\"imageID\":7}]}",
        "{\"initContainerStatuses\":[{\"image\":{}}]}",
        "[]"
      })
  void aPodStatusThatCannotBeUnderstood_isIncomplete(String status) {
    cluster.items(
        ListedKind.PODS,
        "{" + meta("shop", "odd") + ",\"spec\":{\"containers\":[]},\"status\":" + status + "}");
    assertThat(gaps()).hasSize(1).first().asString().startsWith("prod-eu: Pod/shop/odd ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"text\"",
        "7",
        "{\"spec\":{\"containers\":[{\"image\":{\"repository\":\"r/a\"}}]}}",
        "{\"x\":[{\"volumes\":[{\"image\":\"r/a:1\"}]}]}"
      })
  void aRevisionThatCannotBeLookedThrough_isIncomplete(String data) {
    cluster.items(
        ListedKind.CONTROLLER_REVISIONS, "{" + meta("shop", "odd") + ",\"data\":" + data + "}");
    assertThat(gaps())
        .hasSize(1)
        .first()
        .asString()
        .startsWith("prod-eu: ControllerRevision/shop/odd ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"name\":\"a\\nb\",\"namespace\":\"shop\"}",
        "{\"name\":\"a/b\",\"namespace\":\"shop\"}",
        "{\"name\":7,\"namespace\":\"shop\"}",
        "{\"namespace\":\"shop\"}",
        "{\"name\":\"a\"}",
        "{\"name\":\"..\",\"namespace\":\"shop\"}"
      })
  void anObjectWithoutAProperName_isIncomplete(String metadata) {
    cluster.items(
        ListedKind.JOBS,
        "{\"metadata\":"
            + metadata
            + ",\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"image\":\"r/a:1\"}]}}}}");
    assertThat(gaps())
        .hasSize(1)
        .first()
        .asString()
        .contains("does not say its name and namespace");
  }

  @Test
  void manyThatCannotBeUnderstood_areCountedBeyondTwenty() {
    String[] items = new String[100];
    for (int i = 0; i < items.length; i++) {
      items[i] = "{" + meta("shop", "odd" + i) + "}";
    }
    cluster.items(ListedKind.JOBS, items);
    assertThat(gaps())
        .hasSize(21)
        .last()
        .isEqualTo("prod-eu: jobs.batch hold 80 more that cannot be understood");
  }

  @Test
  void aListThatLeadsBack_isIncomplete() {
    cluster.answer(ListedKind.JOBS, 200, list(ListedKind.JOBS, "again"));
    assertThat(gaps())
        .containsExactly(
            "prod-eu: cannot list jobs.batch, page 2: the list leads back to a page that was read already");
  }

  @Test
  void aReadingThatTakesTooLong_isIncomplete() {
    cluster.on(
        ListedKind.DAEMON_SETS.path(),
        e -> {
          time.pass(Duration.ofSeconds(4));
          send(e, 200, list(ListedKind.DAEMON_SETS, ""));
        });
    try (ClusterConnection connection = connect(cluster.kubeconfig(directory, "prod-eu"))) {
      ReferenceSnapshot snapshot =
          ClusterReferences.of(connection).within(Duration.ofSeconds(3)).read();
      assertThat(gaps(snapshot))
          .containsExactly(
              "prod-eu: cannot list replicasets.apps: reading the cluster took longer than 3 s",
              "prod-eu: nothing was read after replicasets.apps");
    }
  }

  @Test
  void anAnswerThatDribbles_isIncomplete() {
    cluster.on(
        ListedKind.JOBS.path(),
        e -> {
          time.pass(Duration.ofSeconds(6));
          send(e, 200, list(ListedKind.JOBS, ""));
        });
    assertThat(gaps())
        .containsExactly(
            "prod-eu: cannot list jobs.batch: timed out: the answer took longer than 5 s");
  }

  @Test
  void anEncodedAnswer_isIncomplete() {
    cluster.on(
        ListedKind.JOBS.path(),
        e -> {
          e.getResponseHeaders().set("Content-Encoding", "gzip");
          send(e, 200, list(ListedKind.JOBS, ""));
        });
    assertThat(gaps()).hasSize(1).first().asString().contains("encoded");
  }

  @Test
  void aServersWords_cannotForgeALine() {
    cluster.answer(
        ListedKind.JOBS,
        403,
        status(403, "Forbidden", "no\\nprod-eu: all is well\\u001b[2J" + "x".repeat(1000)));
    assertThat(gaps())
        .hasSize(1)
        .first()
        .asString()
        .hasSizeLessThan(500)
        .doesNotContain("\n", "\u001b")
        .contains("403 no?prod-eu: all is well?[2J");
  }

  @Test
  void h30_clusterWithTheExpectedUid_isComplete_andAnotherIsNot() {
    cluster.answer(
        "/api/v1/namespaces/kube-system",
        200,
        "{\"kind\":\"Namespace\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"kube-system\",\"uid\":\"5f0c\"}}");
    try (ClusterConnection connection = connect(cluster.kubeconfig(directory, "prod-eu"))) {
      ClusterReferences references = ClusterReferences.of(connection);
      assertThat(references.uid("5f0c").read()).isInstanceOf(ReferenceSnapshot.Complete.class);
      assertThat(gaps(references.uid("beef").read()))
          .containsExactly(
              "prod-eu: is another cluster than the configured one: namespace kube-system has uid 5f0c, configured is beef");
      cluster.answer("/api/v1/namespaces/kube-system", 403, "");
      assertThat(gaps(references.uid("5f0c").read()))
          .containsExactly(
              "prod-eu: cannot read namespace kube-system, which tells clusters apart: 403; grant get on namespaces");
      cluster.answer("/api/v1/namespaces/kube-system", 404, status(404, "NotFound", "not found"));
      assertThat(gaps(references.uid("5f0c").read()))
          .hasSize(1)
          .first()
          .asString()
          .contains("cannot be told");
    }
  }

  @Test
  void anInterruptedReading_isIncomplete_andStaysInterrupted() {
    Thread.currentThread().interrupt();
    List<String> gaps = gaps();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(gaps).containsExactly("prod-eu: the reading was interrupted");
  }

  @Test
  void aServerThatHidesItsVersion_isStillRead() {
    cluster.answer("/version", 403, "");
    assertThat(read()).isInstanceOf(ReferenceSnapshot.Complete.class);
  }
}
