package dev.guard.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.evidence.Reference;
import dev.guard.evidence.ReferenceSnapshot;
import dev.guard.killswitch.KillSwitch.State;
import dev.guard.testkit.cluster.FakeCluster;
import dev.guard.testkit.cluster.KubeObject;
import dev.guard.testkit.http.Fault;
import dev.guard.testkit.http.LoggedRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same against a server that answers as a real one did. */
class FakeClusterTest {
  private static final String HEX =
      "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

  @TempDir Path directory;
  private final FakeCluster cluster = FakeCluster.start("prod");
  private ClusterConnection connection;

  @BeforeEach
  void connect() {
    ClusterApi.Patience patience =
        new ClusterApi.Patience(
            Duration.ofSeconds(20), Duration.ofSeconds(20), Duration.ofSeconds(30), 3);
    connection =
        ClusterConnection.open(
            cluster.kubeconfig(directory.resolve("kubeconfig"), "prod"),
            "prod",
            new SteppedTime(),
            patience,
            patience);
  }

  @AfterEach
  void stop() {
    connection.close();
    cluster.close();
  }

  private ReferenceSnapshot read() {
    return ClusterReferences.of(connection).uid(cluster.uid()).read();
  }

  private List<String> gaps() {
    ReferenceSnapshot snapshot = read();
    assertThat(snapshot).isInstanceOf(ReferenceSnapshot.Incomplete.class);
    return ((ReferenceSnapshot.Incomplete) snapshot).gaps();
  }

  @Test
  void everyKindAndPlaceIsFound_andNothingButReadingIsAsked() {
    KubeObject api = KubeObject.deployment("shop", "api", 0, "r/api:1");
    cluster.putAll(
        api,
        KubeObject.replicaSet("shop", "api-old", 0, "r/api:0").ownedBy(api),
        KubeObject.statefulSet("shop", "db", 0, "r/db:1"),
        KubeObject.controllerRevision("shop", "db-1", 1, "r/db:0"),
        KubeObject.daemonSet("shop", "log", "r/log:1"),
        KubeObject.job("shop", "once", "r/once:1"),
        KubeObject.cronJob("shop", "leap", true, "r/leap:1"),
        KubeObject.podTemplate("shop", "template", "r/template:1"),
        KubeObject.replicationController("shop", "rc", 0, "r/rc:1"),
        KubeObject.pod("shop", "p", "r/p:1")
            .initContainer("r/init:1")
            .sidecar("r/side:1")
            .ephemeralContainer("r/debug:1")
            .imageVolume("r/model:1")
            .running("r/p@sha256:" + HEX),
        KubeObject.pod("shop", "failed", "r/failed:1").phase("Failed"));
    ReferenceSnapshot snapshot = read();
    assertThat(snapshot).isInstanceOf(ReferenceSnapshot.Complete.class);
    assertThat(snapshot.references())
        .extracting(Reference::value)
        .contains(
            "r/api:1",
            "r/api:0",
            "r/db:1",
            "r/db:0",
            "r/log:1",
            "r/once:1",
            "r/leap:1",
            "r/template:1",
            "r/rc:1",
            "r/p:1",
            "r/init:1",
            "r/side:1",
            "r/debug:1",
            "r/model:1",
            "r/p@sha256:" + HEX,
            "r/failed:1");
    assertThat(snapshot.references())
        .extracting(Reference::where)
        .contains(
            "prod/Deployment/shop/api spec.template.spec.containers[0].image replicas 0",
            "prod/CronJob/shop/leap spec.jobTemplate.spec.template.spec.containers[0].image suspended",
            "prod/ControllerRevision/shop/db-1 data.spec.template.spec.containers[0].image revision 1");
    assertThat(cluster.log()).extracting(LoggedRequest::method).containsOnly("GET");
  }

  @Test
  void h25_deniedKind_isIncomplete_withTheServersWordsAndTheMissingRule() {
    cluster.deny("list", "apps", "replicasets");
    assertThat(gaps())
        .hasSize(1)
        .first()
        .asString()
        .startsWith("prod: cannot list replicasets.apps: 403 ")
        .contains("replicasets.apps is forbidden")
        .endsWith("; grant get, list on apps/replicasets");
  }

