package dev.guard.registry;

import static dev.guard.registry.rig.StubServer.cut;
import static dev.guard.registry.rig.StubServer.error;
import static dev.guard.registry.rig.StubServer.json;
import static dev.guard.registry.rig.StubServer.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.GuardConfigurationException;
import dev.guard.GuardRefusedException;
import dev.guard.Reservation;
import dev.guard.registry.reference.ContentDigest;
import dev.guard.registry.rig.Permits;
import dev.guard.registry.rig.StepTime;
import dev.guard.registry.rig.StubServer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RegistryClientTest {
  private static final String IMAGE =
      "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"config\":"
          + "{\"mediaType\":\"application/vnd.oci.image.config.v1+json\",\"digest\":\"sha256:"
          + "c".repeat(64)
          + "\",\"size\":2},\"layers\":[]}";
  private static final ContentDigest DIGEST =
      ContentDigest.of(IMAGE.getBytes(StandardCharsets.UTF_8));
  private static final String BY_DIGEST = "/v2/team/app/manifests/" + DIGEST;
  private static final String TAGS = "{\"name\":\"team/app\",\"tags\":[\"v1\"]}";

  private final StubServer server = new StubServer();
  private final StepTime time = new StepTime();
  private final RegistryClient client = RegistryClient.at(server.uri()).time(time).build();

  @AfterEach
  void close() {
    server.close();
  }

  private static Optional<StubServer.Answer> image() {
    return Optional.of(
        text(200, Manifest.OCI_MANIFEST, IMAGE).with("Docker-Content-Digest", DIGEST.text()));
  }

  // ------------------------------------------------------------------------------------------------------ listing

  @Test
  void h65_nullTagsAreNone_andUnsortedTagsAreAllSeenSortedOnce() {
    server.answering(
        it ->
            Optional.of(
                json(
                    200,
                    it.target().contains("/empty/")
                        ? "{\"name\":\"x\",\"tags\":null}"
                        : "{\"name\":\"x\",\"tags\":[\"v2\",\"a\",\"v10\",\"a\"]}")));
    assertThat(client.tags("team/empty").get()).isEmpty();
    assertThat(client.tags("team/app").get()).containsExactly("a", "v10", "v2");
  }

  @Test
  void aListWithoutAListOrWithNamesThatAreNone_isUnknown() {
    for (String body :
        List.of(
            "{}",
            "{\"tags\":\"v1\"}",
            "[]",
            "<html>",
            "",
            "{\"tags\":[\"../x\"]}",
            "{\"tags\":[1]}")) {
      server.answering(it -> Optional.of(json(200, body)));
      assertThat(client.tags("team/app").answer()).as(body).isEqualTo(Answer.UNKNOWN);
    }
    server.answering(it -> Optional.of(json(200, "{\"repositories\":[\"ok\",\"../../v2\"]}")));
    assertThat(client.catalog().answer()).isEqualTo(Answer.UNKNOWN);
  }

  @Test
  void h66_everyPageOfTheCatalogIsRead_byItsLink() {
    server.answering(
        it ->
            Optional.of(
                it.target().contains("last=")
                    ? json(200, "{\"repositories\":[\"team/b\",\"team/c\"]}")
                    : json(200, "{\"repositories\":[\"team/a\",\"team/b\"]}")
                        .with("Link", "</v2/_catalog?last=team%2Fb&n=100>; rel=\"next\"")));
    assertThat(client.catalog().get()).containsExactly("team/a", "team/b", "team/c");
    assertThat(server.lines()).contains("GET /v2/_catalog?last=team%2Fb&n=100");
  }

  @Test
  void h67_aLinkThatLoops_failsTheListing() {
    server.answering(
        it -> Optional.of(json(200, TAGS).with("Link", "</v2/team/app/tags/list>; rel=\"next\"")));
    assertThat(client.tags("team/app").answer()).isEqualTo(Answer.UNKNOWN);
    assertThat(server.asked()).hasSize(1);
  }

  @Test
  void h67_aLinkToAnotherHostOrProtocol_failsTheListing_andNothingIsSentThere() {
    try (StubServer other = new StubServer()) {
      for (String link :
          List.of(other.uri() + "/v2/team/app/tags/list?x=1", "https://127.0.0.1/x")) {
        server.answering(
            it -> Optional.of(json(200, TAGS).with("Link", "<" + link + ">; rel=\"next\"")));
        assertThat(client.tags("team/app").answer()).as(link).isEqualTo(Answer.UNKNOWN);
      }
      assertThat(other.asked()).isEmpty();
    }
  }

  @Test
  void h68_aFailedSecondPage_failsTheWholeListing() {
    for (StubServer.Answer second :
        List.of(
            error(500, "UNKNOWN"),
            error(404, "NAME_UNKNOWN"),
            cut(),
            json(200, "{\"tags\":[\"v"))) {
      server.answering(
          it ->
              Optional.of(
                  it.target().contains("last=")
                      ? second
                      : json(200, TAGS)
                          .with("Link", "</v2/team/app/tags/list?last=v1>; rel=next")));
      assertThat(client.tags("team/app").answer()).isEqualTo(Answer.UNKNOWN);
    }
  }

  // ----------------------------------------------------------------------------------------------------- existence

  @Test
  void h43_theFullAcceptList_isSentAsOneHeader() {
    server.answering(it -> image());
    Manifest manifest = client.manifest("team/app", "v1").get();
    assertThat(manifest.digest()).isEqualTo(DIGEST);
    assertThat(manifest.bytes()).asString(StandardCharsets.UTF_8).isEqualTo(IMAGE);
    assertThat(server.asked().get(0).header("Accept"))
        .contains(
            Manifest.OCI_INDEX,
            Manifest.OCI_MANIFEST,
            Manifest.DOCKER_LIST,
            Manifest.DOCKER_MANIFEST);
    assertThat(server.asked().get(0).header("User-Agent")).startsWith("guard/");
  }

  @Test
  void h73_bytesThatDoNotHaveTheirDigest_areUnknown() {
    server.answering(it -> Optional.of(text(200, Manifest.OCI_MANIFEST, IMAGE + " ")));
    assertThat(client.manifest("team/app", DIGEST.text()).answer()).isEqualTo(Answer.UNKNOWN);
    server.answering(
        it ->
            Optional.of(
                text(200, Manifest.OCI_MANIFEST, IMAGE + " ")
                    .with("Docker-Content-Digest", DIGEST.text())));
    assertThat(client.manifest("team/app", "v1").answer()).isEqualTo(Answer.UNKNOWN);
    server.answering(
        it ->
            Optional.of(
                text(200, Manifest.OCI_MANIFEST, IMAGE).with("Docker-Content-Digest", "sha256:x")));
    assertThat(client.manifest("team/app", "v1").answer()).isEqualTo(Answer.UNKNOWN);
  }

  @Test
  void aCutOrShortOrOverlongBody_isUnknown() {
    server.answering(it -> Optional.of(cut()));
    assertThat(client.manifest("team/app", "v1").answer()).isEqualTo(Answer.UNKNOWN);
    server.answering(
        it -> Optional.of(StubServer.truncated(Manifest.OCI_MANIFEST, IMAGE, IMAGE.length() + 9)));
    assertThat(client.manifest("team/app", "v1").answer()).isEqualTo(Answer.UNKNOWN);
    server.answering(
        it -> Optional.of(text(200, Manifest.OCI_MANIFEST, " ".repeat(5 * 1024 * 1024))));
    Reading<Manifest> tooLong = client.manifest("team/app", "v1");
    assertThat(tooLong.answer()).isEqualTo(Answer.UNKNOWN);
    assertThat(tooLong.detail()).contains("larger than");
  }

  @Test
  void h69_a404IsAbsent_onlyInTheRegistrysWordsAndWithProvenSight() {
    AtomicInteger tagsStatus = new AtomicInteger(200);
    StubServer.Answer[] missing = {error(404, "MANIFEST_UNKNOWN")};
    server.answering(
        it -> {
          if (it.target().endsWith("/tags/list")) {
            return Optional.of(
                tagsStatus.get() == 200 ? json(200, TAGS) : error(tagsStatus.get(), "DENIED"));
          }
          return Optional.of(missing[0]);
        });
    RegistryClient blind = RegistryClient.at(server.uri()).time(time).build();
    tagsStatus.set(403);
    assertThat(blind.manifest("team/app", "v1").answer()).isEqualTo(Answer.UNKNOWN);
    assertThat(blind.head("team/app", "v1").answer()).isEqualTo(Answer.UNKNOWN);

    tagsStatus.set(200);
    assertThat(client.manifest("team/app", "v1").answer()).isEqualTo(Answer.ABSENT);
    assertThat(client.head("team/app", "v1").answer()).isEqualTo(Answer.ABSENT);

    missing[0] = text(404, "text/plain", "404 page not found");
    assertThat(client.manifest("team/app", "v1").answer()).isEqualTo(Answer.UNKNOWN);
    missing[0] =
        json(
            404,
            "{\"errors\":[{\"code\":\"MANIFEST_UNKNOWN\",\"message\":\"OCI index found, but accept header does not support OCI indexes\"}]}");
    assertThat(client.manifest("team/app", "v1").answer()).isEqualTo(Answer.UNKNOWN);
  }

  @Test
  void h69_anUnknownRepository_isAbsentOnlyIfTheWholeCatalogLacksIt() {
    String[] catalog = {"{\"repositories\":[\"team/other\"]}"};
    server.answering(
        it ->
            Optional.of(
                it.target().startsWith("/v2/_catalog")
                    ? catalog[0].isEmpty() ? error(401, "UNAUTHORIZED") : json(200, catalog[0])
                    : error(404, "NAME_UNKNOWN")));
    assertThat(client.tags("team/app").answer()).isEqualTo(Answer.ABSENT);
    assertThat(client.manifest("team/app", "v1").answer()).isEqualTo(Answer.ABSENT);
    assertThat(client.tags("team/other").answer()).isEqualTo(Answer.UNKNOWN);
    catalog[0] = "";
    RegistryClient blind = RegistryClient.at(server.uri()).time(time).build();
    assertThat(blind.manifest("team/app", "v1").answer()).isEqualTo(Answer.UNKNOWN);
  }

  @Test
  void everyOtherStatus_hasItsOwnAnswer() {
    assertThat(answer(error(400, "NAME_INVALID"))).isEqualTo(Answer.BAD_REFERENCE);
    assertThat(answer(error(400, "DIGEST_INVALID"))).isEqualTo(Answer.UNKNOWN);
    assertThat(answer(error(403, "DENIED"))).isEqualTo(Answer.DENIED);
    assertThat(answer(error(401, "UNAUTHORIZED"))).isEqualTo(Answer.DENIED);
    assertThat(answer(error(405, "UNSUPPORTED"))).isEqualTo(Answer.CAPABILITY_OFF);
    assertThat(answer(error(412, "PRECONDITION"))).isEqualTo(Answer.KEPT_BY_REGISTRY);
    assertThat(answer(error(429, "TOOMANYREQUESTS"))).isEqualTo(Answer.RATE_LIMITED);
    assertThat(answer(error(500, "UNKNOWN"))).isEqualTo(Answer.UNKNOWN);
    assertThat(answer(text(200, "text/html", "<html>login</html>"))).isEqualTo(Answer.PRESENT);
    assertThat(client.manifest("team/app", "v1").get().kind()).isEqualTo(Manifest.Kind.UNSUPPORTED);
  }

  private Answer answer(StubServer.Answer answer) {
    server.answering(it -> Optional.of(answer));
    return client.manifest("team/app", "v1").answer();
  }

  @Test
  void h72_readsAreTriedThreeTimes_waitingAsAskedButNotForever() {
    AtomicInteger left = new AtomicInteger(2);
    server.answering(
        it ->
            left.getAndDecrement() > 0
                ? Optional.of(error(429, "TOOMANYREQUESTS").with("Retry-After", "7"))
                : image());
    assertThat(client.manifest("team/app", "v1").isPresent()).isTrue();
    assertThat(time.slept()).containsExactly(Duration.ofSeconds(7), Duration.ofSeconds(7));

    server.answering(it -> Optional.of(error(429, "TOOMANYREQUESTS").with("Retry-After", "3600")));
    int before = server.asked().size();
    assertThat(client.manifest("team/app", "v1").answer()).isEqualTo(Answer.RATE_LIMITED);
    assertThat(server.asked()).hasSize(before + 1);

    server.answering(it -> Optional.of(error(503, "UNAVAILABLE")));
    before = server.asked().size();
    assertThat(client.manifest("team/app", "v1").answer()).isEqualTo(Answer.UNKNOWN);
    assertThat(server.asked()).hasSize(before + 3);
  }

  @Test
  void theRegistrysWarnings_areShownAndNothingElse() {
    server.answering(it -> image().map(ok -> ok.with("Warning", "299 - \"moving soon\"")));
    Reading<Manifest> reading = client.manifest("team/app", "v1");
    assertThat(reading.isPresent()).isTrue();
    assertThat(reading.warnings()).hasSize(1).first().asString().startsWith("299 - \"moving");
  }

  @Test
  void namesThatAreNone_neverReachAnAddress() {
    for (String repository : List.of("../x", "Team/app", "a//b", "a?x", "", "a".repeat(256))) {
      assertThatThrownBy(() -> client.tags(repository))
          .isInstanceOf(IllegalArgumentException.class);
    }
    for (String reference :
        List.of("", "a/b", "sha256:x", "a:b", "sha256:" + "A".repeat(64), "t\n")) {
      assertThatThrownBy(() -> client.manifest("team/app", reference))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(server.asked()).isEmpty();
    for (String uri :
        List.of("ftp://r.io", "https://u:p@r.io", "https://r.io/v2/", "https://r.io?x", "r.io")) {
      assertThatThrownBy(() -> RegistryClient.at(URI.create(uri)))
          .isInstanceOf(GuardConfigurationException.class);
    }
  }

  @Test
  void anUnreachableRegistry_isUnknownInOneSentence() {
    URI gone = server.uri();
    server.close();
    RegistryClient lonely = RegistryClient.at(gone).time(time).build();
    assertThat(lonely.ping().answer()).isEqualTo(Answer.UNKNOWN);
    assertThat(lonely.ping().detail()).contains("the connection was refused or could not be made");
    assertThat(lonely.catalog().answer()).isEqualTo(Answer.UNKNOWN);
  }

  // ----------------------------------------------------------------------------------------------------- redirects

  @Test
  void aRedirectToAnotherHost_isFollowedForReadsWithoutCredentials() {
    try (StubServer store = new StubServer()) {
      store.answering(it -> Optional.of(text(200, "application/octet-stream", "{}")));
      ContentDigest blob = ContentDigest.of("{}".getBytes(StandardCharsets.UTF_8));
      RegistryClient known =
          RegistryClient.at(server.uri())
              .credentials(Credentials.basic("u", "hunter2"))
              .time(time)
              .build();
      server.answering(
          it ->
              Optional.of(
                  it.header("Authorization").isEmpty()
                      ? error(401, "UNAUTHORIZED").with("WWW-Authenticate", "Basic realm=\"r\"")
                      : json(307, "").with("Location", store.uri() + "/data?sig=1")));
      assertThat(known.blob("team/app", blob).isPresent()).isTrue();
      assertThat(known.hasBlob("team/app", blob).isPresent()).isTrue();
      assertThat(store.asked())
          .isNotEmpty()
          .allSatisfy(it -> assertThat(it.header("Authorization")).isEmpty());
    }
  }

  @Test
  void redirectsThatLoopOrLeadNowhere_areUnknown() {
    server.answering(it -> Optional.of(json(302, "").with("Location", it.target())));
    assertThat(client.manifest("team/app", "v1").answer()).isEqualTo(Answer.UNKNOWN);
    assertThat(server.asked()).hasSize(6);
    for (String location : List.of("", "ftp://x/", "http://u:p@127.0.0.1/", "::")) {
      server.answering(it -> Optional.of(json(307, "").with("Location", location)));
      assertThat(client.manifest("team/app", "v1").answer()).as(location).isEqualTo(Answer.UNKNOWN);
    }
  }

  @Test
  void aRedirectFromHttpsToHttp_isRefused() throws Retry.Refused {
    URI from = URI.create("https://r.io/v2/a/blobs/x");
    assertThatThrownBy(() -> Requests.redirectTarget(from, "http://r.io/data"))
        .isInstanceOf(Retry.Refused.class)
        .hasMessageContaining("https to http");
    assertThat(Requests.redirectTarget(from, "/data")).isEqualTo(URI.create("https://r.io/data"));
    assertThat(Requests.redirectTarget(from, "https://store.io/data"))
        .isEqualTo(URI.create("https://store.io/data"));
  }

  @Test
  void aRedirectOfADeletion_isNeverFollowed() {
    try (StubServer other = new StubServer()) {
      server.answering(
          it ->
              switch (it.method()) {
                case "DELETE" ->
                    Optional.of(json(307, "").with("Location", other.uri() + BY_DIGEST));
                case "HEAD", "GET" ->
                    it.target().equals(BY_DIGEST) ? image() : Optional.of(json(200, TAGS));
                default -> Optional.empty();
              });
      assertThat(delete()).isInstanceOf(DeleteOutcome.RefusedByRegistry.class);
      assertThat(other.asked()).isEmpty();
    }
  }

  // ------------------------------------------------------------------------------------------------------ deleting

  private DeleteOutcome delete() {
    return Permits.allowed(
        RegistryClient.DELETE,
        client.target("team/app", DIGEST),
        permit -> client.deleteManifest(permit, "team/app", DIGEST));
  }

  private long deletions() {
    return server.asked().stream().filter(it -> it.method().equals("DELETE")).count();
  }

  @Test
  void t31_aPermitForAnotherManifestRepositoryOrAction_isRefusedBeforeAByteLeaves() {
    assertThatThrownBy(
            () ->
                Permits.allowed(
                    RegistryClient.DELETE,
                    client.target("team/other", DIGEST),
                    permit -> client.deleteManifest(permit, "team/app", DIGEST)))
        .isInstanceOf(GuardRefusedException.class);
    assertThatThrownBy(
            () ->
                Permits.allowed(
                    "registry.copy",
                    client.target("team/app", DIGEST),
                    permit -> client.deleteManifest(permit, "team/app", DIGEST)))
        .isInstanceOf(GuardRefusedException.class);
    assertThat(server.asked()).isEmpty();
  }

  @Test
  void aCutConnection_isNeverASecondDeletion_andTheOutcomeIsLearnedByAsking() {
    AtomicInteger gone = new AtomicInteger();
    server.answering(
        it -> {
          if (it.method().equals("DELETE")) {
            return Optional.of(cut());
          }
          if (it.target().equals(BY_DIGEST)) {
            return gone.get() == 1 ? Optional.of(error(404, "MANIFEST_UNKNOWN")) : image();
          }
          return Optional.of(
              json(200, it.target().endsWith("/tags/list") ? "{\"tags\":null}" : "{}"));
        });
    assertThat(delete()).isInstanceOf(DeleteOutcome.Unknown.class);
    assertThat(deletions()).isEqualTo(1);
    gone.set(1);
    assertThat(delete()).isInstanceOf(DeleteOutcome.Deleted.class);
    assertThat(deletions()).isEqualTo(2);
  }

  @Test
  void aServerErrorOnADeletion_isNeverRepeated_andNeverCalledDone() {
    for (int status : new int[] {500, 502, 503}) {
      long before = deletions();
      server.answering(
          it ->
              it.method().equals("DELETE")
                  ? Optional.of(error(status, "UNKNOWN").with("Retry-After", "1"))
                  : it.target().equals(BY_DIGEST) ? image() : Optional.of(json(200, TAGS)));
      assertThat(delete()).isInstanceOf(DeleteOutcome.Unknown.class);
      assertThat(deletions()).isEqualTo(before + 1);
    }
  }

  @Test
  void h53_a400ForAValidDigest_isARefusalIfTheManifestIsThere_andADoubtIfATagDangles() {
    server.answering(
        it ->
            it.method().equals("DELETE")
                ? Optional.of(error(400, "DIGEST_INVALID"))
                : it.target().equals(BY_DIGEST) ? image() : Optional.of(json(200, TAGS)));
    assertThat(delete()).isInstanceOf(DeleteOutcome.RefusedByRegistry.class);

    server.answering(
        it ->
            it.method().equals("DELETE")
                ? Optional.of(error(500, "UNKNOWN"))
                : it.target().contains("/manifests/")
                    ? Optional.of(error(404, "MANIFEST_UNKNOWN"))
                    : Optional.of(json(200, TAGS)));
    assertThat(delete()).isInstanceOf(DeleteOutcome.Unknown.class);
  }

  @Test
  void refusalsOfTheRegistry_leaveThePermitNotRun() {
    for (int status : new int[] {401, 403, 405, 412, 429}) {
      server.answering(
          it ->
              it.method().equals("DELETE")
                  ? Optional.of(error(status, "DENIED"))
                  : Optional.of(json(200, TAGS)));
      List<DeleteOutcome> outcome = new ArrayList<>();
      assertThat(
              Permits.settled(
                  RegistryClient.DELETE,
                  client.target("team/app", DIGEST),
                  permit -> outcome.add(client.deleteManifest(permit, "team/app", DIGEST))))
          .isEqualTo(Reservation.Settlement.NOT_RUN);
      assertThat(outcome).singleElement().isInstanceOf(DeleteOutcome.RefusedByRegistry.class);
      assertThat(((DeleteOutcome.RefusedByRegistry) outcome.get(0)).status()).isEqualTo(status);
    }
    assertThat(deletions()).isEqualTo(5);
    server.answering(it -> Optional.of(it.method().equals("DELETE") ? cut() : json(200, TAGS)));
    assertThat(
            Permits.settled(
                RegistryClient.DELETE,
                client.target("team/app", DIGEST),
                permit ->
                    assertThat(client.deleteManifest(permit, "team/app", DIGEST))
                        .isInstanceOf(DeleteOutcome.Unknown.class)))
        .isNotEqualTo(Reservation.Settlement.NOT_RUN);
  }

  @Test
  void h54_aManifestThatIsGoneAlready_isNoFailure() {
    server.answering(
        it ->
            Optional.of(
                it.target().contains("/manifests/")
                    ? error(404, "MANIFEST_UNKNOWN")
                    : json(200, TAGS)));
    assertThat(delete()).isInstanceOf(DeleteOutcome.AlreadyGone.class);
  }

  @Test
  void aClientThatWouldRepeatDeletions_refusesToDelete() {
    System.setProperty("jdk.httpclient.enableAllMethodRetry", "");
    try {
      assertThat(delete()).isInstanceOf(DeleteOutcome.RefusedByRegistry.class);
      assertThat(server.asked()).isEmpty();
    } finally {
      System.clearProperty("jdk.httpclient.enableAllMethodRetry");
    }
  }

  @Test
  void h40_untagging_isUnsupported_andNothingIsSent() {
    assertThat(client.untag("team/app", "v1").answer()).isEqualTo(Answer.CAPABILITY_OFF);
    assertThat(server.asked()).isEmpty();
  }

  @Test
  void h42_theProbe_tellsEveryCapabilityApart() {
    assertThat(probe(error(404, "MANIFEST_UNKNOWN"))).isEqualTo(DeleteCapability.ENABLED);
    assertThat(probe(error(405, "UNSUPPORTED"))).isEqualTo(DeleteCapability.DISABLED);
    assertThat(probe(text(405, "text/plain", "").with("Allow", "GET, HEAD")))
        .isEqualTo(DeleteCapability.READ_ONLY);
    assertThat(probe(error(401, "UNAUTHORIZED"))).isEqualTo(DeleteCapability.UNAUTHORISED);
    assertThat(probe(error(403, "DENIED"))).isEqualTo(DeleteCapability.UNAUTHORISED);
    assertThat(probe(text(404, "text/plain", "404 page not found")))
        .isEqualTo(DeleteCapability.UNKNOWN);
    assertThat(probe(error(500, "UNKNOWN"))).isEqualTo(DeleteCapability.UNKNOWN);
    assertThat(server.lines().stream().filter(it -> it.startsWith("DELETE")))
        .allSatisfy(it -> assertThat(it).endsWith("sha256:" + "0".repeat(64)));
  }

  private DeleteCapability probe(StubServer.Answer answer) {
    server.answering(it -> Optional.of(it.method().equals("DELETE") ? answer : json(200, "{}")));
    return client.probeDelete("team/app").get();
  }

  // ----------------------------------------------------------------------------------------------------- referrers

  @Test
  void h50_referrersComeFromTheApi_orItsAbsenceFromTheFallbackTag_andAnyOtherAnswerIsUnknown() {
    String index =
        "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"m\",\"digest\":\"sha256:"
            + "d".repeat(64)
            + "\",\"size\":3}]}";
    server.answering(
        it ->
            Optional.of(
                it.target().contains("/referrers/")
                    ? text(200, Manifest.OCI_INDEX, index)
                    : json(200, TAGS)));
    assertThat(client.referrers("team/app", DIGEST).get()).hasSize(1);
    assertThat(client.servesReferrers("team/app").get()).isTrue();

    server.answering(
        it ->
            it.target().contains("/manifests/sha256-" + DIGEST.hex())
                ? Optional.of(text(200, Manifest.OCI_INDEX, index))
                : Optional.empty());
    assertThat(client.referrers("team/app", DIGEST).get()).hasSize(1);
    assertThat(client.servesReferrers("team/app").get()).isFalse();

    server.answering(
        it ->
            it.target().contains("/manifests/")
                ? Optional.of(error(404, "MANIFEST_UNKNOWN"))
                : it.target().endsWith("/tags/list")
                    ? Optional.of(json(200, TAGS))
                    : Optional.empty());
    assertThat(client.referrers("team/app", DIGEST).get()).isEmpty();

    for (int status : new int[] {401, 500, 400}) {
      server.answering(it -> Optional.of(error(status, "UNKNOWN")));
      assertThat(client.referrers("team/app", DIGEST).isPresent()).isFalse();
      assertThat(client.servesReferrers("team/app").isPresent()).isFalse();
    }
  }

  @Test
  void whatIsNoRegistrysAnswer_isNeitherARegistryNorAMissingReferrersApi() {
    for (StubServer.Answer foreign :
        List.of(
            text(404, "text/html", "<html><h1>Not Found</h1></html>"),
            text(404, "text/plain", "no such page here"),
            text(404, "text/plain", ""))) {
      server.answering(
          it -> Optional.of(it.target().contains("/referrers/") ? foreign : json(200, TAGS)));
      assertThat(client.servesReferrers("team/app").isPresent()).isFalse();
      assertThat(client.referrers("team/app", DIGEST).isPresent()).isFalse();
    }
    server.answering(
        it ->
            Optional.of(
                it.target().contains("/referrers/")
                    ? text(404, "text/plain; charset=utf-8", "404 page not found\n")
                    : error(404, "MANIFEST_UNKNOWN")));
    assertThat(client.servesReferrers("team/app").get()).isFalse();

    server.answering(it -> Optional.of(text(200, "text/html", "<html>welcome</html>")));
    assertThat(client.ping().answer()).isEqualTo(Answer.UNKNOWN);
    assertThat(client.ping().detail()).contains("is no registry");
    server.answering(it -> Optional.of(text(200, "application/json", "{}")));
    assertThat(client.ping().isPresent()).isTrue();
  }
}
