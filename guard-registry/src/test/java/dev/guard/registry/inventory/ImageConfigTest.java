package dev.guard.registry.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a config says, and that what cannot be understood is unknown. */
class ImageConfigTest {
  private static final String IMAGE = "application/vnd.oci.image.config.v1+json";

  private static ImageConfig read(String type, String json) {
    return ImageConfig.read(type, json.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void aLabel_isReadAsGoReadsIt_whateverTheConfigsTypeSays() {
    for (String json :
        List.of(
            "{\"config\":{\"Labels\":{\"protected\":\"true\"}}}",
            "{\"config\":{\"labels\":{\"protected\":\"true\"}}}",
            "{\"CONFIG\":{\"LABELS\":{\"protected\":\"true\"}}}",
            "{\"config\":{\"Label\u017f\":{\"protected\":\"true\"}}}")) {
      assertThat(read(IMAGE, json).labels()).isEqualTo(Map.of("protected", "true"));
      assertThat(read("application/x-somebodys", json).labels())
          .isEqualTo(Map.of("protected", "true"));
    }
  }

  @Test
  void whatCannotBeUnderstood_isUnknown_neverEmpty() {
    for (String json :
        List.of(
            "{\"config\":{\"Labels\":[\"protected=true\"]}}",
            "{\"config\":{\"Labels\":{\"protected\":true}}}",
            "{\"config\":{\"Labels\":{},\"labels\":{\"protected\":\"true\"}}}",
            "{\"config\":[],\"x\":1}",
            "{\"config\":{},\"Config\":{}}",
            "[]",
            "no json")) {
      assertThat(read(IMAGE, json).labels()).isNull();
      assertThat(read("application/x-somebodys", json).labels()).isNull();
    }
  }

  @Test
  void whereNothingStands_thereIsNoLabel() {
    for (String json :
        List.of("{}", "{\"config\":null}", "{\"config\":{}}", "{\"config\":{\"Labels\":null}}")) {
      assertThat(read(IMAGE, json).labels()).isEmpty();
    }
  }

  @Test
  void onlyAnImagesOwnConfigHasAnAge() {
    String json = "{\"Created\":\"2026-01-02T03:04:05Z\"}";
    assertThat(read(IMAGE, json).created()).isEqualTo(Instant.parse("2026-01-02T03:04:05Z"));
    assertThat(read("application/x-somebodys", json).created()).isNull();
    assertThat(read(IMAGE, "{\"created\":\"1970-01-01T00:00:00Z\"}").created()).isNull();
    assertThat(read(IMAGE, "{\"created\":7}").created()).isNull();
  }
}
