package dev.guard.registry;

import static dev.guard.registry.rig.StubServer.error;
import static dev.guard.registry.rig.StubServer.json;
import static dev.guard.registry.rig.StubServer.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.GuardConfigurationException;
import dev.guard.registry.reference.ContentDigest;
import dev.guard.registry.rig.Permits;
import dev.guard.registry.rig.StepTime;
import dev.guard.registry.rig.StubServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuthenticationTest {
  private static final String SECRET = "hunter2";
  private static final String TAGS = "{\"tags\":[\"v1\"]}";
  private static final String ZERO = "sha256:" + "0".repeat(64);

  private final StubServer server = new StubServer();
  private final StepTime time = new StepTime();

  @AfterEach
  void close() {
    server.close();
  }

  private RegistryClient client(Credentials credentials) {
    return RegistryClient.at(server.uri()).credentials(credentials).time(time).build();
  }

  private StubServer.Answer challenge(String value) {
    return error(401, "UNAUTHORIZED").with("WWW-Authenticate", value);
  }

  private String bearer() {
    return "Bearer realm=\""
        + server.uri()
        + "/token\",service=\"stub\",scope=\"repository:team/app:pull\"";
  }

  private static String jwt(String access) {
    Base64.Encoder encoder = Base64.getUrlEncoder().withoutPadding();
    String payload = "{\"access\":[" + access + "]}";
    return encoder.encodeToString("{}".getBytes(StandardCharsets.UTF_8))
        + "."
        + encoder.encodeToString(payload.getBytes(StandardCharsets.UTF_8))
        + ".sig";
  }

  @Test
  void basic_isSentOnlyAfterTheRegistryAsked_andRejectionIsDeniedOnce() {
    server.answering(
        it ->
            Optional.of(
                it.header("Authorization").equals("Basic " + b64("u:" + SECRET))
                    ? json(200, TAGS)
                    : challenge("Basic realm=\"r\"")));
    RegistryClient good = client(Credentials.basic("u", SECRET));
    assertThat(good.tags("team/app").isPresent()).isTrue();
    assertThat(server.asked().get(0).header("Authorization")).isEmpty();
    assertThat(good.tags("team/app").isPresent()).isTrue();
    assertThat(server.asked()).hasSize(3);

    Reading<List<String>> denied =
        client(Credentials.basic("u", "wrong" + SECRET)).tags("team/app");
    assertThat(denied.answer()).isEqualTo(Answer.DENIED);
    assertThat(denied.toString()).doesNotContain(SECRET);
    assertThat(client(Credentials.none()).ping().answer()).isEqualTo(Answer.DENIED);
  }

  private static String b64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void h71_aTokenIsKept_renewedAtFourFifthsOfItsLife_andOnceWhenRejected() {
    AtomicInteger issued = new AtomicInteger();
    AtomicInteger valid = new AtomicInteger(1);
    server.answering(
        it -> {
          if (it.target().startsWith("/token")) {
            return Optional.of(
                json(200, "{\"token\":\"t" + issued.incrementAndGet() + "\",\"expires_in\":100}"));
          }
          boolean ok =
              it.header("Authorization").startsWith("Bearer t")
                  && Integer.parseInt(it.header("Authorization").substring(8)) >= valid.get();
          return Optional.of(ok ? json(200, TAGS) : challenge(bearer()));
        });
    RegistryClient client = client(Credentials.basic("u", SECRET));
    assertThat(client.tags("team/app").isPresent()).isTrue();
    assertThat(client.tags("team/app").isPresent()).isTrue();
    assertThat(issued).hasValue(1);
    StubServer.Asked token =
        server.asked().stream()
            .filter(it -> it.target().startsWith("/token"))
            .findFirst()
            .orElseThrow();
    assertThat(token.method()).isEqualTo("GET");
    assertThat(token.target())
        .contains("service=stub", "scope=repository%3Ateam%2Fapp%3Apull", "account=u");
    assertThat(token.header("Authorization")).isEqualTo("Basic " + b64("u:" + SECRET));

    time.step(Duration.ofSeconds(79));
    client.tags("team/app");
    assertThat(issued).hasValue(1);
    time.step(Duration.ofSeconds(2));
    client.tags("team/app");
    assertThat(issued).hasValue(2);

    valid.set(3);
    assertThat(client.tags("team/app").isPresent()).isTrue();
    assertThat(issued).hasValue(3);
    valid.set(99);
    assertThat(client.tags("team/app").answer()).isEqualTo(Answer.DENIED);
    assertThat(issued).hasValue(4);
  }

  @Test
  void h70_aTokenThatTellsOfNoRightToDelete_isAClearErrorBeforeAnyDeletion() {
    String[] answer = {""};
    server.answering(
        it -> {
          if (it.target().startsWith("/token")) {
            return Optional.of(json(200, answer[0]));
          }
          return Optional.of(
              it.header("Authorization").isEmpty() ? challenge(bearer()) : json(200, TAGS));
        });
    for (String token :
        List.of(
            "{\"token\":\""
                + jwt("{\"type\":\"repository\",\"name\":\"team/app\",\"actions\":[\"pull\"]}")
                + "\"}",
            "{\"token\":\"" + jwt("") + "\"}",
            "{\"access_token\":\"opaque\",\"scope\":\"repository:team/app:pull\"}",
            "{\"access_token\":\"opaque\",\"scope\":\"repository:team/other:delete\"}")) {
      answer[0] = token;
      RegistryClient client = client(Credentials.none());
      assertThat(client.probeDelete("team/app").get()).isEqualTo(DeleteCapability.UNAUTHORISED);
      ContentDigest digest = new ContentDigest(ZERO);
      DeleteOutcome outcome =
          Permits.allowed(
              RegistryClient.DELETE,
              client.target("team/app", digest),
              permit -> client.deleteManifest(permit, "team/app", digest));
      assertThat(outcome).isInstanceOf(DeleteOutcome.RefusedByRegistry.class);
      assertThat(outcome.toString()).contains("granted no right to delete");
    }
    assertThat(server.lines()).noneMatch(it -> it.startsWith("DELETE"));
  }

  @Test
  void aTokenThatTellsOfTheRightToDelete_orTellsNothing_letsTheProbeAsk() {
    for (String token :
        List.of(
            jwt(
                "{\"type\":\"repository\",\"name\":\"team/app\",\"actions\":[\"pull\",\"delete\"]}"),
            "opaque",
            "a.b.c")) {
      server.answering(
          it -> {
            if (it.target().startsWith("/token")) {
              return Optional.of(json(200, "{\"token\":\"" + token + "\"}"));
            }
            if (it.header("Authorization").isEmpty()) {
              return Optional.of(challenge(bearer()));
            }
            return Optional.of(
                it.method().equals("DELETE") ? error(404, "MANIFEST_UNKNOWN") : json(200, "{}"));
          });
      assertThat(client(Credentials.none()).probeDelete("team/app").get())
          .as(token)
          .isEqualTo(DeleteCapability.ENABLED);
    }
  }

  @Test
  void h67_aTokenServerWithoutHttpsOnAnotherHost_isNeverAsked() {
    for (String realm :
        List.of(
            "http://registry.invalid/token",
            "ftp://127.0.0.1/",
            "http://u:p@127.0.0.1/t",
            "::",
            "/token")) {
      server.answering(it -> Optional.of(challenge("Bearer realm=\"" + realm + "\"")));
      Reading<List<String>> reading = client(Credentials.basic("u", SECRET)).tags("team/app");
      assertThat(reading.answer()).as(realm).isEqualTo(Answer.DENIED);
    }
    assertThat(server.asked()).allSatisfy(it -> assertThat(it.header("Authorization")).isEmpty());
  }

  @Test
  void aTokenServersRejectionIsDenied_anythingElseIsUnknown() {
    StubServer.Answer[] token = {error(401, "UNAUTHORIZED")};
    server.answering(
        it -> Optional.of(it.target().startsWith("/token") ? token[0] : challenge(bearer())));
    assertThat(client(Credentials.basic("u", SECRET)).tags("team/app").answer())
        .isEqualTo(Answer.DENIED);
    for (StubServer.Answer answer :
        List.of(
            error(500, "X"),
            json(200, "{}"),
            json(200, "{\"token\":\"a b\"}"),
            json(200, "<html>"),
            text(200, "application/json", "{\"token\":\"" + "a".repeat(300_000) + "\"}"))) {
      token[0] = answer;
      Reading<List<String>> reading = client(Credentials.basic("u", SECRET)).tags("team/app");
      assertThat(reading.answer()).isEqualTo(Answer.UNKNOWN);
      assertThat(reading.detail()).doesNotContain(SECRET);
    }
  }

  @Test
  void anIdentityToken_isExchangedByPost(@TempDir Path directory) throws IOException {
    Path config =
        write(directory, "{\"auths\":{\"" + host() + "\":{\"identitytoken\":\"refresh-me\"}}}");
    server.answering(
        it -> {
          if (it.target().equals("/token")) {
            return Optional.of(
                it.method().equals("POST") && it.body().contains("refresh_token=refresh-me")
                    ? json(200, "{\"access_token\":\"ok\"}")
                    : error(401, "UNAUTHORIZED"));
          }
          return Optional.of(
              it.header("Authorization").equals("Bearer ok")
                  ? json(200, TAGS)
                  : challenge(bearer()));
        });
    assertThat(client(Credentials.docker(config)).tags("team/app").isPresent()).isTrue();
  }

  private String host() {
    return server.uri().getAuthority();
  }

  private static Path write(Path directory, String json) throws IOException {
    return Files.writeString(directory.resolve("config.json"), json);
  }

  // -------------------------------------------------------------------------------------------
  // docker configuration

  private static Principal find(Path config, String host, String repository) {
    return Credentials.docker(config).find(host, repository);
  }

  @Test
  void theDockerConfiguration_isSearchedByHostAndPath(@TempDir Path directory) throws IOException {
    Path config =
        write(
            directory,
            "{\"auths\":{\"r.io\":{\"auth\":\""
                + b64("general:p:1")
                + "\"},\"r.io/team\":{\"username\":\"team\",\"password\":\"p2\"},"
                + "\"https://index.docker.io/v1/\":{\"auth\":\""
                + b64("hub:p3")
                + "\"},\"https://x.io/v2/\":{\"auth\":\""
                + b64("x:p4")
                + "\"},\"t.io\":{\"registrytoken\":\"bearer\"}}}");
    assertThat(find(config, "r.io", "other/app")).isEqualTo(new Principal.Basic("general", "p:1"));
    assertThat(find(config, "r.io", "team/app")).isEqualTo(new Principal.Basic("team", "p2"));
    assertThat(find(config, "docker.io", "library/a")).isEqualTo(new Principal.Basic("hub", "p3"));
    assertThat(find(config, "registry-1.docker.io", "library/a"))
        .isEqualTo(new Principal.Basic("hub", "p3"));
    assertThat(find(config, "x.io", "a")).isEqualTo(new Principal.Basic("x", "p4"));
    assertThat(find(config, "t.io", "a")).isEqualTo(new Principal.Bearer("bearer"));
    assertThat(find(config, "unknown.io", "a")).isEqualTo(new Principal.Anonymous());
    assertThat(find(directory.resolve("missing.json"), "r.io", "a"))
        .isEqualTo(new Principal.Anonymous());
  }

  @Test
  void aDamagedDockerConfiguration_isAnErrorWithoutSecrets(@TempDir Path directory)
      throws IOException {
    for (String json :
        List.of(
            "{",
            "[]",
            "{\"auths\":{\"r.io\":{\"auth\":\"" + SECRET + "!\"}}}",
            "{\"auths\":{\"r.io\":{\"auth\":\"" + b64(SECRET) + "\"}}}",
            "{\"credHelpers\":{\"r.io\":\"../../bin/" + SECRET + "\"}}",
            "{\"credsStore\":\"no-such-helper-anywhere\"}")) {
      Path config = write(directory, json);
      assertThatThrownBy(() -> find(config, "r.io", "a"))
          .as(json)
          .isInstanceOf(GuardConfigurationException.class)
          .hasMessageNotContaining(SECRET);
    }
  }

  @Test
  void aHelperForTheHost_beatsTheGeneralHelper_beatsTheFile(@TempDir Path directory)
      throws IOException {
    Path config =
        write(
            directory,
            "{\"credHelpers\":{\"a.io\":\"one\"},\"credsStore\":\"two\",\"auths\":{\"a.io\":{\"auth\":\""
                + b64("f:f")
                + "\"},\"c.io\":{\"auth\":\""
                + b64("file:p")
                + "\"}}}");
    DockerConfig docker =
        new DockerConfig(
            config,
            helper ->
                List.of(
                    "/bin/sh",
                    "-c",
                    helper.equals("one")
                        ? "read -r s || true; printf '{\"ServerURL\":\"x\",\"Username\":\"one\",\"Secret\":\"s1\"}'"
                        : "read -r s || true; case \"$s\" in b.io) printf '{\"Username\":\"<token>\",\"Secret\":\"r2\"}';;"
                            + " d.io) exit 3;; *) echo credentials not found in native keychain; exit 1;; esac"));
    assertThat(docker.find("a.io", "x")).isEqualTo(new Principal.Basic("one", "s1"));
    assertThat(docker.find("b.io", "x")).isEqualTo(new Principal.Identity("r2"));
    assertThat(docker.find("c.io", "x")).isEqualTo(new Principal.Basic("file", "p"));
    assertThatThrownBy(() -> docker.find("d.io", "x"))
        .isInstanceOf(GuardConfigurationException.class);
  }

  @Test
  void aHelperThatFloods_isCutOff(@TempDir Path directory) throws IOException {
    Path config = write(directory, "{\"credsStore\":\"flood\"}");
    DockerConfig docker = new DockerConfig(config, helper -> List.of("/bin/sh", "-c", "yes"));
    assertThatThrownBy(() -> docker.find("a.io", "x"))
        .isInstanceOf(GuardConfigurationException.class);
  }

  @Test
  void secretsNeverShowInToString() {
    assertThat(new Principal.Basic("u", SECRET).toString()).doesNotContain(SECRET);
    assertThat(new Principal.Identity(SECRET).toString()).doesNotContain(SECRET);
    assertThat(new Principal.Bearer(SECRET).toString()).doesNotContain(SECRET);
    assertThat(Credentials.basic("u", SECRET).toString()).doesNotContain(SECRET);
    assertThatThrownBy(() -> Credentials.basic("", SECRET))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining(SECRET);
  }
}
