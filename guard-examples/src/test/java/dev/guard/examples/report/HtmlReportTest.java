package dev.guard.examples.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.Verdict;
import dev.guard.plan.Plan;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HtmlReportTest {
  @TempDir Path directory;

  /** Kept beside the build's other results, so that people can look at them. */
  private static Path screenshots() throws Exception {
    return Files.createDirectories(Path.of("target", "screenshots"));
  }

  private Path page(String name, Plan plan) throws Exception {
    Path page = directory.resolve(name);
    Files.writeString(page, HtmlReport.of(PlanView.of(plan, Plans.NOW), Plans.NOW));
    return page;
  }

  @Test
  void thePageSaysWhatWouldGoWhatIsKeptAndWhyAndWhereTheLimitStands() throws Exception {
    Chromium chromium = Chromium.in(directory);
    Plan plan = Plans.typical();
    Path page = page("plan.html", plan);

    String dom = chromium.dom(page);

    assertThat(dom).contains("<h1>12 manifests would go.</h1>");
    assertThat(dom).contains("id=\"going-count\">12</b>").contains("id=\"kept-count\">2</b>");
    assertThat(dom.split("<tr>", -1)).hasSize(1 + 2 + 12 + 2);
    assertThat(dom)
        .contains("prod/Deployment/shop/api spec.template.spec.containers[0].image replicas 0")
        .contains("prod/CronJob/shop/report")
        .contains("<b>12 of 50</b>")
        .contains("<b>12 of 20</b>")
        .contains("10 % of 204 is 20")
        .contains("At most 200 over all runs")
        .contains("1.2 GB")
        .contains(plan.digest().text())
        .contains("2026-03-02 02:00 UTC")
        .contains("2 clusters read completely");
    Path png = screenshots().resolve("plan-wide.png");
    chromium.screenshot(page, png, 1200, 1700);
    assertThat(ImageIO.read(png.toFile()).getWidth()).isEqualTo(1200);
    chromium.screenshot(page, screenshots().resolve("plan-narrow.png"), 500, 2400);
    chromium.screenshot(
        page("h.html", Plans.hostile()), screenshots().resolve("plan-hostile.png"), 1200, 1300);
  }

  @Test
  void hostileNamesExecuteNothingAndStayVisible() throws Exception {
    Chromium chromium = Chromium.in(directory);

    String dom = chromium.dom(page("hostile.html", Plans.hostile()));

    assertThat(dom).contains("<title>Plan of image-cleanup: This plan cannot be applied.</title>");
    assertThat(dom).doesNotContain("<script").doesNotContain("<img");
    assertThat(dom).contains("&lt;script&gt;document.title='pwned'&lt;/script&gt;");
    assertThat(dom).contains("\\u{1b}[31mred\\u{202e}evil");
    assertThat(dom).contains("answered 500").contains("meter over");
  }

  @Test
  void thePageBringsEverythingItNeedsAndForbidsTheRest() {
    String page = HtmlReport.of(PlanView.of(Plans.typical(), Plans.NOW), Plans.NOW);

    assertThat(page)
        .contains("default-src 'none'")
        .doesNotContain("http://")
        .doesNotContain("https://");
    assertThat(page).doesNotContain("<script").doesNotContain("src=").doesNotContain("url(");
    assertThat(page).contains("name=\"viewport\"").contains("@media print");
  }

  @Test
  void whatPolicyKeepsIsAllThereAndTheTilesAddUp() throws Exception {
    Chromium chromium = Chromium.in(directory);
    Path page = page("kept.html", Plans.accounted());

    String dom = chromium.dom(page);

    assertThat(dom).contains("id=\"kept-count\">192</b>");
    assertThat(dom).contains("12 would go + 192 kept = 204 manifests in all");
    assertThat(dom.split("<li>team/web:2\\.", -1)).hasSize(1 + 190);
    assertThat(dom).contains("<summary><b>too young</b> · 190 manifests</summary>");
    chromium.screenshot(page, screenshots().resolve("plan-kept.png"), 1200, 1900);
  }

  @Test
  void anExpiredPlanSaysSo() {
    String page =
        HtmlReport.of(
            PlanView.of(Plans.typical(), Plans.NOW.plus(Duration.ofDays(2))),
            Plans.NOW.plus(Duration.ofDays(2)));

    assertThat(page)
        .contains("This plan has expired")
        .contains("banner expired")
        .contains("expired 24 h ago");
  }

  @Test
  void anEmptyPlanSaysThatNothingWouldGo() {
    Plan plan = Plans.plan(List.of(), Verdict.allow(), Map.of(), List.of());

    assertThat(HtmlReport.of(PlanView.of(plan, Plans.NOW), Plans.NOW))
        .contains("<h1>Nothing would go.</h1>")
        .contains("does not say under which limits");
  }
}
