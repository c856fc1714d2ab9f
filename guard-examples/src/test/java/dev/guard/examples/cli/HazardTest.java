package dev.guard.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.guard.Digest;
import dev.guard.testkit.cluster.KubeObject;
import dev.guard.testkit.http.Fault;
import dev.guard.testkit.registry.ImageSpec;
import dev.guard.testkit.registry.IndexSpec;
import dev.guard.testkit.registry.Pushed;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The hazards of the catalogue, through the command line. Names carry the hazard's number. */
class HazardTest {
  @TempDir Path directory;

  private Ground ground;

  @BeforeEach
  void begin() throws Exception {
    ground = Ground.fake(directory);
    ground.configure();
  }

  @AfterEach
  void end() {
    ground.close();
  }

  /** Pushes an old image that policy would let go. */
  private Pushed old(String repository, String tag) {
    return ground.push.push(
        repository, tag, ImageSpec.of(repository + ":" + tag).created(Ground.LONG_AGO));
  }

  /**
   * So many old images that nothing needs, and as many young ones, so that limits in percent have
   * room.
   */
  private void fill(int count) {
    for (int i = 0; i < count; i++) {
      ground.push.push(
          "young/app",
          "y" + i,
          ImageSpec.of("young " + i).created(ground.time.now().minus(Duration.ofDays(1))));
    }
    for (int i = 0; i < count; i++) {
      old("filler/app", "f" + i);
    }
  }

  private JsonNode cleanUp(int exit) {
    Cli.Ran ran = ground.cli.run("images", "apply", "--execute", "--json");
    assertThat(ran.exit()).as(ran.toString()).isEqualTo(exit);
    return ran.json();
  }

  /** A real run deletes nothing, because something could not be read. Takes {@code fill(3)}. */
  private Cli.Ran evidenceBlocks() {
    Cli.Ran ran = ground.cli.run("images", "apply", "--execute", "--json");
    assertThat(ran.exit()).as(ran.toString()).isEqualTo(3);
    assertThat(ground.look.tags("filler/app")).hasSize(3);
    return ran;
  }

  private void writePlan() {
    Cli.Ran ran = ground.cli.run("images", "plan", "-o", "plan.json");
    assertThat(ran.exit()).as(ran.toString()).isZero();
  }

  /** The plan that was written is refused as such, and nothing is deleted. */
  private Cli.Ran planIsRefused() {
    Cli.Ran ran = ground.cli.run("images", "apply", "plan.json", "--execute");
    assertThat(ran.exit()).as(ran.toString()).isEqualTo(2);
    assertThat(ground.deletions()).isZero();
    return ran;
  }

  /** There is no plan, neither as a file nor within a run, and nothing is deleted. */
  private Cli.Ran noPlanIsMade() {
    Cli.Ran planned = ground.cli.run("images", "plan", "-o", "plan.json");
    assertThat(planned.exit()).as(planned.toString()).isEqualTo(3);
    assertThat(directory.resolve("plan.json")).doesNotExist();
    assertThat(ground.cli.run("images", "apply", "--execute").exit()).isEqualTo(3);
    assertThat(ground.deletions()).isZero();
    return planned;
  }

  /** Filler goes, the image in question stays, and the plan's reason names the place. */
  private void keptBecauseOf(Pushed image, String place) {
    fill(3);
    Cli.Ran planned = ground.cli.run("images", "plan", "-o", "plan.json", "--json");
    assertThat(planned.exit()).as(planned.toString()).isZero();
    assertThat(planned.out()).contains(place);
    Cli.Ran applied = ground.cli.run("images", "apply", "plan.json", "--execute", "--json");
    assertThat(applied.exit()).as(applied.toString()).isZero();
    assertThat(applied.json().path("counts").path("DONE").asInt()).isEqualTo(3);
    assertThat(ground.look.pulls(image.repository(), image.digest())).isTrue();
    assertThat(ground.look.tags("filler/app")).isEmpty();
  }

  @Test
  void h01_aDeploymentAtZeroReplicasKeepsItsImage() {
    Pushed image = old("shop/api", "1");
    ground
        .cluster("prod")
        .put(KubeObject.deployment("shop", "api", 0, ground.host() + "/shop/api:1"));

    keptBecauseOf(
        image, "prod/Deployment/shop/api spec.template.spec.containers[0].image replicas 0");

    JsonNode explained = ground.cli.run("images", "explain", "--json", "shop/api:1").json();
    assertThat(explained.path("decision").asText()).isEqualTo("KEEP");
    assertThat(explained.path("digest").asText()).isEqualTo(image.digest());
    assertThat(explained.path("reasons").get(0).path("where").asText())
        .contains("Deployment/shop/api");
    assertThat(explained.path("reasons").get(0).path("where").asText()).contains("replicas 0");
  }

