package dev.guard.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.StateException;
import dev.guard.testkit.cluster.FakeCluster;
import dev.guard.testkit.cluster.KubeObject;
import dev.guard.testkit.http.Fault;
import dev.guard.time.Time;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigMapAnnotationsTest {
  @TempDir Path directory;

  private FakeCluster cluster;
  private ClusterConnection connection;
  private ConfigMapAnnotations people;

  @BeforeEach
  void begin() {
    cluster = FakeCluster.start("prod");
    Path kubeconfig = directory.resolve("kubeconfig");
    cluster.kubeconfig(kubeconfig, "prod");
    connection = ClusterConnection.open(kubeconfig, "prod", Time.system());
    people = ConfigMapAnnotations.at(connection, "guard", "guard-people");
  }

  @AfterEach
  void end() {
    connection.close();
    cluster.close();
  }

  @Test
  void whatStandsThere_isRead_anewEachTime() {
    KubeObject map = KubeObject.configMap("guard", "guard-people", Map.of("state", "run"));
    cluster.put(map);
    assertThat(people.read()).isEmpty();
    cluster.put(map.annotation("guard.dev/object.1", "x").annotation("b", "y"));
    assertThat(people.read())
        .containsExactlyInAnyOrderEntriesOf(Map.of("b", "y", "guard.dev/object.1", "x"));
  }

  @Test
  void whatCannotBeRead_isNeverEmpty() {
    assertThatThrownBy(people::read)
        .isInstanceOf(StateException.class)
        .hasMessageContaining("There is no configmap guard/guard-people");
    cluster.put(KubeObject.configMap("guard", "guard-people", Map.of()));
    cluster.deny("get", "", "configmaps");
    assertThatThrownBy(people::read)
        .isInstanceOf(StateException.class)
        .hasMessageContaining("get on configmaps in namespace guard");
    cluster.inject(Fault.on("GET", "configmaps").status(500));
    assertThatThrownBy(people::read).isInstanceOf(StateException.class);
    cluster.close();
    assertThatThrownBy(people::read).isInstanceOf(StateException.class);
  }

  @Test
  void aNameThatIsNone_isAnError() {
    assertThatThrownBy(() -> ConfigMapAnnotations.at(connection, "guard", "../x"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
