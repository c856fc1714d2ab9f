package dev.guard.registry.reference;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class ImageReferenceProperties {

  @Property
  void anyText_isParsedOrRefused_neverThrown(@ForAll("texts") String text) {
    ParsedReference parsed = ImageReference.parse(text);
    assertThat(parsed.raw()).isEqualTo(text);
    assertThat(ImageId.parse(text).raw()).isEqualTo(text);
    if (parsed instanceof ImageReference reference) {
      assertThat(ImageReference.isRepositoryPath(reference.path())).isTrue();
      reference.tag().ifPresent(tag -> assertThat(ImageReference.isTag(tag)).isTrue());
    }
  }

  @Property
  void theFullForm_isAReferenceToTheSame(@ForAll("texts") String text) {
    if (ImageReference.parse(text) instanceof ImageReference reference) {
      assertThat(ImageReference.parse(reference.toString())).isEqualTo(reference);
    }
  }

  @Provide
  Arbitrary<String> texts() {
    Arbitrary<String> pieces =
        Arbitraries.of(
            "a",
            "A",
            "0",
            ".",
            "..",
            "_",
            "__",
            "-",
            "--",
            "/",
            "//",
            ":",
            "@",
            "sha256:",
            "localhost",
            "docker.io",
            "library",
            "f".repeat(64),
            "[::1]",
            ":5000",
            " ",
            "${X}",
            "é",
            "\u0000");
    return Arbitraries.oneOf(
        pieces.list().ofMaxSize(10).map(list -> String.join("", list)),
        Arbitraries.strings().ofMaxLength(80));
  }
}