  @Test
  void h26_aTokenTheServerRejects_isIncomplete_andSaidAtTheStart() {
    Path stranger =
        StubCluster.write(
            directory, "prod", cluster.uri().toString().replaceAll("/$", ""), "token: wrong");
    try (ClusterConnection wrong = ClusterConnection.open(stranger, "prod")) {
      assertThat(wrong.preflight().access())
          .isEqualTo(ClusterConnection.Access.CREDENTIALS_REJECTED);
      assertThat(ClusterReferences.of(wrong).read())
          .isInstanceOf(ReferenceSnapshot.Incomplete.class);
    }
  }

  private void twelveHundredJobs() {
    for (int i = 0; i < 1_200; i++) {
      cluster.put(KubeObject.job("shop", "job-" + i, "r/job:" + i));
    }
  }

  @Test
  void h27_pagesAreOfOneSnapshot_andAnExpiredOneIsBegunAnew() {
    twelveHundredJobs();
    cluster.inject(Fault.on("GET", "/jobs\\?.*continue=").first(1).status(410));
    ReferenceSnapshot snapshot = read();
    assertThat(snapshot).isInstanceOf(ReferenceSnapshot.Complete.class);
    assertThat(snapshot.references())
        .extracting(Reference::value)
        .doesNotHaveDuplicates()
        .hasSize(1_200);
  }

  @Test
  void h27_aSnapshotThatIsAlwaysLost_isIncomplete() {
    twelveHundredJobs();
    cluster.inject(Fault.on("GET", "/jobs\\?.*continue=").status(410));
    assertThat(gaps()).hasSize(1).first().asString().contains("jobs.batch", "410");
  }

  @Test
  void h28_aPageThatIsCutTruncatedOrRefused_isIncomplete() {
    twelveHundredJobs();
    for (Fault fault :
        List.of(
            Fault.on("GET", "/jobs\\?.*continue=").truncate(2_000),
            Fault.on("GET", "/jobs\\?.*continue=").cut(),
            Fault.on("GET", "/jobs\\?.*continue=").status(503))) {
      cluster.heal();
      cluster.inject(fault);
      assertThat(gaps())
          .as(fault.toString())
          .isNotEmpty()
          .first()
          .asString()
          .contains("jobs.batch");
    }
  }

  @Test
  void h30_anotherClusterBehindTheName_isIncomplete() {
    ReferenceSnapshot snapshot = ClusterReferences.of(connection).uid("another").read();
    assertThat(snapshot).isInstanceOf(ReferenceSnapshot.Incomplete.class);
    assertThat(((ReferenceSnapshot.Incomplete) snapshot).gaps())
        .containsExactly(
            "prod: is another cluster than the configured one: namespace kube-system has uid "
                + cluster.uid()
                + ", configured is another");
  }

  @Test
  void h85_theSwitchFollowsTheConfigMap_andDeniedIsStop() {
    ConfigMapSwitch source = ConfigMapSwitch.at(connection, "guard", "guard-switch");
    assertThat(source.read().state()).isEqualTo(State.STOP);
    cluster.put(KubeObject.configMap("guard", "guard-switch", Map.of("state", "run")));
    assertThat(source.read().state()).isEqualTo(State.RUN);
    cluster.put(KubeObject.configMap("guard", "guard-switch", Map.of("state", "pause")));
    assertThat(source.read().state()).isEqualTo(State.PAUSE);
    cluster.put(KubeObject.configMap("guard", "guard-switch", Map.of("state", "run")));
    cluster.deny("get", "", "configmaps");
    assertThat(source.read().state()).isEqualTo(State.STOP);
    cluster.allow();
    cluster.remove("ConfigMap", "guard", "guard-switch");
    assertThat(source.read().state()).isEqualTo(State.STOP);
  }

  @Test
  void generatedPods_areAllCounted() {
    cluster.generatePods(1_200, i -> "registry.example.com/app:1");
    ReferenceSnapshot snapshot = read();
    assertThat(snapshot).isInstanceOf(ReferenceSnapshot.Complete.class);
    assertThat(snapshot.references())
        .isNotEmpty()
        .anyMatch(r -> r.note().contains("3580 more places in pods"));
  }
}
