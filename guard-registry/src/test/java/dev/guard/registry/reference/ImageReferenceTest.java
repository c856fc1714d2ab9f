package dev.guard.registry.reference;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.guard.internal.json.Json;
import dev.guard.registry.reference.UnparseableReference.Fault;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class ImageReferenceTest {

  @TestFactory
  List<DynamicTest> h83_everyRowOfTheOracle_parsesAsTheCanonicalParserDoes() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    String text;
    try (InputStream in =
        Objects.requireNonNull(getClass().getResourceAsStream("image-references.tsv"))) {
      text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    for (String line : text.split("\n")) {
      if (!line.startsWith("#") && !line.isBlank()) {
        String[] row = line.split("\t", -1);
        JsonNode input = Json.read(row[0]);
        tests.add(DynamicTest.dynamicTest(row[0], () -> compare(input.textValue(), row)));
      }
    }
    assertThat(tests).hasSize(57);
    return tests;
  }

  private static void compare(String input, String[] row) {
    ParsedReference parsed = ImageReference.parse(input);
    assertThat(parsed.raw()).isEqualTo(input);
    if (row[1].equals("OK")) {
      assertThat(parsed).isInstanceOf(ImageReference.class);
      ImageReference reference = (ImageReference) parsed;
      assertThat(reference.domain()).isEqualTo(row[2]);
      assertThat(reference.path()).isEqualTo(row[3]);
      assertThat(reference.tag().orElse("")).isEqualTo(row[4]);
      assertThat(reference.digest().map(ContentDigest::text).orElse("")).isEqualTo(row[5]);
    } else {
      assertThat(parsed).isInstanceOf(UnparseableReference.class);
      assertThat(((UnparseableReference) parsed).fault()).isEqualTo(fault(row[5]));
    }
  }

  private static Fault fault(String message) {
    if (message.endsWith("must be lowercase")) {
      return Fault.NOT_LOWER_CASE;
    }
    if (message.endsWith("hexadecimal strings")) {
      return Fault.HEX_IDENTIFIER;
    }
    return switch (message) {
      case "unsupported digest algorithm" -> Fault.UNSUPPORTED_ALGORITHM;
      case "invalid checksum digest format" -> Fault.BAD_DIGEST;
      case "invalid reference format" -> Fault.FORMAT;
      default -> throw new IllegalArgumentException(message);
    };
  }

  @Test
  void anEmptyAndAnOverlongText_areFaultsOfTheirOwn() {
    assertThat(fault(ImageReference.parse(""))).isEqualTo(Fault.EMPTY);
    assertThat(fault(ImageReference.parse("a".repeat(ImageReference.MAX_LENGTH + 1))))
        .isEqualTo(Fault.TOO_LONG);
    assertThat(fault(ImageReference.parse("r.io/" + "a".repeat(256))))
        .isEqualTo(Fault.NAME_TOO_LONG);
    assertThat(fault(ImageReference.parse("foo_bar.com/app"))).isEqualTo(Fault.FORMAT);
  }

  private static Fault fault(ParsedReference parsed) {
    return ((UnparseableReference) parsed).fault();
  }

  @Test
  void theKey_foldsCaseDefaultPortsAndTheNamesOfDockerHub() {
    assertThat(key("MY.Registry.IO:443/team/app"))
        .isEqualTo(new RepositoryKey("my.registry.io", "team/app"));
    assertThat(key("registry-1.docker.io/library/ubuntu")).isEqualTo(key("ubuntu"));
    assertThat(key("registry.hub.docker.com/team/app")).isEqualTo(key("team/app"));
    assertThat(key("my.registry.io:5000/a")).isNotEqualTo(key("my.registry.io/a"));
  }

  private static RepositoryKey key(String text) {
    return ((ImageReference) ImageReference.parse(text)).key();
  }

  @Test
  void theEffectiveTag_isLatestOnlyWithoutTagAndDigest() {
    String digest = "@sha256:" + "a".repeat(64);
    assertThat(tag("ubuntu")).isEqualTo("latest");
    assertThat(tag("ubuntu:1")).isEqualTo("1");
    assertThat(tag("ubuntu:1" + digest)).isEqualTo("1");
    assertThat(tag("ubuntu" + digest)).isEmpty();
  }

  private static String tag(String text) {
    return ((ImageReference) ImageReference.parse(text)).effectiveTag().orElse("");
  }

  @Test
  void aFaultsMessage_isShortAndHarmless() {
    UnparseableReference broken =
        (UnparseableReference) ImageReference.parse("r/a\u001b[31m\n" + "x".repeat(3000));
    assertThat(broken.message()).hasSizeLessThan(300).doesNotContain("\u001b").doesNotContain("\n");
  }
}
