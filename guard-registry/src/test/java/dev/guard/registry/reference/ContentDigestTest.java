package dev.guard.registry.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class ContentDigestTest {
  private static final byte[] BYTES = "x".getBytes(StandardCharsets.UTF_8);

  private static List<String> forms() {
    List<String> forms = new ArrayList<>();
    for (String digit : List.of("0", "7", "8", "f")) {
      forms.add("sha256:" + digit.repeat(64));
      forms.add("sha256:" + digit.repeat(63) + "e");
      forms.add("sha384:" + digit.repeat(96));
      forms.add("sha512:" + digit.repeat(128));
      forms.add("sha512:" + digit.repeat(127) + "1");
    }
    return forms;
  }

  @Test
  void everyForm_isWrittenAsItWasRead_andEqualsOnlyItself() {
    for (String one : forms()) {
      ContentDigest digest = new ContentDigest(one);
      assertThat(digest.text()).isEqualTo(one);
      assertThat(digest.algorithm() + ":" + digest.hex()).isEqualTo(one);
      for (String other : forms()) {
        assertThat(digest.equals(new ContentDigest(other))).isEqualTo(one.equals(other));
        assertThat(digest.compareTo(new ContentDigest(other)) == 0).isEqualTo(one.equals(other));
      }
      assertThat(digest).hasSameHashCodeAs(new ContentDigest(one));
    }
  }

  @Test
  void theOrder_isThatOfTheWrittenForms() {
    List<String> texts = new ArrayList<>(forms());
    Collections.sort(texts);
    assertThat(forms().stream().map(ContentDigest::new).sorted().map(ContentDigest::text))
        .containsExactlyElementsOf(texts);
  }

  @Test
  void aDigest_matchesItsBytesByItsOwnAlgorithm() {
    assertThat(ContentDigest.of(BYTES).matches(BYTES)).isTrue();
    assertThat(ContentDigest.ZERO.matches(BYTES)).isFalse();
    assertThat(
            new ContentDigest(
                    "sha512:a4abd4448c49562d828115d13a1fccea927f52b4d5459297f8b43e42da89238bc13626e43dcb38ddb082488927ec904fb42057443983e88585179d50551afe62")
                .matches(BYTES))
        .isTrue();
  }

  @Test
  void whatIsNoDigest_isRefused() {
    for (String text :
        List.of("", "sha256:", "md5:" + "a".repeat(32), "sha256:" + "A".repeat(64))) {
      assertThat(ContentDigest.parse(text)).as(text).isEmpty();
      assertThatThrownBy(() -> new ContentDigest(text))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
