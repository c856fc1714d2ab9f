package dev.guard.registry.cleanup;

import static dev.guard.registry.cleanup.Graph.OLD;
import static dev.guard.registry.cleanup.Graph.digest;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.GuardConfigurationException;
import dev.guard.registry.inventory.RepositoryPatterns;
import dev.guard.registry.reference.ContentDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RepositoryProposalTest {
  private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");
  private static final CleanupPolicy POLICY =
      CleanupPolicy.over(
          RepositoryPatterns.of(List.of("*")), AgeSource.CREATED, Duration.ofDays(30));

  private static RepositoryProposal propose(Graph graph, CleanupPolicy policy) {
    return RepositoryProposal.of(graph.build(), policy, digest -> Optional.empty(), NOW);
  }

  private static List<ContentDigest> digests(String... names) {
    return Stream.of(names).map(Graph::digest).toList();
  }

  private static String why(RepositoryProposal proposal, String name) {
    RepositoryProposal.Kept kept = proposal.kept().get(digest(name));
    return kept == null ? "goes" : kept.code();
  }

  private static Instant day(int day) {
    return OLD.plus(Duration.ofDays(day));
  }

  @Test
  void h77_onlyWhatIsOldEnough_goes() {
    RepositoryProposal proposal =
        propose(
            new Graph("a")
                .image("old", NOW.minus(Duration.ofDays(30)), "v1")
                .image("young", NOW.minus(Duration.ofDays(30)).plusSeconds(1), "v2"),
            POLICY);
    assertThat(proposal.order()).isEqualTo(digests("old"));
    assertThat(why(proposal, "young")).isEqualTo("too-young");
  }

  @Test
  void h82_anUnknownOrImpossibleAge_isNeverOld() {
    RepositoryProposal proposal =
        propose(
            new Graph("a")
                .image("none", null, "v1")
                .image("future", NOW.plusSeconds(1), "v2")
                .image("child", OLD)
                .image("ageless", null)
                .index("index", List.of("child", "ageless"), "v3"),
            POLICY);
    assertThat(proposal.order()).isEmpty();
    assertThat(proposal.withoutAge()).isEqualTo(3);
    assertThat(why(proposal, "none")).isEqualTo("no-age");
    assertThat(why(proposal, "future")).isEqualTo("no-age");
    assertThat(why(proposal, "index")).isEqualTo("no-age");
  }

  @Test
  void anIndex_isAsYoungAsItsYoungestChildForAPlatform_attestationsApart() {
    Graph young =
        new Graph("a").image("a", OLD).image("b", NOW).index("index", List.of("a", "b"), "v1");
    assertThat(why(propose(young, POLICY), "index")).isEqualTo("too-young");
    Graph old =
        new Graph("a")
            .image("a", OLD)
            .image("b", day(1))
            .image("attestation", null)
            .index("index", List.of("a", "b", "attestation"), "v1");
    assertThat(propose(old, POLICY).order().get(0)).isEqualTo(digest("index"));
    assertThat(propose(old, POLICY).order()).hasSize(4);
  }

  @Test
  void keepLast_countsDistinctTaggedDigestsOnce_andReferrersNot() {
    Graph graph =
        new Graph("a")
            .image("one", day(1), "v1", "also-v1")
            .image("two", day(2), "v2", "also-v2", "latest")
            .image("three", day(3), "v3")
            .referrer("signature", "three", "sha256-" + digest("three").hex() + ".sig");
    RepositoryProposal proposal = propose(graph, POLICY.keepLast(2));
    assertThat(proposal.order()).isEqualTo(digests("one"));
    assertThat(why(proposal, "two")).isEqualTo("keep-last");
    assertThat(why(proposal, "three")).isEqualTo("keep-last");
    assertThat(propose(graph, POLICY.keepLast(3)).order()).isEmpty();
    assertThat(propose(graph, POLICY.keepLast(99)).order()).isEmpty();
    assertThat(propose(graph, POLICY).order()).hasSize(4);
  }

  @Test
  void keepLast_keepsTiesAtTheBoundary_andUnknownAgesBesides() {
    Graph graph =
        new Graph("a")
            .image("new", day(9), "v9")
            .image("tie1", day(5), "v5")
            .image("tie2", day(5), "v6")
            .image("older", day(4), "v4")
            .image("unknown", null, "v0");
    RepositoryProposal proposal = propose(graph, POLICY.keepLast(2));
    assertThat(proposal.order()).isEqualTo(digests("older"));
    assertThat(why(proposal, "tie1")).isEqualTo("keep-last");
    assertThat(why(proposal, "tie2")).isEqualTo("keep-last");
    assertThat(why(proposal, "unknown")).isEqualTo("no-age");
  }

  @Test
  void h39_oneProtectedTag_keepsTheDigestWithAllItsTags() {
    Graph graph = new Graph("a").image("both", OLD, "v1", "production-7").image("other", OLD, "v2");
    RepositoryProposal proposal = propose(graph, POLICY.protectTags(List.of("production-*")));
    assertThat(proposal.order()).isEqualTo(digests("other"));
    assertThat(why(proposal, "both")).isEqualTo("protected-tag");
  }

  @Test
  void t13_aProtectedLabel_keeps_andLabelsThatCannotBeRead_keepToo() {
    CleanupPolicy policy = POLICY.protectLabels(Map.of("protected", "true"));
    Graph graph =
        new Graph("a")
            .labelled("labelled", OLD, Map.of("protected", "true"), "", "v1")
            .labelled("otherwise", OLD, Map.of("protected", "false"), "", "v2")
            .labelled("unreadable", OLD, null, "", "v3")
            .labelled("child", OLD, Map.of("protected", "true"), "")
            .image("sibling", OLD)
            .index("index", List.of("child", "sibling"), "v4");
    RepositoryProposal proposal = propose(graph, policy);
    assertThat(proposal.order()).isEqualTo(digests("otherwise"));
    assertThat(why(proposal, "labelled")).isEqualTo("protected-label");
    assertThat(why(proposal, "unreadable")).isEqualTo("protected-label");
    assertThat(why(proposal, "index")).isEqualTo("protected-label");
    assertThat(why(proposal, "sibling")).isEqualTo("not-selected");
    assertThat(propose(graph, POLICY).order()).hasSize(6);
  }

  @Test
  void aProtectedDigest_keepsTheIndexThatHoldsIt() {
    Graph graph = new Graph("a").image("child", OLD).index("index", List.of("child"), "v1");
    assertThat(propose(graph, POLICY.protectDigests(Set.of(digest("child")))).order()).isEmpty();
  }

  @Test
  void h45_aChildOfAKeptIndex_stays_alsoWhenItsOwnTagCouldGo() {
    Graph graph =
        new Graph("a")
            .image("child", OLD, "amd64")
            .image("young", NOW)
            .index("index", List.of("child", "young"), "v1");
    RepositoryProposal proposal = propose(graph, POLICY);
    assertThat(proposal.order()).isEmpty();
    assertThat(why(proposal, "child")).isEqualTo("in-kept-index");
  }

  @Test
  void t16_children_comeAfterEveryParent_andReferrersAfterTheirSubject() {
    Graph graph =
        new Graph("a")
            .image("shared", OLD)
            .index("one", List.of("shared"), "v1")
            .index("two", List.of("shared"), "v2")
            .referrer("signature", "shared")
            .index("fallback", List.of("signature"), "sha256-" + digest("shared").hex());
    RepositoryProposal proposal = propose(graph, POLICY);
    assertThat(proposal.order()).hasSize(5);
    assertThat(proposal.after(digest("shared")))
        .containsExactlyInAnyOrder(digest("one"), digest("two"));
    assertThat(proposal.after(digest("fallback"))).containsExactly(digest("shared"));
    assertThat(proposal.after(digest("signature")))
        .containsExactlyInAnyOrder(digest("shared"), digest("fallback"));
    for (ContentDigest digest : proposal.order()) {
      for (ContentDigest before : proposal.after(digest)) {
        assertThat(proposal.order().indexOf(before)).isLessThan(proposal.order().indexOf(digest));
      }
    }
  }

  @Test
  void aProtectedReferrer_keepsItsSubjectAndTheIndexAboveIt() {
    Graph graph =
        new Graph("a")
            .image("child", OLD)
            .index("index", List.of("child"), "v1")
            .referrer("sbom", "child", "keep-this-sbom");
    RepositoryProposal proposal = propose(graph, POLICY.protectTags(List.of("keep-*")));
    assertThat(proposal.order()).isEmpty();
    assertThat(why(proposal, "sbom")).isEqualTo("protected-tag");
    assertThat(why(proposal, "child")).isEqualTo("referrer-kept");
    assertThat(why(proposal, "index")).isEqualTo("child-kept");
  }

  @Test
  void whatRefersToALivingImage_isNoCandidateOfItsOwn() {
    Graph graph =
        new Graph("a")
            .image("young", NOW, "v1")
            .labelled("sbom", OLD, Map.of(), "young", "v1-sbom")
            .image("orphan", OLD, "sha256-" + digest("gone long ago").hex() + ".sig");
    RepositoryProposal proposal = propose(graph, POLICY);
    assertThat(proposal.order()).isEmpty();
    assertThat(why(proposal, "orphan")).isEqualTo("not-selected");
  }

  @Test
  void h48_anIndexThatLacksAChild_isNotTouched() {
    Graph graph = new Graph("a").image("child", OLD).index("index", List.of("child", "lost"), "v1");
    CleanupPolicy firstSeen =
        CleanupPolicy.over(POLICY.repositories(), AgeSource.FIRST_SEEN, Duration.ofDays(30));
    RepositoryProposal proposal =
        RepositoryProposal.of(graph.build(), firstSeen, digest -> Optional.of(OLD), NOW);
    assertThat(proposal.order()).isEmpty();
    assertThat(why(proposal, "index")).isEqualTo("broken-index");
  }

  @Test
  void whatWaitsForItself_stays() {
    Graph graph =
        new Graph("a")
            .labelled("child", OLD, Map.of(), "index")
            .image("plain", OLD, "v2")
            .indexOf("index", List.of("child"), "child", "v1");
    RepositoryProposal proposal = propose(graph, POLICY);
    assertThat(proposal.order()).isEqualTo(digests("plain"));
  }

  @Test
  void everyManifest_eitherGoesOrHasAReasonToStay() {
    Graph graph =
        new Graph("a")
            .image("a", OLD, "v1")
            .image("b", NOW, "v2")
            .image("c", OLD)
            .index("i", List.of("b", "c"), "v3");
    RepositoryProposal proposal = propose(graph, POLICY);
    assertThat(proposal.order().size() + proposal.kept().size()).isEqualTo(4);
    assertThat(proposal.kept().keySet()).doesNotContainAnyElementsOf(proposal.order());
  }

  @Test
  void t30_nothingMeansNeverEverything() {
    assertThatThrownBy(() -> RepositoryPatterns.of(List.of()))
        .isInstanceOf(GuardConfigurationException.class);
    assertThatThrownBy(() -> RepositoryPatterns.of(List.of(" ")))
        .isInstanceOf(GuardConfigurationException.class);
    assertThatThrownBy(() -> POLICY.protectTags(List.of("")))
        .isInstanceOf(GuardConfigurationException.class);
    assertThatThrownBy(() -> POLICY.protectLabels(Map.of(" ", "x")))
        .isInstanceOf(GuardConfigurationException.class);
    assertThatThrownBy(() -> POLICY.keepLast(-1)).isInstanceOf(GuardConfigurationException.class);
    RepositoryPatterns all = POLICY.repositories();
    assertThatThrownBy(() -> CleanupPolicy.over(all, AgeSource.CREATED, Duration.ZERO))
        .isInstanceOf(GuardConfigurationException.class);
    assertThatThrownBy(() -> CleanupPolicy.over(all, AgeSource.PUSH_TIME, Duration.ofDays(30)))
        .isInstanceOf(GuardConfigurationException.class)
        .hasMessageContaining("first-seen");
    assertThatThrownBy(() -> AgeSource.of("pull-time"))
        .isInstanceOf(GuardConfigurationException.class);
  }

  @Test
  void theProtectionDigest_changesWithWhateverProtects() {
    assertThat(
            List.of(
                POLICY.protection(),
                POLICY.keepLast(1).protection(),
                POLICY.protectTags(List.of("a")).protection(),
                POLICY.protectLabels(Map.of("a", "b")).protection(),
                POLICY.protectDigests(Set.of(digest("a"))).protection()))
        .doesNotHaveDuplicates();
    assertThat(POLICY.protectTags(List.of("a", "b")).protection())
        .isEqualTo(POLICY.protectTags(List.of("b", "a")).protection());
  }

  @Test
  void bytesFreed_countsALayerOnce_andNotIfASurvivorHoldsIt() {
    Graph graph =
        new Graph("a").image("one", OLD, "v1").image("two", OLD, "v2").image("three", OLD, "v3");
    assertThat(graph.inventory().bytesFreed(Map.of("a", Set.of(digest("one")))))
        .isEqualTo(10 + 5 + 100);
    assertThat(
            graph
                .inventory()
                .bytesFreed(Map.of("a", Set.of(digest("one"), digest("two"), digest("three")))))
        .isEqualTo(3 * (10 + 5 + 100) + 1000);
    assertThat(graph.inventory().bytesFreed(Map.of())).isZero();
  }
}
