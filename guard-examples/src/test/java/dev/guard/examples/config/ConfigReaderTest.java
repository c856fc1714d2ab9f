package dev.guard.examples.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigReaderTest {
  private static final String GOOD =
      """
      name: image-cleanup
      registry:
        url: https://registry.example.com
      clusters:
        - context: prod-eu
      policy:
        repositories: ["team/*"]
        age: {from: first-seen, atLeast: 30d}
      """;

  @TempDir Path directory;

  private GuardConfig read(String text) throws Exception {
    Path file = directory.resolve("guard.yaml");
    Files.writeString(file, text, StandardCharsets.UTF_8);
    return ConfigReader.read(file);
  }

  private void refused(String text, String... words) {
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll(words)
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n").matches(".*[.?]"));
  }

  private void refusedWithoutQuoting(String secret, String text, String... words) {
    refused(text, words);
    assertThatThrownBy(() -> read(text)).message().doesNotContain(secret);
  }

  @Test
  void everyKeyIsRead() throws Exception {
    String sha = "0123456789abcdef".repeat(4);
    GuardConfig config =
        read(
            """
            name: image-cleanup
            registry:
              url: https://registry.example.com:5000/
              credentials: {username: "env:REGISTRY_USER", password: "file:secrets/password"}
              aliases: ["registry.svc:5000"]
              mirrors: {"mirror.local/hub/": "docker.io/"}
            clusters:
              - {context: prod-eu, uid: "5f0c"}
              - {context: prod-us}
            kubeconfig: kube/config
            policy:
              repositories: ["team/*", base]
              age: {from: created, atLeast: 36h}
              keepLast: 5
              protect: {tags: ["production-*"], labels: {protected: "true"}, digests: ["sha256:%s"]}
            limits: {perPlan: 40, percent: 12.5, perDay: 100}
            switch: {file: flags/STOP, configMap: {context: prod-eu, namespace: guard, name: guard-switch}}
            state: var/state
            journal: /var/lib/guard/journal
            acknowledge:
              - {object: prod-eu/Pod/shop/x, path: "spec.containers[0].image", sha256: "%s", who: ada, why: a template, until: "2026-12-31"}
            evidence: {maxAge: 5m}
            """
                .formatted(sha, sha));

    assertThat(config.name()).isEqualTo("image-cleanup");
    assertThat(config.registry().url()).hasToString("https://registry.example.com:5000");
    assertThat(config.registry().credentials())
        .isEqualTo(
            new GuardConfig.CredentialsPart.Basic(
                new SecretReference("REGISTRY_USER", null),
                new SecretReference(null, directory.resolve("secrets/password"))));
    assertThat(config.registry().aliases()).containsExactly("registry.svc:5000");
    assertThat(config.registry().mirrors()).isEqualTo(Map.of("mirror.local/hub/", "docker.io/"));
    assertThat(config.clusters())
        .containsExactly(
            new GuardConfig.ClusterPart("prod-eu", "5f0c"),
            new GuardConfig.ClusterPart("prod-us", null));
    assertThat(config.kubeconfig()).isEqualTo(directory.resolve("kube/config"));
    assertThat(config.policy().repositories()).containsExactly("team/*", "base");
    assertThat(config.policy().ageFrom()).isEqualTo(GuardConfig.AgeSource.CREATED);
    assertThat(config.policy().atLeast()).isEqualTo(Duration.ofHours(36));
    assertThat(config.policy().keepLast()).isEqualTo(5);
    assertThat(config.policy().protectTags()).containsExactly("production-*");
    assertThat(config.policy().protectLabels()).isEqualTo(Map.of("protected", "true"));
    assertThat(config.policy().protectDigests()).hasSize(1);
    assertThat(config.limits()).isEqualTo(new GuardConfig.LimitsPart(40, 12.5, 100, 5));
    assertThat(config.killSwitch().file()).isEqualTo(directory.resolve("flags/STOP"));
    assertThat(config.killSwitch().configMap())
        .isEqualTo(new GuardConfig.ConfigMapPart("prod-eu", "guard", "guard-switch"));
    assertThat(config.state()).isEqualTo(directory.resolve("var/state"));
    assertThat(config.journal()).isEqualTo(Path.of("/var/lib/guard/journal"));
    assertThat(config.acknowledged())
        .singleElement()
        .satisfies(
            one -> {
              assertThat(one.place()).isEqualTo("prod-eu/Pod/shop/x spec.containers[0].image");
              assertThat(one.until()).isEqualTo(Instant.parse("2026-12-31T00:00:00Z"));
            });
    assertThat(config.evidence().maxAge()).isEqualTo(Duration.ofMinutes(5));
  }

  @Test
  void absentKeysMeanTheSafeDefaults() throws Exception {
    GuardConfig config = read(GOOD);

    assertThat(config.limits()).isEqualTo(new GuardConfig.LimitsPart(50, 10, 200, 5));
    assertThat(config.evidence().maxAge()).isEqualTo(Duration.ofMinutes(1));
    assertThat(config.killSwitch().file()).isEqualTo(directory.resolve("STOP"));
    assertThat(config.state()).isEqualTo(directory.resolve("state"));
    assertThat(config.journal()).isEqualTo(directory.resolve("journal"));
    assertThat(config.policy().keepLast()).isZero();
    assertThat(config.registry().credentials()).isEqualTo(new GuardConfig.CredentialsPart.Docker());
  }

  @Test
  void limitsThatNameOneKeyKeepTheDefaultsOfTheOthers() throws Exception {
    assertThat(read(GOOD + "limits: {percent: 60}\n").limits())
        .isEqualTo(new GuardConfig.LimitsPart(50, 60, 200, 5));
  }

  @Test
  void growthAgainstTheUsualIsOnUnlessItIsWrittenOff() throws Exception {
    assertThat(read(GOOD + "limits: {timesUsual: 3}\n").limits().timesUsual()).isEqualTo(3);
    assertThat(read(GOOD + "limits: {timesUsual: none}\n").limits().timesUsual()).isZero();
    for (String bad : List.of("0", "-1", "1001", "off", "2.5", "null")) {
      refused(GOOD + "limits: {timesUsual: " + bad + "}\n", "line 9", "limits.timesUsual");
    }
  }

  @Test
  void t09_zeroMeansNoneAndIsNeverUnlimited() throws Exception {
    assertThat(read(GOOD + "limits: {perPlan: 0, percent: 0, perDay: 0}\n").limits())
        .isEqualTo(new GuardConfig.LimitsPart(0, 0, 0, 5));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"100", "-1", "1e3", ".nan", ".inf", "\"10\"", "null", "250", "0x10", "[10]"})
  void t09_aPercentThatCannotTripIsAnError(String value) {
    refused(GOOD + "limits: {percent: " + value + "}\n", "guard.yaml line 9", "limits.percent");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "1.5", "many", "null", "1000000000000000000000", "true"})
  void t09_aCountThatIsNoCountIsAnError(String value) {
    refused(GOOD + "limits: {perPlan: " + value + "}\n", "guard.yaml line 9", "limits.perPlan");
  }

  @Test
  void shadowIsOffUnlessWritten_andIsNeverZero() throws Exception {
    assertThat(read(GOOD + "shadow: 5\n").people().shadow()).isEqualTo(5);
    assertThat(read(GOOD + "shadow: none\n").people().shadow()).isZero();
    refused(GOOD + "shadow: 0\n", "guard.yaml line 9", "shadow");
  }

  @ParameterizedTest
  @ValueSource(strings = {"scans", "quarantine"})
  void aKeyThatNothingEnforcesYetIsUnknown(String key) {
    refused(GOOD + key + ": none\n", "guard.yaml line 9", "'" + key + "' is unknown", "remove it");
  }

  @Test
  void notifiersAreNamedByReference() throws Exception {
    assertThat(read(GOOD).notifiers()).isEqualTo(GuardConfig.NotifyPart.NOBODY);
    assertThat(read(GOOD + "notify: none\n").notifiers()).isEqualTo(GuardConfig.NotifyPart.NOBODY);
    assertThat(read(GOOD + "notify: {slack: env:HOOK}\n").notifiers().slack())
        .isEqualTo(new SecretReference("HOOK", null));
    refusedWithoutQuoting(
        "hooks.slack.com",
        GOOD + "notify: {slack: \"https://hooks.slack.com/services/T/B/x\"}\n",
        "line 9",
        "notify.slack");
    assertThat(read(GOOD + "notify: {log: true}\n").notifiers().log()).isTrue();
    assertThat(read(GOOD + "notify: {slack: env:A, log: false}\n").notifiers().log()).isFalse();
    refused(GOOD + "notify: {log: false}\n", "line 9", "names nobody");
    refused(GOOD + "notify: {log: \"true\"}\n", "line 9", "notify.log");
    refused(GOOD + "notify: {log: yes}\n", "line 9", "notify.log");
    refused(GOOD + "notify: {}\n", "line 9", "names nobody");
    refused(GOOD + "notify: {slack: env:A, webhookKey: env:B}\n", "line 9", "webhookKey");
    refused(GOOD + "notify: {mail: env:A}\n", "line 9", "mail");
  }

  @Test
  void soakAndApprovals_areOnUnlessOffIsWritten() throws Exception {
    assertThat(read(GOOD).people()).isEqualTo(new GuardConfig.PeoplePart(Duration.ofDays(7), 1, 0));
    assertThat(read(GOOD + "soak: 12h\napprovals: 2\n").people())
        .isEqualTo(new GuardConfig.PeoplePart(Duration.ofHours(12), 2, 0));
    assertThat(read(GOOD + "soak: none\napprovals: none\n").people())
        .isEqualTo(new GuardConfig.PeoplePart(null, 0, 0));
  }

  @ParameterizedTest
  @ValueSource(strings = {"soak: 0s", "soak: 7", "soak: off", "soak: ", "approvals: 0"})
  void law4_aSoakOrApprovalsOfNothing_isAnError(String line) {
    refused(GOOD + line + "\n", "guard.yaml line 9", line.substring(0, line.indexOf(':')));
  }

  @ParameterizedTest
  @CsvSource({"polcy,policy", "limit,limits", "Name,name", "journals,journal"})
  void anUnknownKeyIsAnErrorThatNamesTheNearest(String key, String near) {
    refused(GOOD + key + ": x\n", "guard.yaml line 9", key, "did you mean '" + near + "'?");
  }

  @Test
  void anUnknownKeyInsideIsAnErrorWithItsLine() {
    refused(
        GOOD.replace("atLeast: 30d", "atLeast: 30d, atleast: 3d"),
        "guard.yaml line 8",
        "policy.age.atleast");
    refused(
        GOOD.replace("  - context: prod-eu", "  - context: prod-eu\n    uuid: x"),
        "line 6",
        "clusters[0].uuid");
  }

  @ParameterizedTest
  @ValueSource(strings = {"name", "registry", "clusters", "policy"})
  void aMissingNecessaryKeyIsAnError(String key) {
    StringBuilder text = new StringBuilder();
    boolean skip = false;
    for (String line : GOOD.split("\n")) {
      if (!line.startsWith(" ")) {
        skip = line.startsWith(key + ":");
      }
      text.append(skip ? "" : line + "\n");
    }
    refused(text.toString(), "'" + key + "' is missing");
  }

  @Test
  void theAgeIsRequired() {
    refused(
        GOOD.replace("  age: {from: first-seen, atLeast: 30d}\n", ""), "'policy.age' is missing");
    refused(GOOD.replace(", atLeast: 30d", ""), "'policy.age.atLeast' is missing");
    refused(GOOD.replace("from: first-seen, ", ""), "'policy.age.from' is missing");
  }

  @Test
  void pushTimeIsRefusedBecauseTheRegistryStoresNone() {
    refused(GOOD.replace("first-seen", "push-time"), "line 8", "push-time", "first-seen");
    refused(
        GOOD.replace("first-seen", "pulled"),
        "line 8",
        "must be one of push-time, first-seen, created");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0d", "30", "-3d", "d", "1y", "30 d", "99999999d", "[30d]", "P30D"})
  void aLengthOfTimeThatIsNoneIsAnError(String value) {
    refused(GOOD.replace("30d", "\"" + value + "\""), "line 8", "policy.age.atLeast");
  }

  @Test
  void t30_emptyNeverMeansEverything() {
    refused(GOOD.replace("[\"team/*\"]", "[]"), "line 7", "policy.repositories");
    refused(GOOD.replace("[\"team/*\"]", "[\"\"]"), "line 7", "blank");
    refused(GOOD.replace("[\"team/*\"]", ""), "line 7", "policy.repositories");
    refused(GOOD.replace("  - context: prod-eu", "  []"), "clusters", "empty");
    refused(GOOD.replace("name: image-cleanup", "name: ' '"), "line 1", "blank");
  }

  @Test
  void theSameClusterTwiceIsAnError() {
    refused(
        GOOD.replace("- context: prod-eu", "- {context: a}\n  - {context: a}"),
        "line 6",
        "second time");
    refused(
        GOOD.replace("- context: prod-eu", "- {context: a, uid: u}\n  - {context: b, uid: u}"),
        "line 6",
        "same cluster");
  }

  @Test
  void secretsStandOnlyByReferenceAndAreNeverQuoted() {
    assertThatThrownBy(
            () ->
                read(
                    GOOD.replace(
                        "url: https://registry.example.com",
                        "url: https://registry.example.com\n  credentials: {username: \"env:U\", password: hunter2}")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("registry.credentials.password")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("hunter2"));
    assertThatThrownBy(() -> read(GOOD.replace("https://registry", "https://ada:hunter2@registry")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("credentials")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("hunter2"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ftp://r.example.com",
        "registry.example.com",
        "https://",
        "https://r/path",
        "https://r?x=1",
        "http:"
      })
  void aRegistryThatIsNoAddressIsAnError(String url) {
    refused(
        GOOD.replace("https://registry.example.com", "\"" + url + "\""), "line 3", "registry.url");
  }

  @Test
  void aStateThatIsNoDirectoryIsAnError() {
    refused(GOOD + "state: \"https://db/guard\"\n", "line 9", "state", "directory");
    refused(GOOD + "journal: \"configmap:prod-eu/guard\"\n", "line 9", "journal", "directory");
  }

  @Test
  void aStateInADatabaseIsAnAddress_andItsPasswordStandsElsewhere() throws Exception {
    assertThat(read(GOOD + "state: \"jdbc:postgresql://db/guard?user=g&sslmode=verify-full\"\n"))
        .extracting(GuardConfig::sharedState)
        .isEqualTo(
            new GuardConfig.SharedStatePart.Database(
                "jdbc:postgresql://db/guard?user=g&sslmode=verify-full", null, null));
    assertThat(
            read(
                GOOD
                    + "state: {url: \"jdbc:postgresql://a:5432,b/guard\", username: env:PGUSER, password: env:PGPASS}\n"))
        .extracting(GuardConfig::sharedState)
        .isEqualTo(
            new GuardConfig.SharedStatePart.Database(
                "jdbc:postgresql://a:5432,b/guard",
                new SecretReference("PGUSER", null),
                new SecretReference("PGPASS", null)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:postgresql://db/guard?password=hunter2",
        "jdbc:postgresql://db/guard?user=g&sslpassword=hunter2",
        "jdbc:postgresql://g:hunter2@db/guard",
        "jdbc:postgresql://db/guard?socketFactory=hunter2",
        "jdbc:postgresql://db/guard?=hunter2",
        "jdbc:postgresql://db/guard?user=g&",
        "jdbc:postgresql:guard",
        "jdbc:postgresql://db",
        "jdbc:postgresql://db/",
        "jdbc:postgresql://db/guard#x",
        "jdbc:h2:mem:x"
      })
  void anAddressThatIsNone_orHoldsASecret_isAnErrorThatDoesNotQuoteIt(String url) {
    refusedWithoutQuoting("hunter2", GOOD + "state: \"" + url + "\"\n", "line 9", "state");
    refused(GOOD + "state: {url: \"" + url + "\"}\n", "line 9", "state.url");
  }

  @Test
  void aPasswordOfTheDatabaseStandsByReferenceAndWithItsUser() {
    String url = "url: \"jdbc:postgresql://db/guard\"";
    refused(GOOD + "state: {" + url + ", password: env:X}\n", "line 9", "username");
    refusedWithoutQuoting(
        "hunter2",
        GOOD + "state: {" + url + ", username: env:X, password: hunter2}\n",
        "line 9",
        "state.password");
    refused(GOOD + "state: {" + url + ", pool: 3}\n", "line 9", "pool");
    refused(GOOD + "state: {username: env:X}\n", "line 9", "url");
  }

  @Test
  void aStateInConfigMapsNamesContextAndNamespace() {
    for (String bad :
        List.of("", "prod-eu", "/guard", "prod-eu/", " prod/guard", "prod/Guard", "prod/a_b")) {
      refused(
          GOOD + "state: \"configmap:" + bad + "\"\n",
          "line 9",
          "state",
          "context and a namespace");
    }
  }

  @Test
  void duplicatesAnchorsAliasesTagsAndSecondDocumentsAreRefused() {
    refused(GOOD + "name: other\n", "line 9", "second time");
    refused(GOOD + "evidence: &e {maxAge: 1m}\n", "line 9", "anchors");
    refused(GOOD + "limits: *a\n", "line 9");
    refused(GOOD.replace("name: image-cleanup", "name: !!java/lang.String x"), "line 1", "tags");
    refused(GOOD + "---\nname: x\n", "second document");
  }

  @Test
  void hugeDeepEmptyAndBrokenFilesAreRefused() {
    refused("x: " + "a".repeat(1024 * 1024), "1 MiB");
    refused("x: " + "[".repeat(200) + "]".repeat(200), "guard.yaml");
    refused("x: " + "{a: ".repeat(40) + "1" + "}".repeat(40), "deeper");
    refused("", "empty");
    refused("# nothing\n", "empty");
    refused("- a\n- b\n", "keys and values");
    refused("name: [unclosed\n", "not readable as YAML");
    refused("\tname: x\n", "line 1", "not readable as YAML");
  }

  @Test
  void aFileThatIsNoTextIsRefused() throws Exception {
    Path file = directory.resolve("guard.yaml");
    Files.write(file, new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1, 2, 3});
    assertThatThrownBy(() -> ConfigReader.read(file)).isInstanceOf(ConfigException.class);
    assertThatThrownBy(() -> ConfigReader.read(directory.resolve("missing.yaml")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll("missing.yaml", "--config");
    assertThatThrownBy(() -> ConfigReader.read(directory)).isInstanceOf(ConfigException.class);
  }

  @Test
  void messagesCarryNoControlCharacters() {
    assertThatThrownBy(() -> read(GOOD + "\"lim\\u001b[31mits\": 1\n"))
        .isInstanceOf(ConfigException.class)
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\u001b"));
  }

  @Test
  void aSecretIsFetchedFromWhereItIsAndNamedOnlyByPlace() throws Exception {
    Path file = directory.resolve("password");
    Files.writeString(file, "s3cret\n");
    assertThat(new SecretReference(null, file).fetch(Map.of())).isEqualTo("s3cret");
    assertThat(new SecretReference("P", null).fetch(Map.of("P", "s3cret"))).isEqualTo("s3cret");
    assertThat(new SecretReference("P", null)).hasToString("env:P");
    assertThatThrownBy(() -> new SecretReference("P", null).fetch(Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("P");
    assertThatThrownBy(() -> new SecretReference(null, directory.resolve("none")).fetch(Map.of()))
        .isInstanceOf(ConfigException.class);
  }
}
