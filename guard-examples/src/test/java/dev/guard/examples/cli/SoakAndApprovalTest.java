package dev.guard.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.guard.testkit.cluster.KubeObject;
import dev.guard.testkit.http.FakeServer;
import dev.guard.testkit.http.Response;
import dev.guard.testkit.registry.ImageSpec;
import dev.guard.testkit.registry.Pushed;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What people are told, what they say, and when an image goes then, by the command line. */
class SoakAndApprovalTest {
  @TempDir Path directory;

  private Ground ground;
  private Pushed first;

  @BeforeEach
  void begin() throws Exception {
    ground = Ground.fake(directory);
    ground.configure("soak", "3d");
    first = ground.push.push("old/app", "o0", ImageSpec.of("old 0").created(Ground.LONG_AGO));
    for (int i = 1; i < 3; i++) {
      ground.push.push("old/app", "o" + i, ImageSpec.of("old " + i).created(Ground.LONG_AGO));
    }
    ground.push.push("young/app", "y", ImageSpec.of("young").created(Ground.NOW));
    ground
        .cluster("prod")
        .put(KubeObject.deployment("shop", "web", 1, ground.host() + "/young/app:y"));
  }

  @AfterEach
  void end() {
    ground.close();
  }

  private Cli.Ran ok(String... arguments) {
    return exits(0, arguments);
  }

  private Cli.Ran exits(int exit, String... arguments) {
    Cli.Ran ran = ground.cli.run(arguments);
    assertThat(ran.exit()).as(ran.toString()).isEqualTo(exit);
    return ran;
  }

  /** A table breaks its lines where it must. */
  private static String words(Cli.Ran ran) {
    return ran.out().replaceAll("\\s+", " ");
  }

  private void days(int days) {
    for (int i = 0; i < days; i++) {
      ground.time.tick(Duration.ofDays(1));
      ok("images", "plan", "-o", "plan.json");
    }
  }

  private List<String> left() {
    return ground.look.tags("old/app").stream().sorted().toList();
  }

  @Test
  void anImageGoesOnlyThreeWatchedDaysAfterItsAnnouncement() {
    assertThat(ok("images", "plan", "-o", "plan.json").out())
        .contains("Next     guard images announce plan.json  tells people");
    Cli.Ran early = ok("images", "apply", "plan.json", "--execute");
    assertThat(early.out()).contains("Nothing may go yet").contains("not announced");
    days(5);
    ok("images", "apply", "plan.json", "--execute");
    assertThat(left()).as("nobody was told").hasSize(3);

    ground.clearLogs();
    Cli.Ran told = ok("images", "announce", "plan.json");
    assertThat(told.out())
        .contains("3 images go in 3 days at the earliest")
        .contains("old/app")
        .contains("guard plan object")
        .contains("Announced 3 images");
    assertThat(ground.writes()).as("it deletes nothing and writes nothing anywhere").isEmpty();
    days(2);
    Cli.Ran soon = ok("images", "apply", "plan.json", "--execute", "--json");
    assertThat(soon.out()).contains("soaking").contains("free at 2026-03-09");
    assertThat(ground.deletions()).isZero();
    days(1);
    JsonNode report = ok("images", "apply", "plan.json", "--execute", "--json").json();
    assertThat(report.path("counts").path("DONE").asInt()).isEqualTo(3);
    assertThat(ok("audit", "show").out()).contains("ANNOUNCED");
  }

  @Test
  void whatIsFoundInUseMeanwhile_mustBeAnnouncedAnew() {
    ok("images", "announce");
    ground
        .cluster("prod")
        .put(KubeObject.deployment("shop", "api", 0, ground.host() + "/old/app:o0"));
    days(1);
    ground.cluster("prod").remove("Deployment", "shop", "api");
    days(3);
    ok("images", "apply", "plan.json", "--execute");
    assertThat(left()).containsExactly("o0");
  }

