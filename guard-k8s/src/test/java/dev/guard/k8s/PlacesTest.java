package dev.guard.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.evidence.Reference;
import dev.guard.evidence.Reference.Form;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlacesTest {
  private static final String HEX =
      "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

  private final Places places = new Places("prod");

  private void add(String object, String value, Form form, boolean declared, boolean again) {
    places.add(
        ListedKind.PODS,
        again,
        object,
        "phase Running",
        new Found("spec.containers", 0, "image", value, form, declared));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "app",
        "app:1",
        "my_app:1",
        "team/my_app",
        "registry.example.com:5000/team/app:v1",
        "10.0.0.1:5000/a/b/c:1.2",
        "localhost/app:1"
      })
  void plainNames_areOrdinary(String name) {
    assertThat(ImageText.isOrdinary(name, Form.NAME)).isTrue();
    assertThat(ImageText.isOrdinary(name + "@sha256:" + HEX, Form.NAME)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " app",
        "app ",
        "UPPER/Case:1",
        "http://r/a:1",
        "oci://r/a",
        "${IMAGE}",
        "{{ .Values.image }}",
        "r/a:v1+b",
        "r//a",
        "r./a",
        "my_host.io/app",
        "my_host:5000/app",
        "r/a@sha256:short",
        "r/a@md5:0123",
        "r/a:",
        ":1",
        "docker-pullable://r/a@sha256:" + HEX,
        "docker://sha256:" + HEX,
        HEX,
        "sha256:" + HEX,
        "a\nb"
      })
  void anythingElse_isNotAnOrdinaryName(String name) {
    assertThat(ImageText.isOrdinary(name, Form.NAME)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "docker-pullable://r/a@sha256:" + HEX,
        "docker://sha256:" + HEX,
        HEX,
        "sha256:" + HEX,
        "r/a@sha256:" + HEX
      })
  void idsThatNodesReport_areOrdinaryIdentities(String id) {
    assertThat(ImageText.isOrdinary(id, Form.IDENTITY)).isTrue();
  }

  @Test
  void theSamePlaceSeenTwice_isKeptOnce() {
    add("Pod/shop/a", "r/a:1", Form.NAME, true, false);
    add("Pod/shop/a", "r/a:1", Form.NAME, true, true);
    add("Pod/shop/b", "${X}", Form.NAME, true, false);
    add("Pod/shop/b", "${X}", Form.NAME, true, true);
    assertThat(places.references())
        .extracting(Reference::object)
        .containsExactly("Pod/shop/a", "Pod/shop/b");
  }

  @Test
  void placesBeyondTwenty_areCounted_declaredAndReportedApart() {
    for (int i = 0; i < 100; i++) {
      add("Pod/shop/p" + i, "r/a:1", Form.NAME, false, false);
    }
    for (int i = 0; i < 110; i++) {
      add("Pod/shop/p" + i, "r/a:1", Form.NAME, false, true);
    }
    add("Pod/shop/last", "r/a:1", Form.NAME, true, true);
    assertThat(places.references()).hasSize(21);
    assertThat(places.references().get(19).note())
        .isEqualTo("phase Running, and 90 more places in pods");
    assertThat(places.references().get(20).object()).isEqualTo("Pod/shop/last");
    assertThat(places.full()).isFalse();
  }

  @Test
  void moreUnclearPlacesThanCanBeKept_areSaid_notDropped() {
    for (int i = 0; i < 100_000; i++) {
      add("Pod/shop/p" + i, "${X}", Form.NAME, true, false);
    }
    assertThat(places.full()).isFalse();
    assertThat(places.references()).hasSize(100_000);
    add("Pod/shop/one-more", "${X}", Form.NAME, true, false);
    assertThat(places.full()).isTrue();
  }
}
