package dev.guard.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.state.StateStore;
import dev.guard.testkit.cluster.FakeCluster;
import dev.guard.testkit.cluster.KubeObject;
import dev.guard.testkit.http.LoggedRequest;
import dev.guard.testkit.state.StateStoreContract;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** The published contract, over HTTP; after each test, what was sent is looked through. */
class ConfigMapStoreContractTest implements StateStoreContract {
  private static final Pattern VERSIONED =
      Pattern.compile("\"metadata\":\\{[^{}]*(\\{[^{}]*}[^{}]*)*\"resourceVersion\":\"[0-9]+\"");

  @TempDir Path directory;
  private final FakeCluster cluster = FakeCluster.start("prod");
  private ClusterConnection connection;

  @BeforeEach
  void connect() {
    cluster.put(KubeObject.namespace("guard"));
    connection =
        ClusterConnection.open(cluster.kubeconfig(directory.resolve("kubeconfig"), "prod"), "prod");
  }

  @Override
  public StateStore store() {
    return ConfigMapStore.at(connection, "guard");
  }

  @AfterEach
  void noWriteWithoutAVersion_andNoReadFromACache() {
    List<LoggedRequest> log = cluster.log();
    connection.close();
    cluster.close();
    assertThat(log).isNotEmpty();
    assertThat(log).noneMatch(each -> each.target().contains("resourceVersion="));
    assertThat(log.stream().map(LoggedRequest::method)).isSubsetOf("GET", "POST", "PUT");
    assertThat(log)
        .filteredOn(each -> each.method().equals("PUT"))
        .allMatch(each -> VERSIONED.matcher(each.body()).find());
    assertThat(log).allMatch(each -> each.target().contains("/namespaces/guard/configmaps"));
  }
}