  @Test
  void anObjection_keepsItsImage_untilItIsWithdrawnOrOver_onTheRecord() {
    ok("images", "announce");
    Cli.Ran noted =
        ok(
            "plan",
            "object",
            "old/app:o0",
            "--why",
            "needed for the audit",
            "--as",
            "ann",
            "--json");
    assertThat(noted.json().path("target").path("id").asText()).isEqualTo(first.digest());
    assertThat(noted.json().path("who").asText()).isEqualTo("ann");
    ok(
        "plan",
        "object",
        ground.host() + "/old/app:o1",
        "--why",
        "a week more",
        "--until",
        "2026-03-06");
    days(3);
    Cli.Ran ran = ok("images", "apply", "plan.json", "--execute", "--json");
    assertThat(ran.out()).contains("ann objects: needed for the audit");
    assertThat(left()).containsExactly("o0", "o1");
    days(4);
    ok("images", "apply", "plan.json", "--execute");
    assertThat(left()).as("its end has come").containsExactly("o0");
    assertThat(
            ok("plan", "object", "old/app@" + first.digest(), "--why", "over", "--withdraw").out())
        .contains("nobody objects");
    days(1);
    ok("images", "apply", "plan.json", "--execute");
    assertThat(left()).isEmpty();
    String shown = ok("audit", "show", "--json").out();
    assertThat(shown).contains("\"object\"").contains("needed for the audit").contains("withdraw");
  }