  @Test
  void h02_aRunningPodThatNeverPullsKeepsItsImage() {
    Pushed image = old("shop/web", "1");
    ground
        .cluster("prod")
        .put(
            KubeObject.pod("shop", "web-1", ground.host() + "/shop/web:1")
                .running(ground.host() + "/shop/web@" + image.digest()));

    keptBecauseOf(image, "prod/Pod/shop/web-1");
  }

  @Test
  void h02_whatRunsUnderADigestIsKeptAlsoIfItsTagMovedOn() {
    Pushed runs = old("shop/web", "1");
    ground
        .cluster("prod")
        .put(
            KubeObject.pod("shop", "web-1", "somewhere.example.com/other:9")
                .running("somewhere.example.com/other@" + runs.digest()));

    keptBecauseOf(runs, "prod/Pod/shop/web-1");
  }

  @Test
  void h03_aSuspendedCronJobKeepsItsImage() {
    Pushed image = old("shop/report", "7");
    ground
        .cluster("prod")
        .put(KubeObject.cronJob("shop", "report", true, ground.host() + "/shop/report:7"));

    keptBecauseOf(image, "prod/CronJob/shop/report");
  }

  @Test
  void h04_replicaSetsKeptForRollbackKeepTheirImages() {
    Pushed one = old("shop/cart", "1");
    Pushed two = old("shop/cart", "2");
    ground
        .cluster("prod")
        .put(KubeObject.replicaSet("shop", "cart-1", 0, ground.host() + "/shop/cart:1"));
    ground
        .cluster("prod")
        .put(KubeObject.replicaSet("shop", "cart-2", 0, ground.host() + "/shop/cart:2"));

    keptBecauseOf(one, "prod/ReplicaSet/shop/cart-1");
    assertThat(ground.look.pulls("shop/cart", two.digest())).isTrue();
  }

  @Test
  void h05_aControllerRevisionKeepsItsImage() {
    Pushed image = old("shop/db", "5");
    ground
        .cluster("prod")
        .put(KubeObject.controllerRevision("shop", "db-5", 5, ground.host() + "/shop/db:5"));

    keptBecauseOf(image, "prod/ControllerRevision/shop/db-5");
  }

  @ParameterizedTest
  @ValueSource(strings = {"initContainer", "sidecar", "ephemeralContainer", "imageVolume"})
  void h06_anImageThatStandsElsewhereInAPodIsKept(String where) {
    Pushed image = old("shop/extra", "1");
    KubeObject pod = KubeObject.pod("shop", "p", "elsewhere.example.com/x:1");
    String name = ground.host() + "/shop/extra:1";
    ground
        .cluster("prod")
        .put(
            switch (where) {
              case "initContainer" -> pod.initContainer(name);
              case "sidecar" -> pod.sidecar(name);
              case "ephemeralContainer" -> pod.ephemeralContainer(name);
              default -> pod.imageVolume(name);
            });

    keptBecauseOf(image, "prod/Pod/shop/p");
  }

