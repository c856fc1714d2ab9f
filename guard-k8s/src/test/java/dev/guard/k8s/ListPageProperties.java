package dev.guard.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;

/**
 * Hostile pages: no exception but the announced ones, and never "complete" for what is not whole.
 */
class ListPageProperties {
  private static final String POD =
      "{\"metadata\":{\"name\":\"p\",\"namespace\":\"shop\",\"annotations\":{\"a\":\"b\"}},\"spec\":{"
          + "\"containers\":[{\"name\":\"c\",\"image\":\"r/app:1\",\"env\":[{\"name\":\"A\",\"value\":\"1\"}]}],"
          + "\"initContainers\":[{\"image\":\"r/init:1\"}],\"volumes\":[{\"image\":{\"reference\":\"r/v:1\"}}]},"
          + "\"status\":{\"phase\":\"Running\",\"containerStatuses\":[{\"image\":\"r/app:1\",\"imageID\":\"x\"}]}}";
  private static final String PODS = StubCluster.list(ListedKind.PODS, "next", POD, POD);
  private static final String REVISIONS =
      StubCluster.list(
          ListedKind.CONTROLLER_REVISIONS,
          "",
          "{\"metadata\":{\"name\":\"r\",\"namespace\":\"shop\"},\"revision\":2,\"data\":{\"spec\":{\"template\":{\"spec\":"
              + "{\"containers\":[{\"image\":\"r/old:1\",\"x\":[1,true,null]}]}}}}}");

  /** What one reading came to. */
  private static final class Outcome implements ListedObject.Sink {
    final List<String> found = new ArrayList<>();
    final List<String> problems = new ArrayList<>();
    ListPage.@Nullable End end;
    @Nullable String refused;

    static Outcome of(ListedKind kind, byte[] bytes) {
      Outcome outcome = new Outcome();
      try {
        outcome.end = ListPage.read(new ByteArrayInputStream(bytes), kind, outcome);
      } catch (OddAnswer | IOException e) {
        outcome.refused = e.getMessage();
      }
      return outcome;
    }

    @Override
    public void object(String object, String note, List<Found> all) {
      all.forEach(one -> found.add(one.path() + "=" + one.value()));
    }

    @Override
    public void problem(String sentence) {
      problems.add(sentence);
    }

    boolean complete() {
      return end != null && problems.isEmpty();
    }
  }

  @Example
  void theWholePages_areComplete() {
    Outcome pods = Outcome.of(ListedKind.PODS, PODS.getBytes(StandardCharsets.UTF_8));
    assertThat(pods.complete()).isTrue();
    assertThat(pods.end).isEqualTo(new ListPage.End("next", "100", 2));
    assertThat(pods.found).hasSize(10);
    assertThat(
            Outcome.of(ListedKind.CONTROLLER_REVISIONS, REVISIONS.getBytes(StandardCharsets.UTF_8))
                .found)
        .containsExactly("data.spec.template.spec.containers[0].image=r/old:1");
  }

  @Property(tries = 400)
  void noPrefixOfAPageIsComplete(
      @ForAll @IntRange(min = 0, max = 10_000) int cut, @ForAll boolean pods) {
    byte[] whole = (pods ? PODS : REVISIONS).getBytes(StandardCharsets.UTF_8);
    byte[] part = java.util.Arrays.copyOf(whole, cut % whole.length);
    Outcome outcome = Outcome.of(pods ? ListedKind.PODS : ListedKind.CONTROLLER_REVISIONS, part);
    assertThat(outcome.complete()).isFalse();
    assertThat(outcome.refused).isNotNull();
  }

  @Property
  void changedBytes_neverEscapeAsAnotherException(
      @ForAll @IntRange(min = 0, max = 10_000) int at,
      @ForAll byte with,
      @ForAll @IntRange(min = 0, max = 10_000) int at2,
      @ForAll byte with2,
      @ForAll boolean pods) {
    byte[] bytes = (pods ? PODS : REVISIONS).getBytes(StandardCharsets.UTF_8);
    bytes[at % bytes.length] = with;
    bytes[at2 % bytes.length] = with2;
    Outcome outcome = Outcome.of(pods ? ListedKind.PODS : ListedKind.CONTROLLER_REVISIONS, bytes);
    assertThat(outcome.end == null).isEqualTo(outcome.refused != null);
  }

