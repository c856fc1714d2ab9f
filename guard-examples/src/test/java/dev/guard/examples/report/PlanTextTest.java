package dev.guard.examples.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.plan.Plan;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class PlanTextTest {
  private static String printed(Plan plan, boolean colour) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PlanText.print(
        PlanView.of(plan, Plans.NOW),
        Plans.NOW,
        new PrintStream(bytes, true, StandardCharsets.UTF_8),
        new Style(colour));
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void aPlanReadsAsATable() {
    String text = printed(Plans.typical(), false);

    assertThat(text)
        .contains("Would go  12 manifests  freeing at most 1.2 GB")
        .contains("Kept  2 manifests")
        .contains("12 of 50")
        .contains("10 % of 204 is 20")
        .contains("expires in 24 h");
    assertThat(text.replaceAll("\\s+", " "))
        .contains("prod/Deployment/shop/api spec.template.spec.containers[0].image replicas 0");
    assertThat(
            text.lines()
                .filter(line -> line.startsWith("  registry.example.com/team/api  1.0."))
                .count())
        .isEqualTo(12);
  }

  @Test
  void withoutATerminalThereIsNoColour() {
    assertThat(printed(Plans.typical(), false)).doesNotContain("\u001b");
    assertThat(printed(Plans.typical(), true)).contains("\u001b[");
  }

  @Test
  void aHostilePlanCannotTalkToTheTerminal() {
    String text = printed(Plans.hostile(), false);

    assertThat(
            text.codePoints()
                .filter(point -> point != '\n' && Character.isISOControl(point))
                .count())
        .isZero();
    assertThat(text)
        .contains("[31mred\\u{202e}evil")
        .contains("\\u{7}bell\\u{a}line")
        .contains("over");
  }

  @Test
  void wordsForPeople() {
    assertThat(Text.bytes(999)).isEqualTo("999 B");
    assertThat(Text.bytes(1_234_567)).isEqualTo("1.2 MB");
    assertThat(Text.bytes(999_600)).isEqualTo("1.0 MB");
    assertThat(Text.bytes(45_000_000_000L)).isEqualTo("45 GB");
    assertThat(Text.count(1, "manifest")).isEqualTo("1 manifest");
    assertThat(Text.count(2, "repository")).isEqualTo("2 repositories");
    assertThat(Text.clean("a\tb", 10)).isEqualTo("a\\u{9}b");
    assertThat(Text.clean("x".repeat(50), 5)).isEqualTo("xxxxx…");
  }
}
