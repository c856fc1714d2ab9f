package dev.guard.examples.report;

import com.samskivert.mustache.Mustache;
import com.samskivert.mustache.Template;
import dev.guard.Population;
import dev.guard.examples.report.PlanView.Meter;
import dev.guard.examples.report.PlanView.Row;
import dev.guard.examples.report.PlanView.Why;
import dev.guard.plan.Plan;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A plan as one page: self-contained, without scripts, readable on a phone and on paper. Everything
 * from the plan is escaped, and the page forbids itself scripts, frames and anything from outside.
 */
public final class HtmlReport {
  private static final String TEMPLATE = "plan.html";

  /** What every page has near its beginning, and by which it is known again. */
  public static final String MARK = "<meta name=\"generator\" content=\"guard.plan/1\">";

  private HtmlReport() {}

  /**
   * The page of a plan.
   *
   * @param view the plan
   * @param now the instant at which it is looked at
   * @return HTML
   */
  public static String of(PlanView view, Instant now) {
    Plan plan = view.plan();
    Map<String, Object> page = new HashMap<>();
    page.put("guard", Text.clean(plan.header().guard()));
    page.put("action", Text.clean(plan.header().action()));
    page.put("because", Text.clean(plan.header().because()));
    page.put("planner", Text.clean(plan.header().planner()));
    page.put("made", Text.minute(plan.header().made()));
    page.put("expires", Text.minute(plan.header().expires()));
    page.put("life", view.life(now));
    page.put("digest", plan.digest().text());
    page.put("protection", plan.header().protection().text());
    page.put("state", view.expired() ? "expired" : view.halts().isEmpty() ? "fine" : "halted");
    page.put("headline", headline(view));
    page.put("goingCount", view.going().size());
    page.put("keptCount", view.staying());
    page.put("policy", policy(view));
    page.put("sum", view.sum().orElse(""));
    page.put("population", plan.population().map(HtmlReport::population).orElse("nobody said"));
    page.put(
        "populationShort", plan.population().map(all -> String.valueOf(all.size())).orElse("?"));
    page.put("freed", view.freed().orElse(""));
    page.put("going", rows(view.going()));
    page.put("waits", waits(view));
    page.put("kept", rows(view.kept()));
    page.put("meters", meters(view.meters()));
    page.put("perDay", Text.clean(plan.header().facts().getOrDefault(PlanView.PER_DAY, "")));
    page.put("halts", view.halts().stream().map(Text::clean).toList());
    page.put("unread", plan.header().unread().stream().map(Text::clean).toList());
    page.put("notes", view.notes().stream().map(Text::clean).toList());
    page.put("facts", facts(view.otherFacts()));
    return template().execute(page);
  }

  private static String headline(PlanView view) {
    if (view.expired()) {
      return "This plan has expired. Make a new one.";
    }
    if (!view.halts().isEmpty()) {
      return "This plan cannot be applied.";
    }
    return view.going().isEmpty()
        ? "Nothing would go."
        : Text.count(view.going().size(), "manifest") + " would go.";
  }

  private static String population(Population all) {
    return all.size() + all.gap().map(gap -> ", incomplete: " + Text.clean(gap)).orElse("");
  }

  private static List<Map<String, Object>> rows(List<Row> rows) {
    List<Map<String, Object>> shown = new ArrayList<>();
    for (Row row : rows) {
      List<Map<String, Object>> reasons = new ArrayList<>();
      for (Why why : row.reasons()) {
        reasons.add(
            Map.of(
                "safeguard", Text.clean(why.safeguard()),
                "sentence", Text.clean(why.sentence()),
                "where", why.sentence().contains(why.where()) ? "" : Text.clean(why.where())));
      }
      shown.add(
          Map.of(
              "scope", Text.clean(row.scope()),
              "name", Text.clean(row.name()),
              "id", Text.clean(row.id()),
              "because", Text.clean(row.because()),
              "reasons", reasons));
    }
    return shown;
  }

  private static List<Map<String, Object>> waits(PlanView view) {
    List<Map<String, Object>> shown = new ArrayList<>();
    view.waits()
        .forEach(
            (sentence, images) ->
                shown.add(
                    Map.of(
                        "sentence",
                        Text.clean(sentence),
                        "count",
                        Text.count(images.size(), "manifest"),
                        "images",
                        images.stream().map(Text::clean).toList())));
    return shown;
  }

  private static List<Map<String, Object>> policy(PlanView view) {
    List<Map<String, Object>> shown = new ArrayList<>();
    view.policyKeeps()
        .forEach(
            (code, images) ->
                shown.add(
                    Map.of(
                        "code",
                        Text.clean(code),
                        "count",
                        Text.count(images.size(), "manifest"),
                        "images",
                        images.stream().map(Text::clean).toList())));
    return shown;
  }

  private static List<Map<String, Object>> meters(List<Meter> meters) {
    List<Map<String, Object>> shown = new ArrayList<>();
    for (Meter meter : meters) {
      shown.add(
          Map.of(
              "name", meter.name(),
              "used", meter.used(),
              "allowed", meter.allowed(),
              "sum", meter.sum(),
              "full", meter.full(),
              "state", meter.over() ? "over" : "within"));
    }
    return shown;
  }

  private static List<Map<String, Object>> facts(Map<String, String> facts) {
    List<Map<String, Object>> shown = new ArrayList<>();
    facts.forEach(
        (name, value) -> shown.add(Map.of("name", Text.clean(name), "value", Text.clean(value))));
    return shown;
  }

  private static Template template() {
    try (InputStream in = HtmlReport.class.getResourceAsStream(TEMPLATE)) {
      if (in == null) {
        throw new IllegalStateException("The page's template is missing from this build.");
      }
      try (Reader reader = new InputStreamReader(in, StandardCharsets.UTF_8)) {
        return Mustache.compiler()
            .escapeHTML(true)
            .emptyStringIsFalse(true)
            .zeroIsFalse(false)
            .compile(reader);
      }
    } catch (IOException e) {
      throw new IllegalStateException("The page's template cannot be read from this build.", e);
    }
  }
}