  @Test
  void aDryRunTellsNobody_andStartsNoWait() {
    ground.cli.with("GUARD_DRY_RUN", "1");
    assertThat(ok("images", "announce").out())
        .contains("nobody was told")
        .doesNotContain("old/app");
    ground.cli.with("GUARD_DRY_RUN", "off");
    days(4);
    ok("images", "apply", "plan.json", "--execute");
    assertThat(left()).hasSize(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--json", "--as=ann"})
  void law12_whatNobodyTookFromTheOutput_startsNoWait(String how) {
    Cli.Ran ran = ground.cli.unheard("images", "announce", how);
    assertThat(ran.exit()).as(ran.toString()).isEqualTo(5);
    days(4);
    ok("images", "apply", "plan.json", "--execute");
    assertThat(left()).hasSize(3);
  }

  @Test
  void whenStopped_nobodyIsTold() {
    ok("stop", "--why", "odd alerts");
    Cli.Ran ran = exits(4, "images", "announce");
    assertThat(ran.out()).doesNotContain("old/app");
    ok("resume", "--why", "fine");
    days(4);
    ok("images", "apply", "plan.json", "--execute");
    assertThat(left()).hasSize(3);
  }

  @Test
  void aPlanNeedsTwoPeopleOtherThanItsPlanner() throws Exception {
    ground.configure("soak", "none", "approvals", "2");
    Cli.Ran planned = exits(0, "images", "plan", "-o", "plan.json", "--as", "petra");
    assertThat(planned.out()).contains("Next     guard plan approve plan.json");
    Cli.Ran refused = exits(4, "images", "apply", "plan.json", "--execute", "--as", "petra");
    assertThat(refused.out()).contains("needs the approval of 2 people");
    Cli.Ran self = exits(2, "plan", "approve", "plan.json", "--why", "mine", "--as", " PETRA");
    assertThat(self.err()).contains("nobody approves a plan of their own");
    Cli.Ran one = ok("plan", "approve", "plan.json", "--why", "looked", "--as", "ann");
    assertThat(one.out()).contains("Approved by ann").contains("1 more approval");
    ok("plan", "approve", "plan.json", "--why", "looked twice", "--as", "Ann");
    exits(4, "images", "apply", "plan.json", "--execute", "--as", "petra");
    assertThat(ground.deletions()).isZero();
    Cli.Ran two = ok("plan", "approve", "plan.json", "--why", "looked", "--as", "ben", "--json");
    assertThat(two.json().path("given").asInt()).isEqualTo(2);
    ok("images", "apply", "plan.json", "--execute", "--as", "petra");
    assertThat(left()).isEmpty();
    assertThat(ok("audit", "show", "--json").out())
        .contains("\"approve\"")
        .contains("looked twice");
  }

  @Test
  void aPlanOverItsLimitGoesByAnApprovalOfExactlyThatPlan() throws Exception {
    ground.configure("limits", "{perPlan: 2, percent: 99}");
    exits(4, "images", "plan", "-o", "plan.json", "--as", "petra");
    exits(4, "images", "apply", "plan.json", "--execute");
    Cli.Ran approved =
        ok("plan", "approve", "plan.json", "--why", "a big spring clean", "--as", "ann");
    assertThat(approved.out()).contains("over the limit");
    ground.time.tick(Duration.ofMinutes(1));
    exits(4, "images", "plan", "-o", "another.json", "--as", "petra");
    exits(4, "images", "apply", "another.json", "--execute");
    assertThat(ground.deletions()).isZero();
    ok("images", "apply", "plan.json", "--execute");
    assertThat(left()).isEmpty();
  }

  @Test
  void planPageAndStatus_sayWhatIsWaitedForAndWhoObjects() throws Exception {
    ground.configure("soak", "3d", "approvals", "1", "people", "{file: people.yaml}");
    people("objections: []\n");
    String fresh = ok("images", "plan", "-o", "plan.json", "--as", "petra").out();
    assertThat(fresh).contains("Waits").contains("3 manifests: It was not announced yet");
    ok("images", "announce", "--as", "petra");
    ok(
        "plan",
        "object",
        "old/app:o1",
        "--why",
        "a week more",
        "--as",
        "ann",
        "--until",
        "2026-12-31");
    people("objections: [{image: \"old/app@" + first.digest() + "\", who: ben, why: the audit}]\n");
    ground.time.tick(Duration.ofDays(1));
    ok("images", "plan", "-o", "plan.json", "--html", "plan.html", "--as", "petra");
    String shown = words(ok("plan", "show", "plan.json"));
    assertThat(shown)
        .contains("free at 2026-03-04")
        .contains("1 manifest: ben objects: the audit " + ground.host() + "/old/app o0")
        .contains("ann objects until 2026-12-31T00:00:00Z: a week more");
    assertThat(Files.readString(directory.resolve("plan.html")))
        .contains("id=\"waits\"")
        .contains("ben objects: the audit");
    assertThat(ok("status").out())
        .contains("ann objects until 2026-12-31")
        .contains("ben objects: the audit");
    JsonNode status = ok("status", "--json").json();
    assertThat(status.path("objections")).hasSize(2);
    assertThat(status.path("objectionsUnreadable").isNull()).isTrue();
    people("objections: [{}]\n");
    assertThat(ok("status").out()).contains("cannot be read, so every image is refused");
    assertThat(ok("status", "--json").json().path("objectionsUnreadable").asText())
        .contains("people.yaml");
  }

  @Test
  void aPlanOfManyTimesTheUsual_halts_withTheSum_andGoesByItsApproval() throws Exception {
    ground.configure("limits", "{perPlan: 50, percent: 99, timesUsual: 2}");
    ok("images", "apply", "--execute");
    assertThat(left()).as("the first installation is not kept from its work").isEmpty();
    for (int i = 0; i < 4; i++) {
      old("again " + i, 1);
      ok("images", "apply", "--execute");
    }
    old("many", 3);
    Cli.Ran halted = exits(4, "images", "plan", "-o", "plan.json", "--as", "petra");
    assertThat(words(halted))
        .contains("usual 1 a run over the last 5 runs, 2 times that is 2, 3 asked");
    exits(4, "images", "apply", "plan.json", "--execute");
    assertThat(left()).hasSize(3);
    ok("plan", "approve", "plan.json", "--why", "a spring clean", "--as", "ann");
    ok("images", "apply", "plan.json", "--execute");
    assertThat(left()).isEmpty();
    old("more", 3);
    ground.configure("limits", "{perPlan: 50, percent: 99, timesUsual: none}");
    ok("images", "apply", "--execute");
    assertThat(left()).isEmpty();
  }

  private void old(String name, int count) throws Exception {
    for (int i = 0; i < count; i++) {
      ground.time.tick(Duration.ofMinutes(1));
      ground.push.push("old/app", "t" + i, ImageSpec.of(name + " " + i).created(Ground.LONG_AGO));
    }
  }

  @Test
  void theLogAloneStartsTheWait_andBesideOthersAllMustHaveIt() throws Exception {
    try (Slack slack = new Slack()) {
      ground.configure("soak", "3d", "notify", "{slack: env:SLACK, log: true}");
      ground.cli.with("SLACK", slack.address());
      slack.refusing.set(1);
      assertThat(exits(5, "images", "announce").err()).contains("slack has 0 of 3 images");
    }
    days(4);
    ok("images", "apply", "plan.json", "--execute");
    assertThat(left()).as("who reads Slack was not told").hasSize(3);
    ground.configure("soak", "3d", "notify", "{log: true}");
    assertThat(ok("images", "announce").out()).contains("Announced 3 images");
    days(3);
    ok("images", "apply", "plan.json", "--execute");
    assertThat(left()).isEmpty();
  }

  @Test
  void planShowAndStatus_sayWhoApproved_andWhenItemsAreFree() throws Exception {
    ground.configure("soak", "3d", "approvals", "2", "people", "{file: people.yaml}");
    people("objections: []\n");
    ok("images", "announce", "--as", "petra");
    ground.time.tick(Duration.ofHours(1));
    ok("images", "plan", "-o", "plan.json", "--as", "petra");
    assertThat(words(ok("plan", "show", "plan.json"))).contains("2 more approvals needed");
    ok("plan", "approve", "plan.json", "--why", "looked", "--as", "ann");
    String shown = words(ok("plan", "show", "plan.json"));
    assertThat(shown)
        .contains("approved by ann, seen 2026-03-01 03:00")
        .contains("until 2026-03-02 03:00")
        .contains("1 more approval needed")
        .contains("3 manifests: It was announced at 2026-03-01T02:00:00Z")
        .contains("free at 2026-03-04T02:00:00Z");
    String digest = ok("plan", "show", "plan.json", "--json").json().path("digest").asText();
    people("approvals: [{plan: \"" + digest + "\", who: ben, why: read}]\n");
    JsonNode now = ok("plan", "show", "plan.json", "--json").json().path("people");
    assertThat(now.path("needed").asInt()).isEqualTo(2);
    assertThat(now.path("missing").asInt()).isZero();
    assertThat(now.path("approvals").findValuesAsText("who")).containsExactly("ann", "ben");
    assertThat(now.path("items")).hasSize(3);
    assertThat(now.path("items").get(0).path("announced").asText())
        .isEqualTo("2026-03-01T02:00:00Z");
    assertThat(now.path("items").get(0).path("free").asText()).startsWith("2026-03-04T02:00:00");
    JsonNode status = ok("status", "--json").json();
    assertThat(status.path("approvals")).hasSize(1);
    assertThat(status.path("approvals").get(0).path("plan").asText()).isEqualTo(digest);
    assertThat(status.path("approvals").get(0).path("missing").asInt()).isZero();
    people("approvals: []\n");
    assertThat(words(ok("status"))).contains("1 more approval needed by ann, seen 2026-03-01");
    people("approvals: [{}]\n");
    assertThat(words(ok("plan", "show", "plan.json"))).contains("not known: ");
    assertThat(ok("status").out()).contains("cannot be read, so no plan counts as approved");
    ground.time.tick(Duration.ofDays(2));
    people("approvals: []\n");
    assertThat(ok("status", "--json").json().path("approvals")).isEmpty();
  }

  private void people(String text) throws Exception {
    Files.writeString(directory.resolve("people.yaml"), text);
  }

  @Test
  void peopleObjectAndApproveByFile_atOnce_andOnTheRecordByTheNextRun() throws Exception {
    ground.configure("soak", "3d", "approvals", "1", "people", "{file: people.yaml}");
    people("objections: []\n");
    exits(0, "images", "announce", "--as", "petra");
    for (int i = 0; i < 3; i++) {
      ground.time.tick(Duration.ofDays(1));
      ok("images", "plan", "-o", "plan.json", "--as", "petra");
    }
    String plan = ok("plan", "show", "plan.json", "--json").json().path("digest").asText();
    exits(4, "images", "apply", "plan.json", "--execute");
    people(
        "objections:\n  - {image: \"old/app@"
            + first.digest()
            + "\", who: ann, why: the audit}\napprovals:\n  - {plan: \""
            + plan
            + "\", who: ben, why: looked at it}\n");
    ok("images", "apply", "plan.json", "--execute");
    assertThat(left()).as("kept by the file").containsExactly("o0");
    String shown = ok("audit", "show", "--json").out();
    assertThat(shown).contains("the audit").contains("looked at it").contains("\"ann\"");
    people("approvals: []\n");
    ground.time.tick(Duration.ofDays(1));
    ok("images", "plan", "-o", "plan.json", "--as", "petra");
    assertThat(ok("audit", "show", "--json").out()).contains("withdraw-object");
    ok("plan", "approve", "plan.json", "--why", "y", "--as", "ben");
    ok("images", "apply", "plan.json", "--execute");
    assertThat(left()).isEmpty();
  }

  /** It let one act go, so it stands on the record, before that act. */
  @Test
  void anApprovalThatIsGivenAndTakenBackDuringARun_isOnTheRecord() throws Exception {
    ground.configure("approvals", "1", "people", "{file: people.yaml}");
    people("approvals: []\n");
    ok("images", "plan", "-o", "plan.json", "--as", "petra");
    String plan = ok("plan", "show", "plan.json", "--json").json().path("digest").asText();
    ground.clearLogs();
    ground.whenListed(
        () -> {
          write("approvals: [{plan: \"" + plan + "\", who: ben, why: looked at it}]\n");
          ground.whenDeleted(1, () -> write("approvals: []\n"));
        });
    ground.cli.run("images", "apply", "plan.json", "--execute");
    assertThat(ground.deletions()).isEqualTo(1);
    List<String> record = ok("audit", "show", "--json").out().lines().toList();
    assertThat(first(record, "\"approve\"")).isLessThan(first(record, "INTENDED"));
    assertThat(first(record, "\"withdraw-approve\"")).isLessThan(first(record, "run.end"));
  }

  private static int first(List<String> record, String part) {
    for (int i = 0; i < record.size(); i++) {
      if (record.get(i).contains(part)) {
        return i;
      }
    }
    throw new AssertionError("No " + part + " in " + record);
  }

  private void write(String text) {
    try {
      people(text);
    } catch (Exception fault) {
      throw new AssertionError(fault);
    }
  }

  @Test
  void aFileOfPeopleThatCannotBeReadOrUnderstood_keepsEverything() throws Exception {
    ground.configure("soak", "3d", "people", "{file: people.yaml}");
    people("objections: []\n");
    ok("images", "announce");
    days(3);
    for (String bad :
        List.of(
            "objections: [{image: \"old/app:o0\", who: a, why: b}]\n",
            "objections: [{image: \"old/app@" + first.digest() + "\", who: a}]\n",
            "objection: []\n",
            "\u0000",
            "objections: [{image: \"x.example.com/a@" + first.digest() + "\", who: a, why: b}]\n",
            "approvals: [{plan: none, who: a, why: b}]\n")) {
      people(bad);
      Cli.Ran ran = ground.cli.run("images", "apply", "plan.json", "--execute", "--json");
      assertThat(ran.exit()).as(bad + ran).isEqualTo(4);
      assertThat(ran.out()).as(bad).contains("soak-unreadable");
    }
    Files.delete(directory.resolve("people.yaml"));
    assertThat(words(exits(4, "images", "apply", "plan.json", "--execute")))
        .contains("cannot be read");
    assertThat(ground.deletions()).isZero();
    people("objections: []\n");
    ok("images", "apply", "plan.json", "--execute");
    assertThat(left()).isEmpty();
  }

  @Test
  void peopleObjectAndApproveByAnnotations() throws Exception {
    ground.configure(
        "soak",
        "3d",
        "approvals",
        "1",
        "people",
        "{configMap: {context: prod, namespace: guard, name: guard-people}}");
    KubeObject map = KubeObject.configMap("guard", "guard-people", Map.of());
    ground.cluster("prod").put(map.annotation("kubectl.kubernetes.io/x", "not ours"));
    ok("images", "announce", "--as", "petra");
    for (int i = 0; i < 3; i++) {
      ground.time.tick(Duration.ofDays(1));
      ok("images", "plan", "-o", "plan.json", "--as", "petra");
    }
    String plan = ok("plan", "show", "plan.json", "--json").json().path("digest").asText();
    KubeObject said =
        map.annotation(
                "guard.dev/object.audit",
                "{image: \"old/app@" + first.digest() + "\", who: ann, why: the audit}")
            .annotation("guard.dev/approve.1", "{plan: \"" + plan + "\", who: ben, why: yes sir}");
    ground.cluster("prod").put(said.annotation("guard.dev/objct.2", "{}"));
    Cli.Ran odd = exits(4, "images", "apply", "plan.json", "--execute");
    assertThat(words(odd)).contains("guard.dev/objct.2");
    ground.cluster("prod").put(said);
    ok("images", "apply", "plan.json", "--execute");
    assertThat(left()).containsExactly("o0");
    assertThat(ok("audit", "show", "--json").out()).contains("the audit").contains("yes sir");

    ground.cluster("prod").put(map.annotation("guard.dev/approve.2", "{}"));
    exits(4, "images", "apply", "--execute");
    ground.cluster("prod").remove("ConfigMap", "guard", "guard-people");
    ground.time.tick(Duration.ofDays(1));
    assertThat(ground.cli.run("images", "plan", "--json").out()).contains("There is no configmap");
    ground.cluster("prod").fake.deny("get", "", "configmaps");
    exits(4, "images", "apply", "--execute");
    assertThat(left()).containsExactly("o0");
  }

  /** A Slack that takes messages until it does not. */
  private static final class Slack implements AutoCloseable {
    private final List<String> took = new CopyOnWriteArrayList<>();
    private final AtomicInteger refusing = new AtomicInteger();
    private final FakeServer server =
        FakeServer.start(
            request -> {
              if (refusing.get() > 0) {
                refusing.decrementAndGet();
                return Response.text(403, "text/plain", "invalid_token");
              }
              took.add(request.text());
              return Response.text(200, "text/plain", "ok");
            });

    String address() {
      return server.uri() + "/services/T0/B0/s3cr3t";
    }

    @Override
    public void close() {
      server.close();
    }
  }

  @Test
  void onlyWhatEveryNotifierProvesToHave_begins_itsWait() throws Exception {
    try (Slack slack = new Slack();
        Slack hook = new Slack()) {
      ground.configure("soak", "3d", "notify", "{slack: env:SLACK, webhook: env:HOOK}");
      ground.cli.with("SLACK", slack.address()).with("HOOK", hook.address());
      hook.refusing.set(1);
      Cli.Ran partly = exits(5, "images", "announce");
      assertThat(slack.took).hasSize(1);
      assertThat(slack.took.get(0)).contains("old/app").contains("guard plan object");
      assertThat(partly.err()).contains("webhook has 0 of 3 images").doesNotContain("s3cr3t");
      assertThat(partly.out()).contains("the rest is told next time").doesNotContain("s3cr3t");
      days(4);
      ok("images", "apply", "plan.json", "--execute");
      assertThat(left()).as("who reads the webhook was not told").hasSize(3);
      ok("images", "announce");
      assertThat(hook.took).hasSize(1);
      days(3);
      ok("images", "apply", "plan.json", "--execute");
      assertThat(left()).isEmpty();
    }
  }

  @Test
  void aHaltIsTold_andThatItCannotBeTold_changesNothing() throws Exception {
    try (Slack slack = new Slack()) {
      ground.configure("limits", "{perPlan: 2, percent: 99}", "notify", "{slack: env:SLACK}");
      ground.cli.with("SLACK", slack.address());
      exits(4, "images", "plan", "-o", "plan.json");
      assertThat(slack.took).singleElement().asString().contains("allows 2 per plan, 3 asked");
      exits(4, "images", "apply", "plan.json", "--execute");
      assertThat(slack.took).hasSize(2);
      slack.refusing.set(100);
      Cli.Ran silent = exits(4, "images", "apply", "plan.json", "--execute");
      assertThat(silent.err()).contains("could not be told by slack");
      exits(4, "images", "apply", "plan.json");
      assertThat(slack.took).as("a rehearsal tells nobody").hasSize(2);
      assertThat(ground.deletions()).isZero();
    }
  }

  @Test
  void anAddressThatIsNone_isSaidBeforeAnythingElse_andNotShown() throws Exception {
    ground.configure("soak", "3d", "notify", "{slack: env:SLACK}");
    ground.cli.with("SLACK", "ftp://s3cr3t.example.com/");
    Cli.Ran ran = exits(2, "images", "announce");
    assertThat(ran.err()).contains("SLACK").doesNotContain("s3cr3t");
    assertThat(exits(2, "images", "apply", "--execute").err()).doesNotContain("s3cr3t");
    assertThat(ground.deletions()).isZero();
  }

  @Test
  void withoutASoak_nothingIsAnnouncedOrKeptByObjection() throws Exception {
    ground.configure();
    assertThat(exits(2, "images", "announce").err()).contains("no soak");
    assertThat(exits(2, "plan", "object", "old/app:o0", "--why", "x").err()).contains("no soak");
  }

  @Test
  void badInput_isOneSentence_andTouchesNothing() throws Exception {
    ok("images", "plan", "-o", "plan.json");
    Files.writeString(directory.resolve("garbage.json"), "{}");
    for (List<String> bad :
        List.of(
            List.of("images", "announce", "missing.json"),
            List.of("images", "announce", "garbage.json"),
            List.of("plan", "approve", "garbage.json", "--why", "x"),
            List.of("plan", "approve", "plan.json"),
            List.of("plan", "approve", "plan.json", "--why", " "),
            List.of("plan", "object", "old/app:none", "--why", "x"),
            List.of("plan", "object", "other.example.com/x:1", "--why", "x"),
            List.of("plan", "object", "old/app:o0", "--why", "x", "--until", "soon"),
            List.of("plan", "object", "old/app:o0", "--why", "x", "--until", "2026-01-01"),
            List.of(
                "plan",
                "object",
                "old/app:o0",
                "--why",
                "x",
                "--withdraw",
                "--until",
                "2027-01-01"),
            List.of("plan", "object", ":", "--why", "x"))) {
      Cli.Ran ran = ground.cli.run(bad.toArray(new String[0]));
      assertThat(ran.exit()).as(bad + " " + ran).isEqualTo(2);
      assertThat(ran.err().strip().lines()).as(bad.toString()).hasSize(1);
      assertThat(ran.out()).as(bad.toString()).isEmpty();
    }
    assertThat(ok("status", "--json").json().path("notesWaiting").asInt()).isZero();
    ok("images", "announce");
    days(3);
    ok("images", "apply", "plan.json", "--execute");
    assertThat(left()).isEmpty();
  }
}
