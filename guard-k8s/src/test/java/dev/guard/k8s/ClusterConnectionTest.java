package dev.guard.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import dev.guard.GuardConfigurationException;
import dev.guard.evidence.ReferenceSnapshot;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterConnectionTest {
  @TempDir Path directory;
  private final StubCluster cluster = new StubCluster();

  @AfterEach
  void stop() {
    cluster.close();
  }

  private ClusterConnection.Access access(Path kubeconfig) {
    try (ClusterConnection connection = ClusterConnection.open(kubeconfig, "prod")) {
      return connection.preflight().access();
    }
  }

  private static String refused(Path kubeconfig, String context) {
    try (ClusterConnection connection = ClusterConnection.open(kubeconfig, context)) {
      return "opened " + connection;
    } catch (GuardConfigurationException e) {
      return String.valueOf(e.getMessage());
    }
  }

  @Test
  void missingFile_isOneSentence() {
    Path absent = directory.resolve("absent");
    assertThat(refused(absent, "prod"))
        .isEqualTo("There is no kubeconfig " + absent + ". Name the file that holds the context.");
  }

  @Test
  void directoryInsteadOfAFile_isOneSentence() {
    assertThat(refused(directory, "prod"))
        .isEqualTo("Kubeconfig " + directory + " cannot be read. Name a kubeconfig file.");
  }

  @Test
  void missingContext_isOneSentence_andNeverFallsBackToTheCurrentOne() {
    Path file = cluster.kubeconfig(directory, "other");
    assertThat(refused(file, "prod"))
        .isEqualTo("There is no context 'prod' in kubeconfig " + file + ". Known are: other.");
    assertThat(refused(file, " ")).startsWith("A cluster is named by a kubeconfig context");
    assertThat(cluster.requests).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "---",
        "not a kubeconfig",
        "[1,2]",
        "{",
        "contexts: 7",
        "a: &a [*a]",
        "\u0000\u0001"
      })
  void garbage_isOneSentence_withoutItsText(String text) throws IOException {
    Path file = Files.writeString(directory.resolve("garbage"), text);
    assertThat(refused(file, "prod"))
        .contains(file.toString())
        .doesNotContain("opened", "\n")
        .endsWith(".");
  }

  @Test
  void secretsOfABrokenFile_areNotQuoted() throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("broken"), "users:\n- user: {token: hunter2, token: [}\n");
    assertThatThrownBy(() -> ClusterConnection.open(file, "prod"))
        .isInstanceOf(GuardConfigurationException.class)
        .hasNoCause()
        .message()
        .doesNotContain("hunter2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "7",
        "ftp://h",
        "https://",
        "https://u:p@h:1",
        "https://h?x=1",
        "host:6443",
        "https://h h",
        "https://h#f"
      })
  void unusableServer_isOneSentence(String server) {
    Path file = StubCluster.write(directory, "prod", "'" + server + "'", "token: x");
    assertThat(refused(file, "prod"))
        .isEqualTo(
            "The cluster of context 'prod' in kubeconfig "
                + file
                + " has no usable server address. Write one like https://host:6443.");
  }

  @Test
  void missingClusterOrUserOrDoubles_areOneSentence() throws IOException {
    Path good = cluster.kubeconfig(directory, "prod");
    String text = Files.readString(good);
    Path file = directory.resolve("changed");
    Files.writeString(file, text.replace("cluster: the-cluster", "cluster: gone"));
    assertThat(refused(file, "prod")).contains("names a cluster that is not there");
    Files.writeString(file, text.replace("user: the-user", "user: gone"));
    assertThat(refused(file, "prod")).contains("names a user that is not there");
    Files.writeString(
        file, text + "- name: prod\n  context:\n    cluster: the-cluster\n    user: the-user\n");
    assertThat(refused(file, "prod")).contains("The context 'prod' stands twice");
  }

  @Test
  void impersonation_isRefused() {
    Path file = cluster.kubeconfig(directory, "prod", "as: admin");
    assertThat(refused(file, "prod")).contains("impersonates another");
  }

  @Test
  void tokensAndPasswordsAreSent() {
    assertThat(access(cluster.kubeconfig(directory, "prod", "token: abc")))
        .isEqualTo(ClusterConnection.Access.READY);
    assertThat(access(cluster.kubeconfig(directory, "prod", "{username: u, password: p}")))
        .isEqualTo(ClusterConnection.Access.READY);
    assertThat(cluster.authorizations)
        .containsExactly(
            "Bearer abc",
            "Basic " + Base64.getEncoder().encodeToString("u:p".getBytes(StandardCharsets.UTF_8)));
    assertThat(cluster.userAgents).containsOnly("guard/0.1");
  }

  @Test
  void tokenFile_isReadAnewForEachRequest_relativeToTheKubeconfig() throws IOException {
    Path token = Files.writeString(directory.resolve("token"), "first\n");
    try (ClusterConnection connection =
        ClusterConnection.open(cluster.kubeconfig(directory, "prod", "tokenFile: token"), "prod")) {
      connection.preflight();
      Files.writeString(token, "second\n");
      connection.preflight();
    }
    assertThat(cluster.authorizations).containsExactly("Bearer first", "Bearer second");
    Files.delete(token);
    assertThat(refused(directory.resolve("kubeconfig-prod"), "prod")).contains("token file");
  }

  @Test
  void execPlugin_isRun() throws IOException {
    Path plugin =
        Files.writeString(
            directory.resolve("plugin.sh"),
            "#!/bin/sh\necho '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\",\"status\":{\"token\":\"from-plugin\"}}'\n");
    Files.setPosixFilePermissions(plugin, PosixFilePermissions.fromString("rwx------"));
    Path file =
        cluster.kubeconfig(
            directory,
            "prod",
            "{exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, command: '"
                + plugin
                + "'}}");
    assertThat(access(file)).isEqualTo(ClusterConnection.Access.READY);
    assertThat(cluster.authorizations).containsExactly("Bearer from-plugin");
  }

  @Test
  void redirects_areNotFollowed_soNoOtherServerIsReadOrGetsTheCredentials() {
    try (StubCluster other = new StubCluster()) {
      cluster.on(
          "/version",
          e -> {
            e.getResponseHeaders().set("Location", other.address() + "/version");
            e.sendResponseHeaders(302, -1);
            e.close();
          });
      assertThat(access(cluster.kubeconfig(directory, "prod")))
          .isEqualTo(ClusterConnection.Access.UNREACHABLE);
      assertThat(other.requests).isEmpty();
    }
  }

  @Test
  void nothingIsSentByOpening_andNeitherSentencesNorNamesHoldASecret() {
    Path file = cluster.kubeconfig(directory, "prod");
    try (ClusterConnection connection = ClusterConnection.open(file, "prod")) {
      assertThat(cluster.requests).isEmpty();
      assertThat(connection.toString() + connection.preflight() + ClusterReferences.of(connection))
          .doesNotContain("secret-token");
      assertThat(connection.context()).isEqualTo("prod");
    }
  }

  @Test
  void unusableCertificates_areOneSentence() {
    Path file =
        cluster.kubeconfig(
            directory,
            "prod",
            "{client-certificate-data: bm90IGEgY2VydA==, client-key-data: bm90IGEga2V5}");
    assertThat(refused(file, "prod")).contains("context 'prod'").doesNotContain("opened");
  }

  @Test
  void clientCertificateAndCertificateAuthority_areUsed() throws Exception {
    keytool(
        "-genkeypair",
        "-alias",
        "s",
        "-keyalg",
        "EC",
        "-dname",
        "CN=localhost",
        "-ext",
        "san=dns:localhost,ip:127.0.0.1",
        "-validity",
        "2",
        "-keystore",
        "server.p12",
        "-storetype",
        "PKCS12",
        "-storepass",
        "changeit");
    keytool(
        "-exportcert",
        "-alias",
        "s",
        "-rfc",
        "-file",
        "server.pem",
        "-keystore",
        "server.p12",
        "-storepass",
        "changeit");
    keytool(
        "-genkeypair",
        "-alias",
        "c",
        "-keyalg",
        "RSA",
        "-dname",
        "CN=reader",
        "-validity",
        "2",
        "-keystore",
        "client.p12",
        "-storetype",
        "PKCS12",
        "-storepass",
        "changeit");
    keytool(
        "-exportcert",
        "-alias",
        "c",
        "-rfc",
        "-file",
        "client.pem",
        "-keystore",
        "client.p12",
        "-storepass",
        "changeit");
    keytool(
        "-importcert",
        "-noprompt",
        "-alias",
        "c",
        "-file",
        "client.pem",
        "-keystore",
        "trust.p12",
        "-storetype",
        "PKCS12",
        "-storepass",
        "changeit");
    KeyStore keys = store("client.p12");
    byte[] key = keys.getKey("c", "changeit".toCharArray()).getEncoded();
    Files.writeString(
        directory.resolve("client.key"),
        "-----BEGIN PRIVATE KEY-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key)
            + "\n-----END PRIVATE KEY-----\n");

    KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    own.init(store("server.p12"), "changeit".toCharArray());
    TrustManagerFactory others =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    others.init(store("trust.p12"));
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(own.getKeyManagers(), others.getTrustManagers(), null);
    HttpsServer server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(
        new HttpsConfigurator(tls) {
          @Override
          public void configure(HttpsParameters parameters) {
            SSLParameters demanding = tls.getDefaultSSLParameters();
            demanding.setNeedClientAuth(true);
            parameters.setSSLParameters(demanding);
          }
        });
    server.createContext("/", e -> StubCluster.send(e, 200, "{}"));
    server.start();
    try {
      String address = "https://127.0.0.1:" + server.getAddress().getPort();
      String user = "{client-certificate: client.pem, client-key: client.key}";
      Path file =
          StubCluster.write(
              directory, "prod", address + "\n    certificate-authority: server.pem", user);
      assertThat(access(file)).isEqualTo(ClusterConnection.Access.READY);
      Path stranger = StubCluster.write(directory, "prod", address, user);
      assertThat(access(stranger)).isEqualTo(ClusterConnection.Access.UNREACHABLE);
      Path anonymous =
          StubCluster.write(
              directory, "prod", address + "\n    certificate-authority: server.pem", "{}");
      assertThat(access(anonymous)).isEqualTo(ClusterConnection.Access.UNREACHABLE);
      try (ClusterConnection connection = ClusterConnection.open(stranger, "prod")) {
        assertThat(ClusterReferences.of(connection).read())
            .isInstanceOf(ReferenceSnapshot.Incomplete.class);
      }
    } finally {
      server.stop(0);
    }
  }

  private KeyStore store(String file) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(directory.resolve(file))) {
      store.load(in, "changeit".toCharArray());
    }
    return store;
  }

  private void keytool(String... arguments) throws Exception {
    List<String> command = new java.util.ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
  }
}
