package dev.guard.k8s;

import static dev.guard.k8s.StubCluster.meta;
import static dev.guard.k8s.StubCluster.pod;
import static dev.guard.k8s.StubCluster.workload;
import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.evidence.Reference;
import dev.guard.evidence.Reference.Form;
import dev.guard.evidence.ReferenceSnapshot;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterReferencesTest {
  private static final String HEX = "0123456789abcdef".repeat(4);

  @TempDir Path directory;
  private final StubCluster cluster = new StubCluster();

  @AfterEach
  void stop() {
    cluster.close();
  }

  private List<Reference> complete() {
    try (ClusterConnection connection =
        ClusterConnection.open(cluster.kubeconfig(directory, "prod"), "prod")) {
      ReferenceSnapshot snapshot = ClusterReferences.of(connection).read();
      assertThat(snapshot).isInstanceOf(ReferenceSnapshot.Complete.class);
      assertThat(snapshot.source()).isEqualTo("prod");
      return snapshot.references();
    }
  }

  private static Reference name(String object, String path, String value, String note) {
    return new Reference("prod", object, path, value, Form.NAME, note);
  }

  @Test
  void anEmptyClusterIsCompleteAndEmpty() {
    assertThat(complete()).isEmpty();
  }

  @Test
  void h01_deploymentAtZeroReplicas_isAReference() {
    cluster.items(
        ListedKind.DEPLOYMENTS,
        workload("shop", "api", "\"replicas\":0", "registry.example.com/shop/api:1"));
    List<Reference> found = complete();
    assertThat(found)
        .containsExactly(
            name(
                "Deployment/shop/api",
                "spec.template.spec.containers[0].image",
                "registry.example.com/shop/api:1",
                "replicas 0"));
    assertThat(found.get(0).where())
        .isEqualTo("prod/Deployment/shop/api spec.template.spec.containers[0].image replicas 0");
  }

  @Test
  void h01_statefulSetAtZeroReplicas_isAReference() {
    cluster.items(ListedKind.STATEFUL_SETS, workload("shop", "db", "\"replicas\":0", "r/db:1"));
    assertThat(complete())
        .containsExactly(
            name(
                "StatefulSet/shop/db",
                "spec.template.spec.containers[0].image",
                "r/db:1",
                "replicas 0"));
  }

  @Test
  void h02_podsOfEveryPhase_areReferences() {
    List<String> pods = new ArrayList<>();
    for (String phase : List.of("Pending", "Running", "Succeeded", "Failed", "Unknown")) {
      pods.add(
          pod(
                  "shop",
                  "p-" + phase.toLowerCase(java.util.Locale.ROOT),
                  "r/" + phase.toLowerCase(java.util.Locale.ROOT) + ":1")
              .replace("Running", phase));
    }
    pods.add(
        "{" + meta("shop", "no-status") + ",\"spec\":{\"containers\":[{\"image\":\"r/none:1\"}]}}");
    cluster.items(ListedKind.PODS, pods.toArray(new String[0]));
    assertThat(complete())
        .extracting(r -> r.value() + " " + r.note())
        .containsExactly(
            "r/pending:1 phase Pending",
            "r/running:1 phase Running",
            "r/succeeded:1 phase Succeeded",
            "r/failed:1 phase Failed",
            "r/unknown:1 phase Unknown",
            "r/none:1 ");
  }

  @Test
  void h03_suspendedCronJobAndJob_areReferences() {
    cluster.items(
        ListedKind.CRON_JOBS,
        "{"
            + meta("shop", "leap")
            + ",\"spec\":{\"schedule\":\"0 0 29 2 *\",\"suspend\":true,\"jobTemplate\":{\"spec\":{\"template\":"
            + "{\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"r/leap:1\"}]}}}}}}");
    cluster.items(ListedKind.JOBS, workload("shop", "once", "\"suspend\":true", "r/once:1"));
    assertThat(complete())
        .containsExactlyInAnyOrder(
            name(
                "CronJob/shop/leap",
                "spec.jobTemplate.spec.template.spec.containers[0].image",
                "r/leap:1",
                "suspended"),
            name(
                "Job/shop/once",
                "spec.template.spec.containers[0].image",
                "r/once:1",
                "suspended"));
  }

  @Test
  void h04_oldReplicaSets_areReferences() {
    cluster.items(
        ListedKind.REPLICA_SETS,
        "{\"metadata\":{\"name\":\"api-1\",\"namespace\":\"shop\",\"annotations\":"
            + "{\"deployment.kubernetes.io/revision\":\"3\"}},\"spec\":{\"replicas\":0,\"template\":"
            + "{\"spec\":{\"containers\":[{\"image\":\"r/api:v1\"}]}}}}",
        workload("shop", "api-2", "\"replicas\":0", "r/api:v2"));
    assertThat(complete())
        .containsExactly(
            name(
                "ReplicaSet/shop/api-1",
                "spec.template.spec.containers[0].image",
                "r/api:v1",
                "replicas 0, revision 3"),
            name(
                "ReplicaSet/shop/api-2",
                "spec.template.spec.containers[0].image",
                "r/api:v2",
                "replicas 0"));
  }

  @Test
  void h05_controllerRevisions_areReferences_whereverThePodSpecStands() {
    cluster.items(
        ListedKind.CONTROLLER_REVISIONS,
        "{"
            + meta("shop", "db-1")
            + ",\"revision\":3,\"data\":{\"spec\":{\"template\":{\"$patch\":\"replace\",\"spec\":{\"containers\":"
            + "[{\"name\":\"c\",\"image\":\"r/db:old\"}]}}}}}",
        "{"
            + meta("shop", "other-1")
            + ",\"revision\":1,\"data\":{\"parts\":[{\"workers\":{\"initContainers\":[{\"image\":\"r/worker:old\"}],"
            + "\"volumes\":[{\"name\":\"v\",\"image\":{\"reference\":\"r/model:old\"}}]}}],"
            + "\"containers\":{\"not\":\"a list\"}}}");
    assertThat(complete())
        .containsExactly(
            name(
                "ControllerRevision/shop/db-1",
                "data.spec.template.spec.containers[0].image",
                "r/db:old",
                "revision 3"),
            name(
                "ControllerRevision/shop/other-1",
                "data.parts[0].workers.initContainers[0].image",
                "r/worker:old",
                "revision 1"),
            name(
                "ControllerRevision/shop/other-1",
                "data.parts[0].workers.volumes[0].image.reference",
                "r/model:old",
                "revision 1"));
  }

  private static String podWith(String spec) {
    return "{"
        + meta("shop", "p")
        + ",\"spec\":{\"containers\":[{\"name\":\"main\",\"image\":\"r/main:1\"}],"
        + spec
        + "}}";
  }

  @Test
  void h06_initContainer_isAReference() {
    cluster.items(
        ListedKind.PODS, podWith("\"initContainers\":[{\"name\":\"i\",\"image\":\"r/init:1\"}]"));
    assertThat(complete())
        .contains(name("Pod/shop/p", "spec.initContainers[0].image", "r/init:1", ""));
  }

  @Test
  void h06_nativeSidecar_isAReference() {
    cluster.items(
        ListedKind.PODS,
        podWith(
            "\"initContainers\":[{\"name\":\"s\",\"restartPolicy\":\"Always\",\"image\":\"r/side:1\"}]"));
    assertThat(complete())
        .contains(name("Pod/shop/p", "spec.initContainers[0].image", "r/side:1", ""));
  }

  @Test
  void h06_ephemeralContainer_isAReference() {
    cluster.items(
        ListedKind.PODS,
        podWith("\"ephemeralContainers\":[{\"name\":\"d\",\"image\":\"r/debug:1\"}]"));
    assertThat(complete())
        .contains(name("Pod/shop/p", "spec.ephemeralContainers[0].image", "r/debug:1", ""));
  }

  @Test
  void h06_imageVolume_isAReference_ofPodsAndTemplates() {
    String volumes =
        "\"volumes\":[{\"name\":\"x\",\"emptyDir\":{}},{\"name\":\"v\",\"image\":{\"reference\":\"r/model:1\",\"pullPolicy\":\"Always\"}}]";
    cluster.items(ListedKind.PODS, podWith(volumes));
    cluster.items(
        ListedKind.DAEMON_SETS,
        "{"
            + meta("shop", "d")
            + ",\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"image\":\"r/main:1\"}],"
            + volumes
            + "}}}}");
    assertThat(complete())
        .contains(
            name("Pod/shop/p", "spec.volumes[1].image.reference", "r/model:1", ""),
            name(
                "DaemonSet/shop/d",
                "spec.template.spec.volumes[1].image.reference",
                "r/model:1",
                ""));
  }

  @Test
  void replicationControllersAndPodTemplates_areReferences_withAndWithoutTemplate() {
    cluster.items(
        ListedKind.REPLICATION_CONTROLLERS,
        workload("shop", "rc", "\"replicas\":2", "r/rc:1"),
        "{" + meta("shop", "bare") + ",\"spec\":{\"replicas\":0}}");
    cluster.items(
        ListedKind.POD_TEMPLATES,
        "{"
            + meta("shop", "pt")
            + ",\"template\":{\"spec\":{\"containers\":[{\"image\":\"r/pt:1\"}]}}}");
    assertThat(complete())
        .containsExactly(
            name(
                "ReplicationController/shop/rc",
                "spec.template.spec.containers[0].image",
                "r/rc:1",
                "replicas 2"),
            name("PodTemplate/shop/pt", "template.spec.containers[0].image", "r/pt:1", ""));
  }

  @Test
  void h19_whatTheNodeReports_isReadBesideWhatIsDeclared() {
    cluster.items(
        ListedKind.PODS,
        "{"
            + meta("shop", "p")
            + ",\"spec\":{\"containers\":[{\"image\":\"r/app:1@sha256:"
            + HEX
            + "\"}]},\"status\":{\"phase\":\"Running\",\"containerStatuses\":[{\"name\":\"c\",\"image\":\"r/app:other\",\"imageID\":\"docker-pullable://r/app@sha256:"
            + HEX
            + "\",\"volumeMounts\":[{\"name\":\"v\",\"volumeStatus\":{\"image\":{\"imageRef\":\"r/vol@sha256:"
            + HEX
            + "\"}}}]}],\"initContainerStatuses\":[{\"image\":\"sha256:"
            + HEX
            + "\",\"imageID\":\"\"}],\"ephemeralContainerStatuses\":[{\"image\":\"r/debug:1\",\"imageID\":\""
            + HEX
            + "\"}]}}");
    assertThat(complete())
        .containsExactlyInAnyOrder(
            name(
                "Pod/shop/p", "spec.containers[0].image", "r/app:1@sha256:" + HEX, "phase Running"),
            name("Pod/shop/p", "status.containerStatuses[0].image", "r/app:other", "phase Running"),
            identity(
                "status.containerStatuses[0].imageID", "docker-pullable://r/app@sha256:" + HEX),
            identity(
                "status.containerStatuses[0].volumeMounts[0].volumeStatus.image.imageRef",
                "r/vol@sha256:" + HEX),
            identity("status.initContainerStatuses[0].image", "sha256:" + HEX),
            name(
                "Pod/shop/p",
                "status.ephemeralContainerStatuses[0].image",
                "r/debug:1",
                "phase Running"),
            identity("status.ephemeralContainerStatuses[0].imageID", HEX));
  }

  private static Reference identity(String path, String value) {
    return new Reference("prod", "Pod/shop/p", path, value, Form.IDENTITY, "phase Running");
  }

  @Test
  void h20_unparseableValues_arePassedOnUntouched_andNoneOfTheirPlacesIsDropped() {
    List<String> pods = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      pods.add(pod("shop", "p" + i, "${IMAGE}"));
    }
    pods.add(pod("shop", "upper", "UPPER/Case:1"));
    pods.add(pod("shop", "space", " http://r/a:1"));
    cluster.items(ListedKind.PODS, pods.toArray(new String[0]));
    assertThat(complete())
        .extracting(Reference::value)
        .hasSize(62)
        .contains("UPPER/Case:1", " http://r/a:1")
        .filteredOn("${IMAGE}"::equals)
        .hasSize(60);
  }

  @Test
  void missingOrEmptyImages_areNeitherReferenceNorGap() {
    cluster.items(
        ListedKind.DEPLOYMENTS,
        "{"
            + meta("shop", "d")
            + ",\"spec\":{\"template\":{\"spec\":{\"initContainers\":null,\"containers\":[{\"name\":\"a\"},{\"image\":\"\"},{\"image\":null}],"
            + "\"volumes\":[{\"image\":{}},{\"image\":null},{\"image\":{\"reference\":\"\"}}]}}}}");
    assertThat(complete()).isEmpty();
  }

  @Test
  void manyPodsOfOneImage_areKeptAsTwentyPlacesAndACount_andNeverCrowdOutADeclaration() {
    List<String> pods = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      pods.add(pod("shop", "p" + i, "r/app:1"));
    }
    cluster.items(ListedKind.PODS, pods.toArray(new String[0]));
    cluster.items(ListedKind.DEPLOYMENTS, workload("shop", "api", "\"replicas\":300", "r/app:1"));
    List<Reference> found = complete();
    assertThat(found).hasSize(21);
    assertThat(found.get(19).note()).isEqualTo("phase Running, and 280 more places in pods");
    assertThat(found.get(20).object()).isEqualTo("Deployment/shop/api");
  }

  @Test
  void podsAreReadFirstAndLast_consistentlyPaged_andNothingButGetIsSent() {
    complete();
    assertThat(cluster.requests).hasSize(12).allMatch(r -> r.startsWith("GET "));
    assertThat(cluster.requests.get(0)).isEqualTo("GET /version");
    assertThat(cluster.requests.get(1)).isEqualTo("GET /api/v1/pods?limit=500");
    assertThat(cluster.requests.get(11)).isEqualTo("GET /api/v1/pods?limit=500");
    assertThat(cluster.requests).noneMatch(r -> r.contains("resourceVersion"));
    assertThat(cluster.userAgents).allMatch(a -> a.equals("guard/0.1"));
    assertThat(cluster.authorizations).allMatch(a -> a.equals("Bearer secret-token"));
  }

  @Test
  void aPodThatAppearsWhileWeRead_isFoundByTheSecondLook() {
    int[] looks = {0};
    cluster.on(
        ListedKind.PODS.path(),
        e ->
            StubCluster.send(
                e,
                200,
                StubCluster.list(
                    ListedKind.PODS,
                    "",
                    looks[0]++ == 0
                        ? pod("shop", "early", "r/a:1")
                        : pod("shop", "late", "r/b:1"))));
    assertThat(complete()).extracting(Reference::value).containsExactly("r/a:1", "r/b:1");
  }

  @Test
  void pagesAreFollowedToTheEnd_withTheTokenAsGiven() {
    cluster.on(
        ListedKind.JOBS.path(),
        e -> {
          String query = String.valueOf(e.getRequestURI().getRawQuery());
          String body =
              query.contains("continue=a%2Bb%2F%3D%3D")
                  ? StubCluster.list(ListedKind.JOBS, "third", workload("shop", "j2", "", "r/j:2"))
                  : query.contains("continue=third")
                      ? StubCluster.list(ListedKind.JOBS, "", workload("shop", "j3", "", "r/j:3"))
                      : StubCluster.list(
                          ListedKind.JOBS, "a+b/==", workload("shop", "j1", "", "r/j:1"));
          StubCluster.send(e, 200, body);
        });
    assertThat(complete()).extracting(Reference::value).containsExactly("r/j:1", "r/j:2", "r/j:3");
  }
}
