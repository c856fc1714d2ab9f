package dev.guard.registry.reference;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ImageIdTest {
  private static final String HEX = "0123456789abcdef".repeat(4);
  private static final ContentDigest DIGEST = new ContentDigest("sha256:" + HEX);

  @Test
  void h18_everyFormOfAnImageId_isReadAsWhatItIs() {
    assertThat(((ImageId.OfManifest) ImageId.parse("r.io/team/app@sha256:" + HEX)).digest())
        .isEqualTo(DIGEST);
    assertThat(
            ((ImageId.OfManifest) ImageId.parse("docker-pullable://r.io/team/app@sha256:" + HEX))
                .digest())
        .isEqualTo(DIGEST);
    assertThat(((ImageId.OfConfig) ImageId.parse("docker://sha256:" + HEX)).config())
        .isEqualTo(DIGEST);
    assertThat(((ImageId.OfConfig) ImageId.parse("sha256:" + HEX)).config()).isEqualTo(DIGEST);
    assertThat(((ImageId.OfConfig) ImageId.parse(HEX)).config()).isEqualTo(DIGEST);
    assertThat(ImageId.parse("")).isInstanceOf(ImageId.None.class);
  }

  @Test
  void h18_aBareDigest_isNeverTheRepositoryCalledSha256() {
    assertThat(ImageId.parse("sha256:" + HEX)).isInstanceOf(ImageId.OfConfig.class);
    assertThat(ImageReference.parse("sha256:" + HEX)).isInstanceOf(ImageReference.class);
  }

  @Test
  void whatIsNoKnownForm_isUnreadable() {
    for (String text :
        new String[] {
          "team/app:1",
          "containerd://sha256:" + HEX,
          "sha256:short",
          "x@sha256:" + HEX + "0",
          " ",
          "a".repeat(5000)
        }) {
      assertThat(ImageId.parse(text)).as(text).isInstanceOf(ImageId.Unreadable.class);
    }
  }
}