  @Test
  void h19_aTagAndADigestThatDifferAreBothKept() {
    Pushed before = old("shop/api", "was");
    Pushed now = old("shop/api", "1");
    ground
        .cluster("prod")
        .put(
            KubeObject.deployment(
                "shop", "api", 1, ground.host() + "/shop/api:1@" + before.digest()));

    keptBecauseOf(before, "prod/Deployment/shop/api");
    assertThat(ground.look.pulls("shop/api", now.digest())).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"UPPER/Case:1", "${IMAGE}", "http://r/a:1", "r.io/filler/app:${TAG}"})
  void h20_anUnparseableReferenceBlocksUntilSomebodyVouchesForIt(String value) throws Exception {
    fill(3);
    ground.cluster("prod").put(KubeObject.deployment("shop", "odd", 1, value));
    Cli.Ran blocked = ground.cli.run("images", "apply", "--execute", "--json");
    assertThat(blocked.exit()).as(blocked.toString()).isEqualTo(3);
    assertThat(blocked.out()).contains("Deployment/shop/odd");
    assertThat(ground.look.tags("filler/app")).hasSize(3);

    String until = ground.time.now().plus(Duration.ofDays(2)).toString();
    ground.configure(
        "acknowledge",
        "[{object: prod/Deployment/shop/odd, path: \"spec.template.spec.containers[0].image\", sha256: \""
            + Digest.of(value).hex()
            + "\", who: ada, why: \"a template nobody starts\", until: \""
            + until
            + "\"}]");
    Cli.Ran vouched = ground.cli.run("images", "apply", "--json");
    assertThat(vouched.exit()).as(vouched.toString()).isZero();
    assertThat(ground.cli.run("audit", "show").out())
        .contains("acknowledge")
        .contains("a template nobody starts");

    ground.time.tick(Duration.ofDays(3));
    assertThat(ground.cli.run("images", "apply", "--execute", "--json").exit()).isEqualTo(3);
    assertThat(ground.look.tags("filler/app")).hasSize(3);
  }

  @Test
  void h20_anImageIdOfNoKnownForm_blocksUntilSomebodyVouchesForIt_andStillProtectsWhatItNames()
      throws Exception {
    Pushed named = old("shop/api", "1");
    fill(3);
    String hex = named.digest().substring("sha256:".length());
    String odd = "oddruntime://" + hex;
    ground.cluster("prod").put(KubeObject.pod("shop", "odd", "busybox:1").running(odd));
    Cli.Ran blocked = ground.cli.run("images", "apply", "--execute", "--json");
    assertThat(blocked.exit()).as(blocked.toString()).isEqualTo(3);
    assertThat(blocked.out()).contains("Pod/shop/odd");

    ground.configure(
        "acknowledge",
        "[{object: prod/Pod/shop/odd, path: \"status.containerStatuses[0].imageID\", sha256: \""
            + Digest.of(odd).hex()
            + "\", who: ada, why: \"a runtime of our own\", until: \"2099-01-01\"}]");
    keptBecauseOf(named, "prod/Pod/shop/odd");
    assertThat(ground.look.tags("filler/app")).isEmpty();
  }

  @Test
  void h20_nobodyCanVouchAwayAReferenceThatCanBeRead() throws Exception {
    Pushed image = old("shop/api", "1");
    String value = ground.host() + "/shop/api:1";
    ground.cluster("prod").put(KubeObject.deployment("shop", "api", 0, value));
    ground.configure(
        "acknowledge",
        "[{object: prod/Deployment/shop/api, path: \"spec.template.spec.containers[0].image\", sha256: \""
            + Digest.of(value).hex()
            + "\", who: mallory, why: \"want it gone\", until: \"2099-01-01\"}]");

    keptBecauseOf(image, "prod/Deployment/shop/api");
  }

  @Test
  void h24_aClusterThatCannotBeReachedBlocksEverything() throws Exception {
    fill(3);
    ground.cluster("prod");
    ground.cluster("dr").close();
    ground.configure();

    Cli.Ran ran = ground.cli.run("images", "apply", "--execute");

    assertThat(ran.exit()).as(ran.toString()).isEqualTo(3);
    assertThat(ran.err()).contains("dr:");
    assertThat(ground.look.tags("filler/app")).hasSize(3);
  }

  /** It answers when the command begins, and no more when it is read. */
  @ParameterizedTest
  @CsvSource({"/version,2,dr: cannot reach the cluster", "/api/v1/pods,1,dr: cannot list pods"})
  void h24_aClusterThatIsLostAfterItsFirstAnswerBlocksEverything(
      String path, int from, String words) throws Exception {
    fill(3);
    ground.cluster("dr").inject(Fault.on("GET", path).from(from).cut());
    ground.configure();

    Cli.Ran ran = evidenceBlocks();

    assertThat(ran.out()).contains("evidence-incomplete").contains(words);
  }

  /** Each command is a process of its own; only the state knows what there was. */
  @Test
  void law11_aClusterThatIsSuddenlyEmptyBlocksTheNextCommand() {
    fill(3);
    Pushed used = old("shop/api", "1");
    ground
        .cluster("prod")
        .put(KubeObject.deployment("shop", "api", 0, ground.host() + "/shop/api:1"));
    assertThat(ground.cli.run("images", "plan", "-o", "plan.json").exit()).isZero();
    assertThat(ground.cluster("prod").remove("Deployment", "shop", "api")).isTrue();

    Cli.Ran ran = evidenceBlocks();

    assertThat(ran.out()).contains("prod is empty, and held").contains("evidence-incomplete");
    assertThat(ground.look.pulls("shop/api", used.digest())).isTrue();
  }

  @Test
  void h25_t23_aForbiddenKindBlocksAndTheMissingRuleIsNamed() {
    fill(3);
    ground.cluster("prod").forbid("replicasets");

    Cli.Ran ran = evidenceBlocks();

    assertThat(ran.out()).contains("replicasets").contains("evidence-incomplete");
    Cli.Ran planned = ground.cli.run("images", "plan", "-o", "plan.json");
    assertThat(planned.exit()).isEqualTo(3);
    assertThat(directory.resolve("plan.json")).exists();
    assertThat(planned.out()).contains("replicasets");
  }

  @Test
  void h26_t23_credentialsThatExpireInTheMiddleBlock() {
    fill(3);
    ground.cluster("prod").inject(Fault.on("GET", "/apis/apps/v1/").status(401));

    evidenceBlocks();
  }

  @Test
  void h27_t23_aListWhoseSnapshotIsLostForGoodBlocks() {
    fill(3);
    ground.cluster("prod").inject(Fault.on("GET", "/api/v1/pods").status(410));

    evidenceBlocks();
  }

  @Test
  void h27_aListWhoseSnapshotIsLostOnceIsReadAnew() {
    fill(3);
    ground.cluster("prod").inject(Fault.on("GET", "/api/v1/pods").nth(1).status(410));

    assertThat(cleanUp(0).path("counts").path("DONE").asInt()).isEqualTo(3);
  }

  @Test
  void h28_t23_halfAPageBlocks() {
    fill(3);
    ground
        .cluster("prod")
        .put(KubeObject.deployment("shop", "api", 0, "elsewhere.example.com/shop/api:1"));
    ground.cluster("prod").inject(Fault.on("GET", "/apis/apps/v1/deployments").truncate(60));

    evidenceBlocks();
  }

  @Test
  void h30_aContextThatPointsToAnotherClusterBlocks() throws Exception {
    fill(3);
    ground.cluster("prod").expectUid("not-the-one");
    ground.configure();

    evidenceBlocks();
  }

  /**
   * Without a uid nobody can tell that two contexts are one cluster. Its references count twice,
   * which protects no less; the cluster that was meant is what uids are for.
   */
  @Test
  void h30_twoContextsOfOneClusterWithoutUidProtectTheSame() throws Exception {
    Pushed used = old("shop/api", "2.7.1");
    ground
        .cluster("prod")
        .put(KubeObject.deployment("shop", "api", 0, ground.host() + "/shop/api:2.7.1"));
    Path file = directory.resolve("guard.yaml");
    String plain = Files.readString(file);
    Files.writeString(
        file, plain.replace("{context: prod}", "{context: prod}\n  - {context: twin}"));
    ground.cluster("prod").fake.kubeconfig(directory.resolve("kubeconfig"), "twin");

    keptBecauseOf(used, "prod/Deployment/shop/api");
    assertThat(ground.cli.run("images", "explain", ground.host() + "/shop/api:2.7.1").out())
        .contains("prod/Deployment/shop/api")
        .contains("twin/Deployment/shop/api");

    String uid = ", uid: \"" + ground.cluster("prod").fake.uid() + "\"}";
    Files.writeString(
        file,
        plain.replace("{context: prod}", "{context: prod" + uid + "\n  - {context: twin" + uid));
    Cli.Ran told = ground.cli.run("images", "plan");
    assertThat(told.exit()).as(told.toString()).isEqualTo(2);
    assertThat(told.err()).contains("two contexts may not be the same cluster");
  }

  @Test
  void h39_aDigestWithAProtectedTagIsKeptWithAllItsTags() throws Exception {
    Pushed image = old("shop/api", "v1");
    ground.push.tag(image, "production-1");
    ground.configure("protect", "{tags: [\"production-*\"]}");
    fill(3);

    assertThat(cleanUp(0).path("counts").path("DONE").asInt()).isEqualTo(3);

    assertThat(ground.look.tags("shop/api")).containsExactly("production-1", "v1");
    assertThat(ground.look.pulls("shop/api", "v1")).isTrue();
    JsonNode why = ground.cli.run("images", "explain", "--json", "shop/api:v1").json();
    assertThat(why.path("decision").asText()).isEqualTo("KEEP");
  }

  @Test
  void h45_t16_theChildrenOfAnIndexThatStaysAreKept() throws Exception {
    Pushed amd = ground.push.push("shop/multi", ImageSpec.of("amd").created(Ground.LONG_AGO));
    Pushed arm =
        ground.push.push(
            "shop/multi", ImageSpec.of("arm").created(Ground.LONG_AGO).platform("linux/arm64"));
    ground.push.push("shop/multi", "production-1", IndexSpec.oci().add(amd).add(arm));
    // One child has a tag of its own that could go, the other also belongs to an index that goes.
    ground.push.tag(amd, "1-amd64");
    Pushed goes = ground.push.push("shop/multi", "1-arm64", IndexSpec.oci().add(arm));
    ground.configure("protect", "{tags: [\"production-*\"]}");
    fill(3);

    assertThat(cleanUp(0).path("counts").path("DONE").asInt()).isEqualTo(4);

    assertThat(ground.look.pulls("shop/multi", "production-1")).isTrue();
    assertThat(ground.look.tags("shop/multi")).containsExactly("1-amd64", "production-1");
    assertThat(ground.look.status("shop/multi", goes.digest())).isEqualTo(404);
  }

  @Test
  void h47_aNestedIndexAndItsAttestationAreKeptWithTheirRoot() {
    Pushed amd = ground.push.push("shop/multi", ImageSpec.of("amd").created(Ground.LONG_AGO));
    Pushed proof =
        ground.push.push("shop/multi", ImageSpec.of("attestation").created(Ground.LONG_AGO));
    Pushed inner = ground.push.push("shop/multi", IndexSpec.oci().add(amd).attestation(proof, amd));
    ground.push.push("shop/multi", "1", IndexSpec.oci().add(inner));
    ground
        .cluster("prod")
        .put(KubeObject.deployment("shop", "multi", 0, ground.host() + "/shop/multi:1"));
    fill(3);

    JsonNode counts = cleanUp(0).path("counts");
    assertThat(counts.path("DONE").asInt()).isEqualTo(3);
    assertThat(counts.path("REFUSED").asInt())
        .as("each is in use itself, and does not merely wait for what is")
        .isEqualTo(4);

    assertThat(ground.look.pulls("shop/multi", "1")).isTrue();
    assertThat(ground.look.status("shop/multi", proof.digest())).isEqualTo(200);
  }

  @Test
  void t16_childrenOfAnIndexThatGoesGoAfterItWithinTheSamePlan() throws Exception {
    Pushed amd = ground.push.push("shop/multi", ImageSpec.of("amd").created(Ground.LONG_AGO));
    Pushed arm =
        ground.push.push(
            "shop/multi", ImageSpec.of("arm").created(Ground.LONG_AGO).platform("linux/arm64"));
    Pushed root = ground.push.push("shop/multi", "1", IndexSpec.oci().add(amd).add(arm));
    ground.configure("protect", "{tags: [\"production-*\"]}");
    old("shop/multi", "production-1");

    JsonNode report = cleanUp(0);

    assertThat(report.path("counts").path("DONE").asInt()).isEqualTo(3);
    assertThat(report.path("entries").get(0).path("target").path("id").asText())
        .isEqualTo(root.digest());
    assertThat(ground.look.status("shop/multi", amd.digest())).isEqualTo(404);
    assertThat(ground.look.status("shop/multi", arm.digest())).isEqualTo(404);
  }

  @Test
  void h58_theSameDigestInAnotherRepositoryStillPulls() throws Exception {
    ImageSpec spec = ImageSpec.of("twins").created(Ground.LONG_AGO);
    ground.push.push("a/app", "1", spec);
    ground.push.push("b/app", "1", spec);
    old("a/app", "production-1");
    ground.configure("repositories", "[\"a/*\"]", "protect", "{tags: [\"production-*\"]}");

    assertThat(cleanUp(0).path("counts").path("DONE").asInt()).isEqualTo(1);

    assertThat(ground.look.tags("a/app")).containsExactly("production-1");
    assertThat(ground.look.pulls("b/app", "1")).isTrue();
  }

  @Test
  void h68_aRepositoryThatCannotBeReadIsLeftAloneAndTheRestGoesOn() {
    fill(3);
    old("broken/app", "1");
    ground.registry.inject(Fault.on("GET", "/v2/broken/app/tags/list").status(500));

    Cli.Ran planned = ground.cli.run("images", "plan", "--json");
    assertThat(planned.exit()).as(planned.toString()).isEqualTo(5);
    assertThat(planned.json().path("plan").path("unread").toString()).contains("broken/app");
    assertThat(planned.json().path("plan").path("population").path("size").asText()).isEqualTo("6");
    assertThat(cleanUp(5).path("counts").path("DONE").asInt()).isEqualTo(3);

    ground.registry.heal();
    assertThat(ground.look.pulls("broken/app", "1")).isTrue();
  }

  @Test
  void h82_anImageWithoutAnAgeIsNeverACandidate() {
    fill(3);
    ground.push.push("shop/ageless", "1", ImageSpec.of("no created stamp"));
    ground.push.push(
        "shop/ageless", "2", ImageSpec.of("epoch").createdText("1970-01-01T00:00:00Z"));
    ground.push.push(
        "shop/ageless",
        "3",
        ImageSpec.of("tomorrow").created(ground.time.now().plus(Duration.ofDays(1))));
    ground.push.push("shop/ageless", "4", ImageSpec.of("words").createdText("a long time ago"));

    assertThat(cleanUp(0).path("counts").path("DONE").asInt()).isEqualTo(3);

    assertThat(ground.look.tags("shop/ageless")).containsExactly("1", "2", "3", "4");
    JsonNode plan = ground.cli.run("images", "plan", "--json").json();
    assertThat(plan.path("plan").path("facts").path("withoutAge").asText()).isEqualTo("4");
  }

  @Test
  void h84_aStopWhileARunGoesOnEndsItBeforeTheNextDeletion() {
    fill(6);
    ground.whenDeleted(
        2,
        () -> {
          Cli.Ran stop = ground.cli.run("stop", "--why", "odd alerts", "--as", "grace");
          assertThat(stop.exit()).as(stop.toString()).isZero();
        });

    Cli.Ran ran = ground.cli.run("images", "apply", "--execute", "--json");

    assertThat(ran.exit()).as(ran.toString()).isEqualTo(4);
    assertThat(ran.json().path("counts").path("DONE").asInt()).isEqualTo(2);
    assertThat(ground.deletions()).isEqualTo(2);
    assertThat(ground.look.tags("filler/app")).hasSize(4);
    assertThat(ground.cli.run("audit", "verify").exit()).isZero();
    assertThat(ground.cli.run("audit", "show").out())
        .contains("HUMAN")
        .contains("grace")
        .contains("odd alerts");
    assertThat(ground.cli.run("images", "apply", "--execute").exit()).isEqualTo(4);
    assertThat(ground.deletions()).isEqualTo(2);

    assertThat(ground.cli.run("resume", "--why", "all clear").exit()).isZero();
    assertThat(cleanUp(0).path("counts").path("DONE").asInt()).isEqualTo(4);
    assertThat(ground.cli.run("audit", "show").out()).contains("all clear");
  }

  @Test
  void h85_aSwitchThatCannotBeReadIsStop() throws Exception {
    fill(3);
    ground.configure("configMap", "{context: prod, namespace: guard, name: guard-switch}");

    Cli.Ran missing = ground.cli.run("images", "apply", "--execute", "--json");
    assertThat(missing.exit()).as(missing.toString()).isEqualTo(4);
    assertThat(missing.out()).contains("guard-switch");
    assertThat(ground.deletions()).isZero();
    assertThat(ground.cli.run("status", "--json").json().path("switch").asText()).isEqualTo("STOP");

    ground
        .cluster("prod")
        .put(KubeObject.configMap("guard", "guard-switch", Map.of("state", "run")));
    assertThat(ground.cli.run("resume", "--why", "the ConfigMap is there now").exit()).isZero();
    ground.cluster("prod").inject(Fault.on("GET", "/configmaps/").status(500));
    assertThat(ground.cli.run("images", "apply", "--execute").exit()).isEqualTo(4);
    assertThat(ground.deletions()).isZero();
  }

  @Test
  void h88_aPlanOverItsLimitIsWrittenWholeAndRefused() throws Exception {
    fill(11);
    ground.configure("limits", "{perPlan: 10, percent: 99}");

    Cli.Ran planned = ground.cli.run("images", "plan", "-o", "plan.json");
    assertThat(planned.exit()).as(planned.toString()).isEqualTo(4);
    assertThat(planned.out()).contains("11 of 10").contains("10");
    JsonNode shown = ground.cli.run("plan", "show", "plan.json", "--json").json();
    assertThat(shown.path("plan").path("items")).hasSize(11);
    assertThat(ground.cli.run("images", "apply", "plan.json").exit()).isEqualTo(4);
    Cli.Ran applied = ground.cli.run("images", "apply", "plan.json", "--execute", "--json");
    assertThat(applied.exit()).as(applied.toString()).isEqualTo(4);
    assertThat(applied.json().path("counts").path("NOT_ATTEMPTED").asInt()).isEqualTo(11);
    assertThat(applied.json().path("halted").toString()).contains("over-limit");
    assertThat(ground.deletions()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{percent: 0}",
        "{perPlan: 0, percent: 99}",
        "{perPlan: 50, percent: 99, perDay: 0}"
      })
  void t01_t09_aLimitOfZeroLetsNothingGo(String limits) throws Exception {
    fill(3);
    ground.configure("limits", limits);

    assertThat(ground.cli.run("images", "apply", "--execute").exit()).isEqualTo(4);
    assertThat(ground.deletions()).isZero();
  }

  @Test
  void h99_withoutAJournalNothingIsDeleted() throws Exception {
    fill(3);
    Files.writeString(directory.resolve("blocker"), "a file where a directory should be");
    ground.configure("journal", "blocker/journal");

    Cli.Ran ran = ground.cli.run("images", "apply", "--execute");

    assertThat(ran.exit()).as(ran.toString()).isEqualTo(4);
    assertThat(ran.err().strip().lines()).hasSize(1);
    assertThat(ground.deletions()).isZero();
  }

  @Test
  void t08_whatIsInUseByTheTimeOfTheActIsSkipped() {
    fill(2);
    Pushed image = old("shop/api", "1");
    writePlan();
    ground
        .cluster("prod")
        .put(KubeObject.deployment("shop", "api", 0, ground.host() + "/shop/api:1"));

    JsonNode report = ground.cli.run("images", "apply", "plan.json", "--execute", "--json").json();

    assertThat(report.path("counts").path("DONE").asInt()).isEqualTo(2);
    assertThat(report.path("counts").path("SKIPPED").asInt()).isEqualTo(1);
    assertThat(report.toString()).contains("in-use");
    assertThat(ground.look.pulls("shop/api", image.digest())).isTrue();
  }

  @Test
  void t14_aCatalogThatCannotBeReadMakesNoPlan() {
    fill(3);
    ground.registry.inject(Fault.on("GET", "/v2/_catalog").status(500));

    noPlanIsMade();
  }

  @Test
  void t14_aCatalogOfWhichOnePageIsLostMakesNoPlan() {
    for (int i = 0; i < 120; i++) {
      ground.push.push("many/app" + i, "1", ImageSpec.of("many " + i).created(ground.time.now()));
    }
    old("app/first", "1");
    ground.registry.inject(Fault.on("GET", "/v2/_catalog.*last=").status(500));

    Cli.Ran planned = noPlanIsMade();

    assertThat(planned.err()).contains("list of repositories");
  }

  @Test
  void t15_aFailureInTheMiddleLosesNothingOfTheReport() {
    fill(10);
    ground.registry.inject(Fault.on("DELETE", Ground.REAL_DELETE).nth(7).status(400));

    Cli.Ran ran = ground.cli.run("images", "apply", "--execute", "--json");

    assertThat(ran.exit()).as(ran.toString()).isEqualTo(5);
    JsonNode counts = ran.json().path("counts");
    assertThat(counts.path("DONE").asInt()).isEqualTo(6);
    assertThat(counts.path("FAILED").asInt()).isEqualTo(1);
    assertThat(counts.path("NOT_ATTEMPTED").asInt()).isEqualTo(3);
    assertThat(ground.look.tags("filler/app")).hasSize(4);
  }

  @Test
  void t17_anEmptyRegistryIsNotSafeButUnknown() {
    Cli.Ran ran = ground.cli.run("images", "apply", "--json");

    assertThat(ran.exit()).as(ran.toString()).isEqualTo(3);
    assertThat(ran.out()).contains("evidence-incomplete").contains("empty");
    Cli.Ran planned = ground.cli.run("images", "plan");
    assertThat(planned.exit()).isEqualTo(3);
    assertThat(planned.out()).contains("empty");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 15})
  void h32_aClusterWhoseWorkloadsAreSuddenlyGoneSuspectsTheObserver(int left) {
    fill(3);
    Pushed image = old("shop/api", "1");
    for (int i = 0; i < 40; i++) {
      ground
          .cluster("prod")
          .put(
              KubeObject.deployment(
                  "shop", "api-" + i, 1, ground.host() + "/shop/api" + (i == 0 ? "" : i) + ":1"));
    }
    writePlan();
    for (int i = left; i < 40; i++) {
      ground.cluster("prod").remove("Deployment", "shop", "api-" + i);
    }
    Cli.Ran ran = evidenceBlocks();
    assertThat(ran.out())
        .contains("evidence-incomplete")
        .contains(left == 0 ? "is empty, and held" : "suspect the observer");
    assertThat(ground.cli.run("images", "apply", "plan.json", "--execute").exit()).isEqualTo(3);
    assertThat(ground.look.pulls(image.repository(), image.digest())).isTrue();
  }

  @Test
  void t18_h87_aRehearsalWritesNoDoneAnywhere() throws Exception {
    fill(3);
    writePlan();
    ground.clearLogs();

    Cli.Ran ran = ground.cli.run("images", "apply", "plan.json", "--json");

    assertThat(ran.exit()).as(ran.toString()).isZero();
    assertThat(ran.json().path("counts").path("SIMULATED").asInt()).isEqualTo(3);
    assertThat(ran.json().path("counts").path("DONE").asInt()).isZero();
    assertThat(ground.writes()).isEmpty();
    String journal = ground.cli.run("audit", "show", "--json").out();
    assertThat(journal).contains("SIMULATED").contains("dry-run").doesNotContain("\"INTENDED\"");
    assertThat(
            ground
                .cli
                .run("images", "apply", "plan.json", "--execute", "--json")
                .json()
                .path("counts")
                .path("DONE")
                .asInt())
        .as("a rehearsal draws no budget and leaves the plan as it was")
        .isEqualTo(3);
  }

  @Test
  void anEnvironmentThatSaysDryRunWinsOverExecute() {
    fill(3);
    ground.cli.with("GUARD_DRY_RUN", "yes");

    Cli.Ran ran = ground.cli.run("images", "apply", "--execute", "--json");

    assertThat(ran.exit()).as(ran.toString()).isZero();
    assertThat(ran.json().path("counts").path("SIMULATED").asInt()).isEqualTo(3);
    assertThat(ground.deletions()).isZero();
  }

  @Test
  void t20_aTagThatNamesSomethingElseByNowIsSkipped() {
    fill(2);
    Pushed before = old("shop/api", "1");
    writePlan();
    Pushed now =
        ground.push.push("shop/api", "1", ImageSpec.of("rebuilt").created(ground.time.now()));

    JsonNode report = ground.cli.run("images", "apply", "plan.json", "--execute", "--json").json();

    assertThat(report.path("counts").path("DONE").asInt()).isEqualTo(2);
    assertThat(report.path("counts").path("SKIPPED").asInt()).isEqualTo(1);
    assertThat(ground.look.pulls("shop/api", now.digest())).isTrue();
    assertThat(ground.look.status("shop/api", before.digest())).isEqualTo(200);
  }

  @Test
  void t19_theDaysBudgetHoldsOverRuns() throws Exception {
    fill(5);
    ground.configure(
        "limits",
        "{perPlan: 3, percent: 99, perDay: 5}",
        "repositories",
        "[\"filler/*\", \"young/*\"]");
    for (int i = 0; i < 3; i++) {
      old("second/app", "s" + i);
    }
    ground.configure(
        "limits",
        "{perPlan: 5, percent: 99, perDay: 5}",
        "repositories",
        "[\"filler/*\", \"young/*\"]");
    assertThat(cleanUp(0).path("counts").path("DONE").asInt()).isEqualTo(5);

    ground.configure(
        "limits",
        "{perPlan: 5, percent: 99, perDay: 5}",
        "repositories",
        "[\"second/*\", \"young/*\"]");
    Cli.Ran ran = ground.cli.run("images", "apply", "--execute", "--json");
    assertThat(ran.exit()).as(ran.toString()).isEqualTo(4);
    assertThat(ground.deletions()).isEqualTo(5);
  }

  @Test
  void t31_aPlanForAnotherRegistryIsRefused() throws Exception {
    fill(3);
    writePlan();
    try (Ground other = Ground.fake(Files.createDirectories(directory.resolve("other")))) {
      other.configure();
      other.push.push("filler/app", "f0", ImageSpec.of("filler/app:f0").created(Ground.LONG_AGO));
      Cli.Ran ran =
          other.cli.run("images", "apply", directory.resolve("plan.json").toString(), "--execute");
      assertThat(ran.exit()).as(ran.toString()).isEqualTo(2);
      assertThat(ran.err()).contains(ground.host());
      assertThat(other.deletions()).isZero();
    }
  }

  @Test
  void anExpiredPlanIsRefused() {
    fill(3);
    writePlan();
    ground.time.tick(Duration.ofHours(25));

    Cli.Ran ran = planIsRefused();

    assertThat(ran.err()).contains("expired");
  }

  @Test
  void anAlteredPlanIsRefused() throws Exception {
    fill(3);
    writePlan();
    Path file = directory.resolve("plan.json");
    Files.writeString(file, Files.readString(file).replace("filler/app", "filler/apt"));

    planIsRefused();

    assertThat(ground.cli.run("plan", "show", "plan.json").exit()).isEqualTo(2);
  }

  @Test
  void aPlanOfAnotherGuardIsRefused() throws Exception {
    fill(3);
    writePlan();
    Path file = directory.resolve("guard.yaml");
    Files.writeString(
        file, Files.readString(file).replace("name: image-cleanup", "name: somebody-else"));

    Cli.Ran ran = planIsRefused();

    assertThat(ran.err()).contains("image-cleanup").contains("somebody-else");
  }

  @Test
  void t25_aPlanIsVoidWhenWhatProtectsHasChanged() throws Exception {
    fill(3);
    ground.configure("protect", "{tags: [\"keep-*\"]}");
    writePlan();
    ground.configure("protect", "{tags: [\"other-*\"]}");

    planIsRefused();
  }

  @Test
  void rejectedCredentialsAreUsage() {
    fill(1);
    ground.registry.inject(Fault.on("GET", "^/v2/$").status(401));

    Cli.Ran ran = ground.cli.run("images", "plan");

    assertThat(ran.exit()).as(ran.toString()).isEqualTo(2);
    assertThat(ran.err().strip().lines()).hasSize(1);
    assertThat(ran.err()).contains("credentials");
  }

  @Test
  void aDeletionNobodyKnowsTheOutcomeOf_isInDoubtUntilTheRegistrySaysWhatBecameOfIt() {
    fill(3);
    ground.registry.inject(Fault.on("DELETE", Ground.REAL_DELETE).nth(2).cut());

    Cli.Ran ran = ground.cli.run("images", "apply", "--execute", "--json");

    assertThat(ran.exit()).as(ran.toString()).isEqualTo(6);
    assertThat(ran.json().path("counts").path("IN_DOUBT").asInt()).isEqualTo(1);
    ground.registry.heal();
    assertThat(ground.cli.run("audit", "unsettled", "--json").exit()).isEqualTo(6);
    ground.registry.inject(Fault.on("HEAD", "/manifests/sha256:").status(500));
    Cli.Ran blind = ground.cli.run("images", "apply", "--execute", "--json");
    assertThat(blind.exit()).as(blind.toString()).isEqualTo(6);
    assertThat(blind.json().path("counts").path("IN_DOUBT").asInt()).isEqualTo(1);
    ground.registry.heal();
    Cli.Ran unsettled = ground.cli.run("audit", "unsettled", "--json");
    assertThat(unsettled.out()).contains("filler/app");
    assertThat(unsettled.exit()).isEqualTo(6);

    Cli.Ran again = ground.cli.run("images", "apply", "--execute", "--json");
    assertThat(again.exit()).as(again.toString()).isZero();
    assertThat(ground.look.tags("filler/app")).isEmpty();
    assertThat(ground.cli.run("audit", "unsettled").exit()).isZero();
    assertThat(ground.cli.run("audit", "show", "--json").out()).contains("reconciled");
  }

  @Test
  void applyingACompletedPlanPerformsNothingAndIsClean() {
    fill(3);
    writePlan();
    assertThat(ground.cli.run("images", "apply", "plan.json", "--execute").exit()).isZero();
    int before = ground.deletions();

    Cli.Ran again = ground.cli.run("images", "apply", "plan.json", "--execute", "--json");

    assertThat(again.exit()).as(again.toString()).isZero();
    assertThat(again.json().path("counts").path("DONE").asInt()).isZero();
    assertThat(ground.deletions()).isEqualTo(before).isEqualTo(3);
  }
}
