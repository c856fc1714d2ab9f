package dev.guard.registry.cleanup;

import static dev.guard.registry.cleanup.Graph.OLD;
import static dev.guard.registry.cleanup.Graph.digest;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.GuardConfigurationException;
import dev.guard.Target;
import dev.guard.evidence.Evidence;
import dev.guard.evidence.Interpreter;
import dev.guard.evidence.Reference;
import dev.guard.registry.inventory.RegistryInventory;
import dev.guard.registry.inventory.RepositoryGraph;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProtectedSetTest {
  private static final ImageNames NAMES = ImageNames.of("r.io");

  private static Reference name(String value) {
    return new Reference(
        "prod", "Deployment/shop/api", "spec.image", value, Reference.Form.NAME, "replicas 0");
  }

  private static Reference id(String value) {
    return new Reference(
        "prod", "Pod/shop/api", "status.imageID", value, Reference.Form.IDENTITY, "");
  }

  private static RegistryInventory two() {
    RepositoryGraph app =
        new Graph("team/app")
            .image("one", OLD, "v1")
            .image("two", OLD, "latest")
            .image("child", OLD)
            .image("sibling", OLD)
            .index("inner", List.of("child"))
            .index("index", List.of("inner", "sibling"), "multi")
            .referrer("signature", "index", "sha256-" + digest("index").hex() + ".sig")
            .referrer("bom", "index")
            .build();
    RepositoryGraph web =
        new Graph("team/web").image("one", OLD, "same").image("web", OLD, "v1").build();
    return RegistryInventory.of(
        "r.io", OLD, List.of(app, web), Map.of("team/broken", "could not be read"));
  }

  private static ProtectedSet protect(ImageNames names, Reference... references) {
    return ProtectedSet.of(new ProtectedSet.Graphs(two()), List.of(references), names);
  }

  private static List<String> protectedNames(ProtectedSet set) {
    List<String> names = new ArrayList<>();
    for (String name :
        List.of("one", "two", "child", "sibling", "inner", "index", "signature", "bom", "web")) {
      if (set.use(digest(name)).isPresent()) {
        names.add(name);
      }
    }
    return names;
  }

  private static List<String> protectedBy(Reference... references) {
    return protectedNames(protect(NAMES, references));
  }

  @Test
  void aTag_protectsWhatItNames_whateverTheHost() {
    assertThat(protectedBy(name("r.io/team/app:v1"))).containsExactly("one");
    assertThat(protectedBy(name("mirror.elsewhere:5000/team/app:v1"))).containsExactly("one");
    assertThat(protectedBy(name("team/app"))).containsExactly("two");
    assertThat(protectedBy(name("r.io/team/app:v9"))).isEmpty();
    assertThat(protectedBy(name("r.io/other/app:v1"))).isEmpty();
  }

  @Test
  void h19_tagAndDigest_protectBoth() {
    assertThat(protectedBy(name("r.io/team/app:latest@" + digest("one"))))
        .containsExactly("one", "two");
  }

  @Test
  void h14_anIndexDigest_protectsChildrenAndReferrers() {
    assertThat(protectedBy(id("r.io/any/name@" + digest("index"))))
        .containsExactly("child", "sibling", "inner", "index", "signature", "bom");
  }

  @Test
  void h15_aChildsDigest_protectsEveryIndexAboveIt() {
    assertThat(protectedBy(id("r.io/any/name@" + digest("child"))))
        .containsExactly("child", "sibling", "inner", "index", "signature", "bom");
  }

  @Test
  void aReferrer_protectsItsSubject() {
    assertThat(protectedBy(id("x@" + digest("bom")))).contains("index", "child");
  }

  @Test
  void h18_aConfigDigestInEveryForm_protectsItsImage() {
    String hex = digest("config of one").hex();
    for (String value : List.of("docker://sha256:" + hex, "sha256:" + hex, hex)) {
      assertThat(protectedBy(id(value))).as(value).containsExactly("one");
      assertThat(protectedBy(name("sha256:" + hex))).containsExactly("one");
    }
    assertThat(protectedBy(id(""))).isEmpty();
    assertThat(protect(NAMES, id("")).gaps()).isEmpty();
  }

  @Test
  void mirrorsApplyInBothDirections_andForeignHostsOnlyWhenNamed() {
    ImageNames names =
        NAMES
            .mirrors(Map.of("cache.io/hub/", "r.io/team/"))
            .foreign(List.of("other.io", "cache.io"));
    assertThat(protectedNames(protect(names, name("cache.io/hub/app:v1")))).containsExactly("one");
    assertThat(protectedNames(protect(names, name("other.io/team/app:v1")))).isEmpty();
    assertThat(
            protectedNames(
                protect(names.aliases(List.of("other.io")), name("other.io/team/app:v1"))))
        .containsExactly("one");
    ImageNames back =
        NAMES.mirrors(Map.of("docker.io/team/", "r.io/hub/team/")).foreign(List.of("r.io"));
    assertThat(
            back.paths(
                (dev.guard.registry.reference.ImageReference)
                    dev.guard.registry.reference.ImageReference.parse("team/app")))
        .contains("hub/team/app", "team/app");
    assertThatThrownBy(() -> NAMES.mirrors(Map.of("cache.io", "r.io/")))
        .isInstanceOf(GuardConfigurationException.class);
    assertThatThrownBy(() -> NAMES.aliases(List.of("")))
        .isInstanceOf(GuardConfigurationException.class);
  }

  @Test
  void h20_anUnparseableReference_isAGap_namingItsPlace() {
    for (String value :
        List.of(
            "UPPER/Case:1",
            "${IMAGE}",
            " http://x/y",
            "${REPO}/api:1",
            "team/${NAME}:1",
            "team/app${X}")) {
      ProtectedSet set = protect(NAMES, name(value));
      assertThat(set.gaps())
          .as(value)
          .hasSize(1)
          .first()
          .asString()
          .contains("prod/Deployment/shop/api")
          .contains("replicas 0");
      assertThat(protectedNames(set)).as(value).isEmpty();
    }
    assertThat(protect(NAMES, id("containerd://whatever")).gaps()).hasSize(1);
    assertThat(protect(NAMES, name("${IMAGE}"), name("${IMAGE}")).gaps()).hasSize(1);
  }

  @Test
  void h20_anUnparseableReference_thatLiterallyNamesARepository_protectsItAndIsAGapAllTheSame() {
    for (String value :
        List.of(
            "r.io/team/app:${TAG}",
            "team/app:v1+b",
            "http://r.io/team/app:1",
            "${REGISTRY}/team/app:1")) {
      ProtectedSet set = protect(NAMES, name(value));
      assertThat(set.gaps()).as(value).hasSize(1);
      assertThat(protectedNames(set)).as(value).hasSize(8).doesNotContain("web");
      ProtectedSet waived = protect(NAMES, name(value).waived());
      assertThat(waived.gaps()).as(value).isEmpty();
      assertThat(protectedNames(waived)).as(value).isEqualTo(protectedNames(set));
    }
    assertThat(protect(NAMES, name("r.io/team/broken:${TAG}")).gaps()).hasSize(1);
    ImageNames mirrored = NAMES.mirrors(Map.of("r.io/team/", "docker.io/library/"));
    assertThat(protectedNames(protect(mirrored, name("docker.io/library/app:${TAG}").waived())))
        .as("what it names under another name")
        .hasSize(8);
    assertThat(protectedNames(protect(NAMES, name("${X}@sha256:" + digest("web").hex()))))
        .containsExactly("web");
  }

  private static Interpreter interpreter() {
    RegistryInventory inventory = two();
    return new ImageInterpreter("r.io", NAMES, () -> inventory);
  }

  private static Target target(String repository, String name) {
    return Target.of("image", "r.io/" + repository, digest(name).text());
  }

  @Test
  void theInterpreter_tellsUsePlacesAndUnknownApart() {
    Interpreter.Usage usage =
        interpreter().interpret(List.of(name("r.io/team/app:v1"), name("x.io/team/app:v1")));
    assertThat(usage.of(target("team/app", "one"))).isInstanceOf(Evidence.InUse.class);
    Evidence.InUse use = (Evidence.InUse) usage.of(target("team/web", "one"));
    assertThat(use.total()).isEqualTo(2);
    assertThat(use.places().get(0))
        .contains("prod/Deployment/shop/api")
        .contains("replicas 0")
        .contains("r.io/team/app:v1");
    assertThat(usage.of(target("team/app", "two"))).isEqualTo(new Evidence.NotInUse(1, 2));
    assertThat(usage.of(target("team/broken", "two"))).isInstanceOf(Evidence.Unknown.class);
    assertThat(usage.of(target("team/none", "two"))).isInstanceOf(Evidence.Unknown.class);
    assertThat(usage.of(target("team/app", "never heard of"))).isInstanceOf(Evidence.Unknown.class);
    assertThat(usage.of(Target.of("image", "other.io/team/app", digest("two").text())))
        .isInstanceOf(Evidence.Unknown.class);
    assertThat(usage.of(Target.of("image", "r.io/team/app", "v1")))
        .isInstanceOf(Evidence.Unknown.class);
    assertThat(usage.of(Target.of("row", "r.io/team/app", digest("two").text())))
        .isInstanceOf(Evidence.Unknown.class);
  }

  @Test
  void theTripwire_isFoundThroughTheRealMatching_andSilentWithoutItsReference() {
    Interpreter interpreter = interpreter();
    Interpreter.Probe probe = interpreter.probe();
    assertThat(interpreter.interpret(List.of(probe.reference())).of(probe.target()))
        .isInstanceOf(Evidence.InUse.class);
    assertThat(interpreter.interpret(List.of()).of(probe.target()))
        .isInstanceOf(Evidence.NotInUse.class);
  }

  @Test
  void theClosure_crossesRepositories_alsoThroughManifestsThatAreMissing() {
    RepositoryGraph one =
        new Graph("one").image("shared", OLD).index("a", List.of("shared", "lost"), "v1").build();
    RepositoryGraph two =
        new Graph("two").image("b", OLD).index("c", List.of("b", "lost"), "v1").build();
    RepositoryGraph three =
        new Graph("three").image("shared", OLD).index("d", List.of("shared"), "v1").build();
    RepositoryGraph four = new Graph("four").image("apart", OLD, "v1").build();
    RegistryInventory inventory =
        RegistryInventory.of("r.io", OLD, List.of(one, two, three, four), Map.of());
    ProtectedSet set =
        ProtectedSet.of(new ProtectedSet.Graphs(inventory), List.of(id("x@" + digest("d"))), NAMES);
    for (String name : List.of("d", "shared", "a", "lost", "c", "b")) {
      assertThat(set.use(digest(name))).as(name).isPresent();
    }
    assertThat(set.use(digest("apart"))).isEmpty();
  }

  @Test
  void digestsAreComparedAcrossRepositories() {
    assertThat(protect(NAMES, id("x@" + digest("one"))).use(digest("one"))).isPresent();
    RegistryInventory inventory = RegistryInventory.of("r.io", Instant.EPOCH, List.of(), Map.of());
    assertThat(
            ProtectedSet.of(
                    new ProtectedSet.Graphs(inventory), List.of(id("x@" + digest("one"))), NAMES)
                .use(digest("one")))
        .isPresent();
  }
}