  @Provide
  Arbitrary<String> values() {
    Arbitrary<String> leaf =
        Arbitraries.of(
            "7",
            "true",
            "null",
            "\"r/a:1\"",
            "\"\"",
            "1e400",
            "99999999999999999999999",
            "{}",
            "[]");
    Arbitrary<String> names =
        Arbitraries.of(
            "containers",
            "initContainers",
            "volumes",
            "image",
            "reference",
            "spec",
            "template",
            "status",
            "metadata",
            "name",
            "namespace",
            "containerStatuses",
            "imageID",
            "data",
            "x",
            "kind",
            "revision",
            "replicas",
            "suspend",
            "jobTemplate",
            "volumeMounts",
            "volumeStatus",
            "imageRef");
    return Arbitraries.recursive(
        () -> leaf,
        inner ->
            Arbitraries.oneOf(
                inner.list().ofMaxSize(3).map(all -> "[" + String.join(",", all) + "]"),
                net.jqwik.api.Combinators.combine(names.list().ofSize(3), inner.list().ofSize(3))
                    .as(
                        (n, v) ->
                            "{\"" + n.get(0) + "\":" + v.get(0) + ",\"" + n.get(1) + "\":"
                                + v.get(1) + ",\"" + n.get(2) + "\":" + v.get(2) + "}")),
        0,
        5);
  }

  @Property
  void anyTreeInAnyPlace_isReadOrRefused_andNeverLosesAnImage(
      @ForAll("values") String value, @ForAll ListedKind kind) {
    String item =
        "{\"metadata\":{\"name\":\"p\",\"namespace\":\"shop\"},\"spec\":"
            + value
            + ",\"template\":"
            + value
            + ",\"status\":"
            + value
            + ",\"data\":"
            + value
            + "}";
    Outcome outcome =
        Outcome.of(kind, StubCluster.list(kind, "", item).getBytes(StandardCharsets.UTF_8));
    assertThat(outcome.end == null).isEqualTo(outcome.refused != null);
    if (kind == ListedKind.CONTROLLER_REVISIONS
        && value.contains("\"containers\":[{\"image\":\"r/a:1\"")) {
      assertThat(outcome.found.isEmpty() && outcome.complete()).isFalse();
    }
  }

  @Example
  void deepNesting_isRefused_notAStackOverflow() {
    for (ListedKind kind : ListedKind.values()) {
      for (String open : List.of("[", "{\"spec\":", "{\"containers\":[{\"x\":")) {
        String item =
            "{\"metadata\":{\"name\":\"p\",\"namespace\":\"shop\"},\"x\":0,\"data\":"
                + open.repeat(100_000);
        Outcome outcome =
            Outcome.of(kind, StubCluster.list(kind, "", item).getBytes(StandardCharsets.UTF_8));
        assertThat(outcome.refused).contains("nested too deeply");
      }
    }
  }

  @Example
  void hugeTexts_areRefusedWhereTheyCount_andSkippedWhereTheyDoNot() {
    String huge = "a".repeat(5_000_000);
    String image = StubCluster.list(ListedKind.PODS, "", StubCluster.pod("shop", "p", huge));
    assertThat(Outcome.of(ListedKind.PODS, image.getBytes(StandardCharsets.UTF_8)).complete())
        .isFalse();
    String env =
        StubCluster.list(
            ListedKind.PODS, "", POD.replace("\"value\":\"1\"", "\"value\":\"" + huge + "\""));
    assertThat(Outcome.of(ListedKind.PODS, env.getBytes(StandardCharsets.UTF_8)).complete())
        .isTrue();
    String longImage =
        StubCluster.list(ListedKind.PODS, "", StubCluster.pod("shop", "p", "a".repeat(4097)));
    assertThat(Outcome.of(ListedKind.PODS, longImage.getBytes(StandardCharsets.UTF_8)).problems)
        .hasSize(1);
  }

  @Example
  void numbersBeyondAnyType_areNoTrouble() {
    String item =
        StubCluster.workload("shop", "d", "\"replicas\":99999999999999999999999999", "r/a:1");
    Outcome outcome =
        Outcome.of(
            ListedKind.DEPLOYMENTS,
            StubCluster.list(ListedKind.DEPLOYMENTS, "", item).getBytes(StandardCharsets.UTF_8));
    assertThat(outcome.complete()).isTrue();
    assertThat(outcome.found).hasSize(1);
  }

  @Example
  void tooManyImagesInOneObject_areAProblem() {
    StringBuilder containers = new StringBuilder("{\"image\":\"r/a:0\"}");
    for (int i = 1; i <= 20_000; i++) {
      containers.append(",{\"image\":\"r/a:").append(i).append("\"}");
    }
    String item =
        "{\"metadata\":{\"name\":\"p\",\"namespace\":\"shop\"},\"spec\":{\"containers\":["
            + containers
            + "]}}";
    Outcome outcome =
        Outcome.of(
            ListedKind.PODS,
            StubCluster.list(ListedKind.PODS, "", item).getBytes(StandardCharsets.UTF_8));
    assertThat(outcome.problems).containsExactly("Pod/shop/p names more than 20000 images");
  }
}
