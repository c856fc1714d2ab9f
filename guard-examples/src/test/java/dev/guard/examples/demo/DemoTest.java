package dev.guard.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.guard.examples.cli.Cli;
import dev.guard.time.Time;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DemoTest {
  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({"1, 60, 20", "7, 20, 1", "42, 150, 90"})
  void everyNumberIsCountedAndAddsUp(String seed, int images, int inUse) throws Exception {
    Set<Path> before = scratch();

    Cli.Ran ran =
        new Cli(directory, Time.system())
            .run("demo", "--json", "--seed", seed, "--images", "" + images, "--in-use", "" + inUse);

    assertThat(ran.exit()).as(ran.toString()).isZero();
    assertThat(ran.err()).isEmpty();
    JsonNode json = ran.json();
    DemoWorld world = DemoWorld.of(Long.parseLong(seed), images, inUse, Instant.now());
    assertThat(json.path("naive").path("outage").asBoolean()).isTrue();
    assertThat(json.path("naive").path("deleted").asLong())
        .isEqualTo(
            images
                - world.images().stream().filter(one -> one.use() == DemoWorld.Use.YOUNG).count());
    JsonNode guarded = json.path("guarded");
    assertThat(guarded.path("outage").asBoolean()).isFalse();
    assertThat(guarded.path("deleted").asLong()).isEqualTo(world.free());
    assertThat(guarded.path("deleted").asLong() + guarded.path("kept").size()).isEqualTo(images);
    for (JsonNode kept : guarded.path("kept")) {
      assertThat(kept.path("image").asText()).isNotBlank();
      assertThat(kept.path("why").asText())
          .as(kept.toString())
          .isNotBlank()
          .isNotEqualTo("the run did not come to it");
    }
    assertThat(guarded.path("kept").toString())
        .contains("prod/Deployment/shop/api")
        .contains("replicas 0");
    JsonNode limit = json.path("limit");
    assertThat(limit.path("planned").asLong()).isEqualTo(world.free()).isGreaterThan(images / 10);
    assertThat(limit.path("population").asLong()).isEqualTo(images);
    assertThat(limit.path("halted").asBoolean()).isTrue();
    assertThat(limit.path("deleted").asLong()).isZero();
    assertThat(json.path("killSwitch").path("actsAfterStop").asLong()).isZero();
    assertThat(json.path("journal").path("records").asLong()).isGreaterThan(2 * world.free());
    assertThat(json.path("journal").path("intact").asBoolean()).isTrue();
    assertThat(json.path("journal").path("forgeryFound").asBoolean()).isTrue();
    assertThat(names(json))
        .containsExactlyInAnyOrder("naive", "guarded", "limit", "killSwitch", "journal");
    assertThat(scratch()).as("nothing is left behind").isEqualTo(before);
  }

  private static List<String> names(JsonNode json) {
    List<String> names = new java.util.ArrayList<>();
    json.fieldNames().forEachRemaining(names::add);
    return names;
  }

  private static Set<Path> scratch() throws Exception {
    try (Stream<Path> all = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return new HashSet<>(
          all.filter(path -> path.getFileName().toString().startsWith("guard-demo")).toList());
    }
  }

  @Test
  void itReadsLikeAStory() {
    Cli.Ran ran = new Cli(directory, Time.system()).run("demo", "--images", "20", "--in-use", "5");

    assertThat(ran.exit()).as(ran.toString()).isZero();
    assertThat(ran.out())
        .containsSubsequence(
            "The night without Guard",
            "404, manifest unknown. The API is down.",
            "shop/api:2.7.1 stays: prod/Deployment/shop/api",
            "replicas 0",
            "halted",
            "Somebody says stop",
            "after the stop: 0",
            "A real cleanup",
            "per plan",
            "pulled shop/api:2.7.1",
            "intact",
            "found")
        .doesNotContain("\u001b");
  }

  @ParameterizedTest
  @CsvSource({"19, 1", "301, 10", "20, 0", "20, 17", "60, 50", "-1, 1"})
  void aWorldThatCannotBeMadeIsUsage(int images, int inUse) {
    Cli.Ran ran =
        new Cli(directory, Time.system())
            .run("demo", "--images", "" + images, "--in-use", "" + inUse);

    assertThat(ran.exit()).as(ran.toString()).isEqualTo(2);
    assertThat(ran.out()).isEmpty();
    assertThat(ran.err().strip().lines()).hasSize(1);
  }

  @Test
  void theSameSeedIsTheSameWorld() {
    Instant now = Instant.parse("2026-03-01T00:00:00Z");
    assertThat(DemoWorld.of(5, 60, 20, now)).isEqualTo(DemoWorld.of(5, 60, 20, now));
    assertThat(DemoWorld.of(5, 60, 20, now)).isNotEqualTo(DemoWorld.of(6, 60, 20, now));
    DemoWorld world = DemoWorld.of(5, 60, 20, now);
    Set<String> names = new TreeSet<>();
    world.images().forEach(image -> names.add(image.name()));
    assertThat(names).hasSize(60);
    assertThatThrownBy(() -> DemoWorld.of(5, 60, 59, now))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
